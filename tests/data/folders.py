#!/usr/bin/env python3
"""Folders of pictures that Pillow has written: a network trained on one has the bits of one trained on the same bytes as
IDX, for PNG and JPEG, grey and colour; other sizes are resampled, in training as in prediction; what is foreign or
missing is named."""
import os
import re
import shutil
import sys

import numpy as np

from _data import NETC, fail, run

sys.path.insert(0, os.path.join(os.environ["NETC_ROOT"], "tests", "infer"))
from _files import idx, save  # noqa: E402

try:
    from PIL import Image
except ImportError:
    print("Pillow is not installed (python3-pil)")
    sys.exit(77)

random = np.random.default_rng(1)
CLASSES = ["Zebra", "ant", "öxchen"]  # as they sort by bytes

MODEL = """network t {
    input %dx6x8
    dense 5 activation=tanh
    dense 3 activation=softmax
}
train {
    data %s
    split validation=10 order=file
    epochs 3
    batch 8
}
"""


def train(channels, data):
    save("t.net", (MODEL % (channels, data)).encode())
    run(NETC, "train", "t.net", "-q")
    with open("runs/latest/best.safetensors", "rb") as file:
        content = file.read()
    return content[8 + int.from_bytes(content[:8], "little"):]


def luma(values):
    return (values.astype(np.int64) @ np.array([19595, 38470, 7471]) + 32768) >> 16


def pixels(path, channels):
    """What Pillow decodes, as a network of so many channels has it."""
    values = np.asarray(Image.open(path))
    if channels == 1:
        return (luma(values) if values.ndim == 3 else values)[None].astype(np.uint8)
    return np.moveaxis(values if values.ndim == 3 else np.repeat(values[..., None], 3, -1), -1, 0)


# ---- the same bytes in every form ----

for ending in ("png", "jpg"):
    for name in CLASSES:
        os.makedirs(f"{ending}/{name}")
        for i in range(15):
            shape = (6, 8, 3) if i % 2 else (6, 8)
            Image.fromarray(random.integers(0, 256, shape, np.uint8)).save(f"{ending}/{name}/{i}.{ending}")
    save(f"{ending}/.hidden", b"x")
    save(f"{ending}/ant/._1.png", b"x")
    paths = [f"{ending}/{name}/{file}" for name in CLASSES for file in sorted(f"{i}.{ending}" for i in range(15))]
    for channels in (1, 3):
        save("x.idx", idx(np.stack([pixels(path, channels) for path in paths])))
        save("y.idx", idx(np.repeat(np.arange(3, dtype=np.uint8), 15)))
        expected = train(channels, 'idx images="x.idx" labels="y.idx"')
        for data in (f'images train="{ending}"', f'images train="{ending}" size=6x8'):
            if train(channels, data) != expected:
                fail(f"data {data}, {channels} channels: other weights than of the same bytes as IDX")
for _ in range(2):  # converted into the cache, and read from there
    os.environ.update(NET_DATA_SMALL="0", XDG_CACHE_HOME=os.path.abspath("cache"))
    if train(3, 'images train="jpg"') != expected:
        fail("other weights by way of the cache")
del os.environ["NET_DATA_SMALL"]
if not any(name.endswith(".safetensors") for name in os.listdir("cache/netc/data")):
    fail("nothing is cached")
# ---- other sizes, and what training and prediction make of them ----

for name in CLASSES:
    os.makedirs(f"mixed/{name}")
    for i in range(15):
        depth = [(), (3,), (4,)][i % 3]
        values = random.integers(0, 256, (random.integers(3, 40), random.integers(3, 40), *depth), np.uint8)
        Image.fromarray(values).save(f"mixed/{name}/{i}.png")
train(3, 'images train="mixed" size=6x8')
run(NETC, "build", "t.net", "--infer", "--weights", "runs/latest")
mixed = [f"mixed/{name}/{file}" for name in CLASSES for file in sorted(f"{i}.png" for i in range(15))]
predicted = [line.split("  ")[1] for line in run("./t-predict", *mixed)[0].strip().split("\n")]
right = [path.split("/")[1] == name for path, name in zip(mixed, predicted)]
evaluated = run(NETC, "train", "t.net", "--evaluate", "--weights", "runs/latest")[0]
if len(right) != 45 or f"({sum(right[35:])} of 10" not in evaluated:
    fail(f"the program says {predicted}, the trainer:\n{evaluated}")

# ---- what is refused ----

data = 'images train="set"'


def says(message, status=3):
    save("t.net", (MODEL % (3, data)).encode())
    err = run(NETC, "train", "t.net", status=status)[1]
    if not re.sub(r"\S*/(set|other|one)\b", r"\1", err).startswith(f"netc train: {message}\n"):
        fail(f"expected {message}\nfound    {err}")
    kind = re.search(r"\[([a-z-]+)\]$", message)[1]
    if not run(NETC, "explain", kind)[0].startswith(f"{kind} ("):
        fail(f"netc explain {kind}")


def picture(path, height=6, width=8):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Image.fromarray(random.integers(0, 256, (height, width, 3), np.uint8)).save(path)


os.makedirs("set")
says("set is empty, expected a folder for each class [class-folders]")
picture("set/a/1.png")
picture("set/b/1.jpg")
says("set has 2 folders, each of a class, but the last layer has 3 outputs; write 'dense 2 activation=softmax' [label-range]")
os.makedirs("set/c")
says("set/c holds no picture; remove the folder, or put some there [class-folders]")
picture("set/c/1.png", 7, 8)
picture("set/c/2.png", 8, 6)
picture("set/c/3.jpg", 9, 6)
says("set/c/1.png is 7x8, input is 6x8 (2 other files too) [image-size]")
asked = run(NETC, "data", 'images train="set"', status=3)[1]
if asked != "netc: set/c/1.png is 7x8, the first picture is 6x8; of several sizes size=HxW makes one: netc data 'images " \
        "train=\"set\" size=6x8' [image-size]\n":
    fail(asked)
shutil.rmtree("set/c")
save("set/x.png", b"x")
says("set/x.png is no folder; each class has a folder of its own, as set/CLASS/x.png [class-folders]")
os.remove("set/x.png")
picture("set/c/1.png")
save("set/b/notes.txt", b"hello")
save("set/c/Thumbs.db", b"\xd0\xcf\x11")
says("set/b/notes.txt is neither PNG nor JPEG, expected a PNG or JPEG image (1 other file too) [unknown-format]")
os.remove("set/b/notes.txt")
os.remove("set/c/Thumbs.db")
os.makedirs("set/c/more")
says("set/c/more is no file, expected pictures alone in the folder of a class [class-folders]")
os.rmdir("set/c/more")
with open("set/b/1.jpg", "rb") as file:
    whole = file.read()
save("set/b/1.jpg", whole[:-20])
says("set/b/1.jpg: the JPEG file is cut short [short-file]")
save("set/b/1.jpg", whole)
shutil.copytree("set/c", "one/c")
data = 'images train="one"'
says("one has 1 folder, which is one class; two or more are to be told apart [label-range]")
data = 'images train="set" test="other"'
picture("other/d/1.png")
says("other/d: there is no class 'd' among those to train on [class-folders]")
data = 'images train="set" size=8x8'
save("t.net", (MODEL % (3, data)).encode())
err = run(NETC, "check", "t.net", status=1)[1]
if "pictures of size=8x8 are no input of 3x6x8 [bad-value]" not in err or "write size=6x8, or 'input 3x8x8'" not in err:
    fail(err)
print("folders")
