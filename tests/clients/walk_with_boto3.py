"""Creates, publishes, aliases and invokes a function with boto3, as a Python user would."""

import datetime
import io
import json
import sys
import zipfile

import boto3
from shapes import checked

executable, event_file = sys.argv[1:]
package = io.BytesIO()
with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.write(executable, "bootstrap")

client = checked(boto3.client("lambda"))
created = client.create_function(
    FunctionName="boto",
    Runtime="provided.al2023",
    Handler="bootstrap",
    Role="arn:aws:iam::000000000000:role/boto",
    Code={"ZipFile": package.getvalue()},
)
assert created["State"] == "Pending", created
client.get_waiter("function_active_v2").wait(FunctionName="boto")
version = client.publish_version(FunctionName="boto", CodeSha256=created["CodeSha256"])["Version"]
alias = client.create_alias(FunctionName="boto", Name="live", FunctionVersion=version)
assert alias["FunctionVersion"] == "1", alias

with open(event_file) as event:
    invoked = client.invoke(FunctionName="boto:live", Payload=event.read(), LogType="Tail")
assert invoked["ExecutedVersion"] == "1", invoked
assert json.load(invoked["Payload"])["body"] == "Hello From Blue Deployment"

try:
    client.update_alias(FunctionName="boto", Name="live", RevisionId="stale")
except client.exceptions.PreconditionFailedException as error:
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 412
else:
    sys.exit("a stale revision id was accepted")

logs = checked(boto3.client("logs")).filter_log_events(logGroupName="/aws/lambda/boto")
assert any("hello from blue" in event["message"] for event in logs["events"]), logs

# What `aws logs tail` asks for.
today = datetime.datetime.now(datetime.timezone.utc)
pages = checked(boto3.client("logs")).get_paginator("filter_log_events").paginate(
    logGroupName="/aws/lambda/boto",
    interleaved=True,
    startTime=int((today.timestamp() - 600) * 1000),
    logStreamNamePrefix=logs["events"][0]["logStreamName"][:5],
    PaginationConfig={"PageSize": 2},
)
tailed = [event["message"] for page in pages for event in page["events"]]
assert tailed == [event["message"] for event in logs["events"]], tailed

# One stream, as the console shows it, and lines that are found by their members.
watched = {"logGroupName": "/aws/lambda/boto"}
reader = checked(boto3.client("logs"))
streams = reader.describe_log_streams(**watched, orderBy="LastEventTime", descending=True)
stream = {**watched, "logStreamName": streams["logStreams"][0]["logStreamName"]}
read = reader.get_log_events(**stream, startFromHead=True)
assert [event["message"] for event in read["events"]] == tailed, read
behind = reader.get_log_events(**stream, nextToken=read["nextForwardToken"])
assert behind["events"] == [] and behind["nextForwardToken"] == read["nextForwardToken"], behind
member = '{ $.fields.message = "hello*" || $.message = "hello*" }'
found = reader.filter_log_events(**watched, filterPattern=member)
assert len(found["events"]) == 1, (found, tailed)

account = boto3.client("sts").get_caller_identity()["Account"]
iam = boto3.client("iam")
trust = {"Version": "2012-10-17", "Statement": []}
made = iam.create_role(
    RoleName="boto", AssumeRolePolicyDocument=json.dumps(trust), Tags=[{"Key": "a", "Value": "<&>"}]
)["Role"]
assert made["Arn"] == f"arn:aws:iam::{account}:role/boto", made
iam.put_role_policy(RoleName="boto", PolicyName="inline", PolicyDocument=json.dumps(trust))
inline = iam.get_role_policy(RoleName="boto", PolicyName="inline")
assert inline["PolicyDocument"] == trust, inline
assert iam.get_role(RoleName="boto")["Role"]["Tags"] == [{"Key": "a", "Value": "<&>"}]
try:
    iam.delete_role(RoleName="boto")
except iam.exceptions.DeleteConflictException:
    iam.delete_role_policy(RoleName="boto", PolicyName="inline")
else:
    sys.exit("a role with a policy was deleted")
iam.delete_role(RoleName="boto")
try:
    iam.get_role(RoleName="boto")
except iam.exceptions.NoSuchEntityException:
    pass
else:
    sys.exit("a deleted role is still there")

trail = boto3.client("cloudtrail")
attribute = {"AttributeKey": "ResourceName", "AttributeValue": "boto"}
pages = trail.get_paginator("lookup_events").paginate(
    LookupAttributes=[attribute], PaginationConfig={"PageSize": 1}
)
looked_up = [event for page in pages for event in page["Events"]]
assert looked_up[-1]["EventName"] == "CreateAlias20150331", looked_up
asked = json.loads(looked_up[-1]["CloudTrailEvent"])["requestParameters"]
assert (asked["functionName"], asked["name"]) == ("boto", "live"), asked

cloudwatch = boto3.client("cloudwatch")
now = datetime.datetime.now(datetime.timezone.utc)
dimensions = [
    {"Name": "FunctionName", "Value": "boto"},
    {"Name": "Resource", "Value": "boto:live"},
    {"Name": "ExecutedVersion", "Value": "1"},
]
query = {
    "Id": "invocations",
    "MetricStat": {
        "Metric": {"Namespace": "AWS/Lambda", "MetricName": "Invocations", "Dimensions": dimensions},
        "Period": 60,
        "Stat": "Sum",
    },
}
minutes = datetime.timedelta(minutes=2)
found = cloudwatch.get_metric_data(
    MetricDataQueries=[query], StartTime=now - minutes, EndTime=now + minutes
)["MetricDataResults"][0]
assert found["Values"] == [1.0], found
assert abs(found["Timestamps"][0] - now) < minutes, found

cloudwatch.put_metric_alarm(
    AlarmName="errors",
    Namespace="AWS/Lambda",
    MetricName="Errors",
    Dimensions=dimensions,
    Statistic="Sum",
    Period=60,
    EvaluationPeriods=1,
    Threshold=0,
    ComparisonOperator="GreaterThanThreshold",
    TreatMissingData="notBreaching",
)
alarm = cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]
assert alarm["StateValue"] == "OK", alarm
cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a test")
alarm = cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]
# Until the next minute begins.
assert alarm["StateValue"] == "ALARM" or alarm["StateReason"] != "a test", alarm
try:
    cloudwatch.set_alarm_state(AlarmName="none", StateValue="OK", StateReason="a test")
except cloudwatch.exceptions.ResourceNotFound:
    pass
else:
    sys.exit("the state of an alarm that is not there was set")

groups = checked(boto3.client("logs"))
group = {"logGroupName": "/aws/lambda/boto"}
groups.put_retention_policy(**group, retentionInDays=14)
(found,) = groups.describe_log_groups(logGroupNamePrefix="/aws/lambda/b")["logGroups"]
assert found["retentionInDays"] == 14, found
groups.delete_retention_policy(**group)
for call, error in [
    (groups.create_log_group, "ResourceAlreadyExistsException"),
    (groups.delete_log_group, None),
    (groups.delete_log_group, "ResourceNotFoundException"),
    (groups.create_log_group, None),
]:
    try:
        call(**group)
    except groups.exceptions.ClientError as refused:
        assert refused.response["Error"]["Code"] == error, refused
    else:
        assert error is None, call
print("boto3 is content")
