"""What the tests of data share: a small network, trainers of it, and files of every form."""
import os
import re
import struct
import subprocess
import sys

import numpy as np

NETC = os.environ["NETC"]
SHAPE = (3, 6, 5)
COUNT = 120
HASH = re.compile(r"sha256 +([0-9a-f]{64})")

MODEL = """network small {{
    input 3x6x5
    dense 8 activation=tanh
    dense 3 activation=softmax
}}
train {{
    data {data}
    split validation=0.2 test=0.1 order={order}
    epochs 1
}}
"""


def fail(*words):
    print("FAILED:", *words)
    sys.exit(1)


def run(*words, status=0, **more):
    """What a command prints, and its messages."""
    env = {**os.environ, **{key: str(value) for key, value in more.pop("env", {}).items()}}
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=env, **more)
    if done.returncode != status:
        fail(*words, f"status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def call(*words, **more):
    """Both streams of a command in one."""
    return "".join(run(*words, **more))


def build(name, data, order="shuffled"):
    with open(name + ".net", "w", encoding="utf-8") as file:
        file.write(MODEL.format(data=data, order=order))
    call(NETC, "build", name + ".net", "-o", name)
    return "./" + name


def weights(program, folder, *options, **more):
    """The hash of what one epoch makes of the data in a folder."""
    out = call(program, "--data-dir", folder, "--threads", "1", *options, **more)
    found = HASH.search(out)
    if not found:
        fail(program, folder, "printed no hash:\n" + out)
    return found[1]


def examples(kind="<f4", count=COUNT):
    """Values that every type of number has, and their classes, sorted by class."""
    random = np.random.default_rng(7)
    y = np.sort(random.integers(0, 3, count))
    x = random.integers(0, 2 if kind == "|b1" else 40, (count, *SHAPE))
    x[np.arange(count), y] += 0 if kind == "|b1" else 20
    return x.astype(kind), y


def idx(values):
    codes = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
    kind = values.dtype.str[1:]
    return struct.pack(f">HBB{values.ndim}I", 0, codes[kind], values.ndim, *values.shape) + values.astype(">" + kind).tobytes()


def folder(name, **files):
    """A folder with these arrays, or bytes; x=… is x.npy."""
    os.makedirs(name, exist_ok=True)
    for key, value in files.items():
        path = f"{name}/{key}.npy"
        if isinstance(value, bytes):
            with open(path, "wb") as file:
                file.write(value)
        else:
            np.save(path, value)
    return name
