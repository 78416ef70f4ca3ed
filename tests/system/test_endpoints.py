# SPDX-License-Identifier: MIT
"""The daemon's endpoints: what it is bound to and reports, subscriptions before their streams, new
keys while a port is taken."""
import contextlib
import os
import signal
import socket
import threading
import urllib.request

import harness
import zmq

LOOPBACK = "tcp_control=tcp://127.0.0.1:*\ntcp_events=tcp://127.0.0.1:*\n"
STREAM = "[stream {}]\nsource=test://ball\nwidth=320\nheight=240\nrate_hz=30\nhistory_bytes=0\n"


def port_of(endpoint):
    return int(endpoint.rsplit(":", 1)[1])


class Bound(harness.Case):
    def test_ports_that_the_system_chooses_are_told(self):
        daemon = self.daemon(daemon=LOOPBACK + "insecure_loopback=true\nhttp_port=-1")
        client = harness.Client(daemon.bound("tcp_control"))
        watcher = harness.Watcher(daemon.bound("tcp_events"), ["status "])
        self.addCleanup(client.close)
        self.addCleanup(watcher.close)
        self.assertTrue(client.ask(cmd="ping")["ok"])
        watcher.until(lambda topic, _: topic == "status")
        with urllib.request.urlopen(f"http://127.0.0.1:{daemon.bound('http_port')}/metrics", timeout=10) as answer:
            self.assertIn("etrackd_endpoints_down 0\n", answer.read().decode())

    def test_what_there_is_not_is_told_too(self):
        daemon = self.daemon()
        self.assertEqual([daemon.bound(name) for name in ("tcp_control", "tcp_events", "http_port")], ["none"] * 3)
        self.assertEqual(daemon.bound("control"), daemon.endpoint("control"))

    def test_one_socket_for_both(self):
        """`control` is the default path of `events`, written in two ways."""
        for alias in ("{}/events", "{}/../run/events"):
            with self.subTest(alias):
                daemon = harness.Daemon()
                self.addCleanup(daemon.__exit__, None, None, None)
                daemon.write(harness.BALL, "control=ipc://" + alias.format(daemon.runtime))
                daemon.start()
                self.assertEqual(daemon.process.wait(30), 78)
                self.assertIn("`control` and `events` are the same endpoint", daemon.log())

    def test_signals_that_mean_nothing(self):
        daemon = self.daemon()
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE):
            daemon.process.send_signal(number)
            self.assertTrue(daemon.client().ask(cmd="ping")["ok"])

    def test_one_reload_at_a_time(self):
        daemon = self.daemon()
        client = daemon.client(zmq.DEALER)
        daemon.process.send_signal(signal.SIGSTOP)
        for i in range(30):
            client.socket.send_json({"id": str(i), "cmd": "reload"})
        daemon.process.send_signal(signal.SIGCONT)
        replies = []

        def all_have_come():
            with contextlib.suppress(zmq.Again):
                while True:
                    replies.append(client.socket.recv_json(zmq.NOBLOCK))
            return len(replies) == 30

        self.wait(all_have_come, "a request is not answered")
        self.assertEqual({reply["id"] for reply in replies}, {str(i) for i in range(30)})
        refusals = [reply for reply in replies if not reply["ok"]]
        self.assertTrue(0 < len(refusals) < 30, f"{len(refusals)} of 30 were refused")
        for reply in refusals:
            self.refused(reply, "busy", "reload")
        self.assertTrue(daemon.client().ask(cmd="reload")["ok"])


class Subscriptions(harness.Case):
    def test_a_stream_that_comes_later(self):
        daemon = self.daemon()
        watcher = daemon.watch("event.later ", "track.later ", "status ")
        watcher.until(lambda topic, _: topic == "status")  # the last one counts, so the others do
        daemon.write(harness.BALL + STREAM.format("later"))
        client = daemon.client()
        self.assertTrue(client.ask(cmd="reload")["ok"])
        watcher.until(lambda topic, m: topic == "event.later" and m["event"] == "stream-up")
        self.wait_up(client, "later")
        self.start_target(client, "later")
        watcher.until(lambda topic, _: topic == "track.later")

    def test_those_without_a_stream_count(self):
        """64 per client. One more is ignored until one is given back."""
        daemon = self.daemon()
        full, other = daemon.watch(*(f"track.s{i} " for i in range(63))), daemon.watch("status ")
        full.topics, full.early = ("status",), []
        full.socket.setsockopt(zmq.SUBSCRIBE, b"track.s63 ")
        full.socket.setsockopt(zmq.SUBSCRIBE, b"status ")
        other.until(lambda *_: True)
        for _ in range(3):
            other.until(lambda *_: True)
        self.assertIsNone(full.next(0))
        full.socket.setsockopt(zmq.UNSUBSCRIBE, b"track.s7 ")
        full.socket.setsockopt(zmq.SUBSCRIBE, b"status")
        full.until(lambda topic, _: topic == "status")


