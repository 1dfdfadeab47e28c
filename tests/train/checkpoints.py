#!/usr/bin/env python3
"""Checkpoints and folders that are not as a trainer left them: forged, damaged, incomplete, with leftovers. And those
of a trainer whose kernels have a weight by columns, of which nothing is to be seen."""
import hashlib
import json
import os
import re
import shutil
import struct

import _trainer as t

HUGE = 1 << 62
EPOCH, POSITION, STEP, BEST_EPOCH, RUNNING_N = range(5)
t.run("--epochs", 2, "--name", "good", "-q")
GOOD = t.folder("good")
with open(f"{GOOD}/checkpoint.safetensors", "rb") as stored:
    CONTENT = stored.read()


def forge(name, counters=None, without=None):
    """A run with the checkpoint of another, changed and with a checksum that fits."""
    folder = f"runs/{name}-2026-01-01-1"
    shutil.copytree(GOOD, folder)
    size = struct.unpack("<Q", CONTENT[:8])[0]
    header, body = json.loads(CONTENT[8:8 + size]), bytearray(CONTENT[8 + size:])
    header["__metadata__"].pop(without, None)
    first = header["counters"]["data_offsets"][0]
    for place, value in (counters or {}).items():
        struct.pack_into("<q", body, first + 8 * place, value)
    header["__metadata__"]["sha256"] = "0" * 64
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    digits = hashlib.sha256(struct.pack("<Q", len(text)) + text + body).hexdigest()
    with open(f"{folder}/checkpoint.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text.replace(b"0" * 64, digits.encode()) + body)
    os.remove(f"{folder}/checkpoint-1.safetensors")
    return folder


def resume(folder, status=0):
    return t.run("--resume", folder, "--epochs", 2, "-q", status=status)[1]


def one_line(err, *parts):
    t.check(len(err.splitlines()) == 1 and all(part in err for part in parts), f"expected {parts}: {err}")


# numbers that cannot be
one_line(resume(forge("sane")), "is finished: 2 of 2 epochs")
for name, counters in (("late", {EPOCH: HUGE}), ("last", {EPOCH: (1 << 63) - 1}), ("steps", {STEP: HUGE}),
                       ("shifted", {STEP: 1}), ("position", {POSITION: HUGE}), ("scores", {RUNNING_N: HUGE}),
                       ("negative", {RUNNING_N: -1}), ("best", {BEST_EPOCH: -1})):
    one_line(resume(forge(name, counters), 3), "its counters cannot be", "[other-network]")
for key in ("set.rate", "default.rate", "set.monitor", "set.log", "network", "order_hash", "tensors"):
    one_line(resume(forge(key, without=key), 3), f"it has no {key}: the checkpoint was written by another netc")

# a damaged checkpoint is reported once
folder = forge("damaged")
with open(f"{folder}/checkpoint.safetensors", "r+b") as file:
    file.seek(-1, os.SEEK_END)
    file.write(b"\xff")
one_line(resume(folder, 3), f"{folder}/checkpoint.safetensors: is damaged", "[damaged-file]")
shutil.copy(f"{GOOD}/checkpoint.safetensors", f"{folder}/checkpoint-1.safetensors")
err = resume(folder).splitlines()
t.check(len(err) == 2 and "[damaged-file]" in err[0] and "[finished-run]" in err[1], f"the one before: {err}")

# a log that is gone or shorter is an error, and nothing is cut back or made before
folder = forge("logless")
with open(f"{folder}/epochs.csv", "a") as file:
    file.write("a row that is to be cut off\n")
before = os.stat(f"{folder}/epochs.csv").st_size
logs = [entry for entry in sorted(os.listdir(folder)) if entry.endswith(".csv") and entry != "epochs.csv"]
t.check(logs, "the trainer writes no other log")
os.remove(f"{folder}/{logs[-1]}")
one_line(resume(folder, 3), f"{folder}/{logs[-1]}: cannot read: No such file")
t.check(not os.path.exists(f"{folder}/{logs[-1]}"), "a missing log was made")
t.check(os.stat(f"{folder}/epochs.csv").st_size == before, "a log was cut back though another is missing")

# leftovers of a trainer that was killed while it wrote; files of others stay
folder = forge("leftovers")
left = ["checkpoint-new.safetensors", "checkpoint-new.safetensors.aB3dEf.tmp", "result.json.aB3dEf.tmp"]
kept = ["weights.safetensors.backup", "notes.tmp"]
for entry in left + kept:
    with open(f"{folder}/{entry}", "w") as file:
        file.write("x")
resume(folder)
found = os.listdir(folder)
t.check(not set(left) & set(found) and set(kept) <= set(found), f"leftovers: {found}")



def stored(name):
    """Of a run's checkpoint all but seconds."""
    path = f"{t.folder(name)}/checkpoint.safetensors"
    with open(path, "rb") as file:
        content = file.read()
    header, values = json.loads(content[8:8 + struct.unpack("<Q", content[:8])[0]]), t.tensors(path)
    for key in ("sha256", "log.epochs.csv"):
        header["__metadata__"].pop(key)
    values.pop("totals")
    return header, values


# kernels with a weight by columns: the same files, and each of the two goes on with what the other has left
def by_columns():
    ordered, turned = t.TRAINER, t.link("turned", "-DBY_COLUMNS")
    whole = t.contents("good")
    for first, second, name in ((ordered, turned, "there"), (turned, ordered, "back")):
        t.TRAINER = first
        t.run("--epochs", 1, "--name", name, "-q")
        t.TRAINER = second
        t.run("--resume", "--name", name, "--epochs", 2, "-q")
        t.same(name, whole, f"by columns, {name}")
    t.TRAINER = turned
    t.run("--epochs", 2, "--name", "turned", "-q")
    t.same("turned", whole, "by columns")
    t.check(stored("turned") == stored("good"), "by columns, the checkpoint is another")
    t.run("--epochs", 0, "--weights", GOOD, "--name", "begun", "-q")
    t.check(t.tensors(f"{t.folder('begun')}/weights.safetensors") == t.tensors(f"{GOOD}/best.safetensors"),
            "by columns, weights are read otherwise")


if os.path.basename(t.TRAINER) == "softmax":  # else it is one that only its netc can make again
    by_columns()
print("ok")
