#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes sequences with an exact ground truth out of real ones: targets that vanish, hide, leave the
frame, meet their doubles or stand on a plain background, and cameras that pan, shake, zoom and drop
out. docs/evaluation.md says what each kind is for.

make_sequences.py [options] SEQUENCES OUT
  SEQUENCES      folder of sequences in OTB's layout, to cut targets and backgrounds out of
  OUT            folder for the made ones, also in OTB's layout; it must not exist
  --each N       variants of each kind (4)
  --seed N       the same seed makes the same sequences (1)
  --kinds A,B    only these kinds
"""
import argparse
import os
import sys
import zlib

import numpy
from PIL import Image, ImageDraw

RATE_HZ = 25
WIDTH, HEIGHT = 400, 300  # of the made frames
SMALLEST, LARGEST = 36, 60  # px, the side of a square as large as the target
HIDDEN = 0.25  # a target of which less than this share shows is not there


# --- what is cut out of real sequences ---


class Source:
    """A sequence on disk."""

    def __init__(self, folder):
        self.folder = folder
        images = os.path.join(folder, "img")
        self.images = [os.path.join(images, name) for name in sorted(os.listdir(images))]
        with open(os.path.join(folder, "groundtruth_rect.txt"), encoding="ascii") as file:
            self.boxes = [[float(v) for v in line.replace("\t", ",").split(",")] for line in file if line.strip()]

    def picture(self, index):
        return Image.open(self.images[index]).convert("RGB")


def load_sources(folder):
    names = sorted(name for name in (os.listdir(folder) if os.path.isdir(folder) else ()) if os.path.isdir(os.path.join(folder, name, "img")))
    if len(names) < 2:
        raise SystemExit(f"make_sequences: {folder}: give at least two sequences in OTB's layout (NAME/img); here are {len(names)}")
    return [Source(os.path.join(folder, name)) for name in names]


def pick_two(rng, sources):
    """Two different ones, so that no target stands on a picture of itself."""
    return [sources[i] for i in rng.permutation(len(sources))[:2]]


class Sprite:
    """A cut-out target: pixels, and how much each of them covers."""

    def __init__(self, pixels, mask):
        self.pixels, self.mask = pixels, mask
        self.height, self.width = mask.shape

    def moved_by(self, dx, dy):
        """The same, a fraction of a pixel to the right and down; one pixel larger."""

        def move(values):
            padded = numpy.pad(values, ((1, 1), (1, 1)) + ((0, 0),) * (values.ndim - 2))
            across = padded[:, 1:] * (1 - dx) + padded[:, :-1] * dx
            return across[1:] * (1 - dy) + across[:-1] * dy

        mask = move(self.mask)
        pixels = move(self.pixels * self.mask[..., None]) / numpy.maximum(mask, 1e-6)[..., None]
        return pixels, mask


def ellipse(width, height, feather=0.15):
    """1 inside, 0 outside, with a soft edge."""
    y, x = numpy.mgrid[0:height, 0:width]
    radius = numpy.hypot((x - (width - 1) / 2) / (width / 2), (y - (height - 1) / 2) / (height / 2))
    return numpy.clip((1 - radius) / feather, 0, 1)


def cut_out(rng, source):
    """The target of the first frame, scaled to a size that suits the made frames."""
    x, y, w, h = source.boxes[0]
    factor = rng.uniform(SMALLEST, LARGEST) / (w * h) ** 0.5
    size = max(8, round(w * factor)), max(8, round(h * factor))
    pixels = source.picture(0).crop((x, y, x + w, y + h)).resize(size, Image.Resampling.BICUBIC)
    return Sprite(numpy.asarray(pixels, dtype=float), ellipse(*size))


def textured_square(rng, side=60):
    return Sprite(rng.integers(0, 256, (side // 6, side // 6, 3)).repeat(6, 0).repeat(6, 1).astype(float), numpy.ones((side, side)))


def scene(rng, source):
    """A real background."""
    picture = source.picture(int(rng.integers(len(source.images))))
    return numpy.asarray(picture.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), dtype=float)


def cast(rng, sources):
    """A background and a target."""
    first, second = pick_two(rng, sources)
    return scene(rng, first), cut_out(rng, second)


def flat(level):
    return numpy.full((HEIGHT, WIDTH, 3), float(level))


def gradient(rng):
    low, high = sorted(rng.uniform(20, 235, 2))
    return numpy.broadcast_to(numpy.linspace(low, high, WIDTH)[None, :, None], (HEIGHT, WIDTH, 3)).copy()


def clouds(rng):
    """Soft shapes of several sizes."""
    total = numpy.zeros((HEIGHT, WIDTH))
    for cells in (3, 6, 12):
        small = Image.fromarray(rng.uniform(0, 255, (cells, cells)).astype(numpy.uint8))
        total += numpy.asarray(small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), dtype=float) / cells
    return numpy.repeat((120 + 60 * (total - total.mean()) / total.std())[..., None], 3, axis=2)


# --- frames and ground truth ---


def inside(box):
    """The part of a box that lies in the frame, and its share."""
    x, y = max(box[0], 0), max(box[1], 0)
    width, height = max(min(box[0] + box[2], WIDTH) - x, 0), max(min(box[1] + box[3], HEIGHT) - y, 0)
    return [x, y, width, height], width * height / (box[2] * box[3])


def shown(box, share):
    """The box, or None if too little of it shows."""
    return box if share >= HIDDEN else None


def paste(frame, sprite, cx, cy):
    """Draws the sprite. Returns its visible box and the share of it that lies inside the frame."""
    left, top = cx - sprite.width / 2, cy - sprite.height / 2
    column, row = int(numpy.floor(left)), int(numpy.floor(top))
    pixels, mask = sprite.moved_by(left - column, top - row)
    x0, y0 = max(column, 0), max(row, 0)
    x1, y1 = min(column + mask.shape[1], WIDTH), min(row + mask.shape[0], HEIGHT)
    if x1 <= x0 or y1 <= y0:
        return None, 0.0
    part = slice(y0 - row, y1 - row), slice(x0 - column, x1 - column)
    cover = mask[part][..., None]
    frame[y0:y1, x0:x1] = frame[y0:y1, x0:x1] * (1 - cover) + pixels[part] * cover
    return inside([left, top, sprite.width, sprite.height])


def place(frame, sprite, cx, cy):
    """Draws the target. Its box, or None if too little of it shows."""
    return shown(*paste(frame, sprite, cx, cy))


def write(folder, frames, quality=92):
    """`frames` gives pictures with their boxes; None is no target."""
    images = os.path.join(folder, "img")
    os.makedirs(images)
    with open(os.path.join(folder, "groundtruth_rect.txt"), "w", encoding="ascii") as truth:
        for number, (frame, box) in enumerate(frames, 1):
            picture = Image.fromarray(numpy.clip(frame + 0.5, 0, 255).astype(numpy.uint8))
            picture.save(os.path.join(images, f"{number:05d}.jpg"), quality=quality)
            truth.write(",".join(f"{v:.2f}" for v in box) + "\n" if box else "nan,nan,nan,nan\n")


# --- paths ---


def wander(rng, count, margin=60):
    """A smooth path inside the frame."""
    t = numpy.arange(count) / RATE_HZ
    path = []
    for size in (WIDTH, HEIGHT):
        reach = size / 2 - margin
        first, second = rng.uniform(0.08, 0.2, 2)
        slow, fast = (numpy.sin(2 * numpy.pi * (rate * t + rng.uniform())) for rate in (first, second))
        path.append(size / 2 + reach * (0.7 * slow + 0.3 * fast))
    return numpy.stack(path, axis=1)


# --- kinds ---


def vanish(rng, sources):
    """The target is gone from one frame to the next, and comes back: near in three of five."""
    background, sprite = cast(rng, sources)
    before, away, after = 60, int(rng.integers(40, 76)), 60
    first, second = wander(rng, before), wander(rng, after)
    if rng.uniform() < 0.6:
        second += first[-1] - second[0] + rng.uniform(-1, 1, 2) * (sprite.width, sprite.height)
    second = numpy.clip(second, 30, (WIDTH - 30, HEIGHT - 30))
    for position in [*first, *[None] * away, *second]:
        frame = background.copy()
        yield frame, place(frame, sprite, *position) if position is not None else None


def hide(rng, sources):
    """The target passes behind something."""
    first, second = pick_two(rng, sources)
    background, other, sprite = scene(rng, first), scene(rng, first), cut_out(rng, second)
    width = int(sprite.width * rng.uniform(1.5, 3))
    left = WIDTH // 2 - width // 2
    speed = rng.uniform(1.0, 2.5)
    count = int((WIDTH - 100) / speed)
    y = rng.uniform(60, HEIGHT - 60, 2)
    for cx, cy in numpy.linspace((50, y[0]), (WIDTH - 50, y[1]), count):
        frame = background.copy()
        box, _ = paste(frame, sprite, cx, cy)
        frame[:, left : left + width] = other[:, left : left + width]
        covered = max(0, min(cx + sprite.width / 2, left + width) - max(cx - sprite.width / 2, left))
        yield frame, box if 1 - covered / sprite.width >= HIDDEN else None


def leave(rng, sources):
    """The target leaves the frame by one side, and comes back by one of the four."""
    background, sprite = cast(rng, sources)
    outside = [(-80, HEIGHT / 2), (WIDTH + 80, HEIGHT / 2), (WIDTH / 2, -80), (WIDTH / 2, HEIGHT + 80)]
    out, back = outside[int(rng.integers(4))], outside[int(rng.integers(4))]
    middle = numpy.array((WIDTH / 2, HEIGHT / 2)) + rng.uniform(-40, 40, 2)
    path = [*numpy.linspace(middle, out, 90), *[numpy.array(out, dtype=float)] * int(rng.integers(10, 40)), *numpy.linspace(back, middle, 90)]
    for cx, cy in path:
        frame = background.copy()
        yield frame, place(frame, sprite, cx, cy)


def double(rng, sources):
    """A second copy of the target crosses its path; either may be in front."""
    background, sprite = cast(rng, sources)
    count = int(rng.integers(90, 160))
    angle, spread = rng.uniform(0, numpy.pi), rng.uniform(0.25, 0.5) * numpy.pi
    front = rng.uniform() < 0.5
    paths = []
    for direction in (angle, angle + 2 * spread):
        reach = numpy.array((numpy.cos(direction), numpy.sin(direction))) * 120
        paths.append(numpy.linspace((WIDTH / 2, HEIGHT / 2) - reach, (WIDTH / 2, HEIGHT / 2) + reach, count))
    for own, other in zip(*paths):
        frame = background.copy()
        if front:
            paste(frame, sprite, *other)
        box = place(frame, sprite, *own)
        if not front:
            paste(frame, sprite, *other)
        yield frame, box


def plain(rng, _sources):
    """A textured square on a plain background, then the background alone."""
    sprite = textured_square(rng)
    background = [lambda: flat(rng.uniform(0, 255)), lambda: flat(0), lambda: gradient(rng), lambda: clouds(rng)][int(rng.integers(4))]()
    noise = float(rng.choice([0, 1, 4, 8]))
    cx, cy = rng.uniform(60, WIDTH - 60), rng.uniform(60, HEIGHT - 60)
    for i in range(90):
        frame = background.copy()
        box = place(frame, sprite, cx, cy) if i < 20 else None
        frame += rng.uniform(-noise, noise, (HEIGHT, WIDTH, 1))
        yield frame, box


def window(picture, box, centre, scale):
    """The part of a picture round `centre` at a scale, and the target's box in it."""
    width, height = WIDTH / scale, HEIGHT / scale
    left, top = centre[0] - width / 2, centre[1] - height / 2
    frame = picture.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=(left, top, left + width, top + height))
    return numpy.asarray(frame, dtype=float), shown(*inside([(box[0] - left) * scale, (box[1] - top) * scale, box[2] * scale, box[3] * scale]))


