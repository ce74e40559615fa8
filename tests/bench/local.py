"""lambda-local beside a minimal gateway and `cargo lambda watch`: requests a second, latency and CPU
through an HTTP API to `functions/blue`; then what it takes in memory and time. `make bench-local`.

Arguments: how many requests the long run makes (1,000,000), and how many functions are stored
(1,000). Loads are made by wrk, on the loopback interface, a few seconds each."""

import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BIN, BLUE = TARGET / "release", TARGET / "function" / "blue"
CLIENTS = ROOT / "target/clients/bin"
ROUNDS = 5
SECONDS = 4
ROLE = "arn:aws:iam::000000000000:role/bench"
FUNCTIONS = "/2015-03-31/functions"


class Process:
    """Ended, with all that it started, when its block is left."""

    def __init__(self, *command, line=None, **options):
        self.child = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE if line else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            start_new_session=True,
            **options,
        )
        self.pid = self.child.pid
        self.address = line and re.search(r"http://\S+", self.child.stdout.readline())[0]
        if line:
            # A reader who keeps up, as a terminal does: what users have is what is measured.
            threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while self.child.stdout.buffer.read1(1 << 20):
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.pid, signal.SIGINT)
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.child.wait()

    def cpu(self):
        """Seconds that its threads have had."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def resident(self):
        """MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def descriptors(self):
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))


def lambda_local(*options):
    return Process(BIN / "lambda-local", "--port", 0, *options, line=True)


def call(address, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "null")


def zipped(source):
    """A package in base64, without a file."""
    import base64
    import io
    import zipfile

    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, source)
    return base64.b64encode(package.getvalue()).decode()


def create(address, name, package):
    new = {
        "FunctionName": name,
        "Runtime": "provided.al2023",
        "Role": ROLE,
        "Handler": "bootstrap",
        "Code": {"ZipFile": package},
        "LoggingConfig": {"LogFormat": "JSON"},
        "Timeout": 30,
    }
    call(address, "POST", FUNCTIONS, new)
    while call(address, "GET", f"{FUNCTIONS}/{name}/configuration")["State"] != "Active":
        time.sleep(0.005)


def with_api(address):
    """Blue with alias `live`, and the address of an HTTP API in front of it."""
    create(address, "hello", zipped(BLUE.read_bytes()))
    call(address, "POST", f"{FUNCTIONS}/hello/versions", {})
    call(address, "POST", f"{FUNCTIONS}/hello/aliases", {"Name": "live", "FunctionVersion": "1"})
    arn = "arn:aws:lambda:us-east-1:000000000000:function:hello:live"
    api = call(address, "POST", "/v2/apis", {"name": "a", "protocolType": "HTTP", "target": arn})
    source = f"arn:aws:execute-api:us-east-1:000000000000:{api['apiId']}/*"
    permission = {
        "StatementId": "api",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": source,
    }
    call(address, "POST", f"{FUNCTIONS}/hello/policy?Qualifier=live", permission)
    return api["apiEndpoint"]


def milliseconds(text):
    """Of what wrk writes; where nothing was answered, that is no time."""
    found = re.match(r"([\d.]+)(us|ms|s)", text)
    return float(found[1]) * {"us": 1e-3, "ms": 1, "s": 1e3}[found[2]] if found else float("inf")


def load(address, connections, seconds=SECONDS):
    """Requests a second, and the milliseconds that half and 99 % of them took at most."""
    wrk = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "20s"]
    text = subprocess.run([*wrk, address + "/"], check=True, capture_output=True, text=True).stdout
    wrong = re.search(r"Non-2xx.*|Socket errors.*", text)
    return {
        "requests": int(re.search(r"(\d+) requests in", text)[1]),
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
        "p50": milliseconds(re.search(r"^\s+50%\s+(\S*)", text, re.M)[1]),
        "p99": milliseconds(re.search(r"^\s+99%\s+(\S*)", text, re.M)[1]),
        "wrong": wrong and wrong[0],
    }


def measured(process, address, connections):
    before = process.cpu()
    found = load(address, connections)
    found["cpu"] = (process.cpu() - before) / max(found["requests"], 1) * 1e6
    return found


def wait_for(address):
    for _ in range(1200):
        try:
            urllib.request.urlopen(address + "/", timeout=10).read()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"error: {address} does not answer")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cargo_lambda(concurrency):
    port = free_port()
    watch = ["lambda", "watch", "--profile", "function", "--package", "blue", "--ignore-changes", "--quiet"]
    process = Process(
        CLIENTS / "cargo-lambda",
        *watch,
        *["--concurrency", concurrency, "--invoke-address", "127.0.0.1", "--invoke-port", port],
    )
    return process, f"http://127.0.0.1:{port}/lambda-url/blue"


def beside_others():
    names = ["lambda-local", "minimal gateway", "cargo lambda watch"]
    found = {}
    minimal = [BIN / "examples/minimal_gateway", BLUE, 8, ROOT / "tests/bench/event.json"]
    with lambda_local("--ephemeral") as own, Process(*minimal, line=True) as gateway:
        watched = [cargo_lambda(8), cargo_lambda(1)]
        with watched[0][0], watched[1][0]:
            addresses = {names[0]: [(own, with_api(own.address))], names[1]: [(gateway, gateway.address)]}
            addresses[names[2]] = watched
            for processes in addresses.values():
                for _, address in processes:
                    wait_for(address)
            for connections in [1, 8, 32]:
                for number in range(ROUNDS):
                    print(f"\r{connections} connections, round {number + 1}", end="", file=sys.stderr)
                    for name, processes in addresses.items():
                        rounds = [measured(*one, connections) for one in processes]
                        # cargo-lambda's better setting, each time.
                        best = max(rounds, key=lambda one: one["rate"])
                        found.setdefault((name, connections), []).append(best)
    print(file=sys.stderr)
    return names, found


