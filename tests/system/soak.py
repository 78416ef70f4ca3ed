# SPDX-License-Identifier: MIT
"""Drives a daemon through twelve hours' worth of frames at full speed: it must not grow.

    ETRACKD=... tests/system/soak.py --frames 1200000 --model tests/golden/tiny.safetensors
    ETRACKD=... tests/system/soak.py --frames 100000

Only frames that went through a tracker with a target count. Eight small streams of every kind run,
and one more keeps failing. Targets are started anew, on past frames too, lost, found and stopped.
Snapshots are taken. Configurations are reloaded: streams come, go and change. Subscribers come and
go, and one never reads. After 5 % of the frames and at the end all that pauses, and resident memory
and descriptors are read. Memory may grow by 2 MiB or 2 %, whichever is more, descriptors not at
all. The exit code is 1 if they grow more.
"""
import argparse
import os
import random
import subprocess
import sys
import threading
import time

import harness
import zmq

RATE = 120
COMMON = "history_bytes=1000000\ncoast_s=0.05\nsearch_s=0\n"
NAMES = [f"s{i}" for i in range(8)]


def read_process(pid):
    """Resident bytes and open descriptors."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmRSS"].split()[0]) * 1024, len(os.listdir(f"/proc/{pid}/fd"))


def make_clip(path):
    subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=200", "pattern=ball", "!", f"video/x-raw,width=96,height=72,framerate={RATE}/1", "!",
                    "vp8enc", "!", "webmmux", "!", "filesink", f"location={path}"], check=True)


def make_pictures(folder):
    """A ball for 40 frames, nothing for 20: a target is lost and found again in every round of the
    loop."""
    for pattern, first, count in (("ball", 1, 40), ("black", 41, 20)):
        subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", f"num-buffers={count}", f"pattern={pattern}", "!",
                        "video/x-raw,format=I420,width=96,height=72", "!", "jpegenc", "!", "multifilesink", f"index={first}",
                        f"location={folder}/%03d.jpg"], check=True)


class Soak:
    """The daemon, its configurations, and what is done to it. The threads pause while `calm` is
    set."""

    def __init__(self, options):
        self.options, self.calm, self.over, self.done = options, threading.Event(), threading.Event(), dict.fromkeys(("processed", "asked"), 0)
        self.daemon = harness.Daemon(env={"ETRACK_MODEL": options.model} if options.model else {})
        os.mkdir(self.daemon.path("pictures"))
        make_pictures(self.daemon.path("pictures"))
        make_clip(self.daemon.path("ball.webm"))
        self.daemon.write(self.config(0))
        self.events, self.before, self.began = {}, {}, 0

    def config(self, number):
        """One of four configurations: streams come and go, and one changes its size."""
        ball = "source=test://ball\n"
        paced = "source=pipeline:videotestsrc pattern=ball ! video/x-raw,format=NV12,width=96,height=72,framerate={}/1\n"
        text = "".join(f"[stream s{i}]\n{ball}width=96\nheight=72\nrate_hz={RATE}\n{COMMON}" for i in (0, 1))
        text += "".join(f"[stream s{i}]\n{paced.format(RATE)}{COMMON}" for i in (2, 3))
        text += f"[stream s4]\nsource=images://{self.daemon.path('pictures')}/%03d.jpg\nrate_hz={RATE}\nloop=true\n{COMMON}"
        text += f"[stream s5]\nsource=file://{self.daemon.path('ball.webm')}\nloop=true\n{COMMON}"
        text += f"[stream s6]\n{ball}width={96 + 32 * (number % 2)}\nheight=72\nrate_hz={RATE}\n{COMMON}"
        text += "[stream failing]\nsource=pipeline:videotestsrc is-live=true ! identity error-after=50\n"
        return text + (f"[stream s7]\n{ball}width=128\nheight=96\nrate_hz={RATE}\noutput=fakesink\noutput_draw=true\n{COMMON}" if number < 2 else "")

    def every(self, seconds, act):
        """Starts a thread that acts, with a client of its own, until the soak is over."""
        def run():
            client = self.daemon_client()
            while not self.over.wait(seconds * random.uniform(0.5, 1.5)):
                if self.calm.is_set():
                    continue
                act(client)
                self.done["asked"] += 1
            client.close()
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def daemon_client(self):
        return harness.Client(self.daemon.endpoint("control"))

    def track(self, client):
        name = random.choice(NAMES)
        box = [random.randint(0, 40), random.randint(0, 30), random.randint(12, 50), random.randint(12, 40)]
        past = {}
        if random.random() < 0.3:
            status = client.ask(cmd="status", stream=name)
            past = {"frame": max(status["streams"][0]["frame"] - random.randint(5, 300), 1)} if status["ok"] else {}
        client.ask(cmd="track", stream=name, box=box, **past)

    def start_all(self, client):
        """A stream without a target counts no frame, so no stream is without one for long."""
        for stream in client.ask(cmd="status")["streams"]:
            if stream["stream"] in NAMES and "target" not in stream:
                client.ask(cmd="track", stream=stream["stream"], box=[30, 20, 30, 30])

    def stop(self, client):
        client.ask(cmd="stop", stream=random.choice(NAMES))

    def params(self, client):
        """Sets thresholds that no score reaches, then others: targets are lost and found with any
        model."""
        name = random.choice(NAMES)
        client.ask(cmd="set", stream=name, values={"found_score": 0.999, "weak_score": 0.998, "lost_score": 0.997})
        time.sleep(0.2)
        client.ask(cmd="set", stream=name, values={"lost_score": 0, "weak_score": 0.0001, "found_score": 0.001})

    def snapshot(self, client):
        client.ask_raw(b'{"cmd":"snapshot","stream":"%s"}' % random.choice(NAMES).encode())

    def reload(self, client):
        self.daemon.write(self.config(random.randrange(4)))
        client.ask(cmd="reload")

    def subscribe(self, _):
        watcher = harness.Watcher(self.daemon.endpoint("events"), random.sample(["track.", "event.", "status ", "track.s1 ", "event.s2 "], 2))
        end = time.monotonic() + random.uniform(0, 1)
        while time.monotonic() < end and watcher.next(0.1):
            pass
        watcher.close()

    def ask(self, client):
        for command in ("hello", "streams", "metrics", "ping", "nonsense", "cameras"):
            client.ask(cmd=command)
        client.ask_raw(os.urandom(200))

    def count(self, client):
        """Adds what was processed since the last count. A stream that was rebuilt counts from 0."""
        for stream in client.ask(cmd="status")["streams"]:
            now, name = stream["counters"]["processed"], stream["stream"]
            before = self.before.get(name, 0)
            self.done["processed"] += now - before if now >= before else now
            self.before[name] = now

    def listen(self):
        watcher = harness.Watcher(self.daemon.endpoint("events"), ["event."])
        while not self.over.is_set():
            message = watcher.next(0.5)
            if message:
                self.events[message[1]["event"]] = self.events.get(message[1]["event"], 0) + 1
        watcher.close()

    def measure(self):
        """Measures with only the streams under way, in the first configuration. The median of many
        looks."""
        self.calm.set()
        time.sleep(3)
        client = self.daemon_client()
        self.daemon.write(self.config(0))
        client.ask(cmd="reload")
        time.sleep(5)
        self.start_all(client)
        client.close()
        looks = []
        for _ in range(30):
            looks.append(read_process(self.daemon.process.pid))
            time.sleep(0.2)
        self.calm.clear()
        memory, descriptors = (sorted(column) for column in zip(*looks))
        return memory[len(memory) // 2], descriptors[0]

    def start_threads(self):
        threading.Thread(target=self.listen, daemon=True).start()
        for seconds, act in ((0.1, self.track), (0.2, self.start_all), (1, self.stop), (0.5, self.params), (0.5, self.snapshot), (20, self.reload),
                             (0.3, self.subscribe), (0.3, self.ask)):
            self.every(seconds, act)

    def until(self, frames, client):
        shown, end = time.monotonic(), self.began + self.options.minutes * 60
        while self.done["processed"] < frames and time.monotonic() < end:
            time.sleep(0.5)
            self.count(client)
            if self.daemon.process.poll() is not None:
                sys.exit(f"the daemon ended with {self.daemon.process.returncode}:\n{self.daemon.log()[-2000:]}")
            if time.monotonic() - shown > 60:
                shown = time.monotonic()
                memory, descriptors = read_process(self.daemon.process.pid)
                print(f"{self.done['processed']} frames, {memory / 2**20:.1f} MiB, {descriptors} descriptors", flush=True)

    def run(self):
        self.began = time.monotonic()
        with self.daemon:
            self.start_threads()
            deaf = zmq.Context().socket(zmq.SUB)
            deaf.setsockopt(zmq.SUBSCRIBE, b"")
            deaf.setsockopt(zmq.RCVHWM, 1)
            deaf.connect(self.daemon.endpoint("events"))
            client = self.daemon_client()
            self.until(self.options.frames * 0.05, client)
            first = self.measure()
            self.until(self.options.frames, client)
            last = self.measure()
            self.over.set()
            time.sleep(1.5)
            deaf.close(0)
        return first, last, time.monotonic() - self.began


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--frames", type=int, default=1300000)
    parser.add_argument("--minutes", type=float, default=1e6, help="the most that it runs")
    parser.add_argument("--model", help="model file; the shipped one unless given")
    soak = Soak(parser.parse_args())
    first, last, seconds = soak.run()
    allowed = max(2 << 20, first[0] // 50)
    flat = last[0] <= first[0] + allowed and last[1] <= first[1]
    heard = ", ".join(f"{count} {name}" for name, count in sorted(soak.events.items()))
    print(f"soak: {soak.done['processed']} frames in {seconds / 60:.0f} min, {soak.done['asked']} actions, events: {heard}")
    print(f"soak: memory {first[0] / 2**20:.1f} -> {last[0] / 2**20:.1f} MiB (may grow by {allowed / 2**20:.1f}), descriptors {first[1]} -> {last[1]}: "
          f"{'flat' if flat else 'NOT FLAT'}")
    sys.exit(not flat)


if __name__ == "__main__":
    main()
