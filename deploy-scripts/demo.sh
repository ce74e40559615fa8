#!/bin/sh
# The whole story on this machine: blue serves, green is released, red is rolled back.
# `make demo` builds what it needs first.
set -eu
cd "$(dirname "$0")"
if [ -f lambda-local ]; then
    # In what was downloaded, the programs lie beside this script.
    bin=.
    [ -f bluegreen ] || { echo "bluegreen is not here: unpack its archive into this folder, too" >&2; exit 1; }
else
    cd ..
    # `make test-slow` shows the programs of the release profile.
    bin=${BIN:-${CARGO_TARGET_DIR:-target}/debug}
fi
log=$(mktemp)

bold='' green='' off=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold='\033[1m' green='\033[32m' off='\033[0m'
fi
say() { printf "\n$bold%s$off\n" "$1"; }
run() {
    line=bluegreen
    # As one would type it.
    for word; do
        case $word in *" "*) line="$line \"$word\"" ;; *) line="$line $word" ;; esac
    done
    printf "$green\$ %s$off\n" "$line"
    "$bin/bluegreen" "$@"
}

# lambda-local ends with this script, however it ends.
"$bin/lambda-local" --ephemeral --port 0 >"$log" &
server=$!
stop() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    rm -f "$log" "$log.traffic"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

until grep -q AWS_ENDPOINT_URL "$log"; do
    kill -0 "$server" 2>/dev/null || exit 1
    sleep 0.05
done
eval "$(grep "^ *export " "$log")"
# What the user has set for AWS must not decide what the demo works on.
unset AWS_PROFILE BLUEGREEN_FUNCTION BLUEGREEN_ALIAS

say "Blue is in production: a function, version 1, the alias 'live', an HTTP API in front of it"
run create --binary "$bin/blue"
run traffic --requests 500 --rate 250

say "Green is published, gets 10 % of the requests by hand, and none again"
run publish --binary "$bin/green" --description "the green one"
run shift 10% --to 2
run traffic --requests 1000 --rate 250
run rollback

# Rolled back by hand before, hence --again.
say "Green is rolled out: judged at 10 % and at 50 % while requests flow, then promoted by itself"
"$bin/bluegreen" traffic --requests 5000 --rate 250 >"$log.traffic" 2>&1 &
traffic=$!
run rollout --again --strategy steps:10%/4s,50%/4s --certified 5%
run status

say "Red is deployed: a fifth of what it gets fails, and it is rolled back by itself"
code=0
run deploy --binary "$bin/red" --description "gone wrong" --strategy canary:10%/1m || code=$?
test "$code" -eq 3 || { echo "red was to be rolled back: exit code 3, not $code" >&2; exit 1; }
wait $traffic
say "What the clients saw of all that"
cat "$log.traffic"
for seen in "5000 requests to" "version 1 " "version 2 " "version 3 "; do
    grep -q "$seen" "$log.traffic" || { echo "the clients did not see: $seen" >&2; exit 1; }
done
run history
