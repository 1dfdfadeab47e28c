"""Files that tests of inference binaries read: PNG, IDX, NPY, written byte by byte, well or badly."""
import gzip
import struct
import zlib

import numpy as np

ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6


def save(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return path


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def scanlines(samples, depth):
    """Rows of [h, w, channels], packed, each with the filter 'none'."""
    out = b""
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            packed = row.astype(">u2").tobytes()
        elif depth == 8:
            packed = row.astype("u1").tobytes()
        else:
            bits = "".join(f"{value:0{depth}b}" for value in row)
            bits += "0" * (-len(bits) % 8)
            packed = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
        out += b"\0" + packed
    return out


def png(samples, colour=GREY, depth=8, interlace=False, palette=None, alpha=None, more=b""):
    """A PNG of the samples [h, w] or [h, w, channels]; alpha is the content of tRNS, `more` chunks before the pixels."""
    samples = np.asarray(samples)
    samples = samples.reshape(*samples.shape[:2], -1)
    height, width, _ = samples.shape
    body = scanlines(samples, depth) if not interlace else b"".join(
        scanlines(samples[y::dy, x::dx], depth) for y, x, dy, dx in ADAM7 if samples[y::dy, x::dx].size)
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))
    if palette is not None:
        out += chunk(b"PLTE", bytes(np.asarray(palette, "u1").tobytes()))
    if alpha is not None:
        out += chunk(b"tRNS", bytes(alpha))
    return out + more + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def idx(values, kind=None):
    values = np.asarray(values)
    kinds = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
    kind = kind or kinds.get(values.dtype.str[1:], 0x0D)
    types = {code: name for name, code in kinds.items()}
    body = values.astype(">" + types.get(kind, "f4")).tobytes()
    return struct.pack(f">HBB{values.ndim}I", 0, kind, values.ndim, *values.shape) + body


def npy(values, version=1, descr=None, fortran=False, shape=None, header=None):
    """NumPy's format; what is given replaces what would be right."""
    values = np.asarray(values)
    shape = values.shape if shape is None else shape
    if header is None:
        header = f"{{'descr': {descr or repr(values.dtype.str)}, 'fortran_order': {fortran}, 'shape': {tuple(shape)!r}, }}"
    text = header.encode() + b" " * (-(len(header) + 11) % 64) + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text + values.tobytes("F" if fortran is True else "C")


packed = gzip.compress
