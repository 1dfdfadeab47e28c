#!/usr/bin/env python3
"""Augmentation against a model of its own in NumPy: every value of every change, by the random numbers that the header
names, and the means and extremes of what is drawn, seen in pictures of ramps."""
import math
import os
import subprocess
import sys

import numpy as np

ROOT, BUILD = os.environ["NETC_ROOT"], os.environ["NETC_BUILD"]
SANITIZE = {"asan": ["-fsanitize=address,undefined"], "tsan": ["-fsanitize=thread"]}.get(os.path.basename(BUILD), [])
AFFINE, ELASTIC, FLIP, ERASE, NOISE = range(5)
PURPOSE = 4


def fail(text):
    sys.exit("FAILED: " + text)


subprocess.run([os.environ.get("CC", "gcc"), *SANITIZE, "-std=c17", "-O1", "-I" + ROOT, os.path.join(ROOT, "tests/numpy/Inputs/augmented.c"),
                os.path.join(BUILD, "libnetrt.a"), "-o", "augmented", "-lm"], check=True)


def made(picture, count, epoch=1, seed=1, **setting):
    """[count, C, H, W]: items 0 ... count - 1."""
    words = [setting.get(name, 0) for name in ("shift", "rotate", "scale", "shear", "alpha", "sigma", "erase", "noise", "flip",
                                               "alternating", "edge")]
    out = subprocess.run(["./augmented", *map(str, (*picture.shape, count, epoch, seed, *words))], check=True,
                         input=picture.astype("<f4").tobytes(), stdout=subprocess.PIPE).stdout
    return np.frombuffer(out, "<f4").reshape(count, *picture.shape).astype(np.float64)


# ---- the random numbers: Philox4x32-10 (Salmon et al. 2011) ----
def philox(seed, unit, block, item, epoch):
    """Words [4, blocks]."""
    c = [np.asarray(block, np.uint64), np.uint64(item), np.uint64(epoch), np.uint64(PURPOSE << 24 | unit)]
    c = [np.broadcast_to(word, np.shape(block)).astype(np.uint64) for word in c]
    key = [np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)]
    low = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [p1 >> np.uint64(32) ^ c[1] ^ key[0], p1 & low, p0 >> np.uint64(32) ^ c[3] ^ key[1], p0 & low]
        key = [key[0] + np.uint64(0x9E3779B9) & low, key[1] + np.uint64(0xBB67AE85) & low]
    return np.array(c)


def words(seed, unit, count, item, epoch):
    """The first so many of a unit: 16 blocks at a time, their first words before their second."""
    parts = -(-count // 64)
    return philox(seed, unit, np.arange(16 * parts), item, epoch).reshape(4, parts, 16).transpose(1, 0, 2).reshape(-1)[:count]


def within(limit, word):
    return limit * ((2 * float(word) + 1) / 2 ** 32 - 1)


# ---- the changes ----
def resample(picture, u, v, edge):
    """Bilinear, from columns u and rows v, counted from 0; outside zeros or the edge."""
    _, height, width = picture.shape
    if edge:
        u, v = np.clip(u, 0, width - 1), np.clip(v, 0, height - 1)
    padded = np.pad(picture, ((0, 0), (2, 2), (2, 2)))
    u, v = np.clip(u + 2, 0, width + 2.5), np.clip(v + 2, 0, height + 2.5)
    x, y = np.floor(u).astype(int), np.floor(v).astype(int)
    a, b = u - x, v - y
    return ((1 - b) * ((1 - a) * padded[:, y, x] + a * padded[:, y, x + 1])
            + b * ((1 - a) * padded[:, y + 1, x] + a * padded[:, y + 1, x + 1]))


def grid(picture):
    y, x = np.mgrid[:picture.shape[1], :picture.shape[2]].astype(np.float64)
    return x, y


def affine(picture, seed, item, epoch, s):
    word = philox(seed, AFFINE, np.arange(2), item, epoch)
    right, down = within(s["shift"], word[0][0]), within(s["shift"], word[1][0])
    angle, factor = math.radians(within(s["rotate"], word[2][0])), 1 + within(s["scale"], word[3][0])
    shear = math.tan(math.radians(within(s["shear"], word[0][1])))
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])  # rows count down
    inverse = np.linalg.inv(turn @ np.array([[1, shear], [0, 1]]) * factor)
    x, y = grid(picture)
    cx, cy = (picture.shape[2] - 1) / 2, (picture.shape[1] - 1) / 2
    u, v = np.tensordot(inverse, np.array([x - cx - right, y - cy - down]), 1)
    return resample(picture, u + cx, v + cy, s["edge"])


