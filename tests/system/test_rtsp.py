# SPDX-License-Identifier: MIT
"""A network camera: low latency, a server that dies, hangs and comes back; skipped by name where gst-rtsp-server is not installed."""
import os
import signal
import socket
import subprocess
import sys
import time
import unittest

import harness

SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rtsp_server.py")
NEEDED = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Camera:
    """The server as a process of its own, on one port for all its lives."""

    def __init__(self, codec="jpeg", account=()):
        self.port, self.codec, self.account, self.process = free_port(), codec, account, None
        self.start()

    def start(self):
        self.process = subprocess.Popen([sys.executable, SERVER, str(self.port), self.codec, *self.account], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, preexec_fn=harness.die_with_parent)
        if self.process.stdout.readline() != "serving\n":
            if self.process.wait() == 77:
                raise unittest.SkipTest(f"GStreamer here has no encoder for {self.codec}")
            raise AssertionError("the server does not start")

    def show(self, pattern):
        self.process.stdin.write(pattern + "\n")
        self.process.stdin.flush()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def config(self, more="", account=""):
        return f"[stream cam]\nsource=rtsp://{account}127.0.0.1:{self.port}/cam\nframe_timeout_s=2\n{more}"


class Rtsp(harness.Case):
    def camera(self, *arguments, **more):
        camera = Camera(*arguments, **more)
        self.addCleanup(camera.kill)
        return camera

    def snapshot_bytes(self, client):
        reply = client.ask_raw(b'{"cmd":"snapshot","stream":"cam"}')
        return len(reply[1]) if len(reply) == 2 else 0

    def latency(self, codec):
        """From a change at the server to a picture that shows it: noise makes large JPEGs, black small ones. The best of three."""
        camera = self.camera(codec)
        daemon = self.daemon(camera.config())
        client, took = daemon.client(), []
        self.assertEqual(self.wait_up(client, "cam", 20)["size"], [320, 240])
        for _ in range(3):
            camera.show("snow")
            self.wait_bytes(client, lambda size: size > 12000)
            began = time.monotonic()
            camera.show("black")
            self.wait_bytes(client, lambda size: 0 < size < 6000)
            took.append(time.monotonic() - began)
        return min(took)

    def wait_bytes(self, client, wanted, seconds=15):
        end, size = time.monotonic() + seconds, None
        while time.monotonic() < end:
            size = self.snapshot_bytes(client)
            if wanted(size):
                return
        self.fail(f"a snapshot of {size} bytes after {seconds} s")

    def test_low_latency(self):
        """rtspsrc left to itself holds every frame back for two seconds."""
        self.assertLess(self.latency("jpeg"), 1)

    def test_low_latency_vp8(self):
        self.assertLess(self.latency("vp8"), 1)

    def test_low_latency_h264(self):
        self.assertLess(self.latency("h264"), 1)

    def test_a_camera_that_hears(self):
        """Its sound comes first, and is no picture."""
        client = self.daemon(self.camera("sound").config()).client()
        self.assertEqual(self.wait_up(client, "cam", 20)["size"], [320, 240])

    def test_an_account_with_marks_that_an_address_cannot_hold(self):
        client = self.daemon(self.camera(account=("me", "p@ss: \"w%rd")).config(account="me:p@ss: \"w%rd@")).client()
        self.assertEqual(self.wait_up(client, "cam", 20)["size"], [320, 240])

    def test_server_killed_and_back(self):
        camera = self.camera()
        daemon = self.daemon(camera.config("search_s=0\n") + harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.")
        self.wait_up(client, "cam", 20)
        self.wait_up(client)
        target = client.ask(cmd="track", stream="cam", box=[140, 100, 40, 40])
        self.assertTrue(target["ok"], target)
        camera.kill()
        down = watcher.until_down(target["target"], 20)
        self.assertEqual(down["stream"], "cam")
        gone = client.ask(cmd="status", stream="cam")["streams"][0]
        self.assertEqual((gone["link"], gone["state"], gone["target"]), ("down", "lost", target["target"]))
        time.sleep(1)
        camera.start()
        watcher.until(lambda _, m: (m["event"], m["stream"]) == ("stream-up", "cam"), 30)
        searched = self.wait_processed(client)
        self.assertEqual(searched["target"], target["target"])
        beside = client.ask(cmd="status", stream="ball")["streams"][0]
        self.assertEqual((beside["link"], beside["counters"]["restarts"]), ("up", 0))

    def wait_processed(self, client):
        """Status of the stream once frames have gone through the tracker again."""
        before, end = client.ask(cmd="status", stream="cam")["streams"][0]["counters"]["processed"], time.monotonic() + 20
        while time.monotonic() < end:
            status = client.ask(cmd="status", stream="cam")["streams"][0]
            if status["counters"]["processed"] > before + 3:
                return status
            time.sleep(0.1)
        self.fail(f"no frame is searched: {status}")

    def test_a_server_that_hangs(self):
        """The connection stays and nothing comes, nor does an answer to the next attempts: the others go on, requests are answered, the end is quick."""
        camera = self.camera()
        daemon = self.daemon(camera.config() + harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.cam ")
        self.wait_up(client, "cam", 20)
        os.kill(camera.process.pid, signal.SIGSTOP)
        self.addCleanup(lambda: camera.process.poll() is None and os.kill(camera.process.pid, signal.SIGCONT))
        self.assertIn("no frame for 2 s", watcher.until_event("stream-down", 20)["reason"])
        slowest, end = 0, time.monotonic() + 6
        while time.monotonic() < end:
            began = time.monotonic()
            self.assertTrue(client.ask(cmd="reload")["ok"])
            slowest = max(slowest, time.monotonic() - began)
            daemon.wait_notify("READY=1")
            time.sleep(0.1)
        self.assertLess(slowest, 3, "the main thread waited for the server")
        os.kill(camera.process.pid, signal.SIGCONT)
        watcher.until_event("stream-up", 40)
        os.kill(camera.process.pid, signal.SIGSTOP)
        code, seconds = daemon.stop()
        self.assertEqual(code, 0, daemon.log())
        self.assertLess(seconds, 2)

    def test_a_server_that_comes_late(self):
        camera = self.camera()
        camera.kill()
        daemon = self.daemon(camera.config())
        watcher = daemon.watch("event.cam ")
        watcher.next(1)
        camera.start()
        watcher.until_event("stream-up", 20)

    def test_account(self):
        """A password in the address is used, and told to nobody."""
        camera = self.camera(account=("tracker", "s3cret"))
        daemon = self.daemon(camera.config(account="tracker:s3cret@") + camera.config(account="tracker:wr0ng@").replace("cam]", "other]"))
        client, watcher = daemon.client(), daemon.watch("event.", "status ")
        self.wait_up(client, "cam", 20)
        self.assertEqual(client.ask(cmd="status", stream="other")["streams"][0]["link"], "down")
        heard, end = [], time.monotonic() + 3
        while time.monotonic() < end:
            heard.append(str(watcher.next(1)))
        said = "".join(heard) + str(client.ask(cmd="streams")) + str(client.ask(cmd="status")) + daemon.log()
        for secret in ("s3cret", "wr0ng"):
            self.assertNotIn(secret, said)


if __name__ == "__main__":
    if subprocess.run([sys.executable, "-c", NEEDED], capture_output=True, check=False).returncode != 0:
        print("SKIP test_rtsp.py: gir1.2-gst-rtsp-server-1.0 and python3-gi are not installed")
        sys.exit(77)
    harness.main()
