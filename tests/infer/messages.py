#!/usr/bin/env python3
"""What an inference binary says about files and options it cannot use: one line on standard error, to the letter, the
status that says whose mistake it is, nothing on standard output, and no file written."""
import os
import re
import struct
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _files import *  # noqa: E402,F403
from _predictor import fail, make, run  # noqa: E402

NETC = os.environ["NETC"]
PROGRAM = make("digits", (1, 5, 7), 3, ("zero", "one", "two"))
SIGMOID = make("sigmoid", (1, 5, 7), 1, ("no", "yes"))
COLOUR = make("colour", (3, 5, 7), 3, ("zero", "one", "two"))
FLAT = make("flat", (784,))
DEEP = make("deep", (5, 5, 7))
FEATURES = make("features", (1, 5, 7), 2)
count = 0


def says(expected, *words, status=3, program=PROGRAM, input=None):
    global count
    before = sorted(os.listdir("."))
    out, err = run(program, *words, status=status, input=input)
    if err != f"{program[2:]}: {expected}\n" or out != "":
        fail(f"{words}\n  expected {program[2:]}: {expected}\n  found    {err}  and on standard output {out!r}")
    if sorted(os.listdir(".")) != before:
        fail(f"{words}: left {set(os.listdir('.')) - set(before)}")
    kind = re.search(r"\[([a-z-]+)\]$", expected)
    if kind:
        explained = subprocess.run([NETC, "explain", kind[1]], capture_output=True, text=True)
        if explained.returncode != 0 or not explained.stdout.startswith(kind[1] + " ("):
            fail(f"netc explain {kind[1]}: {explained.stdout}{explained.stderr}")
    count += 1


def bad(data, expected, *words, program=PROGRAM, piped=True):
    """A file named f; the same bytes from a pipe get the same line, unless they have to be read first to see it."""
    save("f", data)
    says(f"f{expected}", "-o", "out.npy", *words, "f", program=program)
    if piped:
        says(f"standard input{expected}", *words, "-", program=program, input=data)


# ---- the command line ----

good = save("good.png", png(np.full((5, 7), 255)))
for words, expected in {
    (): "expected a file with images, for example 'digits digit.png' ('-': standard input)",
    ("--json",): "expected a file with images, for example 'digits digit.png' ('-': standard input)",
    ("",): "an argument is empty, expected a file with images",
    ("-", "good.png", "-"): "'-' is given 2 times; standard input can be read once",
    ("--jsn", "good.png"): "unknown option '--jsn'; did you mean '--json'?",
    ("--top-k=5", "good.png"): "unknown option '--top-k'; '--all' prints all classes, best first; it takes no number",
    ("--all", "3", "good.png"): "--all takes no value; leave '3' out",
    ("--json", "out.json", "good.png"): "--json takes no value, it prints on standard output; write --json >out.json",
    ("-oout.npy", "good.png"): "unknown option '-oout.npy'; write -o out.npy",
    ("all", "good.png"): "unexpected 'all'; did you mean '--all'?",
    ("\u2014all", "good.png"): "unexpected '\u2014all'; did you mean '--all'?",
    ("good.png", "out.npy"): "there is no file 'out.npy'; one for the outputs is named by -o out.npy",
    ("good.png", "-o", "out.csv"):
        "-o out.csv: .csv is the ending of a table of text, and this is a NumPy array; write -o out.npy",
    ("--fp16", "good.png"): "unknown option '--fp16'; all numbers are 32-bit floats; leave it out",
    ("--resize", "good.png"):
        "unknown option '--resize'; pictures are taken as they are, in the size of the input; leave it out",
    ("--threads=4", "good.png"):
        "unknown option '--threads'; a program runs on one thread of the processor; leave it out",
    ("--input", "good.png"): "unknown option '--input'; files are named without an option; leave it out",
    ("--weights", "w", "good.png"): "unknown option '--weights'; model and weights are inside the program; leave it out",
    ("-v", "good.png"): "unknown option '-v'; leave it out; --all prints every class's output",
    ("--csv", "good.png"): 
        "unknown option '--csv'; '--json' is the form for programs, '-o y.npy' writes the outputs as a NumPy array",
    ("-x", "good.png"): "unknown option '-x'; 'digits --help' lists them",
    ("--all=yes", "good.png"): "--all takes no value; leave 'yes' out",
    ("good.png", "-o"): "--output needs a FILE",
    ("good.png", "-o", "-"): "--output needs the name of a file, found '-'",
    ("good.png", "-o", "a.npy", "--output=b.npy"): "--output is given twice; keep one",
    ("--labels", "y", "--labels", "y", "good.png"): "--labels is given twice; keep one",
    ("good.png", "--labels="): "--labels needs the name of a file, found ''",
}.items():
    says(expected, *words, status=2)
