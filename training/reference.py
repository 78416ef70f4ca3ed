# SPDX-License-Identifier: MIT
"""The tracker of ../docs/tracker.md in plain PyTorch over a model file. The C engine is held to it.

It is written for clarity. The network is in float32; state, crop coordinates, penalty and rank are
in double. `stages` records the output of each step."""
import json
import math

import numpy as np
import torch
from torch.nn import functional as F

from export import load_safetensors

MEAN = np.float32([0.485, 0.456, 0.406]) * 255
STD = np.float32([0.229, 0.224, 0.225]) * 255


def crop(frame, cx, cy, side, n, mean):
    """frame: H,W,3 uint8 RGB -> n,n,3 float32 in 0..255.

    Crop pixel u samples frame x = cx + (u - n/2) side/n (pixel centres at integers). Sampling is
    bilinear up to 1.5 frame pixels per crop pixel. Beyond that it is the mean of the s x s nearest
    samples, s = round(side/n), at most 4. Every tap outside the frame is the mean colour."""
    H, W = frame.shape[:2]
    step = side / n
    s = min(4, max(1, int(math.floor(step + 0.5))))
    padded = np.empty((H + 2, W + 2, 3), np.float32)
    padded[:] = mean
    padded[1:-1, 1:-1] = frame
    u = np.arange(n, dtype=np.float64)

    def bilinear():
        x, y = cx + (u - n / 2) * step, cy + (u - n / 2) * step
        x0, y0 = np.floor(x), np.floor(y)
        fx, fy = (x - x0).astype(np.float32), (y - y0).astype(np.float32)
        xi = [np.clip(x0 + d, -1, W).astype(int) + 1 for d in (0, 1)]
        yi = [np.clip(y0 + d, -1, H).astype(int) + 1 for d in (0, 1)]
        a = padded[yi[0]][:, xi[0]] * (1 - fx)[None, :, None] + padded[yi[0]][:, xi[1]] * fx[None, :, None]
        b = padded[yi[1]][:, xi[0]] * (1 - fx)[None, :, None] + padded[yi[1]][:, xi[1]] * fx[None, :, None]
        return a * (1 - fy)[:, None, None] + b * fy[:, None, None]

    if s == 1:
        return bilinear()
    acc = np.zeros((n, n, 3), np.float32)
    off = (np.arange(s) + 0.5) / s - 0.5
    for dy in off:
        yi = np.clip(np.floor(cy + (u + dy - n / 2) * step + 0.5), -1, H).astype(int) + 1
        rows = padded[yi]
        for dx in off:
            xi = np.clip(np.floor(cx + (u + dx - n / 2) * step + 0.5), -1, W).astype(int) + 1
            acc += rows[:, xi]
    return acc / (s * s)


