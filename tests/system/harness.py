# SPDX-License-Identifier: MIT
"""A real etrackd on real sources, and clients that know only the protocol."""
import contextlib
import ctypes
import json
import os
import queue
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

try:
    import zmq
except ImportError:
    print(f"SKIP {os.path.basename(sys.argv[0])}: python3-zmq is not installed")
    sys.exit(77)

LIBC = ctypes.CDLL(None)  # loaded here: a fork of a process with threads may load nothing
PROGRAM = os.environ["ETRACKD"]
CUP = os.path.join(os.environ["ETRACK_SOURCE"], "tests", "media", "cup.webm")
CUP_BOX = [305, 120, 118, 262]
PATIENCE = 60  # the limit of any wait, s: what takes longer has failed, even on a busy machine
# The environment of daemons in tests of what a box follows. By default a box stays where it is.
REAL_MODEL = {"ETRACK_MODEL": os.path.join(os.environ["ETRACK_SOURCE"], "models", "etrack-small.safetensors")}
CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT, signal.SIGTRAP)
THREAD_SANITIZER = 66  # the exit code of a program with a report
BALL = "[stream ball]\nsource=test://ball\nwidth=320\nheight=240\nrate_hz=30\n"


def hold_port(kind=socket.SOCK_STREAM):
    """A socket that holds a `port` of loopback for a program that reuses addresses. Nobody else is
    given the port while the socket is open."""
    holder = HeldPort(socket.AF_INET, kind)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder


class HeldPort(socket.socket):
    """A socket that is bound and never listens."""

    @property
    def port(self):
        return self.getsockname()[1]


def die_with_parent():
    """A test that is killed leaves no daemon behind."""
    LIBC.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Notifications:
    """What the daemon tells the service manager. A thread reads all of it as it comes, as a service
    manager does: the daemon waits for one that does not, after as few as ten messages."""

    END = b""  # the daemon sends no empty message

    def __init__(self, path):
        self.path, self.come = path, queue.SimpleQueue()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while (message := self.socket.recv(4096)) != self.END:
            self.come.put(message.decode().split("\n"))

    def next(self, seconds):
        """The lines of the next one, or None."""
        with contextlib.suppress(queue.Empty):
            return self.come.get(timeout=seconds)
        return None

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(self.END, self.path)
        self.reader.join()
        self.socket.close()


class Daemon:
    """One etrackd in a folder of its own. As a context it is ready on entry and gone at the end."""

    def __init__(self, config=BALL, daemon="", env=None, arguments=()):
        self.folder = tempfile.mkdtemp(prefix="etrackd-")
        self.runtime = os.path.join(self.folder, "run")
        os.mkdir(self.runtime)
        self.config = os.path.join(self.folder, "etrackd.conf")
        self.write(config, daemon)
        self.arguments = list(arguments)
        # A sanitizer that keeps freed memory looks like a leak to the tests that measure memory.
        asan = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=1")))
        self.env = dict(os.environ, ASAN_OPTIONS=asan, RUNTIME_DIRECTORY=self.runtime, NOTIFY_SOCKET=os.path.join(self.folder, "notify"))
        self.env.update(env or {})
        self.notifications = Notifications(self.env["NOTIFY_SOCKET"])
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

    def bound(self, name):
        """The address of `name` in the ready line: "tcp_control", "tcp_events" or "http_port"."""
        return re.search(rf"is ready: .*\b{name} ([^\s,]+)", self.log()).group(1)

    def log(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_notify(self, wanted):
        """The next notification that has the line `wanted`, or begins with it if it ends in =."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            ended = self.process.poll() is not None
            lines = self.notifications.next(0.1)
            if not lines:
                if ended:
                    break
                continue
            self.heard.append(lines)
            if any(line == wanted or (wanted.endswith("=") and line.startswith(wanted)) for line in lines):
                return lines
        raise AssertionError(f"no {wanted} within {PATIENCE} s; heard {self.heard}; log:\n{self.log()}")

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
        wrong = None
        if self.process and self.process.poll() is None:
            self.process.terminate()
            wrong = self.wait_end()
        if self.process and self.process.returncode == THREAD_SANITIZER:
            wrong = "ThreadSanitizer reports a fault of etrackd"
        if self.process and -self.process.returncode in CRASHES:
            wrong = f"etrackd ended by {signal.Signals(-self.process.returncode).name}"
        self.notifications.close()
        log = self.log() if wrong else ""
        shutil.rmtree(self.folder, ignore_errors=True)
        if wrong:
            raise AssertionError(f"{wrong}:\n{log}")

    def wait_end(self):
        """Waits until it has ended. Kills it if it does not end, and returns what is wrong."""
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return f"etrackd did not end within {PATIENCE} s of SIGTERM"
        return None

    def stop(self, number=signal.SIGTERM):
        """Signals it. Returns the exit code and how long it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        return code, time.monotonic() - began

    def client(self, kind=None):
        client = Client(self.endpoint("control"), kind or zmq.REQ)
        self.clients.append(client)
        return client

    def watch(self, *topics):
        """A subscriber that the daemon knows."""
        watcher = Watcher(self.endpoint("events"), topics)
        self.clients.append(watcher)
        watcher.wait_known()
        return watcher


def stacks_of_children():
    """Where the threads of the daemons are, if gdb is there to tell."""
    if not shutil.which("gdb"):
        return "(gdb would tell where the threads of the daemon are)"
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        children = file.read().split()
    return "\n".join(
        subprocess.run(["gdb", "-batch", "-ex", "thread apply all bt 12", "-p", child], capture_output=True, text=True, check=False).stdout
        for child in children
    )


class Client:
    """A client of the control socket."""

    def __init__(self, endpoint, kind=zmq.REQ, setup=None):
        self.context = zmq.Context()
        self.socket = self.context.socket(kind)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.RCVTIMEO, PATIENCE * 1000)
        self.socket.setsockopt(zmq.SNDTIMEO, PATIENCE * 1000)
        if setup:
            setup(self.socket)
        self.socket.connect(endpoint)

    def ask(self, **request):
        """One request. Returns its reply as an object."""
        return json.loads(self.ask_raw(json.dumps(request).encode())[0])

    def ask_raw(self, *parts):
        self.socket.send_multipart(parts)
        try:
            return self.socket.recv_multipart()
        except zmq.Again as silence:
            raise AssertionError(f"no reply to {parts} within {PATIENCE} s\n{stacks_of_children()}") from silence

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
        self.topics, self.early = topics, []
        for topic in topics:
            self.socket.setsockopt(zmq.SUBSCRIBE, topic.encode())
        self.socket.connect(endpoint)

    def wait_known(self):
        """Waits until the daemon publishes for it: a status, which comes once per second, has
        come."""
        self.socket.setsockopt(zmq.SUBSCRIBE, b"status ")
        self.socket.setsockopt(zmq.RCVTIMEO, PATIENCE * 1000)
        while not self.early or not self.early[-1].startswith(b"status "):
            self.early.append(self.socket.recv())
        self.socket.setsockopt(zmq.UNSUBSCRIBE, b"status ")

    def receive(self, seconds):
        if self.early:
            return self.early.pop(0)
        self.socket.setsockopt(zmq.RCVTIMEO, max(int(seconds * 1000), 1))
        return self.socket.recv()

    def is_wanted(self, topic):
        """False for the status that only showed that the daemon knows this subscriber."""
        return any((topic + " ").startswith(prefix) for prefix in self.topics)

    def next(self, seconds=PATIENCE):
        """The next message as (topic, object). None if none comes, which proves nothing."""
        end = time.monotonic() + seconds
        while True:
            try:
                topic, body = self.receive(end - time.monotonic()).decode().split(" ", 1)
            except zmq.Again:
                return None
            if self.is_wanted(topic):
                return topic, json.loads(body)

    def until(self, wanted):
        """Reads until wanted(topic, object) holds. Returns all that was read, the wanted one
        last."""
        seen, end = [], time.monotonic() + PATIENCE
        while time.monotonic() < end:
            message = self.next(end - time.monotonic())
            if message:
                seen.append(message)
                if wanted(*message):
                    return seen
        raise AssertionError(f"not seen within {PATIENCE} s; seen: {[(t, m.get('event'), m.get('reason')) for t, m in seen[-40:]]}")

    def until_event(self, name):
        return self.until(lambda _, m: m.get("event") == name)[-1][1]

    def until_down(self, target):
        """The event stream-down, once it and the loss of this target have been told, in either
        order."""
        seen = []

        def both(_, message):
            seen.append(message)
            return {("stream-down", None), ("lost", target)} <= {(m.get("event"), m.get("target")) for m in seen}

        self.until(both)
        return next(m for m in seen if m.get("event") == "stream-down")

    def close(self):
        self.context.destroy(0)


