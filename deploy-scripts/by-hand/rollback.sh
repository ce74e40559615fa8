#!/usr/bin/env bash
# Sends all of an alias's traffic back: of a split to the version that it had before, and otherwise
# to the one that is named. `bluegreen rollback` knows that one, and `bluegreen rollout` goes back by
# itself as soon as the new version is worse.
set -euo pipefail
: "${2:?usage: rollback.sh FUNCTION ALIAS [VERSION]}"
seen=$(aws lambda get-alias --function-name "$1" --name "$2" --query '[FunctionVersion, RevisionId]' --output text)
read -r version revision <<<"$seen"
aws lambda update-alias --function-name "$1" --name "$2" --revision-id "$revision" \
    --function-version "${3:-$version}" --routing-config 'AdditionalVersionWeights={}'