class Network:
    """Both graphs over the folded weights. Activations are NCHW."""

    def __init__(self, path):
        t, meta = load_safetensors(path)
        self.t = {k: torch.from_numpy(v) for k, v in t.items()}
        self.arch = json.loads(meta["architecture"])
        self.stages = None

    def record(self, name, x):
        if self.stages is not None: self.stages[name] = x.detach().numpy().copy()
        return x

    def conv(self, x, name, stride=1, groups=1, act=None):
        w, b = self.t[name + ".weight"], self.t.get(name + ".bias")
        if groups > 1: w = w[:, None]
        elif w.ndim == 2: w = w[:, :, None, None]
        y = F.conv2d(x, w, b, stride, (w.shape[-1] - 1) // 2, groups=groups)
        return F.relu(y) if act == "relu" else y

    def backbone(self, x):
        x = self.record("backbone.stem", F.silu(self.conv(x, "backbone.stem", 2)))
        for b, (_, _, stride, expand) in enumerate(self.arch["backbone"]["blocks"]):
            n = f"backbone.{b}"
            y = F.silu(self.conv(x, n + ".expand")) if expand > 1 else x
            y = F.silu(self.conv(y, n + ".dw", stride, y.shape[1]))
            g = F.hardsigmoid(self.conv(F.relu(self.conv(y.mean((2, 3), keepdim=True), n + ".squeeze")), n + ".excite"))
            y = self.conv(y * g, n + ".project")
            x = self.record(n, x + y if stride == 1 and y.shape == x.shape else y)
        return x

    def gate(self, x, name):
        g = F.relu(F.linear(x.mean((2, 3)), self.t[name + ".fc1.weight"], self.t[name + ".fc1.bias"]))
        return x * torch.sigmoid(F.linear(g, self.t[name + ".fc2.weight"], self.t[name + ".fc2.bias"]))[:, :, None, None]

    def exemplar(self, x, n):
        t, (_, c, h, w) = self.t, x.shape
        q = F.relu(F.linear(x.mean((2, 3)), t[n + ".query.weight"], t[n + ".query.bias"]))
        a = torch.softmax(q @ t[n + ".keys"].T, 1)[0]
        dw = (a.view(-1, 1, 1, 1) * t[n + ".dw.weight"]).sum(0)
        y = F.relu(F.conv2d(x, dw[:, None], t[n + ".dw.bias"], padding=dw.shape[-1] // 2, groups=c))
        y = self.gate(y, n + ".gate")
        pw = (a.view(-1, 1, 1) * t[n + ".pw.weight"]).sum(0)
        y = F.relu(F.conv2d(y, pw[:, :, None, None], t[n + ".pw.bias"]))
        r = (y + x).flatten(2).transpose(1, 2)
        ln = lambda v, k: F.layer_norm(v, (c,), t[f"{n}.{k}.weight"], t[f"{n}.{k}.bias"], 1e-5)
        r = ln(r, "ln1")
        f = F.linear(F.relu(F.linear(r, t[n + ".ffn.fc1.weight"], t[n + ".ffn.fc1.bias"])), t[n + ".ffn.fc2.weight"], t[n + ".ffn.fc2.bias"])
        self.record(n + ".attention", a)
        return self.record(n, ln(r + f, "ln2").transpose(1, 2).reshape(1, c, h, w))

    def separable(self, x, n):
        return self.record(n, self.conv(self.conv(x, n + ".dw", groups=x.shape[1]), n + ".pw", act="relu"))

    def branch(self, x, br):
        x = self.separable(x, br + ".first")
        for i in range(len(self.arch[br]["kernels"])): x = self.exemplar(x, f"{br}.{i}")
        return self.conv(self.separable(x, br + ".last"), br + ".pred")

    def norm(self, x, n):
        return x * self.t[n + ".scale"].view(1, -1, 1, 1) + self.t[n + ".shift"].view(1, -1, 1, 1)

    @staticmethod
    def pixels(rgb):
        return torch.from_numpy(np.ascontiguousarray(((rgb - MEAN) / STD).transpose(2, 0, 1)))[None]

    @torch.no_grad()
    def template(self, rgb):
        return self.record("z", self.norm(self.backbone(self.pixels(rgb)), "neck.z"))

    @torch.no_grad()
    def search(self, z, rgb):
        """-> score (n,n), box (4,n,n) x1,y1,x2,y2 in crop pixels."""
        x = self.record("x", self.norm(self.backbone(self.pixels(rgb)), "neck.x"))
        b, c, h, w = x.shape
        corr = self.record("corr", torch.bmm(z.flatten(2).transpose(1, 2), x.flatten(2)).view(1, -1, h, w))
        f = self.record("adjust", self.conv(self.gate(corr, "neck.gate"), "neck.adjust"))
        score = self.record("score", torch.sigmoid(self.branch(f, "cls")))[0, 0].numpy()
        l, t, r, bo = self.record("ltrb", F.relu(self.branch(f, "reg")))[0].numpy()
        g = np.arange(w, dtype=np.float32) * self.arch["stride"]
        return score, np.stack([g[None, :] - l, g[:, None] - t, g[None, :] + r, g[:, None] + bo])


class Tracker:
    """The procedure of tracker.md, section 4."""
    penalty_k, window_influence, rate = 0.007, 0.225, 0.616

    def __init__(self, net):
        self.net = net
        self.nt, self.ns = net.arch["template_size"], net.arch["search_size"]
        n = self.ns // net.arch["stride"]
        w = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / (n - 1))
        self.window = np.outer(w, w)

    @staticmethod
    def side(w, h):
        p = (w + h) / 2
        return math.sqrt((w + p) * (h + p))

    def init(self, frame, box):
        x, y, w, h = (float(v) for v in box)
        self.cx, self.cy, self.w, self.h = x + w / 2, y + h / 2, w, h
        self.mean = frame.reshape(-1, 3).mean(0).astype(np.float32)
        self.z = self.net.template(crop(frame, self.cx, self.cy, self.side(w, h), self.nt, self.mean))

    def track(self, frame):
        """-> (x, y, w, h), score"""
        H, W = frame.shape[:2]
        side = self.side(self.w, self.h) * self.ns / 127 * self.nt / 128
        k = self.ns / side
        score, box = self.net.search(self.z, crop(frame, self.cx, self.cy, side, self.ns, self.mean))
        score, (x1, y1, x2, y2) = score.astype(np.float64), box.astype(np.float64)
        bw, bh = np.maximum(x2 - x1, 1), np.maximum(y2 - y1, 1)
        size = lambda a, b: np.sqrt((a + (a + b) / 2) * (b + (a + b) / 2))
        change = lambda r: np.maximum(r, 1 / r)
        pen = np.exp(-(change(size(bw, bh) / size(self.w * k, self.h * k)) * change((self.w / self.h) / (bw / bh)) - 1) * self.penalty_k)
        rank = pen * score * (1 - self.window_influence) + self.window * self.window_influence
        i = np.unravel_index(np.argmax(rank), rank.shape)
        a = (pen[i] * score[i] * self.rate) ** 2
        self.w = float(min(max(self.w + a * (bw[i] / k - self.w), 10.0), W))
        self.h = float(min(max(self.h + a * (bh[i] / k - self.h), 10.0), H))
        self.cx = float(min(max(self.cx + ((x1[i] + x2[i]) / 2 - self.ns / 2) / k, 0.0), W))
        self.cy = float(min(max(self.cy + ((y1[i] + y2[i]) / 2 - self.ns / 2) / k, 0.0), H))
        return (self.cx - self.w / 2, self.cy - self.h / 2, self.w, self.h), float(score[i])
