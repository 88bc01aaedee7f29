-- The requests of a row, for wrk: wrk -s load.lua URL -- KIND TOKEN USERS OFFSET TAG BODY
-- Users are numbered from 0; their ids and names are made as fill.rs and user.rs make them.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local function id(n)
  local ms = 1700000000000 + n
  return string.format("%08x-%04x-7000-8000-%012x", math.floor(ms / 65536), ms % 65536, n)
end

local function head(method, target, token)
  return method .. " /scim/v2" .. target .. " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " .. token .. "\r\n"
end

local function with_body(text)
  return "Content-Type: application/scim+json\r\nContent-Length: " .. #text .. "\r\n\r\n" .. text
end

local function any(users)
  return math.random(0, users - 1)
end

-- The next user that no other thread of this run takes, and the round that it is in.
local turn = -1
local function next_own(users, offset)
  turn = turn + 1
  local at = offset + turn * 2 + number
  return at % users, math.floor((turn * 2 + number) / users)
end

local kinds = {}

function kinds.get(token, users)
  return head("GET", "/Users/" .. id(any(users)), token) .. "\r\n"
end

function kinds.filter(token, users)
  local filter = "?filter=userName%20eq%20%22user" .. any(users) .. "%40example.com%22"
  return head("GET", "/Users" .. filter, token) .. "\r\n"
end

function kinds.page(token, users)
  local start = math.random(1, math.max(1, users - 99))
  return head("GET", "/Users?count=100&startIndex=" .. start, token) .. "\r\n"
end

-- Every request changes something: a user's rounds alternate.
function kinds.patch(token, users, offset)
  local user, round = next_own(users, offset)
  local active = round % 2 == 1 and "true" or "false"
  local body = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],'
    .. '"Operations":[{"op":"replace","path":"active","value":' .. active .. "}]}"
  return head("PATCH", "/Users/" .. id(user), token) .. with_body(body)
end

function kinds.post(token, users, offset, tag, body)
  turn = turn + 1
  local name = tag .. "x" .. number .. "x" .. turn
  return head("POST", "/Users", token) .. with_body((body:gsub("@@", name)))
end

function init(args)
  local kind, token = kinds[args[1]], args[2]
  local users, offset = tonumber(args[3]), tonumber(args[4])
  local tag, body = args[5], args[6]
  math.randomseed(number * 7919 + 17)
  request = function()
    return kind(token, users, offset, tag, body)
  end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    "\nresult %d %d %d %d %d\n",
    summary.requests,
    summary.duration,
    e.connect + e.read + e.write + e.timeout + e.status,
    latency:percentile(50),
    latency:percentile(99)
  ))
end
