# SPDX-License-Identifier: MIT
"""A daemon under load: many streams, subscribers and requests, for as long as is wanted.

Measures and reports. Run it where nothing else runs.

    meson test -C build --benchmark --suite load            half a minute of eight streams
    ETRACKD=... tests/system/load.py --streams 8 --seconds 600 --rate 30 --model tiny.safetensors
"""
import argparse
import json
import os
import signal
import subprocess
import sys
import time

import harness
import zmq


def quantile(values, share):
    """A quantile of a list, by nearest rank; 0 if the list is empty."""
    values = sorted(values)
    return values[min(int(share * len(values)), len(values) - 1)] if values else 0


def read_process(pid):
    """Resident bytes, open descriptors, threads."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmRSS"].split()[0]) * 1024, len(os.listdir(f"/proc/{pid}/fd")), int(fields["Threads"])


def ask_at_rate(endpoint, rate, seconds, clients):
    """Sends requests by `clients` DEALER sockets at one rate in all, whether or not the replies
    keep up. A reply's time counts from when its request was due, so that a wait before the sending
    counts too."""
    context, began = zmq.Context(), time.monotonic()
    sockets, due, sent, took, refused = [], {}, 0, [], 0
    poller = zmq.Poller()
    for _ in range(clients):
        sockets.append(context.socket(zmq.DEALER))
        sockets[-1].connect(endpoint)
        poller.register(sockets[-1], zmq.POLLIN)
    while (now := time.monotonic() - began) < seconds or (len(took) < sent and now < seconds + 10):
        while sent < min(now, seconds) * rate:
            due[str(sent)] = sent / rate
            command = "status" if sent % 20 == 0 else "ping"
            sockets[sent % clients].send(b'{"id":"%d","cmd":"%s"}' % (sent, command.encode()))
            sent += 1
        for one, _ in poller.poll(max(1, int(1000 * (sent / rate - now)))):
            for _ in range(64):
                try:
                    reply = json.loads(one.recv(zmq.DONTWAIT))
                except zmq.Again:
                    break
                took.append(time.monotonic() - began - due.pop(reply["id"]))
                refused += not reply["ok"]
    print(json.dumps({"sent": sent, "answered": len(took), "refused": refused, "seconds": seconds,
                      "ms": [round(quantile(took, share) * 1e3, 2) for share in (0.5, 0.95, 0.99, 1)]}))
    context.destroy(0)


def subscribe_and_sleep(endpoint, count):
    """Subscribers for a process that will be stopped. It prints a line once they are connected."""
    context, sockets = zmq.Context(), []
    for _ in range(count):
        sockets.append(context.socket(zmq.SUB))
        sockets[-1].setsockopt(zmq.SUBSCRIBE, b"")
        sockets[-1].connect(endpoint)
    for one in sockets:
        one.poll(5000)
    print("connected", flush=True)
    time.sleep(1e6)


def spawn(part, *arguments):
    """Runs this file in another process, which does only this part."""
    return subprocess.Popen([sys.executable, __file__, "--part", part, *map(str, arguments)], stdout=subprocess.PIPE, text=True,
                            preexec_fn=harness.die_with_parent)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--rate", type=float, default=30, help="frames per second of each stream")
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--subscribers", type=int, default=100)
    parser.add_argument("--stopped", type=int, default=20, help="more subscribers, in a process that is stopped")
    parser.add_argument("--requests", type=float, default=1000, help="per second")
    parser.add_argument("--clients", type=int, default=10, help="clients that send them")
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
    """Reads every message for the given time. Per stream: ages, inference times, drops, gaps in
    `seq`."""
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


def report(seen, options, asked, before, after):
    frame_us, worst = 1e6 / options.rate, True
    print("stream  messages     per s  dropped  gaps   age ms p50   p95   p99   max   limit  infer p50")
    for name, one in seen.items():
        limit = 2 * frame_us + quantile(one["infer"], 0.99)
        ages = [quantile(one["age"], share) / 1e3 for share in (0.5, 0.95, 0.99, 1)]
        worst = worst and ages[2] * 1e3 <= limit
        print(f"{name:7} {len(one['age']):8} {len(one['age']) / options.seconds:9.1f} {one['dropped']:8} {one['gaps']:5}   {ages[0]:10.1f} "
              f"{ages[1]:5.1f} {ages[2]:5.1f} {ages[3]:5.1f} {limit / 1e3:7.1f} {quantile(one['infer'], 0.5) / 1e3:10.1f}")
    if asked:
        print(f"requests {asked['sent'] / asked['seconds']:.0f} per second by {options.clients} clients, {asked['answered']} of {asked['sent']} answered, "
              f"{asked['refused']} refused, ms p50 {asked['ms'][0]} p95 {asked['ms'][1]} p99 {asked['ms'][2]} max {asked['ms'][3]}")
    print(f"memory {before[0] >> 20} -> {after[0] >> 20} MiB, descriptors {before[1]} -> {after[1]}, threads {before[2]} -> {after[2]}")
    print("age p99 within two frame times and one inference:", "yes" if worst else "NO")


def start_crowd(daemon, options, context):
    """Subscribers that nobody reads, and those of a process that is stopped. Returns the
    process."""
    crowd = []
    for _ in range(options.subscribers):
        crowd.append(context.socket(zmq.SUB))
        crowd[-1].setsockopt(zmq.SUBSCRIBE, b"")
        crowd[-1].setsockopt(zmq.RCVHWM, 10)
        crowd[-1].connect(daemon.endpoint("events"))
    stopped = spawn("subscribe", daemon.endpoint("events"), options.stopped)
    stopped.stdout.readline()
    stopped.send_signal(signal.SIGSTOP)
    return stopped


def run(options):
    env = {"ETRACK_MODEL": options.model} if options.model else {}
    context, asker = zmq.Context(), None
    with harness.Daemon(configure(options), env=env) as daemon:
        start_targets(daemon.client(), options)
        stopped = start_crowd(daemon, options, context)
        time.sleep(2)
        before = read_process(daemon.process.pid)
        if options.requests:
            asker = spawn("ask", daemon.endpoint("control"), options.requests, options.seconds, options.clients)
        seen = measure(daemon, options)
        after = read_process(daemon.process.pid)
        report(seen, options, asker and json.loads(asker.communicate(timeout=60)[0]), before, after)
        stopped.kill()
        stopped.wait()
    context.destroy(0)


def main():
    if sys.argv[1:2] == ["--part"]:
        part, endpoint, *numbers = sys.argv[2:]
        if part == "ask":
            ask_at_rate(endpoint, float(numbers[0]), float(numbers[1]), int(numbers[2]))
        else:
            subscribe_and_sleep(endpoint, int(numbers[0]))
    else:
        run(parse())


if __name__ == "__main__":
    main()
