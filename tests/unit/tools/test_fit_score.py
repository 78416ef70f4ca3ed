#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The fit of the score: a map that made the frames is found again, and is judged on its own."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy
except ImportError:
    print("SKIP fit-score: python3-numpy not installed")
    sys.exit(77)

FIT = os.path.join(os.environ["ETRACK_SOURCE"], "tools", "eval", "fit_score.py")
HEAD = "sequence,frame,present,overlap,state,event,score,raw_score,likeness\n"
OF_RAW_SCORE, OF_LIKENESS, CONSTANT = 0.5, 12.0, -9.0


def right_share(raw_score, likeness):
    return 1 / (1 + numpy.exp(-(OF_RAW_SCORE * numpy.log(raw_score / (1 - raw_score)) + OF_LIKENESS * likeness + CONSTANT)))


def made_frames(count):
    rng = numpy.random.default_rng(3)
    raw_score, likeness = rng.uniform(0.1, 0.99, count), rng.uniform(0.6, 1, count)
    right = rng.uniform(size=count) < right_share(raw_score, likeness)
    for i in range(count):
        yield f'"s{i % 9}",{i},1,{0.7 * right[i]:.4f},tracking,none,0.5,{raw_score[i]:.5f},{likeness[i]:.5f}\n'


def fit(text):
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write(HEAD + text)
        file.flush()
        return subprocess.run([sys.executable, FIT, file.name], capture_output=True, text=True, check=False)


class FitTest(unittest.TestCase):
    def test_the_map_is_found_again(self):
        said = fit("".join(made_frames(6000))).stdout
        found = [float(v) for v in re.search(r"of_raw_score = (\S+), of_likeness = (\S+), constant = (\S+)", said).groups()]
        self.assertAlmostEqual(found[0], OF_RAW_SCORE, delta=0.1)
        self.assertAlmostEqual(found[1], OF_LIKENESS, delta=1.2)
        self.assertAlmostEqual(found[2], CONSTANT, delta=1)
        for frames, mean, right in re.findall(r"^0\.\d - \d\.\d +(\d+) +(\S+) +(\S+)$", said, re.M):
            if int(frames) > 200:
                self.assertAlmostEqual(float(mean), float(right), delta=0.08)

    def test_only_measured_frames_with_a_truth_count(self):
        others = '"a",1,1,1.0,tracking,started,1,1,1\n"a",2,1,0,coasting,none,0,0.05,0\n"a",3,,0,tracking,none,0.9,0.9,0.9\n"a",4,0,0,lost,none,0,0,0\n'
        said = fit(others)
        self.assertNotEqual(said.returncode, 0)
        self.assertIn("no frame with a measured box", said.stderr)
        self.assertIn("900 frames of 9 sequences", fit("".join(made_frames(900)) + others).stdout)


if __name__ == "__main__":
    unittest.main()
