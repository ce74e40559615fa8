#!/usr/bin/env bash
# What the deployer relies on, tried on AWS itself: `make test-aws`. Says what it will create and
# what that costs, asks, and removes everything, also after an error or Ctrl-C. The end-to-end tests
# run it against lambda-local, so that it is known to run.
set -euo pipefail
cd "$(dirname "$0")/../.."

BLUEGREEN=${BLUEGREEN:-target/debug/bluegreen}
# Builds of the functions for AWS.
BLUE=${BLUE:-target/lambda/blue/bootstrap}
GREEN=${GREEN:-target/lambda/green/bootstrap}
RED=${RED:-target/lambda/red/bootstrap}
STEP=${STEP:-1m}

# Where what was answered goes, as JSON.
ANSWERS=${ANSWERS:-target/aws-answers.json}

prefix=bluegreen-test-
function=$prefix$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
work=$(mktemp -d)
# shellcheck source=tests/aws/answers.sh
. tests/aws/answers.sh

die() {
    echo "error: $*" >&2
    exit 1
}

for file in "$BLUEGREEN" "$BLUE" "$GREEN" "$RED"; do
    [ -e "$file" ] || die "$file is not there: run this as \`make test-aws\`"
done
command -v curl >/dev/null || die "curl is needed"
region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}
[ -n "$region" ] || die "no AWS region is set; set AWS_REGION"
# The first version of the AWS CLI reads one of them, everything else the other.
export AWS_REGION=$region AWS_DEFAULT_REGION=$region
account=$(aws sts get-caller-identity --query Account --output text) ||
    die "no AWS account can be reached; set AWS_PROFILE, or sign in with \`aws sso login\`"

cat <<END
This creates in account $account, region $region:
  role      /bluegreen/$function-execution, which may write logs
  function  $function, 128 MB, with three versions and alias live
  APIs      an HTTP API, a REST API and a function URL in front of the alias, which anybody who
            learns their addresses may call while this runs
  logs      log group /aws/lambda/$function
It sends some thousand requests, and pays for one provisioned concurrent execution for about five
minutes. It takes about a quarter of an hour and costs less than 5 US cents at the prices of 2026.
At the end all of it is deleted.
END
left=$(leavings)
[ -z "$left" ] || printf 'First it deletes what runs that were killed have left:\n%s\n' "$left"
read -r -p "Go on? [y/N] " answer
[ "$answer" = y ] || die "nothing was created"
for name in $left; do
    "$BLUEGREEN" --function "$name" destroy --logs --yes
done

remove() {
    status=$?
    trap - EXIT INT TERM
    [ -z "${traffic:-}" ] || kill "$traffic" 2>/dev/null || true
    deployer destroy --logs --yes || echo "error: delete what is left of $function by hand" >&2
    aws cloudwatch delete-alarms --alarm-names "$function" >/dev/null 2>&1 || true
    rm -rf "$work"
    [ "$status" -eq 0 ] && echo "all of it holds" || echo "error: it does not hold" >&2
    exit "$status"
}

deployer() {
    "$BLUEGREEN" --function "$function" "$@"
}

# Runs a command whose exit code and output are expected.
expect() {
    local code=$1 words=$2 got=0
    shift 2
    "$@" >"$work/output" 2>&1 || got=$?
    if ! [[ $got =~ ^($code)$ ]] || { [ -n "$words" ] && ! grep -qE -- "$words" "$work/output"; }; then
        cat "$work/output" >&2
        die "expected exit code $code and '$words', got $got of: $*"
    fi
    echo "✓ ${words:-done}: $(basename "$1") ${*:2}" | cut -c1-110
}

# The error that AWS answers a call with.
refused() {
    local code=$1
    shift
    # The two versions of the AWS CLI end with different codes.
    expect "254|255" "\\($code\\)" aws "$@"
}

# A new way in takes a moment to be known everywhere.
answers() {
    local url=$1 words=$2
    for _ in $(seq 60); do
        if curl -sS --max-time 10 "$url" 2>/dev/null | grep -q "$words"; then
            echo "✓ $words: $url"
            return
        fi
        sleep 1
    done
    die "$url does not answer '$words'"
}

