#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the int8 form of a search graph for ONNX Runtime, by its own static quantisation.

quantise_onnx.py SEARCH.onnx TEMPLATE.onnx OUT.onnx SEQUENCE...

The form is QDQ: weights int8 with a scale per channel, activations uint8 with a scale per tensor,
which comes from the least and largest value over crops of the sequences (OTB's layout). Every
operator that can be in int8 is; with the convolutions alone in int8 the graph takes longer. Nothing
is done for accuracy: the file serves to compare times.
"""
import contextlib
import glob
import logging
import os
import re
import sys
import tempfile

import numpy
from PIL import Image

FRAMES, STEP = 4, 10  # of each sequence, and from one to the next


@contextlib.contextmanager
def silence():
    """Debian's library registers every operator twice, and reports it in hundreds of lines."""
    console, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(console, 2)
        os.close(console)
        os.close(nowhere)


with silence():
    # Before onnxruntime: it lists the operators, and stumbles over those of onnxruntime.
    import onnx.reference  # noqa: F401
    import onnxruntime
    from onnxruntime import quantization
    from onnxruntime.quantization import shape_inference


def crop(picture, box, size, context):
    """The square round the box, scaled to size x size; what lies outside the picture has its mean
    colour. [1, 3, size, size]"""
    x, y, w, h = box
    side = ((w + (w + h) / 2) * (h + (w + h) / 2)) ** 0.5 * context
    left, top = x + w / 2 - side / 2, y + h / 2 - side / 2
    mean = tuple(int(v) for v in numpy.asarray(picture).mean((0, 1)))
    place = (left, top, left + side, top + side)
    cut = picture.transform((size, size), Image.Transform.EXTENT, place, Image.Resampling.BILINEAR, fillcolor=mean)
    return numpy.asarray(cut, numpy.uint8).transpose(2, 0, 1)[None]


def read_boxes(folder):
    with open(os.path.join(folder, "groundtruth_rect.txt"), encoding="ascii") as file:
        return [[float(number) for number in re.split(r"[,\s]+", line.strip())] for line in file if line.strip()]


def inputs(template, folders):
    """The inputs of the search graph, one by one."""
    for folder in folders:
        boxes = read_boxes(folder)
        pictures = sorted(glob.glob(os.path.join(folder, "img", "*.jp*g")))
        first = Image.open(pictures[0]).convert("RGB")
        z = template.run(None, {"image": crop(first, boxes[0], 128, 1)})[0]
        for index in range(1, min(FRAMES * STEP, len(pictures), len(boxes)), STEP):
            if len(boxes[index]) == 4 and boxes[index][2] > 0:
                yield {"image": crop(Image.open(pictures[index]).convert("RGB"), boxes[index], 256, 2), "z": z}


class Reader(quantization.CalibrationDataReader):
    """The inputs, as the quantisation asks for them."""

    def __init__(self, found):
        self.found = iter(found)

    def get_next(self):
        return next(self.found, None)


def quantise(search, template, out, folders):
    session = onnxruntime.InferenceSession(template, providers=["CPUExecutionProvider"])
    with tempfile.TemporaryDirectory() as place:
        prepared = os.path.join(place, "prepared.onnx")
        shape_inference.quant_pre_process(search, prepared, skip_symbolic_shape=True)
        quantization.quantize_static(
            prepared, out, Reader(inputs(session, folders)), quant_format=quantization.QuantFormat.QDQ, per_channel=True,
            activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8,
            calibrate_method=quantization.CalibrationMethod.MinMax, calibration_providers=["CPUExecutionProvider"])


def main():
    if len(sys.argv) < 5:
        print(__doc__.strip(), file=sys.stderr)
        return 64
    logging.disable(logging.WARNING)  # of every tensor without channels
    quantise(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
