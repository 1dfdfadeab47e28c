#!/usr/bin/env python3
"""CIFAR-10 in its binary form: the same images in arrays give the same weights; classes have their names."""
import gzip
import os

import numpy as np

from _data import NETC, call, fail, folder, weights

MODEL = """network cifar {{ input 3x32x32; dense 10 activation=softmax }}
train {{ data {data}; split validation=20; epochs 1 }}
"""
random = np.random.default_rng(3)


def write(name, images, labels):
    os.makedirs("cifar10", exist_ok=True)
    with open("cifar10/" + name, "wb") as file:
        for image, label in zip(images, labels):
            file.write(bytes([label]) + image.tobytes())


def build(name, data):
    with open(name + ".net", "w", encoding="utf-8") as file:
        file.write(MODEL.format(data=data).replace("; ", "\n"))
    call(NETC, "build", name + ".net", "-o", name)
    return "./" + name


x = random.integers(0, 256, (60, 3, 32, 32), np.uint8)
y = random.integers(0, 10, 60)
for i in range(5):
    write(f"data_batch_{i + 1}.bin", x[10 * i:10 * i + 10], y[10 * i:10 * i + 10])
write("test_batch.bin", x[50:], y[50:])
folder("arrays", x=x[:50], y=y[:50], test_x=x[50:], test_y=y[50:])
named = build("named", "cifar10")
arrays = build("arrays_net", 'npy x="x.npy" y="y.npy" test_x="test_x.npy" test_y="test_y.npy"')
with open("arrays_net.net", encoding="utf-8") as file:
    text = file.read().replace("validation=20", "validation=20 order=file")
with open("arrays_net.net", "w", encoding="utf-8") as file:
    file.write(text)
call(NETC, "build", "arrays_net.net", "-o", "arrays_net")
if weights(named, "cifar10", "--name", "of-batches") != weights(arrays, "arrays", "--name", "of-arrays"):
    fail("batches and arrays give other weights")
run = sorted(name for name in os.listdir("runs") if name.startswith("of-batches"))[0]
call(NETC, "build", "named.net", "--infer", "--weights", "runs/" + run, "-o", "predict")
np.save("one.npy", x[0])
if not any(name in call("./predict", "one.npy") for name in ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog",
                                                              "horse", "ship", "truck")):
    fail("classes have no names")

run = [line.split()[1] for line in call("./predict", "cifar10/data_batch_1.bin").splitlines()]
arrays = []
for i in range(10):
    np.save("one.npy", x[i])
    arrays.append(call("./predict", "one.npy").split()[1])
with open("cifar10/data_batch_1.bin", "rb") as file:
    content = file.read()
with gzip.open("packed.bin.gz", "wb") as file:
    file.write(content)
packed = [line.split()[1] for line in call("./predict", "packed.bin.gz").splitlines()]
if run != arrays or packed != arrays:
    fail("a program sees other images in a batch:", run, packed, arrays)
with gzip.open("cut.bin.gz", "wb") as file:
    file.write(content[:-9])
if "3,064 bytes after 9 images of 3,073 bytes (3072 values); the file is cut short" not in call("./predict", "cut.bin.gz", status=3):
    fail("a batch that is cut")


def bad(says):
    out = call(named, "--data-dir", "cifar10", status=3)
    if says not in out or len(out.splitlines()) != 1:
        fail(f"expected one line with '{says}', found\n{out}")


write("data_batch_3.bin", x[:1], [10])
bad("cifar10/data_batch_3.bin: item 0: label 10, but the last layer has 10 outputs (classes 0 to 9)")
with open("cifar10/data_batch_3.bin", "wb") as file:
    file.write(bytes(3073 + 100))
bad("cifar10/data_batch_3.bin: 100 bytes after 1 image of 3,073 bytes; the file is cut short [short-file]")
os.remove("cifar10/data_batch_3.bin")
bad("data set 'cifar10' is not on this machine")
out = call(NETC, "data", "cifar10", status=3, env={"XDG_DATA_HOME": os.path.abspath("home")})
if "https://www.cs.toronto.edu/~kriz/cifar.html" not in out or "data_batch_1.bin, data_batch_2.bin" not in out:
    fail("netc data does not say where CIFAR-10 is:\n" + out)
