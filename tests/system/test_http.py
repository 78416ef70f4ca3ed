# SPDX-License-Identifier: MIT
"""The metrics over HTTP."""
import socket
import urllib.error
import urllib.request

import harness


class Http(harness.Case):
    def setUp(self):
        super().setUp()
        self.port = self.stack.enter_context(harness.hold_port()).port
        self.running = self.daemon(harness.BALL, daemon=f"http_port={self.port}")
        self.wait_up(self.running.client())

    def get(self, path="/metrics", **settings):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", **settings)
        return urllib.request.urlopen(request, timeout=harness.PATIENCE)

    def test_metrics(self):
        with self.get() as answer:
            text = answer.read().decode()
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        self.assertIn('etrackd_stream_up{stream="ball"} 1\n', text)
        names = {line.split("{")[0].split(" ")[0] for line in text.split("\n") if line and line[0] != "#"}
        asked = self.running.client().ask(cmd="metrics")["text"]
        self.assertEqual(names, {line.split("{")[0].split(" ")[0] for line in asked.split("\n") if line and line[0] != "#"})

    def test_everything_else_is_refused(self):
        for path, method, code in (("/", "GET", 404), ("/metricsx", "GET", 404), ("/metrics", "POST", 405)):
            with self.assertRaises(urllib.error.HTTPError) as raised:
                self.get(path, method=method)
            self.assertEqual(raised.exception.code, code)
            raised.exception.close()

    def test_only_loopback_listens(self):
        with open("/proc/net/tcp", encoding="ascii") as table:
            listening = [line.split()[1] for line in table if line.split()[3] == "0A" and line.split()[1].endswith(f":{self.port:04X}")]
        self.assertEqual(listening, [f"0100007F:{self.port:04X}"])

    def test_slow_and_many(self):
        """Silent connections use up the eight places for a few seconds, and nothing else
        suffers."""
        idle = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(20)]
        idle[0].sendall(b"GET /metrics HTTP/1.1\r\n" + b"x" * 5000)
        self.assertTrue(self.running.client().ask(cmd="ping")["ok"])
        for one in idle:
            one.close()
        self.assertEqual(self.wait(self.get_once_there_is_room, "there is no room again"), 200)

    def get_once_there_is_room(self):
        try:
            with self.get() as answer:
                return answer.status
        except OSError:  # dropped: the daemon has not yet noticed the closed connections
            return None

    def test_a_taken_port(self):
        other = harness.Daemon(harness.BALL, daemon=f"http_port={self.port}")
        self.addCleanup(other.__exit__, None, None, None)
        other.start()
        self.assertEqual(other.process.wait(harness.PATIENCE), 78)
        self.assertIn(f"http_port = {self.port}", other.log())


if __name__ == "__main__":
    harness.main()
