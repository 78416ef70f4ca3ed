#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the model of the tests that are not about accuracy: a frame costs far less than a
millisecond, and a box stays where it was drawn.

still_model.py OUT

All weights are zero, so the score and the box follow from the last biases, whatever the picture
shows. The score is 0.95: with the default thresholds a target is tracked, and is taken back after
a loss. The box is a square in the middle of the search region, of the size that the region was
made for. A drawn box that is not square becomes square within some frames. The box of every cell
has its centre inside the best one, so there is never a rival.
"""
import json
import math
import struct
import sys

STRIDE, TEMPLATE, SEARCH = 16, 128, 48  # three cells per side: the window makes the middle one win
BLOCKS = [[1, 1, 2, 1]] * 3  # out, kernel, stride, expansion; the stem has a stride of 2 too
CHANNELS, EXEMPLARS, KERNEL, CELLS = 1, 1, 3, (TEMPLATE // STRIDE) ** 2
ARCHITECTURE = {
    "backbone": {"kind": "lighttrack", "stem": CHANNELS, "blocks": BLOCKS},
    "template_size": TEMPLATE, "search_size": SEARCH, "stride": STRIDE, "adjust": 1, "ffn": 1, "query": 1, "exemplars": EXEMPLARS,
    "cls": {"channels": CHANNELS, "kernels": [KERNEL]}, "reg": {"channels": CHANNELS, "kernels": [KERNEL]}}

SCORE = 0.95
SIDE = 127 * 128 / TEMPLATE / 2  # of a square target: docs/tracker.md, section 4
MIDDLE = (SEARCH // STRIDE - 1) // 2 * STRIDE  # where the winning cell is
BEFORE = MIDDLE - (SEARCH - SIDE) / 2  # from that cell to the box's left and upper edges
BIASES = {"cls.pred.bias": [math.log(SCORE / (1 - SCORE))], "reg.pred.bias": [BEFORE, BEFORE, SIDE - BEFORE, SIDE - BEFORE]}


def dense(name, inputs, outputs):
    return {name + ".weight": [outputs, inputs], name + ".bias": [outputs]}


def branch(name, outputs):
    """A head of one layer, with the names and shapes of docs/tracker.md, section 3."""
    shapes = {f"{name}.0.keys": [EXEMPLARS, 1], f"{name}.0.dw.weight": [EXEMPLARS, CHANNELS, KERNEL, KERNEL], f"{name}.0.dw.bias": [CHANNELS],
              f"{name}.0.pw.weight": [EXEMPLARS, CHANNELS, CHANNELS], f"{name}.0.pw.bias": [CHANNELS],
              f"{name}.pred.weight": [outputs, CHANNELS, 3, 3], f"{name}.pred.bias": [outputs]}
    for part in ("first", "last"):
        shapes |= {f"{name}.{part}.dw.weight": [CHANNELS, KERNEL, KERNEL]} | dense(f"{name}.{part}.pw", CHANNELS, CHANNELS)
    for part in ("query", "gate.fc1", "gate.fc2", "ffn.fc1", "ffn.fc2"):
        shapes |= dense(f"{name}.0.{part}", CHANNELS, CHANNELS)
    for part in ("ln1", "ln2"):
        shapes |= {f"{name}.0.{part}.weight": [CHANNELS], f"{name}.0.{part}.bias": [CHANNELS]}
    return shapes


def model():
    """The shape of every tensor."""
    shapes = {"backbone.stem.weight": [CHANNELS, 3, 3, 3], "backbone.stem.bias": [CHANNELS]}
    for block, (_, kernel, _, _) in enumerate(BLOCKS):
        shapes |= {f"backbone.{block}.dw.weight": [CHANNELS, kernel, kernel], f"backbone.{block}.dw.bias": [CHANNELS]}
        for part in ("squeeze", "excite", "project"):
            shapes |= dense(f"backbone.{block}.{part}", CHANNELS, CHANNELS)
    shapes |= {f"neck.{side}.{what}": [CHANNELS] for side in "zx" for what in ("scale", "shift")}
    shapes |= dense("neck.gate.fc1", CELLS, 1) | dense("neck.gate.fc2", 1, CELLS) | dense("neck.adjust", CELLS, 1)
    return shapes | branch("cls", 1) | branch("reg", 4)


def write(path):
    """The file format: the header's length, a JSON header, the values as little-endian floats."""
    header = {"__metadata__": {"format": "etrack/1", "architecture": json.dumps(ARCHITECTURE), "licence": "MIT", "training": "none: made for tests"}}
    values = b""
    for name, shape in model().items():
        count = math.prod(shape)
        data = struct.pack(f"<{count}f", *BIASES.get(name, [0] * count))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(values), len(values) + len(data)]}
        values += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + values)


if __name__ == "__main__":
    write(sys.argv[1])
