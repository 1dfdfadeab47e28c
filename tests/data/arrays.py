#!/usr/bin/env python3
"""What a trainer makes of arrays: the same values give the same weights, whatever the type, the order and the form of the
file; and a line for what is no such file."""
import gzip
import io
import os

import numpy as np
from numpy.lib import format as npy_format

from _data import NETC, COUNT, SHAPE, build, call, examples, fail, folder, idx, weights


def saved(values, version=None):
    file = io.BytesIO()
    npy_format.write_array(file, values, version=version)
    return file.getvalue()


trainer = build("arrays", 'npy x="x.npy" y="y.npy"')
last = build("last", 'npy x="x.npy" y="y.npy" order=channels_last')
x, y = examples()
whole = weights(trainer, folder("plain", x=x, y=y))


def same(what, program=trainer, **files):
    found = weights(program, folder("form", **{"x": x, "y": y, **files}))
    if found != whole:
        fail(what, "gives other weights")


for kind in ("|i1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8", "<f2", ">f2", ">f4",
             "<f8", ">f8"):
    same(kind, x=x.astype(kind))
    same(kind + ", first index fastest", x=np.asfortranarray(x.astype(kind)))
for version in ((1, 0), (2, 0), (3, 0)):
    same(version, x=saved(x, version))
same("packed", x=gzip.compress(saved(x)))
same("packed, first index fastest", x=gzip.compress(saved(np.asfortranarray(x))))
same("flat rows", x=x.reshape(COUNT, -1))
for kind in ("|u1", "|i1", "<u2", ">i4", "<i8", ">u8"):
    same("labels of " + kind, y=y.astype(kind))
same("labels in a column", y=y[:, None])
for order in ("C", "F"):
    same(f"channels last, {order}", last, x=np.array(np.moveaxis(x, 1, -1), order=order))
truths, y_truths = examples("|b1")
one = weights(trainer, folder("truths", x=truths, y=y_truths))
if one != weights(trainer, folder("numbers", x=truths.astype("<f4"), y=y_truths)):
    fail("truth values are not 0 and 1")

# ---- bytes are 0 to 1, whether the kernels or the loader divide them ----

u = x.astype("|u1")
scaled = weights(trainer, folder("scaled", x=u * np.float32(1 / 255), y=y))
if weights(trainer, folder("bytes", x=u, y=y)) != scaled:
    fail("bytes that the loader divides are others")
folder(".", x=u, y=y)
if weights(build("bytewise", 'npy x="x.npy" y="y.npy"'), "bytes") != scaled:
    fail("bytes that kernels divide are others")

# netc train looks at the files as they are now, whatever trainer it has built before
for values in (u, x, u):
    folder(".", x=values, y=y)
    call(NETC, "train", "bytewise.net", "-q", "--threads", "1")

# ---- IDX of every type ----

for kind in ("i1", "i2", "i4", "f4", "f8"):
    with open("x.idx", "wb") as file:
        file.write(idx(x.astype(kind)))
    with open("y.idx", "wb") as file:
        file.write(idx(y.astype("u1")))
    if weights(build("of_idx", 'idx images="x.idx" labels="y.idx"'), ".") != whole:
        fail("IDX of", kind, "gives other weights")

# a pipe in a file's place keeps nobody waiting who only checks
os.makedirs("waits", exist_ok=True)
os.mkfifo("waits/x.npy")
with open("bytewise.net", encoding="utf-8") as file, open("waits/waits.net", "w", encoding="utf-8") as copy:
    copy.write(file.read())
call(NETC, "check", "waits/waits.net", timeout=60)

# ---- what is refused ----


def bad(says, program=trainer, **files):
    out = call(program, "--data-dir", folder("bad", **{"x": x, "y": y, **files}), status=3)
    if says not in out or len(out.splitlines()) != 1:
        fail(f"expected one line with '{says}', found\n{out}")


bad(f"bad/y.npy: {COUNT - 1} labels for {COUNT} images [count-mismatch]", y=y[:-1])
bad("label 3, but the last layer has 3 outputs (classes 0 to 2); are the labels numbered from 1? [label-range]", y=y + 1)
bad("bad/y.npy holds values of type <f8, expected integers [type-mismatch]", y=y.astype(float))
bad("bad/x.npy: its examples are 6x5x3, input is 3x6x5; if the channels come last write order=channels_last in the data "
    "line [channel-order]", x=np.moveaxis(x, 1, -1).copy())
bad("is 4x6x5, input is 3x6x5; write 'input 4x6x5' [image-size]", x=np.zeros((9, 4, 6, 5)))
bad("holds values of type <c8", x=x.astype("<c8"))
bad("bad/x.npy is 3x6x5, one example without a list around it; save x[None], and one label [image-size]", x=x[0])
bad("bad/x.npy is 120 single values, and an example is 3x6x5; are images and labels swapped? [swapped-files]", x=y, y=x)
bad("bad/x.npy is 3x6x5x120, input is 3x6x5; its last side counts the examples, and the first is to: save "
    "np.moveaxis(x, -1, 0) [image-size]", x=np.moveaxis(x, 0, -1).copy())
broken = x.copy()
broken[7, 1, 2, 3] = np.nan
bad("bad/x.npy: item 7 has a value that is not finite [not-a-number]", x=broken)
bad("item 7 has a value that is beyond what a 32-bit float holds [not-a-number]", x=np.where(np.isnan(broken), 1e300, broken.astype("f8")))
bad("begins with 0x0d040000, expected NPY [unknown-format]", x=idx(x)[2:] + b"\0")
bad("is an IDX file, expected NPY [unknown-format]", x=idx(x))
image = saved(x)
bad("the file is cut short [short-file]", x=image[:-1])
bad("there is something after the data [long-file]", x=image + b"\0")
bad("ends within the header of an NPY file", x=image[:40])
bad("the file is cut short [short-file]", x=gzip.compress(image[:-40]))
bad("which cannot be [bad-header]", x=image.replace(b"(120, 3, 6, 5)", b"(0, 3, 6, 5)  "))
bad("the file is cut short [short-file]", x=gzip.compress(image.replace(b"(120, 3, 6, 5)", b"(920120,3,6,5)")))
bad("expected one label an image; are images and labels swapped? [swapped-files]", y=x)
if SHAPE != x.shape[1:]:
    fail("the test is about another shape")
