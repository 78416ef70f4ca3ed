# SPDX-License-Identifier: MIT
"""Inputs and outputs that are killed while they run: their stream says so, is built again and comes back; the stream beside it never notices."""
import os
import shutil
import socket
import subprocess
import time

import harness

RAW = "video/x-raw,format=I420,width=64,height=48,framerate=30/1"


class Inputs(harness.Case):
    def setUp(self):
        super().setUp()
        self.folder = self.stack.enter_context(harness.tempfile.TemporaryDirectory())

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self, *encoded, frames=25):
        subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", f"num-buffers={frames}", "pattern=ball", "!",
                        "video/x-raw,width=320,height=240,framerate=25/1", "!", "jpegenc", "!", *encoded], check=True)

    def make_clip(self, name="clip.mkv"):
        """Larger than what a demuxer keeps of it."""
        self.make("identity", "!", "matroskamux", "!", "filesink", f"location={self.path(name)}")
        return self.path(name)

    def start(self, config):
        """The daemon with a bystander that has a target; what the bystander does is looked at in the end."""
        self.running = self.daemon(config + harness.BALL)
        self.client = self.running.client()
        self.wait_up(self.client)
        self.target = self.client.ask(cmd="track", stream="ball", box=[140, 100, 40, 40])["target"]
        self.bystander = self.running.watch("track.ball ", "event.ball ")
        self.bystander.until(lambda topic, _: topic == "track.ball")
        return self.running.watch("event.it ")

    def status(self, stream="it"):
        return self.client.ask(cmd="status", stream=stream)["streams"][0]

    def wait_for(self, link, seconds=15):
        end = time.monotonic() + seconds
        while (status := self.status())["link"] != link:
            self.assertLess(time.monotonic(), end, status)
            time.sleep(0.05)
        return status

    def wait_for_frame_after(self, frame, seconds=15):
        """The stream is up with its first frame, which is counted a little later."""
        end = time.monotonic() + seconds
        while (status := self.status())["frame"] <= frame:
            self.assertLess(time.monotonic(), end, status)
            time.sleep(0.05)
        return status

    def bystander_noticed_nothing(self):
        """Every frame since then was counted, the target is the same, and its stream had no event."""
        seen, end = [], time.monotonic() + 1
        while (time.monotonic() < end or len(seen) < 10) and (message := self.bystander.next(2)):
            seen.append(message)
        self.assertEqual({m.get("target") for _, m in seen}, {self.target}, "an event of the stream")
        seen = [m for topic, m in seen if topic == "track.ball"]
        self.assertGreater(len(seen), 5)
        for before, after in zip(seen, seen[1:]):
            self.assertEqual(after["frame"], before["frame"] + 1 + after["dropped"])
            self.assertEqual(after["seq"], before["seq"] + 1)
        status = self.status("ball")
        self.assertEqual((status["link"], status["counters"]["restarts"], status["target"]), ("up", 0, self.target))

    def dies_and_comes_back(self, watcher, kill, revive, words=""):
        """The whole life: up, with a target; killed, said by event and status; revived, up again with a higher frame number."""
        self.wait_for("up")
        target = self.client.ask(cmd="track", stream="it", box=[10, 10, 30, 30])
        self.assertTrue(target["ok"], target)
        before = self.status()
        kill()
        down = watcher.until_down(target["target"], 15)
        self.assertIn(words, down["reason"])
        status = self.status()
        self.assertIn((status["link"], status.get("reason")), (("down", down["reason"]), ("up", None)))
        if revive:
            revive()
        watcher.until_event("stream-up", 20)
        self.wait_for("up")
        after = self.wait_for_frame_after(before["frame"])
        self.assertGreater(after["counters"]["restarts"], before["counters"]["restarts"])
        self.assertEqual(after["target"], target["target"], "the target did not outlive its stream")
        self.bystander_noticed_nothing()

    def test_a_file_deleted_while_it_plays(self):
        """It is open and goes on; what is deleted and changed for a stream that starts again is missed then."""
        path = self.make_clip()
        watcher = self.start(f"[stream it]\nsource=file://{path}\nloop=true\n")
        frame = self.wait_for("up")["frame"]
        os.unlink(path)
        end = time.monotonic() + 15
        while self.status()["frame"] < frame + 60:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)
        self.assertEqual(self.status()["counters"]["restarts"], 0)
        self.running.write(f"[stream it]\nsource=file://{path}\nloop=true\nhfov_deg=50\n" + harness.BALL)
        self.assertTrue(self.client.ask(cmd="reload")["ok"])
        self.assertIn("clip.mkv", watcher.until(lambda _, m: m["event"] == "stream-down" and m["reason"] != "removed")[-1][1]["reason"])
        self.make_clip()
        watcher.until_event("stream-up", 20)
        self.bystander_noticed_nothing()

    def test_a_looped_file_replaced_by_garbage(self):
        path, good = self.make_clip(), self.make_clip("good.mkv")

        def spoil():
            with open(path, "r+b") as file:
                file.write(os.urandom(os.path.getsize(path)))

        watcher = self.start(f"[stream it]\nsource=file://{path}\nloop=true\n")
        self.dies_and_comes_back(watcher, spoil, lambda: shutil.copyfile(good, path))

    def test_a_looped_file_cut_to_nothing(self):
        path, good = self.make_clip(), self.make_clip("good.mkv")
        watcher = self.start(f"[stream it]\nsource=file://{path}\nloop=true\n")
        self.dies_and_comes_back(watcher, lambda: os.truncate(path, 0), lambda: shutil.copyfile(good, path))

    def test_a_folder_of_images_emptied(self):
        self.make("multifilesink", "index=1", f"location={self.folder}/%03d.jpg")

        def empty():
            for name in os.listdir(self.folder):
                os.unlink(self.path(name))

        watcher = self.start(f"[stream it]\nsource=images://{self.folder}/%03d.jpg\nloop=true\n")
        self.dies_and_comes_back(watcher, empty, lambda: self.make("multifilesink", "index=1", f"location={self.folder}/%03d.jpg"))

    def test_an_image_that_is_none(self):
        self.make("multifilesink", "index=1", f"location={self.folder}/%03d.jpg")

        def spoil():
            with open(self.path("010.jpg"), "wb") as file:
                file.write(b"no picture" * 1000)

        self.start(f"[stream it]\nsource=images://{self.folder}/%03d.jpg\nloop=true\n")
        frame = self.wait_for("up")["frame"]
        spoil()
        time.sleep(3)
        status = self.wait_for("up")
        self.assertGreater(status["frame"], frame + 10)
        self.bystander_noticed_nothing()

    def test_a_pipeline_that_posts_an_error(self):
        watcher = self.start("[stream it]\nsource=pipeline:videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1 ! "
                             "identity error-after=40\n")
        self.dies_and_comes_back(watcher, lambda: None, None, "identity")

    def test_a_pipeline_whose_server_goes_away(self):
        """The end of a source that has none of its own is a failure."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]

        def serve():
            return subprocess.Popen(["gst-launch-1.0", "-q", "videotestsrc", "is-live=true", "!", RAW, "!", "tcpserversink", "host=127.0.0.1",
                                     f"port={port}"], preexec_fn=harness.die_with_parent)

        servers = [serve()]
        self.addCleanup(lambda: [server.kill() or server.wait() for server in servers])
        watcher = self.start(f"[stream it]\nsource=pipeline:tcpclientsrc host=127.0.0.1 port={port} ! rawvideoparse format=i420 width=64 "
                             "height=48 framerate=30/1\n")
        self.dies_and_comes_back(watcher, lambda: servers[-1].kill(), lambda: servers.append(serve()), "ended")

    def test_a_live_pipeline_that_ends(self):
        watcher = self.start("[stream it]\nsource=pipeline:videotestsrc is-live=true num-buffers=40 ! "
                             "video/x-raw,width=64,height=48,framerate=30/1\n")
        self.dies_and_comes_back(watcher, lambda: None, None, "ended")

    def test_a_pipeline_that_ends_once(self):
        path = self.make_clip()
        watcher = self.start(f"[stream it]\nsource=pipeline:filesrc location={path} ! matroskademux ! jpegdec\n")
        watcher.until_event("stream-ended", 10)
        restarts = self.wait_for("ended")["counters"]["restarts"]
        time.sleep(1.5)
        status = self.status()
        self.assertEqual((status["link"], status["counters"]["restarts"]), ("ended", restarts))
        self.bystander_noticed_nothing()

    def test_a_pipeline_that_stalls(self):
        """It neither ends nor fails; only that no frame comes tells it."""
        watcher = self.start("[stream it]\nframe_timeout_s=1\nsource=pipeline:videotestsrc is-live=true num-buffers=40 ! "
                             "video/x-raw,width=64,height=48,framerate=30/1 ! identity eos-after=1000000 ! valve name=v drop=false ! "
                             "queue ! identity sleep-time=0 ! stall.sink_0 funnel name=stall videotestsrc is-live=true pattern=black ! "
                             "video/x-raw,width=64,height=48,framerate=30/1 ! valve drop=true ! stall.sink_1 stall.src ! identity\n")
        self.dies_and_comes_back(watcher, lambda: None, None, "no frame for 1 s")

    def test_an_output_whose_port_is_taken(self):
        """The stream tells it and comes up when the port is free."""
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        watcher = self.start(f"[stream it]\nsource=test://ball\noutput=jpegenc ! tcpserversink host=127.0.0.1 port={taken.getsockname()[1]}\n")
        status = self.wait_for("down")
        self.assertIn("in use", status["reason"])
        self.bystander_noticed_nothing()
        taken.close()
        watcher.until_event("stream-up", 20)
        self.wait_for("up")

    def test_an_output_that_fails_later(self):
        watcher = self.start("[stream it]\nsource=test://ball\nrate_hz=10\noutput=identity error-after=20 ! fakesink\n")
        self.dies_and_comes_back(watcher, lambda: None, None, "identity")

    def test_an_output_that_blocks(self):
        """It holds neither the tracker up nor the end of the daemon."""
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.start(f"[stream it]\nsource=test://ball\nrate_hz=30\noutput=filesink location={fifo}\n")
        self.wait_for("up")
        self.wait_for_frame_after(self.status()["frame"] + 20)
        self.bystander_noticed_nothing()
        code, seconds = self.running.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 2)


if __name__ == "__main__":
    harness.main()
