# SPDX-License-Identifier: MIT
"""The daemon as a service: notifications, signals, exit codes, locks, reload."""
import grp
import os
import re
import signal
import socket
import stat
import subprocess
import tempfile
import unittest

import harness
from feed import Feed


def run(*arguments, env=None):
    """Runs etrackd to its end. Returns the exit code and its output."""
    done = subprocess.run([harness.PROGRAM, *arguments], env=env or os.environ, capture_output=True, text=True, timeout=harness.PATIENCE)
    return done.returncode, done.stdout + done.stderr


class Service(harness.Case):
    def test_notifications(self):
        feed = Feed()
        self.addCleanup(feed.close)
        feed.shut()
        daemon = self.daemon(feed.config(), env={"WATCHDOG_USEC": "400000"})
        self.assertIn("STATUS=0 of 1 streams up", daemon.heard[-1])
        feed.open()
        daemon.wait_notify("STATUS=1 of 1 streams up")
        for _ in range(3):
            daemon.wait_notify("WATCHDOG=1")
        daemon.process.send_signal(signal.SIGHUP)
        self.assertTrue(any(line.startswith("MONOTONIC_USEC=") for line in daemon.wait_notify("RELOADING=1")))
        daemon.wait_notify("READY=1")
        daemon.process.send_signal(signal.SIGTERM)
        daemon.wait_notify("STOPPING=1")
        self.assertEqual(daemon.process.wait(harness.PATIENCE), 0)

    def test_no_watchdog_without_asking(self):
        daemon = self.daemon(harness.BALL)
        watcher = daemon.watch("status ")
        first = watcher.next()[1]["seq"]
        watcher.until(lambda _, m: m["seq"] >= first + 2)
        daemon.process.send_signal(signal.SIGTERM)
        daemon.wait_notify("STOPPING=1")
        self.assertFalse([lines for lines in daemon.heard if "WATCHDOG=1" in lines])

    def test_second_instance(self):
        daemon = self.daemon(harness.BALL)
        code, said = run("--config", daemon.config, env=daemon.env)
        self.assertEqual(code, 73)
        self.assertIn(f"pid {daemon.process.pid}", said)
        self.assertTrue(daemon.client().ask(cmd="ping")["ok"], "the first one lost its socket")

    def test_after_a_kill(self):
        daemon = self.daemon(harness.BALL)
        daemon.stop(signal.SIGKILL)
        self.assertIn("control", os.listdir(daemon.runtime))
        daemon.start()
        daemon.wait_notify("READY=1")
        self.assertTrue(daemon.client().ask(cmd="ping")["ok"])

    def test_modes(self):
        daemon = self.daemon(harness.BALL)
        for name in ("control", "events"):
            found = os.stat(os.path.join(daemon.runtime, name))
            self.assertEqual(stat.S_IMODE(found.st_mode), 0o660, name)

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file to any group")
    def test_groups(self):
        group = grp.getgrnam("video")
        daemon = self.daemon(harness.BALL, daemon="events_group=video")
        for name, gid in (("control", os.getegid()), ("events", group.gr_gid)):
            found = os.stat(os.path.join(daemon.runtime, name))
            self.assertEqual((stat.S_IMODE(found.st_mode), found.st_gid), (0o660, gid), name)

    def test_reload(self):
        daemon = self.daemon(harness.BALL)
        client, watcher = daemon.client(), daemon.watch("event.")
        self.wait_up(client)
        target = self.start_target(client)["target"]
        daemon.write(harness.BALL + harness.BALL.replace("ball]", "second]"))
        self.assertTrue(client.ask(cmd="reload")["ok"])
        self.wait_up(client, "second")
        self.assertEqual(client.ask(cmd="status", stream="ball")["streams"][0]["target"], target, "an unchanged stream was disturbed")
        daemon.write(harness.BALL.replace("ball]", "second]"))
        daemon.process.send_signal(signal.SIGHUP)
        gone = watcher.until(lambda _, m: m["stream"] == "ball" and m["event"] == "stream-down")
        self.assertIn(("stopped", target), [(m["event"], m.get("target")) for _, m in gone])
        self.assertEqual(client.ask(cmd="hello")["streams"], ["second"])

    def test_a_changed_stream_goes_on_counting(self):
        daemon = self.daemon(harness.BALL)
        client = daemon.client()
        frame = self.wait_up(client)["frame"]
        daemon.write(harness.BALL.replace("width=320", "width=640"))
        self.assertTrue(client.ask(cmd="reload")["ok"])
        status = self.wait_up(client)
        self.assertEqual(status["size"], [640, 240])
        self.assertGreater(status["frame"], frame)

    def test_reload_while_targets_run(self):
        """Of four streams one stays, one gets other parameters, one is changed, one goes, and a
        fifth comes."""
        def config(*sections):
            return "".join(harness.BALL.replace("ball]", name + "]") + keys for name, keys in sections)

        daemon = self.daemon(config(("stays", ""), ("tuned", ""), ("changed", ""), ("goes", "")))
        client, watcher = daemon.client(), daemon.watch("event.")
        targets = {}
        for name in ("stays", "tuned", "changed", "goes"):
            self.wait_up(client, name)
            targets[name] = self.start_target(client, name)["target"]
        frames = {s["stream"]: s["frame"] for s in client.ask(cmd="status")["streams"]}
        daemon.write(config(("comes", ""), ("changed", "hfov_deg=50\n"), ("tuned", "coast_s=7\n"), ("stays", "")))
        self.assertTrue(client.ask(cmd="reload")["ok"])
        self.assertEqual(sorted(client.ask(cmd="hello")["streams"]), ["changed", "comes", "stays", "tuned"])
        self.wait_up(client, "comes")
        self.wait_up(client, "changed")
        status = {s["stream"]: s for s in client.ask(cmd="status")["streams"]}
        self.assertEqual({name: s.get("target") for name, s in status.items()},
                         {"stays": targets["stays"], "tuned": targets["tuned"], "changed": None, "comes": None})
        self.assertEqual((status["tuned"]["params"]["coast_s"], status["stays"]["params"]["coast_s"]), (7, 1))
        for name in ("stays", "tuned", "changed"):
            # the next frame may not be there yet
            self.wait_status(client, name, lambda now, name=name: now["frame"] > frames[name])
            self.assertEqual(status[name]["counters"]["restarts"], 0)
        seen, wanted = set(), {(name, targets[name], "stream-down") for name in ("changed", "goes")}
        watcher.until(lambda _, m: seen.add((m["stream"], m.get("target"), m.get("reason"))) or wanted <= seen)
        self.assertFalse({s for s in seen if s[0] in ("stays", "tuned") and s[2]}, "a stream that stays was disturbed")

    def test_a_bad_configuration_by_signal(self):
        daemon = self.daemon(harness.BALL)
        client = daemon.client()
        self.wait_up(client)
        target = self.start_target(client)["target"]
        daemon.write(harness.BALL + "widht=3\n")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_notify("RELOADING=1")
        daemon.wait_notify("READY=1")
        self.assertIn("`widht`", daemon.log())
        status = client.ask(cmd="status")["streams"]
        self.assertEqual([(s["stream"], s["target"], s["link"]) for s in status], [("ball", target, "up")])
        os.unlink(daemon.config)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_notify("RELOADING=1")
        daemon.wait_notify("READY=1")
        self.assertEqual(client.ask(cmd="status")["streams"][0]["target"], target)

    def test_the_model_that_is_loaded_is_named(self):
        """By the default search, by the environment, by the configuration, and after a reload."""
        small = os.path.join(os.environ["ETRACK_SOURCE"], "models", "etrack-small.safetensors")
        with tempfile.TemporaryDirectory() as folder:
            one, two = (os.path.join(folder, name) for name in ("one.safetensors", "two.v2.safetensors"))
            os.symlink(small, one)
            os.symlink(small, two)
            for config, model, named in (("", "", "etrack-small-int8"), ("", one, "one"), (f"model={two}", one, "two.v2")):
                with harness.Daemon(harness.BALL, daemon=config, env={"ETRACK_MODEL": model}) as daemon:
                    client = daemon.client()
                    self.assertEqual(client.ask(cmd="hello")["model"], named)
                    self.assertRegex(daemon.log(), rf"model {re.escape(named)}\b")
            with harness.Daemon(harness.BALL, daemon=f"model={one}") as daemon:
                client = daemon.client()
                daemon.write(harness.BALL, daemon=f"model={two}")
                self.assertTrue(client.ask(cmd="reload")["ok"])
                self.assertEqual(client.ask(cmd="hello")["model"], "two.v2")

    def test_refused_reload_changes_nothing(self):
        daemon = self.daemon(harness.BALL)
        client = daemon.client()
        self.wait_up(client)
        target = self.start_target(client)["target"]
        for config, words in ((harness.BALL + "colour=red\n", "colour"), ("[stream new]\nsource=test://ball\n" + harness.BALL + "source=x:y\n", ""),
                              ("[stream new]\nsource=pipeline:nosuchelement\n" + harness.BALL, "nosuchelement")):
            daemon.write(config)
            self.refused(client.ask(cmd="reload"), "bad-value", words)
            status = client.ask(cmd="status")["streams"]
            self.assertEqual([(s["stream"], s["target"]) for s in status], [("ball", target)])
        daemon.write(harness.BALL, daemon="control=ipc:///tmp/elsewhere")
        self.refused(client.ask(cmd="reload"), "bad-value", "control")


