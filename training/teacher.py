# SPDX-License-Identifier: MIT
"""LightTrack-Mobile's own head as a teacher, and its neck as a start."""
import torch
from torch import nn
from torch.nn import functional as F
import model as M
from init_lighttrack import IR, convs, load_backbone

import os
P = os.path.join(os.environ.get("ETRACK_DATA", "."), "peers/lighttrack/")


class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        ir = IR(P + "head.xml")

        def const(i):
            while ir.L[i][0] == "Convert": i = ir.edges[i][0][1]
            return ir.L[i][3]
        by = {ir.L[i][1]: i for i in ir.order}
        def affine(mul, add):
            g = lambda n: next(const(s) for _, s in ir.edges[by[n]] if const(s) is not None).float().flatten()
            return g(mul), g(add)
        self.zs, self.zb = (nn.Parameter(v) for v in affine("Multiply_4923", "428"))
        self.xs, self.xb = (nn.Parameter(v) for v in affine("Multiply_4930", "429"))
        cs = [(w, b) for _, w, b in convs(ir)]
        self.fc1, self.fc2, self.adj = cs[0], cs[1], cs[2]
        self.reg, self.regp = [(cs[3 + 2 * i], cs[4 + 2 * i]) for i in range(8)], cs[19]
        self.cls, self.clsp = [(cs[20 + 2 * i], cs[21 + 2 * i]) for i in range(6)], cs[32]
        self.clsp_b = const(next(s for _, s in ir.edges[by["496"]] if const(s) is not None)).float().flatten()
        assert len(cs) == 33

    @torch.no_grad()
    def forward(self, z, x):
        """Raw backbone features -> score logit (B,1,h,w), ltrb in crop pixels."""
        v = lambda p: p.view(1, -1, 1, 1)
        z, x = z * v(self.zs) + v(self.zb), x * v(self.xs) + v(self.xb)
        c = M.pixel_correlation(z, x)
        g = F.conv2d(F.relu(F.conv2d(c.mean((2, 3), keepdim=True), *self.fc1)), *self.fc2)
        f = F.conv2d(c * torch.sigmoid(g), *self.adj)
        def tower(t, f):
            for (dw, _), (pw, b) in t:
                f = F.relu(F.conv2d(F.conv2d(f, dw, None, 1, dw.shape[-1] // 2, groups=dw.shape[0]), pw, b))
            return f
        l = F.conv2d(tower(self.cls, f), self.clsp[0], self.clsp_b, padding=1)
        return l, F.relu(F.conv2d(tower(self.reg, f), *self.regp, padding=1)) * 16


def start(m, t):
    """Student backbone, channel attention, adjust layer and feature norms from LightTrack."""
    load_backbone(m.backbone, P + "x_feature.xml")
    for conv, (w, b) in ((m.attention.fc1, t.fc1), (m.attention.fc2, t.fc2), (m.adjust, t.adj)):
        if conv.weight.shape == w.shape: conv.weight.data.copy_(w); conv.bias.data.copy_(b)
    for bn, s, b in ((m.bn_z, t.zs, t.zb), (m.bn_x, t.xs, t.xb)):
        # With running mean 0 and variance 1 this is the same affine map.
        bn.weight.data.copy_(s.data); bn.bias.data.copy_(b.data)


if __name__ == "__main__":
    t = Teacher(); bb = M.LightTrackMobile(M.Config()).eval(); load_backbone(bb, P + "x_feature.xml")
    zf, xf = torch.randn(1, 96, 8, 8) * 3, torch.randn(1, 96, 16, 16) * 3
    a, b = IR(P + "head.xml")(zf, xf)
    l, d = t(zf, xf)
    print(float((torch.sigmoid(l)[0, 0] - a.reshape(16, 16)).abs().max()), float((d - b).abs().max()), float(b.max()))