url_of() {
    deployer --output json create "$@" | sed -n 's/.*"apiUrl": *"\([^"]*\)".*/\1/p'
}

trap remove EXIT
trap 'exit 130' INT TERM

create() {
    expect 0 "made +alias live at version 1" deployer create --binary "$BLUE"
    expect 0 "nothing was changed" deployer create
    answers "$(url_of)" "Hello From Blue Deployment"
    answers "$(url_of --api rest)" "Hello From Blue Deployment"
    answers "$(url_of --api url)" "Hello From Blue Deployment"
    expect 0 "nothing was changed" deployer create --api rest
    expect 0 "nothing was changed" deployer create --api url
}

release() {
    expect 0 "published version 2" deployer publish --binary "$GREEN"
    expect 0 "version 2 of $function has this code already" deployer publish --binary "$GREEN"
    expect 0 "a rollout would find all it needs" deployer doctor --invoke
    expect 0 "50% on version 2" deployer shift 50% --to 2
    expect 0 "version 2" deployer traffic --requests 200 --url "$(url_of)"
    expect 0 "is now at version 2" deployer promote
    expect 0 "is now at version 1" deployer rollback
    expect 0 "is now at version 2" deployer promote --to 2
}

# Rules of AWS's, as the deployer and lambda-local have them.
facts() {
    local alias=(--function-name "$function" --name live)
    local weights=AdditionalVersionWeights
    refused ValidationException lambda update-alias "${alias[@]}" --routing-config "$weights={1=2.0}"
    refused InvalidParameterValueException lambda update-alias "${alias[@]}" \
        --routing-config "$weights={2=0.1}"
    refused ResourceNotFoundException lambda update-alias "${alias[@]}" --function-version 99
    refused PreconditionFailedException lambda update-alias "${alias[@]}" --revision-id stale
    refused ResourceConflictException lambda create-alias "${alias[@]}" --function-version 1
    refused ResourceConflictException lambda delete-function --function-name "$function" --qualifier 2
    refused ResourceNotFoundException lambda get-alias --function-name "$function" --name other
    expect 0 "\"Version\": \"2\"" aws lambda publish-version --function-name "$function"
    expect 0 "" aws lambda delete-alias --function-name "$function" --name other
}

judged() {
    (while :; do curl -sS --max-time 10 -o /dev/null "$(cat "$work/url")" || true; done) 2>/dev/null &
    traffic=$!
    local plan=(--strategy "canary:50%/$STEP" --horizon 10m)
    # shellcheck disable=SC2086 # several words, or none
    expect 3 "version 3 is rolled back" deployer deploy --binary "$RED" "${plan[@]}"
    kill "$traffic"
    wait "$traffic" 2>/dev/null || true
    traffic=
}

provisioned() {
    local qualified=(--function-name "$function" --qualifier live)
    local one=(--provisioned-concurrent-executions 1)
    expect 0 "10% on version 3" deployer shift 10% --to 3
    refused InvalidParameterValueException lambda put-provisioned-concurrency-config \
        "${qualified[@]}" "${one[@]}"
    expect 0 "is now at version 2" deployer rollback
    expect 0 "IN_PROGRESS" aws lambda put-provisioned-concurrency-config "${qualified[@]}" "${one[@]}"
    allocated live
    ask_provisioned
    expect 0 "version 1 is promoted" deployer rollout --to 1 --strategy all-at-once
    expect 0 "version 1 +█+ +100%" deployer status
    expect 0 "$function:live" aws lambda list-provisioned-concurrency-configs --function-name "$function"
}

create
url_of >"$work/url"
release
facts
judged
ask
provisioned
answered
expect 0 "versions? 3(, 4)? deleted|no version deleted" deployer prune --keep 0 --yes
expect 0 "deleted +role" deployer destroy --logs --yes
expect 0 "nothing was deleted" deployer destroy --yes
refused ResourceNotFoundException lambda get-function --function-name "$function"
