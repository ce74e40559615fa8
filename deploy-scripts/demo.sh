#!/bin/sh
# The whole story on this machine: blue serves, green is released, red is rolled back.
# `make demo` builds what it needs first.
set -eu
cd "$(dirname "$0")/.."
bin=${CARGO_TARGET_DIR:-target}/debug
log=$(mktemp)

bold='' green='' off=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold='\033[1m' green='\033[32m' off='\033[0m'
fi
say() { printf "\n$bold%s$off\n" "$1"; }
run() {
    printf "$green\$ bluegreen %s$off\n" "$*"
    "$bin/bluegreen" "$@"
}

# lambda-local ends with this script, however it ends.
"$bin/lambda-local" --port 0 --quiet >"$log" &
server=$!
stop() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    rm -f "$log"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

until grep -q AWS_ENDPOINT_URL "$log"; do
    kill -0 "$server" 2>/dev/null || exit 1
    sleep 0.05
done
eval "$(grep export "$log")"
# What the user has set for AWS must not decide what the demo works on.
unset AWS_PROFILE BLUEGREEN_FUNCTION BLUEGREEN_ALIAS

say "Blue is in production: a function, version 1, the alias 'live', an HTTP API in front of it"
run create --binary "$bin/blue" --role arn:aws:iam::000000000000:role/demo
run traffic --requests 500 --rate 250

say "Green is published: version 2 exists, and nobody is sent there"
run publish --binary "$bin/green" --description "the green one"
run status

say "Green gets 10 % of the requests"
run shift 10% --to 2
run traffic --requests 1000 --rate 250

say "Green is promoted: one write moves everything"
run promote
run traffic --requests 500 --rate 250

say "Red is published and gets 10 %: a fifth of what it gets fails"
run publish --binary "$bin/red" --description "gone wrong"
run shift 10% --to 3
run traffic --requests 1000 --rate 250

say "Red is rolled back: green serves everything again"
run rollback
run traffic --requests 500 --rate 250
run status
