# SPDX-License-Identifier: MIT
"""tcp endpoints: CURVE keys, their withdrawal, and the exception for loopback."""
import os
import signal
import socket
import time

import harness
import zmq


def free_ports(count):
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in servers]
    for server in servers:
        server.close()
    return ports


def write(path, text, mode):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


class Curve(harness.Case):
    def setUp(self):
        super().setUp()
        self.control, self.events = (f"tcp://127.0.0.1:{port}" for port in free_ports(2))
        self.folder = self.stack.enter_context(harness.tempfile.TemporaryDirectory())
        self.server_public, server_secret = (key.decode() for key in zmq.curve_keypair())
        self.pairs = [zmq.curve_keypair() for _ in range(2)]
        write(self.file("server.key"), server_secret + "\n", 0o600)
        self.allow(*self.pairs)

    def file(self, name):
        return os.path.join(self.folder, name)

    def allow(self, *pairs):
        write(self.file("clients"), "# who may connect\n" + "".join(f"{p.decode()} somebody\n" for p, _ in pairs), 0o644)

    def start(self):
        keys = f"curve_secret_file={self.file('server.key')}\ncurve_clients_file={self.file('clients')}"
        daemon = self.daemon(harness.BALL, daemon=f"tcp_control={self.control}\ntcp_events={self.events}\n{keys}")
        self.wait_up(daemon.client())
        return daemon

    def setup(self, pair):
        def set_keys(s):
            s.curve_publickey, s.curve_secretkey = pair
            s.curve_serverkey = self.server_public.encode()
            s.setsockopt(zmq.RCVTIMEO, 1500)
            s.setsockopt(zmq.SNDTIMEO, 1500)
        return set_keys

    def client(self, pair):
        client = harness.Client(self.control, setup=self.setup(pair) if pair else lambda s: s.setsockopt(zmq.RCVTIMEO, 1000))
        self.addCleanup(client.close)
        return client

    def test_allowed_clients_alone(self):
        self.start()
        self.assertTrue(self.client(self.pairs[0]).ask(cmd="ping")["ok"])
        for stranger in (zmq.curve_keypair(), None):
            with self.assertRaises(zmq.Again):
                self.client(stranger).ask(cmd="ping")

    def test_events(self):
        daemon = self.start()
        watcher = harness.Watcher(self.events, ["track.ball "], self.setup(self.pairs[0]))
        stranger = harness.Watcher(self.events, [""], self.setup(zmq.curve_keypair()))
        self.addCleanup(watcher.close)
        self.addCleanup(stranger.close)
        time.sleep(0.5)
        self.client(self.pairs[1]).ask(cmd="track", stream="ball", box=[140, 100, 40, 40])
        self.assertTrue(watcher.until(lambda _, m: m["seq"] == 5))
        self.assertIsNone(stranger.next(0.3))
        self.assertTrue(daemon.client().ask(cmd="ping")["ok"])

    def test_a_withdrawn_key_is_cut_off(self):
        daemon = self.start()
        stays, goes, local = self.client(self.pairs[0]), self.client(self.pairs[1]), daemon.client()
        watcher = harness.Watcher(self.events, [""], self.setup(self.pairs[1]))
        self.addCleanup(watcher.close)
        self.assertTrue(stays.ask(cmd="ping")["ok"] and goes.ask(cmd="ping")["ok"])
        self.assertTrue(watcher.until(lambda *_: True, 3))
        self.allow(self.pairs[0])
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_notify("READY=1")
        time.sleep(0.5)
        while watcher.next(0.05):
            pass
        self.assertIsNone(watcher.next(1.5), "a withdrawn key still gets events")
        with self.assertRaises(zmq.Again):
            goes.ask(cmd="ping")
        self.assertTrue(local.ask(cmd="ping")["ok"])
        self.assertTrue(stays.ask(cmd="ping")["ok"])

    def test_bad_key_files(self):
        daemon = self.start()
        client = daemon.client()
        for path, text, mode, words in (("clients", "too short\n", 0o644, "clients:1"), ("server.key", "x\n", 0o600, "server.key:1"),
                                        ("server.key", "#\n", 0o600, "no key"), ("server.key", "y\n", 0o644, "chmod 600")):
            with open(self.file(path), encoding="utf-8") as file:
                good = file.read()
            write(self.file(path), text, mode)
            self.refused(client.ask(cmd="reload"), "bad-value", words)
            write(self.file(path), good, 0o600)
        self.assertTrue(client.ask(cmd="reload")["ok"])
        self.assertTrue(self.client(self.pairs[0]).ask(cmd="ping")["ok"])

    def test_insecure_loopback(self):
        daemon = self.daemon(harness.BALL, daemon=f"tcp_control={self.control}\ntcp_events={self.events}\ninsecure_loopback=true")
        self.wait_up(daemon.client())
        self.assertTrue(self.client(None).ask(cmd="ping")["ok"])
        self.assertTrue(daemon.client().ask(cmd="reload")["ok"])
        self.assertTrue(self.client(None).ask(cmd="ping")["ok"])


if __name__ == "__main__":
    harness.main()
