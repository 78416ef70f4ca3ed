# SPDX-License-Identifier: MIT
"""Reads the weights of LightTrack-Mobile (MIT) from an OpenVINO IR: backbone and neck as the start,
the whole head as a teacher."""
import sys
import torch
from torch import nn
from torch.nn import functional as F
import os
from ir import IR
import model as M


def convs(ir):
    """(weight, bias or None) of every convolution in order."""
    users = {}
    for to, es in ir.edges.items():
        for _, s in es: users.setdefault(s, []).append(to)

    def const(i):
        while ir.L[i][0] == "Convert": i = ir.edges[i][0][1]
        return ir.L[i][3] if ir.L[i][0] == "Const" else None
    out = []
    for i in ir.order:
        if ir.L[i][0] not in ("Convolution", "GroupConvolution"): continue
        w = const(sorted(ir.edges[i])[1][1]).float()
        if ir.L[i][0] == "GroupConvolution": w = w.reshape(w.shape[0] * w.shape[1], *w.shape[2:])
        b = None
        for u in users[i]:
            if ir.L[u][0] == "Add":
                for _, s in ir.edges[u]:
                    c = const(s)
                    if c is not None and c.numel() == w.shape[0]: b = c.flatten().float()
        out.append((ir.L[i][1], w, b))
    return out


def load_backbone(bb, xml):
    cs = convs(IR(xml)); it = iter(cs)

    def put(conv):
        n, w, b = next(it)
        assert conv.weight.shape == w.shape, (n, conv.weight.shape, w.shape)
        assert b is not None, n
        conv.weight.data.copy_(w); conv.bias.data.copy_(b)
    put(bb.stem)
    for b in bb.blocks:
        if b.expand is not None: put(b.expand)
        put(b.dw); put(b.squeeze); put(b.excite); put(b.project)
    assert next(it, None) is None


if __name__ == "__main__":
    P = os.path.join(os.environ.get("ETRACK_DATA", "."), "peers/lighttrack/")
    bb = M.LightTrackMobile(M.Config()).eval(); load_backbone(bb, P + "x_feature.xml")
    im = torch.randint(0, 255, (1, 256, 256, 3), dtype=torch.uint8)
    want = IR(P + "x_feature.xml")(im)[0]
    m = M.ETTrack(); rgb = im.permute(0, 3, 1, 2).flip(1)
    with torch.no_grad(): got = bb(m.normalise(rgb))
    print("backbone max diff", float((want - got).abs().max()), "range", float(want.abs().max()))
    h = IR(P + "head.xml")
    for i in h.order:
        t, n, a, c = h.L[i]
        if t == "Const": continue
        print(t, n, [(h.L[s][0], h.L[s][1][-40:], tuple(h.L[s][3].shape) if h.L[s][3] is not None else "") for _, s in sorted(h.edges.get(i, []))])
