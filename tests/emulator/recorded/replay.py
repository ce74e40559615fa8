"""Replays the calls of a file against lambda-local, and says each answer that is not as recorded.

    > Operation {"its": "arguments"}     ~ waiter {"its": "arguments"}     function NAME [published]
    < 201 {"the": "body"}      exactly, but for "…" (any value), {"…": "…"} (further members), "<r1>"
                               (remembered at first sight), "<not r1>" (differs from it), a whole "/…/"
    < 404 Type [no Type] [Message]       and in the next such line the message
"""

import io
import json
import re
import sys
import time
import zipfile

import boto3
import botocore.exceptions
from botocore import xform_name
from botocore.config import Config

REGION, ACCOUNT = "us-east-1", "000000000000"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/test"


# Answers each event with itself.
BOOTSTRAP = '''#!/usr/bin/env python3
import os, urllib.request as http
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with http.urlopen(api + "next") as event:
        id, body = event.headers["Lambda-Runtime-Aws-Request-Id"], event.read()
    http.urlopen(http.Request(api + id + "/response", data=body)).close()
'''


def package():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, BOOTSTRAP)
    return file.getvalue()


class Case:
    def __init__(self, client, sentence, name):
        self.client, self.sentence, self.name = client, sentence, name
        self.known, self.answer = {}, None

    def text(self, line):
        code = json.dumps({"ZipFile": "<zip>"})
        line = re.sub(r"\bCODE\b", lambda _: code, line)
        line = re.sub(r"\bROLE\b", json.dumps(ROLE).replace("\\", ""), line)
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"
        # But not the word in AWS's own sentences: "a function ARN.", "the destination ARN …".
        line = re.sub(r"(?<!valid )\bARN\b(?!\.| ARN)", lambda _: arn, line)
        for word, value in [("REGION", REGION), ("ACCOUNT", ACCOUNT), ("NAME", self.name)]:
            line = re.sub(rf"\b{word}\b", value, line)
        return line

    def arguments(self, text):
        def bring(value):
            if isinstance(value, dict):
                return {key: bring(one) for key, one in value.items()}
            if isinstance(value, list):
                return [bring(one) for one in value]
            if value == "<zip>":
                return PACKAGE
            if isinstance(value, str) and value.startswith("<"):
                return self.known[value[1:-1]]
            return value

        return bring(json.loads(self.text(text or "{}")))

    def call(self, line):
        operation, _, arguments = line.partition(" ")
        self.answer = None
        try:
            getattr(self.client, xform_name(operation))(**self.arguments(arguments))
        except botocore.exceptions.ClientError:
            pass
        self.answer = LAST[-1]

    def wait(self, line):
        waiter, _, arguments = line.partition(" ")
        if waiter == "provisioned":
            return self.wait_until_provisioned(arguments)
        waiter = self.client.get_waiter(waiter)
        waiter.wait(**self.arguments(arguments), WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})

    def wait_until_provisioned(self, arguments):
        """boto3 has no waiter for it."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = self.client.get_provisioned_concurrency_config(**self.arguments(arguments))
            if found["Status"] == "READY":
                return
            time.sleep(0.02)
        raise AssertionError(f"not provisioned: {found}")

    def make(self, published):
        publish = ', "Publish": true' if published else ""
        self.call(
            'CreateFunction {"FunctionName": "NAME", "Code": CODE, "Role": ROLE, '
            f'"Runtime": "provided.al2023", "Handler": "bootstrap"{publish}}}'
        )
        self.succeeded()
        self.wait('function_active_v2 {"FunctionName": "NAME"}')

    def succeeded(self):
        status, body, _ = self.answer
        if status >= 300:
            raise AssertionError(f"{status} {body.decode()}")

    def check(self, lines):
        status, _, rest = lines[0].partition(" ")
        given, body, headers = self.answer
        shown = f"{given} {headers.get('x-amzn-errortype', '')} {body.decode()}"
        if given != int(status):
            raise AssertionError(f"expected {lines}, got {shown}")
        if given >= 300:
            self.check_error(rest, lines[1:], json.loads(body), headers, shown)
        elif rest:
            found = json.loads(body) if body else None
            self.compare(json.loads(self.text(rest)), found, "")

    def check_error(self, rest, text, body, headers, shown):
        words = rest.split()
        kind = words[0]
        if headers.get("x-amzn-errortype") != kind:
            raise AssertionError(f"expected {rest}, got {shown}")
        member = "Message" if kind == "ResourceNotFoundException" or "Message" in words else "message"
        text = self.text(text[0]) if text else body.get(member)
        for name, value in self.known.items():
            text = text.replace(f"<{name}>", str(value))
        if body.get(member) != text:
            raise AssertionError(f"expected {text!r}\n     got {shown}")
        has_type = kind != "ValidationException" and "no Type" not in rest
        if kind != "ValidationException" and ("Type" in body) != has_type:
            raise AssertionError(f"expected {rest}, got {shown}")

    def compare(self, wanted, found, where):
        # A policy is a text.
        if isinstance(wanted, dict) and isinstance(found, str):
            found = json.loads(found)
        if isinstance(wanted, dict) and isinstance(found, dict):
            further = wanted.pop("…", None)
            if set(wanted) - set(found) or not further and set(found) - set(wanted):
                odd = sorted(set(wanted) ^ set(found)) if not further else sorted(set(wanted) - set(found))
                raise AssertionError(f"members {odd} of {where or 'the body'} in {json.dumps(found)}")
            for key, value in wanted.items():
                self.compare(value, found[key], f"{where}.{key}")
        elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
            for index, value in enumerate(wanted):
                self.compare(value, found[index], f"{where}[{index}]")
        elif not self.same(wanted, found):
            raise AssertionError(f"{where}: expected {wanted!r}, got {found!r}")

    def same(self, wanted, found):
        if wanted == "…":
            return True
        if isinstance(wanted, str) and wanted.startswith("<not "):
            return found != self.known[wanted[5:-1]]
        if isinstance(wanted, str) and wanted.startswith("<"):
            return self.known.setdefault(wanted[1:-1], found) == found
        return wanted == found


def cases(text):
    """The sentence of each case with its lines, those joined that go on."""
    for block in re.split(r"\n\s*\n", text):
        lines = [line for line in block.split("\n") if line.strip() and not line.startswith("#")]
        joined = []
        for line in lines:
            if line.startswith(" ") and joined:
                joined[-1] += line.strip()
            else:
                joined.append(line)
        if joined:
            yield joined[0], joined[1:]


def run(case, lines):
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if line.startswith("function "):
            case.make("published" in line)
        elif line.startswith("~ "):
            case.wait(line[2:])
        elif line.startswith("> "):
            case.call(line[2:])
            expected = []
            while index < len(lines) and lines[index].startswith("<"):
                expected.append(lines[index][2:])
                index += 1
            case.check(expected) if expected else case.succeeded()
        else:
            raise AssertionError(f"what is {line!r}?")


LAST = []
PACKAGE = package()


def main():
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    client = boto3.client("lambda", config=config)

    def received(response_dict, **_):
        headers = {name.lower(): value for name, value in response_dict["headers"].items()}
        LAST.append((response_dict["status_code"], response_dict["body"], headers))

    client.meta.events.register("response-received.lambda", received)
    failed = 0
    with open(sys.argv[1], encoding="utf-8") as file:
        for number, (sentence, lines) in enumerate(cases(file.read())):
            try:
                run(Case(client, sentence, f"case-{number}"), lines)
            except (AssertionError, KeyError, ValueError, botocore.exceptions.BotoCoreError) as fault:
                failed += 1
                print(f"{sentence}\n  {type(fault).__name__}: {fault}")
    if not failed:
        print("as recorded")


main()