def gaussian(field, sigma):
    """SciPy's gaussian_filter with mode="constant" and truncate=3."""
    radius = int(3 * sigma + 0.5)
    k = np.arange(-radius, radius + 1)
    weight = np.exp(-k * k / (2 * sigma * sigma))
    weight /= weight.sum()
    for axis in range(2):
        field = np.apply_along_axis(lambda line: np.convolve(line, weight)[radius:len(line) + radius], axis, field)
    return field


def elastic(picture, seed, item, epoch, s):
    _, height, width = picture.shape
    word = words(seed, ELASTIC, height * width, item, epoch).reshape(height, width)
    fields = [(2 * half.astype(np.float64) + 1) / 2 ** 16 - 1 for half in (word & np.uint64(0xFFFF), word >> np.uint64(16))]
    x, y = grid(picture)
    return resample(picture, x + s["alpha"] * gaussian(fields[0], s["sigma"]), y + s["alpha"] * gaussian(fields[1], s["sigma"]),
                    s["edge"])


def quantile(p):
    """The standard normal's, by Newton from the logistic one."""
    z = np.clip(np.log(p / (1 - p)) / 1.7, -5, 5)
    phi = np.vectorize(lambda value: 0.5 * math.erfc(-value / math.sqrt(2)))
    for _ in range(40):
        z -= np.clip((phi(z) - p) / (np.exp(-z * z / 2) / math.sqrt(2 * math.pi)), -1, 1)
    return z


def change(picture, seed, item, epoch, s):
    """All in their order."""
    if s["shift"] or s["rotate"] or s["scale"] or s["shear"]:
        picture = affine(picture, seed, item, epoch, s)
    if s["alpha"]:
        picture = elastic(picture, seed, item, epoch, s)
    if s["flip"]:
        word = int(philox(seed, FLIP, [0], item, 0 if s["alternating"] else epoch)[0][0])
        if word >> 31 ^ (s["alternating"] and epoch % 2):
            picture = picture[:, :, ::-1]
    picture = picture.copy()
    if s["erase"]:
        word = philox(seed, ERASE, [0], item, epoch)[:, 0]
        sides = [max(1, math.floor(math.sqrt(s["erase"]) * side + 0.5)) for side in picture.shape[1:]]
        top, left = (int(w) * (whole - side + 1) >> 32 for w, whole, side in zip(word, picture.shape[1:], sides))
        picture[:, top:top + sides[0], left:left + sides[1]] = 0
    if s["noise"]:
        word = words(seed, NOISE, picture.size, item, epoch)
        picture += s["noise"] * quantile((word.astype(np.float64) + 0.5) / 2 ** 32).reshape(picture.shape)
    return picture


NOTHING = {"shift": 0, "rotate": 0, "scale": 0, "shear": 0, "alpha": 0, "sigma": 0, "erase": 0, "noise": 0, "flip": 0,
           "alternating": 0, "edge": 0}
CASES = [{"shift": 2}, {"shift": 2.5, "edge": 1}, {"rotate": 180}, {"rotate": 15, "edge": 1}, {"scale": 0.9}, {"shear": 80},
         {"shift": 3, "rotate": 30, "scale": 0.2, "shear": 20}, {"alpha": 34, "sigma": 4}, {"alpha": 300, "sigma": 8, "edge": 1},
         {"alpha": 5, "sigma": 0.1}, {"alpha": 9, "sigma": 40}, {"flip": 1}, {"flip": 1, "alternating": 1}, {"erase": 0.2},
         {"erase": 0.999}, {"noise": 0.5},
         {"shift": 2, "rotate": 10, "scale": 0.1, "shear": 5, "alpha": 20, "sigma": 3, "flip": 1, "erase": 0.1, "noise": 0.1}]
random = np.random.RandomState(1)
for shape in ((1, 28, 28), (3, 32, 32), (2, 5, 9), (1, 9, 2), (1, 1, 13)):
    picture = random.random_sample(shape)
    for case in CASES:
        s = {**NOTHING, **case}
        for seed, epoch in ((1, 1), (2 ** 33 + 5, 4)):
            found = made(picture.astype(np.float32), 6, epoch, seed, **case)
            for item in range(6):
                off = np.abs(found[item] - change(picture.astype(np.float32).astype(np.float64), seed, item, epoch, s)).max()
                if off > 2e-3 * max(1, s["alpha"] / 100):
                    fail(f"{shape} {case}, seed {seed}, epoch {epoch}, item {item}: off by {off}")

