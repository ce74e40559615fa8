#!/usr/bin/env bash
# The deployer beside the AWS CLI, both against lambda-local: how long a status and a whole deploy
# take, and which calls a deploy makes. `make bench-deploy`.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/target/clients/bin:$PATH"
bin=${CARGO_TARGET_DIR:-target}/debug
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT

"$bin/lambda-local" --ephemeral --port 0 >"$work/server" &
until grep -q AWS_ENDPOINT_URL "$work/server"; do sleep 0.05; done
eval "$(grep "^ *export " "$work/server")"
unset AWS_PROFILE BLUEGREEN_FUNCTION BLUEGREEN_ALIAS
"$bin/bluegreen" create --binary "$bin/blue" --role arn:aws:iam::000000000000:role/bench >/dev/null 2>&1
# Each deploy has a build that no version is made of yet.
build=0
next_build() {
    build=$((build + 1))
    rm -f "$work/build.zip"
    python3 -c 'import sys, zipfile
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED) as z:
    z.write(sys.argv[1], "bootstrap")
    z.writestr("build", sys.argv[3])' "$bin/green" "$work/build.zip" "$build"
}

bluegreen_status() { "$bin/bluegreen" status; }
aws_status() {
    aws lambda get-alias --function-name hello --name live
    aws lambda list-versions-by-function --function-name hello
}
bluegreen_deploy() { "$bin/bluegreen" deploy --zip "$work/build.zip" --strategy all-at-once; }
aws_deploy() {
    aws lambda update-function-code --function-name hello --zip-file "fileb://$work/build.zip"
    aws lambda wait function-updated-v2 --function-name hello
    local version
    version=$(aws lambda publish-version --function-name hello --query Version --output text)
    aws lambda update-alias --function-name hello --name live --function-version "$version" \
        --routing-config AdditionalVersionWeights={}
}
help() { "$bin/bluegreen" --help; }

timed() { # COMMAND…: its milliseconds
    local begin end
    begin=$(date +%s%N)
    "$@" >/dev/null 2>&1
    end=$(date +%s%N)
    echo $(((end - begin) / 1000000))
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# In turn, so that what else the machine does hits all alike.
for _ in 1 2 3 4 5 6 7 8 9; do
    timed help >>"$work/help"
    timed bluegreen_status >>"$work/bluegreen_status"
    timed aws_status >>"$work/aws_status"
    next_build
    timed bluegreen_deploy >>"$work/bluegreen_deploy"
    next_build
    timed aws_deploy >>"$work/aws_deploy"
done
echo "| milliseconds, median of 9 | bluegreen (debug build) | AWS CLI | ratio |"
echo "|---|---|---|---|"
echo "| \`--help\` | $(median <"$work/help") | – | – |"
for what in status deploy; do
    own=$(median <"$work/bluegreen_$what") theirs=$(median <"$work/aws_$what")
    echo "| $what | $own | $theirs | $((theirs / own)) |"
done

# The calls of one deploy, seen by a proxy.
python3 tests/bench/calls.py "$AWS_ENDPOINT_URL" >"$work/proxy" &
until grep -q http "$work/proxy"; do sleep 0.05; done
# shellcheck disable=SC2155
export AWS_ENDPOINT_URL=$(head -1 "$work/proxy")
echo
echo "Calls of one deploy:"
next_build
bluegreen_deploy >/dev/null 2>&1
tail -n +2 "$work/proxy" | cat -n
