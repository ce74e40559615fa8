"""Releases against one lambda-local, one after the other, for an hour: uploads, versions, moves of an
alias under load, killed bootstraps, metrics, logs. `make soak`.

Argument: seconds (3,600). Prints what the server takes in memory, descriptors and disk by the minute,
and fails if any of it still grows in the second half."""

import json
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlparse

from local import BIN, FUNCTIONS, ROLE, Process, call, zipped

BOOTSTRAP = BIN / "blue"
KEPT_VERSIONS = 3
CONNECTIONS = 2
RATE = 20
# What may be larger in the last quarter: what is measured is not the same from minute to minute.
SLACK = {"MiB": 1.1, "descriptors": 1.1, "MB on disk": 1.1}
# What was measured of a version is kept for three hours, as CloudWatch keeps it: MiB of each.
MEASURED = 0.009


class Load(threading.Thread):
    """Requests on a connection that is kept, as clients have them."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.url, self.answered, self.failed, self.lost = urlparse(url), 0, 0, 0
        self.start()

    def run(self):
        connection = HTTPConnection(self.url.netloc, timeout=30)
        while True:
            try:
                connection.request("GET", self.url.path)
                answer = connection.getresponse()
                answer.read()
                self.answered += 1
                self.failed += answer.status != 200
            except (OSError, HTTPException):
                connection.close()
                self.lost += 1
            time.sleep(1 / RATE)


def api(address, arn):
    """An HTTP API in front of the alias, which may be invoked."""
    permission = {
        "StatementId": "api",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
    }
    call(address, "POST", f"{FUNCTIONS}/soak/policy?Qualifier=live", permission)
    made = call(address, "POST", "/v2/apis", {"name": "soak", "protocolType": "HTTP", "target": arn})
    return made["apiEndpoint"]


def settled(address):
    """Waits until the function is as it was told to be."""
    while True:
        function = call(address, "GET", f"{FUNCTIONS}/soak/configuration")
        if (function["State"], function.get("LastUpdateStatus")) == ("Active", "Successful"):
            return
        time.sleep(0.01)


def release(address, number, last):
    """A new build as a version, half of the traffic to it, and then all."""
    # Each is another build: what is behind an executable's sections nobody reads.
    build = BOOTSTRAP.read_bytes() + number.to_bytes(8, "big")
    settled(address)
    call(address, "PUT", f"{FUNCTIONS}/soak/code", {"ZipFile": zipped(build)})
    settled(address)
    version = call(address, "POST", f"{FUNCTIONS}/soak/versions", {})["Version"]
    alias = f"{FUNCTIONS}/soak/aliases/live"
    weights = {"AdditionalVersionWeights": {version: 0.5}}
    call(address, "PUT", alias, {"FunctionVersion": last, "RoutingConfig": weights})
    time.sleep(1)
    none = {"AdditionalVersionWeights": {}}
    call(address, "PUT", alias, {"FunctionVersion": version, "RoutingConfig": none})
    return version


def children(pid):
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def kill_one(pid):
    running = children(pid)
    if running:
        try:
            os.kill(random.choice(running), signal.SIGKILL)
        except ProcessLookupError:
            pass


def aws_json(address, target, body):
    headers = {"x-amz-target": target, "content-type": "application/x-amz-json-1.1"}
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def look(address):
    """What a deployer reads while it waits."""
    now = int(time.time())
    metric = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": "soak"}]}
    query = {"Id": "a", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    times = {"StartTime": now - 600, "EndTime": now}
    aws_json(address, "GraniteServiceVersion20100801.GetMetricData", {"MetricDataQueries": [query], **times})
    since = {"logGroupName": "/aws/lambda/soak", "startTime": (now - 10) * 1000, "limit": 100}
    aws_json(address, "Logs_20140328.FilterLogEvents", since)


def taken(server, folder):
    files = (file for file in Path(folder).rglob("*") if file.is_file())
    sizes = []
    for file in files:
        try:
            sizes.append(file.stat().st_size)
        except FileNotFoundError:
            pass
    return {
        "MiB": server.resident(),
        "descriptors": server.descriptors(),
        "MB on disk": sum(sizes) / 1e6,
    }


def soak(seconds):
    with tempfile.TemporaryDirectory() as folder, Process(
        BIN / "lambda-local", "--port", 0, "--data", folder, line=True
    ) as server:
        address = server.address
        new = {"FunctionName": "soak", "Role": ROLE, "Runtime": "provided.al2023", "Handler": "bootstrap"}
        new["Code"] = {"ZipFile": zipped(BOOTSTRAP.read_bytes())}
        call(address, "POST", FUNCTIONS, {**new, "Publish": True})
        settled(address)
        alias = {"Name": "live", "FunctionVersion": "1"}
        url = api(address, call(address, "POST", f"{FUNCTIONS}/soak/aliases", alias)["AliasArn"])
        loads = [Load(url) for _ in range(CONNECTIONS)]
        versions, begun, samples = ["1"], time.monotonic(), []
        print("| minute | requests | failed | versions | MiB | descriptors | MB on disk |\n|---|---|---|---|---|---|---|")
        while (passed := time.monotonic() - begun) < seconds:
            versions.append(release(address, int(versions[-1]) + 1, versions[-1]))
            if random.random() < 0.3:
                kill_one(server.pid)
            look(address)
            while len(versions) > KEPT_VERSIONS:
                call(address, "DELETE", f"{FUNCTIONS}/soak?Qualifier={versions.pop(0)}")
            if passed >= len(samples) * 60:
                samples.append({"versions": int(versions[-1]), **taken(server, folder)})
                row = [len(samples) - 1, sum(load.answered for load in loads), sum(load.failed for load in loads)]
                row += [f"{value:.0f}" for value in samples[-1].values()]
                print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)
        lost = sum(load.lost for load in loads)
    return samples, lost


def grows(samples):
    """What takes more in the last quarter than in the second."""
    quarter = max(len(samples) // 4, 1)
    found = []
    for name, slack in SLACK.items():
        of = lambda part: statistics.median(sample[name] for sample in part)
        before, after = of(samples[quarter : 2 * quarter]), of(samples[-quarter:])
        measured = MEASURED * 2 * quarter * samples[-1]["versions"] / len(samples) if name == "MiB" else 0
        if after > before * slack + 1 + measured:
            found.append(f"{name}: {before:.0f}, and {after:.0f} at the end")
    return found


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 3600
    samples, lost = soak(seconds)
    print(f"\n{lost} requests had no answer")
    growing = grows(samples) if len(samples) >= 4 else []
    if growing or lost:
        sys.exit("\n".join(["error: it does not hold", *growing]))


if __name__ == "__main__":
    main()
