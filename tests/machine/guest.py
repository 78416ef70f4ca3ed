# SPDX-License-Identifier: MIT
"""What the proofs in the machine share: commands, the unit's state, the journal, clients with other
users' rights."""
import json
import os
import subprocess
import time
import unittest

CONFIG = "/etc/etrackd/etrackd.conf"
SHARE = "/usr/share/machine"
MODEL = f"model={SHARE}/tiny.safetensors\n"  # an emulated processor is slow
BALL = "[stream ball]\nsource=test://ball\nwidth=320\nheight=240\nrate_hz=10\nhistory_bytes=0\n"
PATIENCE_S = 60  # for work of the emulated machine


def run(*command, timeout=PATIENCE_S, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, stdin=subprocess.DEVNULL, **more)


def service_log():
    return "the service said:\n" + run("journalctl", "-u", "etrackd", "-n", "20", "--no-pager").stdout


def must(*command, **more):
    """Runs the command, which must succeed. Returns its stdout."""
    done = run(*command, **more)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}{service_log()}")
    return done.stdout


def show(*names, unit="etrackd"):
    """Properties of a unit: one as a string, several as a list."""
    lines = must("systemctl", "show", unit, *(f"--property={name}" for name in names)).strip().split("\n")
    values = dict(line.split("=", 1) for line in lines)
    return values[names[0]] if len(names) == 1 else [values[name] for name in names]


def main_pid():
    return int(show("MainPID"))


def configure(streams=BALL, daemon="", model=MODEL):
    with open(CONFIG, "w", encoding="utf-8") as file:
        file.write(f"[daemon]\n{model}{daemon}\n{streams}")


def drop_in(text):
    """`systemctl edit etrackd` without an editor; "" takes it back."""
    folder = "/etc/systemd/system/etrackd.service.d"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/machine.conf", "w", encoding="utf-8") as file:
        file.write(text)
    must("systemctl", "daemon-reload")


def started(streams=BALL, daemon="", model=MODEL):
    """Starts the service with a configuration of its own."""
    run("systemctl", "stop", "etrackd")
    run("systemctl", "reset-failed", "etrackd")
    configure(streams, daemon, model)
    return run("systemctl", "start", "etrackd")


def cursor():
    return must("journalctl", "--show-cursor", "-n", "0", "-q").strip().split("cursor: ")[1]


def journal(*matches, since):
    """Entries as objects; the message of each is in MESSAGE. With matches and a cursor, journalctl
    itself would leave the first entry out."""
    said = must("journalctl", "-o", "json", "-q", f"--after-cursor={since}")
    wanted = dict(match.split("=", 1) for match in matches)
    return [entry for entry in map(json.loads, said.splitlines()) if all(entry.get(name) == value for name, value in wanted.items())]


def ctl(*arguments, user=None, **more):
    command = ["/usr/bin/etrackctl", *arguments]
    return run(*(["runuser", "-u", user, "--"] if user else []), *command, **more)


def status(stream):
    return json.loads(must("/usr/bin/etrackctl", "--json", "status", stream))["streams"][0]


class Case(unittest.TestCase):
    """Waits for an emulated machine, however slow."""

    maxDiff = None

    def wait(self, what, words, seconds=PATIENCE_S):
        """Waits until `what` returns something true, and returns it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = what()
            if found:
                return found
            time.sleep(0.5)
        self.fail(f"{words}: not within {seconds} s; {service_log()}")

    def wait_link(self, stream, link, seconds=PATIENCE_S):
        seen = {}

        def there():
            seen.update(status(stream))
            return seen["link"] == link and dict(seen)

        try:
            return self.wait(there, f"stream {stream} is {link}", seconds)
        except AssertionError as unseen:
            raise AssertionError(f"{unseen}\nthe stream's status: {seen}") from None

    def wait_journal(self, *matches, since):
        return self.wait(lambda: journal(*matches, since=since), f"journal entry {matches}")[-1]

    def start(self, *arguments, **more):
        done = started(*arguments, **more)
        self.assertEqual(done.returncode, 0, done.stderr + service_log())