says("--labels is about classes, and the outputs of 'features' are none", "--labels", "y", "good.png", status=2,
     program=FEATURES)
says("--all is about classes, and the outputs of 'features' are none", "--all", "good.png", status=2,
     program=FEATURES)

# ---- options that contradict each other ----

save("labels.idx", idx(np.zeros(1, np.uint8)))
for words, expected in {
    ("--all", "--labels", "labels.idx", "good.png"):
        "--all is about each image, with --labels one accuracy is printed; keep one",
    ("--all", "good.png", "labels.idx"): "--all is about each image, with label files one accuracy is printed; keep one",
    ("--all", "-o", "y.npy", "good.png"):
        "--all is about what is printed of each image, with --output that goes to the file; keep one",
    ("--json", "-o", "y.npy", "good.png"):
        "--json is about what is printed of each image, with --output that goes to the file; keep one",
    ("--selftest", "good.png"): "--selftest reads no images, and 'good.png' is given; keep one",
    **{("--selftest", *option): f"--selftest reads no images, {option[0]} is about them; keep one"
       for option in (("--all",), ("--json",), ("--output", "y.npy"), ("--labels", "labels.idx"), ("--raw",))},
}.items():
    says(expected, *words, status=2)

# ---- files that cannot be read or written ----

says("absent.png: cannot open: No such file or directory; there is good.png", "absent.png")
says("good: cannot open: No such file or directory; did you mean 'good.png'?", "good")
says("*.jpg: cannot open: No such file or directory; no file fits that pattern", "*.jpg")
says("bad??name: cannot open: No such file or directory", "bad\x1b\nname")
os.mkdir("pictures")
save("pictures/a.png", b"x")
says("pictures/: cannot read: it is a folder; its files are 'pictures/*'", "pictures/")
os.makedirs("classes/a")
says("classes: cannot read: it is a folder; its files are 'classes/*/*'", "classes")
os.mkdir("folder")
says("folder: cannot write: it is a folder; write -o folder/out.npy", "-o", "folder", "good.png")
save("in.npy", npy(np.zeros((3, 5, 7), np.uint8)))
os.symlink("in.npy", "link.npy")
for name in ("in.npy", "./in.npy", "link.npy"):
    says(f"-o {name}: that file is read; -o names another one", "-o", name, "good.png", "in.npy", status=2)
if os.path.exists("/dev/full"):
    says("/dev/full: cannot write: No space left on device", "-o", "/dev/full", "good.png")
bad(gzip.compress(npy(np.zeros((3, 5, 7), np.uint8)))[:12], ": is damaged: not a whole gzip file [damaged-file]")
says("nowhere/out.npy: cannot create a file beside it: No such file or directory; there is no folder 'nowhere'; 'mkdir "
     "-p nowhere' makes the folder", "-o", "nowhere/out.npy", "good.png")
