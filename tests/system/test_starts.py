# SPDX-License-Identifier: MIT
"""Starts that wait for a frame: a refused one never starts, and another client's stop does not end
one."""
import json

import feed
import harness
import zmq

BOX = [12, 8, 24, 24]


class Starts(harness.Case):
    def begin(self):
        """A stream that is connected and has had no frame, and a `track` that waits for it."""
        camera = feed.Feed()
        self.addCleanup(camera.close)
        camera.fall_silent()
        daemon = self.daemon(camera.config("cam", 3600))
        self.wait(lambda: camera.connections, "the stream does not connect")
        waiting, client = daemon.client(zmq.DEALER), daemon.client()
        waiting.socket.send_multipart([b"", json.dumps({"cmd": "track", "stream": "cam", "box": BOX}).encode()])
        client.ask(cmd="ping")
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
        _, _, client = self.begin()
        self.refused(client.ask(cmd="track", stream="cam", box=BOX), "busy")


if __name__ == "__main__":
    harness.main()
