#!/usr/bin/env python3
"""A network that has learned the built-in digits reads drawn ones, dark on light paper, off the centre and of other sizes:
with --like-mnist each is what it is, without hardly any, and a note says why."""
import json
import os
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _files import png, save  # noqa: E402
from _predictor import fail, run  # noqa: E402

NETC = os.environ["NETC"]
random = np.random.default_rng(5)


def expect(condition, *words):
    if not condition:
        fail(" ".join(map(str, words)))


STROKES = {0: [[(50 + 30 * np.sin(t), 50 + 40 * np.cos(t)) for t in np.linspace(0, 2 * np.pi, 40)]],
           1: [[(52, 10), (48, 90)]],
           3: [[(30, 20), (50, 10), (68, 22), (62, 40), (45, 48), (66, 58), (70, 75), (50, 90), (28, 80)]],
           4: [[(40, 10), (28, 55), (78, 52)], [(66, 15), (58, 90)]],
           7: [[(22, 15), (76, 12), (45, 90)]]}


def draw(strokes, height, width, size, at, thick):
    """Dark strokes on light paper."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    near = np.full((height, width), 1e9)
    for stroke in strokes:
        points = [(at[0] + py * size / 100, at[1] + px * size / 100) for px, py in stroke]
        for (ay, ax), (by, bx) in zip(points, points[1:]):
            length = max((by - ay) ** 2 + (bx - ax) ** 2, 1e-9)
            t = np.clip(((y - ay) * (by - ay) + (x - ax) * (bx - ax)) / length, 0, 1)
            near = np.minimum(near, np.hypot(y - ay - t * (by - ay), x - ax - t * (bx - ax)))
    ink = np.clip(thick / 2 - near + 0.5, 0, 1)
    paper = 215 + 20 * x / width + random.normal(0, 4, (height, width))
    return np.clip(paper * (1 - ink) + 35 * ink, 0, 255).astype(np.uint8)


with open("digits.net", "w", encoding="utf-8") as file:
    file.write("""network digits {
    input 1x28x28
    conv 8 kernel=5x5 activation=relu
    pool max 2x2
    conv 16 kernel=5x5 activation=relu
    pool max 2x2
    dense 60 activation=relu
    dense 10 activation=softmax
}
train {
    data digits
    optimizer adam rate=0.002
    batch 32
    epochs 4
}
""")
for words in ((NETC, "train", "digits.net", "-q"), (NETC, "build", "digits.net", "--infer", "--weights", "runs/latest")):
    done = subprocess.run(words, capture_output=True, text=True)
    expect(done.returncode == 0, *words, done.stdout, done.stderr)


def classes(*words):
    out, err = run("./digits-predict", "--json", *words)
    return [json.loads(line)["class"] for line in out.splitlines()], err


for digit, strokes in STROKES.items():
    save(f"{digit}.png", png(draw(strokes, 300, 200, 120, (130, 60), 12)))
    save(f"{digit}-small.png", png(draw(strokes, 28, 28, 16, (9, 1), 2)))
    np.save(f"{digit}.npy", draw(strokes, 200, 300, 90, (12, 190), 9))
for form in ("{}.png", "{}-small.png", "{}.npy"):
    files = [form.format(digit) for digit in STROKES]
    found, err = classes("--like-mnist", *files)
    expect(found == list(STROKES) and err == "", form, "was taken for", found, err)
found, err = classes(*[f"{digit}-small.png" for digit in STROKES])
expect(sum(a == b for a, b in zip(found, STROKES)) <= 1, "without --like-mnist", found)
expect(err.startswith("digits-predict: note: 5 of 5 images look inverted (the first: 0-small.png)"), err)
out, err = run("./digits-predict", "0.png", status=3)
expect(err == "digits-predict: 0.png is 300x200, input is 28x28; --like-mnist makes it fit [image-size]\n", err)
out, err = run("./digits-predict", "0.npy", status=3)
expect(err == "digits-predict: 0.npy is 200x300, input is 1x28x28; --like-mnist makes it fit [image-size]\n", err)