def middle(rounds, what):
    return statistics.median(one[what] for one in rounds)


def report(names, found):
    own, minimal, watch = names
    print("| connections | | requests a second | p50 ms | p99 ms | CPU of the server, µs a request |")
    print("|---|---|---|---|---|---|")
    for (name, connections), rounds in sorted(found.items(), key=lambda item: item[0][1]):
        values = [middle(rounds, what) for what in ("rate", "p50", "p99", "cpu")]
        print(f"| {connections} | {name} | {values[0]:,.0f} | {values[1]:.2f} | {values[2]:.2f} | {values[3]:.0f} |")
    print()
    for connections in [1, 8, 32]:
        of = {name: found[name, connections] for name in names}
        # Round by round: what else the machine does hits all alike.
        share = statistics.median(
            a["rate"] / b["rate"] for a, b in zip(of[own], of[minimal], strict=True)
        )
        times = statistics.median(a["rate"] / b["rate"] for a, b in zip(of[own], of[watch], strict=True))
        p99 = middle(of[own], "p99") / middle(of[minimal], "p99")
        cpu = middle(of[own], "cpu") / middle(of[watch], "cpu")
        print(
            f"- {connections}: {share:.0%} of the minimal gateway's requests, p99 {p99:.2f} times its;"
            f" {times:.1f} times cargo-lambda's requests, {cpu:.2f} of its CPU a request"
        )


def alone(total):
    """Many connections, many requests, and a function that is killed."""
    with lambda_local("--ephemeral") as server:
        address = with_api(server.address)
        wait_for(address)
        begun = (server.resident(), server.descriptors())
        for connections in [256, 1000]:
            found = load(address, connections)
            wrong = found["wrong"] or "every one answered"
            print(f"- {connections} connections: {found['rate']:,.0f} requests a second, {wrong}")
        made = 0
        while made < total:
            made += load(address, 8, 10)["requests"]
        time.sleep(2)
        print(
            f"- memory and file descriptors at first {begun[0]:.1f} MiB and {begun[1]}, after"
            f" {made:,} requests {server.resident():.1f} MiB and {server.descriptors()}"
        )
        print(f"- the answer after a function was killed with -9: {after_kill(server, address):.1f} ms")


def after_kill(server, address):
    host, _, path = address.removeprefix("http://").partition("/")
    connection = HTTPConnection(host)
    times = []
    for _ in range(20):
        for child in children(server.pid):
            os.kill(child, signal.SIGKILL)
            while running(child):
                time.sleep(0.001)
        begin = time.perf_counter()
        connection.request("GET", f"/{path}/")
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - begin) * 1e3)
        assert answer.status == 200, answer.status
    return statistics.median(times)


def running(pid):
    """Whether it has not ended yet; its parent may not have taken note of the end."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def children(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout
    return [int(child) for child in found.split()]


def stored(count):
    """With so many functions of ten versions each."""
    folder = tempfile.mkdtemp()
    package = zipped(b"#!/bin/sh\n")
    try:
        with lambda_local("--data", folder, "--transition", 0) as server:
            with_api(server.address)

            def make(numbers):
                for number in numbers:
                    create(server.address, f"f{number}", package)
                    for version in range(10):
                        change = {"Description": f"version {version}"}
                        path = f"{FUNCTIONS}/f{number}"
                        call(server.address, "PUT", f"{path}/configuration", change)
                        call(server.address, "POST", f"{path}/versions", {})

            threads = [threading.Thread(target=make, args=[range(i, count, 8)]) for i in range(8)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
        starts, firsts = [], []
        for _ in range(5):
            begin = time.perf_counter()
            with lambda_local("--data", folder) as server:
                starts.append((time.perf_counter() - begin) * 1e3)
                api = call(server.address, "GET", "/v2/apis")["items"][0]["apiEndpoint"]
                begin_first = time.perf_counter()
                urllib.request.urlopen(api + "/").read()
                firsts.append(starts[-1] + (time.perf_counter() - begin_first) * 1e3)
                resident = server.resident()
        print(
            f"- {count:,} functions with 10 versions each: {resident:.1f} MiB, started in"
            f" {statistics.median(starts):.0f} ms"
        )
    finally:
        shutil.rmtree(folder)


def first_answer():
    """From the start of the server to the first answer of a function that is stored already."""
    folder = tempfile.mkdtemp()
    try:
        with lambda_local("--data", folder) as server:
            with_api(server.address)
        times = []
        for _ in range(10):
            begin = time.perf_counter()
            with lambda_local("--data", folder) as server:
                api = call(server.address, "GET", "/v2/apis")["items"][0]["apiEndpoint"]
                urllib.request.urlopen(api + "/").read()
                times.append((time.perf_counter() - begin) * 1e3)
        print(f"- from the start to the first answer: {statistics.median(times):.0f} ms")
    finally:
        shutil.rmtree(folder)


def main():
    if not shutil.which("wrk"):
        sys.exit("error: wrk is needed, which is a package of most systems (apt-get install wrk)")
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    report(*beside_others())
    print()
    first_answer()
    stored(count)
    alone(total)


if __name__ == "__main__":
    main()
