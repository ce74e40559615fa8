# What AWS does where its documents do not say it: asked, told beside what lambda-local does, and
# written down. Sourced by contract.sh, whose functions and variables this uses.

# Functions, roles and APIs that runs before this one have left, by the name of their function.
leavings() {
    {
        aws lambda list-functions --query "Functions[?starts_with(FunctionName, '$prefix')].FunctionName" --output text
        aws iam list-roles --path-prefix /bluegreen/ --query "Roles[?starts_with(RoleName, '$prefix')].RoleName" --output text
        aws apigatewayv2 get-apis --query "Items[?starts_with(Name, '$prefix')].Name" --output text
        aws apigateway get-rest-apis --query "items[?starts_with(name, '$prefix')].name" --output text
    } | tr '\t' '\n' | sed -n "s/^\($prefix[0-9a-f]\{8\}\)\(-execution\|-live\)*$/\1/p" | sort -u
}

# A question with its answer: a word, or seconds.
note() {
    printf '%s\t%s\n' "$1" "$2" >>"$work/answers"
}

# Done, or the code of the error that a call is refused with.
outcome() {
    if "$@" >"$work/output" 2>&1; then
        echo done
    else
        sed -n 's/.*(\([A-Za-z]*\)).*/\1/p' "$work/output" | head -1
    fi
}

allocated() {
    for _ in $(seq 300); do
        state=$(aws lambda get-provisioned-concurrency-config --function-name "$function" \
            --qualifier "$1" --query Status --output text)
        [ "$state" = IN_PROGRESS ] || return 0
        sleep 1
    done
    die "provisioned concurrency of $1 does not become ready"
}

# The version that answers one request.
version_of() {
    curl -sS --max-time 10 -o /dev/null -D - "$(cat "$work/url")" | tr -d '\r' |
        sed -n 's/^x-function-version: //Ip'
}

ask() {
    ask_lambda
    ask_gateway
    ask_cloudwatch
    ask_weight
}

# Version 1 serves afterwards, as before.
ask_lambda() {
    deployer promote --to 1 >/dev/null
    aws lambda update-function-configuration --function-name "$function" --description again >/dev/null
    aws lambda wait function-updated-v2 --function-name "$function"
    cp "$BLUE" "$work/bootstrap"
    python3 -m zipfile -c "$work/blue.zip" "$work/bootstrap"
    version=$(aws lambda update-function-code --function-name "$function" --publish \
        --zip-file "fileb://$work/blue.zip" --query Version --output text)
    note "UpdateAlias to a version that is Pending" "$(outcome aws lambda update-alias \
        --function-name "$function" --name live --function-version "$version")"
    aws lambda wait published-version-active --function-name "$function" --qualifier "$version"
    deployer rollback --to 1 >/dev/null
}

ask_gateway() {
    arn=$(aws lambda get-alias --function-name "$function" --name live --query AliasArn --output text)
    api=$(aws apigatewayv2 create-api --name "$function-live" --protocol-type HTTP --target "$arn" \
        --tags bluegreen=create --query ApiId --output text)
    note "CreateApi with an alias as its target makes integrations" "$(aws apigatewayv2 \
        get-integrations --api-id "$api" --query 'length(Items)' --output text)"
    aws apigatewayv2 create-stage --api-id "$api" --stage-name s --stage-variables a=1,b=2 >/dev/null
    note "UpdateStage of one variable leaves" "$(aws apigatewayv2 update-stage --api-id "$api" \
        --stage-name s --stage-variables a=3 --query 'join(`,`, sort(keys(StageVariables)))' --output text)"
    aws apigatewayv2 delete-api --api-id "$api"
}

ask_cloudwatch() {
    local name=(--alarm-names "$function" --alarm-types CompositeAlarm)
    aws cloudwatch put-composite-alarm --alarm-name "$function" --alarm-rule "TRUE OR TRUE AND FALSE"
    for _ in $(seq 60); do
        state=$(aws cloudwatch describe-alarms "${name[@]}" --query 'CompositeAlarms[0].StateValue' --output text)
        [ "$state" = INSUFFICIENT_DATA ] || break
        sleep 1
    done
    note "an alarm rule TRUE OR TRUE AND FALSE is in" "$state"
    aws cloudwatch delete-alarms --alarm-names "$function"

    local begin
    begin=$(date +%s)
    version_of >/dev/null
    until_there bluegreen/Requests Sum "$begin" 1
    note "seconds until what a function says is a metric" "$(($(date +%s) - begin))"
    until_there AWS/Lambda/Duration SampleCount "$begin"
    note "seconds until an invocation is in the metrics" "$(($(date +%s) - begin))"
    note "values of TC(60000:) where nothing was slow" \
        "$(datapoints AWS/Lambda/Duration 'TC(60000:)' "$begin")"
    ask_throttles
}

