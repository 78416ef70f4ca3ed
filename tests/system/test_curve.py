# SPDX-License-Identifier: MIT
"""tcp endpoints: CURVE keys, their withdrawal, and the exception for loopback."""
import os
import signal

import harness
import zmq
from zmq.utils.monitor import recv_monitor_message

REFUSED = zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL


def write(path, text, mode):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


class Curve(harness.Case):
    def setUp(self):
        super().setUp()
        self.control, self.events = (f"tcp://127.0.0.1:{self.stack.enter_context(harness.hold_port()).port}" for _ in range(2))
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
        """Sets the keys, if any, and monitors the handshakes."""
        def set_keys(s):
            s.get_monitor_socket(REFUSED)
            if pair:
                s.curve_publickey, s.curve_secretkey = pair
                s.curve_serverkey = self.server_public.encode()
        return set_keys

    def client(self, pair):
        client = harness.Client(self.control, setup=self.setup(pair))
        self.addCleanup(client.close)
        return client

    def watch(self, pair, *topics):
        watcher = harness.Watcher(self.events, topics, self.setup(pair))
        self.addCleanup(watcher.close)
        return watcher

    def assert_refused(self, one):
        """Its handshake failed. libzmq does not try again after that."""
        monitor = one.socket.get_monitor_socket()
        self.assertTrue(monitor.poll(harness.PATIENCE * 1000), "no handshake was refused")
        self.assertTrue(recv_monitor_message(monitor)["event"] & REFUSED)

    def test_allowed_clients_alone(self):
        self.start()
        self.assertTrue(self.client(self.pairs[0]).ask(cmd="ping")["ok"])
        for stranger in (zmq.curve_keypair(), None):
            client = self.client(stranger)
            self.assert_refused(client)

    def test_events(self):
        daemon = self.start()
        watcher, stranger = self.watch(self.pairs[0], "track.ball "), self.watch(zmq.curve_keypair(), "")
        self.assert_refused(stranger)
        self.start_target(self.client(self.pairs[1]))
        self.assertTrue(watcher.until(lambda _, m: m["seq"] >= 5))
        self.assertFalse(stranger.socket.poll(0), "a stranger gets events")
        self.assertTrue(daemon.client().ask(cmd="ping")["ok"])

    def test_a_withdrawn_key_is_cut_off(self):
        daemon = self.start()
        stays, goes, local = self.client(self.pairs[0]), self.client(self.pairs[1]), daemon.client()
        watcher = self.watch(self.pairs[1], "")
        self.assertTrue(stays.ask(cmd="ping")["ok"] and goes.ask(cmd="ping")["ok"])
        self.assertTrue(watcher.next())
        self.allow(self.pairs[0])
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_notify("READY=1")
        self.assert_refused(watcher)
        self.assert_refused(goes)
        seq = daemon.watch("status ").next()[1]["seq"]
        while watcher.socket.poll(0):
            self.assertLess(watcher.next()[1]["seq"], seq, "a withdrawn key still gets events")
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