says("y.npy: cannot open: No such file or directory; there are in.npy, link.npy", "--labels", "y.npy", "good.png")
if os.path.exists("/dev/full"):
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "good.png"], stdout=full, stderr=subprocess.PIPE, text=True)
    if done.returncode != 3 or done.stderr != "digits: standard output: cannot write: No space left on device\n":
        fail(f"a full disk: {done.returncode} {done.stderr}")

# ---- formats ----

expected = ", expected PNG, JPEG, IDX, NPY or CSV (--raw reads bare floats) [unknown-format]"
for data, found in ((b"", "is empty"), (b"GIF89a..", "is a GIF image"),
                    (b"BM\0\0....", "is a BMP image"), (b"RIFF....WEBP", "is a RIFF file"), (b"II*\0....", "is a TIFF image"),
                    (b"PK\3\4....", "is a zip or NPZ archive"), (b"P5 5 7 255\n", "is a PGM image"),
                    (b"\x89HDF\r\n\x1a\n", "is an HDF5 file"), (b"%PDF-1.4", "is a PDF file"),
                    (bytes(100), "begins with 0x00000000"),
                    (b"\x89PNX\r\n\x1a\n", "begins with 0x89504e58")):
    bad(data, f" {found}{expected}")
bad(b"ab", " has 1 column, expected 35 inputs [unknown-column]")

# ---- PNG ----

image = png(np.arange(35).reshape(5, 7))
bad(png(np.zeros((7, 5))), " is 7x5, input is 5x7 [image-size]")
bad(png(np.zeros((5, 7, 3)), RGB), " is 5x7 of at most 4 channels, input is 5x5x7 [image-size]", program=DEEP)
bad(png(np.zeros((27, 28))), " is 27x28, input is 784 [image-size]", program=FLAT)
bad(png(np.zeros((1, 1))), " is 1x1, input is 784 [image-size]", program=FLAT)
huge = image[:16] + struct.pack(">II", 2**31 - 1, 2**31 - 1) + image[24:29]
bad(huge + struct.pack(">I", zlib.crc32(huge[12:])) + image[33:], " is 2147483647x2147483647, input is 5x7 [image-size]")
bad(image[:20], ": the PNG file is cut short [short-file]")
bad(image[:60], ": the PNG file is cut short [short-file]")
bad(image[:-12], ": the PNG file is cut short [short-file]")
bad(image[:29] + b"xxxx" + image[33:], ": is damaged: IHDR: CRC error [damaged-file]")
bad(image[:-16] + b"xxxx" + image[-12:], ": is damaged: IDAT: CRC error [damaged-file]")
bad(image[:33] + chunk(b"IEND", b""), ": is damaged: IEND: out of place [damaged-file]")
bad(image[:33] + chunk(b"ZzZz", b"") + image[33:], ": is damaged: ZzZz: unhandled critical chunk [damaged-file]")
bad(image[:33] + chunk(b"IDAT", zlib.compress(bytes(20))) + chunk(b"IEND", b""),
    ": is damaged: Not enough image data [damaged-file]")
bad(png(np.zeros((5, 7)), PALETTE), ": is damaged: IDAT: Missing PLTE before IDAT [damaged-file]")
for name in "abc":
    save(f"{name}.png", png(np.zeros((6, 7))))
says("a.png is 6x7, input is 5x7 (2 other files too) [image-size]", "-o", "out.npy", "good.png", "a.png", "good.png",
     "b.png", "c.png")
says("a.png is 6x7, input is 5x7 (1 other file too) [image-size]", "a.png", "c.png")

# ---- NPY ----

