#!/usr/bin/env python3
"""Pictures as Pillow writes them, JPEG and PNG: each becomes the floats it should, bit for bit, whichever way round the
camera was held; pictures of other sizes are resampled as the rule in runtime/data/picture.h says it, written anew with
NumPy's integers. What is damaged or cut short gets one line."""
import io
import os
import re
import struct
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _files import PALETTE, chunk, png, save  # noqa: E402
from _predictor import fail, make, run  # noqa: E402

try:
    from PIL import Image, ImageOps
except ImportError:
    print("Pillow is not installed (python3-pil)")
    sys.exit(77)

NETC = os.environ["NETC"]
BYTE, WORD = np.float32(1.0 / 255), np.float32(1.0 / 65535)
random = np.random.default_rng(1)
count = 0


def smooth(height, width, channels):
    """Pixels that JPEG keeps something of: slopes with noise on them."""
    rows, columns = np.mgrid[0:height, 0:width]
    planes = [rows * 4 * (i + 1) + columns * 3 + random.integers(0, 40, (height, width)) for i in range(channels)]
    return (np.stack(planes, -1) % 256).astype(np.uint8)


def encode(picture, form, **options):
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def luma(values):
    return (values.astype(np.int64) @ np.array([19595, 38470, 7471]) + 32768)[..., None] >> 16


def pixels(data):
    """What Pillow decodes, [h, w, c], upright."""
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    return np.asarray(picture).reshape(picture.height, picture.width, -1).astype(np.int64)


def grey_or_colour(values, channels):
    """Bytes of grey or colours as a network of so many channels has them."""
    if channels == 1 and values.shape[-1] == 3:
        return luma(values)
    return np.repeat(values, 3, -1) if channels == 3 and values.shape[-1] == 1 else values


def gives(program, expected, data):
    """The file makes these floats, [h, w, c]."""
    global count
    run(program, "-q", "-o", "out.npy", save("file", data))
    found = np.load("out.npy").ravel()
    expected = np.moveaxis(expected.astype(np.float32), -1, 0).ravel()
    if not np.array_equal(found, expected):
        fail(f"{program}: expected\n{expected}\nfound\n{found}")
    count += 1


def says(expected, data, program):
    global count
    save("f", data)
    out, err = run(program, "-o", "none.npy", "f", status=3)
    if err != f"{program[2:]}: f{expected}\n" or out != "" or os.path.exists("none.npy"):
        fail(f"expected {program[2:]}: f{expected}\nfound    {err}and on standard output {out!r}")
    kind = re.search(r"\[([a-z-]+)\]$", expected)
    if not subprocess.run([NETC, "explain", kind[1]], capture_output=True, text=True).stdout.startswith(kind[1] + " ("):
        fail(f"netc explain {kind[1]}")
    count += 1


# ---- JPEG, in each of its forms ----

H, W = 37, 51
programs = {1: make("grey", (1, H, W)), 3: make("colour", (3, H, W))}
grey, colour = Image.fromarray(smooth(H, W, 1)[..., 0]), Image.fromarray(smooth(H, W, 3))
forms = [{}, {"quality": 100}, {"quality": 5}, {"progressive": True}, {"optimize": True}]
jpegs = [encode(grey, "JPEG", **form) for form in forms]
jpegs += [encode(colour, "JPEG", subsampling=part, **form) for form in forms for part in (0, 1, 2)]
for data in jpegs:
    for channels, program in programs.items():
        gives(program, grey_or_colour(pixels(data), channels) * BYTE, data)
data = jpegs[-1]
gives(programs[3], pixels(data) * BYTE, data[:-2] + b"of a camera" + data[-2:])  # between two segments
gives(programs[3], pixels(data) * BYTE, data + b"a second picture")

# ---- which way round ----

TURNED = {1: make("turned1", (1, W, H)), 3: make("turned3", (3, W, H))}
SHORT, LONG = 3, 4


def exif(orientation, order="<", kind=SHORT, number=1, entries=1, before=0):
    value = struct.pack(order + ("HH" if kind == SHORT else "I"), *([orientation, 0] if kind == SHORT else [orientation]))
    body = b"".join(struct.pack(order + "HHII", 0x100 + i, LONG, 1, i) for i in range(before))
    body += struct.pack(order + "HHI", 0x112, kind, number) + value
    return (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, before + entries) + body + bytes(4)


for turn in range(1, 9):
    for order in "<>":
        noted = exif(turn, order, before=turn % 3)
        for data in (encode(colour, "JPEG", exif=b"Exif\0\0" + noted), png(np.asarray(colour), 2, more=chunk(b"eXIf", noted))):
            upright = pixels(data)
            for channels in (1, 3):
                program = (programs if turn < 5 else TURNED)[channels]
                gives(program, grey_or_colour(upright, channels) * BYTE, data)
plain = encode(colour, "JPEG")
gives(TURNED[3], pixels(encode(colour, "JPEG", exif=b"Exif\0\0" + exif(6))) * BYTE,  # the first one counts
      encode(colour, "JPEG", exif=b"Exif\0\0" + exif(6) + b"Exif\0\0" + exif(2)))
