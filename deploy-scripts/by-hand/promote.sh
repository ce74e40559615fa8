#!/usr/bin/env bash
# Sends all of an alias's traffic to the version that has a share of it: one write.
# `bluegreen promote` notes in the alias what served before, so that `bluegreen rollback` finds it.
set -euo pipefail
: "${2:?usage: promote.sh FUNCTION ALIAS}"
green='keys(RoutingConfig.AdditionalVersionWeights || `{}`)[0]'
seen=$(aws lambda get-alias --function-name "$1" --name "$2" --query "[FunctionVersion, $green, RevisionId]" --output text)
read -r blue green revision <<<"$seen"
[ "$green" != None ] || { echo "error: alias $2 sends all traffic to version $blue" >&2; exit 1; }
# The version and the weights in one call: Lambda refuses an alias whose additional version is its own.
aws lambda update-alias --function-name "$1" --name "$2" --revision-id "$revision" \
    --function-version "$green" --routing-config 'AdditionalVersionWeights={}'
echo "to go back: rollback.sh $1 $2 $blue" >&2
