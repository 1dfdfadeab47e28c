#!/usr/bin/env python3
"""netc build: outputs have the names and modes they should, replace what was there whole, and leave nothing beside."""
import os
import signal
import stat
import subprocess
import sys
import time

NETC = os.environ["NETC"]
SMALL = os.path.join(os.environ["NETC_ROOT"], "tests/driver/Inputs/small.net")


def run(*arguments, status=0, error=None, **more):
    done = subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)
    if done.returncode != status:
        sys.exit(f"{arguments}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    if error is not None and (error not in done.stderr or done.stderr.count("\n") != 1):
        sys.exit(f"{arguments}: expected one line with '{error}', got\n{done.stderr}")
    return done


def files():
    return sorted(os.listdir("."))


def same_files(expected):
    if files() != sorted(expected):
        sys.exit(f"expected the files {sorted(expected)}, found {files()}")


os.makedirs("out", exist_ok=True)
os.chdir("out")
llvm = "without LLVM" not in run("--version").stdout
names = ["small", "small.o", "small.c", "small.s"]
for emit in ("exe", "obj", "c", "asm"):
    run("build", SMALL, "--emit", emit)
if llvm:
    run("build", SMALL, "--emit", "llvm")
    names.append("small.ll")
    run("build", SMALL, "--emit", "llvm", "--backend", "c", status=2, error="needs --backend llvm")
same_files(names)
if not os.stat("small").st_mode & stat.S_IXUSR or os.stat("small.c").st_mode & stat.S_IXUSR:
    sys.exit("modes: a trainer is executable, its source is not")

# kernels are compiled in parts by all processors there are: the same ones by any number of them
if llvm:
    lenet5 = os.path.join(os.environ["NETC_ROOT"], "models", "lenet5.net")
    if "kernels-1.o" not in run("build", lenet5, "-o", "all", "-v").stderr:
        sys.exit("lenet5 was not compiled in parts")
    run("build", lenet5, "-o", "alone", preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
    with open("all", "rb") as first, open("alone", "rb") as second:
        if first.read() != second.read():
            sys.exit("one processor makes another trainer than all of them")
    os.remove("all")
    os.remove("alone")

# standard output
if "net_model" not in run("build", SMALL, "--emit", "c", "-o", "-").stdout:
    sys.exit("--emit c -o -: nothing on standard output")
run("build", SMALL, "--emit", "c", "-o", "/dev/null")
if not stat.S_ISCHR(os.stat("/dev/null").st_mode):
    sys.exit("/dev/null was replaced")

# what cannot be written stays as it was
os.mkdir("folder")
run("build", SMALL, "-o", "folder", status=3, error="it is a folder")
run("build", SMALL, "-o", "absent/x", status=3, error="absent/x: cannot create a file beside it: No such file or directory")
with open("kept", "w") as file:
    file.write("kept")
run("build", SMALL, "-o", "kept", "--backend", "c", "--cc", "absent-compiler", status=3, error="'absent-compiler'")
failing = dict(os.environ, NETC_LIB="/absent")
run("build", SMALL, "-o", "kept", status=3, error="no libnetrt.a in /absent", env=failing)
if open("kept").read() != "kept":
    sys.exit("a failed build changed its output")
os.symlink("kept", "link")
run("build", SMALL, "--emit", "c", "-o", "link")
if not os.path.islink("link") or "net_model" not in open("kept").read():
    sys.exit("a link: its target is what is written")
same_files(names + ["folder", "kept", "link"])

# numbers beyond what an integer holds get into a program
with open("huge.net", "w") as file:
    file.write("network huge { input 784; dense 10 activation=softmax init=constant(1e30) }\n")
run("build", "huge.net", "--emit", "c", "-o", "-")
os.remove("huge.net")

# nothing stays in the temporary folder
os.mkdir("temporary")
run("build", SMALL, env=dict(os.environ, TMPDIR=os.path.abspath("temporary")))
if os.listdir("temporary"):
    sys.exit(f"left in the temporary folder: {os.listdir('temporary')}")

# nor when the reader of standard output, or the one of a pipe, has gone or never comes
environment = dict(os.environ, TMPDIR=os.path.abspath("temporary"))
for arguments in (("build", SMALL, "--emit", "c", "-o", "-"), ("train", SMALL, "--dump=loops", "--epochs", "0")):
    process = subprocess.Popen([NETC, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True)
    process.stdout.close()
    error = process.stderr.read()
    if process.wait() != -signal.SIGPIPE or error or os.listdir("temporary"):
        sys.exit(f"{arguments}: no reader: status {process.returncode}, left {os.listdir('temporary')}\n{error}")
os.mkfifo("pipe")
process = subprocess.Popen([NETC, "build", SMALL, "--emit", "c", "-o", "pipe"], stderr=subprocess.PIPE, env=environment,
                           text=True)
while process.poll() is None and ") S " not in open(f"/proc/{process.pid}/stat").read():
    time.sleep(0.01)  # it sleeps for nothing but a reader
process.send_signal(signal.SIGTERM)
error = process.communicate(timeout=60)[1]
if process.returncode != 143 or error or os.listdir("temporary"):
    sys.exit(f"a signal: status {process.returncode}, left {os.listdir('temporary')}\n{error}")
os.remove("pipe")

# the same input gives the same bytes
first = open("small.o", "rb").read()
run("build", SMALL, "--emit", "obj")
if open("small.o", "rb").read() != first:
    sys.exit("two builds of the same model differ")
