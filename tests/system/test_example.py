#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The example of docs/examples does what its text says."""
import os
import re
import subprocess
import sys

import harness
from harness import Case, main

PROGRAM = os.path.join(os.environ["ETRACK_SOURCE"], "docs", "examples", "follow.py")


class Example(Case):
    def setUp(self):
        super().setUp()
        self.service = self.daemon()
        self.wait_up(self.service.client())
        os.symlink(self.service.runtime, self.service.path("etrackd"))

    def run_example(self, *arguments):
        return subprocess.run([sys.executable, PROGRAM, *arguments], env=dict(os.environ, XDG_RUNTIME_DIR=self.service.folder),
                              capture_output=True, text=True, check=False, timeout=harness.PATIENCE)

    def test_it_prints_where_the_target_is(self):
        done = self.run_example("ball", "140,100,40,40", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("started", done.stdout)
        places = re.findall(r"(?m)^\d+ (?:tracking|uncertain) -?\d\.\d+ -?\d\.\d+ \d+\.\d ms old$", done.stdout)
        self.assertGreater(len(places), 5, done.stdout)

    def test_it_says_what_is_wrong(self):
        done = self.run_example("nobody", "140,100,40,40", "2")
        self.assertEqual(done.returncode, 1)
        self.assertIn("unknown-stream", done.stderr)


if __name__ == "__main__":
    main()
