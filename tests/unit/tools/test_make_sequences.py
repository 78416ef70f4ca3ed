#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The made sequences: pictures and ground truths belong together, and a seed gives the same again."""
import os
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy
    from PIL import Image, ImageDraw
except ImportError:
    print("SKIP make-sequences: python3-numpy and python3-pil not installed")
    sys.exit(77)

MAKER = os.path.join(os.environ["ETRACK_SOURCE"], "tools", "eval", "make_sequences.py")
KINDS = "vanish hide leave double plain pan shake turn zoom drop_out fade".split()
FRAME = (400, 300)


def run(*arguments):
    return subprocess.run([sys.executable, MAKER, *arguments], capture_output=True, text=True, check=False)


def read_truth(folder):
    with open(os.path.join(folder, "groundtruth_rect.txt"), encoding="ascii") as file:
        return [[float(v) for v in line.split(",")] for line in file]


def is_like(pixels, colour):
    return (abs(pixels - colour) < 100).all(axis=-1)


def middle_of(frame, box):
    x, y, w, h = box
    return frame[int(y + h / 2), int(x + w / 2)]


def is_away(box):
    return numpy.isnan(box).any()


class MakeSequences(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.sources = os.path.join(cls.folder.name, "sources")
        cls.made = os.path.join(cls.folder.name, "made")
        cls.write_source("red", (255, 0, 0))
        cls.write_source("green", (0, 255, 0))
        done = run(cls.sources, cls.made, "--each", "1")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def write_source(cls, name, colour):
        """A square on grey."""
        os.makedirs(os.path.join(cls.sources, name, "img"))
        picture = Image.new("RGB", (320, 240), (60, 60, 60))
        ImageDraw.Draw(picture).rectangle((100, 80, 129, 109), fill=colour)
        picture.save(os.path.join(cls.sources, name, "img", "0001.jpg"), quality=95)
        with open(os.path.join(cls.sources, name, "groundtruth_rect.txt"), "w", encoding="ascii") as file:
            file.write("100,80,30,30\n")

    def sequence(self, kind):
        folder = os.path.join(self.made, kind + "-1")
        images = sorted(os.listdir(os.path.join(folder, "img")))
        return [numpy.asarray(Image.open(os.path.join(folder, "img", name)), dtype=int) for name in images], read_truth(folder)

    def test_every_kind_is_there_and_begins_with_its_target(self):
        self.assertEqual(sorted(os.listdir(self.made)), sorted(kind + "-1" for kind in KINDS))
        for kind in KINDS:
            frames, truth = self.sequence(kind)
            self.assertEqual(len(frames), len(truth), kind)
            self.assertEqual(frames[0].shape, (FRAME[1], FRAME[0], 3), kind)
            self.assertFalse(is_away(truth[0]), kind)

    def test_boxes_lie_in_the_frame(self):
        for kind in KINDS:
            for x, y, w, h in (box for box in self.sequence(kind)[1] if not is_away(box)):
                self.assertTrue(x >= 0 and y >= 0 and w > 0 and h > 0 and x + w <= FRAME[0] + 0.01 and y + h <= FRAME[1] + 0.01, (kind, x, y, w, h))

    def test_the_target_is_where_its_box_says(self):
        for kind in ("vanish", "leave", "pan", "shake", "turn", "zoom", "drop_out"):
            frames, truth = self.sequence(kind)
            colour = middle_of(frames[0], truth[0])
            for frame, box in zip(frames, truth):
                self.assertTrue(is_away(box) or is_like(middle_of(frame, box), colour), (kind, box))

    def test_no_target_without_a_box(self):
        for kind in ("vanish", "turn", "drop_out"):
            frames, truth = self.sequence(kind)
            colour = middle_of(frames[0], truth[0])
            away = [frame for frame, box in zip(frames, truth) if is_away(box)]
            self.assertGreater(len(away), 0, kind)
            for frame in away:
                self.assertFalse(is_like(frame, colour).any(), kind)

    def test_a_seed_gives_the_same_again(self):
        for seed, equal in (("1", True), ("2", False)):
            again = os.path.join(self.folder.name, "again" + seed)
            self.assertEqual(run(self.sources, again, "--each", "1", "--kinds", "vanish", "--seed", seed).returncode, 0)
            self.assertEqual(str(read_truth(os.path.join(again, "vanish-1"))) == str(self.sequence("vanish")[1]), equal)

    def test_bad_arguments_are_named(self):
        for arguments, word in (
            ((self.sources, self.made), "exists"),
            ((self.sources, self.made + "2", "--kinds", "fly"), "fly"),
            ((self.made + "2", self.made + "3"), "made2"),
        ):
            done = run(*arguments)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(word, done.stderr)
            self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
