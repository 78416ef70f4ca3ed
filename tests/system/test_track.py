# SPDX-License-Identifier: MIT
"""The main job: a box drawn on a picture becomes a stream of JSON boxes."""
import time

import harness
import zmq

CUP = f"[stream cup]\nsource=file://{harness.CUP}\nloop=true\n"


class Track(harness.Case):
    def setUp(self):
        super().setUp()
        self.began_ns = time.monotonic_ns()

    def test_a_box_becomes_boxes(self):
        """The box must follow the clip's picture, so this needs the real model."""
        daemon = self.daemon(CUP, env=harness.REAL_MODEL)
        watcher, client = daemon.watch("track.cup ", "event.cup "), daemon.client()
        self.wait_up(client, "cup")
        reply = self.start_target(client, "cup", id="a", box=harness.CUP_BOX)
        self.assertEqual(reply["id"], "a")
        seen = watcher.until(lambda topic, m: topic == "track.cup" and m["seq"] >= 30)
        started = next(i for i, (_, m) in enumerate(seen) if m.get("event") == "started")
        tracks = [m for topic, m in seen if topic == "track.cup"]
        self.assertFalse([t for t, _ in seen[:started] if t == "track.cup"], "a box before `started`")
        self.assertEqual(seen[started][1]["frame"], reply["frame"])
        self.assertEqual([m["seq"] for m in tracks], list(range(1, 31)))
        self.assertEqual([m["frame"] for m in tracks], sorted(m["frame"] for m in tracks))
        first = tracks[0]
        self.assertEqual(first["frame"], reply["frame"])
        self.assertEqual(first["size"], [640, 480])
        for got, drawn in zip(first["box"], harness.CUP_BOX):
            self.assertAlmostEqual(got, drawn, delta=0.01)
        for message in tracks:
            self.check_message(message, reply)

    def check_message(self, m, reply):
        """What holds for every message, also for its box."""
        self.assertEqual((m["type"], m["proto"], m["epoch"], m["stream"], m["target"]), ("track", 1, reply["epoch"], "cup", reply["target"]))
        width, height = m["size"]
        x, y, w, h = m["box"]
        for got, wanted in zip(m["box_norm"], (x / width, y / height, w / width, h / height)):
            self.assertAlmostEqual(got, wanted, delta=1e-5)
        self.assertAlmostEqual(m["offset"][0], (x + w / 2) / width * 2 - 1, delta=1e-3)
        self.assertAlmostEqual(m["offset"][1], (y + h / 2) / height * 2 - 1, delta=1e-3)
        self.assertTrue(0 <= m["score"] <= 1)
        self.assertGreaterEqual(m["age_us"], 0)
        self.assertTrue(self.began_ns < m["capture_ns"] < time.monotonic_ns())

    def test_point_and_norm(self):
        client = self.daemon(harness.BALL).client()
        self.wait_up(client)
        reply = {"target": 0}
        for request in ({"point": [160, 120]}, {"point": [160, 120], "radius_px": 20}, {"point": [0.5, 0.5], "units": "norm"},
                        {"box": [0.4, 0.4, 0.2, 0.2], "units": "norm"}):
            before, reply = reply, self.start_target(client, **request)
            self.assertGreater(reply["target"], before["target"])

    def test_bad_boxes_leave_the_target(self):
        daemon = self.daemon(harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.ball ")
        self.wait_up(client)
        target = self.start_target(client)["target"]
        for box in ([1000, 0, 40, 40], [-39, 10, 40, 40], [10, 10, 0, 0], [10, 10, -20, 20], [10, 10, 3, 40], [0, 0, 321, 200],
                    [0, 0, 1e300, 1e300], [1e308, 0, 20, 20]):
            self.refused(client.ask(cmd="track", stream="ball", box=box), "bad-box", "320x240")
        self.assertEqual(self.status(client)["target"], target)
        client.ask(cmd="stop", stream="ball")
        stopped = watcher.until(lambda _, m: m.get("event") == "stopped")[-1][1]
        self.assertEqual((stopped["target"], stopped["reason"]), (target, "requested"))

    def test_replaced_and_stopped(self):
        daemon = self.daemon(harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.ball ", "track.ball ")
        self.wait_up(client)
        first = self.start_target(client, box=[100, 100, 40, 40])["target"]
        second = self.start_target(client, box=[150, 100, 40, 40])["target"]
        self.assertGreater(second, first)
        replaced = watcher.until_event("stopped")
        self.assertEqual((replaced["target"], replaced["reason"]), (first, "replaced"))
        self.assertEqual(watcher.until_event("started")["target"], second)
        self.assertTrue(client.ask(cmd="stop", stream="ball")["ok"])
        self.assertEqual(watcher.until_event("stopped")["target"], second)
        self.assertTrue(client.ask(cmd="stop", stream="ball")["ok"], "stop without a target")
        self.assertEqual(self.status(client)["state"], "idle")
        third = self.start_target(client)["target"]
        self.assertEqual(watcher.next()[1]["target"], third, "a message after the target's end")

    def test_two_streams(self):
        two = harness.BALL + harness.BALL.replace("[stream ball]", "[stream ball2]")
        daemon = self.daemon(two)
        client, watcher = daemon.client(), daemon.watch("track.ball ")
        self.wait_up(client, "ball")
        self.wait_up(client, "ball2")
        self.assertEqual(client.ask(cmd="hello")["streams"], ["ball", "ball2"])
        one, other = self.start_target(client), self.start_target(client, "ball2")
        self.assertNotEqual(one["target"], other["target"])
        for topic, message in watcher.until(lambda _, m: m["seq"] == 10):
            self.assertEqual((topic, message["target"]), ("track.ball", one["target"]))
        states = {s["stream"]: s for s in client.ask(cmd="status")["streams"]}
        self.assertEqual(states["ball2"]["target"], other["target"])

    def test_past_frame(self):
        client = self.daemon(harness.BALL).client()
        self.wait_up(client)
        self.wait_status(client, "ball", lambda status: status["frame"] > 10)
        self.wait(lambda: self.start_on_past_frame(client), "no past frame is taken")
        self.refused(client.ask(cmd="track", stream="ball", box=[140, 100, 40, 40], frame=10**6), "frame-expired")
        self.refused(client.ask(cmd="track", stream="ball", box=[140, 100, 40, 40], pts_ns=10**15), "frame-expired")

    def start_on_past_frame(self, client):
        """On a busy machine not every frame is kept, and a kept frame may be gone again."""
        past = self.status(client)["frame"] - 5
        reply = client.ask(cmd="track", stream="ball", box=[140, 100, 40, 40], frame=past)
        if reply["ok"]:
            self.assertEqual(reply["frame"], past)
        else:
            self.refused(reply, "frame-expired")
        return reply["ok"]

    def test_no_frame(self):
        silent = "[stream silent]\nsource=pipeline:appsrc is-live=true caps=video/x-raw,format=I420,width=64,height=64,framerate=30/1\n"
        client = self.daemon(silent).client()
        began = time.monotonic()
        self.refused(client.ask(cmd="track", stream="silent", box=[1, 1, 20, 20]), "no-frame")
        self.assertGreater(time.monotonic() - began, 0.9)
        self.refused(client.ask(cmd="snapshot", stream="silent"), "no-frame")

    def test_busy_and_interleaving(self):
        silent = "[stream silent]\nsource=pipeline:appsrc is-live=true caps=video/x-raw,format=I420,width=64,height=64,framerate=30/1\n"
        client, asker = (daemon := self.daemon(silent + harness.BALL)).client(), daemon.client(zmq.DEALER)
        self.wait_up(client)
        for request in ({"id": "waits", "cmd": "track", "stream": "silent", "box": [1, 1, 20, 20]},
                        {"id": "too many", "cmd": "track", "stream": "silent", "box": [1, 1, 20, 20]},
                        {"id": "other stream", "cmd": "track", "stream": "ball", "box": [140, 100, 40, 40]}, {"id": "ping", "cmd": "ping"}):
            asker.socket.send_json(request)
        replies = [asker.socket.recv_json() for _ in range(4)]
        by_id = {reply["id"]: reply for reply in replies}
        self.refused(by_id["too many"], "busy")
        self.refused(by_id["waits"], "no-frame")
        self.assertTrue(by_id["ping"]["ok"])
        self.assertTrue(by_id["other stream"]["ok"] or by_id["other stream"]["error"]["code"] == "no-frame")
        order = [reply["id"] for reply in replies]
        self.assertLess(max(order.index("too many"), order.index("ping")), order.index("waits"), "the others waited too")


if __name__ == "__main__":
    harness.main()
