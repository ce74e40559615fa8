"""Prints table.json: what AWS's published model says of the members of Lambda's operations that are
here (OPERATIONS.md). `make constraints`; needs botocore, which `make clients` gets."""

import datetime
import gzip
import json
import re
from pathlib import Path

import botocore

OPERATIONS = Path(__file__).parents[4] / "OPERATIONS.md"
# Where AWS was recorded to say otherwise than the model, AWS wins: the order of an enumeration's
# values, and which kinds of ARN have tags.
ENUMERATIONS = {
    "InvokeMode": ["RESPONSE_STREAM", "BUFFERED"],
    "SnapStartApplyOn": ["PublishedVersions", "None"],
    "RecursiveLoop": ["Terminate", "Allow"],
}
PATTERNS = {
    "TaggableResource": lambda pattern: pattern.replace(
        "|code-signing-config:", "|layer:([a-zA-Z0-9-_]+)|code-signing-config:"
    ).replace("(capacity-provider|network-connector):[a-zA-Z0-9-_]{1,64}", "capacity-provider:[a-zA-Z0-9-_]+"),
}
# An unknown runtime is refused by a rule, in other words.
BY_RULE = {"Runtime"}
PLACES = {"uri": "path", "querystring": "query", "header": "header"}


def model():
    path = Path(botocore.__file__).parent / "data/lambda/2015-03-31/service-2.json.gz"
    return json.loads(gzip.decompress(path.read_bytes()))


def said(name):
    """A member as AWS's answers call it."""
    return name[0].lower() + name[1:]


def constraints(shapes, name, above=()):
    """What a value of this shape has to satisfy: nothing for many."""
    shape, found = shapes[name], {}
    if name in above:
        return found
    inside = lambda other: constraints(shapes, other["shape"], (*above, name))
    for key in ["min", "max", "pattern", "enum"]:
        if key in shape and name not in BY_RULE:
            found[key] = shape[key]
    if "enum" in found:
        found = {"enum": ENUMERATIONS.get(name, found["enum"])}
    if name in PATTERNS:
        found["pattern"] = PATTERNS[name](found["pattern"])
    if shape["type"] == "structure":
        found = {"members": members(shapes, shape, above=(*above, name))}
    elif shape["type"] == "list":
        found["each"] = inside(shape["member"])
    elif shape["type"] == "map":
        found |= {"keys": inside(shape["key"]), "values": inside(shape["value"])}
    return {key: value for key, value in found.items() if value not in ({}, [])}


def members(shapes, shape, above=()):
    found = []
    for name, member in shape.get("members", {}).items():
        of = constraints(shapes, member["shape"], above)
        if name in shape.get("required", []):
            of["required"] = True
        # The whole body as it is has no members.
        if of and name != shape.get("payload"):
            place = PLACES.get(member.get("location"), "body")
            key = member.get("locationName", name)
            # Elsewhere than in the body all is text.
            if place != "body" and shapes[member["shape"]]["type"] == "integer":
                of["number"] = True
            if place != "body" and shapes[member["shape"]]["type"] == "list":
                of["list"] = True
            found.append({"name": said(name), "in": place, "key": key, **of})
    return found


def main():
    service = model()
    shapes = service["shapes"]
    text = OPERATIONS.read_text()
    operations = {}
    for name, operation in service["operations"].items():
        if re.search(rf"\b{name}\b", text):
            shape = shapes[operation["input"]["shape"]]
            path = operation["http"]["requestUri"].split("?")[0].rstrip("/")
            operations[name] = {"path": path, "members": members(shapes, shape)}
    source = f"botocore {botocore.__version__}, lambda/2015-03-31, {datetime.date.today()}"
    lines = [f'{{"source": {json.dumps(source)}, "operations": {{']
    for index, (name, operation) in enumerate(operations.items()):
        comma = "," if index + 1 < len(operations) else ""
        lines.append(f'"{name}": {{"path": "{operation["path"]}", "members": [')
        rows = [json.dumps(member) for member in operation["members"]]
        lines.append(",\n".join(f"  {row}" for row in rows) + f"\n]}}{comma}")
    print("\n".join(lines) + "\n}}")


if __name__ == "__main__":
    main()