x = np.zeros((4, 1, 5, 7), np.float32)
array = npy(x)
bad(npy(np.zeros((4, 6, 7))), " is 4x6x7, input is 1x5x7 [image-size]")
bad(npy(np.zeros(36)), " is 36, input is 1x5x7 [image-size]")
bad(npy(np.float32(1)), " is scalar, input is 1x5x7 [image-size]")
moved = "; its channels come last: save np.moveaxis(x, -1, -3) [channel-order]"
bad(npy(np.zeros((4, 5, 7, 3))), f" is 4x5x7x3, input is 3x5x7{moved}", program=COLOUR)
bad(npy(np.zeros((5, 7, 3))), f" is 5x7x3, input is 3x5x7{moved}", program=COLOUR)
numbers = "expected floats of 16 to 64 bits, integers or truth values [type-mismatch]"
for kind in ("<c8", "<U5"):
    bad(npy(np.zeros((4, 5, 7), kind)), f" holds values of type {kind}, {numbers}")
for text in ("<f6", ">f16", "<f", "f4", "<f4x", "<f-4", "", "<", "|f1", "<b2"):
    bad(npy(x, descr=repr(text)), f" holds values of type {text}, {numbers}")
bad(npy(x, descr="[('a', '<f4', (2,)), ('b', '<f4')]"),
    f" holds values of type records, {numbers}")
bad(b"\x93NUMPY\4\0" + array[8:], ": version 4 of the NPY format, expected 1, 2 or 3 [bad-header]")
bad(b"\x93NUMPY\2\0\xff\xff\xff\xff" + array[10:], ": an NPY header of 4,294,967,295 bytes, which cannot be [bad-header]")
for size in (6, 9, 50):
    bad(array[:size], ": ends within the header of an NPY file; the file is cut short [short-file]")
for header in ("", "[]", "{}", "{'descr': '<f4', 'shape': (4,35)}", "{'descr': '<f4', 'fortran_order': 0, 'shape': (4,35)}",
               "{'descr': '<f4', 'fortran_order': False, 'shape': (4;35)}",
               "{'descr': '<f4', 'fortran_order': False, 'shape': (-4,35)}",
               "{'descr': '<f4', 'fortran_order': False, 'shape': (4,35), 'more': 1}",
               "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (4,35)}",
               "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,4,35)}",
               "{'descr': '<f4', 'fortran_order': False, 'shape': (4,35)} x"):
    bad(npy(x, header=header), ": the NPY header is no dictionary of descr, fortran_order and shape [bad-header]")
bad(npy(x, shape=(0, 5, 7)), ": the header promises 0x5x7 values, which cannot be [bad-header]")
bad(npy(x, shape=(2**40, 2**30)), ": the header promises 1099511627776x1073741824 values, which cannot be [bad-header]")
bad(array[:-100], ": 460 bytes after the header promised 560 (4 of 1x5x7); the file is cut short [short-file]")
bad(array + b"x", ": more than 560 bytes after the header promised 560 (4 of 1x5x7); there is something after the data "
    "[long-file]", piped=False)
bad(npy(np.full((4, 35), np.nan)), ": item 0 has a value that is not finite [not-a-number]")
x[2, 0, 1, 1] = np.inf
bad(npy(x), ": item 2 has a value that is not finite [not-a-number]")
bad(npy(np.full((1, 35), 1e300)), ": item 0 has a value that is beyond what a 32-bit float holds [not-a-number]")
bad(npy(np.full((1, 35), -np.inf)), ": item 0 has a value that is not finite [not-a-number]")
bad(npy(np.array([0.0] * 30 + [np.inf] + [1e300] * 4)), ": item 0 has a value that is not finite [not-a-number]")
bad(npy(np.array([0.0] * 30 + [-1e300] + [np.inf] * 4)), ": item 0 has a value that is beyond what a 32-bit float holds "
    "[not-a-number]")

# ---- IDX, gzip, bare floats ----

u = np.zeros((4, 5, 7), np.uint8)
bad(idx(np.zeros((4, 6, 7), np.uint8)), " is 4x6x7, input is 1x5x7 [image-size]")
bad(idx(u)[:-1], ": 139 bytes after the header promised 140 (4 of 5x7); the file is cut short [short-file]")
bad(idx(u) + b"x", ": more than 140 bytes after the header promised 140 (4 of 5x7); there is something after the data "
    "[long-file]", piped=False)
