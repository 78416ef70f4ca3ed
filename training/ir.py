# SPDX-License-Identifier: MIT
"""Runs an OpenVINO IR (v11) in PyTorch, with enough operators for the graphs of LightTrack."""
import xml.etree.ElementTree as ET
import numpy as np, torch
from torch.nn import functional as F
DT = {"f16": np.float16, "f32": np.float32, "i64": np.int64, "i32": np.int32, "u8": np.uint8, "u64": np.int64, "u32": np.int32, "boolean": np.bool_}

class IR:
    def __init__(self, xml):
        r = ET.parse(xml).getroot(); blob = open(xml[:-3] + "bin", "rb").read()
        self.L = {}; self.inp = {}
        for l in r.find("layers"):
            d = l.find("data"); a = dict(d.attrib) if d is not None else {}
            v = None
            if l.get("type") == "Const":
                sh = [int(x) for x in a["shape"].split(",") if x.strip()] if a.get("shape", "").strip() else []
                v = np.frombuffer(blob, DT[a["element_type"]], int(np.prod(sh)) if sh else 1, int(a["offset"])).reshape(sh)
                v = torch.from_numpy(v.astype(np.float32 if v.dtype == np.float16 else v.dtype))
            self.L[l.get("id")] = (l.get("type"), l.get("name"), a, v)
        self.edges = {}
        for e in r.find("edges"): self.edges.setdefault(e.get("to-layer"), []).append((int(e.get("to-port")), e.get("from-layer")))
        self.order = [l.get("id") for l in r.find("layers")]
        self.params = [i for i in self.order if self.L[i][0] == "Parameter"]

    @torch.no_grad()
    def __call__(self, *inputs):
        V = dict(zip(self.params, inputs)); out = []
        todo = [i for i in self.order if i not in V]
        while todo:
            rest = []
            for i in todo:
                src = [s for _, s in sorted(self.edges.get(i, []))]
                if any(s not in V for s in src): rest.append(i); continue
                t, n, a, c = self.L[i]; x = [V[s] for s in src]
                if t == "Const": y = c
                elif t == "Convert": y = x[0].float() if a["destination_type"] in ("f32", "f16") else x[0]
                elif t == "Add": y = x[0] + x[1]
                elif t == "Subtract": y = x[0] - x[1]
                elif t == "Divide": y = x[0] / x[1]
                elif t == "Multiply": y = x[0] * x[1]
                elif t in ("Convolution", "GroupConvolution"):
                    pb = [int(v) for v in a["pads_begin"].split(",")]; pe = [int(v) for v in a["pads_end"].split(",")]; st = [int(v) for v in a["strides"].split(",")]
                    w = x[1]; g = 1
                    if t == "GroupConvolution": g = w.shape[0]; w = w.reshape(w.shape[0] * w.shape[1], *w.shape[2:])
                    y = F.conv2d(F.pad(x[0], (pb[1], pe[1], pb[0], pe[0])), w, None, st, groups=g)
                elif t == "Swish": y = x[0] * torch.sigmoid(x[0])
                elif t == "ReLU": y = F.relu(x[0])
                elif t == "HSigmoid": y = F.relu6(x[0] + 3) / 6
                elif t == "Sigmoid": y = torch.sigmoid(x[0])
                elif t == "ReduceMean": y = x[0].mean([int(v) for v in x[1].flatten()], keepdim=a.get("keep_dims") == "true")
                elif t == "Transpose": y = x[0].permute(*[int(v) for v in x[1]])
                elif t == "Reshape":
                    sh = [int(v) for v in x[1]]; sh = [x[0].shape[k] if v == 0 and a.get("special_zero") == "true" else v for k, v in enumerate(sh)]; y = x[0].reshape(sh)
                elif t == "MatMul":
                    p, q = x; p = p.transpose(-1, -2) if a.get("transpose_a") == "true" else p; q = q.transpose(-1, -2) if a.get("transpose_b") == "true" else q; y = p @ q
                elif t == "Squeeze": y = x[0].squeeze() if len(x) < 2 else x[0].squeeze(tuple(int(v) for v in x[1].flatten()))
                elif t == "Range": y = torch.arange(int(x[0]), int(x[1]), int(x[2]))
                elif t == "Gather": y = x[0].index_select(int(x[2]), x[1].flatten().long())
                elif t == "Result": y = x[0]; out.append(y)
                else: raise NotImplementedError(t)
                V[i] = y
            if len(rest) == len(todo): raise RuntimeError("stuck at " + str([self.L[i][:2] for i in rest[:3]]))
            todo = rest
        self.V = V
        return out

if __name__ == "__main__":
    import os
    P = os.path.join(os.environ.get("ETRACK_DATA", "."), "peers/lighttrack/")
    x = IR(P + "x_feature.xml"); z = IR(P + "z_feature.xml"); h = IR(P + "head.xml")
    fx = x(torch.randint(0, 255, (1, 256, 256, 3), dtype=torch.uint8)); fz = z(torch.randint(0, 255, (1, 128, 128, 3), dtype=torch.uint8))
    print([o.shape for o in fx], [o.shape for o in fz]); print([(h.L[i][1], h.L[i][2].get("shape")) for i in h.params])
    o = h(*( [fz[0], fx[0]] if h.L[h.params[0]][2].get("shape", "").endswith("8,8") else [fx[0], fz[0]])); print([v.shape for v in o], float(o[0].max()), float(o[1].max()))
    for i in x.order:
        t, n, a, c = x.L[i]
        if t in ("Convolution", "GroupConvolution"):
            src = [s for _, s in sorted(x.edges[i])]; w = x.V[src[1]]; print(t, tuple(w.shape), a["strides"], a["pads_begin"], a["pads_end"])
