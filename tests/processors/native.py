#!/usr/bin/env python3
"""The row of this machine: what was measured is kept and decides the next run's code, what is kept is part of a trainer's
name in the cache, and a file there that is spoilt, or a folder that cannot be, ends nothing."""
import glob
import os
import re
import subprocess

NETC, MODEL = os.environ["NETC"], os.path.join(os.environ["NETC_ROOT"], "tests", "processors", "Inputs", "small.net")
CACHE = os.path.abspath("cache")


def netc(*arguments, cache=CACHE):
    return subprocess.run([NETC, *arguments], env={**os.environ, "XDG_CACHE_HOME": cache}, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


def row(**more):
    return netc("build", MODEL, "--dump=schedule", "--stop-after=loops", **more).splitlines()[0]


def trainer():
    said = netc("train", MODEL, "--epochs", "0", "-q", "-O0", "--verbose")
    return re.search(r"(cached|to the cache): (.*)", said).groups()


first = row()
known = re.fullmatch(r"processor .*: \d+-byte vectors, \d+ registers, (\d+) multiply-adds? a cycle, .*", first)
assert known, first
if "ports measured" not in first:  # no fused multiply-add, or an emulator
    print(first)
    raise SystemExit(0 if glob.glob("cache/netc/processors/*") == [] else "nothing was measured, and yet something is kept")
(kept,) = glob.glob("cache/netc/processors/*")
sane = f"ports {known[1]}\n"


def keep(text):
    with open(kept, "w", encoding="utf-8") as file:
        file.write(text)


def is_kept():
    with open(kept, encoding="utf-8") as file:
        return file.read()


assert is_kept() == sane, is_kept()
for spoilt in ("", "ports", "ports 0\n", "ports 9\n", "ports 2", "ports 11\n", "ports 2\nports 2\n"):
    keep(spoilt)
    assert row() == first and is_kept() == sane, f"{spoilt!r}: {is_kept()!r}"
before = trainer()
assert before[0] == "to the cache" and trainer() == ("cached", before[1]), before
keep("ports 7\n")
assert ", 7 multiply-adds a cycle, " in row(), row()
after = trainer()
assert after[0] == "to the cache" and after[1] != before[1], (before, after)
os.remove(kept)
os.mkdir(kept)  # a folder in its place
assert row() == first
assert row(cache=os.devnull) == first
