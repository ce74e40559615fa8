#!/usr/bin/env bash
# Makes a function, its first version, an alias at it, and an HTTP API in front of the alias.
# `bluegreen create` makes the role as well, and can be run again: it completes what is missing.
set -euo pipefail
: "${4:?usage: create.sh FUNCTION ALIAS ROLE-ARN ZIP (ARCH=arm64 or x86_64)}"
sha256=$(aws lambda create-function --function-name "$1" --role "$3" --zip-file "fileb://$4" \
    --runtime provided.al2023 --handler bootstrap --architectures "${ARCH:-arm64}" \
    --query CodeSha256 --output text)
aws lambda wait function-active-v2 --function-name "$1"
version=$(aws lambda publish-version --function-name "$1" --code-sha256 "$sha256" --query Version --output text)
arn=$(aws lambda create-alias --function-name "$1" --name "$2" --function-version "$version" --query AliasArn --output text)
api=$(aws apigatewayv2 create-api --name "$1-$2" --protocol-type HTTP --target "$arn" --query ApiId --output text)
# On the alias: one on the function does not count.
IFS=: read -r _ partition _ region account _ <<<"$arn"
aws lambda add-permission --function-name "$1" --qualifier "$2" --statement-id "api-$api" \
    --action lambda:InvokeFunction --principal apigateway.amazonaws.com \
    --source-arn "arn:$partition:execute-api:$region:$account:$api/*" >/dev/null
aws apigatewayv2 get-api --api-id "$api" --query ApiEndpoint --output text
