# SPDX-License-Identifier: MIT
"""The control socket: every command, and the replies to bad requests."""
import json
import time

import harness
import zmq


class Requests(harness.Case):
    def setUp(self):
        super().setUp()
        self.running = self.daemon(harness.BALL)
        self.client = self.running.client()
        self.wait_up(self.client)

    def test_hello_and_clocks(self):
        hello = self.client.ask(id="1", cmd="hello")
        self.assertTrue(hello["ok"])
        self.assertEqual((hello["name"], hello["proto"], hello["streams"], hello["model"]), ("etrackd", 1, ["ball"], "still"))
        self.assertRegex(hello["epoch"], "^[0-9a-f]{8}$")
        for clock, now_ns in (("monotonic_ns", time.monotonic_ns), ("realtime_ns", time.time_ns)):
            before, said, after = now_ns(), self.client.ask(cmd="hello")["clocks"][clock], now_ns()
            self.assertTrue(before <= said <= after, (clock, before, said, after))

    def test_streams_and_status(self):
        stream = self.client.ask(cmd="streams")["streams"][0]
        self.assertEqual((stream["stream"], stream["source"], stream["link"], stream["size"]), ("ball", "test://ball", "up", [320, 240]))
        status = self.client.ask(cmd="status")
        self.assertGreater(status["memory_bytes"], 1 << 20)
        frames = status["streams"][0]["counters"]["frames"]
        self.wait_status(self.client, "ball", lambda status: status["counters"]["frames"] > frames)

    def test_set(self):
        self.assertTrue(self.client.ask(cmd="set", stream="ball", values={"coast_s": 2.5, "search_s": 0})["ok"])
        self.refused(self.client.ask(cmd="set", stream="ball", values={"weak_score": 0.1}), "bad-value", "weak_score")
        self.refused(self.client.ask(cmd="set", stream="ball", values={"coast_s": 61}), "bad-value", "coast_s")
        self.refused(self.client.ask(cmd="set", stream="ball", values={"nonsense": 1}), "bad-value", "nonsense")

    def params(self):
        return self.client.ask(cmd="status", stream="ball")["streams"][0]["params"]

    def test_what_is_set_can_be_read(self):
        before = self.params()
        self.assertEqual(sorted(before), sorted(("weak_score", "lost_score", "found_score", "score_hysteresis", "rival_ratio", "coast_s",
                                                 "search_s", "search_cost")))
        self.assertEqual((before["coast_s"], before["search_s"], before["weak_score"]), (1, 30, 0.45))
        self.assertTrue(self.client.ask(cmd="set", stream="ball", values={"coast_s": 2.5, "search_s": 0, "weak_score": 0.123457})["ok"])
        self.assertEqual(self.params(), {**before, "coast_s": 2.5, "search_s": 0, "weak_score": 0.123457})
        self.refused(self.client.ask(cmd="set", stream="ball", values={"coast_s": 5, "weak_score": 0.01}), "bad-value", "weak_score")
        self.assertEqual(self.params()["coast_s"], 2.5, "half of a refused set was taken")
        watcher = self.running.watch("status ")
        self.assertEqual(watcher.until(lambda *_: True)[-1][1]["streams"][0]["params"]["coast_s"], 2.5)
        self.assertTrue(self.client.ask(cmd="reload")["ok"])
        self.assertEqual(self.params(), before)

    def test_metrics(self):
        text = self.client.ask(cmd="metrics")["text"]
        self.assertRegex(text, r'(?m)^etrackd_frames_total\{stream="ball"\} [1-9]')
        self.assertRegex(text, r'(?m)^etrackd_stream_up\{stream="ball"\} 1$')
        for line in text.strip().split("\n"):
            self.assertRegex(line, r"^(# (HELP|TYPE) etrackd_\w+ .+|etrackd_\w+(\{[^}]*\})? -?[0-9.e+-]+)$")

    def test_snapshot(self):
        self.client.socket.send_json({"cmd": "snapshot", "stream": "ball"})
        head, jpeg = self.client.socket.recv_multipart()
        head = json.loads(head)
        self.assertTrue(head["ok"], head)
        self.assertGreater(head["frame"], 0)
        self.assertEqual(head["size_bytes"], len(jpeg))
        self.assertEqual((jpeg[:2], jpeg[-2:]), (b"\xff\xd8", b"\xff\xd9"))

    def test_cameras_and_ping(self):
        self.assertIsInstance(self.client.ask(cmd="cameras")["cameras"], list)
        reply = self.client.ask(id="x" * 64, cmd="ping")
        self.assertEqual((reply["ok"], reply["id"]), (True, "x" * 64))

    def test_unknown_stream(self):
        for command in ("stop", "snapshot", "status"):
            self.refused(self.client.ask(id="9", cmd=command, stream="nowhere"), "unknown-stream", "nowhere")
        self.refused(self.client.ask(cmd="track", stream="nowhere", box=[1, 2, 30, 40]), "unknown-stream")
        self.refused(self.client.ask(cmd="set", stream="nowhere", values={"coast_s": 1}), "unknown-stream")

    def test_garbage(self):
        cases = (
            (b"", "bad-json"), (b"garbage", "bad-json"), (b"[]", "bad-request"), (b"{}", "bad-request"), (b"\xff\xfe{}", "bad-json"),
            (b'{"cmd":"dance"}', "unknown-command"), (b'{"cmd":"ping","colour":"red"}', "bad-request"),
            (b'{"cmd":"ping","cmd":"ping"}', "bad-request"), (b'{"cmd":"stop"}', "bad-request"), (b'{"cmd":"ping"} {"cmd":"ping"}', "bad-json"),
            (b'{"cmd":"stop","stream":"a b"}', "bad-value"), (b'{"cmd":"track","stream":"ball"}', "bad-request"),
            (b'{"cmd":"track","stream":"ball","box":[1,2,3]}', "bad-value"), (b'{"cmd":"ping","id":7}', "bad-value"),
            (b'{"cmd":"ping"}\0', "bad-json"), (b'{"cmd":"ping","id":"\\uX000"}', "bad-json"),
            (b'{"cmd":"track","stream":"ball","box":[1,2,3,1e999]}', "bad-value"),
            (b"[" * 60000, "bad-json"), (b" " * 65536, "bad-json"), (b" " * 65537, "too-large"), (b"x" * 900000, "too-large"))
        for body, code in cases:
            reply = json.loads(self.client.ask_raw(body)[0])
            self.refused(reply, code)
            self.assertTrue(self.client.ask(cmd="ping")["ok"], body[:40])

    def test_malformed_envelopes(self):
        dealer = self.running.client(zmq.DEALER)
        self.assertEqual(json.loads(self.client.ask_raw(b"a", b"b")[0])["error"]["code"], "bad-request")
        self.assertEqual(json.loads(dealer.ask_raw(b"", b'{"cmd":"ping"}')[1])["ok"], True)
        self.assertEqual(json.loads(dealer.ask_raw(b'{"cmd":"ping"}')[0])["ok"], True)
        self.assertEqual(json.loads(dealer.ask_raw(b"hop", b"", b'{"cmd":"ping"}')[2])["ok"], True)
        for parts in ((b"",), (b"", b""), (b"x",) * 40, (b"y" * 300, b"", b"{}")):
            dealer.socket.send_multipart(parts)
        self.assertTrue(self.client.ask(cmd="ping")["ok"])

    def test_above_the_transport_limit(self):
        """It drops that client's connection and no other."""
        victim = self.running.client(zmq.DEALER)
        monitor = victim.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        victim.socket.send(b"x" * (2 << 20))
        self.assertTrue(monitor.poll(harness.PATIENCE * 1000), "the connection stays")
        self.assertTrue(self.client.ask(cmd="ping")["ok"])

    def test_a_thousand_at_once(self):
        dealer = self.running.client(zmq.DEALER)
        dealer.socket.setsockopt(zmq.SNDHWM, 0)
        for i in range(1000):
            dealer.socket.send_json({"id": str(i), "cmd": "ping"})
            if i % 100 == 99:
                for j in range(i - 99, i + 1):
                    self.assertEqual(dealer.socket.recv_json()["id"], str(j))

    def test_a_client_that_goes_away(self):
        for _ in range(50):
            gone = harness.Client(self.running.endpoint("control"))
            gone.socket.send_json({"cmd": "status"})
            gone.close()
        self.assertTrue(self.client.ask(cmd="ping")["ok"])


if __name__ == "__main__":
    harness.main()
