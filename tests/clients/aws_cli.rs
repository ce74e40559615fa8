//! The AWS CLI.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{ROLE, Server, packages, repository};

#[test]
fn the_aws_cli_walks_from_create_function_to_update_alias() {
    let server = Server::start();
    let folder = packages();
    let zip = |color: &str| format!("fileb://{}/{color}.zip", folder.path().display());
    server.aws(&format!(
        "lambda create-function --function-name hello --runtime provided.al2023 --handler \
         bootstrap --role {ROLE} --zip-file {}",
        zip("blue")
    ));
    server.aws("lambda wait function-active-v2 --function-name hello");
    server.aws("lambda publish-version --function-name hello");
    server.aws("lambda create-alias --function-name hello --name live --function-version 1");
    server.aws(&format!(
        "lambda update-function-code --function-name hello --zip-file {}",
        zip("green")
    ));
    server.aws("lambda wait function-updated-v2 --function-name hello");
    server.aws("lambda publish-version --function-name hello");
    let split = server.aws(
        "lambda update-alias --function-name hello --name live --routing-config \
         AdditionalVersionWeights={2=0.1}",
    );
    let weights = &split.json()["RoutingConfig"]["AdditionalVersionWeights"];
    assert_eq!(weights["2"], 0.1);
    let promoted = server.aws(
        "lambda update-alias --function-name hello --name live --function-version 2 \
         --routing-config AdditionalVersionWeights={}",
    );
    assert_eq!(promoted.json()["FunctionVersion"], "2");
    assert_eq!(promoted.json().get("RoutingConfig"), None);

    let out = folder.path().join("out.json");
    let events = repository().join("functions/events/http-api.json");
    let invoked = server.aws(&format!(
        "lambda invoke --function-name hello:live --payload file://{} {}",
        events.display(),
        out.display()
    ));
    assert_eq!(invoked.json()["ExecutedVersion"], "2");
    assert!(
        fs::read_to_string(&out)
            .unwrap()
            .contains("Hello From Green Deployment")
    );
}

#[test]
fn the_aws_cli_puts_an_api_in_front_of_an_alias() {
    let server = Server::with_blue();
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:hello:live";
    let api = server.aws(&format!(
        "apigatewayv2 create-api --name cli --protocol-type HTTP --target {arn}"
    ));
    let (id, url) = (
        api.json()["ApiId"].clone(),
        api.json()["ApiEndpoint"].clone(),
    );
    let (id, url) = (id.as_str().unwrap(), url.as_str().unwrap());
    assert_eq!(server.request("GET", url, b"").status, 500);
    server.aws(&format!(
        "lambda add-permission --function-name hello --qualifier live --statement-id cli --action \
         lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn \
         arn:aws:execute-api:us-east-1:000000000000:{id}/*"
    ));
    assert_eq!(
        server.request("GET", url, b"").text(),
        "Hello From Blue Deployment"
    );
    let stages = server.aws(&format!("apigatewayv2 get-stages --api-id {id}"));
    assert_eq!(stages.json()["Items"][0]["StageName"], "$default");
    server.aws(&format!("apigatewayv2 delete-api --api-id {id}"));
    assert_eq!(server.request("GET", url, b"").status, 404);
}

#[test]
fn the_aws_cli_reads_the_metrics_of_each_version() {
    let server = Server::with_blue();
    server.bluegreen(&["traffic", "--requests", "7"]).succeeds();
    let hour = |offset: i64| {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        now.as_secs().saturating_add_signed(offset).to_string()
    };
    let (from, to) = (hour(-3600), hour(3600));
    let found = server.aws(&format!(
        "cloudwatch get-metric-statistics --namespace AWS/Lambda --metric-name Invocations \
         --dimensions Name=FunctionName,Value=hello Name=Resource,Value=hello:live \
         Name=ExecutedVersion,Value=1 --start-time {from} --end-time {to} --period 60 --statistics Sum"
    ));
    let points = found.json()["Datapoints"].as_array().unwrap().clone();
    let sum: f64 = points
        .iter()
        .map(|point| point["Sum"].as_f64().unwrap())
        .sum();
    assert!((sum - 7.0).abs() < 1e-9, "{points:?}");
    let listed = server.aws("cloudwatch list-metrics --namespace AWS/Lambda --metric-name Errors");
    assert_eq!(listed.json()["Metrics"].as_array().unwrap().len(), 4);
}

#[test]
fn the_aws_cli_reads_a_log_in_pages_and_says_how_long_it_is_kept() {
    let server = Server::with_blue();
    server.bluegreen(&["traffic", "--requests", "3"]).succeeds();
    let group = "/aws/lambda/hello";
    server.aws("logs create-log-group --log-group-name other");
    server.aws("logs put-retention-policy --log-group-name other --retention-in-days 7");
    let groups = server.aws("logs describe-log-groups --page-size 1").json();
    let [hello, other] = [&groups["logGroups"][0], &groups["logGroups"][1]];
    assert_eq!(
        (&hello["logGroupName"], &other["retentionInDays"]),
        (&json!(group), &json!(7))
    );
    server.aws("logs delete-log-group --log-group-name other");
    let arn = hello["logGroupArn"].as_str().unwrap();
    let streams = server.aws(&format!(
        "logs describe-log-streams --log-group-identifier {arn} --order-by LastEventTime"
    ));
    let stream = streams.json()["logStreams"][0]["logStreamName"].clone();
    let events = |command: String| server.aws(&command).json()["events"].clone();
    let all = events(format!(
        "logs filter-log-events --log-group-name {group} --page-size 2"
    ));
    let read = events(format!(
        "logs get-log-events --log-group-identifier {arn} --log-stream-name {} --start-from-head",
        stream.as_str().unwrap()
    ));
    let texts = |events: &Value, of: &Value| {
        let events = events.as_array().unwrap().iter();
        let events =
            events.filter(|event| event.get("logStreamName").is_none_or(|name| name == of));
        let texts = events.map(|event| event["message"].to_string());
        texts.collect::<Vec<_>>()
    };
    let printed = texts(&read, &stream);
    assert!(printed.iter().any(|line| line.contains("platform.start")));
    assert_eq!(printed, texts(&all, &stream));
}

/// What `docs/on-aws.md` says, as it stands there.
#[test]
fn the_commands_for_logs_and_metrics_of_a_version_are_answered() {
    let server = Server::with_blue();
    server.publish("green");
    server.bluegreen(&["promote", "--to", "2"]).succeeds();
    server.bluegreen(&["traffic", "--requests", "3"]).succeeds();
    let text = fs::read_to_string(repository().join("docs/on-aws.md")).unwrap();
    let (_, behind) = text.split_once("## Logs and metrics").unwrap();
    let (_, block) = behind.split_once("```sh\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let commands = block.replace("\\\n", "");
    let commands: Vec<&str> = commands.lines().filter(|l| !l.starts_with('#')).collect();
    let answer = |command| server.run("bash", &["-c", command]).json();
    let [printed, starts, errors] = commands[..] else {
        panic!("{commands:?}")
    };
    let messages = |found: Value| found["events"].as_array().unwrap().clone();
    assert!(!messages(answer(printed)).is_empty(), "{printed}");
    assert_eq!(messages(answer(starts)).len(), 3, "{starts}");
    assert_eq!(answer(errors)["Datapoints"][0]["Sum"], 0.0, "{errors}");
}
