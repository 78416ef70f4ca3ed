#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs test programs of the element, each in one process. Counts the buffers and other objects that
GStreamer's tracer finds alive at the end.

leaks.py PROGRAM..."""
import os
import re
import subprocess
import sys

ENVIRONMENT = dict(os.environ, CK_FORK="no", GST_TRACERS="leaks", G_DEBUG="", GST_DEBUG="GST_TRACER:7", GST_DEBUG_NO_COLOR="1")
ALIVE = re.compile(r"object-alive, type-name=\(string\)(\w+), .*ref-count=\(uint\)(\d+)")


def leaks_of(program):
    """The faults, one per line."""
    done = subprocess.run([program], env=ENVIRONMENT, capture_output=True, text=True, errors="replace", timeout=600, check=False)
    wrong = [f"{name} alive, {references} references" for name, references in ALIVE.findall(done.stderr)]
    if done.returncode != 0:
        wrong.append(f"exit code {done.returncode}: {done.stdout[-1000:]}")
    if "Checks:" not in done.stdout:
        wrong.append("it did not run its tests to the end")
    return wrong


def main():
    failures = 0
    for program in sys.argv[1:]:
        wrong = leaks_of(program)
        failures += bool(wrong)
        print(f"{'FAILED' if wrong else 'ok'}: no leak in {os.path.basename(program)}", *wrong[:20], sep="\n  ")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
