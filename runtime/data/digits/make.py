#!/usr/bin/env python3
"""Makes the `digits` data set: a uniform random sample of MNIST.

    python3 make.py FOLDER [OUT]

FOLDER holds the four files of MNIST (train-images-idx3-ubyte[.gz] and so on); the four files of `digits` are written
to OUT, by default the folder of this script. 6,000 of MNIST's 60,000 training images and 1,000 of its 10,000 test
images are drawn without replacement by random.Random(1), training images first, and stored in the order drawn; so
neither part is chosen by what is in it, and no test image comes from MNIST's training part. The same input gives the
same bytes with the same version of zlib.
"""

import gzip
import os
import random
import struct
import sys


def read(folder, stem, dimensions):
    for suffix in ("", ".gz"):
        path = os.path.join(folder, f"{stem}-idx{dimensions}-ubyte{suffix}")
        if os.path.exists(path):
            with (gzip.open if suffix else open)(path, "rb") as file:
                data = file.read()
            header = struct.unpack(f">{dimensions + 1}I", data[: 4 * (dimensions + 1)])
            assert header[0] == 0x800 + dimensions, path
            row = 1
            for extent in header[2:]:
                row *= extent
            body = data[4 * (dimensions + 1) :]
            assert len(body) == row * header[1], path
            return header, [body[i * row : (i + 1) * row] for i in range(header[1])]
    sys.exit(f"{folder}: no {stem}-idx{dimensions}-ubyte[.gz]")


def write(folder, stem, header, rows):
    data = struct.pack(f">{len(header)}I", header[0], len(rows), *header[2:]) + b"".join(rows)
    with open(os.path.join(folder, f"{stem}-idx{len(header) - 1}-ubyte.gz"), "wb") as file:
        file.write(gzip.compress(data, 9, mtime=0))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    source = sys.argv[1]
    target = sys.argv[2] if len(sys.argv) == 3 else os.path.dirname(os.path.abspath(__file__))
    draw = random.Random(1)
    for part, count in (("train", 6000), ("t10k", 1000)):
        image_header, images = read(source, f"{part}-images", 3)
        label_header, labels = read(source, f"{part}-labels", 1)
        assert len(images) == len(labels)
        chosen = draw.sample(range(len(images)), count)
        write(target, f"{part}-images", image_header, [images[i] for i in chosen])
        write(target, f"{part}-labels", label_header, [labels[i] for i in chosen])


if __name__ == "__main__":
    main()
