#!/usr/bin/env python3
"""The LLVM backend is a module of netc's own build that is opened when it is asked for, and then alone."""
# REQUIRES: llvm
import os
import re
import shutil
import subprocess
import sys

NETC, BUILD = os.environ["NETC"], os.environ["NETC_BUILD"]
SMALL = os.path.join(os.environ["NETC_ROOT"], "tests/driver/Inputs/small.net")
FOLDER = os.path.abspath("lib")
MODULE = os.path.join(FOLDER, "netc-llvm.so")


def run(*arguments, status=0, error="", **more):
    done = subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env={**os.environ, "NETC_LIB": FOLDER, **more})
    if done.returncode != status or error not in done.stderr or (status != 0 and done.stderr.count("\n") != 1):
        sys.exit(f"{arguments}: status {done.returncode}, expected {status} and '{error}'\n{done.stdout}{done.stderr}")
    return done.stderr


def opens(*arguments):
    """Whether the loader opens libLLVM."""
    return "libLLVM" in run(*arguments, LD_DEBUG="files")


os.makedirs(FOLDER)
for name in ("libnetrt.a", "netc-llvm.so"):
    shutil.copy(os.path.join(BUILD, name), FOLDER)
if not opens("build", SMALL, "--emit", "obj"):
    sys.exit("'netc build' does not open libLLVM, or the loader does not say so")
for arguments in (["--version"], ["check", SMALL], ["show", SMALL], ["explain", "syntax-error"], ["build", SMALL, "--emit", "c"],
                  ["train", SMALL, "--backend", "interp", "--epochs", "0", "-q"]):
    if opens(*arguments):
        sys.exit(f"{arguments}: opens libLLVM")

# trainers in the cache are of one module
train = ("train", SMALL, "--epochs", "0", "-q", "-v")
run(*train, error="to the cache: ")
run(*train, error="cached: ")
os.utime(MODULE, (0, 0))
run(*train, error="to the cache: ")

# one of another build, another library, none
with open(MODULE, "rb") as file:
    whole = file.read()
(build_id,) = set(re.findall(rb"(?<![0-9a-f])([0-9a-f]{64})\0", whole))
OTHER = f"netc: {MODULE}, the LLVM backend, is of another build than this netc; "
EMITS = (["--emit", "obj"], ["--emit", "asm", "--cpu", "generic"])
with open(MODULE, "wb") as file:
    file.write(whole.replace(build_id, build_id[::-1]))
for emit in EMITS:
    run("build", SMALL, *emit, status=3, error=OTHER)
with open(MODULE, "wb") as file:
    file.write(b"none")
run("build", SMALL, status=3, error=f"netc: cannot open the LLVM backend: {MODULE}: ")
os.unlink(MODULE)
for emit in EMITS:
    run("build", SMALL, *emit, status=3, error=f"netc: cannot open the LLVM backend: {MODULE}: ")
run("build", SMALL, "--backend", "c")
print("ok")
