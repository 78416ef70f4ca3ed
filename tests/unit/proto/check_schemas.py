#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the JSON Schemas of docs/protocol to the code: what is printed validates, and parser and
schema accept the same requests."""
import copy
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ["ETRACK_SOURCE"], "tests", "include"))
from wire_schemas import SCHEMAS, check_schemas, validator  # pylint: disable=wrong-import-position

COMMANDS = "hello streams track stop status set snapshot cameras metrics reload ping".split()


def tool(mode, text=""):
    run = subprocess.run([sys.argv[1], mode], input=text, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


PRINTED = [line.split("\t") for line in tool("print")]


class Schemas(unittest.TestCase):
    def test_they_are_schemas(self):
        self.assertEqual(len(SCHEMAS), 4)
        check_schemas()

    def test_every_definition_is_printed(self):
        """The test of agreement below covers requests without fields of their own."""
        printed = {pointer for pointer, _ in PRINTED}
        for name in ("reply", "event"):
            for definition in SCHEMAS[name + ".schema.json"]["$defs"]:
                self.assertIn(f"{name}.schema.json#/$defs/{definition}", printed)

    def test_every_command_has_a_request(self):
        self.assertEqual(list(SCHEMAS["request.schema.json"]["$defs"]), COMMANDS)


class Printed(unittest.TestCase):
    def test_it_validates(self):
        for pointer, text in PRINTED:
            with self.subTest(text):
                validator(pointer).validate(json.loads(text))
                validator(pointer.split("#")[0]).validate(json.loads(text))

    def test_less_and_more_do_not(self):
        """A message without a required field, or with an unknown one, is not valid."""
        for pointer, text in PRINTED:
            name, definition = pointer.split("#/$defs/")
            message = json.loads(text)
            for field in SCHEMAS[name]["$defs"][definition]["required"]:
                less = {key: value for key, value in message.items() if key != field}
                self.assertFalse(validator(pointer).is_valid(less), f"{definition} without {field}")
            self.assertFalse(validator(pointer).is_valid({**message, "colour": 1}), f"{definition} with a colour")


BOX, POINT = {"box": [1, 2, 3, 4]}, {"point": [1, 2]}
TRACK = {"cmd": "track", "stream": "a"}
GOOD = [
    *({"cmd": command} for command in ("hello", "streams", "status", "cameras", "metrics", "reload", "ping")),
    *({"cmd": command, "stream": "cam-0_A"} for command in ("stop", "status", "snapshot")),
    {"cmd": "ping", "id": ""},
    {"cmd": "ping", "id": "x" * 64},
    {**TRACK, **BOX},
    {**TRACK, **BOX, "units": "norm", "frame": 1},
    {**TRACK, **BOX, "units": "px", "pts_ns": 0},
    {**TRACK, "box": [-1.5, 1e3, 0, -4]},
    {**TRACK, **POINT},
    {**TRACK, **POINT, "radius_px": 0.5, "frame": 2**63 - 1},
    {**TRACK, **BOX, "frame": 7.0},
    {"cmd": "set", "stream": "a", "values": {"weak_score": 1}},
    {"cmd": "set", "stream": "a", "values": {"search_s": 86400, "coast_s": 0, "score_hysteresis": 0.5, "found_score": 1, "lost_score": 0,
                                             "rival_ratio": 0, "search_cost": 1}},
]
WRONG = [None, True, -1, 0.5, 7, 1e20, "", "zzz", "a b", "x" * 65, [], [1], [1, 2], [1, 2, 3, 4], ["1", 2, 3, 4], {}, {"a": 1},
         {"weak_score": 2}, {"weak_score": "1"}]


def variants():
    """Each good request; each without one field, with a value of another kind, and with another
    field."""
    for request in GOOD:
        yield request
        for field in request:
            yield {key: value for key, value in request.items() if key != field}
            for value in WRONG:
                yield {**request, field: value}
        for field, value in {"id": "1", "stream": "a", **BOX, **POINT, "radius_px": 9, "units": "px", "frame": 3, "pts_ns": 4,
                             "values": {"coast_s": 1}, "colour": 1}.items():
            yield {**copy.deepcopy(request), field: value}


class Agreement(unittest.TestCase):
    def test_parser_and_schema_take_the_same_requests(self):
        requests = [*variants(), *({**TRACK, **BOX, field: 2**63} for field in ("frame", "pts_ns"))]
        codes = tool("parse", "".join(json.dumps(request) + "\n" for request in requests))
        self.assertEqual(len(codes), len(requests))
        schema = validator("request.schema.json")
        for request, code in zip(requests, codes):
            self.assertEqual(schema.is_valid(request), code == "ok", f"{json.dumps(request)}: the parser says {code}")
        self.assertGreater(codes.count("ok"), 50)
        self.assertGreater(len(set(codes)), 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], warnings="ignore")
