"""What the tests of this folder share: weight files read and written with NumPy alone, what netc's networks answer, and
the modules it prints."""
import importlib.util
import json
import os
import shutil
import struct
import subprocess
import sys

import numpy as np

NETC, ROOT = (os.environ.get(name, "") for name in ("NETC", "NETC_ROOT"))
HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "I64": "<i8"}


def fail(message):
    print("FAILED:", message, flush=True)
    sys.exit(1)


def run(*command, status=0):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != status:
        fail(f"status {done.returncode}: {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done


# ---- weight files ----
def read_weights(path):
    """Tensors and metadata."""
    with open(path, "rb") as file:
        content = file.read()
    size, = struct.unpack_from("<Q", content)
    header = json.loads(content[8:8 + size])
    metadata = header.pop("__metadata__", {})
    return {name: np.frombuffer(content[8 + size:][slice(*about["data_offsets"])], TYPES[about["dtype"]])
            .reshape(about["shape"]) for name, about in header.items()}, metadata


def write_weights(path, tensors, metadata=None):
    """Tensors of the types that NumPy has; `bf16` makes the others."""
    header, data = {"__metadata__": metadata} if metadata else {}, b""
    for name, values in tensors.items():
        kind = "BF16" if values.dtype == np.uint16 else next(
            key for key, form in TYPES.items() if np.dtype(form) == values.dtype)
        header[name] = {"dtype": kind, "shape": list(values.shape),
                        "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def bf16(values):
    """Cut, not rounded: the upper half of each float, as uint16."""
    return (values.astype("<f4").view("<u4") >> 16).astype("<u2")


# ---- networks ----
# Through a C compiler optimisation takes most of the time, and is not what is tested here.
def fast():
    return ["-O0"] if "without LLVM" in run(NETC, "--version").stdout else []


def newest(folder="runs"):
    return os.path.join(folder, os.readlink(os.path.join(folder, "latest")))


def train(model, *options):
    """Trains; the path of the weights."""
    run(NETC, "train", model, "-q", *fast(), *options)
    return os.path.join(newest(), "weights.safetensors")


def compiled(model, name, *options):
    compiler = next((cc for cc in ("gcc", "clang-19", "cc") if shutil.which(cc)), None)
    if compiler is None:
        print("skipped: there is no C compiler")
        sys.exit(77)
    run(NETC, "build", model, "--cc", compiler, "-o", name, *fast(), *options)
    return "./" + name


def build(model, *options):
    """The model's trainer."""
    return compiled(model, os.path.splitext(os.path.basename(model))[0], *options)


def outputs(trainer, model, rows, *options):
    """What the network in use answers with the weights that its trainer begins with, and what the trainer says."""
    done = run(trainer, "-q", "--epochs", "0", *options)
    program = compiled(model, trainer[2:] + "-predict", "--infer", "--weights",
                       os.path.join(newest(), "weights.safetensors"))
    np.save("rows.npy", rows)
    run(program, "-q", "rows.npy", "-o", "outputs.npy")
    return np.load("outputs.npy").reshape(len(rows), -1), done.stderr


def need_torch():
    """PyTorch, with one thread; without it the test is skipped."""
    try:
        import torch
    except ImportError:
        print("PyTorch is not there: python3-torch")
        sys.exit(77)
    torch.set_num_threads(1)
    return torch


def module_of(model, name):
    """The Python module that netc prints."""
    with open(name + ".py", "w", encoding="utf-8") as file:
        file.write(run(NETC, "show", "--pytorch", model).stdout)
    spec = importlib.util.spec_from_file_location(name, name + ".py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_idx(path, array):
    with open(path, "wb") as file:
        file.write(struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes())


def images(count, shape):
    """Made-up images, always the same."""
    index = np.arange(count * int(np.prod(shape)), dtype=np.int64).reshape(count, *shape)
    return (index * index * 31 + index // 7).astype("u1")


def write_data(count, shape, classes):
    """Images with labels, for training and for the test."""
    for prefix in ("", "test_"):
        write_idx(prefix + "images", images(count, shape))
        write_idx(prefix + "labels", (np.arange(count) % classes).astype("u1"))
