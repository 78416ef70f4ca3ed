# SPDX-License-Identifier: MIT
"""The events socket: topics, limits, and subscribers that misbehave."""
import contextlib
import socket
import struct

import harness
import zmq

TWO = harness.BALL + harness.BALL.replace("ball]", "ball2]")


def raw_subscriber(path):
    return harness.raw_client(path, b"SUB")


def subscription(topic):
    return b"\x00" + bytes([len(topic) + 1]) + b"\x01" + topic


class Events(harness.Case):
    def start(self, config=harness.BALL):
        daemon = self.daemon(config)
        client = daemon.client()
        for stream in client.ask(cmd="hello")["streams"]:
            self.wait_up(client, stream)
        return daemon, client

    def test_topics_are_exact(self):
        daemon, client = self.start(TWO)
        exact, prefix, everything = daemon.watch("track.ball "), daemon.watch("track.ball"), daemon.watch("")
        for stream in ("ball", "ball2"):
            self.start_target(client, stream)
        topics = {topic for topic, _ in exact.until(lambda _, m: m["seq"] == 20)}
        self.assertEqual(topics, {"track.ball"})
        topics = {topic for topic, _ in prefix.until(lambda _, m: m["seq"] == 20)}
        self.assertEqual(topics, {"track.ball", "track.ball2"})
        after = client.ask(cmd="status")["uptime_ns"]
        topics = {topic for topic, _ in everything.until(lambda topic, m: topic == "status" and m["uptime_ns"] > after)}
        self.assertLessEqual({"status", "track.ball", "track.ball2", "event.ball"}, topics)

    def test_status_comes_every_second(self):
        daemon, client = self.start()
        watcher = daemon.watch("status ")
        first, second, third = (watcher.next()[1] for _ in range(3))
        self.assertEqual([second["seq"], third["seq"]], [first["seq"] + 1, first["seq"] + 2])
        self.assertGreater(third["uptime_ns"] - first["uptime_ns"], 1.7e9)
        self.assertEqual(first["streams"][0]["stream"], "ball")
        self.start_target(client)
        late = watcher.until(lambda _, m: "box" in m["streams"][0])[-1][1]["streams"][0]
        self.assertEqual(len(late["box"]), 4)

    def test_at_most_64_subscriptions(self):
        """Beginnings of a long name's topics use up the limit. A topic after them is not taken
        until one is given back."""
        name = "z" * 32
        daemon, client = self.start(harness.BALL + harness.BALL.replace("ball]", name + "]"))
        topics = [f"{kind}.{name[:length]}" for kind in ("track", "event") for length in range(1, 33)]
        self.assertEqual(len(topics), 64)
        full, modest = harness.Watcher(daemon.endpoint("events"), topics), daemon.watch("track.ball ")
        self.addCleanup(full.close)
        full.socket.setsockopt(zmq.SUBSCRIBE, b"track.ball ")
        full.socket.setsockopt(zmq.UNSUBSCRIBE, topics[0].encode())
        full.topics = ["track.ball", "status "]
        full.socket.setsockopt(zmq.SUBSCRIBE, b"status ")
        self.assertEqual(full.next()[0], "status", "what was given back could not be used again")
        self.start_target(client)
        modest.until(lambda _, m: m["seq"] == 10)
        after = client.ask(cmd="status")["uptime_ns"]
        seen = full.until(lambda topic, m: topic == "status" and m["uptime_ns"] > after)
        self.assertEqual({topic for topic, _ in seen}, {"status"}, "the 65th subscription was taken")
        full.socket.setsockopt(zmq.UNSUBSCRIBE, topics[1].encode())
        full.socket.setsockopt(zmq.SUBSCRIBE, b"track.ball")
        full.until(lambda topic, _: topic == "track.ball")

    def test_a_flood_of_subscriptions_is_cut_off(self):
        daemon, client = self.start(harness.BALL + "history_bytes=0\n")
        bystander = daemon.watch("status ")
        before = client.ask(cmd="status")["memory_bytes"]
        for _ in range(5):
            raw = raw_subscriber(daemon.runtime + "/events")
            sent = 0
            with self.assertRaises(OSError, msg="the connection stayed open"):
                for sent in range(200000):
                    raw.sendall(subscription(b"nonsense.%d.%s" % (sent, b"x" * 200)))
            raw.close()
        self.assert_growth(client.ask(cmd="status")["memory_bytes"] - before, 8 << 20)
        after = client.ask(cmd="status")["uptime_ns"]
        bystander.until(lambda _, m: m["uptime_ns"] > after)
        self.assertTrue(client.ask(cmd="ping")["ok"])

    def test_large_and_odd_subscriptions(self):
        daemon, client = self.start()
        raw = raw_subscriber(daemon.runtime + "/events")
        raw.sendall(b"\x02" + struct.pack(">Q", 1 << 30) + b"\x01")
        with contextlib.suppress(OSError):  # it may have been dropped by now
            raw.sendall(b"\x00\x03\x07ab")
        raw.settimeout(harness.PATIENCE)
        with contextlib.suppress(ConnectionError):
            while raw.recv(4096):  # until it is cut off
                pass
        self.assertTrue(client.ask(cmd="ping")["ok"])

    def test_a_subscriber_that_does_not_read(self):
        daemon, client = self.start(harness.BALL + "history_bytes=0\n")
        lazy = raw_subscriber(daemon.runtime + "/events")
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        lazy.sendall(subscription(b""))
        watcher = daemon.watch("track.ball ")
        self.start_target(client)
        before = None
        for seconds in range(5):
            seen = [m["seq"] for _, m in watcher.until(lambda _, m: m["seq"] >= (seconds + 1) * 30)]
            self.assertEqual(seen, list(range(seen[0], seen[-1] + 1)), "the one that reads lost messages")
            memory = client.ask(cmd="status")["memory_bytes"]
            before = before or memory
        self.assert_growth(memory - before, 8 << 20)
        lazy.close()

    def test_a_hundred_subscribers(self):
        daemon, client = self.start()
        context = zmq.Context()
        self.addCleanup(context.destroy, 0)
        sockets = []
        for _ in range(100):
            one = context.socket(zmq.SUB)
            one.setsockopt(zmq.SUBSCRIBE, b"track.ball ")
            one.setsockopt(zmq.SUBSCRIBE, b"status ")
            one.setsockopt(zmq.RCVTIMEO, harness.PATIENCE * 1000)
            one.connect(daemon.endpoint("events"))
            sockets.append(one)
        for one in sockets:
            self.assertTrue(one.recv().startswith(b"status "))
            one.setsockopt(zmq.UNSUBSCRIBE, b"status ")
        self.start_target(client)
        for one in sockets:
            seen = []
            while len(seen) < 20:
                topic, body = one.recv().split(b" ", 1)
                seen += [harness.json.loads(body)["seq"]] if topic == b"track.ball" else []
            self.assertEqual(seen, list(range(1, 21)))


if __name__ == "__main__":
    harness.main()
