#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the tiny golden data to training/: the reference over the kept model must still give the
kept stages. Skipped by name without PyTorch."""
import importlib.util
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main():
    missing = [name for name in ("torch", "numpy") if importlib.util.find_spec(name) is None]
    if missing:
        print(f"SKIP tiny-reference: python3-{' and python3-'.join(missing)} not installed")
        return 77
    script = os.path.join(ROOT, "training", "tiny_golden.py")
    return subprocess.run([sys.executable, "-B", script, "--check", os.path.join(ROOT, "tests", "golden")], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
