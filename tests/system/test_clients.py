# SPDX-License-Identifier: MIT
"""Hostile and dead clients: what they cost is bounded, and the clients beside them never notice."""
import contextlib
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys

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
    one.poll(60000)
print("connected", flush=True)
time.sleep(1e6)
"""


def frame(body, more=False):
    """One part of a message in ZMTP."""
    if len(body) < 256:
        return bytes([more, len(body)]) + body
    return bytes([2 | more]) + struct.pack(">Q", len(body)) + body


class Clients(harness.Case):
    def setUp(self):
        super().setUp()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        # what a service has, unless somebody raises it
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, most))
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
        """The daemon answers, its memory has not grown by more than this, and readers have lost
        nothing."""
        self.assertTrue(self.client.ask(cmd="ping")["ok"])
        now = self.status(self.client)["frame"]
        seen = [m["seq"] for _, m in self.watcher.until(lambda _, m: m["frame"] > now + 10)]
        self.assertEqual(seen, list(range(seen[0], seen[-1] + 1)), "a subscriber that reads lost messages")
        self.assert_growth(self.read_memory() - self.memory, growth)

    def connect_many(self, count):
        """Waits for room in the daemon's queue of connections."""
        sockets = []
        for i in range(count):
            sockets.append(self.stack.enter_context(socket.socket(socket.AF_UNIX)))
            sockets[-1].connect(os.path.join(self.running.runtime, ("control", "events")[i % 2]))
        return sockets

    def count_cut_off(self, sockets):
        """Counts those that the daemon has closed. It has greeted all of them."""
        count = 0
        for one in sockets:
            one.setblocking(False)
            try:
                while one.recv(4096):
                    pass
                count += 1
            except BlockingIOError:
                pass
            except ConnectionError:
                count += 1
        return count

    def test_thousands_of_connections(self):
        """More connections than descriptors by default, which would end libzmq and the daemon with
        it."""
        before = self.descriptors()
        sockets = self.connect_many(3000)
        self.wait(lambda: self.count_cut_off(sockets) >= 3000 - 2 * 512, "more connections stay open than the limit")
        # A connection is shut down first. ZeroMQ closes its descriptor a moment later.
        self.wait(lambda: self.descriptors() < before + 2 * 512 + 50, "the descriptors of closed connections are kept")
        self.nobody_noticed()
        for one in sockets:
            one.close()
        self.assertTrue(self.running.client().ask(cmd="ping")["ok"], "there is no room again")

    def test_connections_that_say_nothing_are_let_go(self):
        before = self.descriptors()
        sockets = self.connect_many(100)
        self.wait(lambda: self.count_cut_off(sockets) == 100, "silent connections are kept")
        self.wait(lambda: self.descriptors() <= before + 5, "the descriptors of silent connections are kept")

    def test_connections_that_come_and_go(self):
        for _ in range(20):
            for one in self.connect_many(100):
                one.close()
        self.nobody_noticed()

    def test_half_a_message(self):
        """The first parts, then silence or the end: it is no request, and does the next one no
        harm."""
        silent = [harness.raw_client(self.running.runtime + "/control", b"DEALER") for _ in range(50)]
        for one in silent[:25]:
            one.sendall(frame(b"", more=True) + frame(PING, more=True))
        for one in silent[25:]:
            one.sendall(frame(b"", more=True) + frame(PING)[:9])
        self.nobody_noticed()
        for one in silent:
            one.close()
        raw = harness.raw_client(self.running.runtime + "/control", b"DEALER")
        raw.sendall(frame(PING))
        raw.settimeout(harness.PATIENCE)
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
        self.nobody_noticed()

    def test_megabytes(self):
        """Up to 1 MiB is refused with a message. Above it the sender is dropped, reconnects and is
        served."""
        dealer = self.running.client(zmq.DEALER)
        for size in (65537, MEGABYTE - 1, MEGABYTE):
            for _ in range(20):
                self.refused(json.loads(dealer.ask_raw(b"x" * size)[0]), "too-large")
        dealer.socket.send(b"x" * (MEGABYTE + 1))
        dealer.socket.setsockopt(zmq.RCVTIMEO, 500)
        self.wait(lambda: self.is_answered(dealer), "a client that was dropped is not let in again")
        self.nobody_noticed()

    def is_answered(self, dealer):
        """What is sent while the connection is down is lost, so after silence it is sent again."""
        dealer.socket.send(PING)
        with contextlib.suppress(zmq.Again):
            return json.loads(dealer.socket.recv())["ok"]
        return False

    def test_a_client_that_never_reads(self):
        """Replies beyond its queue are dropped."""
        lazy = [harness.raw_client(self.running.runtime + "/control", b"DEALER") for _ in range(20)]
        requests = frame(b'{"cmd":"status"}') * 100
        waiting = {one: b"" for one in lazy}
        for one in lazy:
            one.setblocking(False)
        sent = dict.fromkeys(lazy, 0)

        def send_on():
            for one in lazy:
                waiting[one] = waiting[one] or requests
                with contextlib.suppress(BlockingIOError):
                    taken = one.send(waiting[one])
                    waiting[one], sent[one] = waiting[one][taken:], sent[one] + taken
            return min(sent.values()) > 3 * len(requests)

        self.wait(send_on, "requests are not read while replies are not")
        self.nobody_noticed(48 * MEGABYTE)
        for one in lazy:
            one.close()

    def is_refused_for_snapshots(self, lazy):
        """Whether snapshots that wait for their reader are too many. Asks for one more: on a busy
        machine there may not be enough yet."""
        reply = json.loads(self.client.ask_raw(b'{"cmd":"snapshot","stream":"large"}')[0])
        lazy.sendall(frame(b'{"cmd":"snapshot","stream":"large"}'))
        return not reply["ok"] and reply["error"]["code"] == "busy" and "are unread" in reply["error"]["message"]

    def test_snapshots_that_are_never_read(self):
        """A few megabytes of pictures may wait for their readers. More are refused until those have
        gone."""
        large = "[stream large]\nsource=test://snow\nwidth=1920\nheight=1080\nrate_hz=1\nhistory_bytes=0\n"
        self.running.write(harness.BALL + "history_bytes=0\n" + large)
        self.assertTrue(self.client.ask(cmd="reload")["ok"])
        self.wait_up(self.client, "large")
        lazy = harness.raw_client(self.running.runtime + "/control", b"DEALER")
        before, memory = self.read_memory(), []
        self.wait(lambda: memory.append(self.read_memory()) or self.is_refused_for_snapshots(lazy), "pictures wait without a bound")
        for _ in range(20):
            self.is_refused_for_snapshots(lazy)
            memory.append(self.read_memory())
        self.assert_growth(max(memory) - before, 80 * MEGABYTE)
        lazy.close()
        self.wait(self.is_given_a_snapshot, "a client that has gone still counts")

    def is_given_a_snapshot(self):
        reply = json.loads(self.client.ask_raw(b'{"cmd":"snapshot","stream":"large"}')[0])
        if not reply["ok"]:
            self.refused(reply, "busy")
        return reply["ok"]

    def test_ten_thousand_subscriptions(self):
        """With a library's socket: up to 64 to topics that exist are taken, the rest is ignored,
        and in the end the connection is cut off."""
        greedy = self.running.watch()
        for i in range(10000):
            greedy.socket.setsockopt(zmq.SUBSCRIBE, b"track.ball %d" % i)
            if i % 500 == 499:
                self.assertTrue(self.client.ask(cmd="ping")["ok"])
        self.nobody_noticed()

    def test_subscribers_that_are_dead(self):
        """Fifty in a process that was stopped. No signal tells of it, and their sockets stay open,
        but what waits for them is bounded."""
        sleeper = subprocess.Popen([sys.executable, "-c", SLEEPER, self.running.endpoint("events"), "50"], stdout=subprocess.PIPE,
                                   preexec_fn=harness.die_with_parent)
        self.addCleanup(lambda: (sleeper.kill(), sleeper.wait(), sleeper.stdout.close()))
        self.assertEqual(sleeper.stdout.readline(), b"connected\n")
        sleeper.send_signal(signal.SIGSTOP)
        first = self.watcher.next()[1]["seq"]
        self.watcher.until(lambda _, m: m["seq"] >= first + 200)
        settled = self.read_memory()
        self.watcher.until(lambda _, m: m["seq"] >= first + 400)
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
