# SPDX-License-Identifier: MIT
"""A stream's life: sources and outputs that hang, ends, recordings, and numbers that go on when the
stream is rebuilt."""
import os
import tempfile
import threading

import harness

STOP_S = 2  # what the documentation promises of a stop


def make_fifo(folder, name):
    """A pipe that blocks whoever opens it until the other side is opened."""
    path = os.path.join(folder, name)
    os.mkfifo(path)
    return path


def begin_to_write(path, data):
    """The pipe, once all data has been read or is in it. filesrc opens it, closes it and opens it
    again, so a writer that meets the first opening is cut off, and begins anew."""
    while True:
        pipe = open(path, "wb", 0)  # pylint: disable=consider-using-with
        try:
            left = data
            while left:
                left = left[pipe.write(left):]
            return pipe
        except BrokenPipeError:
            pipe.close()


def hold_reader(path):
    """A reader of a pipe that never reads."""
    return os.open(path, os.O_RDWR | os.O_NONBLOCK)


class Life(harness.Case):
    def assert_stops_in_time(self, daemon):
        code, seconds = daemon.stop()
        self.assertEqual(code, 0, daemon.log())
        self.assertLess(seconds, STOP_S, daemon.log())

    def test_a_source_that_hangs_holds_nobody_up(self):
        """Nobody writes to the pipe, so open() does not return. READY, the other stream, the
        sockets and the stop do not depend on it."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        fifo = make_fifo(folder, "clip.webm")
        daemon = self.daemon(f"[stream fifo]\nsource=file://{fifo}\nframe_timeout_s=1\n" + harness.BALL)
        client = daemon.client()
        self.wait_up(client)
        self.start_target(client)
        status = self.wait_status(client, "fifo", lambda s: s["link"] == "down")
        self.assertIn("frame", status["reason"])
        self.wait_status(client, "fifo", lambda s: "hangs" in s.get("reason", ""))
        self.assertEqual(self.status(client)["link"], "up")
        self.assert_stops_in_time(daemon)

    def test_a_source_that_hung_comes_up_when_it_lets_go(self):
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        fifo = make_fifo(folder, "clip.webm")
        client = self.daemon(f"[stream fifo]\nsource=file://{fifo}\nframe_timeout_s=3600\n").client()
        with open(harness.CUP, "rb") as clip:
            threading.Thread(target=begin_to_write, args=(fifo, clip.read()), daemon=True).start()
        self.wait_status(client, "fifo", lambda status: status["counters"]["frames"] > 0)  # it may have ended by now

    def test_outputs_that_hang_are_stopped_at_once(self):
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        config, readers = "", []
        for i in range(12):
            fifo = make_fifo(folder, f"out{i}")
            readers.append(hold_reader(fifo))
            config += f"[stream s{i}]\nsource=test://ball\nwidth=160\nheight=120\nrate_hz=10\noutput=filesink location={fifo}\n"
        self.addCleanup(lambda: [os.close(reader) for reader in readers])
        daemon = self.daemon(config)
        client = daemon.client()
        for i in range(12):  # more than a pipe holds
            self.wait_status(client, f"s{i}", lambda s: s["counters"]["frames"] > 10)
        self.assert_stops_in_time(daemon)

    def test_a_recording_is_whole_after_a_stop(self):
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        daemon = self.daemon(harness.BALL + f"output=videoconvert ! jpegenc ! qtmux ! filesink location={folder}/{{time}}.mov\n")
        client = daemon.client()
        self.wait_status(client, "ball", lambda s: s["counters"]["frames"] > 10)
        self.assert_stops_in_time(daemon)
        names = os.listdir(folder)
        self.assertEqual(len(names), 1, names)
        with open(os.path.join(folder, names[0]), "rb") as file:
            self.assertTrue(b"moov" in file.read(), "the recording has no index")

    def test_the_end_of_a_file_loses_the_target_and_the_search_ends(self):
        """The pipe is closed in the middle of the clip, so that its end comes when the test wants
        it."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        fifo = make_fifo(folder, "clip.webm")
        daemon = self.daemon(f"[stream fifo]\nsource=file://{fifo}\nsearch_s=1\nframe_timeout_s=3600\n")
        client, watcher = daemon.client(), daemon.watch("event.fifo ")
        with open(harness.CUP, "rb") as clip, begin_to_write(fifo, clip.read(300000)):
            target = self.start_target(client, "fifo", box=harness.CUP_BOX)["target"]
        seen = [m for _, m in watcher.until(lambda _, m: m.get("event") == "stopped")]
        lost = next(m for m in seen if m["event"] == "lost" and m.get("reason"))
        self.assertEqual((lost["target"], lost["reason"]), (target, "stream-ended"))
        self.assertEqual((seen[-1]["target"], seen[-1]["reason"]), (target, "search-timeout"))
        self.assertIn("stream-ended", [m["event"] for m in seen])
        status = self.status(client, "fifo")
        self.assertEqual((status["link"], status["state"], status.get("target")), ("ended", "idle", None))

    def test_numbers_go_on_when_a_stream_is_built_anew(self):
        """Many frames arrive while the new stream is made. No number is given twice."""
        section = harness.BALL.replace("rate_hz=30", "rate_hz=200")
        daemon = self.daemon(section)
        client, watcher = daemon.client(), daemon.watch("track.ball ", "event.ball ")
        self.wait_up(client)
        old = self.start_target(client)["target"]
        seen = watcher.until(lambda topic, _: topic.startswith("track"))
        daemon.write(section + "hfov_deg=60\n")
        self.assertTrue(client.ask(cmd="reload")["ok"])
        self.wait_up(client)
        new = self.start_target(client)["target"]
        seen += watcher.until(lambda t, m: t.startswith("track") and m["target"] == new)
        last = max(m["frame"] for t, m in seen if t.startswith("track") and m["target"] == old)
        self.assertGreater(seen[-1][1]["frame"], last)

    def test_a_past_frame_by_its_time(self):
        daemon = self.daemon(harness.BALL + "history_bytes=20000000\n")
        client, watcher = daemon.client(), daemon.watch("track.ball ")
        self.wait_up(client)
        self.start_target(client)
        seen = watcher.until(lambda _, m: m["seq"] >= 3)[-1][1]
        reply = self.start_target(client, pts_ns=seen["pts_ns"] + 1000000, box=[140, 100, 40, 40])
        self.assertEqual(reply["frame"], seen["frame"])


if __name__ == "__main__":
    harness.main()
