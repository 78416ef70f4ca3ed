#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Starts a target on a stream of etrackd and prints what a gimbal loop would read.

    follow.py STREAM X,Y,W,H [SECONDS]

Needs python3-zmq. The protocol is described in docs/protocol.md.
"""
import json
import os
import sys
import time

import zmq


def endpoint(name):
    """The socket of the user's own daemon if there is one, otherwise the system's."""
    own = os.path.join(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"), "etrackd", name)
    return "ipc://" + (own if os.path.exists(own) else "/run/etrackd/" + name)


def ask(context, **request):
    """Sends one request on a new socket: a REQ socket that lost its reply cannot be used again."""
    with context.socket(zmq.REQ) as control:
        control.setsockopt(zmq.LINGER, 0)
        control.setsockopt(zmq.RCVTIMEO, 3000)
        control.connect(endpoint("control"))
        control.send_json(request)
        reply = control.recv_json()
    if not reply["ok"]:
        sys.exit(f"{reply['error']['code']}: {reply['error']['message']}")
    return reply


def main(stream, box, seconds="10"):
    context = zmq.Context()
    events = context.socket(zmq.SUB)
    for topic in ("track", "event"):  # the blank keeps cam1 from matching cam10
        events.setsockopt_string(zmq.SUBSCRIBE, f"{topic}.{stream} ")
    events.connect(endpoint("events"))
    target = ask(context, cmd="track", stream=stream, box=[float(side) for side in box.split(",")])["target"]
    end, last = time.monotonic() + float(seconds), 0
    while (left := end - time.monotonic()) > 0:
        if not events.poll(left * 1000):
            break
        message = json.loads(events.recv_string().split(" ", 1)[1])
        if message.get("target") != target:
            continue
        if message["type"] == "event":
            print(message["event"], message.get("reason", ""))
        elif message["type"] == "track":
            if last and message["seq"] != last + 1:
                print(message["seq"] - last - 1, "messages were lost")
            last = message["seq"]
            print(message["frame"], message["state"], *message.get("offset", ["not seen"]), f"{message['age_us'] / 1000:.1f} ms old")
    ask(context, cmd="stop", stream=stream)
    context.destroy(0)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
