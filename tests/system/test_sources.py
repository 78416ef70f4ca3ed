# SPDX-License-Identifier: MIT
"""Sources as users write them: odd names, turned and interlaced films, addresses with passwords,
and what --check-config reports."""
import os
import shutil
import socket
import struct
import subprocess

import harness

TURNED = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)  # a quarter to the right
MATRIX = 44  # after the name of its box


class Sources(harness.Case):
    def setUp(self):
        super().setUp()
        self.folder = self.stack.enter_context(harness.tempfile.TemporaryDirectory())

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_clip(self, name):
        plain = self.path("plain.mp4")
        subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=50", "pattern=ball", "!", "video/x-raw,width=320,height=240,framerate=25/1", "!",
                        "jpegenc", "!", "qtmux", "!", "filesink", f"location={plain}"], check=True)
        shutil.move(plain, self.path(name))
        return self.path(name)

    def start(self, source, more=""):
        self.running = self.daemon(f"[stream it]\nsource={source}\n{more}")
        return self.running.client()

    def check(self, config):
        """The output of `etrackd --check-config`, and its exit code."""
        path = self.path("etrackd.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(config)
        done = subprocess.run([harness.PROGRAM, "--check-config", "--config", path], capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stderr

    def test_a_name_that_is_not_ascii(self):
        path = self.make_clip('vidéo "clip".mp4')
        client = self.start(f"file://{path}", "loop=true\n")
        self.assertEqual(self.wait_up(client, "it")["size"], [320, 240])

    def test_a_turned_film(self):
        """Boxes are those of the upright picture: this one would be outside the stored one."""
        path = self.make_clip("turned.mp4")
        with open(path, "r+b") as file:
            at = file.read().index(b"tkhd") + MATRIX
            file.seek(at)
            file.write(TURNED)
        client = self.start(f"file://{path}", "loop=true\n")
        self.assertEqual(self.wait_up(client, "it")["size"], [240, 320])
        self.start_target(client, "it", box=[190, 270, 40, 40])

    def test_interlaced_video_of_a_pipeline_is_refused_with_the_reason_at_each_attempt(self):
        client = self.start("pipeline:videotestsrc ! video/x-raw,format=I420,width=64,height=48,interlace-mode=interleaved")

        def down_after(restarts):
            status = client.ask(cmd="status", stream="it")["streams"][0]
            return status["link"] == "down" and status["counters"]["restarts"] >= restarts and status

        for restarts in range(3):
            status = self.wait(lambda: down_after(restarts), "the stream is not down again")  # pylint: disable=cell-var-from-loop
            self.assertIn("interlaced", status["reason"])

    def test_a_password_in_a_pipeline_is_published_nowhere(self):
        client = self.start("pipeline:rtspsrc location=rtsp://127.0.0.1:1/x?token=hunter2 user-id=me user-pw=\"hunter2 hunter2\" ! decodebin")
        status = self.wait(lambda: (s := client.ask(cmd="status", stream="it"))["streams"][0]["link"] == "down" and s, "the stream is not down")
        self.assertIn("user-pw=***", status["streams"][0]["source"])
        self.assertNotIn("hunter2", str(status))
        self.running.stop()
        self.assertNotIn("hunter2", self.running.log())

    def test_rtsps_speaks_tls(self):
        """The first bytes that such a camera gets are a TLS handshake."""
        with socket.create_server(("127.0.0.1", 0)) as camera:
            self.start(f"rtsps://me:secret@127.0.0.1:{camera.getsockname()[1]}/x")
            camera.settimeout(harness.PATIENCE)
            self.assertEqual(self.wait(lambda: self.first_bytes(camera), "the camera gets no bytes"), b"\x16\x03")

    def first_bytes(self, camera):
        """Those of the next connection; none if it was given up, as it is on a busy machine."""
        connection, _ = camera.accept()
        with connection:
            connection.settimeout(harness.PATIENCE)
            return connection.recv(2, socket.MSG_WAITALL)

    def test_check_config_warns_of_what_is_not_there(self):
        there = self.make_clip("there.mp4")
        code, said = self.check(f"[stream a]\nsource=file://{there}\n[stream b]\nsource=file://{self.path('gone.mp4')}\n"
                                f"[stream c]\nsource=v4l2://{self.path('video0')}\n")
        self.assertEqual(code, 0, said)
        lines = said.splitlines()
        self.assertEqual(len(lines), 2, said)
        self.assertIn(f"warning: [stream b]: {self.path('gone.mp4')}: No such file", lines[0])
        self.assertIn(f"warning: [stream c]: {self.path('video0')}: No such file", lines[1])

    def test_check_config_refuses_what_can_never_be(self):
        for source, words in (("file://clip.webm", "file:///srv/clip.mkv"), ("test://bal", "no such pattern"), ("images:///a/%s.jpg", "one number")):
            code, said = self.check(f"[stream a]\nsource={source}\n")
            self.assertEqual(code, 78, said)
            self.assertIn(words, said)
            self.assertEqual(said.count("\n"), 1, said)


if __name__ == "__main__":
    harness.main()
