# SPDX-License-Identifier: MIT
"""Inputs and outputs that are killed while they run: their stream reports it, is rebuilt and comes
back. The stream beside it never notices."""
import os
import shutil
import socket
import subprocess

import harness
from feed import Feed


class Inputs(harness.Case):
    def setUp(self):
        super().setUp()
        self.folder = self.stack.enter_context(harness.tempfile.TemporaryDirectory())

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self, *encoded, frames=25):
        subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", f"num-buffers={frames}", "pattern=ball", "!",
                        "video/x-raw,width=320,height=240,framerate=25/1", "!", "jpegenc", "!", *encoded], check=True)

    def feed(self):
        feed = Feed()
        self.addCleanup(feed.close)
        return feed

    def make_clip(self, name="clip.mkv"):
        """A clip that is larger than what a demuxer buffers."""
        self.make("identity", "!", "matroskamux", "!", "filesink", f"location={self.path(name)}")
        return self.path(name)

    def start(self, config):
        """Starts the daemon with a bystander that has a target. The bystander is checked at the
        end."""
        self.running = self.daemon(config + harness.BALL)
        self.client = self.running.client()
        self.wait_up(self.client)
        self.target = self.start_target(self.client)["target"]
        self.bystander = self.running.watch("track.ball ", "event.ball ")
        self.bystander.until(lambda topic, _: topic == "track.ball")
        return self.running.watch("event.it ")

    def wait_for(self, link):
        return self.wait_status(self.client, "it", lambda status: status["link"] == link)

    def wait_for_frame_after(self, frame):
        """The stream is up with its first frame, which is counted a little later."""
        return self.wait_status(self.client, "it", lambda status: status["frame"] > frame)

    def wait_statuses(self, count):
        """Lets the daemon's own time pass: it publishes its status once per second."""
        watcher = self.running.watch("status ")
        first = watcher.next()[1]["seq"]
        watcher.until(lambda _, m: m["seq"] >= first + count)

    def bystander_noticed_nothing(self):
        """Every frame up to now was counted, the target is the same, and its stream had no
        event."""
        now = self.status(self.client)["frame"]
        seen = self.bystander.until(lambda topic, m: topic == "track.ball" and m["frame"] > now + 10)
        self.assertEqual({m.get("target") for _, m in seen}, {self.target}, "an event of the stream")
        seen = [m for topic, m in seen if topic == "track.ball"]
        self.assertGreater(len(seen), 5)
        for before, after in zip(seen, seen[1:]):
            self.assertEqual(after["frame"], before["frame"] + 1 + after["dropped"])
            self.assertEqual(after["seq"], before["seq"] + 1)
        status = self.status(self.client)
        self.assertEqual((status["link"], status["counters"]["restarts"], status["target"]), ("up", 0, self.target))

    def dies_and_comes_back(self, watcher, kill, revive, words=""):
        """The whole life: up with a target; killed, told by event and status; revived, up again
        with a higher frame number."""
        before = self.wait_up(self.client, "it")
        target = self.wait(self.start_while_it_lives, "no target is taken")
        kill()
        down = watcher.until_down(target)
        self.assertIn(words, down["reason"])
        status = self.status(self.client, "it")
        self.assertIn((status["link"], status.get("reason")), (("down", down["reason"]), ("up", None)))
        if revive:
            revive()
        watcher.until_event("stream-up")
        self.wait_for("up")
        after = self.wait_for_frame_after(before["frame"])
        self.assertGreater(after["counters"]["restarts"], before["counters"]["restarts"])
        self.assertEqual(after["target"], target, "the target did not outlive its stream")
        self.bystander_noticed_nothing()

    def start_while_it_lives(self):
        """The target's number. None while the stream is down again, if it dies by itself."""
        reply = self.client.ask(cmd="track", stream="it", box=[10, 10, 30, 30])
        if not reply["ok"]:
            self.assertIn(reply["error"]["code"], ("no-frame", "stream-down"), reply)
        return reply.get("target")

    def test_a_file_deleted_while_it_plays(self):
        """The file stays open and plays on. Only a stream that starts again misses it."""
        path = self.make_clip()
        watcher = self.start(f"[stream it]\nsource=file://{path}\nloop=true\n")
        frame = self.wait_for("up")["frame"]
        os.unlink(path)
        self.assertEqual(self.wait_for_frame_after(frame + 60)["counters"]["restarts"], 0)
        self.running.write(f"[stream it]\nsource=file://{path}\nloop=true\nhfov_deg=50\n" + harness.BALL)
        self.assertTrue(self.client.ask(cmd="reload")["ok"])
        self.assertIn("clip.mkv", watcher.until(lambda _, m: m["event"] == "stream-down" and m["reason"] != "removed")[-1][1]["reason"])
        self.make_clip()
        watcher.until_event("stream-up")
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
        self.wait_for_frame_after(frame + 60)
        self.bystander_noticed_nothing()

    def test_a_pipeline_that_posts_an_error(self):
        feed = self.feed()
        watcher = self.start(feed.config("it"))
        self.dies_and_comes_back(watcher, feed.reset, None, "tcpclientsrc")

    def test_a_pipeline_whose_server_goes_away(self):
        """The source has no end of its own, so its end is a failure."""
        feed = self.feed()
        watcher = self.start(feed.config("it"))
        self.dies_and_comes_back(watcher, lambda: (feed.shut(), feed.hang_up()), feed.open, "ended")

    def test_a_live_pipeline_that_ends(self):
        """A live source cannot be ended from here: this one ends by itself, over and over."""
        watcher = self.start("[stream it]\nsource=pipeline:videotestsrc is-live=true num-buffers=90 ! "
                             "video/x-raw,width=64,height=48,framerate=30/1\n")
        self.dies_and_comes_back(watcher, lambda: None, None, "ended")

    def test_a_pipeline_that_ends_once(self):
        path = self.make_clip("coming.mkv")
        watcher = self.start(f"[stream it]\nsource=pipeline:filesrc location={self.path('clip.mkv')} ! matroskademux ! jpegdec\n")
        os.rename(path, self.path("clip.mkv"))
        watcher.until_event("stream-ended")
        restarts = self.wait_for("ended")["counters"]["restarts"]
        self.wait_statuses(2)
        status = self.status(self.client, "it")
        self.assertEqual((status["link"], status["counters"]["restarts"]), ("ended", restarts))
        self.bystander_noticed_nothing()

    def test_a_pipeline_that_stalls(self):
        """It neither ends nor fails. Only the lack of frames tells."""
        feed = self.feed()
        watcher = self.start(feed.config("it", timeout=3))
        self.dies_and_comes_back(watcher, feed.fall_silent, feed.speak, "no frame for 3 s")

    def test_an_output_whose_port_is_taken(self):
        """The stream reports it and comes up when the port is free."""
        port = self.stack.enter_context(harness.hold_port()).port
        taken = socket.create_server(("127.0.0.1", port))
        self.addCleanup(taken.close)
        watcher = self.start(f"[stream it]\nsource=test://ball\noutput=jpegenc ! tcpserversink host=127.0.0.1 port={port}\n")
        status = self.wait_for("down")
        self.assertIn("in use", status["reason"])
        self.bystander_noticed_nothing()
        taken.close()
        watcher.until_event("stream-up")
        self.wait_for("up")

    def test_an_output_that_fails_later(self):
        """It writes to a pipe whose reader goes away."""
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        readers = [os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)]
        self.addCleanup(lambda: [os.close(reader) for reader in readers])
        watcher = self.start(f"[stream it]\nsource=test://ball\nrate_hz=10\noutput=filesink location={fifo}\n")
        self.dies_and_comes_back(watcher, lambda: os.close(readers.pop()), lambda: readers.append(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)),
                                 "filesink")

    def test_an_output_that_blocks(self):
        """It holds up neither the tracker nor the end of the daemon."""
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.start(f"[stream it]\nsource=test://ball\nrate_hz=30\noutput=filesink location={fifo}\n")
        self.wait_for("up")
        self.wait_for_frame_after(self.status(self.client, "it")["frame"] + 20)
        self.bystander_noticed_nothing()
        self.assertEqual(self.running.stop()[0], 0)


if __name__ == "__main__":
    harness.main()
