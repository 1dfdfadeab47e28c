"""Building what is measured, and talking to it."""
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

import nests
import table

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CFLAGS = ["-std=c17", "-D_GNU_SOURCE", "-O2", "-ffp-contract=off", "-I" + ROOT]
# For the time stamps every nest must be called; a jump to it would not come back.
CC_WRAPPER = "#!/bin/sh\nexec {cc} -fno-optimize-sibling-calls \"$@\"\n"


class Failed(Exception):
    pass


def call(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}\nended with status {done.returncode}\n{done.stderr[-2000:]}")
    return done


class Spread:
    """Median, least and largest of some measurements."""

    def __init__(self, values):
        self.median, self.min, self.max = statistics.median(values), min(values), max(values)

    def as_json(self):
        return {"median": self.median, "min": self.min, "max": self.max}


class Process:
    """A program that measures on command: kernels.c or one of peers/. It rests between two commands."""

    def __init__(self, command):
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env={**os.environ, "PYTHONWARNINGS": "ignore",
                                                        "PYTHONDONTWRITEBYTECODE": "1"})

    def line(self):
        line = self.process.stdout.readline().split()
        if not line:
            self.process.wait()
            raise Failed(f"{' '.join(self.command)} ended with status {self.process.returncode}: "
                         f"{self.process.stderr.read().strip()[-2000:]}")
        return line

    def ask(self, command):
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended; reading says how
        return self.line()

    def numbers(self, command):
        """What follows the command in its answer."""
        return [float(value) for value in self.ask(command)[1:]]

    def seconds_each(self, command, seconds):
        """Seconds a call, of as many as are made in `seconds`."""
        count, took = self.numbers(f"{command} {seconds}")
        return took / count

    def steps(self, seconds):
        """Seconds a step."""
        return self.seconds_each("steps", seconds)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.stderr.close()
        self.process.wait()


class Racing:
    """Those that are measured in turn. One whose program ends before its time is left out, and said to be; netc must
    not."""

    def __init__(self, racers):
        self.left = list(racers)

    def each(self, do):
        for racer in list(self.left):
            try:
                do(racer)
            except Failed as failure:
                if racer.name.startswith("netc"):
                    raise
                self.left.remove(racer)
                table.leave_out(racer.name, failure)


class Builder:
    """Builds models and harnesses into a scratch folder with netc and the C compiler."""

    def __init__(self, build, folder):
        self.netc = os.path.join(ROOT, build, "netc")
        self.runtime = os.path.join(ROOT, build, "libnetrt.a")
        self.infer_runtime = os.path.join(ROOT, build, "libnetinfer.a")
        self.folder = folder
        self.cc = shutil.which(os.environ.get("CC", "gcc")) or "gcc"
        self.wrapper = self.path("cc")
        with open(self.wrapper, "w", encoding="utf-8") as file:
            file.write(CC_WRAPPER.format(cc=self.cc))
        os.chmod(self.wrapper, 0o755)
        self.made = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def object(self, name):
        """tests/bench/NAME.c compiled."""
        output = self.path(name + ".bench.o")
        if name not in self.made:
            call([self.cc, *CFLAGS, "-c", os.path.join(HERE, name + ".c"), "-o", output])
            self.made[name] = output
        return output

    def program(self, output, name, *more):
        """tests/bench/NAME.c as a program that needs nothing of netc's runtime but what is in `more`."""
        call([self.cc, *CFLAGS, os.path.join(HERE, name + ".c"), "-o", output, *more, "-lm"])
        return output

    def link(self, output, *inputs):
        """A program with the runtime and the libraries that a trainer is linked with."""
        if "libraries" not in self.made:
            model = os.path.join(ROOT, "models", "identity_neuron.net")
            said = call([self.netc, "build", model, "-v", "-o", self.path("linked")]).stderr.splitlines()[-1]
            self.made["libraries"] = re.findall(r"(?<= )-l\S+", said)
        call([self.cc, "-o", output, *inputs, self.runtime, *self.made["libraries"]])
        return output

    def emit(self, model, backend, what, suffix, *more, batch=None):
        if batch is not None:  # what netc makes depends on it
            suffix, more = f".{batch}{suffix}", (*more, "--set", f"batch {batch}")
        output = self.path(f"{os.path.basename(model)}.{backend}{suffix}")
        done = call([self.netc, "build", model, "--backend", backend, "--emit", what, "-o", output, *more])
        return output, done.stdout

    def harness(self, model, backend, batch=16):
        """kernels.c with the model, meant for batches of this size."""
        key = ("harness", model, backend, batch)
        if key not in self.made:
            made, _ = self.emit(model, backend, "obj", ".o", batch=batch)
            self.made[key] = self.link(made[:-2], made, self.object("kernels"), self.object("limit"))
        return self.made[key]

    def stamped(self, model, backend, batch, cpu=None):
        """kernels.c with time stamps around the model's nests, the model's schedule, and the work of each nest in
        a batch of this size; the code for `cpu` instead of this machine's."""
        more = (["--cc", self.wrapper] if backend == "c" else []) + (["--cpu", cpu] if cpu else [])
        made, dumps = self.emit(model, backend, "asm", f".{cpu}.s", "--dump", "schedule", "--dump", "loops", *more, batch=batch)
        with open(made, encoding="utf-8") as file:
            text = nests.add_stamps(file.read(), nests.parse_calls(dumps))
        with open(made, "w", encoding="utf-8") as file:
            file.write(text)
        call([self.cc, "-c", made, "-o", made + ".o"])
        program = self.link(made[:-2] + ".stamped", made + ".o", self.object("kernels"), self.object("limit"))
        return program, nests.parse_schedule(dumps), nests.parse_work(dumps, batch)

    def show(self, model):
        """What `netc show --json` says."""
        if ("shown", model) not in self.made:
            self.made["shown", model] = call([self.netc, "show", "--json", model]).stdout
        return json.loads(self.made["shown", model])

    def layers(self, model):
        return self.show(model)["layers"]

    def description(self, model):
        """A file with what show says."""
        output = self.path(os.path.basename(model) + ".json")
        if not os.path.exists(output):
            with open(output, "w", encoding="utf-8") as file:
                json.dump(self.show(model), file)
        return output

    def blas(self):
        """blas.c, running; None without OpenBLAS."""
        output = self.path("blas")
        try:
            self.program(output, "blas", self.object("limit"), "-lopenblas")
        except Failed as failure:
            table.leave_out("OpenBLAS", failure)
            return None
        return Process([output])

    def first_step(self, model, backend):
        """The trainer, but that it says when its first step begins, and ends there."""
        made, _ = self.emit(model, backend, "obj", ".first.o")
        return self.link(made[:-2], made, self.object("first_step"),
                         "-Wl,--wrap=net_workers_run,--wrap=net_model_decode")

    def peak(self):
        output = self.path("peak")
        if "peak program" not in self.made:
            self.made["peak program"] = self.program(output, "peak")
        return output


