#!/usr/bin/env python3
"""Files that are not netc's are said to be what they are, once, by every command that takes a model."""
import os
import struct
import subprocess
import sys
import zipfile

NETC = os.environ["NETC"]


def safetensors(size):
    header = b'{"a":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]}}' % (size // 4, size)
    return struct.pack("<Q", len(header)) + header + bytes(size)


FILES = {
    "fann.net": (b"FANN_FLO_2.1\nnum_layers=3\nlearning_rate=0.700000\n", "a network of FANN"),
    "snns.net": (b"SNNS network definition file V1.4-3D\ngenerated at Mon\n", "a network of SNNS"),
    "yolo.cfg": (b"# comment\n[net]\nbatch=64\n\n[convolutional]\nfilters=32\n", "a Darknet configuration"),
    "plain.cfg": (b"batch=64\nsubdivisions=8\nwidth=416\n", "a Darknet configuration"),
    "lenet.prototxt": (b'name: "LeNet"\nlayer {\n  name: "data"\n}\n', "a Caffe prototxt"),
    "keras.py": (b"from keras.models import Sequential\nmodel = Sequential()\n", "Python"),
    "script.py": (b"#!/usr/bin/env python3\nx = 1\n", "Python"),
    "model.py": (b"model = Sequential()\nmodel.add(Dense(10))\n", "Python"),
    "model.json": (b'{"class_name": "Sequential"}\n', "JSON"),
    "page.net": (b"<!DOCTYPE html>\n<html></html>\n", "XML or a web page"),
    "net.c": (b"#include <stdio.h>\nint main(void) {}\n", "C or C++"),
    "net.onnx": (b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:\x10", "an ONNX model"),
    "w.safetensors": (safetensors(4), "a safetensors file: weights, not a model"),
    "large.safetensors": (safetensors(17 << 20), "a safetensors file: weights, not a model"),
    "old.pt": (b"\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", "a Python pickle, as PyTorch once saved weights"),
    "keras.h5": (b"\x89HDF\r\n\x1a\n" + bytes(32), "an HDF5 file, as Keras saves models"),
    "digit.png": (b"\x89PNG\r\n\x1a\n" + bytes(16), "a PNG picture"),
    "images.gz": (b"\x1f\x8b\x08\x00" + bytes(16), "a gzip file"),
    "images.idx": (b"\x00\x00\x08\x03" + bytes(16), "an idx file of images, as MNIST's"),
    "x.npy": (b"\x93NUMPY\x01\x00" + bytes(64), "a NumPy array"),
    "program": (b"\x7fELF\x02\x01\x01" + bytes(64), "a program or library (ELF)"),
}
ARCHIVES = {"torch.pt": ("archive/data.pkl", "a PyTorch checkpoint (a zip archive)"),
            "model.keras": ("metadata.json", "a Keras model (a zip archive)"),
            "x.npz": ("a.npy", "a NumPy archive (.npz)")}

# what only looks like something else
MODELS = ["# import numpy\n#include\nnetwork t { input 784; dense 10 activation=softmax }\n",
          "let batch = 64\nnetwork t { input 784; name: dense 10 activation=softmax }\n"]

for name, (content, _) in FILES.items():
    with open(name, "wb") as file:
        file.write(content)
for name, (member, _) in ARCHIVES.items():
    with zipfile.ZipFile(name, "w") as archive:
        archive.writestr(member, "{}")

for name, (_, what) in {**FILES, **ARCHIVES}.items():
    # what show does with weights is a matter of its own
    for command in ("check", "train", "build") + (("show",) if not name.endswith(".safetensors") else ()):
        done = subprocess.run([NETC, command, name], capture_output=True, text=True)
        lines = done.stderr.split("\n")
        wanted = f"{name}: error: this is {what}; expected a .net text [foreign-file]"
        if done.returncode != 1 or lines[0] != wanted or not lines[1].startswith("  help: ") or lines[2] != "1 error":
            sys.exit(f"netc {command} {name}: status {done.returncode}, expected\n{wanted}\n{done.stdout}{done.stderr}")
    with open(name, "rb") as file:
        done = subprocess.run([NETC, "check", "-"], stdin=file, capture_output=True, text=True)
    if name != "large.safetensors" and f"this is {what};" not in done.stderr:
        sys.exit(f"netc check - <{name}: {done.stderr}")

done = subprocess.run([NETC, "check", "x.npy"], capture_output=True, text=True)
if 'data npy x="x.npy" y="y.npy"' not in done.stderr:
    sys.exit(f"netc check x.npy: {done.stderr}")

# a trainer that stands beside its model
with open("program.net", "w") as file:
    file.write(MODELS[0])
done = subprocess.run([NETC, "check", "program"], capture_output=True, text=True)
if "help: did you mean 'program.net'?\n" not in done.stderr:
    sys.exit(f"netc check program: {done.stderr}")

for text in MODELS:
    done = subprocess.run([NETC, "check", "-"], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{text}: {done.stderr}")
