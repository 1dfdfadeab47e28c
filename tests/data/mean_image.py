#!/usr/bin/env python3
"""The mean image that weights files keep: of the rows that were trained on, before mean and std, reduced by area, with the
range and the bounds that runtime/data/likeness.h says, each as NumPy computes it; the same bits for every number of threads
and every way to the rows. Data without rows and columns has none. The program compares its inputs with it."""
import json
import os
import sys

import numpy as np

from _data import NETC, fail, folder, idx, run

random = np.random.default_rng(3)
CLASSES, COUNT = 3, 2400

MODEL = """network t {
    input %s
    dense 4 activation=tanh
    dense 3 activation=softmax
}
train {
    data %s
    split validation=400 order=file
    epochs 1
}
"""


def metadata(text, *words, status=0, **more):
    with open("t.net", "w", encoding="utf-8") as file:
        file.write(text)
    run(NETC, "train", "t.net", "-q", *words, **more)
    with open("runs/latest/weights.safetensors", "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        return json.loads(file.read(size))["__metadata__"]


def overlap(length, to):
    begin = np.maximum(np.arange(length)[None] * to, np.arange(to)[:, None] * length)
    end = np.minimum((np.arange(length)[None] + 1) * to, (np.arange(to)[:, None] + 1) * length)
    return np.maximum(end - begin, 0) / length


def reduced(x):
    """[..., rows, columns] with the longer side 32 at most."""
    rows, columns = x.shape[-2:]
    longer = max(rows, columns)
    if longer <= 32:
        return x
    to = [max((side * 32 + longer // 2) // longer, 1) for side in (rows, columns)]
    return overlap(rows, to[0]) @ x @ overlap(columns, to[1]).T


def centre(x):
    """Of what stands out from the paper, [n, channels, rows, columns] -> [n, 2] and whether the paper is light."""
    inside = np.zeros(x.shape[-2:], bool)
    inside[1:-1, 1:-1] = True
    low, high = x.min((1, 2, 3)), x.max((1, 2, 3))
    light = x[:, :, ~inside].mean((1, 2)) > (low + high) / 2
    ink = np.where(light[:, None, None, None], high[:, None, None, None] - x, x - low[:, None, None, None]).sum(1)
    mass = ink.sum((1, 2))
    return np.stack([(ink.sum(2) * np.arange(x.shape[2])).sum(1) / mass,
                     (ink.sum(1) * np.arange(x.shape[3])).sum(1) / mass], 1)


def check(text, x):
    """x: the rows that were trained on, [n, channels, rows, columns]."""
    image = json.loads(text)
    small = reduced(x.astype(float))
    mean = reduced(x.astype(float).mean(0))
    if image["shape"] != list(x.shape[1:]):
        fail("shape", image["shape"], x.shape)
    if not np.allclose(image["values"], mean.ravel(), rtol=1e-5, atol=1e-6):
        fail("mean", np.abs(np.array(image["values"]) - mean.ravel()).max())
    if not np.allclose([image["low"], image["high"]], [x.min(), x.max()], rtol=1e-6):
        fail("range", image["low"], image["high"], x.min(), x.max())
    a, b = small.reshape(len(small), -1), mean.ravel()
    a, b = a - a.mean(1, keepdims=True), b - b.mean()
    correlation = np.sort(a @ b / np.sqrt((a * a).sum(1) * (b @ b)))
    offset = np.sort((np.abs(centre(small) - centre(mean[None])) / small.shape[2:]).max(1))[::-1]
    beyond = len(x) // 1000
    if not 0 <= correlation[beyond] - image["likeness"] <= 0.0011:
        fail("likeness", image["likeness"], correlation[:beyond + 2])
    if not 0 <= image["offset"] - offset[beyond] <= 0.0011:
        fail("offset", image["offset"], offset[:beyond + 2])
    return text


def pictures(channels, rows, columns):
    """Blots about the middle on dark paper, now and then far off."""
    y = random.integers(0, CLASSES, COUNT)
    r, c = np.mgrid[0:rows, 0:columns]
    at = random.normal(0, 0.02, (COUNT, 2)) + 0.5
    at[::300] += 0.2
    size = (0.1 + 0.05 * y)[:, None, None]
    blot = np.exp(-(((r / rows - at[:, 0, None, None]) ** 2 + (c / columns - at[:, 1, None, None]) ** 2) / size ** 2))
    x = blot[:, None] * random.uniform(0.5, 1, (COUNT, channels, 1, 1)) * 250
    return x.astype(np.uint8), y


for channels, rows, columns in ((1, 28, 28), (3, 20, 12), (1, 40, 61), (2, 70, 3)):
    x, y = pictures(channels, rows, columns)
    shape = f"{channels}x{rows}x{columns}"
    learned = x[:COUNT - 400]
    folder("d", x=x, y=y, f=x * np.float32(1 / 255), z=x.astype(np.float32) - 100, r=x.reshape(COUNT, -1),
           last=np.moveaxis(x, 1, -1))
    text = MODEL % (shape, 'npy x="d/x.npy" y="d/y.npy"')
    kept = check(metadata(text)["mean_image"], learned / 255)
    for threads in (1, 2, 3):
        if metadata(text, "--threads", str(threads))["mean_image"] != kept:
            fail(shape, "threads", threads)
    standard = text.replace(shape, shape + " mean=data std=data")
    if metadata(standard)["mean_image"] != kept:
        fail(shape, "it is from before mean and std")
    for data in ('npy x="d/f.npy" y="d/y.npy"', 'npy x="d/last.npy" y="d/y.npy" order=channels_last'):
        if metadata(MODEL % (shape, data))["mean_image"] != kept:
            fail(shape, data)
    with open("d/x.idx", "wb") as file:
        file.write(idx(x))
    with open("d/y.idx", "wb") as file:
        file.write(idx(y.astype(np.uint8)))
    flat = str(channels * rows * columns)
    for data in ('idx images="d/x.idx" labels="d/y.idx"', 'npy x="d/x.npy" y="d/y.npy"'):
        if metadata(MODEL % (flat, data))["mean_image"] != kept:
            fail(shape, "flat", data)
        if metadata(MODEL % (flat, data), env={"NET_DATA_SMALL": 1, "XDG_CACHE_HOME": os.path.abspath("c")})["mean_image"] != kept:
            fail(shape, "mapped", data)
    check(metadata(MODEL % (shape, 'npy x="d/z.npy" y="d/y.npy"'))["mean_image"], learned.astype(float) - 100)
    moved = json.loads(metadata(text.replace("epochs", "augment shift=1.5\n    epochs"))["mean_image"])
    wanted = {**json.loads(kept), "offset": json.loads(kept)["offset"] + 1.5 / min(rows, columns)}
    if not np.isclose(moved.pop("offset"), wanted.pop("offset"), atol=1e-6) or moved != wanted:
        fail(shape, "augment shift=1.5", moved["shape"])
    if "mean_image" in metadata(MODEL % (flat, 'npy x="d/f.npy" y="d/y.npy"')):
        fail(shape, "rows and columns of floats that the network does not call pictures")
    turned = np.moveaxis(x[:100], 2, 3)
    folder("d", tx=turned, ty=y[:100])
    if metadata(MODEL % (flat, 'npy x="d/x.npy" y="d/y.npy" test_x="d/tx.npy" test_y="d/ty.npy"'))["mean_image"] != kept:
        fail(shape, "the test file's sides are another's")
    if "mean_image" in metadata(MODEL % (flat, 'npy x="d/r.npy" y="d/y.npy"')):
        fail(shape, "rows of numbers are no pictures")

# One value in all: nothing can be compared, and nothing is said.
np.save("d/x.npy", np.full((COUNT, 1, 5, 5), 7, np.uint8))
image = json.loads(metadata(MODEL % ("1x5x5", 'npy x="d/x.npy" y="d/y.npy"'))["mean_image"])
if not np.allclose([image["likeness"], image["offset"]], [0, 0.001]):
    fail("one value", image)
run(NETC, "build", "t.net", "--infer", "--weights", "runs/latest", "-o", "t")
np.save("x.npy", random.integers(0, 256, (20, 5, 5)).astype(np.uint8))
if run("./t", "x.npy")[1] != "":
    fail("a note on a set of one value")

# ---- in programs ----

x, y = pictures(1, 40, 61)
folder("d", x=x, y=y)
metadata(MODEL % ("1x40x61", 'npy x="d/x.npy" y="d/y.npy"'))
run(NETC, "build", "t.net", "--infer", "--weights", "runs/latest", "-o", "t")
np.save("test.npy", x[COUNT - 400:])
np.save("inverted.npy", 255 - x[COUNT - 400:])
np.save("moved.npy", np.roll(x[COUNT - 400:], 20, 3))
for name, wanted in {"test": "", "inverted": "look inverted", "moved": "lie off the centre"}.items():
    err = run("./t", "-o", "y.npy", name + ".npy")[1]
    if (wanted == "") != (err == "") or wanted not in err:
        fail(name, "gave the note", repr(err))


def rewrite(change):
    """A copy of the weights with other metadata."""
    with open("runs/latest/weights.safetensors", "rb") as file:
        content = file.read()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8:8 + size])
    change(header["__metadata__"])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open("w.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + content[8 + size:])


# Without it, and with that of pictures of another size, nothing is compared; what is none is refused.
for change in (lambda m: m.pop("mean_image"),
               lambda m: m.update(mean_image=json.dumps({"shape": [1, 2, 2], "low": 0, "high": 1, "likeness": 0, "offset": 0,
                                                         "values": [0, 1, 1, 0]}))):
    rewrite(change)
    run(NETC, "build", "t.net", "--infer", "--weights", "w.safetensors", "-o", "t")
    if run("./t", "-o", "y.npy", "inverted.npy")[1] != "":
        fail("a note without a mean image")
good = {"shape": [1, 40, 61], "low": 0, "high": 1, "likeness": 0, "offset": 0, "values": [0] * (21 * 32)}
for wrong in ({"shape": [1, 40]}, {"shape": [0, 40, 61]}, {"shape": [1, 40, 1 << 40]}, {"shape": ["1", 40, 61]}, {"low": "a"},
              {"high": 1e300}, {"values": [0] * 5}, {"values": ["a"] * (21 * 32)}, {"offset": None}, None):
    text = "[1" if wrong is None else json.dumps({**good, **wrong})
    rewrite(lambda m: m.update(mean_image=text))
    err = run(NETC, "build", "t.net", "--infer", "--weights", "w.safetensors", "-o", "t", status=3)[1]
    if "its mean_image is not one" not in err:
        fail(wrong, err)
rewrite(lambda m: m.update(mean_image=json.dumps(good)))
run(NETC, "build", "t.net", "--infer", "--weights", "w.safetensors", "-o", "t")