def find_python(given, probe):
    """(interpreter, words printed) of the first that can run `probe`; (None, []) when there is none."""
    candidates = [given, os.path.join(ROOT, "build", "peers", "bin", "python"), sys.executable, "/usr/bin/python3",
                  shutil.which("python3")]
    for python in dict.fromkeys(candidate for candidate in candidates if candidate):
        try:
            done = subprocess.run([python, "-c", probe], capture_output=True, text=True)
        except OSError:
            continue
        if done.returncode == 0:
            return python, done.stdout.split()
    return None, []


class Peer:
    """Another program that trains or infers: how it is started for a model.

    `way` is what its script is told last; one that is `dense_only` is of no use for convolutions.
    """

    def __init__(self, name, python, script, parts, way=(), dense_only=False):
        self.name, self.parts, self.dense_only = name, parts, dense_only
        self.python, self.script, self.way = python, os.path.join(HERE, "peers", script), way
        self.takes_onnx = script == "onnx_peer.py"

    def train(self, builder, model, threads, batch):
        return [self.python, self.script, "train", builder.description(model), str(threads), str(batch), *self.way]

    def predict(self, builder, model, network, batch):
        """`network` makes the ONNX file when one is asked for."""
        if self.takes_onnx:
            return [self.python, self.script, *self.way, network(), str(batch)]
        return [self.python, self.script, "predict", builder.description(model), "1", str(batch), *self.way]


# What is imported, its name, its script, and what there is of it: further name, parts, way, dense_only.
PEERS = (("torch", "PyTorch", "torch_peer.py", (("", ("training", "inference"), (), False),
                                                (" compiled", ("training", "inference"), ("compiled",), False))),
         # XLA's loop on the processor takes another, slow convolution.
         ("jax", "JAX", "jax_peer.py", (("", ("training", "inference"), (), False),
                                        (" scan", ("training",), ("scan",), True))),
         ("onnxruntime", "ONNX Runtime", "onnx_peer.py", (("", ("inference",), ("onnxruntime",), False),)),
         ("openvino", "OpenVINO", "onnx_peer.py", (("", ("inference",), ("openvino",), False),)))


def find_peers(given):
    """(those that are installed, names of those that are not)"""
    found, missing = [], []
    for module, name, script, kinds in PEERS:
        python, words = find_python(given, f"import numpy, {module}; print({module}.__version__.split('-')[0])")
        if python is None:
            missing.append(name)
        else:
            found += [Peer(f"{name} {words[0]}{more}", python, script, parts, way, dense_only)
                      for more, parts, way, dense_only in kinds]
    return found, missing


def run_peak(builder, command, **more):
    """(seconds, kilobytes) of a command."""
    text = call([builder.peak(), *command], **more).stderr
    match = re.search(r"^peak ([\d.]+) (\d+)$", text, re.MULTILINE)
    return float(match.group(1)), int(match.group(2))


def run_first_step(program, folder, arguments):
    """Seconds from the start of a trainer to its first step."""
    start = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    text = call([program, *arguments, "--run-dir", folder]).stderr
    match = re.search(r"^first step (\d+)$", text, re.MULTILINE)
    if not match:
        raise Failed(f"{program} did not say when its first step began:\n{text}")
    return (int(match.group(1)) - start) * 1e-9
