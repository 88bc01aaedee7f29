# shellcheck shell=bash
# What the parts of the deployment's tests share: servers that end with the script, and requests to them. To be sourced.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Shared with who sources this: where SCIM is, by which authority's certificate, and a token for it.
# shellcheck disable=SC2034
shop=demo.myshopify.com base='' authority='' token=''
syncup=$PWD/target/image/rootfs/usr/local/bin/syncup
part=$(basename "$0")
work=$(mktemp -d)
servers=()

# What else a part has to put away.
tidy() { :; }

finish() {
  local code=$?
  { kill -9 "${servers[@]}"; wait; } 2>/dev/null || true
  tidy
  [ $code = 0 ] || tail -n 30 "$work"/*.log >&2 || true
  rm -rf "$work"
}
trap finish EXIT

# pass WHAT: says that it holds.
pass() {
  echo "deploy $part: $*"
}

fail() {
  echo "deploy $part failed: $*" >&2
  exit 1
}

# serve LOG COMMAND…: runs it in the background, until the script ends; its process is in $server.
serve() {
  local log=$1
  shift
  "$@" >>"$work/$log.log" 2>&1 &
  server=$!
  servers+=("$server")
}

# crash PROCESS: as if the power had failed.
crash() {
  { kill -9 "$1" && wait "$1"; } 2>/dev/null || true
}

# stop PROCESS: as an orderly end; its exit code is the function's.
stop() {
  kill -TERM "$1"
  wait "$1"
}

# A port that nobody listens on, on any address of the loopback.
free_port() {
  local port
  for port in $(shuf -i 30000-32000 -n 50); do
    if ! ss --no-header --listening --tcp --numeric "sport = :$port" | grep -q .; then
      echo "$port"
      return
    fi
  done
  return 1
}

# eventually SECONDS COMMAND…: tries until it succeeds.
eventually() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || fail "has not come true in time: $*"
    sleep 0.1
  done
}

# start_mock: a Shopify to talk to, at $shopify.
start_mock() {
  shopify=http://127.0.0.1:$(free_port)
  serve mock "$syncup" mock-shopify --shopify "${shopify#http://}"
  eventually 10 curl -sf "$shopify/_mock/clock"
  echo shpat_mock >"$work/access-token"
}

# scim METHOD PATH [BODY]: a request to $base as the provider with $token; prints the answer's body, and fails unless its status is 2xx.
scim() {
  curl -sS --max-time 20 --fail-with-body ${authority:+--cacert "$authority"} -X "$1" "$base/scim/v2$2" -H "Authorization: Bearer $token" \
    -H 'Content-Type: application/scim+json' ${3:+--data "$3"}
}

# create_user NAME: prints what was answered.
create_user() {
  scim POST /Users '{"userName": "'"$1"'@example.com", "emails": [{"value": "'"$1"'@example.com", "primary": true}], "name": {"givenName": "'"$1"'"}}'
}

# How many customers the mock has of users that begin so.
customers() {
  curl -sf "$shopify/_mock/state" | grep -oE '"email": ?"'"$1"'[^"]*"' | sort | uniq -c | awk '{n += 1; if ($1 > 1) twice = 1} END {print twice ? "twice" : n + 0}'
}
