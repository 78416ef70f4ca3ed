#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""etrackctl against no daemon, against a silent one, and against a real one."""
import fcntl
import json
import os
import pty
import re
import select
import signal
import stat
import struct
import subprocess
import tempfile
import termios
import time
import unittest

import zmq

from harness import PATIENCE, Case, hold_port, main

PROGRAM = os.environ["ETRACKCTL"]
DONE, REFUSED, USAGE, NOBODY, TIMEOUT = 0, 1, 64, 69, 75


def run(*arguments, **settings):
    """The exit code, stdout and stderr as text (stdout as bytes with binary=True)."""
    binary = settings.pop("binary", False)
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=PATIENCE, check=False, **settings)
    return done.returncode, done.stdout if binary else done.stdout.decode(), done.stderr.decode()


def complete(line):
    """The completions that bash would offer with the cursor at the end of `etrackctl LINE`."""
    line = PROGRAM + " " + line
    script = os.path.join(os.environ["ETRACK_SOURCE"], "tools", "etrackctl", "completion.bash")
    setup = f'. {script}; COMP_LINE=$1; COMP_POINT=${{#1}}; _etrackctl; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", setup, "bash", line], capture_output=True, text=True, check=True, timeout=PATIENCE)
    return [word for word in done.stdout.split("\n") if word]


