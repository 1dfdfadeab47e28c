#!/usr/bin/env python3
"""netc train: all backends train to the same bits, the cache is used, options reach whom they are for."""
import glob
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time

NETC = os.environ["NETC"]
SMALL = os.path.join(os.environ["NETC_ROOT"], "tests/driver/Inputs/small.net")
CACHE = os.path.abspath("cache")


def run(*arguments, status=0, **more):
    environment = dict(os.environ, XDG_CACHE_HOME=CACHE)
    environment.update(more)
    done = subprocess.run([NETC, "train", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env=environment)
    if done.returncode != status:
        sys.exit(f"{arguments}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done


def cached():
    folder = os.path.join(CACHE, "netc/trainers")
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def weights(name):
    run_folder = next(os.path.join("runs", run) for run in sorted(os.listdir("runs")) if run.startswith(name + "-"))
    with open(os.path.join(run_folder, "weights.safetensors"), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


os.makedirs(CACHE, exist_ok=True)
llvm = "without LLVM" not in subprocess.run([NETC, "--version"], capture_output=True, text=True).stdout
options = ["--epochs", "1", "--batch", "500", "-q"]
# the trainer's options may stand before the model, too
run(*options, SMALL, "--backend", "c", "--name", "c")
if len(cached()) != 1:
    sys.exit(f"the cache holds {cached()}, expected one trainer")
before = cached()
if "cached:" not in run(SMALL, *options, "--backend", "c", "-v", "--name", "again").stderr or cached() != before:
    sys.exit("the second run did not use the cache")
run(SMALL, *options, "--backend", "c", "-D", "width=9", "--name", "wider")
if len(cached()) != 2:
    sys.exit("another -D used the same trainer")
run(SMALL, *options, "--backend", "interp", "--name", "interp")
results = {weights("c"), weights("interp")}
if llvm:
    run(SMALL, *options, "--name", "llvm")
    results.add(weights("llvm"))
if len(results) != 1:
    sys.exit("backends disagree about the weights")

# without a cache folder a trainer runs all the same
run(SMALL, *options, "--backend", "c", "--name", "uncached", XDG_CACHE_HOME="/proc/none", HOME="/proc/none")
if weights("uncached") not in results:
    sys.exit("an uncached trainer gave other weights")

# messages of the trainer
done = run(SMALL, "--backend", "c", "--epochz", "3", status=2)
if "unknown option '--epochz'" not in done.stderr:
    sys.exit(f"a wrong trainer option: {done.stderr}")

# what --set says is not said again by an option
for line, option, value in (("epochs 1", "--epochs", "2"), ("optimizer sgd rate=0.1", "--rate", "0.2"),
                            ("log gradients every=5", "--log-every", "6"), ("regularize weight_decay=1", "--weight-decay", "2"),
                            ('data idx images="i"', "--data", "digits"), ("stop patience=5", "--patience", "6")):
    for words in ((option, value), (f"{option}={value}",)):
        done = run(SMALL, "--backend", "c", "--set", line, *words, status=2)
        if f"netc train: --set '{line}' and {option} say the same; keep one\n" not in done.stderr:
            sys.exit(f"--set '{line}' {words}: {done.stderr}")
run(SMALL, *options, "--name", "sets", "--set", 'log gradients', "--set", "optimizer sgd rate=0.1", "--log-every", "6")
done = run(SMALL, "--backend", "c", "--help")
if "usage: netc train FILE" not in done.stdout or "--epochs" not in done.stdout:
    sys.exit(f"the help of a trainer: {done.stdout}")
if "netc train " + SMALL + " --resume" not in done.stdout:
    sys.exit(f"the examples of a trainer's help: {done.stdout}")
done = run(SMALL, "--backend", "c", "-x", status=2)
if f"unknown option '-x'; 'netc train {SMALL} --help' lists them" not in done.stderr:
    sys.exit(f"an unknown letter: {done.stderr}")

# the command that an interrupted run prints goes on with it
environment = dict(os.environ, XDG_CACHE_HOME=CACHE, PATH=os.path.dirname(NETC) + ":" + os.environ["PATH"])
os.makedirs("a folder", exist_ok=True)
with open("a folder/it's.net", "w") as file:
    file.write(open(SMALL).read())
process = subprocess.Popen([NETC, "train", "a folder/it's.net", "-D", "width=9", "--set", "epochs 100000", "-q",
                            "--name", "stopped"], env=environment, stderr=subprocess.PIPE, text=True)
while not glob.glob("runs/stopped-*/checkpoint.safetensors"):
    time.sleep(0.02)
process.send_signal(signal.SIGTERM)
error = process.communicate(timeout=60)[1]
command = re.search(r"; (netc train .*) goes on from there", error)
if process.returncode != 143 or not command:
    sys.exit(f"interrupted: status {process.returncode}\n{error}")
done = subprocess.run(command.group(1).replace("epochs 100000", "epochs 0") + " -q", shell=True, env=environment,
                      capture_output=True, text=True)
if done.returncode != 0 or "starting anew" in done.stderr:
    sys.exit(f"{command.group(1)}: status {done.returncode}\n{done.stderr}")

# a signal is lost at no moment, neither before the trainer stands in netc's place nor as it is put there
if os.path.basename(os.environ["NETC_BUILD"]) not in ("asan", "tsan"):
    with open("signal.c", "w") as file:
        file.write('''#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>
char *mkdtemp(char *name) {
    char *made = ((char *(*)(char *))dlsym(RTLD_NEXT, "mkdtemp"))(name);
#ifdef EARLY
    kill(getpid(), SIGTERM);
#endif
    return made;
}
int fexecve(int fd, char *const argv[], char *const envp[]) {
    kill(getpid(), SIGTERM);
    return ((int (*)(int, char *const[], char *const[]))dlsym(RTLD_NEXT, "fexecve"))(fd, argv, envp);
}
''')
    for early, status in ((["-DEARLY"], 143), ([], -signal.SIGTERM)):
        subprocess.check_call(["gcc", "-shared", "-fPIC", *early, "signal.c", "-o", "signal.so", "-ldl"])
        done = subprocess.run([NETC, "train", SMALL, *options, "--name", "signalled"],
                              env=dict(environment, LD_PRELOAD=os.path.abspath("signal.so")), capture_output=True, text=True)
        if done.returncode != status or glob.glob("runs/signalled*"):
            sys.exit(f"SIGTERM {early}: status {done.returncode}\n{done.stdout}{done.stderr}")

# the name of a file may be any bytes
with open(b"f\xff.net", "w") as file:
    file.write(open(SMALL).read())
run(b"f\xff.net", *options, "--name", "bytes")
with open(os.path.join("runs", os.readlink("runs/latest"), "config.json"), encoding="utf-8") as file:
    if "f\\xff.net" not in json.load(file)["model"]["path"]:
        sys.exit("the path of a model that is not UTF-8")
