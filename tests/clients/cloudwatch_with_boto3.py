"""Puts metrics, reads them through expressions and has alarms watch them with boto3, and holds every
answer against botocore's models. Function `hello` was invoked five times through its alias."""

import sys
import time
from datetime import datetime, timedelta, timezone

import boto3
from shapes import checked

client = checked(boto3.client("cloudwatch"))
now = datetime.now(timezone.utc)
times = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(minutes=1)}


def stat(identifier, name, namespace="Shop", statistic="Sum", dimensions=()):
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": list(dimensions)}
    return {
        "Id": identifier,
        "ReturnData": False,
        "MetricStat": {"Metric": metric, "Period": 60, "Stat": statistic},
    }


def values(*queries):
    results = client.get_metric_data(MetricDataQueries=list(queries), **times)
    return [sum(result["Values"]) for result in results["MetricDataResults"]]


client.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Orders", "Value": 40.0}])
# So many that boto3 compresses them.
many = [
    {"MetricName": "Failed", "Value": 0.01, "Dimensions": [{"Name": "Shop", "Value": "one"}]}
] * 500
client.put_metric_data(Namespace="Shop", MetricData=many)
shop = [{"Name": "Shop", "Value": "one"}]
share = {"Id": "share", "Expression": "100 * failed / orders"}
queries = [stat("orders", "Orders"), stat("failed", "Failed", dimensions=shop), share]
(percent,) = values(*queries)
assert abs(percent - 12.5) < 1e-6, percent

function = [{"Name": "FunctionName", "Value": "hello"}, {"Name": "Resource", "Value": "hello:live"}]
invoked = stat("invoked", "Invocations", "AWS/Lambda", dimensions=function)
errors = stat("errors", "Errors", "AWS/Lambda", dimensions=function)
assert values(invoked, errors, {"Id": "sum", "Expression": "SUM(METRICS())"}) == [5.0]
try:
    values({"Id": "one", "Expression": "two"}, {"Id": "two", "Expression": "one"})
except client.exceptions.ClientError as error:
    assert "needs itself" in str(error), error
else:
    sys.exit("a circle had a value")

listed = client.list_metrics(Namespace="Shop", MetricName="Failed")["Metrics"]
assert listed[0]["Dimensions"] == shop, listed
points = client.get_metric_statistics(
    Namespace="Shop", MetricName="Orders", Period=60, Statistics=["Maximum"], **times
)["Datapoints"]
assert [point["Maximum"] for point in points] == [40.0], points

client.put_metric_alarm(
    AlarmName="share",
    Metrics=[
        *[
            {**query, "MetricStat": {**query["MetricStat"], "Period": 1}}
            for query in queries
            if "MetricStat" in query
        ],
        {"Id": "share", "Expression": "100 * failed / orders", "ReturnData": True},
    ],
    EvaluationPeriods=60,
    DatapointsToAlarm=1,
    Threshold=10,
    ComparisonOperator="GreaterThanThreshold",
    AlarmActions=["arn:aws:sns:us-east-1:000000000000:any"],
)
deadline = time.monotonic() + 20
while True:
    # Both in one second, whichever that is.
    data = [
        {"MetricName": "Orders", "Value": 40.0},
        {"MetricName": "Failed", "Value": 5.0, "Dimensions": shop},
    ]
    client.put_metric_data(Namespace="Shop", MetricData=data)
    (alarm,) = client.describe_alarms(AlarmNames=["share"])["MetricAlarms"]
    if alarm["StateValue"] == "ALARM":
        break
    assert time.monotonic() < deadline, alarm
    time.sleep(0.2)
assert len(alarm["Metrics"]) == 3, alarm
rule = "ALARM(share) AND NOT OK(" + alarm["AlarmArn"] + ")"
client.put_composite_alarm(AlarmName="both", AlarmRule=rule)
assert client.describe_alarms(AlarmNames=["both"])["CompositeAlarms"] == []
types = ["CompositeAlarm", "MetricAlarm"]
described = client.describe_alarms(AlarmTypes=types)
(composite,) = described["CompositeAlarms"]
assert (composite["StateValue"], composite["AlarmRule"]) == ("ALARM", rule), composite
assert [alarm["AlarmName"] for alarm in described["MetricAlarms"]] == ["share"], described
for wrong in ["ALARM(nobody)", "ALARM(share) AND"]:
    try:
        client.put_composite_alarm(AlarmName="wrong", AlarmRule=wrong)
    except client.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "ValidationError", error
    else:
        sys.exit(f"{wrong} is a rule")
client.delete_alarms(AlarmNames=["both"])
client.set_alarm_state(AlarmName="share", StateValue="OK", StateReason="by hand")
client.delete_alarms(AlarmNames=["share"])
assert client.describe_alarms()["MetricAlarms"] == []
print("boto3 is content")
