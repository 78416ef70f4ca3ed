# SPDX-License-Identifier: MIT
"""The main job: a box drawn on a picture becomes a stream of JSON boxes."""
import time

import harness
import zmq

CUP = f"[stream cup]\nsource=file://{harness.CUP}\nloop=true\n"


class Track(harness.Case):
    def test_a_box_becomes_boxes(self):
        daemon = self.daemon(CUP)
        watcher, client = daemon.watch("track.cup ", "event.cup "), daemon.client()
        self.wait_up(client, "cup")
        reply = client.ask(id="a", cmd="track", stream="cup", box=harness.CUP_BOX)
        self.assertTrue(reply["ok"], reply)
        self.assertEqual((reply["id"], reply["target"]), ("a", 1))
        seen = watcher.until(lambda topic, m: topic == "track.cup" and m["seq"] == 30)
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
        """What holds for every message, box and all."""
        self.assertEqual((m["type"], m["proto"], m["epoch"], m["stream"], m["target"]), ("track", 1, reply["epoch"], "cup", 1))
        width, height = m["size"]
        x, y, w, h = m["box"]
        for got, wanted in zip(m["box_norm"], (x / width, y / height, w / width, h / height)):
            self.assertAlmostEqual(got, wanted, delta=1e-5)
        self.assertAlmostEqual(m["offset"][0], (x + w / 2) / width * 2 - 1, delta=1e-3)
        self.assertAlmostEqual(m["offset"][1], (y + h / 2) / height * 2 - 1, delta=1e-3)
        self.assertTrue(0 <= m["score"] <= 1)
        self.assertGreaterEqual(m["age_us"], 0)
        self.assertLess(abs(time.monotonic_ns() - m["capture_ns"]), 30e9)

    def test_point_and_norm(self):
        client = self.daemon(harness.BALL).client()
        self.wait_up(client)
        for request in ({"point": [160, 120]}, {"point": [160, 120], "radius_px": 20}, {"point": [0.5, 0.5], "units": "norm"},
                        {"box": [0.4, 0.4, 0.2, 0.2], "units": "norm"}):
            reply = client.ask(cmd="track", stream="ball", **request)
            self.assertTrue(reply["ok"], (request, reply))
        self.assertEqual(reply["target"], 4)

    def test_bad_boxes_leave_the_target(self):
        daemon = self.daemon(harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.ball ")
        self.wait_up(client)
        target = client.ask(cmd="track", stream="ball", box=[140, 100, 40, 40])["target"]
        for box in ([1000, 0, 40, 40], [-39, 10, 40, 40], [10, 10, 0, 0], [10, 10, -20, 20], [10, 10, 3, 40], [0, 0, 321, 200],
                    [0, 0, 1e300, 1e300], [1e308, 0, 20, 20]):
            self.refused(client.ask(cmd="track", stream="ball", box=box), "bad-box", "320x240")
        self.assertEqual(client.ask(cmd="status", stream="ball")["streams"][0]["target"], target)
        client.ask(cmd="stop", stream="ball")
        stopped = watcher.until(lambda _, m: m.get("event") == "stopped")[-1][1]
        self.assertEqual((stopped["target"], stopped["reason"]), (target, "requested"))

    def test_replaced_and_stopped(self):
        daemon = self.daemon(harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.ball ", "track.ball ")
        self.wait_up(client)
        first = client.ask(cmd="track", stream="ball", box=[100, 100, 40, 40])["target"]
        second = client.ask(cmd="track", stream="ball", box=[150, 100, 40, 40])["target"]
        self.assertGreater(second, first)
        replaced = watcher.until_event("stopped")
        self.assertEqual((replaced["target"], replaced["reason"]), (first, "replaced"))
        self.assertEqual(watcher.until_event("started")["target"], second)
        self.assertTrue(client.ask(cmd="stop", stream="ball")["ok"])
        self.assertEqual(watcher.until_event("stopped")["target"], second)
        self.assertIsNone(watcher.next(0.3), "a message after the target's end")
        self.assertTrue(client.ask(cmd="stop", stream="ball")["ok"], "stop without a target")
        self.assertEqual(client.ask(cmd="status", stream="ball")["streams"][0]["state"], "idle")

    def test_two_streams(self):
        two = harness.BALL + harness.BALL.replace("[stream ball]", "[stream ball2]")
        daemon = self.daemon(two)
        client, watcher = daemon.client(), daemon.watch("track.ball ")
        self.wait_up(client, "ball")
        self.wait_up(client, "ball2")
        self.assertEqual(client.ask(cmd="hello")["streams"], ["ball", "ball2"])
        one = client.ask(cmd="track", stream="ball", box=[140, 100, 40, 40])
        other = client.ask(cmd="track", stream="ball2", box=[140, 100, 40, 40])
        self.assertNotEqual(one["target"], other["target"])
        for topic, message in watcher.until(lambda _, m: m["seq"] == 10):
            self.assertEqual((topic, message["target"]), ("track.ball", one["target"]))
        states = {s["stream"]: s for s in client.ask(cmd="status")["streams"]}
        self.assertEqual(states["ball2"]["target"], other["target"])

    def test_past_frame(self):
        client = self.daemon(harness.BALL).client()
        self.wait_up(client)
        time.sleep(0.7)
        newest = client.ask(cmd="status", stream="ball")["streams"][0]["frame"]
        reply = client.ask(cmd="track", stream="ball", box=[140, 100, 40, 40], frame=newest - 5)
        self.assertTrue(reply["ok"], reply)
        self.assertEqual(reply["frame"], newest - 5)
        self.refused(client.ask(cmd="track", stream="ball", box=[140, 100, 40, 40], frame=newest + 1000000), "frame-expired")
        self.refused(client.ask(cmd="track", stream="ball", box=[140, 100, 40, 40], pts_ns=10**15), "frame-expired")

    def test_no_frame(self):
        silent = "[stream silent]\nsource=pipeline:appsrc is-live=true caps=video/x-raw,format=I420,width=64,height=64,framerate=30/1\n"
        client = self.daemon(silent).client()
        began = time.monotonic()
        self.refused(client.ask(cmd="track", stream="silent", box=[1, 1, 20, 20]), "no-frame")
        self.assertTrue(0.9 < time.monotonic() - began < 1.6, time.monotonic() - began)
        self.refused(client.ask(cmd="snapshot", stream="silent"), "no-frame")

    def test_busy_and_interleaving(self):
        silent = "[stream silent]\nsource=pipeline:appsrc is-live=true caps=video/x-raw,format=I420,width=64,height=64,framerate=30/1\n"
        daemon = self.daemon(silent + harness.BALL)
        first, second, third = daemon.client(), daemon.client(zmq.DEALER), daemon.client()
        self.wait_up(third)
        first.socket.send_json({"id": "waits", "cmd": "track", "stream": "silent", "box": [1, 1, 20, 20]})
        time.sleep(0.2)
        self.refused(second.ask(id="2", cmd="track", stream="silent", box=[1, 1, 20, 20]), "busy")
        self.assertTrue(third.ask(cmd="track", stream="ball", box=[140, 100, 40, 40])["ok"])
        late = first.socket.recv_json()
        self.assertEqual(late["id"], "waits")
        self.refused(late, "no-frame")


if __name__ == "__main__":
    harness.main()