class Alone(unittest.TestCase):
    """No daemon runs."""

    def fails(self, code, words, *arguments, **settings):
        said = run(*arguments, **settings)
        self.assertEqual(said[0], code, said)
        self.assertIn(words, said[2])
        self.assertEqual(said[1], "")
        self.assertEqual(said[2].count("\n"), 1, said[2])
        self.assertTrue(said[2].startswith("etrackctl: "), said[2])

    def test_command_lines_that_cannot_be(self):
        for words, *arguments in (
                ("a command is missing",), ("`fly`", "fly"), ("--fast", "--fast", "ping"), ("--fast", "ping", "--fast"),
                ("usage: etrackctl stop STREAM", "stop"), ("usage", "stop", "a", "b"), ("usage", "ping", "a"),
                ("`a b`", "stop", "a b"), ("`1,2,3`", "track", "a", "1,2,3"), ("`1,2,3,x`", "track", "a", "1,2,3,x"),
                ("`1,2,3,4,5`", "track", "a", "1,2,3,4,5"), ("`1,2,3,nan`", "track", "a", "1,2,3,nan"), ("--point", "track", "a"),
                ("--point", "track", "a", "1,2,3,4", "--point", "1,2"), ("`1`", "track", "a", "--point", "1"),
                ("--radius", "track", "a", "1,2,3,4", "--radius", "3"), ("--radius", "track", "a", "--point", "1,2", "--radius", "-3"),
                ("from 1 on", "track", "a", "1,2,3,4", "--frame", "0"), ("--frame", "track", "a", "1,2,3,4", "--frame", "x"),
                ("not both", "track", "a", "1,2,3,4", "--frame", "3", "--pts", "4"), ("--point", "stop", "a", "--point", "1,2"),
                ("`weak_score`", "set", "a", "weak_score"), ("not `y`", "set", "a", "x=y"), ("--timeout", "ping", "--timeout", "0"),
                ("go together", "ping", "--key", "x"), ("nowhere", "ping", "--key", "/nowhere", "--server-key", "/nowhere"),
                ("bogus", "ping", "--control", "bogus"), ("--live", "record", "f", "--live")):
            with self.subTest(arguments):
                self.fails(USAGE, words, *arguments)

    def test_nobody_is_said_at_once(self):
        """Not after the time that an answer may take."""
        with tempfile.TemporaryDirectory() as folder:
            env = dict(os.environ, XDG_RUNTIME_DIR=folder)
            control = "ipc://" + os.path.join(folder, "control")
            for words, *arguments in (
                    ("No such file", "ping", "--control", control), ("No such file", "watch", "--events", control),
                    ("tcp://127.0.0.1:9", "ping", "--control", "tcp://127.0.0.1:9"), ("/run/etrackd/control", "ping"),
                    ("/run/etrackd/events", "watch"), ("No such file", "-c", control, "track", "a", "-1,-2,30,40")):
                if "/run/" in words and os.path.exists(words):
                    continue
                with self.subTest(arguments):
                    self.fails(NOBODY, words, *arguments, env=env)

    def test_a_socket_file_that_nobody_listens_on(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "control")
            context = zmq.Context()
            context.socket(zmq.ROUTER).bind("ipc://" + path)
            context.destroy(0)
            if not os.path.exists(path):
                import socket  # pylint: disable=import-outside-toplevel
                socket.socket(socket.AF_UNIX).bind(path)
            self.fails(NOBODY, "no daemon answers", "ping", "--control", "ipc://" + path)

    def test_silence_times_out(self):
        with tempfile.TemporaryDirectory() as folder, zmq.Context() as context:
            endpoint = "ipc://" + os.path.join(folder, "silent")
            with context.socket(zmq.ROUTER) as silent:
                silent.linger = 0
                silent.bind(endpoint)
                began = time.monotonic()
                self.fails(TIMEOUT, "no answer within 0.5 s", "ping", "--control", endpoint, "--timeout", "0.5")
                self.assertGreater(time.monotonic() - began, 0.4)

    def test_what_is_no_etrackd(self):
        with tempfile.TemporaryDirectory() as folder, zmq.Context() as context:
            endpoint = "ipc://" + os.path.join(folder, "other")
            with context.socket(zmq.ROUTER) as other:
                other.linger = 0
                other.bind(endpoint)
                with subprocess.Popen([PROGRAM, "ping", "-c", endpoint], stderr=subprocess.PIPE, text=True) as client:
                    other.send_multipart([other.recv_multipart()[0], b"hello"])
                    self.assertIn("not etrackd", client.communicate(timeout=PATIENCE)[1])
                self.assertEqual(client.returncode, REFUSED)

    def test_help_page_and_completion_agree(self):
        """Every command and option of the help is in the manual page and in the completion."""
        root = os.environ["ETRACK_SOURCE"]
        with open(os.path.join(root, "docs", "man", "etrackctl.1"), encoding="utf-8") as file:
            page = file.read().replace("\\-", "-")
        with open(os.path.join(root, "tools", "etrackctl", "completion.bash"), encoding="utf-8") as file:
            completion = file.read()
        code, text, _ = run("--help")
        self.assertEqual(code, DONE)
        commands = re.findall(r"^  ([a-z]+) +[A-Z\[a-z]", text.split("Commands:")[1], re.M)
        self.assertEqual(len(commands), 14, commands)
        for command in commands:
            code, text, _ = run(command, "--help")
            self.assertEqual(code, DONE)
            self.assertIn(f"etrackctl {command}", text)
            self.assertRegex(page, rf"(?m)^\.TP\n\.BI?R? {command}( |$)")
            self.assertRegex(completion, rf"local commands='[^']*\b{command}\b")
            for option in re.findall(r"--[a-z-]+", text):
                self.assertIn(option, page)
                self.assertIn(option, completion)

    def test_completion(self):
        for line, wanted in (
                ("st", ["streams", "stop", "status"]), ("--timeout 3 rel", ["reload"]), ("--timeout ", []), ("-c ", []),
                ("track --p", ["--point", "--pts"]), ("stop --p", []), ("-c ipc:///x watch --li", ["--live"]), ("--ver", ["--version"]),
                ("set ball sc", ["score_hysteresis="]), ("--control=ipc:///x set ball -t 1 sear", ["search_s=", "search_cost="]),
                ("-c ipc:///nowhere stop ", [])):
            with self.subTest(line):
                self.assertEqual(complete(line), wanted)

    def test_completion_of_files(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("a.key", "a b.jpg"):
                with open(os.path.join(folder, name), "w", encoding="ascii"):
                    pass
            for line in ("--key ", "record ", "snapshot ball ", "ping --server-key ", "keygen "):
                with self.subTest(line):
                    self.assertEqual(complete(line + folder + "/a.k"), [folder + "/a.k" + "ey"])
                    self.assertEqual(complete(line + folder + "/a\\ "), [folder + "/a b.jpg"])

    def test_keys(self):
        with tempfile.TemporaryDirectory() as folder:
            name = os.path.join(folder, "me")
            self.assertEqual(run("keygen", name)[0], DONE)
            self.assertEqual(stat.S_IMODE(os.stat(name + ".key").st_mode), 0o600)
            with open(name + ".key", "rb") as secret, open(name + ".pub", "rb") as public:
                self.assertEqual(zmq.curve_public(secret.read().strip()), public.read().strip())
            self.fails(REFUSED, "File exists", "keygen", name)
            os.unlink(name + ".key")
            self.fails(REFUSED, "me.pub: File exists", "keygen", name)
            self.assertFalse(os.path.exists(name + ".key"))

    def test_numbers_are_decimal_and_in_range(self):
        track = ("track", "a", "1,2,30,40")
        for words, *arguments in (
                ("--frame must be a whole number from 1 on, not `-5`", *track, "--frame=-5"), ("not `-5`", *track, "--frame", "-5"),
                ("--frame must be a whole number from 1 on, not `0x10`", *track, "--frame", "0x10"),
                ("not `99999999999999999999`", *track, "--frame", "99999999999999999999"), ("--pts must be", *track, "--pts=-1"),
                ("--pts must be", *track, "--pts", "1.5"), ("`0x10,2,30,40` is not a box", "track", "a", "0x10,2,30,40"),
                ("`1,2,3,1e999`", "track", "a", "1,2,3,1e999"), ("`1, 2,3,4`", "track", "a", "1, 2,3,4"),
                ("`0x1,2` is not a point", "track", "a", "--point", "0x1,2"), ("--radius must be", "track", "a", "-p", "1,2", "--radius", "nan"),
                ("-r must be", "track", "a", "-p", "1,2", "-r", "0x10"), ("--timeout must be", "ping", "--timeout", "0x5"),
                ("not `1e99`", "ping", "--timeout", "1e99"), ("--count must be", "watch", "--count", "0"),
                ("--count must be", "record", "f", "--count", "0x2"), ("--seconds must be", "watch", "--seconds", "inf")):
            with self.subTest(arguments):
                self.fails(USAGE, words, *arguments)

    def test_a_missing_value_is_named(self):
        for words, *arguments in (
                ("the value of `coast_s` is missing; write coast_s=NUMBER", "coast_s"), ("write coast_s=NUMBER", "coast_s="),
                ("write coast_s=NUMBER", "coast_s", "search_s=3"), ("write coast_s=2.5", "coast_s", "2.5"),
                ("write search_s=-1", "search_s", "-1"), ("the value of `coast_s` must be a number, not `0x1`", "coast_s=0x1"),
                ("`=5` is not a parameter; write NAME=NUMBER", "=5")):
            with self.subTest(arguments):
                self.fails(USAGE, words, "set", "cup", *arguments)

    def test_what_is_wrong_with_the_arguments_is_said(self):
        for words, *arguments in (
                ("stop: an argument is missing; usage: etrackctl stop STREAM", "stop"), ("ping: too many arguments", "ping", "a"),
                ("the target is missing", "track", "a"), ("both a box and --point", "track", "a", "1,2,3,4", "-p", "1,2"),
                ("the name of the file is empty", "snapshot", "a", ""), ("the name of the file is empty", "record", ""),
                ("the name of the file is empty", "keygen", ""), ("--live or --json, not both", "watch", "--live", "--json"),
                ("see etrackctl stop --help", "stop", "a", "--fast"), ("`fl?y`", "fl\ny"), ("`?[31mx`", "stop", "\033[31mx"),
                ("`` is not an endpoint", "ping", "-c", ""), ("is not an endpoint; write ipc:///PATH", "ping", "-c", "ipc://"),
                ("is not an endpoint", "ping", "-c", "tcp://localhost:99999"), ("is not an endpoint", "watch", "-e", "tcp://localhost")):
            with self.subTest(arguments):
                self.fails(USAGE, words, *arguments)

    def test_a_path_in_another_encoding(self):
        """A socket's path may have any bytes that the file system allows."""
        with tempfile.TemporaryDirectory() as folder:
            for name in (os.fsencode(folder) + b"/vid\xe9o", os.fsencode(folder) + "/vidéo".encode()):
                done = subprocess.run([PROGRAM, "ping", "-c", b"ipc://" + name], env=dict(os.environ, LC_ALL="C"), capture_output=True, timeout=10, check=False)
                self.assertEqual(done.returncode, NOBODY, done)
                self.assertIn(name + b": No such file", done.stderr)

    def test_interrupted_while_it_connects(self):
        with tempfile.TemporaryDirectory() as folder:
            import socket  # pylint: disable=import-outside-toplevel
            with socket.socket(socket.AF_UNIX) as silent:
                silent.bind(os.path.join(folder, "events"))
                silent.listen()
                with subprocess.Popen([PROGRAM, "watch", "-t", "60", "-e", "ipc://" + os.path.join(folder, "events")]) as client:
                    with silent.accept()[0] as peer:
                        peer.recv(1)
                        client.send_signal(signal.SIGINT)
                        self.assertEqual(client.wait(10), -signal.SIGINT)

    def test_full_disk(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([PROGRAM, "--version"], stdout=full, stderr=subprocess.PIPE, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, REFUSED)
        self.assertEqual(done.stderr, b"etrackctl: stdout: cannot write: No space left on device\n")


class WithDaemon(Case):
    def setUp(self):
        super().setUp()
        self.service = self.daemon()
        self.wait_up(self.service.client())
        self.where = ["--control", self.service.endpoint("control"), "--events", self.service.endpoint("events")]

    def ctl(self, *arguments, code=DONE, words="", **settings):
        """Checks the exit code and the message on stderr. Returns stdout."""
        said = run(*self.where, *arguments, **settings)
        self.assertEqual(said[0], code, said)
        self.assertIn(words, said[2])
        return said[1]

    def track(self, *place):
        """The new target's number. Asks again while a busy machine has no frame for a second."""
        def ask():
            code, said, words = run(*self.where, "track", "ball", *place)
            if code != DONE:
                self.assertIn("no-frame", words)
            return said

        return int(re.fullmatch(r"target (\d+), taken from frame \d+\n", self.wait(ask, "no target is taken")).group(1))

    def test_plain_commands(self):
        self.assertRegex(self.ctl("ping"), r"^\d+\.\d\d ms\n$")
        self.assertRegex(self.ctl("hello"), r"^etrackd \S+, protocol 1, model \S+, streams: ball\n$")
        self.assertRegex(self.ctl("streams"), r"(?m)^ball +up +idle +320x240@30.00 +test://ball$")
        self.assertIn("no target", self.ctl("status", "ball"))
        self.assertIn('etrackd_stream_up{stream="ball"} 1', self.ctl("metrics"))
        self.ctl("cameras")
        self.ctl("reload")

    def test_json_is_the_answer(self):
        for arguments in (("--json", "hello"), ("hello", "--json"), ("hello", "-j")):
            self.assertEqual(json.loads(self.ctl(*arguments))["name"], "etrackd")
        self.assertEqual(json.loads(self.ctl("stop", "x", "--json", code=REFUSED))["error"]["code"], "unknown-stream")

    def test_a_target_from_start_to_stop(self):
        number = self.track("140,100,40,40")
        self.assertIn(f"target {number}: ", self.ctl("status"))
        for place in (("--point", "160,120", "--radius", "20"), ("0.4,0.4,0.2,0.2", "--norm"), ("-10,100,40,40",)):
            before, number = number, self.track(*place)
            self.assertGreater(number, before)
        self.ctl("stop", "ball")
        self.ctl("stop", "ball")
        # after the frame that the tracker is at
        self.wait(lambda: "no target" in self.ctl("status"), "the target does not end")

    def test_refusals_are_said(self):
        self.ctl("track", "ball", "-500,100,40,40", code=REFUSED, words="etrackctl: bad-box: more than half of box")
        self.ctl("track", "x", "1,2,30,40", code=REFUSED, words="unknown-stream")
        self.ctl("track", "ball", "1,2,30,40", "--frame", "99999", code=REFUSED, words="frame-expired")
        self.ctl("set", "ball", "weak=1", code=REFUSED, words="bad-value: there is no live parameter `weak`")
        self.ctl("set", "ball", "weak_score=7", code=REFUSED, words="weak_score")

    def test_set(self):
        self.assertEqual(self.ctl("set", "ball", "weak_score=0.55", "coast_s=2", "search_s=86399.25"), "")
        values = self.ctl("set", "ball").split("\n")
        self.assertEqual(values, ["weak_score=0.55", "lost_score=0.1", "found_score=0.9", "score_hysteresis=0.05", "rival_ratio=0.8",
                                  "coast_s=2", "search_s=86399.25", "search_cost=0.5", ""])
        self.assertEqual(self.ctl("set", "ball", *values[:-1]), "", "it does not accept what it prints")
        self.assertIn(" ".join(values[:-1]), self.ctl("status"))
        self.ctl("set", "nobody", code=REFUSED, words="unknown-stream")

    def test_completion_asks_this_daemon(self):
        """The daemon that the line names; also in a real bash, which splits words at : and =."""
        control = self.service.endpoint("control")
        for start in (f"-c {control}", f"--control {control}", f"--control={control}", f"-t 3 --control={control}"):
            for command in ("stop", "track", "status", "watch", "record x", "snapshot", "set"):
                with self.subTest(start + " " + command):
                    self.assertEqual(complete(f"{start} {command} b"), ["ball"])
        self.assertEqual(complete(f"-c {control} set ball coast_s="), ["1"])
        self.assertEqual(complete(f"-c {control} set ball weak_score=0.4"), ["0.45"])
        self.assertEqual(complete(f"-c {control} set ball weak_score=0.45 co"), ["coast_s="])
        self.type_in_bash((f"etrackctl -c {control} stop b\t", f"-c {control} stop ball "))
        self.type_in_bash((f"etrackctl --control={control} set b\t", " set ball "), ("ri\t", "rival_ratio="), ("\t", "rival_ratio=0.8 "))

    def type_in_bash(self, *turns):
        """For each turn, types the keys and waits until the terminal shows the words."""
        folder = os.path.dirname(PROGRAM)
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"],
                       dict(os.environ, PATH=folder + ":" + os.environ["PATH"], PS1="$ ", TERM="dumb", COLUMNS="400", INPUTRC="/dev/null"))
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 400, 0, 0))
        script = os.path.join(os.environ["ETRACK_SOURCE"], "tools", "etrackctl", "completion.bash")
        os.write(terminal, f". {script}; echo lo''aded\n".encode())
        try:
            shown = self.read_until(terminal, "", "loaded")
            for keys, words in turns:
                os.write(terminal, keys.encode())
                shown = self.read_until(terminal, shown, words)
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(terminal)

    def read_until(self, terminal, shown, words):
        """Reads until the words are shown. Returns all that is shown."""
        end = time.monotonic() + PATIENCE
        while words not in shown:
            self.assertTrue(select.select([terminal], [], [], max(end - time.monotonic(), 0))[0], f"{words} is not shown: {shown}")
            shown += os.read(terminal, 4096).decode(errors="replace")
        return shown

    def test_snapshot(self):
        path = self.service.path("picture.jpg")
        self.ctl("snapshot", "ball", path)
        with open(path, "rb") as file:
            self.assertEqual(file.read(2), b"\xff\xd8")
        self.assertEqual(self.ctl("snapshot", "ball", "-", binary=True)[:2], b"\xff\xd8")
        self.ctl("snapshot", "ball", "/nowhere/x.jpg", code=REFUSED, words="/nowhere/x.jpg")

    def test_watch_and_record(self):
        self.track("140,100,40,40")
        lines = [json.loads(line) for line in self.ctl("watch", "ball", "--count", "5").splitlines()]
        self.assertEqual(len(lines), 5)
        self.assertEqual({line["stream"] for line in lines}, {"ball"})
        path = self.service.path("events.jsonl")
        self.ctl("record", path, "--status", "--seconds", "4", words=" messages in ")
        with open(path, encoding="utf-8") as file:
            kinds = {json.loads(line)["type"] for line in file}
        self.assertLessEqual({"track", "status"}, kinds)
        self.ctl("watch", "nobody", code=REFUSED, words="there is no stream nobody")
        self.ctl("record", "/dev/full", code=REFUSED, words="/dev/full: cannot write")

    def test_live(self):
        self.track("140,100,40,40")
        text = self.ctl("watch", "--live", "--count", "3")
        self.assertIn("\r\033[Kball #", text)
        self.assertTrue(text.endswith("\n"))

    def test_watch_ends_well_when_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen([PROGRAM, *self.where, "watch", "--status"], stdout=subprocess.PIPE) as watch:
                watch.stdout.readline()
                watch.send_signal(number)
                self.assertEqual(watch.wait(PATIENCE), DONE)

    def test_watch_outlives_the_daemon(self):
        with subprocess.Popen([PROGRAM, *self.where, "watch", "--status"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watch:
            first = json.loads(watch.stdout.readline())["epoch"]
            self.service.stop()
            self.assertIn("went away", watch.stderr.readline())
            self.service.start().wait_notify("READY=1")
            self.assertIn("is back", watch.stderr.readline())
            while json.loads(watch.stdout.readline())["epoch"] == first:
                pass
            watch.terminate()

    def test_the_runtime_folder_is_found(self):
        os.rename(self.service.runtime, os.path.join(self.service.folder, "etrackd"))
        os.symlink(os.path.join(self.service.folder, "etrackd"), self.service.runtime)
        code, text, words = run("ping", env=dict(os.environ, XDG_RUNTIME_DIR=self.service.folder))
        self.assertEqual(code, DONE, words)
        self.assertTrue(text)

    def test_a_closed_stdout_is_an_error(self):
        """None of the sockets gets its number, so nothing is written into them."""
        for command in (["ping"], ["watch", "--status", "--count", "1"]):
            done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", PROGRAM, *self.where, *command], stderr=subprocess.PIPE, text=True, check=False, timeout=30)
            self.assertEqual((done.returncode, done.stderr), (REFUSED, "etrackctl: stdout: cannot write: Bad file descriptor\n"))

    def test_a_reader_that_leaves(self):
        with subprocess.Popen([PROGRAM, *self.where, "watch", "--status"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watch:
            watch.stdout.readline()
            watch.stdout.close()
            self.assertEqual(watch.wait(20), -signal.SIGPIPE)
            self.assertEqual(watch.stderr.read(), b"")

    def test_a_snapshot_leaves_a_device_a_device(self):
        path = self.service.path("pipe")
        os.mkfifo(path)
        pipe = os.open(path, os.O_RDWR)
        self.addCleanup(os.close, pipe)
        self.ctl("snapshot", "ball", path)
        self.assertTrue(select.select([pipe], [], [], 0)[0])
        self.assertEqual(os.read(pipe, 2), b"\xff\xd8")
        self.assertTrue(stat.S_ISFIFO(os.stat(path).st_mode))
        self.ctl("snapshot", "ball", "/dev/full", code=REFUSED, words="/dev/full: cannot write: No space left on device")
        self.ctl("snapshot", "ball", self.service.folder, code=REFUSED, words="etrackctl: " + self.service.folder + ": Is a directory")

    def test_live_fits_the_terminal(self):
        """A wrapped line could not be overwritten. A target that was stopped leaves the line."""
        self.ctl("track", "ball", "140,100,40,40")
        pid, terminal = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
            os.execv(PROGRAM, [PROGRAM, *self.where, "watch", "--live"])
        shown = self.read_until(terminal, "", ",")
        self.ctl("stop", "ball")
        shown = self.read_until(terminal, shown, "stopped: requested\r\n\r\033[K")
        os.kill(pid, signal.SIGINT)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), DONE)
        while select.select([terminal], [], [], 0)[0]:
            try:
                shown += os.read(terminal, 4096).decode()
            except OSError:
                break
        os.close(terminal)
        lines = [line for line in re.split("\r\n?", shown) if "," in line]
        self.assertTrue(lines)
        self.assertLessEqual(max(len(line.removeprefix("\033[K")) for line in lines), 40, lines)
        self.assertRegex(shown, r"stopped: requested\r\n\r\033\[K\r\n$")


class OverTcp(Case):
    def test_curve(self):
        with tempfile.TemporaryDirectory() as folder:
            names = {name: os.path.join(folder, name) for name in ("server", "me", "stranger")}
            for name in names.values():
                self.assertEqual(run("keygen", name)[0], DONE)
            endpoint = f"tcp://127.0.0.1:{self.stack.enter_context(hold_port()).port}"
            self.daemon(daemon=f"tcp_control={endpoint}\ncurve_secret_file={names['server']}.key\ncurve_clients_file={names['me']}.pub")
            keys = ["--control", endpoint, "--server-key", names["server"] + ".pub", "--timeout", str(PATIENCE - 5), "--key"]
            self.assertEqual(run("ping", *keys, names["me"] + ".key")[0], DONE)
            self.assertIn(run("ping", *keys, names["stranger"] + ".key", "--timeout", "3")[0], (NOBODY, TIMEOUT))
            self.assertIn(run("ping", "--control", endpoint, "--timeout", "1")[0], (NOBODY, TIMEOUT))


if __name__ == "__main__":
    main()
