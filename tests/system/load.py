# SPDX-License-Identifier: MIT
"""A daemon under load: many streams, many subscribers, many requests, for as long as is wanted. Measures and says; run it where nothing else runs.

    meson test -C build --benchmark --suite load            half a minute of eight streams
    ETRACKD=... tests/system/load.py --streams 8 --seconds 600 --rate 30 --model tiny.safetensors
"""
import argparse
import os
import threading
import time

import harness
import zmq


def quantile(values, share):
    """Of a list, by nearest rank; 0 of an empty one."""
    values = sorted(values)
    return values[min(int(share * len(values)), len(values) - 1)] if values else 0


def read_process(pid):
    """Resident bytes, open descriptors, threads."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmRSS"].split()[0]) * 1024, len(os.listdir(f"/proc/{pid}/fd")), int(fields["Threads"])


class Asker(threading.Thread):
    """Requests at a rate; how long their replies took."""

    def __init__(self, endpoint, rate):
        super().__init__(daemon=True)
        self.client, self.rate, self.took, self.stop, self.began = harness.Client(endpoint), rate, [], threading.Event(), time.monotonic()

    def run(self):
        due = time.monotonic()
        while not self.stop.is_set():
            began = time.monotonic()
            self.client.ask(cmd="ping")
            self.took.append(time.monotonic() - began)
            due += 1 / self.rate
            time.sleep(max(due - time.monotonic(), 0))
        self.client.close()


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--rate", type=float, default=30, help="frames a second of each stream")
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--subscribers", type=int, default=100)
    parser.add_argument("--requests", type=float, default=1000, help="a second")
    parser.add_argument("--model", help="model file; the shipped one unless given")
    parser.add_argument("--history-bytes", type=int, default=0)
    return parser.parse_args()


def configure(options):
    width, height = options.size.split("x")
    return "".join(f"[stream s{i}]\nsource=test://ball\nwidth={width}\nheight={height}\nrate_hz={options.rate}\n"
                   f"history_bytes={options.history_bytes}\nsearch_s=0\n" for i in range(options.streams))


def start_targets(client, options):
    for i in range(options.streams):
        for _ in range(50):
            if client.ask(cmd="track", stream=f"s{i}", box=[280, 200, 80, 80]).get("ok"):
                break
            time.sleep(0.1)
        else:
            raise SystemExit(f"s{i} takes no target")


def measure(daemon, options):
    """Reads every message for the time that was asked for. By stream: ages, inference times, drops, gaps in `seq`."""
    watcher = daemon.watch("track.")
    seen = {f"s{i}": {"age": [], "infer": [], "dropped": 0, "gaps": 0, "seq": 0} for i in range(options.streams)}
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        message = watcher.next(1)
        if not message:
            continue
        one, body = seen[message[1]["stream"]], message[1]
        one["age"].append(body["age_us"])
        one["infer"].append(body["infer_us"])
        one["dropped"] += body["dropped"]
        one["gaps"] += one["seq"] not in (0, body["seq"] - 1)
        one["seq"] = body["seq"]
    return seen


def report(seen, options, asker, before, after):
    frame_us, worst = 1e6 / options.rate, True
    print("stream  messages  a second  dropped  gaps   age ms p50   p95   p99   max   limit  infer p50")
    for name, one in seen.items():
        limit = 2 * frame_us + quantile(one["infer"], 0.99)
        ages = [quantile(one["age"], share) / 1e3 for share in (0.5, 0.95, 0.99, 1)]
        worst = worst and ages[2] * 1e3 <= limit
        print(f"{name:7} {len(one['age']):8} {len(one['age']) / options.seconds:9.1f} {one['dropped']:8} {one['gaps']:5}   {ages[0]:10.1f} "
              f"{ages[1]:5.1f} {ages[2]:5.1f} {ages[3]:5.1f} {limit / 1e3:7.1f} {quantile(one['infer'], 0.5) / 1e3:10.1f}")
    if asker.took:
        print(f"requests {len(asker.took) / (time.monotonic() - asker.began):.0f} a second, ms p50 {quantile(asker.took, 0.5) * 1e3:.2f} "
              f"p99 {quantile(asker.took, 0.99) * 1e3:.2f} max {max(asker.took) * 1e3:.2f}")
    print(f"memory {before[0] >> 20} -> {after[0] >> 20} MiB, descriptors {before[1]} -> {after[1]}, threads {before[2]} -> {after[2]}")
    print("age p99 within two frame times and one inference:", "yes" if worst else "NO")


def main():
    options = parse()
    env = {"ETRACK_MODEL": options.model} if options.model else {}
    context, crowd = zmq.Context(), []
    with harness.Daemon(configure(options), env=env) as daemon:
        start_targets(daemon.client(), options)
        for _ in range(options.subscribers):
            crowd.append(context.socket(zmq.SUB))
            crowd[-1].setsockopt(zmq.SUBSCRIBE, b"")
            crowd[-1].setsockopt(zmq.RCVHWM, 10)
            crowd[-1].connect(daemon.endpoint("events"))
        asker = Asker(daemon.endpoint("control"), options.requests or 1)
        if options.requests:
            asker.start()
        time.sleep(2)
        before = read_process(daemon.process.pid)
        seen = measure(daemon, options)
        after = read_process(daemon.process.pid)
        asker.stop.set()
        report(seen, options, asker, before, after)
    context.destroy(0)


if __name__ == "__main__":
    main()