# Whether a request that is throttled counts for the version that it was meant for.
ask_throttles() {
    local begin
    begin=$(date +%s)
    aws lambda put-function-concurrency --function-name "$function" \
        --reserved-concurrent-executions 0 >/dev/null
    for _ in $(seq 30); do
        version_of >/dev/null
    done
    aws lambda delete-function-concurrency --function-name "$function"
    until_there AWS/Lambda/Throttles Sum "$begin"
    note "periods with throttles of a version behind an alias" \
        "$(datapoints AWS/Lambda/Throttles Sum "$begin" 86400 1)"
}

# Waits until a metric of the alias has a value since then.
until_there() {
    for _ in $(seq 600); do
        [ "$(datapoints "$@")" = 0 ] || break
        sleep 1
    done
}

# How many values a metric's statistic has since then, in periods of a minute or so long; of the
# alias, or of one version behind it.
datapoints() {
    local metric=$1 stat=$2 begin=$3 period=${4:-60} version=${5:-}
    local dimensions='{"Name": "FunctionName", "Value": "'$function'"},
        {"Name": "Resource", "Value": "'$function':live"}'
    # What a function says is counted for a version only.
    [ "$metric" != bluegreen/Requests ] || version=1
    [ -z "$version" ] || dimensions+=', {"Name": "ExecutedVersion", "Value": "'$version'"}'
    cat >"$work/query.json" <<END
[{"Id": "a", "MetricStat": {"Period": $period, "Stat": "$stat", "Metric": {
  "Namespace": "${metric%/*}", "MetricName": "${metric##*/}", "Dimensions": [$dimensions]}}}]
END
    aws cloudwatch get-metric-data --metric-data-queries "file://$work/query.json" \
        --start-time "$((begin / period * period))" --end-time "$(($(date +%s) + 60))" \
        --query 'length(MetricDataResults[0].Values)' --output text
}

# The last answer of the old version behind the switch.
ask_weight() {
    deployer promote --to 2 >/dev/null
    local begin last now
    begin=$(date +%s%N)
    last=$begin
    while now=$(date +%s%N) && [ $((now - begin)) -lt 20000000000 ]; do
        [ "$(version_of)" = 2 ] || last=$now
        # Nothing new for two seconds, on this machine.
        [ -z "${QUICK:-}" ] || [ $((now - begin)) -lt 2000000000 ] || break
    done
    note "seconds until a switch is everywhere" "$(((last - begin) / 1000000000))"
}

# The alias is at version 2, with provisioned concurrency of its own that is ready.
ask_provisioned() {
    local alias=(--function-name "$function" --name live)
    note "a weight for an alias with provisioned concurrency" "$(outcome aws lambda update-alias \
        "${alias[@]}" --routing-config 'AdditionalVersionWeights={1=0.1}')"
    aws lambda update-alias "${alias[@]}" --routing-config 'AdditionalVersionWeights={}' >/dev/null
    local version=(--function-name "$function" --qualifier 3)
    aws lambda put-provisioned-concurrency-config "${version[@]}" \
        --provisioned-concurrent-executions 1 >/dev/null
    allocated 3
    note "the same for a version that has its own" "$(outcome aws lambda update-alias \
        "${alias[@]}" --routing-config 'AdditionalVersionWeights={3=0.1}')"
    aws lambda update-alias "${alias[@]}" --routing-config 'AdditionalVersionWeights={}' >/dev/null
    note "a switch to a version that has its own" "$(outcome aws lambda update-alias \
        "${alias[@]}" --function-version 3)"
    aws lambda delete-provisioned-concurrency-config "${version[@]}"
    aws lambda update-alias "${alias[@]}" --function-version 2 >/dev/null
    allocated live
}

# What was answered, beside what lambda-local answers, and as JSON.
answered() {
    mkdir -p "$(dirname "$ANSWERS")"
    python3 tests/aws/answers.py "$work/answers" tests/aws/lambda-local.json "$ANSWERS"
}
