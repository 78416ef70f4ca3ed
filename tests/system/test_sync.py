# SPDX-License-Identifier: MIT
"""`mode = sync`: the output's picture and the box on it belong together, and drops are counted.

The box must follow the ball, and the tracker must be slower than a source, so all of this needs the
real model."""
import statistics

import harness

WIDTH, HEIGHT = 640, 480
FRAME = WIDTH * HEIGHT * 3 // 2
# On the first frame. The ball crosses the middle fastest, by 9 px per frame.
BALL_AT_START = [WIDTH / 2 - 20, HEIGHT / 2 - 20, 40, 40]


def middle(row, inside):
    """Half way between the first and the last value of a row that is `inside`. None if there is
    none."""
    found = [x for x, value in enumerate(row) if inside(value)]
    return (found[0] + found[-1]) / 2 if found else None


def ball_of(frame):
    """The centre of the white ball."""
    bright = [y for y in range(HEIGHT) if max(frame[y * WIDTH:(y + 1) * WIDTH]) > 200]
    y = (bright[0] + bright[-1]) // 2
    return middle(frame[y * WIDTH:(y + 1) * WIDTH], lambda value: value > 200), y


def box_of(frame, y):
    """The middle of the coloured box's two sides in the row y. None without a box."""
    plane, row = WIDTH * HEIGHT, (y // 2) * (WIDTH // 2)
    chroma = zip(frame[plane + row:plane + row + WIDTH // 2], frame[plane * 5 // 4 + row:plane * 5 // 4 + row + WIDTH // 2])
    at = middle(chroma, lambda uv: max(abs(uv[0] - 128), abs(uv[1] - 128)) > 24)
    return None if at is None else 2 * at + 0.5


class Sync(harness.Case):
    def wait_processed(self, client, count):
        return self.wait_status(client, "ball", lambda status: status["counters"]["processed"] >= count)

    def pictures(self, path):
        """The complete pictures of a raw file."""
        with open(path, "rb") as file:
            data = file.read()
        return [data[i:i + FRAME] for i in range(0, len(data) - FRAME + 1, FRAME)]

    def offsets(self, source):
        """The distance from ball to box, px, in each picture in which the ball has moved by 5 px or
        more since the one before."""
        daemon = harness.Daemon(env=harness.REAL_MODEL)
        out = daemon.path("out.i420")
        daemon.write(f"[stream ball]\nsource=pipeline:videotestsrc pattern=ball {source} ! video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate=10/1\n"
                     f"mode=sync\noutput_draw=true\noutput=filesink location={out} buffer-mode=unbuffered\n")
        client = self.stack.enter_context(daemon).client()
        self.wait_up(client)
        reply = client.ask(cmd="track", stream="ball", box=BALL_AT_START, frame=1)
        self.assertTrue(reply["ok"], reply)
        self.wait_processed(client, 30)
        daemon.stop()
        found, before = [], None
        for picture in self.pictures(out):
            x, y = ball_of(picture)
            box = box_of(picture, y)
            if box is not None and before is not None and abs(x - before) >= 5:
                found.append(box - x)
            before = x
        self.assertGreater(len(found), 8, "too few pictures with a moving ball and a box")
        return found

    def test_the_box_lies_on_the_ball_of_a_live_source(self):
        offsets = self.offsets("is-live=true")
        self.assertLess(statistics.median(map(abs, offsets)), 2, offsets)

    def test_the_box_lies_on_the_ball_of_a_file(self):
        offsets = self.offsets("num-buffers=100000")
        self.assertLess(statistics.median(map(abs, offsets)), 2, offsets)

    def assert_drops_are_counted(self, source):
        """The source sends more than the tracker can do. The frame numbers count what it sent and
        follow its time stamps, whatever was dropped."""
        rate = 300
        daemon = self.daemon(f"[stream ball]\nsource=pipeline:videotestsrc pattern=ball {source} ! "
                             f"video/x-raw,format=I420,width=320,height=240,framerate={rate}/1\nmode=sync\n", env=harness.REAL_MODEL)
        client, watcher = daemon.client(), daemon.watch("track.ball ")
        self.wait_up(client)
        self.start_target(client)
        seen = [m for _, m in watcher.until(lambda _, m: m["seq"] >= 40)]
        first, last = seen[0], seen[-1]
        self.assertEqual(last["frame"] - first["frame"], round((last["pts_ns"] - first["pts_ns"]) * rate / 1e9))
        self.assertEqual(last["frame"] - first["frame"], sum(m["dropped"] + 1 for m in seen[1:]))
        counters = self.wait_processed(client, 40)["counters"]
        self.assertGreater(counters["dropped"], 0)
        self.assertGreaterEqual(counters["frames"], counters["processed"] + counters["dropped"])

    def test_what_a_live_source_sends_too_fast_is_dropped_and_counted(self):
        self.assert_drops_are_counted("is-live=true")

    def test_what_a_file_has_too_much_of_is_dropped_and_counted(self):
        """The file keeps its own rate."""
        self.assert_drops_are_counted("num-buffers=100000")


if __name__ == "__main__":
    harness.main()