for noted in (exif(0), exif(9), exif(6, kind=LONG), exif(6, number=2), exif(6, entries=300), exif(6)[:20], exif(6)[:9], b"",
              b"II*\0" + b"\xff" * 4 + exif(6), b"II+\0" + exif(6)[4:], b"II*\0\x07\0\0\0" + exif(6)[8:]):
    gives(programs[3], pixels(plain) * BYTE, encode(colour, "JPEG", exif=b"Exif\0\0" + noted))  # none that says anything

# ---- other sizes ----


def box(values, most, height, width):
    """The mean over areas of [h, w, c] of integers up to `most`, as bytes."""
    have = list(values.shape[:2])
    long = 1 if have[1] * height > have[0] * width else 0
    want = (height, width)
    kept = max(1, (have[1 - long] * want[long] + want[1 - long] // 2) // want[1 - long])
    if kept < have[long]:
        first = (have[long] - kept) // 2
        values = values[first:first + kept] if long == 0 else values[:, first:first + kept]
    h, w = values.shape[:2]
    sums = np.zeros((height, w, values.shape[2]), object)
    for parts in range(h * height):  # the picture's rows, each in `height` equal parts, of which h make a new row
        sums[parts // h] += values[parts // height].astype(object)
    both = np.zeros((height, width, values.shape[2]), object)
    for parts in range(w * width):
        both[:, parts // w] += sums[:, parts // width]
    return (both * 2 * 255 + h * w * most) // (2 * h * w * most)


def mixed(values, most, channels):
    """Values of which a network of so many channels sees [h, w, c] * most."""
    light, alpha = (values[..., :-1], values[..., -1:]) if values.shape[-1] in (2, 4) else (values, None)
    light = (luma(light) if channels < 3 and light.shape[-1] == 3 else
             np.repeat(light, 3, -1) if channels > 2 and light.shape[-1] == 1 else light).astype(np.int64)
    alpha = np.full_like(light[..., :1], most) if alpha is None else alpha.astype(np.int64)
    return light * alpha if channels in (1, 3) else np.concatenate([light, alpha], -1) * most


SIZES = [(5, 7), (7, 5), (10, 14), (1, 1), (1, 90), (90, 1), (3, 4), (64, 48), (5, 8), (6, 7)]
for channels in (1, 2, 3, 4):
    program = make(f"size{channels}", (channels, 5, 7), pictures=2)
    bytewise = make(f"bytes{channels}", (channels, 5, 7), pictures=1)
    for height, width in SIZES:
        for form in (1, 2, 3, 4):
            for depth in (8, 16):
                most = 2**depth - 1
                values = random.integers(0, most + 1, (height, width, form))
                data = png(values, {1: 0, 2: 4, 3: 2, 4: 6}[form], depth)
                expected = box(mixed(values, most, channels), most * most, 5, 7).astype(np.int64) * BYTE
                gives(program, expected, data)
                if (height, width) == (5, 7):
                    gives(bytewise, expected, data)
    data = encode(colour, "JPEG", exif=b"Exif\0\0" + exif(6))
    gives(program, box(mixed(pixels(data), 255, channels), 255 * 255, 5, 7).astype(np.int64) * BYTE, data)

# ---- what cannot be read ----

COLOUR, SIZED = programs[3], "./size3"
says(" is 37x51, input is 5x7 [image-size]", encode(colour, "JPEG"), "./bytes3")
data = encode(colour, "JPEG", subsampling=2)
says(" is 51x37, input is 37x51 [image-size]", encode(colour, "JPEG", exif=b"Exif\0\0" + exif(6)), COLOUR)
says(" is 37x52, input is 37x51 [image-size]", encode(Image.fromarray(smooth(H, W + 1, 3)), "JPEG"), COLOUR)
for end in (3, 10, 100, 500, len(data) - 100, len(data) - 2):
    says(": the JPEG file is cut short [short-file]", data[:end], COLOUR)
says(": is a JPEG image of CMYK inks, expected grey or colours; 'convert -colorspace sRGB' makes it that [unknown-format]",
     encode(colour.convert("CMYK"), "JPEG"), COLOUR)
scan = data.index(b"\xff\xda")
says(": is damaged: Unsupported JPEG data precision 12 [damaged-file]",
     data.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"), COLOUR)
says(": is damaged: Corrupt JPEG data: premature end of data segment [damaged-file]",
     data[:scan + 60] + b"\xff\xd9", COLOUR)
huge = bytearray(data)
at = data.index(b"\xff\xc0") + 5
huge[at:at + 4] = struct.pack(">HH", 65000, 65000)
says(" is 65000x65000, input is 37x51 [image-size]", bytes(huge), COLOUR)
says(" is 65000x65000, which is more than 134,217,728 pixels [image-size]", bytes(huge), SIZED)
tall = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 0))
says(" is 2147483647x2147483647, which is more than 134,217,728 pixels [image-size]",
     tall + chunk(b"IDAT", b"") + chunk(b"IEND", b""), SIZED)
one = encode(grey, "JPEG")  # as if it were the first of three colours, in scan after scan
frame, scan, end = one.index(b"\xff\xc0"), one.index(b"\xff\xda"), one.rindex(b"\xff\xd9")
three = struct.pack(">HHBHHB", 0xFFC0, 17, 8, H, W, 3) + b"\1\x11\0\2\x11\0\3\x11\0"
says(": is a JPEG image of more than 500 scans, which no program writes [damaged-file]",
     one[:frame] + three + one[frame + 13:end] + one[scan:end] * 600 + one[end:], COLOUR)

print(f"{count} pictures")
