#!/usr/bin/env bash
# Uploads a zip and publishes it as a version, whose number it prints. No traffic moves.
# `bluegreen publish` zips the executable, refuses one that Lambda could not start, and publishes
# nothing where any version has this code already (Lambda itself compares with the newest alone).
set -euo pipefail
: "${2:?usage: publish.sh FUNCTION ZIP [DESCRIPTION]}"
revision=$(aws lambda get-function-configuration --function-name "$1" --query RevisionId --output text)
# Refused if anybody changed the function since.
sha256=$(aws lambda update-function-code --function-name "$1" --zip-file "fileb://$2" \
    --revision-id "$revision" --query CodeSha256 --output text)
aws lambda wait function-updated-v2 --function-name "$1"
# Refused if it is not what was uploaded here.
aws lambda publish-version --function-name "$1" --code-sha256 "$sha256" --description "${3:-}" \
    --query Version --output text