bad(idx(np.zeros(4, np.uint8)), ": magic 0x00000801 is a label file, expected images 0x00000803; are images and labels "
    "swapped? [swapped-files]")
bad(idx(u, 0x0A), ": magic 0x00000a03 is no IDX file of numbers, expected images 0x00000803 [not-idx]")
bad(idx(u)[:10], ": has 10 bytes, too few for an IDX header [short-file]")
broken = bytearray(packed(idx(u), mtime=0))
broken[15] ^= 0xFF
bad(bytes(broken), ": is damaged: not a whole gzip file [damaged-file]")
bad(bytes(140 + 4), ": 4 bytes after 1 image of 140 bytes (35 floats); the file is cut short [short-file]", "--raw")
bad(bytes(281), ": 1 byte after 2 images of 140 bytes (35 floats); the file is cut short [short-file]", "--raw")
bad(b"", ": 0 bytes after 0 images of 140 bytes (35 floats); the file is cut short [short-file]", "--raw")
bad(np.full(70, np.nan, "<f4").tobytes(), ": item 0 has a value that is not finite [not-a-number]", "--raw")
two = packed(np.linspace(0, 1, 70, dtype="<f4").tobytes())
for end in (-1, -8, -9):  # all images are there, the checksum is not
    bad(two[:end], ": is damaged: not a whole gzip file [damaged-file]", "--raw")
bad(two[:-8] + b"\0\0\0\0" + two[-4:], ": is damaged: not a whole gzip file [damaged-file]", "--raw")
stored = packed(bytes(140 * 4), 0)  # 10 bytes of gzip's header and 5 of a block's: cuts at any byte of the images
for size in (10, 15):
    bad(stored[:size], ": 0 bytes after 0 images of 140 bytes (35 floats); the file is cut short [short-file]", "--raw")
bad(stored[:15 + 140 * 2 + 4], ": 4 bytes after 2 images of 140 bytes (35 floats); the file is cut short [short-file]",
    "--raw")
bad(stored[:15 + 140 * 2], ": is damaged: not a whole gzip file [damaged-file]", "--raw")
save("many", packed(bytes(140 * 256))[:-8])  # they end with a batch
out, err = run(PROGRAM, "--raw", "many", status=3)
if err != "digits: many: is damaged: not a whole gzip file [damaged-file]\n":
    fail(f"a whole batch without a checksum: {err}")

# ---- labels ----

save("x.npy", npy(np.zeros((4, 35), np.float32)))
save("x.idx", idx(u))
save("y.npy", npy(np.zeros(4, np.int64)))
save("y.idx", idx(np.zeros(4, np.uint8)))
save("eight.npy", npy(np.zeros(8, np.int64)))


def labels(data, expected, *words, program=PROGRAM):
    save("labels", data)
    says(f"labels{expected}", "--labels", "labels", *(words or ("x.npy",)), program=program)


labels(idx(np.array([0, 1, 3, 0], np.uint8)), ": item 2: label 3, but the last layer has 3 outputs (classes 0 to 2); are "
       "the labels numbered from 1? [label-range]")
one = ": item 1: label 2, but the last layer has 1 output (classes 0 to 1); are the labels numbered from 1? [label-range]"
labels(npy(np.array([1, 2, 1, 2])), one, program=SIGMOID)
save("two.idx", idx(np.array([1, 2, 1, 2], np.uint8)))
says(f"two.idx{one}", "x.npy", "two.idx", program=SIGMOID)
labels(npy(np.array([0, 1, 2, -1])), ": item 3: label -1, but the last layer has 3 outputs (classes 0 to 2) [label-range]")
labels(npy(np.array([9, 1], ">i2")), ": item 0: label 9, but the last layer has 3 outputs (classes 0 to 2) [label-range]")
labels(npy(np.array([2**64 - 1], "<u8")),
       ": item 0: label 18446744073709551615, but the last layer has 3 outputs (classes 0 to 2) [label-range]")
