#!/usr/bin/env python3
"""What is taken from the cache is whole: a trainer that was spoilt there is made anew, in silence.

Twenty places by default; `NETC=build/netc NETC_ROOT=. tests/driver/cache.py 200` tries so many.
"""
import os
import random
import shutil
import subprocess
import sys

NETC = os.environ["NETC"]
SMALL = os.path.abspath(os.path.join(os.environ["NETC_ROOT"], "tests/driver/Inputs/small.net"))
CACHE = os.path.abspath("cache")
FOLDER = os.path.join(CACHE, "netc/trainers")
TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 20


def start(*options, cache=CACHE, run="run", before=()):
    return subprocess.Popen([*before, NETC, "train", SMALL, "--epochs", "0", "-q", "--run-dir", run, *options],
                            env=dict(os.environ, XDG_CACHE_HOME=cache), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def train(what, *options, cache=CACHE):
    """Standard error of a training that must go well."""
    shutil.rmtree("run", ignore_errors=True)
    process = start(*options, cache=cache)
    out, err = process.communicate(timeout=300)
    if process.returncode != 0 or (GOOD and out != GOOD) or (not options and err):
        sys.exit(f"{what}: status {process.returncode}\n{out}{err}")
    return err if options else out


def entry():
    names = os.listdir(FOLDER)
    if len(names) != 1:
        sys.exit(f"the cache holds {names}, expected one trainer")
    return os.path.join(FOLDER, names[0])


def spoil(what, change):
    change()
    train(what)
    if "cached: " not in train(what, "-v"):
        sys.exit(f"{what}: was not made anew")


def cut():
    os.truncate(PATH, random.randrange(len(WHOLE)))


def change_byte():
    at = random.randrange(len(WHOLE))
    with open(PATH, "r+b") as file:
        file.seek(at)
        file.write(bytes([WHOLE[at] ^ random.randrange(1, 256)]))


def add_byte():
    with open(PATH, "ab") as file:
        file.write(b"x")


def replace(make):
    def change():
        os.unlink(PATH)
        make()
    return change


os.makedirs(CACHE, exist_ok=True)
GOOD = None
GOOD = train("the first training")
PATH = entry()
with open(PATH, "rb") as file:
    WHOLE = file.read()

seed = random.randrange(1 << 32)
random.seed(seed)
changes = {"cut": cut, "a byte changed": change_byte, "emptied": lambda: os.truncate(PATH, 0),
           "no execute bit": lambda: os.chmod(PATH, 0o644), "a byte more": add_byte,
           "a dangling link": replace(lambda: os.symlink("nowhere", PATH)),
           "an empty folder": replace(lambda: os.mkdir(PATH)),
           "a pipe": replace(lambda: os.mkfifo(PATH)),
           "without the digest": lambda: os.truncate(PATH, len(WHOLE) - 32)}
for i in range(TIMES):
    # each kind once, then the places that are drawn
    name = list(changes)[i] if i < len(changes) else random.choice(["cut", "a byte changed"])
    spoil(f"{name} (seed {seed}, round {i})", changes[name])

# another trainer's entry under this name
shutil.copy(PATH, "copy")
start("-D", "width=9").communicate(timeout=300)
other = next(os.path.join(FOLDER, name) for name in os.listdir(FOLDER) if os.path.join(FOLDER, name) != PATH)
os.replace(other, PATH)
train("another trainer's entry")

# a link to a whole file is not followed, neither to read nor to write
os.unlink(PATH)
os.symlink(os.path.abspath("copy"), PATH)
os.truncate("copy", 100)
spoil("a link", lambda: None)
if os.path.getsize("copy") != 100:
    sys.exit("what a link in the cache led to was written")

# what cannot be kept runs all the same
os.unlink(PATH)
os.makedirs(PATH + "/in the way")
if "not kept: " not in train("a folder with something in it", "-v"):
    sys.exit("a folder with something in it: not said with -v")
os.makedirs("spoilt/netc")
for name in ("file", "spoilt/netc/trainers"):  # a mode would not keep root from writing
    with open(name, "w"):
        pass
for name in ("file", "spoilt"):
    err = train(f"a file in the place of {name}'s folder", "-v", cache=os.path.abspath(name))
    if "no cache folder" not in err and "not kept: " not in err:
        sys.exit(f"a file in the place of {name}'s folder: not said with -v: {err}")

# a file system that programs are not run from
os.makedirs("noexec")
mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
         "mount -t tmpfs -o noexec none noexec && shift && exec \"$@\"", "sh", "-"]
if shutil.which("unshare") and subprocess.run([*mount, "true"], capture_output=True).returncode == 0:
    for _ in range(2):
        shutil.rmtree("run", ignore_errors=True)
        process = start("-v", cache=os.path.abspath("noexec"), before=mount)
        out, err = process.communicate(timeout=300)
        if process.returncode != 0 or out != GOOD or "no program can be started there" not in err:
            sys.exit(f"a cache mounted noexec: status {process.returncode}\n{out}{err}")

# two at once, on a spoilt entry
shutil.rmtree(PATH)
train("alone")
cut()
both = [start(run=f"run-{i}") for i in range(2)]
for process in both:
    out, err = process.communicate(timeout=300)
    if process.returncode != 0 or err:
        sys.exit(f"two at once: status {process.returncode}\n{out}{err}")
if "cached: " not in train("after two at once", "-v") or len(os.listdir(FOLDER)) != 1:
    sys.exit(f"after two at once the cache holds {os.listdir(FOLDER)}")