# ---- what is drawn, seen in ramps: a place has the place it comes from ----
COUNT, SIDE = 3000, 41
x, y = np.meshgrid(np.arange(SIDE, dtype=float), np.arange(SIDE, dtype=float))
ramps, middle = np.array([x, y]) + 1000, SIDE // 2


def expect_uniform(name, drawn, limit):
    """Mean, extremes and quarters of numbers that are uniform in -limit ... limit."""
    low, high, mean = drawn.min(), drawn.max(), drawn.mean()
    quarters = np.histogram(drawn, np.linspace(-limit, limit, 5) * 1.001)[0] / len(drawn)
    if abs(mean) > 4 * limit / math.sqrt(3 * len(drawn)) or low > -0.995 * limit or high < 0.995 * limit \
            or low < -1.001 * limit or high > 1.001 * limit or np.abs(quarters - 0.25).max() > 0.035:
        fail(f"{name}: mean {mean}, {low} ... {high}, quarters {quarters}")


def maps(**setting):
    """The old places of the middle, and of steps to the right and down from there, one a row."""
    found = made(ramps, COUNT, edge=1, **setting)[:, :, middle - 4:middle + 5, middle - 4:middle + 5] - 1000 - middle
    return found[:, :, 4, 4], (found[:, :, 4, 8] - found[:, :, 4, 0]) / 8, (found[:, :, 8, 4] - found[:, :, 0, 4]) / 8


at, right, down = maps(shift=3)
expect_uniform("shift right", -at[:, 0], 3)
expect_uniform("shift down", -at[:, 1], 3)
if abs(np.corrcoef(at.T)[0, 1]) > 0.06:
    fail("the two shifts go together")
at, right, down = maps(rotate=30)
expect_uniform("rotate", np.degrees(np.arctan2(right[:, 1], right[:, 0])), 30)
if np.abs(at).max() > 1e-2 or np.abs(np.hypot(*right.T) - 1).max() > 1e-3 or np.abs((right * down).sum(1)).max() > 1e-3:
    fail("what is turned leaves its place or its form")
at, right, down = maps(scale=0.3)
expect_uniform("scale", 1 / right[:, 0] - 1, 0.3)
if np.abs(right[:, 1]).max() > 1e-3 or np.abs(right[:, 0] - down[:, 1]).max() > 1e-3:
    fail("what is made larger is not as it was")
at, right, down = maps(shear=20)
expect_uniform("shear", np.degrees(np.arctan(-down[:, 0])), 20)
if np.abs(right - [1, 0]).max() > 1e-3 or np.abs(down[:, 1] - 1).max() > 1e-3:
    fail("what is sheared turns, too")

ALPHA, SIGMA = 34, 4
found = made(ramps, COUNT, alpha=ALPHA, sigma=SIGMA, edge=1)[:, :, middle, middle] - 1000 - middle
k = np.arange(-12, 13)
weight = np.exp(-k * k / (2.0 * SIGMA * SIGMA))
weight /= weight.sum()
expected = ALPHA * (weight ** 2).sum() / math.sqrt(3)
if np.abs(found.mean(0)).max() > 4 * expected / math.sqrt(COUNT) or np.abs(found.std(0) / expected - 1).max() > 0.06 \
        or abs(np.corrcoef(found.T)[0, 1]) > 0.06:
    fail(f"elastic: mean {found.mean(0)}, deviation {found.std(0)}, expected {expected}")

flat = np.full((1, 20, 30), 0.5)
found = made(flat, 400, noise=0.2)
if abs(found.mean() - 0.5) > 4 * 0.2 / math.sqrt(found.size) or abs(found.std() / 0.2 - 1) > 0.01 or not 0.7 < found.max() - 0.5 < 1.3:
    fail(f"noise: mean {found.mean()}, deviation {found.std()}")
if abs(np.corrcoef(found[:, 0, 0, 0], found[:, 0, 0, 1])[0, 1]) > 0.2:
    fail("noise of neighbours goes together")
gone = (made(flat, COUNT, erase=0.25) == 0)[:, 0]
rows, columns = gone.any(2).argmax(1), gone.any(1).argmax(1)
if (gone.sum((1, 2)) != 10 * 15).any() or rows.min() != 0 or rows.max() != 10 or columns.min() != 0 or columns.max() != 15 \
        or abs(rows.mean() - 5) > 0.25 or abs(columns.mean() - 7.5) > 0.36:
    fail("erase: the rectangle is another")
print("ok")
