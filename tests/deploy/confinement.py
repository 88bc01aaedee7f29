"""Whether a program does only what a unit allows it: `confinement.py UNIT TRACE`, with what `strace -f` wrote. Prints what it does beyond that, and fails then."""

import re
import subprocess
import sys


def groups():
    """systemd's named sets of system calls."""
    known, name = {}, None
    told = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], check=True, capture_output=True, text=True)
    for line in told.stdout.splitlines():
        if line.startswith("@"):
            name = line.strip()
            known[name] = []
        elif name and line.startswith(" ") and not line.strip().startswith("#"):
            known[name].append(line.strip())
    return known


def members(name, known):
    return set().union(*(members(each, known) for each in known[name])) if name in known else {name}


def allowed_calls(unit):
    """What an allow-list allows, and systemd adds to each, less what later lines take away."""
    known = groups()
    allowed = members("@default", known)
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        named = set().union(*(members(each, known) for each in line.lstrip("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


unit, trace = (open(path, encoding="utf-8", errors="replace").read() for path in sys.argv[1:])
# What comes before the last exec is another program's, which made it a user's.
trace = trace[trace.rindex(" execve(") :]
families = set(re.search(r"^RestrictAddressFamilies=(.*)$", unit, re.M)[1].split())
calls = re.findall(r"^\d+ +(\w+)\(", trace, re.M)
beyond = {f"calls {call}" for call in set(calls) - allowed_calls(unit)}
beyond |= {f"opens a socket of {family}" for family in set(re.findall(r" socket\((\w+)", trace)) - families}
if "MemoryDenyWriteExecute=yes" in unit and "PROT_WRITE|PROT_EXEC" in trace:
    beyond.add("maps memory that is both writable and executable")
if len(set(calls)) < 20:
    beyond.add("hardly does anything that was traced")
print("\n".join(sorted(beyond)), end="")
sys.exit(bool(beyond))
