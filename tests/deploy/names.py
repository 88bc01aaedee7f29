"""A name server for tests, at port 53 of the address that it is given: every name is that address."""

import socket
import sys

IPV4 = b"\x00\x01"
ADDRESS = sys.argv[1]
# The name asked for (it begins at byte 12), type A, class IN, for 60 s, four bytes.
RECORD = b"\xc0\x0c" + IPV4 + b"\x00\x01" + b"\x00\x00\x00\x3c" + b"\x00\x04" + socket.inet_aton(ADDRESS)

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((ADDRESS, 53))
while True:
    query, client = server.recvfrom(512)
    end_of_name = query.index(0, 12) + 1
    question = query[12 : end_of_name + 4]
    record = RECORD if query[end_of_name : end_of_name + 2] == IPV4 else b""
    # RFC 1035 §4.1.1: an answer, without an error; one question, one record or none.
    server.sendto(query[:2] + b"\x81\x80\x00\x01" + bytes([0, bool(record)]) + bytes(4) + question + record, client)
