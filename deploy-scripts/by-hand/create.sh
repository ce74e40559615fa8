#!/usr/bin/env bash
# Makes a function, its first version, an alias at it, and an HTTP API in front of the alias, its stage last.
# `bluegreen create` makes the role as well, and can be run again: it completes what is missing.
set -euo pipefail
: "${4:?usage: create.sh FUNCTION ALIAS ROLE-ARN ZIP (ARCH=arm64 or x86_64)}"
gateway() { aws apigatewayv2 "$@" --output text; }
sha256=$(aws lambda create-function --function-name "$1" --role "$3" --zip-file "fileb://$4" --query CodeSha256 --output text \
    --runtime provided.al2023 --handler bootstrap --architectures "${ARCH:-arm64}")
aws lambda wait function-active-v2 --function-name "$1"
version=$(aws lambda publish-version --function-name "$1" --code-sha256 "$sha256" --query Version --output text)
arn=$(aws lambda create-alias --function-name "$1" --name "$2" --function-version "$version" --query AliasArn --output text)
api=$(gateway create-api --name "$1-$2" --protocol-type HTTP --query ApiId)
to=$(gateway create-integration --api-id "$api" --integration-type AWS_PROXY --integration-uri "$arn" --payload-format-version 2.0 --query IntegrationId)
gateway create-route --api-id "$api" --route-key "\$default" --target "integrations/$to" >/dev/null
IFS=: read -r _ partition _ region account _ <<<"$arn" # On the alias: a permission on the function does not count.
aws lambda add-permission --function-name "$1" --qualifier "$2" --statement-id "api-$api" --action lambda:InvokeFunction \
    --principal apigateway.amazonaws.com --source-arn "arn:$partition:execute-api:$region:$account:$api/*" >/dev/null
gateway create-stage --api-id "$api" --stage-name "\$default" --auto-deploy >/dev/null
gateway get-api --api-id "$api" --query ApiEndpoint
