# SPDX-License-Identifier: MIT
"""Starts that wait for a frame: a refused one never starts, and another client's stop does not end
one."""
import json

import feed
import harness
import zmq

BOX = [12, 8, 24, 24]


class Starts(harness.Case):
    def connect(self):
        """A stream that is connected and has had no frame, and two clients."""
        camera = feed.Feed()
        self.addCleanup(camera.close)
        camera.fall_silent()
        daemon = self.daemon(camera.config("cam", 3600))
        self.wait(lambda: camera.connections, "the stream does not connect")
        return camera, daemon.client(zmq.DEALER), daemon.client()

    def begin_to_wait(self, waiting):
        """Returns when a `track` waits for its frame: one client's requests are served in their
        order."""
        for request in ({"cmd": "track", "stream": "cam", "box": BOX}, {"cmd": "ping", "id": "after"}):
            waiting.socket.send_multipart([b"", json.dumps(request).encode()])
        self.assertEqual(self.answer(waiting).get("id"), "after")

    def begin(self):
        """The same, with a `track` that waits for a frame."""
        camera, waiting, client = self.connect()
        self.begin_to_wait(waiting)
        return camera, waiting, client

    @staticmethod
    def answer(waiting):
        return json.loads(waiting.socket.recv_multipart()[1])

    def assert_no_target_after(self, client, frames):
        first = self.wait_up(client, "cam")["counters"]["frames"]
        status = self.wait_status(client, "cam", lambda s: s["counters"]["frames"] >= first + frames)
        self.assertEqual((status["state"], status.get("target")), ("idle", None))

    def test_one_refused_as_stream_down_never_starts(self):
        camera, waiting, client = self.begin()
        camera.hang_up()
        self.refused(self.answer(waiting), "stream-down")
        camera.speak()
        self.assert_no_target_after(client, 20)

    def test_one_refused_as_no_frame_never_starts(self):
        camera, waiting, client = self.begin()
        self.refused(self.answer(waiting), "no-frame")
        camera.speak()
        self.assert_no_target_after(client, 20)

    def test_a_stop_leaves_anothers_start(self):
        """A stop ends the present target. A start that waits is not a target yet."""
        camera, waiting, client = self.begin()
        self.assertTrue(client.ask(cmd="stop", stream="cam")["ok"])
        camera.speak()
        reply = self.answer(waiting)
        if not reply["ok"]:  # not "another request came before this one's frame"
            self.refused(reply, "no-frame", "within a second")
            return
        self.assertTrue(client.ask(cmd="stop", stream="cam")["ok"])
        self.wait_status(client, "cam", lambda s: s["state"] == "idle")

    def test_a_second_start_is_busy(self):
        _, waiting, client = self.connect()
        self.wait(lambda: self.is_busy(waiting, client), "two starts wait for the same frame")

    def is_busy(self, waiting, client):
        """Whether another client's start is refused while one waits. Not if a busy machine takes a
        second between them: then both are refused as `no-frame`."""
        self.begin_to_wait(waiting)
        reply = client.ask(cmd="track", stream="cam", box=BOX)
        self.refused(self.answer(waiting), "no-frame")
        if reply["error"]["code"] != "busy":
            self.refused(reply, "no-frame")
        return reply["error"]["code"] == "busy"


if __name__ == "__main__":
    harness.main()
