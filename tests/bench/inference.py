"""The part `inference`: one image and batches through the library of every model, and the facts of a program."""
import array
import glob
import json
import os
import platform
import random
import re
import struct
import zlib

import table
from programs import ROOT, Failed, Process, Racing, Spread, call, run_peak

BATCH = 256
KINDS = {"one": 1, "batch": BATCH}  # images a call
SHIPPED = "lenet5"
WITHOUT_CONVOLUTIONS = ("mlp_30",)


def choose_models(builder, wanted):
    """[(name, path, what `netc show --json` says)] of those with convolutions, and a few more."""
    found = []
    for path in sorted(glob.glob(os.path.join(ROOT, "models", "*.net"))):
        name = os.path.splitext(os.path.basename(path))[0]
        if wanted and name not in wanted:
            continue
        shown = builder.show(path)
        if name in WITHOUT_CONVOLUTIONS or any(layer["kind"] == "conv" for layer in shown["layers"]):
            found.append((name, path, shown))
    return found


def choose_processor():
    """What a library for all processors (--cpu auto) picks on this one; compiling that alone takes a third as long."""
    if platform.machine() != "x86_64":
        return []
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = set(re.search(r"^flags\s*:(.*)$", file.read(), re.MULTILINE).group(1).split())
    if {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= flags:
        return ["--cpu", "x86-64-v4"]
    return ["--cpu", "x86-64-v3" if {"avx2", "fma", "bmi2"} <= flags else "generic"]


def write_weights(path, shown):
    """Random ones, of a size that keeps values from growing: speed does not depend on them. So are statistics."""
    numbers, header, data = random.Random(1), {}, array.array("f")
    channels, options = shown["layers"][0]["output"][0], shown["layers"][0]["options"]
    header["__metadata__"] = {f"input_{key}": json.dumps([0.5] * channels)
                              for key in ("mean", "std") if options.get(key) == "data"}
    for layer in shown["layers"]:
        for tensor in layer["tensors"]:
            count = fan_in = 1
            for k, side in enumerate(tensor["shape"]):
                count *= side
                fan_in *= side if k > 0 else 1
            start, most = 4 * len(data), (3 / fan_in) ** 0.5
            least = most / 2 if tensor["name"].endswith(".running_var") else -most
            data.extend(numbers.uniform(least, most) for _ in range(count))
            header[tensor["name"]] = {"dtype": "F32", "shape": tensor["shape"], "data_offsets": [start, 4 * len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data.tobytes())


# ---- libraries and peers ----

def infer(builder, path, weights, emit, output, *more):
    call([builder.netc, "build", path, "--infer", "--weights", weights, "--emit", emit, "-o", output, *more])
    return output


def build_library(builder, name, path, weights, backend):
    """predict.c with the library of a model."""
    folder = builder.path(f"{name}.{backend}.infer")
    os.mkdir(folder)
    library = infer(builder, path, weights, "obj", os.path.join(folder, "library.o"), "--backend", backend,
                    *choose_processor())
    return builder.program(os.path.join(folder, "predict"), "predict", library, builder.object("limit"), "-I", folder,
                           f"-DNAME={name}", f"-DCAPITALS={name.upper()}", '-DHEADER="library.h"')


class Contestant:
    """A program that answers to "one SECONDS" and "batch SECONDS", and what it measured. Where it is to do one thing
    alone, there is a process for each."""

    def __init__(self, name, command, extra=(), parameters=None, apart=False):
        self.name, self.kinds = name, (*KINDS, *extra)
        self.seconds = {kind: [] for kind in self.kinds}
        one = None if apart else Process(command)
        self.processes = {kind: one or Process(command) for kind in self.kinds}
        if parameters is not None:  # a peer, which presents itself
            for process in set(self.processes.values()):
                count = process.line()[2:]
                if count and int(count[0]) != parameters:
                    raise Failed(f"{name}: its network has {count[0]} parameters, not {parameters}")

    def warm(self, seconds):
        for kind, process in self.processes.items():
            process.seconds_each(kind, seconds)

    def measure(self, kind, seconds):
        if kind in self.kinds:
            self.seconds[kind].append(self.processes[kind].seconds_each(kind, seconds))

    def numbers(self, command):
        return self.processes["one"].numbers(command)

    def close(self):
        for process in set(self.processes.values()):
            process.close()

    def row(self, kind, flops):
        calls = self.seconds[kind]
        if "empty" in self.kinds:
            calls = [max(whole - empty, 1e-9) for whole, empty in zip(calls, self.seconds["empty"])]
        images = KINDS[kind]
        took = Spread([seconds / images for seconds in calls])
        row = {"name": self.name, "kind": kind, "images": images, "seconds": took.as_json(),
               "gflops": flops / took.median * 1e-9}
        if "empty" in self.kinds:
            row["empty_call_seconds"] = Spread(self.seconds["empty"]).as_json()
        return row


def make_peers(builder, name, path, weights, parameters, peers):
    def network():
        return infer(builder, path, weights, "onnx", builder.path(name + ".onnx"))
    contestants = []
    for peer in peers:
        if "inference" not in peer.parts:
            continue
        extra = ("empty",) if peer.takes_onnx else ()
        try:
            contestants.append(Contestant(peer.name, peer.predict(builder, path, network, BATCH), extra, parameters,
                                          peer.takes_onnx))
        except Failed as failure:
            table.leave_out(peer.name, failure)
    return contestants


def race(contestants, rounds, seconds):
    """All kinds of calls in turn: A B C A B C ..., after a warm-up. Gives those that came to the end."""
    racing = Racing(contestants)
    racing.each(lambda contestant: contestant.warm(seconds / 4))
    for _ in range(rounds):
        for kind in (*KINDS, "empty"):
            racing.each(lambda contestant, kind=kind: contestant.measure(kind, seconds))
    return racing.left


def measure_model(builder, model, backends, peers, rounds, seconds):
    """Figures of one model, and the limits measured in between."""
    name, path, shown = model
    weights, parameters = builder.path(name + ".safetensors"), shown["total"]["parameters"]
    write_weights(weights, shown)
    contestants = [Contestant(f"netc {backend}", [build_library(builder, name, path, weights, backend), str(BATCH),
                                                  str(4 * parameters)]) for backend in backends]
    first = contestants[0]
    contestants += make_peers(builder, name, path, weights, parameters, peers)
    limits = [first.numbers("limit")]
    reads = [first.numbers("read")[0]]
    contestants = race(contestants, rounds, seconds)
    reads.append(first.numbers("read")[0])
    limits.append(first.numbers("limit"))
    for contestant in contestants:
        contestant.close()
    work = 2 * shown["total"]["multiply_adds"]
    rows = [contestant.row(kind, work) for kind in KINDS for contestant in contestants]
    table.progress(f"inference of {name}")
    layers = [(2 * layer["multiply_adds"], 4 * layer["parameters"]) for layer in shown["layers"]]
    return {"model": name, "flops_per_image": work, "layers": layers, "weight_bytes": 4 * parameters,
            "read_gb_per_second": max(reads), "rows": rows}, limits


# ---- the program ----

def write_png(path, side=28):
    """A grey image."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes((i * j) % 256 for j in range(side)) for i in range(side))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) +
                   chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def measure_program(builder, count):
    """Size, start and memory of the program of a model."""
    facts = {"model": SHIPPED}
    if not os.path.exists(builder.infer_runtime):
        return {**facts, "missing": f"there is no {os.path.relpath(builder.infer_runtime, ROOT)} to link it with"}
    path, weights = os.path.join(ROOT, "models", SHIPPED + ".net"), builder.path("shipped.safetensors")
    write_weights(weights, builder.show(path))
    program = infer(builder, path, weights, "exe", builder.path("shipped"))
    image = builder.path("image.png")
    write_png(image)
    runs = [run_peak(builder, [program, image]) for _ in range(count + 1)][1:]
    dynamic = call(["readelf", "-d", program], env={**os.environ, "LC_ALL": "C"}).stdout
    table.progress(f"the program of {SHIPPED}")
    return {**facts, "program_bytes": os.path.getsize(program), "repetitions": count,
            "run_seconds": Spread([seconds for seconds, _ in runs]).as_json(), "peak_kb": max(kb for _, kb in runs),
            "needed": re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)}


# ---- all ----

def measure(builder, wanted, backends, peers, rounds, seconds, runs):
    """(figures, limits measured in between)"""
    results = {"batch": BATCH, "models": []}
    limits = []
    for model in choose_models(builder, wanted):
        figures, more = measure_model(builder, model, backends, peers, rounds, seconds)
        results["models"].append(figures)
        limits += more
    results["program"] = measure_program(builder, runs)
    return results, limits


def compare(results, limit):
    """Adds to each row what is possible at least, when the limit is known: that of the whole run."""
    for model in results["models"]:
        read = model["read_gb_per_second"]
        for row in model["rows"]:
            row["roofline_seconds"] = row["roofline_ratio"] = None
            if limit > 0 and read > 0:
                least = sum(max(flops / limit, size / read / row["images"]) for flops, size in model["layers"]) * 1e-9
                row["roofline_seconds"], row["roofline_ratio"] = least, row["seconds"]["median"] / least