def raw_client(path, kind):
    """A socket after ZMTP's handshake as a socket of this kind, for sending what no library
    would."""
    raw = socket.socket(socket.AF_UNIX)
    raw.connect(path)
    raw.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31))
    body = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind
    raw.sendall(b"\x04" + bytes([len(body)]) + body)
    # The other side's greeting and READY: what is sent before them may be dropped.
    raw.recv(64, socket.MSG_WAITALL)
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
        """Memory has grown by less than `most`. AddressSanitizer keeps red zones, what was freed, and
        the place of each allocation: it may grow by four times that. Not checked under
        ThreadSanitizer, which keeps several bytes of its own for each byte that is touched."""
        if "ASAN_OPTIONS" in os.environ:
            most *= 4
        if "TSAN_OPTIONS" not in os.environ:
            self.assertLess(growth, most, words)

    def refused(self, reply, code, *words):
        self.assertFalse(reply["ok"], reply)
        self.assertEqual(reply["error"]["code"], code, reply)
        for word in words:
            self.assertIn(word, reply["error"]["message"])

    def wait(self, what, words):
        """Waits until `what` returns something true, and returns it."""
        end = time.monotonic() + PATIENCE
        while not (found := what()):
            self.assertLess(time.monotonic(), end, words)
            time.sleep(0.05)
        return found

    def start_target(self, client, stream="ball", **place):
        """The reply to `track`. Asks again while it is refused because a busy machine had no frame
        for a second."""
        request = {"cmd": "track", "stream": stream, **(place or {"box": [140, 100, 40, 40]})}

        def ask():
            reply = client.ask(**request)
            if not reply["ok"]:
                self.refused(reply, "no-frame")
            return reply["ok"] and reply

        return self.wait(ask, "no target is taken")

    def status(self, client, stream="ball"):
        return client.ask(cmd="status", stream=stream)["streams"][0]

    def wait_status(self, client, stream, wanted):
        """The stream's status, once wanted(status) holds."""
        return self.wait(lambda: wanted(status := self.status(client, stream)) and status, f"{stream} does not reach the state that is waited for")

    def wait_up(self, client, stream="ball"):
        """The stream's status, once it is up and its first frame is counted. It is up a little
        before the tracker has seen that frame."""
        return self.wait_status(client, stream, lambda status: status["link"] == "up" and status["counters"]["frames"] > 0)


def main():
    unittest.main(verbosity=2, warnings="ignore")
