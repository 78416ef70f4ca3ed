#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs every gst-launch line of docs/element.md, with cameras, files and displays replaced, and counts leaked objects; compares gst-inspect's
output with the documented one. `launch.py --record` writes the latter anew."""
import os
import re
import subprocess
import sys

SOURCE = os.environ["ETRACK_SOURCE"]
INSPECT = os.path.join(SOURCE, "docs", "gst-inspect-etrack.txt")
LIVE = "videotestsrc is-live=true pattern=ball num-buffers=20 ! video/x-raw,width=640,height=480,framerate=30/1"
REPLACED = [
    ("v4l2src", LIVE),
    ("videotestsrc pattern=ball !", "videotestsrc pattern=ball num-buffers=20 !"),
    ("filesrc location=a.mkv ! decodebin", f"filesrc location={SOURCE}/tests/media/cup.webm ! decodebin ! identity eos-after=25"),
    ("autovideosink", "fakesink sync=true"),
]
failures = 0


def check(good, name, words=""):
    global failures
    failures += not good
    print(f"{'ok' if good else 'FAILED'}: {name}{'' if good else ': ' + words}", flush=True)


def documented_lines():
    with open(os.path.join(SOURCE, "docs", "element.md"), encoding="utf-8") as text:
        return re.findall(r"^ {4}(gst-launch-1\.0 .*)$", text.read(), re.MULTILINE)


def run(line):
    for old, new in REPLACED:
        line = line.replace(old, new)
    environment = dict(os.environ, GST_TRACERS="leaks", GST_DEBUG="GST_TRACER:7", GST_DEBUG_NO_COLOR="1")
    return subprocess.run(line, shell=True, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_line(line):
    done = run(line)
    said = done.stdout + done.stderr
    leaks = [text for text in said.splitlines() if re.search(r"object-alive, type-name=\(string\)(?!%s)", text)]
    complaints = [text for text in said.splitlines() if "CRITICAL" in text or "ERROR" in text]
    check(done.returncode == 0 and not complaints, line, "\n".join(complaints) or done.stderr[-2000:])
    check(not leaks, "no leak in it", "\n".join(leaks))
    if "messages=all" in line:
        check(said.count("state=(string)") >= 20, "it prints a result a frame", said[-2000:])


def no_model():
    """The error lists what was tried; the environment's model is out of the way."""
    environment = {k: v for k, v in os.environ.items() if k != "ETRACK_MODEL"}
    environment["ETRACK_MODEL"] = "/nowhere/model.safetensors"
    done = subprocess.run("gst-launch-1.0 videotestsrc num-buffers=1 ! etrack ! fakesink", shell=True, env=environment, capture_output=True,
                          text=True, timeout=60, check=False)
    check(done.returncode != 0 and "/nowhere/model.safetensors" in done.stderr, "no model", done.stderr)


def bad_target():
    done = run("gst-launch-1.0 videotestsrc num-buffers=5 ! etrack target=here ! fakesink")
    check(done.returncode == 0 and "WARNING" in done.stderr + done.stdout and "target=here" in done.stderr + done.stdout,
          "a bad target is named, the pipeline goes on", done.stdout)


def inspect():
    """What does not depend on GStreamer's version or the build's place: properties, signals, pads."""
    text = subprocess.run(["gst-inspect-1.0", "--no-colors", "etrack"], capture_output=True, text=True, timeout=60, check=True).stdout
    lines = [line.rstrip() for line in text.splitlines() if not re.match(r"\s*(Filename|Version) ", line)]
    return "\n".join(lines).strip() + "\n"


def words_of(text):
    """Versions of gst-inspect lay out alike up to the signals, whose names alone are compared then."""
    head, signals = text.replace("Element Flags:", "").split("Element Signals:")
    return head.split() + sorted(re.findall(r'^\s*("[a-z-]+") +(?:: |->)', signals, re.MULTILINE))


def test_inspect():
    with open(INSPECT, encoding="utf-8") as text:
        documented = text.read()
    check(words_of(inspect()) == words_of(documented), "docs/gst-inspect-etrack.txt is what gst-inspect prints (launch.py --record writes it)")


if "--record" in sys.argv:
    with open(INSPECT, "w", encoding="utf-8") as record:
        record.write(inspect())
    sys.exit(0)
LINES = documented_lines()
check(len(LINES) >= 8, "the documentation has launch lines", str(len(LINES)))
for documented_line in LINES:
    test_line(documented_line)
no_model()
bad_target()
test_inspect()
sys.exit(failures != 0)
