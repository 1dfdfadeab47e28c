#!/usr/bin/env python3
"""A limit on the sizes of files (ulimit -f): netc, trainers and inference programs say which file and why, and leave
nothing half-done."""
import os
import resource
import subprocess
import sys

NETC = os.environ["NETC"]
SMALL = os.path.join(os.environ["NETC_ROOT"], "tests/driver/Inputs/small.net")
SCRATCH = os.path.abspath("scratch")
ENVIRONMENT = dict(os.environ, XDG_CACHE_HOME=os.path.abspath("cache"), TMPDIR=SCRATCH)


def run(*command, limit=None, **more):
    def set_limit():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=ENVIRONMENT,
                          preexec_fn=set_limit, **more)


def files():
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(".") for name in names
                  if not folder.startswith("./runs"))


def expect(limit, *command):
    """Ends with 3 and names the reason, or the limit was wide enough; whether it was not."""
    before = files()
    done = run(*command, limit=limit)
    what = f"{' '.join(command)} at {limit} bytes: status {done.returncode}\n{done.stdout}{done.stderr}"
    if done.returncode == 0:
        return False
    if done.returncode != 3 or "File too large" not in done.stderr:
        sys.exit(what)
    if files() != before or os.listdir(SCRATCH):
        sys.exit(f"{what}left {files()}, before {before}")
    return True


os.makedirs(SCRATCH)
for command in (["build", SMALL, "-o", "trainer"], ["train", SMALL, "--epochs", "1", "-q", "--name", "good"]):
    done = run(NETC, *command)
    if done.returncode != 0:
        sys.exit(done.stderr)
infer = [NETC, "build", SMALL, "--infer", "--weights", "runs/latest"]
run(*infer, "-o", "predict")
with open("x", "wb") as file:
    file.write(bytes([0, 0, 8, 3, 0, 0, 7, 208, 0, 0, 0, 28, 0, 0, 0, 28]) + bytes(2000 * 784))

commands = [(NETC, "build", SMALL, "-o", "t"), (NETC, "build", SMALL, "--emit", "c", "-o", "t.c"),
            (*infer, "-o", "p"), (*infer, "--emit", "lib", "-o", "p.a"), (*infer, "--emit", "onnx", "-o", "p.onnx"),
            (NETC, "new", "fresh"), ("./predict", "x", "-o", "out.npy")]
for command in commands:
    for limit in (0, 700, 5000, 20000, 400000):
        if expect(limit, *command):
            continue
        if limit == 0:
            sys.exit(f"{' '.join(command)}: needs no file")
        break

# a trainer: the run that was begun is there, no file of it unfinished
for limit in (0, 500, 20000):
    done = run("./trainer", "--epochs", "1", "-q", "--run-dir", f"runs/{limit}", limit=limit)
    left = [name for _, _, names in os.walk(f"runs/{limit}") for name in names]
    if done.returncode != 3 or f"runs/{limit}/" not in done.stderr or "File too large" not in done.stderr:
        sys.exit(f"trainer at {limit} bytes: status {done.returncode}\n{done.stderr}")
    if any(name.endswith(".tmp") or "new" in name for name in left):
        sys.exit(f"trainer at {limit} bytes left {left}")

# standard output in a file
with open("out", "w") as out:
    done = subprocess.run([NETC, "help", "settings"], stdout=out, stderr=subprocess.PIPE, text=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
if done.returncode != 3 or done.stderr != "netc: standard output: cannot write: File too large\n":
    sys.exit(f"standard output: status {done.returncode}\n{done.stderr}")
