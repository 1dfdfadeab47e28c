#!/usr/bin/env python3
"""Pictures that look unlike those a network has learned from: the notes about them, and --like-mnist, which makes pictures
of any size what MNIST's are, compared with the rule in runtime/data/like_mnist.h written anew with NumPy."""
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _files import GREY_ALPHA, RGB, idx, npy, packed, png, save  # noqa: E402
from _predictor import fail, make, run  # noqa: E402

SIDE, BOX = 28, 20
BYTE = np.float32(1.0 / 255)
random = np.random.default_rng(5)


def expect(condition, *words):
    if not condition:
        fail(" ".join(map(str, words)))


# ---- the rule ----

def pieces(length):
    """How much of each pixel of a side is in each of the twenty values, in 20ths of a pixel."""
    begin = np.maximum(np.arange(length)[None] * BOX, np.arange(BOX)[:, None] * length)
    end = np.minimum((np.arange(length)[None] + 1) * BOX, (np.arange(BOX)[:, None] + 1) * length)
    return np.maximum(end - begin, 0)


def beginning(mass):
    """Where the box stands, so that its centre of mass is nearest to 14."""
    at = (29 * int(mass.sum()) - 2 * int((mass * np.arange(BOX)).sum())) // (2 * int(mass.sum())) if mass.sum() else 4
    return min(max(at, 0), SIDE - BOX)


