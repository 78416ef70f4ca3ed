# SPDX-License-Identifier: MIT
"""A network camera: a server that dies, hangs and comes back. Skipped by name without
gst-rtsp-server."""
import sys

import harness
from camera import HAS_SERVER, WITHOUT, Camera


class Rtsp(harness.Case):
    def camera(self, *arguments, **more):
        camera = Camera(*arguments, **more)
        self.addCleanup(camera.close)
        return camera

    def test_a_camera_that_hears(self):
        """Its sound comes first, and is not a picture."""
        client = self.daemon(self.camera("sound").config()).client()
        self.assertEqual(self.wait_up(client, "cam")["size"], [320, 240])

    def test_an_account_with_marks_that_an_address_cannot_hold(self):
        client = self.daemon(self.camera(account=("me", "p@ss: \"w%rd")).config(account="me:p@ss: \"w%rd@")).client()
        self.assertEqual(self.wait_up(client, "cam")["size"], [320, 240])

    def test_server_killed_and_back(self):
        camera = self.camera()
        daemon = self.daemon(camera.config("search_s=0\n") + harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.")
        self.wait_up(client, "cam")
        self.wait_up(client)
        target = self.start_target(client, "cam")["target"]
        camera.kill()
        down = watcher.until_down(target)
        self.assertEqual(down["stream"], "cam")
        gone = self.status(client, "cam")
        self.assertEqual((gone["link"], gone["state"], gone["target"]), ("down", "lost", target))
        camera.start()
        watcher.until(lambda _, m: (m["event"], m["stream"]) == ("stream-up", "cam"))
        searched = self.wait_status(client, "cam", lambda status: status["counters"]["processed"] > gone["counters"]["processed"] + 3)
        self.assertEqual(searched["target"], target)
        beside = self.status(client)
        self.assertEqual((beside["link"], beside["counters"]["restarts"]), ("up", 0))

    def test_a_server_that_hangs(self):
        """The connection stays but nothing comes, and the next attempts get no answer. Requests are
        answered, and the daemon ends as usual."""
        camera = self.camera()
        daemon = self.daemon(camera.config() + harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.cam ")
        attempts = self.wait_up(client, "cam")["counters"]["restarts"]
        camera.hang()
        self.assertIn("no frame for 3 s", watcher.until_event("stream-down")["reason"])
        while self.status(client, "cam")["counters"]["restarts"] < attempts + 2:
            self.assertTrue(client.ask(cmd="reload")["ok"])
            daemon.wait_notify("READY=1")
        camera.go_on()
        watcher.until_event("stream-up")
        camera.hang()
        code, _ = daemon.stop()
        self.assertEqual(code, 0, daemon.log())

    def test_a_server_that_comes_late(self):
        camera = self.camera()
        camera.kill()
        daemon = self.daemon(camera.config())
        watcher = daemon.watch("event.cam ")
        self.wait_status(daemon.client(), "cam", lambda status: status.get("reason"))
        camera.start()
        watcher.until_event("stream-up")

    def test_account(self):
        """A password in the address is used, and shown to nobody."""
        camera = self.camera(account=("tracker", "s3cret"))
        daemon = self.daemon(camera.config(account="tracker:s3cret@") + camera.config(account="tracker:wr0ng@").replace("cam]", "other]"))
        client, watcher = daemon.client(), daemon.watch("event.", "status ")
        self.wait_up(client, "cam")
        attempts = self.status(client, "other")["counters"]["restarts"]
        refused = self.wait_status(client, "other", lambda status: status["counters"]["restarts"] > attempts + 1)
        self.assertEqual(refused["link"], "down")
        told = client.ask(cmd="status")["uptime_ns"]
        said = str(watcher.until(lambda _, m: m.get("uptime_ns", 0) > told)) + str(client.ask(cmd="streams")) + str(client.ask(cmd="status")) + daemon.log()
        for secret in ("s3cret", "wr0ng"):
            self.assertNotIn(secret, said)


if __name__ == "__main__":
    if not HAS_SERVER:
        print(f"SKIP test_rtsp.py: {WITHOUT}")
        sys.exit(77)
    harness.main()
