"""Holds the list of what lambda-local answers against AWS's models, and asks for what it does not
answer, in each protocol: the client shows lambda-local's own sentence."""

import re
import sys

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

# What the services of the list are called in botocore.
MODELS = {"lambda": "lambda", "apigatewayv2": "apigatewayv2", "apigateway": "apigateway",
          "cloudwatch": "cloudwatch", "logs": "logs", "iam": "iam", "sts": "sts",
          "cloudtrail": "cloudtrail"}


def without_names(route):
    return re.sub(r"\{[^}]*\}", "{}", route)


def check_list(text):
    session = botocore.session.get_session()
    service, count = None, 0
    for line in text.splitlines():
        if line.startswith("## "):
            service = session.get_service_model(MODELS[line[3:]])
        row = re.fullmatch(r"\| (\w+) \| (?:`(.+)`)? \| (?:kept)? ?\|", line)
        if not row or row[1] == "operation":
            continue
        name, route = row.groups()
        http = service.operation_model(name).http
        own = route or "POST /"
        theirs = f"{http['method']} {http['requestUri']}"
        assert without_names(own) == without_names(theirs), f"{name}: {own}, and not {theirs}"
        count += 1
    assert count > 110, count


def check_refusals():
    asked = [
        ("lambda", "list_layers", {}),
        ("apigatewayv2", "get_domain_names", {}),
        ("apigateway", "get_api_keys", {}),
        ("logs", "describe_queries", {}),
        ("cloudwatch", "put_dashboard", {"DashboardName": "d", "DashboardBody": "{}"}),
        ("iam", "list_users", {}),
        ("sts", "get_session_token", {}),
        ("ec2", "describe_instances", {}),
        ("sqs", "list_queues", {}),
        ("sns", "list_topics", {}),
        ("dynamodb", "list_tables", {}),
        ("s3", "list_buckets", {}),
        ("s3", "get_object", {"Bucket": "b", "Key": "k"}),
        ("s3", "create_bucket", {"Bucket": "b"}),
        ("route53", "list_hosted_zones", {}),
    ]
    once = Config(retries={"total_max_attempts": 1})
    for service, operation, arguments in asked:
        try:
            getattr(boto3.client(service, config=once), operation)(**arguments)
            raise AssertionError(f"{service} {operation} is answered")
        except ClientError as error:
            told = error.response["Error"]
            assert told["Code"] == "NotImplementedException", (service, told)
            assert told["Message"].startswith("lambda-local does not implement"), (service, told)
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 501, (service, told)


check_list(open(sys.argv[1]).read())
check_refusals()
print("boto3 is content")
