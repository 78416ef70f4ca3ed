# SPDX-License-Identifier: MIT
"""Sources that fail, fall silent, end or come late, and the streams beside them."""
import os
import shutil
import socket
import threading
import time

import harness

FRAME = 64 * 48 * 3 // 2


class Feed:
    """A camera made of a TCP server: I420 frames of 64x48 to whoever connects, until told to be silent or to hang up."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.silent = threading.Event()
        self.connection = None
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                self.connection, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.send, args=(self.connection,), daemon=True).start()

    def send(self, connection):
        number = 0
        try:
            while True:
                if not self.silent.is_set():
                    number += 1
                    connection.sendall(bytes((i * 7 + number) % 256 for i in range(64)) * (FRAME // 64))
                time.sleep(1 / 30)
        except OSError:
            pass

    def config(self, name="feed", timeout=1):
        return (f"[stream {name}]\nframe_timeout_s={timeout}\nsource=pipeline:tcpclientsrc host=127.0.0.1 port={self.port} ! "
                "rawvideoparse format=i420 width=64 height=48 framerate=30/1\n")

    def close(self):
        self.server.close()
        if self.connection:
            self.connection.close()


class Streams(harness.Case):
    def feed(self):
        feed = Feed()
        self.addCleanup(feed.close)
        return feed

    def test_a_failing_source_is_rebuilt(self):
        dying = "[stream dying]\nsource=pipeline:videotestsrc is-live=true ! identity error-after=15\n"
        daemon = self.daemon(dying + harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.dying ")
        self.wait_up(client)
        other = client.ask(cmd="track", stream="ball", box=[140, 100, 40, 40])["target"]
        down = watcher.until_event("stream-down")
        self.assertIn("identity", down["reason"])
        self.refused(client.ask(cmd="track", stream="dying", box=[10, 10, 40, 40]), "stream-down", "dying")
        watcher.until_event("stream-up", 5)
        first = client.ask(cmd="status", stream="dying")["streams"][0]
        watcher.until_event("stream-down")
        watcher.until_event("stream-up", 5)
        second = client.ask(cmd="status", stream="dying")["streams"][0]
        self.assertGreater(second["counters"]["restarts"], first["counters"]["restarts"])
        self.assertGreater(second["frame"], first["frame"], "frame numbers started again")
        beside = client.ask(cmd="status", stream="ball")["streams"][0]
        self.assertEqual((beside["target"], beside["counters"]["restarts"], beside["counters"]["lost_messages"]), (other, 0, 0))

    def test_pauses_grow(self):
        daemon = self.daemon(f"[stream gone]\nsource=file://{self.path()}/gone.webm\n" + harness.BALL)
        time.sleep(4.2)
        status = daemon.client().ask(cmd="status", stream="gone")["streams"][0]
        self.assertEqual(status["link"], "down")
        self.assertEqual(status["counters"]["restarts"], 3, "attempts after 0.5, 1.5 and 3.5 s")
        self.assertIn("gone.webm", status["reason"])
        self.assertEqual(daemon.log().count("stream gone is down"), 1, "a line an attempt")

    def path(self):
        folder = harness.tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        return folder

    def test_a_file_that_comes_late(self):
        folder = self.path()
        daemon = self.daemon(f"[stream late]\nsource=file://{folder}/late.webm\nloop=true\n")
        watcher = daemon.watch("event.late ")
        time.sleep(0.3)
        shutil.copy(harness.CUP, os.path.join(folder, "late.webm"))
        up = watcher.until_event("stream-up", 8)
        self.assertEqual(up["size"], [640, 480])

    def test_silence(self):
        feed = self.feed()
        daemon = self.daemon(feed.config() + harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.feed ", "track.feed ")
        self.wait_up(client, "feed")
        target = client.ask(cmd="track", stream="feed", box=[10, 10, 20, 20])
        self.assertTrue(target["ok"], target)
        feed.silent.set()
        lost = watcher.until(lambda _, m: m.get("event") in ("lost", "stream-down"), 5)
        down = lost[-1][1] if lost[-1][1]["event"] == "stream-down" else watcher.until_event("stream-down", 5)
        self.assertIn("no frame for 1 s", down["reason"])
        feed.silent.clear()
        watcher.until_event("stream-up", 8)
        status = client.ask(cmd="status", stream="feed")["streams"][0]
        self.assertEqual(status["target"], target["target"], "the target did not outlive its stream")

    def test_a_target_that_was_refused_for_want_of_a_frame(self):
        """The client was told no; when frames come after all, the target must not live."""
        feed = self.feed()
        daemon = self.daemon(feed.config(timeout=30))
        client, watcher = daemon.client(), daemon.watch("event.feed ", "track.feed ")
        self.wait_up(client, "feed")
        feed.silent.set()
        time.sleep(0.3)
        self.refused(client.ask(cmd="track", stream="feed", box=[10, 10, 20, 20]), "no-frame")
        feed.silent.clear()
        time.sleep(1)
        status = client.ask(cmd="status", stream="feed")["streams"][0]
        self.assertNotIn("target", status)
        self.assertEqual(status["state"], "idle")
        while (message := watcher.next(0.2)) is not None:
            self.assertIn(message[1].get("event"), ("stream-up",), "the target was published")

    def test_a_file_played_once(self):
        daemon = self.daemon(f"[stream once]\nsource=pipeline:videotestsrc num-buffers=30 ! video/x-raw,width=64,height=64,framerate=30/1\n")
        client, watcher = daemon.client(), daemon.watch("event.once ")
        watcher.until_event("stream-ended", 6)
        time.sleep(0.8)
        status = client.ask(cmd="status", stream="once")["streams"][0]
        self.assertEqual((status["link"], status["counters"]["frames"], status["counters"]["restarts"]), ("ended", 30, 0))
        self.refused(client.ask(cmd="track", stream="once", box=[1, 1, 20, 20]), "stream-down", "ended")

    def test_a_loop_goes_on_counting(self):
        folder = self.path()
        clip = "[stream cup]\nsource=images://" + folder + "/%02d.jpg\nloop=true\nrate_hz=50\n"
        harness.subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=10", "pattern=ball", "!",
                                "video/x-raw,width=160,height=120", "!", "jpegenc", "!", "multifilesink", "index=1",
                                f"location={folder}/%02d.jpg"], check=True)
        daemon = self.daemon(clip)
        client, watcher = daemon.client(), daemon.watch("track.cup ")
        self.wait_up(client, "cup")
        self.assertTrue(client.ask(cmd="track", stream="cup", box=[60, 40, 40, 40])["ok"])
        seen = [m for _, m in watcher.until(lambda _, m: m["seq"] == 40)]
        self.assertEqual([m["frame"] for m in seen], sorted({m["frame"] for m in seen}))
        self.assertGreater(seen[-1]["frame"], 30)
        pts = [m["pts_ns"] for m in seen if "pts_ns" in m]
        self.assertEqual(pts, sorted(pts), "presentation times went back at the loop")

    def test_angles(self):
        daemon = self.daemon(harness.BALL + "hfov_deg=60\n")
        client, watcher = daemon.client(), daemon.watch("track.ball ")
        self.wait_up(client)
        client.ask(cmd="track", stream="ball", box=[300, 100, 20, 40])
        message = watcher.until(lambda *_: True)[0][1]
        self.assertEqual(len(message["angle_deg"]), 2)
        self.assertTrue(20 < message["angle_deg"][0] < 30, message["angle_deg"])


if __name__ == "__main__":
    harness.main()