class Refusals(harness.Case):
    def refuse(self, config, code, *words, daemon=""):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "etrackd.conf")
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"[daemon]\n{daemon}\n{config}")
            for check in ([], ["--check-config"]):
                got, said = run(*check, "--config", path, env=dict(os.environ, RUNTIME_DIRECTORY=folder))
                self.assertEqual(got, code, said)
                self.assertEqual(said.count("\n"), 1, said)
                for word in words:
                    self.assertIn(word, said)

    def test_configuration(self):
        self.refuse(harness.BALL + "widht=3\n", 78, "etrackd.conf:8", "`widht`", "`width`")
        self.refuse("[stream a]\nsource=test://ball\nwidth=many\n", 78, "width")
        self.refuse("[stream a b]\nsource=test://ball\n", 78, "a b")
        self.refuse("[stream a]\nsource=pipeline:nosuchelement\n", 78, "nosuchelement", "stream a")

    def test_model(self):
        self.refuse(harness.BALL, 78, "/nowhere/m.safetensors", daemon="model=/nowhere/m.safetensors")
        with tempfile.NamedTemporaryFile(suffix=".safetensors") as file:
            file.write(b"\x10\0\0\0\0\0\0\0{}")
            file.flush()
            self.refuse(harness.BALL, 78, file.name, daemon=f"model={file.name}")

    def test_keys(self):
        self.refuse(harness.BALL, 78, "curve", daemon="tcp_control=tcp://*:45671")
        self.refuse(harness.BALL, 78, "curve", daemon="tcp_control=tcp://192.0.2.1:45671\ninsecure_loopback=true")

    def test_ports_that_are_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            uri = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "etrackd.conf")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(f"[daemon]\ntcp_events={uri}\ninsecure_loopback=true\n{harness.BALL}")
                code, said = run("--config", path, env=dict(os.environ, RUNTIME_DIRECTORY=folder))
                self.assertEqual(code, 78)
                self.assertIn(uri, said)

    def test_no_descriptors_left(self):
        """The fault is not in the configuration."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "etrackd.conf")
            with open(path, "w", encoding="utf-8") as file:
                file.write(harness.BALL)
            done = subprocess.run(["prlimit", "--nofile=5:5", harness.PROGRAM, "--config", path], env=dict(os.environ, RUNTIME_DIRECTORY=folder),
                                  capture_output=True, text=True, timeout=harness.PATIENCE)
            self.assertEqual(done.returncode, 70, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_command_line(self):
        self.assertEqual(run("--nonsense")[0], 64)
        self.assertEqual(run("surplus")[0], 64)
        code, said = run("--version")
        self.assertEqual(code, 0)
        self.assertTrue(re.fullmatch(r"etrackd [0-9.]+\n", said), said)
        code, said = run("--config", "/nowhere/etrackd.conf")
        self.assertEqual(code, 78)
        self.assertIn("/nowhere/etrackd.conf", said)

    def test_no_runtime_folder(self):
        with harness.Daemon(harness.BALL) as daemon:
            env = {k: v for k, v in daemon.env.items() if k not in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR")}
            code, said = run("--config", daemon.config, env=env)
            self.assertEqual(code, 78)
            self.assertIn("RUNTIME_DIRECTORY", said)

    def test_paths(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "precious")
            with open(file, "w", encoding="utf-8") as precious:
                precious.write("keep me")
            for endpoint, words in ((file, "not a socket"), ("/tmp/" + "x" * 120, "107")):
                path = os.path.join(folder, "etrackd.conf")
                with open(path, "w", encoding="utf-8") as config:
                    config.write(f"[daemon]\ncontrol=ipc://{endpoint}\n{harness.BALL}")
                code, said = run("--config", path, env=dict(os.environ, RUNTIME_DIRECTORY=folder))
                self.assertEqual(code, 78, said)
                self.assertIn(words, said)
            with open(file, encoding="utf-8") as precious:
                self.assertEqual(precious.read(), "keep me")

    def test_check_config_without_a_runtime_folder(self):
        """Root checks a file for the service from anywhere: cron, a package's script."""
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(harness.BALL)
            file.flush()
            env = {k: v for k, v in os.environ.items() if k not in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR")}
            self.assertEqual(run("--check-config", "--config", file.name, env=env), (0, ""))

    def test_check_config_leaves_a_running_one_alone(self):
        daemon = self.daemon(harness.BALL)
        code, said = run("--check-config", "--config", daemon.config, env=daemon.env)
        self.assertEqual((code, said), (0, ""))
        self.assertTrue(daemon.client().ask(cmd="ping")["ok"])


if __name__ == "__main__":
    harness.main()
