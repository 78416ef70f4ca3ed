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

    def make_clip(self, folder, *encoded, frames=12, name="clip.mkv"):
        """A clip of the ball, half a second long."""
        path = os.path.join(folder, name)
        harness.subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", f"num-buffers={frames}", "pattern=ball", "!",
                                "video/x-raw,width=160,height=120,framerate=25/1", "!", "jpegenc", "!",
                                *(encoded or ("matroskamux", "!", "filesink", f"location={path}"))], check=True)
        return path

    def follow_rounds(self, config, length):
        """Whether frames and presentation times go on evenly over more than two rounds of a source of `length` frames."""
        daemon = self.daemon(config)
        client, watcher = daemon.client(), daemon.watch("track.loop ")
        self.wait_up(client, "loop")
        self.assertTrue(client.ask(cmd="track", stream="loop", box=[60, 40, 40, 40])["ok"])
        seen = [m for _, m in watcher.until(lambda _, m: m["frame"] > 3 * length + 5, 20)]
        for before, after in zip(seen, seen[1:]):
            frames, passed = after["frame"] - before["frame"], after["pts_ns"] - before["pts_ns"]
            self.assertGreater(frames, 0)
            self.assertAlmostEqual(passed / 1e9, frames / 25, delta=0.005, msg=f"{before} {after}")
        return daemon, client

    def test_a_looped_file_goes_on_counting(self):
        path = self.make_clip(self.path())
        daemon, client = self.follow_rounds(f"[stream loop]\nsource=file://{path}\nloop=true\n", 12)
        watcher = daemon.watch("track.loop ")
        newest = watcher.until(lambda *_: True)[-1][1]
        reply = client.ask(cmd="track", stream="loop", box=[60, 40, 40, 40], pts_ns=newest["pts_ns"])
        if reply["ok"]:  # else the next round has begun, which empties the ring
            self.assertEqual(reply["frame"], newest["frame"])

    def test_looped_images_go_on_counting(self):
        folder = self.path()
        self.make_clip(folder, "multifilesink", "index=1", f"location={folder}/%02d.jpg")
        self.follow_rounds(f"[stream loop]\nsource=images://{folder}/%02d.jpg\nloop=true\n", 12)

    def test_who_says_when_a_frame_was_taken(self):
        """No camera, no driver: frames of these sources carry the time of their arrival."""
        folder = self.path()
        daemon = self.daemon(f"[stream file]\nsource=file://{self.make_clip(folder)}\nloop=true\n" + harness.BALL +
                             "[stream pipe]\nsource=pipeline:videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=30/1\n")
        client, watcher = daemon.client(), daemon.watch("track.")
        for stream in ("file", "ball", "pipe"):
            self.wait_up(client, stream)
            self.assertTrue(client.ask(cmd="track", stream=stream, box=[10, 10, 40, 40])["ok"])
        seen = watcher.until(lambda _, m: m["stream"] == "pipe" and m["seq"] >= 10)
        self.assertEqual({(m["stream"], m["capture_source"]) for _, m in seen}, {(s, "arrival") for s in ("file", "ball", "pipe")})
        for _, m in seen:
            self.assertGreaterEqual(m["age_us"] + 10, m["queue_us"] + m["infer_us"], "taken after it arrived")

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
