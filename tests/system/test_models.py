# SPDX-License-Identifier: MIT
"""A model that is saved over the old one at the same path. A reload takes it or tells why not, and
the streams go on."""
import json
import os
import signal
import struct

import harness

TINY = os.path.join(os.environ["ETRACK_SOURCE"], "tests", "golden", "tiny.safetensors")


def model_that_scores(logit):
    """A model with the same score everywhere, near 1 or near 0, as its last layer says."""
    with open(TINY, "rb") as file:
        data = bytearray(file.read())
    length, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    for name, value in (("cls.pred.weight", 0.0), ("cls.pred.bias", logit)):
        begin, end = (8 + length + offset for offset in header[name]["data_offsets"])
        data[begin:end] = struct.pack("<f", value) * ((end - begin) // 4)
    return bytes(data)


SURE, BLIND = model_that_scores(20.0), model_that_scores(-20.0)


class Models(harness.Case):
    def setUp(self):
        super().setUp()
        self.etrackd = harness.Daemon()
        self.model = self.etrackd.path("model.safetensors")
        self.save(SURE)
        self.etrackd.write(harness.BALL, f"model={self.model}")
        self.stack.enter_context(self.etrackd)
        self.client, self.watcher = self.etrackd.client(), self.etrackd.watch("track.ball ", "event.ball ")
        self.wait_up(self.client)

    def save(self, model):
        with open(self.model, "wb") as file:
            file.write(model)

    def rename_over(self, model):
        with open(self.model + ".new", "wb") as file:
            file.write(model)
        os.rename(self.model + ".new", self.model)

    def score(self):
        """The score of a new target on the frame after its first."""
        self.wait_up(self.client)
        target = self.start_target(self.client)["target"]
        results = []

        def looked_twice(topic, message):
            if topic.startswith("track") and message["target"] == target:
                results.append(message)
            return len(results) == 2

        self.watcher.until(looked_twice)
        return results[-1]["score"]

    def test_a_model_saved_in_place_is_taken_by_a_request(self):
        self.assertGreater(self.score(), 0.5)
        self.save(BLIND)
        self.assertTrue(self.client.ask(cmd="reload")["ok"])
        self.assertLess(self.score(), 0.5)

    def test_a_model_renamed_over_the_old_one_is_taken_by_a_signal(self):
        before = self.score()
        self.rename_over(BLIND)
        self.etrackd.process.send_signal(signal.SIGHUP)
        self.etrackd.wait_notify("RELOADING=1")
        self.etrackd.wait_notify("READY=1")
        self.assertGreater(before, 0.5)
        self.assertLess(self.score(), 0.5)

    def test_an_untouched_model_disturbs_no_target(self):
        target = self.start_target(self.client)["target"]
        self.assertTrue(self.client.ask(cmd="reload")["ok"])
        self.assertEqual(self.client.ask(cmd="status", stream="ball")["streams"][0]["target"], target)

    def test_a_broken_model_is_refused_and_the_old_one_goes_on(self):
        target = self.start_target(self.client)["target"]
        self.save(SURE[:5000])
        reply = self.client.ask(cmd="reload")
        self.refused(reply, "bad-value", self.model, "truncated")
        status = self.client.ask(cmd="status", stream="ball")["streams"][0]
        self.assertEqual((status["link"], status["target"]), ("up", target))
        self.assertGreater(self.score(), 0.5)
        self.save(BLIND)
        self.assertTrue(self.client.ask(cmd="reload")["ok"])
        self.assertLess(self.score(), 0.5)

    def test_a_model_that_is_gone_is_refused(self):
        os.unlink(self.model)
        self.refused(self.client.ask(cmd="reload"), "bad-value", self.model)
        self.assertGreater(self.score(), 0.5)


if __name__ == "__main__":
    harness.main()
