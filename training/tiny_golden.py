# SPDX-License-Identifier: MIT
"""Writes tests/golden/tiny.safetensors, a tiny random model, and the outputs of the reference,
tests/golden/tiny_stages.safetensors.

usage: tiny_golden.py [--check] DIR

The pictures are generated: scene() paints the same values as tests/include/test/scene.h. The golden
data has small stages of both graphs and a trajectory. The model comes from a fixed seed, so two
runs on one machine write the same bytes. --check writes nothing: it runs the reference on the model
in DIR and compares with the golden data in DIR, with a tolerance for other processors and PyTorch
versions."""
import json
import os
import sys

import numpy as np
import torch

from export import architecture, folded, load_safetensors, random_model, save_safetensors
from model import Config
from reference import Network, Tracker, crop

WIDTH, HEIGHT, OBJECT = 320, 240, 40
LARGEST_STAGE = 2048            # values; larger stages are left out to keep the file small
PATH = [(100 + 3 * i, 80 + 2 * i) for i in range(12)]


def scene_hash(x, y, salt):
    h = (x.astype(np.uint32) * np.uint32(374761393) + y.astype(np.uint32) * np.uint32(668265263) + np.uint32(salt * 2246822519 % 2 ** 32)).astype(np.uint32)
    h = ((h ^ (h >> np.uint32(13))) * np.uint32(1274126177)).astype(np.uint32)
    return h ^ (h >> np.uint32(16))


def scene(left, top):
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    v = 90 + (scene_hash(x // 16, y // 16, 1) % 50).astype(int) + (scene_hash(x, y, 2) % 9).astype(int)
    im = np.stack([v - 10, v + 10, v - 20], -1)
    r = OBJECT // 2
    for oy in range(OBJECT):
        for ox in range(OBJECT):
            dx, dy = ox - r, oy - r
            d = dx * dx + dy * dy
            if d > r * r: continue
            im[top + oy, left + ox] = (30, 20, 40) if d > (r - 4) ** 2 else (240, 220, 40) if abs(dx) < 4 or abs(dy) < 4 else (200, 40 + dx, 40)
    return im.astype(np.uint8)


def write_model(path):
    cfg = Config.tiny()
    t = folded(random_model(cfg, seed=7))
    save_safetensors(path, t, {"format": "etrack/1", "architecture": json.dumps(architecture(cfg)), "licence": "MIT", "training": "none: random weights for tests"})


def run(model):
    """The outputs of the reference for the model file: name -> float32 array."""
    net = Network(model)
    tracker = Tracker(net)
    golden, box = {}, (*PATH[0], OBJECT, OBJECT)
    net.stages = {}
    tracker.init(scene(*PATH[0]), box)
    golden.update({f"template/{k}": v for k, v in net.stages.items() if v.size <= LARGEST_STAGE})
    net.stages = {}
    trajectory = [[*box, 1.0]]
    for i, place in enumerate(PATH[1:]):
        b, score = tracker.track(scene(*place))
        trajectory.append([*b, score])
        if i == 0:
            golden.update({f"search/{k}": v for k, v in net.stages.items() if v.size <= LARGEST_STAGE})
        net.stages = None
    golden["trajectory"] = np.float32(trajectory)
    golden["path"] = np.float32(PATH)
    return {k: np.ascontiguousarray(v, dtype=np.float32) for k, v in golden.items()}


def check(golden, kept):
    """Returns the differences, one line each."""
    faults = [f"{name}: in one of them only" for name in sorted(golden.keys() ^ kept.keys())]
    for name in golden.keys() & kept.keys():
        a, b = golden[name], kept[name]
        if a.shape != b.shape:
            faults.append(f"{name}: shape {a.shape}, kept {b.shape}")
        elif np.abs(a - b).max() > 1e-4 * np.abs(b).max():
            faults.append(f"{name}: differs by {np.abs(a - b).max():g}, largest value {np.abs(b).max():g}")
    return faults


def main(arguments):
    torch.set_num_threads(1)
    out = arguments[-1]
    model, stages = f"{out}/tiny.safetensors", f"{out}/tiny_stages.safetensors"
    if arguments[0] == "--check":
        golden, (kept, _) = run(model), load_safetensors(stages)
        faults = check(golden, kept)
        print("\n".join(faults) or f"{len(kept)} golden tensors are what the reference makes of {model}")
        return 1 if faults else 0
    write_model(model)
    golden = run(model)
    save_safetensors(stages, golden, {"model": os.path.basename(model)})
    print(model, len(golden), "golden tensors")
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or (len(sys.argv) == 3 and sys.argv[1] != "--check"):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
