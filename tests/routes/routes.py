"""All routes to the same bits: trains one model by every backend and compares weights and logs.

    routes.py MODEL.net [FOLDER]          scratch files go to FOLDER, which is emptied; by default ./routes.tmp

The model is trained for a few steps on random images of its input's shape and, with `target values` or `labels`, random
numbers or answers for each (so its own `data` and `split` do not matter), by the loop interpreter, by LLVM and through gcc and clang, for several processors, levels of optimisation,
register tiles, batch sizes and numbers of threads. All weights must agree bit for bit for one batch size, and all CSV
files but for their columns of times.

What is tried of each model is a selection that its name settles. NETC_ROUTES=all in the environment tries the whole
product of backends, processors, levels and tiles (some minutes a model); NETC_ROUTES=N, a number, another selection.
The weights of a run then go into libraries for inference (inference.py).

A line '# ROUTES: OPTIONS' in a model adds one that is always tried; a word that ends in .schedule is a file beside it.

Trainers that are meant for small batches have other steps for them, of the same bits: every second one is made so.
"""
import csv
import hashlib
import itertools
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zlib

import numpy as np

import inference

NETC = os.environ.get("NETC") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/netc")
ROUTES = os.environ.get("NETC_ROUTES", "0")
TIMES = {"seconds", "images_per_second"}
LOG = "log gradients weights steps activations neurons histograms every=2 probe=5"
DATA = 'data idx images="images" labels="labels" test_images="test_images" test_labels="test_labels"'
TARGETS = 'data npy x="images.npy" y="targets.npy" test_x="test_images.npy" test_y="test_targets.npy"'

# Training images of a set; what the batch sizes make of them. The interpreter is slow: it sees few. For `full`, three
# epochs make three steps.
SETS = {"few": 21, "many": 150}
FEW = [(1, 1), (10, 1), (13, 2), ("full", 3)]     # 21 steps; 10, 10, 1; 13, 8 twice; 21 three times: two chunks
MANY = [(13, 1), (64, 1), ("full", 3)]            # many steps; 4 chunks and 22 left over; 10 chunks in 8 slots
TILES = [None, "1x1", "2x2", "3x5", "4x3", "1x7"]
LEVELS = ["2", "0", "3", "1"]
# Optimising takes a C compiler most of the time of a test: longer texts than so many lines it compiles as they stand,
# which is still all of what the C printer says, and with the tiles that netc chooses, as others make them longer still.
# What optimisers may make of it the others show, which use the same words.
OPTIMISED_LINES = 5000


def fail(message):
    print(f"FAILED: {message}")
    sys.exit(1)