def fits(box, factor):
    return box[2] * factor <= WIDTH / 2 and box[3] * factor <= HEIGHT / 2


def still(rng, sources):
    """The first picture of a sequence, larger than a frame, with its target's box. The target is at
    most half as large as a frame, if any sequence has such a one."""
    for source in rng.permutation(numpy.array(sources, dtype=object)):
        picture, box = source.picture(0), source.boxes[0]
        factor = max(rng.uniform(SMALLEST, LARGEST) / (box[2] * box[3]) ** 0.5, 1.8 * WIDTH / picture.width, 1.8 * HEIGHT / picture.height)
        if fits(box, factor):
            break
    picture = picture.resize((round(picture.width * factor), round(picture.height * factor)), Image.Resampling.BICUBIC)
    return picture, [v * factor for v in box]


def film(picture, box, path, scales):
    """Films a still target: the camera looks beside it by `path`, at `scales`."""
    middle = numpy.array((box[0] + box[2] / 2, box[1] + box[3] / 2))
    for offset, scale in zip(path, scales):
        low = numpy.array((WIDTH, HEIGHT)) / scale / 2
        centre = numpy.clip(middle + offset, low, numpy.array((picture.width, picture.height)) - low)
        yield window(picture, box, centre, scale)


def cover(picture, box):
    """Draws a grey post over the box."""
    width, height = max(box[2], 8) * 1.3, max(box[3], 8) * 1.3
    left, top = box[0] + box[2] / 2 - width / 2, box[1] + box[3] / 2 - height / 2
    ImageDraw.Draw(picture).rectangle((left, top, left + width, top + height), fill=(110, 108, 104))


