#!/usr/bin/env python3
"""What an inference binary reads: each form of PNG, NPY, IDX and bare floats becomes the floats it should, compared
bit for bit through a network whose outputs are its inputs."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _files import *  # noqa: E402,F403
from _predictor import fail, make, run  # noqa: E402

BYTE, WORD = np.float32(1.0 / 255), np.float32(1.0 / 65535)
random = np.random.default_rng(1)
count = 0


def outputs(program, *words, **more):
    run(program, "-q", "-o", "out.npy", *words, **more)
    return np.load("out.npy")


def gives(program, expected, data, *words):
    """The file makes these floats, as a file, packed, and through a pipe."""
    global count
    expected = np.asarray(expected, np.float32)
    expected = expected.reshape(expected.shape[0], -1)
    for path, given in ((save("file", data), None), (save("file.gz", packed(data)), None), ("-", data)):
        found = outputs(program, *words, path, input=given)
        if found.dtype != np.dtype("<f4") or found.shape != expected.shape or not np.array_equal(found, expected):
            fail(f"{program} {path}: expected {expected.shape}\n{expected}\nfound {found.shape}\n{found}")
        count += 1


grey = make("grey", (1, 5, 7))
colour = make("colour", (3, 5, 7))
pair = make("pair", (2, 5, 7))
quad = make("quad", (4, 5, 7))
flat = make("flat", (105,))


# ---- PNG ----

def planes(values, scale):
    """[h, w, c] of integers as one image [1, c, h, w]."""
    return np.moveaxis(values.astype(np.float32) * scale, -1, 0)[None]


def luma(values):
    return (values.astype(np.int64) @ np.array([19595, 38470, 7471]) + 32768)[..., None] >> 16


def blended(values, alpha, scale, most):
    light, share = values.astype(np.float32) * scale, alpha.astype(np.float32) * scale
    return np.moveaxis(np.where(alpha < most, light * share, light), -1, 0)[None]


for depth, scale in ((8, BYTE), (16, WORD)):
    most = 2**depth - 1
    g = random.integers(0, most + 1, (5, 7, 1))
    g[0, 0], g[0, 1] = 0, most
    c = random.integers(0, most + 1, (5, 7, 3))
    a = random.integers(0, most + 1, (5, 7, 1))
    a[0, :3, 0] = most, 0, most // 2
    opaque = np.full_like(a, most)
    rgb = np.repeat(g, 3, -1)
    with_alpha = np.concatenate([c, a], -1)
    for interlace in (False, True):
        gives(grey, planes(g, scale), png(g, GREY, depth, interlace))
        gives(grey, planes(g, scale), png(rgb, RGB, depth, interlace))
        gives(colour, planes(c, scale), png(c, RGB, depth, interlace))
        gives(quad, planes(with_alpha, scale), png(with_alpha, RGBA, depth, interlace))
    gives(grey, planes(luma(c), scale), png(c, RGB, depth))
    gives(colour, planes(rgb, scale), png(g, GREY, depth))
    gives(pair, planes(np.concatenate([g, a], -1), scale), png(np.concatenate([g, a], -1), GREY_ALPHA, depth))
    gives(pair, planes(np.concatenate([g, opaque], -1), scale), png(g, GREY, depth))
    gives(pair, planes(np.concatenate([luma(c), a], -1), scale), png(with_alpha, RGBA, depth))
    gives(quad, planes(np.concatenate([rgb, a], -1), scale), png(np.concatenate([g, a], -1), GREY_ALPHA, depth))
    gives(quad, planes(np.concatenate([c, opaque], -1), scale), png(c, RGB, depth))
    gives(grey, blended(g, a, scale, most), png(np.concatenate([g, a], -1), GREY_ALPHA, depth))
    gives(colour, blended(c, a, scale, most), png(with_alpha, RGBA, depth))
    gives(grey, blended(luma(c), a, scale, most), png(with_alpha, RGBA, depth))
    gives(flat, planes(c, scale), png(c, RGB, depth))

for depth in (1, 2, 4):
    g = random.integers(0, 2**depth, (5, 7, 1))
    gives(grey, planes(g * 255 // (2**depth - 1), BYTE), png(g, GREY, depth))
    table = random.integers(0, 256, (2**depth, 3))
    gives(colour, planes(table[g[..., 0]], BYTE), png(g, PALETTE, depth, palette=table))
table = random.integers(0, 256, (256, 3))
g = random.integers(0, 256, (5, 7, 1))
gives(colour, planes(table[g[..., 0]], BYTE), png(g, PALETTE, 8, True, palette=table))
gives(grey, planes(luma(table[g[..., 0]]), BYTE), png(g, PALETTE, 8, palette=table))
g[0, 0], g[0, 1] = 0, 1
alphas = np.full(256, 255)
alphas[:2] = 0, 100
gives(colour, blended(table[g[..., 0]], alphas[g], BYTE, 255), png(g, PALETTE, 8, palette=table, alpha=[0, 100]))
gives(grey, blended(g, np.where(g == 1, 0, 255), BYTE, 255), png(g, GREY, 8, alpha=[0, 1]))

# What is beside the pixels is passed over: gamma, text, an unknown chunk that may be.
beside = chunk(b"gAMA", b"\0\0\x10\0") + chunk(b"tEXt", b"Title\0x") + chunk(b"zzZz", b"x") + chunk(b"sRGB", b"\0")
gives(grey, planes(g, BYTE), png(g, more=beside))

# ---- NPY ----

x = random.normal(size=(300, 1, 5, 7))
u = random.integers(0, 256, (300, 1, 5, 7), np.uint8)
for version in (1, 2, 3):
    for kind in ("<f4", ">f4", "<f8", ">f8"):
        gives(grey, x.astype(kind).astype(np.float32), npy(x.astype(kind), version))
    gives(grey, u * BYTE, npy(u, version))
for shape in ((300, 5, 7), (300, 35), (300, 1, 5, 7), (300, 1, 1, 5, 7)):
    gives(grey, u * BYTE, npy(u.reshape(shape)))
for shape in ((5, 7), (1, 5, 7), (35,), (1, 1, 5, 7)):
    gives(grey, u[:1] * BYTE, npy(u[0].reshape(shape)))
c = random.normal(size=(20, 3, 5, 7)).astype("<f4")
for shape in ((20, 3, 5, 7), (20, 105)):
    gives(colour, c, npy(c.reshape(shape)))
for shape in ((20, 3, 5, 7), (20, 105), (20, 7, 15)):
    gives(flat, c, npy(c.reshape(shape)))
gives(colour, c[:1], npy(c[0]))
single = make("single", (1,))
for shape in ((300,), (300, 1), (300, 1, 1)):
    gives(single, x[:, 0, 0, 0], npy(x[:, 0, 0, 0].astype("<f4").reshape(shape)))
for shape in ((), (1,), (1, 1)):
    gives(single, x[:1, 0, 0, 0], npy(x[0, 0, 0, 0].astype("<f4").reshape(shape)))
for header in ('{"shape":(2L,35L),"fortran_order":False,"descr":"=f4"}', "{ 'fortran_order' : False ,\n'shape' : ( 2 , 35 , ),"
               " 'descr' : '<f4' }"):
    gives(grey, x[:2], npy(x[:2].astype("<f4"), header=header))
gives(grey, u[:1] * BYTE, npy(u[0].reshape(35), fortran=True))

# Every type of number in both orders, and the first index fastest.
whole = random.integers(-100, 100, (20, 1, 5, 7))
for kind in ("|i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"):
    gives(grey, whole.astype(kind).astype(np.float32), npy(whole.astype(kind)))
    gives(grey, whole.astype(kind).astype(np.float32), npy(np.asfortranarray(whole.astype(kind)), fortran=True))
for kind in ("<u2", ">u2", "<u4", ">u4", "<u8", ">u8", "|b1"):
    gives(grey, abs(whole).astype(kind).astype(np.float32), npy(abs(whole).astype(kind)))
gives(grey, u * BYTE, npy(np.asfortranarray(u), fortran=True))
gives(colour, c, npy(np.asfortranarray(c), fortran=True))
gives(colour, c[:1], npy(np.asfortranarray(c[0]), fortran=True))
edges = np.zeros((1, 1, 5, 7), "<f2")
edges.reshape(-1)[:6] = 65504, -65504, 2**-24, -(2**-14), 2**-14 - 2**-24, -0.0
gives(grey, edges.astype(np.float32), npy(edges))
np.save("x.npy", x)
np.save("u.npy", u)
if not np.array_equal(outputs(grey, "x.npy", "u.npy"),
                      np.concatenate([x.astype("f4"), u * BYTE]).reshape(600, 35)):
    fail("two of NumPy's own files")

# ---- IDX and bare floats; more than one batch, in each part of one ----

for n in (1, 2, 255, 256, 257, 300):
    gives(grey, u[:n] * BYTE, idx(u[:n, 0]))
    gives(grey, x[:n], x[:n].astype("<f4").tobytes(), "--raw")
gives(grey, u * BYTE, idx(u))
gives(grey, u * BYTE, idx(u.reshape(300, 35)))
gives(grey, x, idx(x.astype("f4")))
for kind in ("|i1", ">i2", ">i4", ">f8"):
    gives(grey, whole.astype(kind).astype(np.float32), idx(whole.astype(kind)))
gives(flat, c, idx(c))

print(f"{count} files")