def run(*command, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", **more)
    if done.returncode != 0:
        fail(f"status {done.returncode}: {' '.join(command)}\n{done.stdout[-4000:]}")
    return done.stdout


# ---- what this machine has ----
def processors():
    """Levels of x86-64 that this processor can run; what it cannot is said."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            flags = set(next(line for line in file if line.startswith("flags")).split())
    except (OSError, StopIteration):
        flags = set()
    found = [None]
    for name, needed in (("x86-64-v3", {"avx2", "fma", "bmi2", "f16c", "movbe"}),
                         ("x86-64-v4", {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})):
        if needed <= flags:
            found.append(name)
        else:
            print(f"skipped: this processor cannot run {name}")
    return found


def compilers():
    found = []
    if "without LLVM" not in run(NETC, "--version"):
        found.append(("llvm", None))
    for program in ("gcc", "clang-19"):
        if shutil.which(program):
            found.append(("c", program))
        else:
            print(f"skipped: {program} is not here")
    return found


# ---- data ----
def write_idx(path, array):
    with open(path, "wb") as file:
        file.write(struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape))
        file.write(array.tobytes())


def write_targets(prefix, pixels, target, outputs):
    """The same pictures as floats, with numbers far from 0 that the outputs are to give, or with answers of 0 and 1."""
    random = np.random.RandomState(2)
    np.save(prefix + "images.npy", pixels.astype(np.float32) / np.float32(255))
    numbers = random.normal(50, 20, (len(pixels), outputs)).astype(np.float32)
    np.save(prefix + "targets.npy", numbers if target == "values" else (numbers > 50).astype(np.uint8))


def write_sets(shape, classes, target, outputs):
    """Random bytes, a third of them 0 and a third of few values: maxima have ties."""
    random = np.random.RandomState(1)
    for name, count in SETS.items():
        os.mkdir(name)
        for prefix, images in (("", count), ("test_", 19)):
            pixels = random.randint(0, 256, (images, *shape))
            kind = random.randint(0, 3, pixels.shape)
            pixels = np.where(kind == 0, 0, np.where(kind == 1, pixels // 64 * 64, pixels)).astype(np.uint8)
            write_idx(os.path.join(name, prefix + "images"), pixels)
            if target:
                write_targets(os.path.join(name, prefix), pixels, target, outputs)
            write_idx(os.path.join(name, prefix + "labels"), random.randint(0, classes, images).astype(np.uint8))


# ---- builds ----
class Build:
    """One trainer, or the interpreter."""

    def __init__(self, backend, cc=None, cpu=None, level="2", tile=None, more=()):
        self.options = ["--backend", backend, *more]
        for option, value in (("--cc", cc), ("--cpu", cpu), ("-O", None if level == "2" else level),
                              ("--schedule", tile)):
            if value is not None:
                self.options += [option + value] if option == "-O" else [option, value]
        self.name = " ".join(self.options)
        self.interp = backend == "interp"
        self.program = None

    def make(self, model, sets, number):
        if self.interp:
            self.program = [NETC, "train", model, *sets, *self.options]
            return
        out = os.path.abspath(f"trainer{number}")
        meant = ["--set", "batch 16"] if number % 2 == 0 else []  # it is told which it is to take
        run(NETC, "build", model, *sets, *meant, *self.options, "-o", out)
        self.program = [out]


def selection(number, lines):
    """The reference (first), the interpreter, and some others. By default LLVM and one of the C compilers once more,
    each with another processor and with another level or tile. As C the model has so many lines."""
    tools, cpus = compilers(), processors()
    if not tools:
        fail("neither LLVM nor a C compiler is here")

    def pick(choices, salt):
        return choices[number // salt % len(choices)]

    reference = Build(*tools[0])
    interp = Build("interp", tile=pick(TILES, 1))
    if ROUTES == "all":
        product = itertools.product(tools, cpus, LEVELS, TILES)
        return [reference, interp, *(Build(*tool, cpu, level, tile) for tool, cpu, level, tile in product)]
    builds = [reference, interp]
    chosen = tools[:1] + ([pick(tools[1:], 1)] if len(tools) > 1 else [])
    for i, tool in enumerate(chosen):
        cpu = pick(cpus, 3) if i else pick(cpus[::-1], 3)
        level, tile = "2", None
        if tool[0] == "c" and lines > OPTIMISED_LINES:
            level = "0"
        elif (number + i) % 2 == 1:
            tile = pick(TILES[1:], 2)
        else:  # another than the reference
            level = pick(LEVELS if cpu else LEVELS[1:], 2)
        builds.append(Build(*tool, cpu, level, tile))
    return builds


# ---- one run and what it leaves ----
def tensors(path):
    """SHA-256 of each tensor of a safetensors file, and the hash of the orders of sums."""
    with open(path, "rb") as file:
        content = file.read()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + size])
    found = {"order_hash": [header.pop("__metadata__")["order_hash"]]}
    for name, about in header.items():
        low, high = about["data_offsets"]
        data = content[8 + size + low:8 + size + high]
        if not np.isfinite(np.frombuffer(data, np.float32)).all():
            fail(f"{name} is not finite: the model of the test should learn slower")
        found["weights of " + name] = [hashlib.sha256(data).hexdigest()]
    return found


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [",".join(f"{key}={value}" for key, value in row.items() if key not in TIMES)
                for row in csv.DictReader(file)]


def train(build, images, batch, epochs, threads, *more):
    shutil.rmtree("runs", ignore_errors=True)
    run(*build.program, "--data-dir", os.path.abspath(images), "--batch", str(batch), "--epochs", str(epochs),
        "--threads", str(threads), "-q", *more)
    folder = os.path.join("runs", next(name for name in sorted(os.listdir("runs")) if name != "latest"))
    found = tensors(os.path.join(folder, "weights.safetensors"))
    for name in sorted(os.listdir(folder)):
        if name.endswith(".csv"):
            found[name] = rows(os.path.join(folder, name))
    return found


def compare(expected, found, what):
    """Says all that differs."""
    lines = []
    for name in sorted({*expected, *found}):
        a, b = expected.get(name, []), found.get(name, [])
        for x, y in itertools.zip_longest(a, b):
            if x != y:
                lines.append(f"  {name}: {x}\n  {' ' * len(name)}  {y}")
                break
    if lines:
        fail(f"{what}\n" + "\n".join(lines))


def main():
    model = os.path.abspath(sys.argv[1])
    folder = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else "routes.tmp")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.chdir(folder)
    name = os.path.splitext(os.path.basename(model))[0]
    number = zlib.crc32(name.encode()) + (int(ROUTES) if ROUTES != "all" else 0)
    with open(model, encoding="utf-8") as file:
        text = file.read()
    target = re.search(r"^\s*target\s+(values|labels)\b", text, re.MULTILINE)
    target = target and target.group(1)
    sets = ["--set", TARGETS if target else DATA, "--set", "split train=0.9 validation=0.1"]
    logged = "\n    log " in text
    if not logged and (number % 2 == 0 or ROUTES == "all"):
        sets += ["--set", LOG]
        logged = True
    layers = json.loads(run(NETC, "show", model, *sets, "--json", "-Wno-rows-dropped"))["layers"]
    outputs = int(np.prod(layers[-1]["output"]))
    write_sets(layers[0]["output"], max(2, min(256, outputs)), target, outputs)
    builds = selection(number, run(NETC, "build", model, *sets, "--backend", "c", "--emit", "c", "-o", "-").count("\n"))
    for line in re.findall(r"^# ROUTES: --backend (\S+) ?(.*)$", text, re.MULTILINE):
        more = [os.path.join(os.path.dirname(model), word) if word.endswith(".schedule") else word
                for word in line[1].split()]
        builds.append(Build(line[0], more=more))
    for i, build in enumerate(builds):
        build.make(model, sets, i)
    count = 0
    reference, interp = builds[:2]
    for images, plan in (("few", FEW), ("many", MANY)):
        for i, (batch, epochs) in enumerate(plan):
            expected = train(reference, images, batch, epochs, 1)
            for k, build in enumerate(builds):
                turn = (number + i + k) % len(plan)
                if build is interp and (images == "many" or turn != 0) and ROUTES != "all":
                    continue
                if build is not reference and not build.interp and ROUTES != "all" and turn % 2:
                    continue
                threads = 2 + (number + i + k) % 2 if build is reference or (i + k) % 2 else 1
                found = train(build, images, batch, epochs, threads)
                compare(expected, found, f"{name} on {images} images, batch {batch}: {reference.name}, 1 thread, and "
                                         f"{build.name}, {threads} thread{'s' if threads > 1 else ''}, differ")
                count += 1
            if logged and i == number % len(plan):  # the steps that are not logged
                quiet = {key: value for key, value in train(reference, images, batch, epochs, 3, "--log-every",
                                                            "1000000").items() if key.startswith("weights of")}
                compare({key: expected[key] for key in quiet}, quiet,
                        f"{name} on {images} images, batch {batch}: logged and other steps differ")
    train(reference, "few", 10, 2, 1)
    last = os.path.join("runs", next(name for name in sorted(os.listdir("runs")) if name != "latest"))
    libraries = inference.check(run, fail, NETC, model, sets, compilers(), processors(), number, last)
    for path in os.listdir("."):
        if path.startswith("trainer"):
            os.remove(path)
    print(f"{name}: {count} runs by {len(builds)} routes agree: " + "; ".join(build.name for build in builds))
    print(f"{name}: inference by {libraries} routes agrees")


if __name__ == "__main__":
    main()
