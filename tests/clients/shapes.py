"""Holds each answer against botocore's own model of the service: no member that the model does not
know, none that is required and missing, and each of its type."""

import json

TYPES = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "double": (int, float),
    "float": (int, float),
    "timestamp": (str, int, float),
    "blob": str,
}


def check(value, shape, where):
    if shape.type_name == "structure":
        assert isinstance(value, dict), f"{where} is {value!r}"
        members = {
            member.serialization.get("name", name): (name, member)
            for name, member in shape.members.items()
            if member.serialization.get("location") not in ("header", "headers", "statusCode")
        }
        unknown = set(value) - set(members)
        assert not unknown, f"{where}: {unknown} is not in the model"
        for wire, (name, member) in members.items():
            assert wire in value or name not in shape.required_members, f"{where}: no {wire}"
            if value.get(wire) is not None:
                check(value[wire], member, f"{where}.{wire}")
    elif shape.type_name == "list":
        for index, item in enumerate(value):
            check(item, shape.member, f"{where}[{index}]")
    elif shape.type_name == "map":
        for key, item in value.items():
            check(item, shape.value, f"{where}.{key}")
    else:
        known = isinstance(value, TYPES[shape.type_name])
        assert known and (shape.type_name == "boolean" or not isinstance(value, bool)), (
            f"{where} is {value!r}, not a {shape.type_name}"
        )


def after_call(http_response, model, **_):
    shape = model.output_shape
    if http_response.status_code >= 300 or shape is None:
        return
    if shape.serialization.get("payload"):
        return
    content = http_response.content
    members = [m for m in shape.members.values() if not m.serialization.get("location")]
    assert content or not members, f"{model.name} has an empty answer"
    if content:
        check(json.loads(content), shape, model.name)


def checked(client):
    client.meta.events.register("after-call", after_call)
    return client
