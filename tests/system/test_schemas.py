#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Everything that a real daemon says keeps to the schemas of docs/protocol."""
import json
import os
import sys
import time

from harness import BALL, Case, main

sys.path.insert(0, os.path.join(os.environ["ETRACK_SOURCE"], "tests", "include"))
from wire_schemas import validator  # pylint: disable=wrong-import-position

REPLIES = {
    "hello": "hello", "streams": "streams", "track": "track", "stop": "done", "status": "status", "set": "done", "cameras": "cameras",
    "metrics": "metrics", "reload": "done", "ping": "done", "snapshot": "snapshot"}
REQUESTS = [
    {"cmd": "hello"}, {"cmd": "streams", "id": "1"}, {"cmd": "status", "id": "\u00e9"}, {"cmd": "cameras"}, {"cmd": "metrics"}, {"cmd": "ping"},
    {"cmd": "set", "stream": "ball", "values": {"coast_s": 0.2, "search_s": 1}},
    {"cmd": "track", "stream": "ball", "box": [140, 100, 40, 40]},
    {"cmd": "status", "stream": "ball"}, {"cmd": "snapshot", "stream": "ball"}, {"cmd": "reload"}]
REFUSED = {
    "bad-json": b"{", "bad-request": b"{}", "bad-value": b'{"cmd":7}', "unknown-command": b'{"cmd":"fly"}',
    "unknown-stream": b'{"cmd":"stop","stream":"x"}', "bad-box": b'{"cmd":"track","stream":"ball","box":[-900,0,9,9]}',
    "frame-expired": b'{"cmd":"track","stream":"ball","box":[1,1,40,40],"frame":9000000}',
    "stream-down": b'{"cmd":"track","stream":"gone","box":[1,1,40,40]}', "too-large": b" " * (65 << 10)}


class Schemas(Case):
    def setUp(self):
        super().setUp()
        self.service = self.daemon(BALL + "hfov_deg=60\n[stream gone]\nsource=file:///nowhere/x.mkv\n")
        self.client = self.service.client()
        self.wait_up(self.client)

    def validate(self, pointer, message):
        with self.subTest(json.dumps(message)[:300]):
            validator(pointer).validate(message)

    def test_replies(self):
        for request in REQUESTS:
            validator("request.schema.json").validate(request)
            parts = self.client.ask_raw(json.dumps(request).encode())
            reply = json.loads(parts[0])
            self.assertTrue(reply["ok"], (request, reply))
            self.validate("reply.schema.json#/$defs/" + REPLIES[request["cmd"]], reply)
            self.assertEqual(len(parts), 2 if request["cmd"] == "snapshot" else 1)
        self.assertEqual(len(parts), 1)

    def test_refusals(self):
        for code, request in REFUSED.items():
            reply = json.loads(self.client.ask_raw(request)[0])
            self.validate("reply.schema.json#/$defs/error", reply)
            self.assertEqual(reply["error"]["code"], code, reply)

    def test_events(self):
        watcher = self.service.watch("track.", "event.", "status ")
        watcher.next(2)
        for _ in range(2):
            self.client.ask(cmd="track", stream="ball", box=[140, 100, 40, 40])
            time.sleep(0.5)
        self.client.ask(cmd="stop", stream="ball")
        seen = watcher.until(lambda _, m: m.get("reason") == "requested")
        kinds = set()
        for topic, message in seen:
            kinds.add(message["type"])
            self.validate("event.schema.json#/$defs/" + message["type"], message)
            self.assertEqual(topic, message["type"] + ("." + message["stream"] if "stream" in message else ""))
        self.assertEqual(kinds, {"track", "event", "status"})


if __name__ == "__main__":
    main()
