# SPDX-License-Identifier: MIT
"""A real etrackd on real sources, and clients that know nothing but the protocol."""
import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

try:
    import zmq
except ImportError:
    print(f"SKIP {os.path.basename(sys.argv[0])}: python3-zmq is not installed")
    sys.exit(77)

PROGRAM = os.environ["ETRACKD"]
CUP = os.path.join(os.environ["ETRACK_SOURCE"], "tests", "media", "cup.webm")
CUP_BOX = [305, 120, 118, 262]
PATIENCE = 60  # seconds that any word is waited for: what takes longer has failed, on a busy machine too
# The environment of a daemon in tests of what a box follows; by default a box stays where it is.
REAL_MODEL = {"ETRACK_MODEL": os.path.join(os.environ["ETRACK_SOURCE"], "models", "etrack-small.safetensors")}
THREAD_SANITIZER = 66  # the exit code of a program that it has reported something of
BALL = "[stream ball]\nsource=test://ball\nwidth=320\nheight=240\nrate_hz=30\n"


def die_with_parent():
    """A test that is killed leaves no daemon behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Daemon:
    """One etrackd in a folder of its own; as a context it is ready on entry and gone at the end."""

    def __init__(self, config=BALL, daemon="", env=None, arguments=()):
        self.folder = tempfile.mkdtemp(prefix="etrackd-")
        self.runtime = os.path.join(self.folder, "run")
        os.mkdir(self.runtime)
        self.config = os.path.join(self.folder, "etrackd.conf")
        self.write(config, daemon)
        self.arguments = list(arguments)
        # a sanitizer that keeps what was freed looks like a leak to the tests that measure memory
        asan = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=1")))
        self.env = dict(os.environ, ASAN_OPTIONS=asan, RUNTIME_DIRECTORY=self.runtime, NOTIFY_SOCKET=os.path.join(self.folder, "notify"))
        self.env.update(env or {})
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(self.env["NOTIFY_SOCKET"])
        self.heard = []
        self.process = None
        self.clients = []

    def write(self, config, daemon=""):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"[daemon]\n{daemon}\n{config}")

    def start(self):
        with open(self.path("log"), "wb") as log:
            self.process = subprocess.Popen([PROGRAM, "--config", self.config, *self.arguments], env=self.env, stdout=log, stderr=log,
                                            preexec_fn=die_with_parent)
        return self

    def path(self, name):
        return os.path.join(self.folder, name)

    def endpoint(self, name):
        return "ipc://" + os.path.join(self.runtime, name)

    def log(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_notify(self, wanted, seconds=20):
        """The next notification that has the line `wanted` (or begins with it where it ends in =)."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ended = self.process.poll() is not None
            self.notify.settimeout(0.1)
            try:
                lines = self.notify.recv(4096).decode().split("\n")
            except socket.timeout:
                if ended:
                    break
                continue
            self.heard.append(lines)
            if any(line == wanted or (wanted.endswith("=") and line.startswith(wanted)) for line in lines):
                return lines
        raise AssertionError(f"no {wanted} within {seconds} s; heard {self.heard}; log:\n{self.log()}")

    def __enter__(self):
        self.start()
        try:
            self.wait_notify("READY=1")
        except AssertionError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        for client in self.clients:
            client.close()
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.notify.close()
        reported = self.log() if self.process and self.process.returncode == THREAD_SANITIZER else None
        shutil.rmtree(self.folder, ignore_errors=True)
        if reported:
            raise AssertionError("ThreadSanitizer reports of etrackd:\n" + reported)

    def stop(self, number=signal.SIGTERM):
        """Signals it; returns the exit code and how long it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(10)
        return code, time.monotonic() - began

    def client(self, kind=None):
        client = Client(self.endpoint("control"), kind or zmq.REQ)
        self.clients.append(client)
        return client

    def watch(self, *topics):
        watcher = Watcher(self.endpoint("events"), topics)
        self.clients.append(watcher)
        return watcher


class Client:
    """A client of the control socket."""

    def __init__(self, endpoint, kind=zmq.REQ, setup=None):
        self.context = zmq.Context()
        self.socket = self.context.socket(kind)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.RCVTIMEO, 20000)
        self.socket.setsockopt(zmq.SNDTIMEO, 5000)
        if setup:
            setup(self.socket)
        self.socket.connect(endpoint)

    def ask(self, **request):
        """One request, its reply as an object."""
        return json.loads(self.ask_raw(json.dumps(request).encode())[0])

    def ask_raw(self, *parts):
        self.socket.send_multipart(parts)
        return self.socket.recv_multipart()

    def close(self):
        self.context.destroy(0)


class Watcher:
    """A subscriber to events."""

    def __init__(self, endpoint, topics, setup=None):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.SUB)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.RCVHWM, 100000)
        if setup:
            setup(self.socket)
        for topic in topics:
            self.socket.setsockopt(zmq.SUBSCRIBE, topic.encode())
        self.socket.connect(endpoint)

    def next(self, seconds=5):
        """The next message as (topic, object); None where none comes."""
        self.socket.setsockopt(zmq.RCVTIMEO, max(int(seconds * 1000), 1))
        try:
            topic, body = self.socket.recv().decode().split(" ", 1)
        except zmq.Again:
            return None
        return topic, json.loads(body)

    def until(self, wanted, seconds=10):
        """Reads until wanted(topic, object) holds; returns all that was read, the wanted one last."""
        seen, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            message = self.next(end - time.monotonic())
            if message:
                seen.append(message)
                if wanted(*message):
                    return seen
        raise AssertionError(f"not seen within {seconds} s; seen: {[(t, m.get('event'), m.get('reason')) for t, m in seen[-40:]]}")

    def until_event(self, name, seconds=10):
        return self.until(lambda _, m: m.get("event") == name, seconds)[-1][1]

    def until_down(self, target, seconds=10):
        """The event stream-down, once it and the loss of this target have both been told, in whichever order."""
        seen = []

        def both(_, message):
            seen.append(message)
            return {("stream-down", None), ("lost", target)} <= {(m.get("event"), m.get("target")) for m in seen}

        self.until(both, seconds)
        return next(m for m in seen if m.get("event") == "stream-down")

    def close(self):
        self.context.destroy(0)


def raw_client(path, kind):
    """A socket that has gone through ZMTP's handshake as a socket of this kind, for sending what no library would."""
    raw = socket.socket(socket.AF_UNIX)
    raw.connect(path)
    raw.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31))
    body = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind
    raw.sendall(b"\x04" + bytes([len(body)]) + body)
    raw.recv(64, socket.MSG_WAITALL)  # the other side's greeting and READY: what comes before it has those may be dropped
    raw.recv(raw.recv(2, socket.MSG_WAITALL)[1], socket.MSG_WAITALL)
    return raw


