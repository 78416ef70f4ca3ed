# SPDX-License-Identifier: MIT
"""Clients that mean harm or have died: what they cost is bounded, and those beside them never notice."""
import contextlib
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import time

import harness
import zmq

MEGABYTE = 1 << 20
PING = b'{"cmd":"ping"}'
SLEEPER = """
import sys, time, zmq
context, sockets = zmq.Context(), []
for _ in range(int(sys.argv[2])):
    sockets.append(context.socket(zmq.SUB))
    sockets[-1].setsockopt(zmq.SUBSCRIBE, b"")
    sockets[-1].connect(sys.argv[1])
for one in sockets:
    one.poll(10000)
print("connected", flush=True)
time.sleep(1e6)
"""


def frame(body, more=False):
    """One part as ZMTP sends it."""
    if len(body) < 256:
        return bytes([more, len(body)]) + body
    return bytes([2 | more]) + struct.pack(">Q", len(body)) + body


class Clients(harness.Case):
    def setUp(self):
        super().setUp()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, most))  # what a service has, unless somebody raises it
        self.running = self.daemon(harness.BALL + "history_bytes=0\n")
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))
        self.client = self.running.client()
        self.wait_up(self.client)
        self.start_target(self.client)
        self.watcher = self.running.watch("track.ball ")
        self.watcher.until(lambda *_: True)
        self.memory = self.read_memory()

    def read_memory(self):
        return self.client.ask(cmd="status")["memory_bytes"]

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.running.process.pid}/fd"))

    def nobody_noticed(self, growth=24 * MEGABYTE):
        """The daemon answers, its memory has not grown by more than this, and whoever reads has lost nothing."""
        self.assertTrue(self.client.ask(cmd="ping")["ok"])
        seen = [m["seq"] for _, m in self.watcher.until(lambda _, m: m["age_us"] < 200000, 10)]
        while (message := self.watcher.next(0.05)) is not None and len(seen) < 500:
            seen.append(message[1]["seq"])
        self.assertEqual(seen, list(range(seen[0], seen[-1] + 1)), "a subscriber that reads lost messages")
        self.assert_growth(self.read_memory() - self.memory, growth)

    def connect_many(self, count):
        sockets = []
        for i in range(count):
            sockets.append(self.stack.enter_context(socket.socket(socket.AF_UNIX)))
            sockets[-1].setblocking(False)
            with contextlib.suppress(BlockingIOError):
                sockets[-1].connect(os.path.join(self.running.runtime, ("control", "events")[i % 2]))
            if i % 50 == 49:
                time.sleep(0.02)
        return sockets

    def test_thousands_of_connections(self):
        """More than there are descriptors by default, which would end libzmq and the daemon with it."""
        before = self.descriptors()
        sockets = self.connect_many(3000)
        time.sleep(0.5)
        self.assertLess(self.descriptors(), before + 2 * 512 + 50)
        self.nobody_noticed()
        for one in sockets:
            one.close()
        self.assertTrue(self.running.client().ask(cmd="ping")["ok"], "no room was made again")

    def test_connections_that_say_nothing_are_let_go(self):
        before = self.descriptors()
        self.connect_many(100)
        time.sleep(0.5)
        self.assertGreater(self.descriptors(), before + 80)
        end = time.monotonic() + 15
        while self.descriptors() > before + 5:
            self.assertLess(time.monotonic(), end, "silent connections are kept")
            time.sleep(0.2)

    def test_connections_that_come_and_go(self):
        for _ in range(20):
            for one in self.connect_many(100):
                one.close()
        self.nobody_noticed()

    def test_half_a_message(self):
        """Its parts so far, then silence or the end: no request, and no harm to the next one."""
        silent = [harness.raw_client(self.running.runtime + "/control", b"DEALER") for _ in range(50)]
        for one in silent[:25]:
            one.sendall(frame(b"", more=True) + frame(PING, more=True))
        for one in silent[25:]:
            one.sendall(frame(b"", more=True) + frame(PING)[:9])
        time.sleep(0.3)
        self.nobody_noticed()
        for one in silent:
            one.close()
        raw = harness.raw_client(self.running.runtime + "/control", b"DEALER")
        raw.sendall(frame(PING))
        raw.settimeout(5)
        answer = b""
        while b'"ok":true}' not in answer:
            answer += raw.recv(4096)
        raw.close()

    def test_what_is_no_zmtp(self):
        for name in ("control", "events"):
            for bytes_ in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 5000, os.urandom(5000), b"\xff" * 64, b"\xff" + bytes(8) + b"\x7f\x03\x00CURVE"):
                raw = self.stack.enter_context(socket.socket(socket.AF_UNIX))
                raw.connect(os.path.join(self.running.runtime, name))
                with contextlib.suppress(OSError):
                    raw.sendall(bytes_)
        time.sleep(0.3)
        self.nobody_noticed()

    def test_megabytes(self):
        """Up to 1 MiB is refused with words; above it the sender is dropped, comes back by itself and is served."""
        dealer = self.running.client(zmq.DEALER)
        for size in (65537, MEGABYTE - 1, MEGABYTE):
            for _ in range(20):
                self.refused(json.loads(dealer.ask_raw(b"x" * size)[0]), "too-large")
        dealer.socket.send(b"x" * (MEGABYTE + 1))
        dealer.socket.setsockopt(zmq.RCVTIMEO, 500)
        end = time.monotonic() + 10
        while True:
            dealer.socket.send(PING)
            try:
                self.assertTrue(json.loads(dealer.socket.recv())["ok"])
                break
            except zmq.Again:
                self.assertLess(time.monotonic(), end, "a client that was dropped is not let in again")
        self.nobody_noticed()

    def test_a_client_that_never_reads(self):
        """Its replies are dropped beyond what is queued for it."""
        lazy = [harness.raw_client(self.running.runtime + "/control", b"DEALER") for _ in range(20)]
        requests = frame(b'{"cmd":"status"}') * 100
        waiting = {one: b"" for one in lazy}
        for one in lazy:
            one.setblocking(False)
        end, sent = time.monotonic() + 5, 0
        while time.monotonic() < end:
            for one in lazy:
                waiting[one] = waiting[one] or requests
                with contextlib.suppress(BlockingIOError):
                    taken = one.send(waiting[one])
                    waiting[one], sent = waiting[one][taken:], sent + taken
            time.sleep(0.01)
        self.assertGreater(sent, 20 * 300 * len(frame(b'{"cmd":"status"}')), "too few requests to be of interest")
        self.nobody_noticed(48 * MEGABYTE)
        for one in lazy:
            one.close()

    def is_refused_for_snapshots(self, lazy):
        """For those that wait for their reader; asks for one more on a machine so busy that there are not enough yet."""
        reply = json.loads(self.client.ask_raw(b'{"cmd":"snapshot","stream":"large"}')[0])
        lazy.sendall(frame(b'{"cmd":"snapshot","stream":"large"}'))
        return not reply["ok"] and reply["error"]["code"] == "busy" and "not been read" in reply["error"]["message"]

    def test_snapshots_that_are_never_read(self):
        """A few megabytes of pictures may wait for their readers; then there are no more, until those have gone."""
        large = "[stream large]\nsource=test://snow\nwidth=1920\nheight=1080\nrate_hz=10\nhistory_bytes=0\n"
        self.running.write(harness.BALL + "history_bytes=0\n" + large)
        self.assertTrue(self.client.ask(cmd="reload")["ok"])
        self.wait_up(self.client, "large")
        lazy = harness.raw_client(self.running.runtime + "/control", b"DEALER")
        before, largest = self.read_memory(), 0
        for _ in range(100):
            lazy.sendall(frame(b'{"cmd":"snapshot","stream":"large"}'))
            time.sleep(0.08)
            largest = max(largest, self.read_memory())
        self.assert_growth(largest - before, 80 * MEGABYTE)
        self.wait(lambda: self.is_refused_for_snapshots(lazy), "pictures wait without a bound")
        lazy.close()
        end = time.monotonic() + 10
        while not (reply := json.loads(self.client.ask_raw(b'{"cmd":"snapshot","stream":"large"}')[0]))["ok"]:
            self.assertEqual(reply["error"]["code"], "busy")
            self.assertLess(time.monotonic(), end, "a client that has gone still counts")
            time.sleep(0.1)

    def test_ten_thousand_subscriptions(self):
        """By a library's socket: those to topics that exist up to 64, the rest ignored, the connection cut off in the end."""
        greedy = self.running.watch()
        for i in range(10000):
            greedy.socket.setsockopt(zmq.SUBSCRIBE, b"track.ball %d" % i)
            if i % 500 == 499:
                self.assertTrue(self.client.ask(cmd="ping")["ok"])
        time.sleep(1)
        self.nobody_noticed()

    def test_subscribers_that_are_dead(self):
        """Fifty in a process that was stopped: no signal tells of it, their sockets stay open, and what waits for them is bounded."""
        sleeper = subprocess.Popen([sys.executable, "-c", SLEEPER, self.running.endpoint("events"), "50"], stdout=subprocess.PIPE,
                                   preexec_fn=harness.die_with_parent)
        self.addCleanup(lambda: (sleeper.kill(), sleeper.wait(), sleeper.stdout.close()))
        self.assertEqual(sleeper.stdout.readline(), b"connected\n")
        sleeper.send_signal(signal.SIGSTOP)
        time.sleep(1)
        settled = None
        for second in range(12):
            self.watcher.until(lambda _, m: True)
            time.sleep(1)
            settled = self.read_memory() if second == 5 else settled
        self.nobody_noticed()
        self.assert_growth(self.read_memory() - settled, 8 * MEGABYTE, "it still grows")

    def test_deep_and_odd_json(self):
        cases = (b'{"cmd":' * 20 + b"1" + b"}" * 20, b'{"cmd":"ping","x":' + b"[" * 15 + b"]" * 15 + b"}",
                 b'{"cmd":"ping","x":' + b"[" * 16 + b"]" * 16 + b"}", b'{"cmd":"ping\\u0000"}', b'{"cmd":"ping","id":"\\ud800"}',
                 b'{"cmd":"track","stream":"ball","box":[1e999,1,1,1]}', b'{"cmd":"track","stream":"ball","box":[NaN,1,1,1]}',
                 b'{"cmd":"set","stream":"ball","values":{' + b",".join(b'"v%d":1' % i for i in range(5000)) + b"}}",
                 b'{"cmd":"ping","id":null}', b"null", b'"ping"', b"{" + b'"a":1,' * 9000 + b'"cmd":"ping"}')
        for body in cases:
            with self.subTest(body[:60]):
                reply = json.loads(self.client.ask_raw(body)[0])
                self.assertFalse(reply["ok"])
                self.assertIn(reply["error"]["code"], ("bad-json", "bad-request", "bad-value", "unknown-command"))
        self.nobody_noticed()


if __name__ == "__main__":
    harness.main()
