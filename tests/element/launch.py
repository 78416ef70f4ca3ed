#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs every gst-launch line of docs/element.md, with cameras, files and displays replaced, and
counts leaked objects. Compares gst-inspect's output with the documented one, and the boxes of a
bouncing ball with ball.txt. `launch.py --record` writes these two files anew."""
import os
import re
import subprocess
import sys

SOURCE = os.environ["ETRACK_SOURCE"]
INSPECT = os.path.join(SOURCE, "docs", "gst-inspect-etrack.txt")
BALL = os.path.join(SOURCE, "tests", "element", "ball.txt")
TOLERANCE_PX = 2.0  # kernels of other processors round differently
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
    return subprocess.run(line, shell=True, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_line(line):
    done = run(line)
    said = done.stdout + done.stderr
    leaks = [text for text in said.splitlines() if re.search(r"object-alive, type-name=\(string\)(?!%s)", text)]
    complaints = [text for text in said.splitlines() if "CRITICAL" in text or "ERROR" in text]
    check(done.returncode == 0 and not complaints, line, "\n".join(complaints) or done.stderr[-2000:])
    check(not leaks, "no leak in it", "\n".join(leaks))
    if "messages=all" in line:
        check(said.count("state=(string)") >= 20, "it prints a result per frame", said[-2000:])


def no_model():
    """The error lists what was tried. The environment names a model that does not exist."""
    environment = {k: v for k, v in os.environ.items() if k != "ETRACK_MODEL"}
    environment["ETRACK_MODEL"] = "/nowhere/model.safetensors"
    done = subprocess.run("gst-launch-1.0 videotestsrc num-buffers=1 ! etrack ! fakesink", shell=True, env=environment, capture_output=True,
                          text=True, timeout=300, check=False)
    check(done.returncode != 0 and "/nowhere/model.safetensors" in done.stderr, "no model", done.stderr)


def bad_target():
    done = run("gst-launch-1.0 videotestsrc num-buffers=5 ! etrack target=here ! fakesink")
    check(done.returncode == 0 and "WARNING" in done.stderr + done.stdout and "target=here" in done.stderr + done.stdout,
          "a bad target is named, the pipeline goes on", done.stdout)


def inspect():
    """What does not depend on GStreamer's version or the build's folder: properties, signals,
    pads."""
    text = subprocess.run(["gst-inspect-1.0", "--no-colors", "etrack"], capture_output=True, text=True, timeout=300, check=True).stdout
    lines = [line.rstrip() for line in text.splitlines() if not re.match(r"\s*(Filename|Version) ", line)]
    return "\n".join(lines).strip() + "\n"


def words_of(text):
    """gst-inspect's versions differ in the layout of signals. Only the signals' names are
    compared."""
    head, signals = text.replace("Element Flags:", "").split("Element Signals:")
    return head.split() + sorted(re.findall(r'^\s*("[a-z-]+") +(?:: |->)', signals, re.MULTILINE))


def test_inspect():
    with open(INSPECT, encoding="utf-8") as text:
        documented = text.read()
    check(words_of(inspect()) == words_of(documented), "docs/gst-inspect-etrack.txt is what gst-inspect prints (launch.py --record writes it)")


def ball_log():
    """One line per frame: frame, state, x, y, w, h."""
    environment = dict(os.environ, ETRACK_MODEL=os.path.join(SOURCE, "models", "etrack-small.safetensors"))
    done = subprocess.run("gst-launch-1.0 -m videotestsrc pattern=ball num-buffers=100 ! video/x-raw,format=I420,width=320,height=240,framerate=25/1 ! "
                          "etrack mode=sync messages=all target=140,100,40,40 ! fakesink", shell=True, env=environment, capture_output=True,
                          text=True, timeout=300, check=True)
    lines = []
    for text in done.stdout.splitlines():
        fields = dict(re.findall(r"([a-z-]+)=\([a-z0-9]+\)([^,;]+)", text))
        if "state" in fields and "x" in fields:
            lines.append(" ".join([fields["frame"], fields["state"]] + [f"{float(fields[name]):.1f}" for name in "xywh"]))
    return lines


def same_line(line, recorded):
    frame, state, *box = line.split()
    frame0, state0, *box0 = recorded.split()
    return frame == frame0 and state == state0 and all(abs(float(a) - float(b)) <= TOLERANCE_PX for a, b in zip(box, box0))


def test_ball():
    with open(BALL, encoding="utf-8") as text:
        recorded = text.read().splitlines()
    lines = ball_log()
    others = [f"{line} for {other}" for line, other in zip(lines, recorded) if not same_line(line, other)]
    check(len(lines) == len(recorded) == 100 and not others, "the ball's boxes are those of ball.txt", f"{len(lines)} lines; {others[:3]}")


if "--record" in sys.argv:
    with open(BALL, "w", encoding="utf-8") as record:
        record.write("\n".join(ball_log()) + "\n")
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
test_ball()
sys.exit(failures != 0)