class Port(threading.Thread):
    """Takes a port of the loopback once its owner lets go of it."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.taken = None
        self.enough = threading.Event()
        self.start()

    def run(self):
        while not self.enough.is_set():
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", self.port))
                one.listen()
            except OSError:
                one.close()
            else:
                self.taken = one
                return

    def stop(self):
        self.enough.set()
        self.join()
        if self.taken:
            self.taken.close()


class Keys(harness.Case):
    def setUp(self):
        super().setUp()
        self.folder = self.stack.enter_context(harness.tempfile.TemporaryDirectory())
        self.client_pair = zmq.curve_keypair()
        self.write("clients", self.client_pair[0].decode())
        self.secrets = []
        self.new_key()
        files = f"curve_secret_file={self.folder}/server.key\ncurve_clients_file={self.folder}/clients\n"
        self.running = self.daemon(daemon=LOOPBACK + files)
        self.local = self.running.client()

    def write(self, name, text):
        with open(os.open(os.path.join(self.folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(text + "\n")

    def new_key(self):
        self.server_public, secret = zmq.curve_keypair()
        self.secrets.append(secret)
        self.write("server.key", secret.decode())

    def set_keys(self, one):
        one.curve_publickey, one.curve_secretkey = self.client_pair
        one.curve_serverkey = self.server_public

    def tcp_client(self):
        client = harness.Client(self.running.bound("tcp_control"), setup=self.set_keys)
        self.addCleanup(client.close)
        return client

    def down(self):
        text = self.local.ask(cmd="metrics")["text"]
        return int(next(line for line in text.split("\n") if line.startswith("etrackd_endpoints_down ")).split()[1])

    def reload_while_taken(self):
        """Changes keys while somebody else is quicker at the port. That may take a few attempts."""
        port = Port(port_of(self.running.bound("tcp_control")))
        self.addCleanup(port.stop)
        self.new_key()
        self.assertTrue(self.local.ask(cmd="reload")["ok"])
        self.wait(lambda: port.taken or self.down() == 0, "neither of the two has the port")
        if port.taken:
            return port
        port.stop()
        return None

    def test_a_port_that_is_taken_meanwhile(self):
        self.assertTrue(self.tcp_client().ask(cmd="ping")["ok"])
        port = self.wait(self.reload_while_taken, "the daemon was quicker every time")
        self.wait(lambda: "cannot be bound again: " in self.running.log(), "nobody is told")
        self.assertEqual(self.down(), 1)
        port.stop()
        self.assertTrue(self.tcp_client().ask(cmd="ping")["ok"])
        self.wait(lambda: "is bound again" in self.running.log(), "nobody is told that it is over")
        self.assertEqual(self.down(), 0)

    def memory(self):
        """The memory that the daemon may write, without that of a sanitizer, which is far
        larger."""
        pid = self.running.process.pid
        with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                begin, end = (int(address, 16) for address in line.split()[0].split("-"))
                if line.split()[1].startswith("rw") and end - begin < 1 << 30:
                    memory.seek(begin)
                    try:
                        yield memory.read(end - begin)
                    except OSError:
                        pass  # a device's

    def test_secrets_are_wiped(self):
        """A secret's text is nowhere after it is decoded. Looks for its end: the allocator
        overwrites the beginning of freed memory."""
        self.assertTrue(self.tcp_client().ask(cmd="ping")["ok"])
        self.new_key()
        self.assertTrue(self.local.ask(cmd="reload")["ok"])
        self.assertTrue(self.tcp_client().ask(cmd="ping")["ok"])
        marker = self.running.runtime.encode()
        everything = list(self.memory())
        self.assertTrue(any(marker in part for part in everything), "the daemon's memory was not read")
        for secret in self.secrets:
            self.assertFalse(any(secret[16:] in part for part in everything), "a copy of a secret is left")


class Http(harness.Case):
    def setUp(self):
        super().setUp()
        self.running = self.daemon(daemon="http_port=-1")
        self.port = int(self.running.bound("http_port"))

    def ask(self, line):
        """The answer to a request line: status, headers and body."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as raw:
            raw.sendall(line.encode() + b"\r\nHost: x\r\n\r\n")
            answer = b"".join(iter(lambda: raw.recv(65536), b"")).decode()
        head, body = answer.split("\r\n\r\n", 1)
        status, *fields = head.split("\r\n")
        return int(status.split()[1]), dict(field.split(": ", 1) for field in fields), body

    def test_a_query_and_a_proxys_target(self):
        for target in ("/metrics", "/metrics?x=1", "/metrics?", "http://127.0.0.1/metrics", "HTTP://localhost:1/metrics?a/b"):
            status, head, body = self.ask(f"GET {target} HTTP/1.1")
            self.assertEqual(status, 200, target)
            self.assertEqual(int(head["Content-Length"]), len(body))
            self.assertIn("etrackd_uptime_seconds", body)

    def test_head(self):
        status, head, body = self.ask("HEAD /metrics HTTP/1.1")
        self.assertEqual((status, body), (200, ""))
        self.assertGreater(int(head["Content-Length"]), 100)
        self.assertTrue(head["Content-Type"].startswith("text/plain; version=0.0.4"))
        status, head, body = self.ask("HEAD /other HTTP/1.0")
        self.assertEqual((status, body), (404, ""))

    def test_refusals(self):
        for line, wanted in (("GET / HTTP/1.1", 404), ("GET /metricsx?/metrics HTTP/1.1", 404), ("POST /other HTTP/1.1", 404),
                             ("GET http://metrics HTTP/1.1", 404), ("POST /metrics HTTP/1.1", 405), ("get /metrics HTTP/1.1", 405),
                             ("GET /metrics", 400), ("GET  /metrics HTTP/1.1", 400), ("nonsense", 400), ("", 400)):
            status, head, _ = self.ask(line)
            self.assertEqual(status, wanted, line)
            if wanted == 405:
                self.assertEqual(head["Allow"], "GET, HEAD")


if __name__ == "__main__":
    harness.main()
