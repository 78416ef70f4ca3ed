# SPDX-License-Identifier: MIT
"""The promises to users in seconds. These tests run alone. No other test has an upper time limit,
except that of any wait."""
import os
import signal
import socket
import sys
import time
import unittest

import harness
from camera import HAS_SERVER, WITHOUT, Camera

STOP_S = 2
LATENCY_S = 1
RELOAD_S = 3


class Stop(harness.Case):
    """The daemon ends within two seconds, whatever its streams and clients do."""

    def stops(self, daemon, number=signal.SIGTERM):
        code, seconds = daemon.stop(number)
        self.assertEqual(code, 0, daemon.log())
        self.assertLess(seconds, STOP_S)

    def test_with_a_target(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            daemon = self.daemon(harness.BALL + f"[stream cup]\nsource=file://{harness.CUP}\nloop=true\n")
            client, watcher = daemon.client(), daemon.watch("event.ball ")
            self.wait_up(client)
            self.start_target(client)
            self.stops(daemon, number)
            self.assertEqual(watcher.until_event("stopped")["reason"], "stream-down")
            self.assertEqual(sorted(os.listdir(daemon.runtime)), ["control.lock", "events.lock"])

    def test_with_an_output_that_blocks(self):
        fifo = os.path.join(self.stack.enter_context(harness.tempfile.TemporaryDirectory()), "fifo")
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        daemon = self.daemon(harness.BALL + f"output=filesink location={fifo}\n")
        frame = self.wait_up(daemon.client())["frame"]
        self.wait_status(daemon.client(), "ball", lambda status: status["frame"] > frame + 20)
        self.stops(daemon)

    def test_with_connections_that_say_nothing(self):
        port = self.stack.enter_context(harness.hold_port()).port
        daemon = self.daemon(harness.BALL, daemon=f"http_port={port}")
        for _ in range(20):
            self.stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        self.wait_up(daemon.client())
        self.stops(daemon)

    @unittest.skipUnless(HAS_SERVER, WITHOUT)
    def test_with_a_camera_that_hangs(self):
        camera = Camera()
        self.addCleanup(camera.close)
        daemon = self.daemon(camera.config())
        self.wait_up(daemon.client(), "cam")
        camera.hang()
        self.stops(daemon)


@unittest.skipUnless(HAS_SERVER, WITHOUT)
class NetworkCamera(harness.Case):
    def camera(self, codec="jpeg"):
        camera = Camera(codec)
        self.addCleanup(camera.close)
        return camera

    def test_a_reload_while_it_hangs(self):
        """No request waits for the server."""
        camera = self.camera()
        daemon = self.daemon(camera.config())
        client = daemon.client()
        attempts = self.wait_up(client, "cam")["counters"]["restarts"]
        camera.hang()
        slowest = 0
        while self.status(client, "cam")["counters"]["restarts"] < attempts + 2:
            began = time.monotonic()
            self.assertTrue(client.ask(cmd="reload")["ok"])
            slowest = max(slowest, time.monotonic() - began)
            daemon.wait_notify("READY=1")
        self.assertLess(slowest, RELOAD_S)

    def snapshot_bytes(self, client):
        reply = client.ask_raw(b'{"cmd":"snapshot","stream":"cam"}')
        return len(reply[1]) if len(reply) == 2 else 0

    def latency(self, codec):
        """The time from a change at the server to a picture that shows it, the best of three. Noise
        makes large JPEGs, black small ones."""
        camera = self.camera(codec)
        client, took = self.daemon(camera.config()).client(), []
        self.assertEqual(self.wait_up(client, "cam")["size"], [320, 240])
        for _ in range(3):
            camera.show("snow")
            self.wait(lambda: self.snapshot_bytes(client) > 12000, "no noise in the picture")
            began = time.monotonic()
            camera.show("black")
            self.wait(lambda: 0 < self.snapshot_bytes(client) < 6000, "no black picture")
            took.append(time.monotonic() - began)
        return min(took)

    def test_low_latency(self):
        """rtspsrc by itself holds every frame back for two seconds."""
        self.assertLess(self.latency("jpeg"), LATENCY_S)

    def test_low_latency_vp8(self):
        self.assertLess(self.latency("vp8"), LATENCY_S)

    def test_low_latency_h264(self):
        self.assertLess(self.latency("h264"), LATENCY_S)


if __name__ == "__main__":
    if not HAS_SERVER:
        print(f"SKIP test_limits.py, network camera: {WITHOUT}", file=sys.stderr)
    harness.main()
