# SPDX-License-Identifier: MIT
"""What another process sees of a stream's `output`: by shared memory and by UDP, with and without
the box. Readers may hang or die."""
import os
import signal
import socket
import subprocess
import sys
import unittest

import harness

WIDTH, HEIGHT = 320, 240
RAW = f"video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate=30/1"
FRAME = WIDTH * HEIGHT * 3 // 2
HAS_SHM = subprocess.run(["gst-inspect-1.0", "shmsink"], capture_output=True, check=False).returncode == 0


def coloured(frame):
    """The number of coloured pixels in a frame. The picture itself, a white ball on black, has
    none."""
    chroma = frame[WIDTH * HEIGHT:]
    return sum(abs(value - 128) > 24 for value in chroma)


class Outputs(harness.Case):
    def reader(self, description):
        """Another process that writes raw frames to a pipe."""
        process = subprocess.Popen(["gst-launch-1.0", "-q", *description.split(), "!", "fdsink", "sync=false"], stdout=subprocess.PIPE,
                                   preexec_fn=harness.die_with_parent)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()

    def frames(self, process, count):
        found = [process.stdout.read(FRAME) for _ in range(count)]
        self.assertEqual([len(frame) for frame in found], [FRAME] * count)
        return found

    def shared(self, draw=False):
        """The daemon, its client, and a description of the picture's source."""
        daemon = harness.Daemon()
        path = os.path.join(daemon.folder, "picture")
        daemon.write(harness.BALL + f"output=videoconvert ! {RAW} ! shmsink socket-path={path} wait-for-connection=false shm-size=4000000\n"
                     f"output_draw={str(draw).lower()}\n")
        client = self.stack.enter_context(daemon).client()
        self.wait_up(client)
        return daemon, client, f"shmsrc socket-path={path} ! {RAW}"

    def udp(self, draw):
        port = self.stack.enter_context(harness.hold_port(socket.SOCK_DGRAM)).port
        daemon = self.daemon(harness.BALL + f"output=videoconvert ! video/x-raw,format=I420 ! jpegenc ! rtpjpegpay ! udpsink host=127.0.0.1 port={port}\n"
                             f"output_draw={str(draw).lower()}\n")
        client = daemon.client()
        self.wait_up(client)
        caps = "application/x-rtp,media=video,clock-rate=90000,encoding-name=JPEG,payload=26"
        return client, f"udpsrc address=127.0.0.1 port={port} caps={caps} ! rtpjpegdepay ! jpegdec ! videoconvert ! video/x-raw,format=I420"

    def shows(self, client, description, draw):
        """The ball is in the picture. A coloured box comes with the target if boxes are drawn,
        otherwise never."""
        before = self.reader(description)
        plain = self.frames(before, 3)[-1]
        self.assertGreater(max(plain[:WIDTH * HEIGHT]), 200, "no ball in the picture")
        self.assertEqual(coloured(plain), 0)
        self.end(before)
        self.start_target(client, box=[140, 100, 60, 60])
        with_target = [coloured(frame) for frame in self.frames(self.reader(description), 30)]
        if draw:
            self.assertGreater(max(with_target), 50)
        else:
            self.assertEqual(max(with_target), 0)

    @unittest.skipUnless(HAS_SHM, "gstreamer1.0-plugins-bad is not installed")
    def test_shared_memory(self):
        _, client, description = self.shared()
        self.shows(client, description, False)

    @unittest.skipUnless(HAS_SHM, "gstreamer1.0-plugins-bad is not installed")
    def test_shared_memory_with_the_box(self):
        _, client, description = self.shared(draw=True)
        self.shows(client, description, True)

    def test_udp(self):
        client, description = self.udp(False)
        self.shows(client, description, False)

    def test_udp_with_the_box(self):
        client, description = self.udp(True)
        self.shows(client, description, True)

    @unittest.skipUnless(HAS_SHM, "gstreamer1.0-plugins-bad is not installed")
    def test_a_reader_that_hangs_or_dies(self):
        """It holds nothing up: frames go on through the tracker, and the next reader is served."""
        daemon, client, description = self.shared()
        self.start_target(client, box=[140, 100, 60, 60])
        hanging = self.reader(description)
        self.frames(hanging, 2)
        os.kill(hanging.pid, signal.SIGSTOP)
        first = self.status(client)["counters"]["processed"]
        # more frames than the shared memory takes
        second = self.wait_status(client, "ball", lambda status: status["counters"]["processed"] > first + 60)
        self.assertEqual((second["link"], second["counters"]["restarts"]), ("up", 0), daemon.log())
        os.kill(hanging.pid, signal.SIGKILL)
        self.frames(self.reader(description), 3)
        self.assertEqual(self.status(client)["counters"]["restarts"], 0, daemon.log())


if __name__ == "__main__":
    if not HAS_SHM:
        print("SKIP test_outputs.py, shared memory: gstreamer1.0-plugins-bad is not installed", file=sys.stderr)
    harness.main()
