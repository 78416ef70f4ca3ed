# SPDX-License-Identifier: MIT
"""Sources that fail, fall silent, end or come late, and the streams beside them."""
import os
import shutil

import harness
from feed import Feed


class Streams(harness.Case):
    def feed(self):
        feed = Feed()
        self.addCleanup(feed.close)
        return feed

    def wait_statuses(self, daemon, count):
        """Lets the daemon's own time pass: it publishes its status once per second."""
        watcher = daemon.watch("status ")
        first = watcher.next()[1]["seq"]
        watcher.until(lambda _, m: m["seq"] >= first + count)

    def test_a_failing_source_is_rebuilt(self):
        feed = self.feed()
        daemon = self.daemon(feed.config() + harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.feed ")
        self.wait_up(client)
        other = self.start_target(client)["target"]
        for _ in range(2):
            first = self.wait_up(client, "feed")
            feed.shut()
            feed.reset()
            down = watcher.until_event("stream-down")
            self.assertIn("tcpclientsrc", down["reason"])
            self.refused(client.ask(cmd="track", stream="feed", box=[10, 10, 20, 20]), "stream-down", "feed")
            feed.open()
            watcher.until_event("stream-up")
            second = self.wait_status(client, "feed", lambda status: status["frame"] > first["frame"])
            self.assertGreater(second["counters"]["restarts"], first["counters"]["restarts"])
        beside = self.status(client)
        self.assertEqual((beside["target"], beside["counters"]["restarts"], beside["counters"]["lost_messages"]), (other, 0, 0))

    def test_a_stream_that_a_reload_replaces_is_never_unknown(self):
        def config(hfov_deg):
            return "".join(f"[stream s{i}]\nsource=test://ball\nhfov_deg={hfov_deg}\n" for i in range(6))

        daemon = self.daemon(config(50))
        client, other = daemon.client(), daemon.client()
        for hfov_deg in (60, 50, 60):
            daemon.write(config(hfov_deg))
            other.socket.send_json({"id": "r", "cmd": "reload"})
            while not other.socket.poll(0):
                reply = client.ask(cmd="status", stream="s0")
                self.assertTrue(reply["ok"], reply)
            self.assertTrue(other.socket.recv_json()["ok"])

    def test_pauses_grow(self):
        daemon = self.daemon(f"[stream gone]\nsource=file://{self.path()}/gone.webm\n" + harness.BALL)
        client = daemon.client()
        status = self.wait_status(client, "gone", lambda status: status["counters"]["restarts"] >= 3)
        self.assertGreaterEqual(client.ask(cmd="status")["uptime_ns"], 3.5e9, "attempts after 0.5, 1.5 and 3.5 s")
        self.assertEqual(status["link"], "down")
        self.assertIn("gone.webm", status["reason"])
        self.assertEqual(daemon.log().count("stream gone is down"), 1, "a line per attempt")

    def path(self):
        folder = harness.tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        return folder

    def test_a_file_that_comes_late(self):
        folder = self.path()
        daemon = self.daemon(f"[stream late]\nsource=file://{folder}/late.webm\nloop=true\n")
        watcher = daemon.watch("event.late ")
        self.wait_status(daemon.client(), "late", lambda status: "late.webm" in status.get("reason", ""))
        shutil.copy(harness.CUP, os.path.join(folder, "coming.webm"))
        os.rename(os.path.join(folder, "coming.webm"), os.path.join(folder, "late.webm"))
        up = watcher.until_event("stream-up")
        self.assertEqual(up["size"], [640, 480])

    def test_silence(self):
        feed = self.feed()
        daemon = self.daemon(feed.config(timeout=3) + harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.feed ", "track.feed ")
        self.wait_up(client, "feed")
        target = self.start_target(client, "feed", box=[10, 10, 20, 20])["target"]
        feed.fall_silent()
        down = watcher.until_down(target)
        self.assertIn("no frame for 3 s", down["reason"])
        feed.speak()
        watcher.until_event("stream-up")
        self.assertEqual(self.status(client, "feed")["target"], target, "the target did not outlive its stream")

    def test_a_target_that_was_refused_for_want_of_a_frame(self):
        """The client got a refusal. When frames come after all, the target must not live."""
        feed = self.feed()
        daemon = self.daemon(feed.config())
        client, watcher = daemon.client(), daemon.watch("event.feed ", "track.feed ")
        self.wait_up(client, "feed")
        sent = feed.fall_silent()
        last = self.wait_status(client, "feed", lambda status: status["counters"]["frames"] == sent)["frame"]
        self.refused(client.ask(cmd="track", stream="feed", box=[10, 10, 20, 20]), "no-frame")
        feed.speak()
        status = self.wait_status(client, "feed", lambda status: status["frame"] > last + 20)
        self.assertNotIn("target", status)
        self.assertEqual(status["state"], "idle")
        target = self.start_target(client, "feed", box=[10, 10, 20, 20])["target"]
        seen = watcher.until(lambda _, m: m.get("target") == target)
        self.assertEqual([m.get("event", "a box") for _, m in seen if m.get("event") != "stream-up"], ["started"], "the target was published")

    def test_a_file_played_once(self):
        daemon = self.daemon("[stream once]\nsource=pipeline:videotestsrc num-buffers=30 ! video/x-raw,width=64,height=64,framerate=30/1\n")
        client = daemon.client()
        self.wait_status(client, "once", lambda status: status["link"] == "ended")
        self.wait_statuses(daemon, 2)
        status = self.status(client, "once")
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
        """Checks that frames and presentation times go on evenly for more than two rounds of a
        source of `length` frames."""
        daemon = self.daemon(config)
        client, watcher = daemon.client(), daemon.watch("track.loop ")
        self.wait_up(client, "loop")
        self.start_target(client, "loop", box=[60, 40, 40, 40])
        seen = [m for _, m in watcher.until(lambda _, m: m["frame"] > 3 * length + 5)]
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
        if reply["ok"]:  # otherwise the next round has begun, which empties the ring
            self.assertEqual(reply["frame"], newest["frame"])

    def test_looped_images_go_on_counting(self):
        folder = self.path()
        self.make_clip(folder, "multifilesink", "index=1", f"location={folder}/%02d.jpg")
        self.follow_rounds(f"[stream loop]\nsource=images://{folder}/%02d.jpg\nloop=true\n", 12)

    def test_who_says_when_a_frame_was_taken(self):
        """There is no driver: frames of these sources have the time of their arrival."""
        folder = self.path()
        daemon = self.daemon(f"[stream file]\nsource=file://{self.make_clip(folder)}\nloop=true\n" + harness.BALL +
                             "[stream pipe]\nsource=pipeline:videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=30/1\n")
        client, watcher = daemon.client(), daemon.watch("track.")
        for stream in ("file", "ball", "pipe"):
            self.wait_up(client, stream)
            self.start_target(client, stream, box=[10, 10, 40, 40])
        seen = watcher.until(lambda _, m: m["stream"] == "pipe" and m["seq"] >= 10)
        self.assertEqual({(m["stream"], m["capture_source"]) for _, m in seen}, {(s, "arrival") for s in ("file", "ball", "pipe")})
        for _, m in seen:
            self.assertGreaterEqual(m["age_us"] + 10, m["queue_us"] + m["infer_us"], "taken after it arrived")

    def test_angles(self):
        daemon = self.daemon(harness.BALL + "hfov_deg=60\n")
        client, watcher = daemon.client(), daemon.watch("track.ball ")
        self.wait_up(client)
        self.start_target(client, box=[300, 100, 20, 40])
        message = watcher.until(lambda *_: True)[0][1]
        self.assertEqual(len(message["angle_deg"]), 2)
        self.assertTrue(20 < message["angle_deg"][0] < 30, message["angle_deg"])


if __name__ == "__main__":
    harness.main()
