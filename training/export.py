# SPDX-License-Identifier: MIT
"""Folds batch norms and constants of a trained network and writes it as NAME.safetensors
(../docs/tracker.md, section 3).

usage: export.py CHECKPOINT.pth|random NAME.safetensors [--tiny] [--licence TEXT]
                 [--training TEXT]"""
import argparse
import json
import struct

import numpy as np
import torch

from model import STRIDE, Config, ETTrack


def save_safetensors(path, tensors, metadata):
    """tensors: name -> float32 array. The file has a u64 header length, a JSON header, and raw
    little-endian data."""
    header, offset = {"__metadata__": metadata}, 0
    for name, a in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(a.shape), "data_offsets": [offset, offset + a.nbytes]}
        offset += a.nbytes
    h = json.dumps(header, separators=(",", ":")).encode()
    h += b" " * (-len(h) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(h))); f.write(h)
        for a in tensors.values():
            f.write(np.ascontiguousarray(a, dtype="<f4").tobytes())


def load_safetensors(path):
    """-> (name -> array, metadata)."""
    with open(path, "rb") as f:
        n, = struct.unpack("<Q", f.read(8)); h = json.loads(f.read(n)); data = f.read()
    meta = h.pop("__metadata__", {})
    return {k: np.frombuffer(data, "<f4", count=int(np.prod(v["shape"])), offset=v["data_offsets"][0]).reshape(v["shape"]).copy() for k, v in h.items()}, meta


def affine(bn):
    """A batch norm in evaluation mode as scale and shift."""
    s = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    return s, bn.bias - bn.running_mean * s


def folded(m):
    """Network -> ordered dict of the tensors of the model file."""
    t = {}

    def put(name, v):
        t[name] = v.detach().double().numpy().astype("<f4")

    def pointwise_bn(name, conv, bn):
        s, b = affine(bn)
        put(name + ".weight", (conv.weight * s.view(-1, 1, 1, 1))[:, :, 0, 0]); put(name + ".bias", b)

    def gate(name, g):
        for n, c in (("fc1", g.fc1), ("fc2", g.fc2)):
            put(f"{name}.{n}.weight", c.weight[:, :, 0, 0]); put(f"{name}.{n}.bias", c.bias)

    def linear(name, l):
        put(name + ".weight", l.weight); put(name + ".bias", l.bias)

    def conv(name, c):
        w = c.weight
        put(name + ".weight", w[:, 0] if c.groups > 1 else w[:, :, 0, 0] if w.shape[-1] == 1 else w); put(name + ".bias", c.bias)

    m = m.double().eval()
    conv("backbone.stem", m.backbone.stem)
    for bi, b in enumerate(m.backbone.blocks):
        for part in ("expand", "dw", "squeeze", "excite", "project"):
            if getattr(b, part) is not None: conv(f"backbone.{bi}.{part}", getattr(b, part))
    for n, bn in (("z", m.bn_z), ("x", m.bn_x)):
        s, b = affine(bn); put(f"neck.{n}.scale", s); put(f"neck.{n}.shift", b)
    gate("neck.gate", m.attention)
    put("neck.adjust.weight", m.adjust.weight[:, :, 0, 0]); put("neck.adjust.bias", m.adjust.bias)
    for br, out_scale in (("cls", 0.1), ("reg", float(STRIDE))):
        branch(m, br, out_scale, put, pointwise_bn, gate, linear)
    return t


def branch(m, br, out_scale, put, pointwise_bn, gate, linear):
    seq = getattr(m, br)

    def separable(name, s):
        put(name + ".dw.weight", s[0].weight[:, 0]); pointwise_bn(name + ".pw", s[1], s[2])
    separable(f"{br}.first", seq[0])
    for li, et in enumerate(seq[1:-2]):
        n = f"{br}.{li}"
        linear(n + ".query", et.query)
        put(n + ".keys", et.keys * et.scale)
        s1, b1 = affine(et.bn1); s2, b2 = affine(et.bn2)
        put(n + ".dw.weight", et.v_dw[:, :, 0] * s1.view(1, -1, 1, 1)); put(n + ".dw.bias", b1)
        put(n + ".pw.weight", et.v_pw * s2.view(1, -1, 1)); put(n + ".pw.bias", b2)
        gate(n + ".gate", et.gate)
        linear(n + ".ln1", et.ln1); linear(n + ".ln2", et.ln2)
        linear(n + ".ffn.fc1", et.ffn[0]); linear(n + ".ffn.fc2", et.ffn[2])
    separable(f"{br}.last", seq[-2])
    put(f"{br}.pred.weight", seq[-1].weight * out_scale); put(f"{br}.pred.bias", seq[-1].bias * out_scale)


def architecture(cfg):
    return dict(backbone=dict(kind="lighttrack", stem=cfg.stem, blocks=[list(b) for b in cfg.blocks]), template_size=cfg.template_size,
                search_size=cfg.search_size, stride=STRIDE, adjust=cfg.adjust_channels, ffn=cfg.ffn, query=cfg.query, exemplars=cfg.exemplars,
                cls=dict(channels=cfg.cls_channels, kernels=list(cfg.cls_kernels)), reg=dict(channels=cfg.reg_channels, kernels=list(cfg.reg_kernels)))


def random_model(cfg, seed=1):
    """A network with random weights and batch-norm statistics, to test an engine."""
    torch.manual_seed(seed)
    m = ETTrack(cfg)
    for n, p in m.named_parameters():
        if p.ndim >= 2:
            fan = (p[0, 0] if n.endswith(("v_dw", "v_pw")) else p[0]).numel()
            torch.nn.init.normal_(p, 0, (2 / fan) ** 0.5)
    for b in m.modules():
        if isinstance(b, torch.nn.BatchNorm2d):
            b.running_mean.normal_(0, 0.2); b.running_var.uniform_(0.5, 1.5)
            torch.nn.init.uniform_(b.weight, 0.5, 1.5); torch.nn.init.normal_(b.bias, 0, 0.2)
    return m


if __name__ == "__main__":
    a = argparse.ArgumentParser()
    a.add_argument("checkpoint", help="or `random`"); a.add_argument("out"); a.add_argument("--tiny", action="store_true")
    a.add_argument("--licence", default=""); a.add_argument("--training", default="")
    a = a.parse_args()
    cfg = Config.tiny() if a.tiny else Config.small()
    if a.checkpoint == "random":
        m = random_model(cfg)
    else:
        m = ETTrack(cfg); m.load_state_dict(torch.load(a.checkpoint, map_location="cpu")["model"])
    t = folded(m)
    save_safetensors(a.out, t, {"format": "etrack/1", "architecture": json.dumps(architecture(m.cfg)), "licence": a.licence, "training": a.training})
    print(a.out, len(t), "tensors", sum(v.size for v in t.values()), "values")