class Case(unittest.TestCase):
    """What the tests have in common."""

    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def daemon(self, *arguments, **settings):
        return self.stack.enter_context(Daemon(*arguments, **settings))

    def assert_growth(self, growth, most, words=None):
        """Memory has grown by less than `most`. ThreadSanitizer counts with it, which keeps several bytes of its own for each that is touched."""
        if "TSAN_OPTIONS" not in os.environ:
            self.assertLess(growth, most, words)

    def refused(self, reply, code, *words):
        self.assertFalse(reply["ok"], reply)
        self.assertEqual(reply["error"]["code"], code, reply)
        for word in words:
            self.assertIn(word, reply["error"]["message"])

    def wait(self, what, words, seconds=15):
        """What `what` returns as soon as it is true."""
        end = time.monotonic() + seconds
        while not (found := what()):
            self.assertLess(time.monotonic(), end, words)
            time.sleep(0.05)
        return found

    def start_target(self, client, stream="ball", box=(140, 100, 40, 40)):
        """A target; asked for again where a busy machine took longer than the second after which it is refused."""
        return self.wait(lambda: (reply := client.ask(cmd="track", stream=stream, box=box))["ok"] and reply, "no target is taken")

    def wait_up(self, client, stream="ball", seconds=10):
        """The stream's status once it is up and its first frame counted: it is up from before the tracker has seen that frame."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = client.ask(cmd="status", stream=stream)["streams"][0]
            if status["link"] == "up" and status["counters"]["frames"] > 0:
                return status
            time.sleep(0.05)
        self.fail(f"{stream} is not up after {seconds} s: {status}")


def main():
    unittest.main(verbosity=2, warnings="ignore")