def like_mnist(grey):
    grey = np.asarray(grey, np.float32).astype(float)
    out = np.zeros((SIDE, SIDE), np.float32)
    inside = np.zeros(grey.shape, bool)
    inside[1:-1, 1:-1] = True
    edge = np.sort(grey[~inside])
    paper = edge[(len(edge) - 1) // 2]
    down, up = paper - min(grey.min(), paper), max(grey.max(), paper) - paper
    reach = -down if down > up else up
    if reach == 0:
        return out
    ink = np.maximum(np.floor((grey - paper) / reach * 255 + 0.5), 0).astype(np.int64)
    ink[ink < 64] = 0
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    ink = ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    longer = max(ink.shape)
    square = np.zeros((longer, longer), np.int64)
    top, left = ((longer - side) // 2 for side in ink.shape)
    square[top:top + ink.shape[0], left:left + ink.shape[1]] = ink
    weight = pieces(longer)
    box = (weight @ square @ weight.T + longer * longer // 2) // (longer * longer)
    top, left = beginning(box.sum(1)), beginning(box.sum(0))
    out[top:top + BOX, left:left + BOX] = box.astype(np.float32) * BYTE
    return out


copy, flat = make("copy", (1, 28, 28)), make("flat", (784,), picture=(1, 28, 28))
count = 0


def gives(grey, data, *words, program=copy, err=""):
    """The file becomes what the rule makes of these values, one picture or several."""
    global count
    grey = [grey] if np.ndim(grey) == 2 else grey
    wanted = np.stack([like_mnist(picture) for picture in grey]).reshape(len(grey), -1)
    for form, given in ((data, None), (packed(data), None), (None, data))[:1 if count % 5 else 3]:
        path = save("file", form) if form is not None else "-"
        found = run(program, "-o", "out.npy", "-q", "--like-mnist", *words, path, input=given)
        expect(found[1] == err, path, "said", found[1])
        expect(np.array_equal(np.load("out.npy"), wanted), "values differ:", np.shape(grey), words)
        count += 1


def blot(height, width, ink=40, paper=230, noise=10):
    """Strokes on paper, as bytes."""
    rows, columns = np.mgrid[0:height, 0:width]
    centre = random.uniform(0.3, 0.7, 2) * (height, width)
    ring = np.abs(np.hypot((rows - centre[0]) / height, (columns - centre[1]) / width) - 0.2) < 0.05
    return np.where(ring, ink, paper - random.integers(0, noise + 1, (height, width))).astype(np.uint8)


for height, width in ((200, 300), (301, 199), (28, 28), (20, 20), (7, 90), (64, 9), (2, 3), (1, 5), (6, 1)):
    for ink, paper in ((40, 230), (255, 12)):
        values = blot(height, width, ink, paper)
        if min(height, width) < 10:
            values = random.integers(0, 256, (height, width)).astype(np.uint8)
        gives(values * BYTE, png(values))
        gives(values * BYTE, npy(values))
        gives(values * BYTE, npy(values), program=flat)
        gives(values.astype(float), npy(values.astype(np.float64)))
        gives(values * BYTE, npy(np.asfortranarray(values), fortran=True))
        gives(values.astype(float) - 300, npy(values.astype(np.int16) - 300))
        if height > 1 and width > 1:
            gives(values * BYTE, npy(values[None]))
            gives(values * BYTE, npy(values[..., None]))
several = np.stack([blot(50, 40) for _ in range(300)])
gives(several * BYTE, npy(several))
gives(several * BYTE, npy(several[:, None]))
gives(several * BYTE, npy(several[..., None]))
gives(several * BYTE, idx(several))
small = np.stack([blot(28, 28) for _ in range(20)])
for program in (copy, flat):
    gives(small * BYTE, npy(small.reshape(20, 784)), program=program)
    gives(small * BYTE, idx(small), program=program)
    gives(small[0] * BYTE, npy(small[0].reshape(784)), program=program)
    gives(small * BYTE, (small * BYTE).astype("<f4").tobytes(), "--raw", program=program)
    gives(small.astype(float), "".join(",".join(map(str, row)) + "\n" for row in small.reshape(20, 784)).encode(),
          program=program)
colours = random.integers(0, 256, (60, 50, 3)).astype(np.uint8)
gives(((colours.astype(np.int64) @ np.array([19595, 38470, 7471]) + 32768) >> 16) * BYTE, png(colours, RGB))

# Dark ink on what is transparent lies on white paper, light ink on black.
shape = np.zeros((60, 40), bool)
shape[10:50, 18:24] = True
for ink, behind in ((20, 1), (240, 0)):
    alpha = np.where(shape, 255, 0).astype(np.uint8)
    values = np.stack([np.full_like(alpha, ink), alpha], -1)
    gives(np.where(shape, ink * BYTE, np.float32(behind)), png(values, GREY_ALPHA))

# An image that is MNIST's already stays as it is.
digit = np.zeros((28, 28), np.uint8)
digit[4:24, 11:17] = 200
digit[4:8, 11:17] = 255
digit[4:24, 13] = 64
expect(np.array_equal(like_mnist(digit * BYTE), np.roll(digit, 1, 0) * BYTE), "the rule moves what is in place")
gives(digit * BYTE, png(digit))

# ---- without ink ----

for values in (np.full((40, 30), 255), np.zeros((28, 28)), np.full((1, 1), 7), np.full((1, 9), 3)):
    values = values.astype(np.uint8)
    gives(values * BYTE, png(values))
    gives(values * BYTE, npy(values))
blank, drawn = save("blank.png", png(np.full((40, 30), 255))), save("drawn.png", png(blot(40, 30)))


def notes(expected, *words, program=copy, status=0):
    global count
    out, err = run(program, *words, status=status)
    wanted = f"{program[2:]}: note: {expected}\n" if expected else ""
    expect(err == wanted, words, "\n  expected", repr(wanted), "\n  found   ", repr(err))
    count += 1
    return out


notes("blank.png has no ink: all of it is of one colour", "--like-mnist", blank)
notes("2 of 3 images have no ink (the first: blank.png): all of it is of one colour", "--like-mnist", blank, drawn, blank)
notes("1 of 2 images has no ink (blank.png): all of it is of one colour", "--like-mnist", drawn, blank)
notes("", "--like-mnist", "-q", blank)
notes("", "--like-mnist", drawn)

# ---- what cannot be ----


def refuses(expected, *words, program=copy, status=3):
    global count
    out, err = run(program, *words, status=status)
    expect(out == "" and err == f"{program[2:]}: {expected}\n", words, "\n  expected", expected, "\n  found   ", err)
    count += 1


colour, vector = make("colour", (3, 32, 32)), make("vector", (784,))
refuses("--like-mnist is for networks that read pictures of 1x28x28, and 'colour' reads 3x32x32; leave it out",
        "--like-mnist", drawn, program=colour, status=2)
refuses("--like-mnist is for networks that read pictures of 1x28x28, and 'vector' reads 784 values, which its weights do "
        "not call pictures", "--like-mnist", drawn, program=vector, status=2)
refuses("unknown option '--invert'; did you mean '--like-mnist'?", "--invert", drawn, status=2)
refuses("--selftest reads no images, --like-mnist is about them; keep one", "--like-mnist", "--selftest", status=2)
expect("--like-mnist" in run(copy, "--help")[0], "--help of a network of digits")
expect("--like-mnist" not in run(colour, "--help")[0], "--help of another network")
save("cut.png", png(blot(40, 30))[:60])
refuses("cut.png: the PNG file is cut short [short-file]", "--like-mnist", "cut.png")
save("three.npy", npy(np.zeros((2, 3, 40, 30), np.uint8)))
refuses("three.npy is 2x3x40x30, input is 1x40x30 [image-size]", "--like-mnist", "three.npy")
refuses("three.npy is 2x3x40x30, input is 1x28x28 [image-size]", "three.npy")
save("few.csv", b"1,2,3\n")
expect("--like-mnist" not in run(copy, "few.csv", status=3)[1], "a table of few columns")
save("nan.npy", npy(np.full((40, 30), np.nan)))
refuses("nan.npy: item 0 has a value that is not finite [not-a-number]", "--like-mnist", "nan.npy")
save("empty", b"")
refuses("empty is empty, expected PNG, JPEG, IDX, NPY or CSV (--raw reads bare floats) [unknown-format]", "--like-mnist",
        "empty")
save("none.npy", npy(np.zeros((0, 40, 30), np.uint8)))
expect(run(copy, "--like-mnist", "none.npy", status=3)[0] == "", "no images")
save("large.npy", npy(np.zeros(0, np.uint8), shape=(1 << 14, 1 << 14)) + bytes(64))
expect("large.npy" in run(copy, "--like-mnist", "large.npy", status=3)[1], "a header's promise")

# ---- notes ----

rows, columns = np.mgrid[0:28, 0:28]
MEAN = np.exp(-((rows - 14) ** 2 + (columns - 14) ** 2) / 50)
MEAN = ((MEAN - MEAN.min()) / (MEAN.max() - MEAN.min())).astype(np.float32)
learned = make("learned", (1, 28, 28), mean=[0, 1, 0.2, 0.02, *MEAN.ravel()])
filled = make("filled", (1, 28, 28), mean=[0, 1, 0.2, 0.02, *np.clip(0.2 + MEAN, 0, 1).ravel()])
light = make("light", (1, 28, 28), mean=[0, 1, 0.2, 0.02, *(1 - MEAN).ravel()])
shapeless = make("shapeless", (784,), picture=(1, 28, 28), mean=[0, 1, 0.2, 0.02, *MEAN.ravel()])
usual = np.clip(MEAN * 1.2, 0, 1)
moved, inverted = np.roll(usual, 6, 1), 1 - usual
for name, values in {"usual": usual, "moved": moved, "inverted": inverted, "grey": np.full((28, 28), 0.5),
                     "bytes": usual * 255}.items():
    np.save(name + ".npy", values.astype(np.float32))
ADVICE = "; --like-mnist makes them like these"
for program in (learned, shapeless):
    notes("", "usual.npy", program=program)
    notes("", "grey.npy", program=program)
    notes("inverted.npy looks inverted: dark on light paper, where the training images are light on dark" + ADVICE,
          "inverted.npy", program=program)
    notes("moved.npy lies off the centre: farther than the training images do" + ADVICE, "moved.npy", program=program)
    notes("bytes.npy has other values: from 0 to 255, where the training images have 0 to 1 (divide by 255, or save bytes)",
          "bytes.npy", program=program)
    notes("", "-q", "bytes.npy", program=program)
    notes("", "--like-mnist", "inverted.npy", program=program)
# Pictures that --like-mnist does not make are of that form, too.
notes("usual.npy looks inverted: light on dark paper, where the training images are dark on light", "usual.npy", program=light)
notes("moved.npy lies off the centre: farther than the training images do", "moved.npy", program=filled)
for program in (light, filled, copy):
    refuses("drawn.png is 40x30, input is 28x28 [image-size]", drawn, program=program)
refuses("drawn.png is 40x30, input is 28x28; --like-mnist makes it fit [image-size]", drawn, program=learned)
out = notes("1 of 4 images has other values (bytes.npy): from 0 to 255, where the training images have 0 to 1 (divide by 255, or save "
            "bytes); 2 of 4 images "
            "look inverted (the first: inverted.npy): dark on light paper, where the training images are light on dark" +
            ADVICE, "--json", "usual.npy", "inverted.npy", "bytes.npy", "inverted.npy", program=learned)
expect([json.loads(line)["file"] for line in out.splitlines()] == ["usual.npy", "inverted.npy", "bytes.npy", "inverted.npy"],
       "results go on")
# One in a hundred is so in any set.
many = np.stack([usual] * 1000)
many[500:510] = inverted
np.save("many.npy", many.astype(np.float32))
notes("", "-o", "y.npy", "many.npy", program=learned)
many[510] = inverted
np.save("many.npy", many.astype(np.float32))
notes("11 of 1,000 images look inverted (the first: many.npy[500]): dark on light paper, where the training images are light "
      "on dark" + ADVICE, "-o", "y.npy", "many.npy", program=learned)

print(f"{count} files and messages")
