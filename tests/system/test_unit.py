# SPDX-License-Identifier: MIT
"""The systemd files: systemd's own tools accept them, and they expose no more than they may."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

UNIT = os.environ["ETRACKD_UNIT"]
SOURCE = os.path.join(os.environ["ETRACK_SOURCE"], "systemd")
EXPOSURE = 2.0


def need(program):
    if not shutil.which(program):
        print(f"SKIP test_unit.py: {program} is not installed")
        sys.exit(77)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


class Unit(unittest.TestCase):
    def test_exposure(self):
        done = run("systemd-analyze", "security", "--offline=yes", "--no-pager", f"--threshold={int(EXPOSURE * 10)}", UNIT)
        level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
        self.assertIsNotNone(level, done.stdout + done.stderr)
        print("exposure level", level.group(1))
        self.assertLessEqual(float(level.group(1)), EXPOSURE)

    def test_verify(self):
        """Every directive is known. The program and the pages are those of the build, so that they
        need not be installed."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "etrackd.service")
            with open(UNIT, encoding="utf-8") as unit, open(path, "w", encoding="utf-8") as copy:
                copy.write(re.sub(r"(?m)^Documentation=.*$", "", re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={os.environ['ETRACKD']}", unit.read())))
            done = run("systemd-analyze", "verify", "--man=no", path)
            said = [line for line in (done.stdout + done.stderr).split("\n") if "etrackd.service" in line]
            self.assertEqual(said, [])

    def test_every_odd_line_has_its_reason(self):
        """A line that takes a protection back, or whose protection is missing on purpose, has a
        comment above."""
        with open(os.path.join(SOURCE, "etrackd.service.in"), encoding="utf-8") as unit:
            lines = unit.read().split("\n")
        for wanted in ("DevicePolicy=", "RestrictAddressFamilies=", "RestartPreventExitStatus=", "Environment=", "RestrictRealtime=", "TimeoutStopSec="):
            for number, line in enumerate(lines):
                if line.startswith(wanted):
                    self.assertTrue(lines[number - 1].startswith("#"), line)

    def test_the_manager_is_told_the_truth(self):
        with open(UNIT, encoding="utf-8") as unit:
            text = unit.read()
        self.assertIn("Type=notify\n", text)
        self.assertRegex(text, r"RestartPreventExitStatus=.*\b78\b")
        self.assertRegex(text, r"(?m)^WatchdogSec=10$")

    @unittest.skipUnless(shutil.which("systemd-sysusers") and shutil.which("systemd-tmpfiles"), "systemd-sysusers or -tmpfiles is not installed")
    def test_sysusers_and_tmpfiles(self):
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(os.path.join(root, "etc"))
            with open(os.path.join(root, "etc", "group"), "w", encoding="utf-8") as groups:
                groups.write("root:x:0:\nvideo:x:44:\n")
            done = run("systemd-sysusers", f"--root={root}", os.path.join(SOURCE, "etrackd.sysusers"))
            self.assertEqual((done.returncode, done.stdout.strip()), (0, ""), done.stderr)
            with open(os.path.join(root, "etc", "group"), encoding="utf-8") as groups:
                self.assertRegex(groups.read(), r"(?m)^video:x:44:etrackd$")
            self.check_tmpfiles(root)

    def check_tmpfiles(self, root):
        """In the same root, whose groups count. Only root may give folders away: for others every
        line is read and none is obeyed."""
        config = os.path.join(os.path.dirname(UNIT), "etrackd.tmpfiles")
        nowhere = [] if os.geteuid() == 0 else ["--prefix=/nowhere"]
        done = run("systemd-tmpfiles", "--create", f"--root={root}", *nowhere, config)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        if not nowhere:
            self.check_folders(root, config)

    def check_folders(self, root, config):
        with open(config, encoding="utf-8") as lines:
            folders = re.findall(r"(?m)^d (\S+) (\d+) root etrackd -$", lines.read())
        with open(os.path.join(root, "etc", "group"), encoding="utf-8") as groups:
            group = int(re.search(r"(?m)^etrackd:[^:]*:(\d+):", groups.read()).group(1))
        self.assertEqual(len(folders), 2)
        for folder, mode in folders:
            made = os.stat(root + folder)
            self.assertEqual((oct(made.st_mode & 0o7777), made.st_uid, made.st_gid), (oct(int(mode, 8)), 0, group), folder)

    @unittest.skipUnless(shutil.which("journalctl"), "journalctl is not installed")
    def test_catalog(self):
        with tempfile.TemporaryDirectory() as root:
            folder = os.path.join(root, "usr", "lib", "systemd", "catalog")
            os.makedirs(folder)
            shutil.copy(os.path.join(SOURCE, "etrackd.catalog"), folder)
            done = run("journalctl", f"--root={root}", "--update-catalog")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotRegex(done.stderr, "(?i)error|invalid|ignoring")


if __name__ == "__main__":
    need("systemd-analyze")
    unittest.main(verbosity=2)
