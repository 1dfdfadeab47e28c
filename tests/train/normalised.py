#!/usr/bin/env python3
"""Running statistics of a trainer: followed on resume as in one go, taken from PyTorch's files;
and a batch that leaves nothing to normalise is refused."""
import json
import os
import struct
import subprocess
import sys

NETC = os.environ["NETC"]
MODEL = """network normalised {
    input 1x28x28
    conv 4 kernel=5x5 stride=2 bias=false
    batchnorm activation=relu
    dense 12 bias=false
    batchnorm activation=relu
    dense 10 activation=softmax
}
train {
    split train=160 validation=60
    batch 53                        # the last of each epoch is of one example
    log gradients neurons every=1 probe=20
}
"""
with open("normalised.net", "w", encoding="utf-8") as made:
    made.write(MODEL)


def train(name, *options, status=0):
    done = subprocess.run([NETC, "train", "normalised.net", "-q", "--backend", "interp", "--name", name, *options],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"{options}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done.stderr


def folder(name):
    found, = [entry for entry in os.listdir("runs") if entry.startswith(name + "-")]
    return os.path.join("runs", found)


def tensors(name, file="weights.safetensors"):
    with open(os.path.join(folder(name), file), "rb") as opened:
        content = opened.read()
    size, = struct.unpack_from("<Q", content)
    header = json.loads(content[8:8 + size])
    header.pop("__metadata__")
    return {key: content[8 + size:][slice(*about["data_offsets"])] for key, about in header.items()}, header


def same(what, one, other):
    for key in one.keys() | other.keys():
        if one.get(key) != other.get(key):
            sys.exit(f"{what}: other bits of {key}")


train("whole", "--epochs", "3", "--threads", "1")
whole, shapes = tensors("whole")
if {key for key in whole if "running" in key} != {f"batchnorm{k}.running_{of}" for k in (1, 2) for of in ("mean", "var")}:
    sys.exit(f"no running statistics among {sorted(whole)}")
train("cut", "--epochs", "1", "--threads", "2")
for epochs in ("2", "3"):
    train("cut", "--epochs", epochs, "--threads", epochs, "--resume")
same("resumed", whole, tensors("cut")[0])
for log in ("gradients.csv", "neurons.csv"):
    with open(os.path.join(folder("whole"), log)) as one, open(os.path.join(folder("cut"), log)) as other:
        if one.read() != other.read():
            sys.exit(f"resumed: another {log}")

# PyTorch counts batches in a tensor of its own, which is passed over
data, header = b"", {}
for key, values in whole.items():
    header[key] = {"dtype": "F32", "shape": shapes[key]["shape"], "data_offsets": [len(data), len(data) + len(values)]}
    data += values
for k in (1, 2):
    header[f"batchnorm{k}.num_batches_tracked"] = {"dtype": "I64", "shape": [], "data_offsets": [len(data), len(data) + 8]}
    data += struct.pack("<q", 12)
text = json.dumps(header).encode()
with open("pytorch.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
train("taken", "--epochs", "0", "--weights", "pytorch.safetensors")
same("from PyTorch", whole, tensors("taken")[0])

said = train("one", "--batch", "1", status=2)
if "'batchnorm2'" not in said or "[batch-of-one]" not in said:
    sys.exit(f"--batch 1: {said}")
train("two", "--batch", "2", "--epochs", "1")
