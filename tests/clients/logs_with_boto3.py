"""Reads what function f has printed with boto3, in pages and while it prints: f prints its events."""

import json
import os
import sys

import boto3
from shapes import check, checked

# Otherwise the host of a live tail begins with `stream-`, as no address does.
os.environ["AWS_DISABLE_HOST_PREFIX_INJECTION"] = "true"
client = boto3.client("lambda")
logs = checked(boto3.client("logs"))
group = "/aws/lambda/f"
arn = "arn:aws:logs:us-east-1:000000000000:log-group:" + group


def prints(event):
    client.invoke(FunctionName="f", Payload=json.dumps(event))


def refused(call, **arguments):
    try:
        call(**arguments)
    except logs.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    sys.exit(f"{arguments} was taken")


prints({"n": 0})
for name in "ab", "ba", "c":
    logs.create_log_group(logGroupName=name)
pages = logs.get_paginator("describe_log_groups")
found = [
    [one["logGroupName"] for one in page["logGroups"]]
    for page in pages.paginate(PaginationConfig={"PageSize": 3})
]
assert found == [[group, "ab", "ba"], ["c"]], found
(one,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
assert (one["arn"], one["logGroupArn"]) == (arn + ":*", arn), one
brief = logs.describe_log_groups(logGroupNamePattern="a", limit=2)["logGroups"]
assert [set(one) for one in brief] == [{"arn", "creationTime", "logGroupName"}] * 2, brief
assert logs.describe_log_groups(logGroupIdentifiers=["c"])["logGroups"][0]["logGroupName"] == "c"
invalid, missing = "InvalidParameterException", "ResourceNotFoundException"
assert refused(logs.describe_log_groups, limit=51) == invalid
assert refused(logs.describe_log_groups, nextToken="none") == invalid

# A group by name or by ARN, and not by both.
other = arn.replace("us-east-1", "eu-central-1")
for call, more in [
    (logs.filter_log_events, {}),
    (logs.describe_log_streams, {}),
    (logs.get_log_events, {"logStreamName": "none"}),
]:
    assert refused(call, logGroupName=group, logGroupIdentifier=arn, **more) == invalid
    assert refused(call, logGroupIdentifier=other, **more) == missing
(event,) = logs.filter_log_events(logGroupIdentifier=arn, filterPattern="{ $.n = 0 }")["events"]
(stream,) = logs.describe_log_streams(logGroupIdentifier=arn + ":*", limit=1)["logStreams"]
assert stream["arn"] == f"{arn}:log-stream:{event['logStreamName']}", stream
assert refused(logs.filter_log_events, logGroupName=group, nextToken="x") == invalid

# As it is printed.
live = boto3.client("logs")
model = live.meta.service_model.operation_model("StartLiveTail").output_shape
shapes = model.members["responseStream"].members
assert refused(live.start_live_tail, logGroupIdentifiers=[group]) == invalid
assert refused(live.start_live_tail, logGroupIdentifiers=[other]) == missing
stream = live.start_live_tail(
    logGroupIdentifiers=[arn],
    logStreamNamePrefixes=[event["logStreamName"][:5]],
    logEventFilterPattern="{ $.n > 0 }",
)["responseStream"]
printed, kinds = [], []
for event in stream:
    ((kind, value),) = event.items()
    check(value, shapes[kind], kind)
    kinds.append(kind)
    if kind == "sessionStart":
        assert value["logGroupIdentifiers"] == [arn], value
        prints({"n": 1})
        prints({"other": 1})
        prints({"n": 2})
        continue
    assert value["sessionMetadata"] == {"sampled": False}, value
    printed += value["sessionResults"]
    if len(printed) == 2:
        break
stream.close()
assert kinds[0] == "sessionStart" and set(kinds[1:]) == {"sessionUpdate"}, kinds
assert [json.loads(line["message"])["n"] for line in printed] == [1, 2], printed
print("boto3 is content")
