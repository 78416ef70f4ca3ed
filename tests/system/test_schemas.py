#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Everything that a real daemon sends follows the schemas of docs/protocol."""
import json
import os
import sys

from harness import BALL, Case, main

sys.path.insert(0, os.path.join(os.environ["ETRACK_SOURCE"], "tests", "include"))
from wire_schemas import SCHEMAS, validator  # pylint: disable=wrong-import-position

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


def examples():
    """The lines of the page of examples: ("->" or "<-" or a topic, the rest)."""
    with open(os.path.join(os.environ["ETRACK_SOURCE"], "docs", "protocol", "examples.md"), encoding="utf-8") as page:
        return [line.strip().split(" ", 1) for line in page if line.startswith("    ")]


class Examples(Case):
    """docs/protocol/examples.md has every command, error and event, in the form of the schemas."""

    def test_everything_is_there(self):
        commands, codes, events = set(), set(), set()
        for mark, text in examples():
            with self.subTest(text[:200]):
                if mark == "->" and text != '{"cmd":':
                    commands.add(json.loads(text)["cmd"])
                elif mark == "<-":
                    reply = json.loads(text)
                    validator("reply.schema.json").validate(reply)
                    codes.add(reply.get("error", {}).get("code"))
                elif mark != "->":
                    event = json.loads(text)
                    validator("event.schema.json#/$defs/" + event["type"]).validate(event)
                    self.assertEqual(mark, event["type"] + ("." + event["stream"] if "stream" in event else ""))
                    events.add(event.get("event"))
        self.assertEqual(commands - {"fly"}, set(REPLIES))
        reply, event = SCHEMAS["reply.schema.json"]["$defs"], SCHEMAS["event.schema.json"]["$defs"]
        self.assertEqual(codes - {None}, set(reply["error"]["properties"]["error"]["properties"]["code"]["enum"]))
        self.assertEqual(events - {None}, set(event["event"]["properties"]["event"]["enum"]))

    def test_a_daemon_answers_like_that(self):
        client = self.daemon(BALL.replace("ball]", "cam0]").replace("=320", "=1280").replace("=240", "=720")).client()
        self.wait_up(client, "cam0")
        lines = examples()
        for (mark, text), (_, wanted) in zip(lines, lines[1:]):
            if mark != "->":
                continue
            with self.subTest(text):
                got, wanted = json.loads(client.ask_raw(text.encode())[0]), json.loads(wanted)
                self.assertEqual((got["ok"], got.get("id"), got.get("error")), (wanted["ok"], wanted.get("id"), wanted.get("error")))
                self.assertEqual(list(got), list(wanted))


class Schemas(Case):
    def setUp(self):
        super().setUp()
        self.service = self.daemon(BALL + "hfov_deg=60\n[stream gone]\nsource=file:///nowhere/x.mkv\n")
        self.client = self.service.client()
        self.wait_up(self.client)

    def validate(self, pointer, message):
        with self.subTest(json.dumps(message)[:300]):
            validator(pointer).validate(message)

    def ask_until_done(self, request):
        """The reply's parts. Asks again while a busy machine gives no frame within a second."""
        parts = self.client.ask_raw(json.dumps(request).encode())
        reply = json.loads(parts[0])
        if not reply["ok"]:
            self.refused(reply, "no-frame")
        return reply["ok"] and parts

    def test_replies(self):
        for request in REQUESTS:
            validator("request.schema.json").validate(request)
            parts = self.wait(lambda request=request: self.ask_until_done(request), f"{request} is not done")
            reply = json.loads(parts[0])
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
        seen = []
        for _ in range(2):
            target = self.start_target(self.client)["target"]
            seen += watcher.until(lambda topic, m, target=target: topic == "track.ball" and m["target"] == target)
        seen += watcher.until(lambda topic, _: topic == "status")
        self.client.ask(cmd="stop", stream="ball")
        seen += watcher.until(lambda _, m: m.get("reason") == "requested")
        kinds = set()
        for topic, message in seen:
            kinds.add(message["type"])
            self.validate("event.schema.json#/$defs/" + message["type"], message)
            self.assertEqual(topic, message["type"] + ("." + message["stream"] if "stream" in message else ""))
        self.assertEqual(kinds, {"track", "event", "status"})


if __name__ == "__main__":
    main()
