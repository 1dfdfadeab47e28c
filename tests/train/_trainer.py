"""What the tests of a trainer share.

Each script tests one trainer, whatever its network: the one whose path is its argument, else the one NET_TRAINER
names, else softmax regression written by hand (tests/unit/softmax_model.c), linked here with the runtime. Options
that make it quick for the network at hand are in NET_TRAINER_OPTIONS. Runs go to the current folder.
"""
import csv
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys

import _events

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("NETC_BUILD", os.path.join(ROOT, "build"))
SKIPPED = 77
TIMES = {"seconds", "images_per_second"}


def find():
    if len(sys.argv) > 1:
        return os.path.abspath(sys.argv[1])
    if os.environ.get("NET_TRAINER"):
        return os.path.abspath(os.environ["NET_TRAINER"])
    return link("softmax")


def link(name, *flags, events=True):
    """The trainer written by hand, linked with what event files need or without it."""
    out = os.path.abspath(name)
    sanitize = {"asan": ["-fsanitize=address,undefined"], "tsan": ["-fsanitize=thread"]}
    command = [os.environ.get("CC", "gcc"), "-std=c17", "-O2", "-I" + ROOT, "-ffp-contract=off",
               *sanitize.get(os.path.basename(BUILD), []), os.path.join(ROOT, "tests/unit/softmax_model.c"), *flags,
               *(["-Wl,-u,net_events_begin"] if events else []), os.path.join(BUILD, "libnetrt.a"), "-o", out,
               *(["-l:libprotobuf-c.a"] if events else []), "-ljansson", "-lpng", "-ljpeg", "-lz", "-lmd", "-lpthread", "-lm"]
    subprocess.run(command, check=True)
    return out


TRAINER = find()
COMMON = os.environ.get("NET_TRAINER_OPTIONS", "").split()


def tensors(path):
    """The values of a safetensors file, by name, as bytes."""
    with open(path, "rb") as file:
        content = file.read()
    size, = struct.unpack_from("<Q", content)
    header = json.loads(content[8:8 + size])
    header.pop("__metadata__")
    return {name: content[8 + size:][slice(*about["data_offsets"])] for name, about in header.items()}


def environment(extra):
    values = {key: value for key, value in os.environ.items() if not key.startswith("NET_")}
    values.update({key: str(value) for key, value in extra.items()})
    return values


def start(*options, env={}, **more):
    """Starts the trainer; its output is in pipes."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "text": True}
    return subprocess.Popen([TRAINER, *COMMON, *(o if isinstance(o, bytes) else str(o) for o in options)], env=environment(env), **{**pipes, **more})


def killed_often(name, dice, longest):
    """Trains run `name` to its end, killed and resumed again and again, by 1, 2 and 3 threads in turn; how often."""
    kills = 0
    for attempt in range(60):
        again = ("--resume",) if attempt > 0 else ()
        process = start("-q", *again, "--name", name, "--threads", 1 + attempt % 3, env={"NET_CHECKPOINT_SECONDS": 0})
        try:
            process.communicate(timeout=dice.uniform(0.02, longest) * (1 + attempt / 5))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
        if process.returncode == 0:
            break
    run("-q", "--resume", "--name", name)
    return kills


def finish(*options, env={}, **more):
    """Runs the trainer to its end: status, standard output and error."""
    process = start(*options, env=env, **more)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def run(*options, status=0, env={}, **more):
    """Runs the trainer to its end and returns its standard output and error; another status fails the test."""
    found, out, err = finish(*options, env=env, **more)
    if found != status:
        fail(f"status {found}, expected {status}: {' '.join(map(str, options))} {env}\n{out or ''}{err or ''}")
    return out, err


def fail(message):
    print("FAILED:", message, flush=True)
    os._exit(1)  # from any thread


def check(condition, message):
    if not condition:
        fail(message)


def folder(name):
    """The only run of a name."""
    found = sorted(entry for entry in os.listdir("runs") if entry.startswith(name + "-"))
    check(len(found) == 1, f"expected one run of '{name}', found {found}")
    return os.path.join("runs", found[0])


def result(name):
    with open(os.path.join(folder(name), "result.json")) as file:
        return json.load(file)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def contents(name):
    """All of a run that must not depend on threads, time or interruptions: weights, and logs but for the times."""
    kept = {}
    for entry in sorted(os.listdir(folder(name))):
        path = os.path.join(folder(name), entry)
        if entry in ("weights.safetensors", "best.safetensors", "spectrum.safetensors"):
            kept[entry] = hashlib.sha256(open(path, "rb").read()).hexdigest()
        elif entry == _events.NAME:
            kept[entry] = [value for value in _events.values(path) if value[1] not in TIMES]
        elif entry.endswith(".csv"):
            kept[entry] = [{key: value for key, value in row.items() if key not in TIMES} for row in rows(path)]
    check("weights.safetensors" in kept, f"{folder(name)} has no weights")
    return kept


def same(name, reference, what):
    """Fails unless a run has the same bits as a reference from contents()."""
    ours = contents(name)
    check(ours.keys() == reference.keys(), f"{what}: files {sorted(ours)} instead of {sorted(reference)}")
    for entry, value in reference.items():
        if ours[entry] != value:
            where = ""
            if isinstance(value, list):
                where = next((f": row {i} is {a}, expected {b}" for i, (a, b) in enumerate(zip(ours[entry], value))
                              if a != b), f": {len(ours[entry])} rows, expected {len(value)}")
            fail(f"{what}: {entry} differs{where}")


def remove(name):
    shutil.rmtree(folder(name))
