#!/usr/bin/env bash
# Sends a share of an alias's traffic to a version; the rest stays where it is.
# `bluegreen shift` notes in the alias what was done; `bluegreen rollout` also judges the version by
# what it answers. This one looks at nothing: watch the metrics of both versions yourself.
set -euo pipefail
: "${4:?usage: shift.sh FUNCTION ALIAS VERSION WEIGHT, such as 0.1}"
seen=$(aws lambda get-alias --function-name "$1" --name "$2" --query '[FunctionVersion, RevisionId]' --output text)
read -r blue revision <<<"$seen"
# Refused if anybody wrote to the alias since.
aws lambda update-alias --function-name "$1" --name "$2" --revision-id "$revision" \
    --function-version "$blue" --routing-config "AdditionalVersionWeights={$3=$4}"
