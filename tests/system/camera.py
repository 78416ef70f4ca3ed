# SPDX-License-Identifier: MIT
"""A network camera in its own process. Tests that need one are skipped without gst-rtsp-server."""
import os
import signal
import subprocess
import sys
import unittest

import harness

SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rtsp_server.py")
NEEDED = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
HAS_SERVER = subprocess.run([sys.executable, "-c", NEEDED], capture_output=True, check=False).returncode == 0
WITHOUT = "gir1.2-gst-rtsp-server-1.0 and python3-gi are not installed"


class Camera:
    """The server, on the same port in all its lives."""

    def __init__(self, codec="jpeg", account=()):
        self.held, self.codec, self.account, self.process = harness.hold_port(), codec, account, None
        self.start()

    def start(self):
        self.process = subprocess.Popen([sys.executable, SERVER, str(self.held.port), self.codec, *self.account], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, preexec_fn=harness.die_with_parent)
        if self.process.stdout.readline() != "serving\n":
            if self.process.wait() == 77:
                raise unittest.SkipTest(f"GStreamer here has no encoder for {self.codec}")
            raise AssertionError("the server does not start")

    def show(self, pattern):
        self.process.stdin.write(pattern + "\n")
        self.process.stdin.flush()

    def hang(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def close(self):
        self.kill()
        self.held.close()

    def config(self, more="", account=""):
        return f"[stream cam]\nsource=rtsp://{account}127.0.0.1:{self.held.port}/cam\nframe_timeout_s=3\n{more}"
