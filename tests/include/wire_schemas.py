# SPDX-License-Identifier: MIT
"""The JSON Schemas of docs/protocol, ready for validation."""
import json
import os
import sys

try:
    import jsonschema
except ImportError:
    print(f"SKIP {os.path.basename(sys.argv[0])}: python3-jsonschema is not installed")
    sys.exit(77)

FOLDER = os.path.join(os.environ["ETRACK_SOURCE"], "docs", "protocol")


def load(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return json.load(file)


SCHEMAS = {name: load(name) for name in sorted(os.listdir(FOLDER)) if name.endswith(".schema.json")}


def validator(pointer):
    """The validator of "reply.schema.json#/$defs/track", or of a whole file."""
    name = pointer.split("#")[0]
    resolver = jsonschema.RefResolver(name, SCHEMAS[name], store=SCHEMAS)
    return jsonschema.Draft202012Validator({"$ref": pointer}, resolver=resolver)


def check_schemas():
    """Raises an exception if one of them is not a valid JSON Schema."""
    for schema in SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(schema)