def pan(rng, sources):
    """The camera swings back and forth past a still target."""
    t = numpy.arange(150) / RATE_HZ
    swing = rng.uniform(0.3, 0.8) * t
    reach = rng.uniform(60, 130), rng.uniform(20, 80)
    return film(*still(rng, sources), numpy.stack([reach[0] * numpy.sin(2 * numpy.pi * swing), reach[1] * numpy.sin(4.4 * swing)], axis=1), numpy.ones(150))


def shake(rng, sources):
    """The camera shakes: a still target jumps by up to 30 px from frame to frame."""
    path = rng.uniform(-1, 1, (120, 2)) * rng.uniform(6, 15)
    return film(*still(rng, sources), path, numpy.ones(120))


def turn(rng, sources):
    """The camera turns while something hides a still target for less than a second."""
    picture, box = still(rng, sources)
    covered = picture.copy()
    cover(covered, box)
    first, last = 25, 25 + int(rng.integers(14, 22))
    way = numpy.clip((numpy.arange(70) - first) / (last - first), 0, 1) - 0.5
    direction = rng.uniform(0, 2 * numpy.pi)
    path = way[:, None] * (WIDTH / 2 * numpy.cos(direction), HEIGHT / 2 * numpy.sin(direction))
    seen, unseen = film(picture, box, path, numpy.ones(70)), film(covered, box, path, numpy.ones(70))
    for i, (with_target, without) in enumerate(zip(seen, unseen)):
        yield (without[0], None) if first <= i < last else with_target