labels(npy(np.zeros(4)), " holds values of type <f8, expected integers [type-mismatch]")
labels(npy(np.zeros(4, np.int64))[:-1], ": 31 bytes after the header promised 32 (4 values); the file is cut short [short-file]")
labels(packed(npy(np.zeros(4, np.int64)) + b"x"),
       ": more than 32 bytes after the header promised 32 (4 values); there is something after the data [long-file]")
labels(packed(npy(np.zeros(4, np.int64))[:-1]), ": 31 bytes after the header promised 32 (4 values); the file is cut short [short-file]")
labels(b"a,b\n1,2\n", " is a text, expected labels as IDX or NPY [unknown-format]")
labels(idx(u), ": magic 0x00000803 is an image file, expected labels 0x00000801; are images and labels swapped? "
       "[swapped-files]")
swapped = ", expected one label an image; are images and labels swapped? [swapped-files]"
labels(npy(np.zeros((4, 5, 7), np.uint8)), f" is 4x5x7{swapped}", "y.npy")
labels(npy(np.zeros((5, 7))), f" is 5x7{swapped}")
labels(npy(np.eye(4, 3, dtype=np.int64)), " is 4x3, expected one label an image [count-mismatch]")
labels(npy(np.zeros(3, np.int8)), ": 3 labels for 4 images [count-mismatch]")
labels(npy(np.zeros(5, np.int8)), ": 5 labels for 4 images [count-mismatch]")
labels(npy(np.zeros(7, np.int8)), ": 7 labels for 8 images [count-mismatch]", "x.npy", "x.idx")
labels(npy(np.zeros(9, np.int8)), ": 9 labels for 5 images [count-mismatch]", "x.npy", "good.png")
save("raw", bytes(140 * 4))
labels(npy(np.zeros(3, np.int8)), ": 3 labels for 4 images [count-mismatch]", "--raw", "raw")
labels(npy(np.zeros(5, np.int8)), ": 5 labels for 4 images [count-mismatch]", "--raw", "raw")
save("few.idx", idx(np.zeros(3, np.uint8)))
says("few.idx: 3 labels for 4 images [count-mismatch]", "x.idx", "few.idx")
save("more.idx", idx(np.zeros(300, np.uint8)))
says("more.idx: 300 labels for 4 images [count-mismatch]", "x.npy", "more.idx", "x.idx", "y.idx")
says("y.idx: magic 0x00000801 is a label file, expected images 0x00000803; are images and labels swapped? "
     "[swapped-files]", "y.idx", "x.idx")
says("labels are given twice, by --labels eight.npy and by the file y.idx; keep one", "--labels", "eight.npy", "x.idx",
     "y.idx", status=2)
says("labels are given twice, by --labels y.idx and by the file y.idx; keep one", "--labels", "y.idx", "y.idx", status=2)
says("x.idx: magic 0x00000803 is an image file, expected labels 0x00000801; are images and labels swapped? "
     "[swapped-files]", "--labels", "x.idx", "y.idx")
says("y.idx is a label file, and the outputs of 'features' are no classes [no-classes]", "x.idx", "y.idx",
     program=FEATURES)

# ---- the program itself ----

WRONG = make("wrong", (1, 5, 7), selftest=1)
says("selftest: the stored image of 'wrong' does not give its stored outputs; the binary is damaged, or this processor "
     "computes wrongly [selftest-failed]", "--selftest", program=WRONG)
IMPOSSIBLE = make("impossible", (1, 5, 7), 3, ("two", "names"))
done = subprocess.run([IMPOSSIBLE, "good.png"], capture_output=True, text=True)
if done.returncode != 3 or done.stderr != "impossible: this binary is damaged: its network cannot be [selftest-failed]\n":
    fail(f"an impossible network: {done.returncode} {done.stderr}")

print(f"{count} messages")