def zoom(rng, sources):
    """The camera zooms in and out again, by up to two."""
    scale = 1 + rng.uniform(0.5, 1) * (0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(150) / 150))
    return film(*still(rng, sources), numpy.zeros((150, 2)), scale)


def drop_out(rng, sources):
    """Frames are black now and then, alone or a few in a row."""
    background, sprite = cast(rng, sources)
    black = set()
    for first in rng.integers(20, 140, 5):
        black.update(range(first, first + int(rng.choice([1, 1, 2, 5]))))
    for i, position in enumerate(wander(rng, 150)):
        frame = background.copy()
        box = place(frame, sprite, *position)
        yield (flat(0), None) if i in black else (frame, box)


def fade(rng, sources):
    """The picture fades to black and comes back."""
    background, sprite = cast(rng, sources)
    length, dark = 20, int(rng.integers(40, 80))
    light = numpy.concatenate([numpy.ones(50), numpy.linspace(1, 0, length), numpy.zeros(dark), numpy.linspace(0, 1, length), numpy.ones(50)])
    box = place(background, sprite, *wander(rng, 1)[0])
    for share in light:
        yield background * share, box if share >= 0.1 else None


KINDS = {kind.__name__: kind for kind in (vanish, hide, leave, double, plain, pan, shake, turn, zoom, drop_out, fade)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sequences")
    parser.add_argument("out")
    parser.add_argument("--each", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    options = parser.parse_args()
    unknown = set(options.kinds.split(",")) - set(KINDS)
    if unknown:
        parser.error(f"there is no kind {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    if os.path.exists(options.out):
        parser.error(f"{options.out} exists; give a folder that does not")
    sources = load_sources(options.sequences)
    for name in options.kinds.split(","):
        for variant in range(options.each):
            rng = numpy.random.default_rng([options.seed, zlib.crc32(name.encode()), variant])
            quality = int(rng.choice([92, 30])) if name == "plain" else 92
            write(os.path.join(options.out, f"{name}-{variant + 1}"), KINDS[name](rng, sources), quality)


if __name__ == "__main__":
    sys.exit(main())
