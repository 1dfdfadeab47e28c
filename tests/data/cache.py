#!/usr/bin/env python3
"""Files that data was converted to: used again, made anew when spoilt or cut, whole or not at all whatever fails, by one
of several at a time, and no more of them than the bound allows."""
import fcntl
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np

from _data import NETC, build, call, examples, fail, folder, idx, run, weights

sys.path.insert(0, os.path.join(os.environ["NETC_ROOT"], "tests", "infer"))
from _files import png  # noqa: E402

CACHE = os.path.abspath("cache")
FOLDER = os.path.join(CACHE, "netc/data")
LARGE = {"XDG_CACHE_HOME": CACHE, "NET_DATA_SMALL": 1}  # everything is

trainer = build("cached", 'npy x="x.npy" y="y.npy"')
x, y = examples(">f8")
folder("set", x=x, y=y)
right = weights(trainer, "set")


def entries():
    names = os.listdir(FOLDER) if os.path.isdir(FOLDER) else []
    return sorted(name for name in names if name.endswith(".safetensors"))


def train(what, env=LARGE, where="set"):
    if weights(trainer, where, env=env) != right:
        fail(what, "gives other weights")


def clear():
    shutil.rmtree(CACHE, ignore_errors=True)


def place():
    found = entries()
    if len(found) != 1:
        fail("expected one converted file, found", found)
    return os.path.join(FOLDER, found[0])


# ---- used again ----

train("converting")
with open(place(), "rb") as file:
    whole = file.read()
made = os.stat(place())
train("the converted file")
if os.stat(place()).st_mtime_ns != made.st_mtime_ns or os.stat(place()).st_ino != made.st_ino:
    fail("it was made again")
length = int.from_bytes(whole[:8], "little")
if not np.array_equal(np.frombuffer(whole[8 + length:], "<f4").reshape(x.shape), x.astype("<f4")):
    fail("its tensor is another one")
shutil.copytree("set", "copy", dirs_exist_ok=True)
train("a copy elsewhere", where="copy")
if os.stat(place()).st_ino != made.st_ino:
    fail("the same content in another file was converted again")

# ---- spoilt, cut, left over ----

inode = made.st_ino
for what, change in {
        "a changed byte": lambda: open(place(), "r+b").write(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:]),
        "a changed header": lambda: open(place(), "r+b").write(whole[:12] + b"?" + whole[13:]),
        "an end cut off": lambda: os.truncate(place(), len(whole) - 4),
        "an empty file": lambda: os.truncate(place(), 0),
        "more at the end": lambda: open(place(), "ab").write(b"\0\0\0\0"),
        "an index of nonsense": lambda: [open(os.path.join(FOLDER, name), "w").write("nonsense") for name in os.listdir(FOLDER)
                                         if len(name) == 64]}.items():
    change()
    train(what)
    with open(place(), "rb") as file:
        if file.read() != whole:
            fail(what, "was not mended")

# ---- the k-th write, sync or rename fails: those of the cache cost nothing but time, and nothing is half done ----

k, ended = 0, 0
while ended == 0:
    k += 1
    clear()
    os.makedirs(FOLDER)
    env = {**os.environ, "XDG_CACHE_HOME": CACHE, "NET_DATA_SMALL": "1", "NET_FAULT": str(k)}
    done = subprocess.run([trainer, "--data-dir", "set", "--threads", "1", "--name", "faulty"], capture_output=True,
                          text=True, env=env)
    ended = done.returncode
    if ended not in (0, 3) or (ended == 0) != (right in done.stdout) or len(done.stderr.splitlines()) != (ended != 0):
        fail(f"fault {k}: status {ended}\n{done.stderr}")
    if FOLDER in done.stderr:
        fail(f"fault {k} is about the cache:", done.stderr)
    if [name for name in os.listdir(FOLDER) if name.endswith(".tmp")]:
        fail(f"fault {k} left", os.listdir(FOLDER))
    train(f"after fault {k}")
    shutil.rmtree("runs")
if k < 9:  # the entry has four at least, the index another four
    fail(f"only {k} faults could be injected")

# ---- a full disk, a lock that cannot be opened: all is converted into memory ----

small = os.path.abspath("small")
os.makedirs(small, exist_ok=True)
inside = f"mount -t tmpfs -o size=32k none {small} && exec \"$@\""
command = ["unshare", "-rm", "sh", "-c", inside, "sh"]
if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode == 0:
    done = subprocess.run([*command, trainer, "--data-dir", "set"], capture_output=True, text=True,
                          env={**os.environ, "XDG_CACHE_HOME": small, "NET_DATA_SMALL": "1"})
    if done.returncode != 0 or right not in done.stdout or done.stderr:
        fail("a full disk:", done.returncode, done.stderr)
clear()
os.makedirs(FOLDER + "/lock")
train("a lock that is a folder")
if entries():
    fail("an entry without a lock")

# ---- pictures: small files of large rows, and names that are no UTF-8 ----

clear()
for i in range(20):
    os.makedirs(f"pictures/{'ab'[i % 2]}", exist_ok=True)
    with open(b"pictures/%c/m\xe4rz%d.png" % (b"ab"[i % 2], i), "wb") as file:
        file.write(png(np.random.default_rng(i).integers(0, 256, (8, 8))))
with open("pictures.net", "w", encoding="utf-8") as file:
    file.write('''network pictures {
    input 1x256x256
    dense 2 activation=softmax
}
train {
    data images train="pictures" size=256x256
    epochs 1
}
''')
call(NETC, "build", "pictures.net", "-o", "pictured")
call("./pictured", "--threads", "1", env={"XDG_CACHE_HOME": CACHE})
place()
if " m?rz" not in call(NETC, "data", "--cache", env=LARGE):
    fail("netc data --cache does not name the first picture")

# ---- several at a time, one killed ----

clear()
several = [subprocess.Popen([trainer, "--data-dir", "set", "--name", f"at-once-{i}"], stdout=subprocess.PIPE, text=True,
                            env={**os.environ, "XDG_CACHE_HOME": CACHE, "NET_DATA_SMALL": "1"}) for i in range(4)]
several[0].send_signal(signal.SIGKILL)
for process in several[1:]:
    out = process.communicate()[0]
    if process.returncode != 0 or right not in out:
        fail("one of several:", process.returncode, out)
place()

# Waiting for another that makes the entry, the first signal ends it.
clear()
os.makedirs(FOLDER)
with open(FOLDER + "/lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    waiting = subprocess.Popen([trainer, "--data-dir", "set", "--name", "waits"],
                               env={**os.environ, "XDG_CACHE_HOME": CACHE, "NET_DATA_SMALL": "1"})
    while not any(os.readlink(f"/proc/{waiting.pid}/fd/{fd}") == os.path.realpath(lock.name)
                  for fd in os.listdir(f"/proc/{waiting.pid}/fd")):
        time.sleep(0.01)
    waiting.send_signal(signal.SIGTERM)
    if waiting.wait(timeout=60) != 143:
        fail("a signal while waiting:", waiting.returncode)

# A signal while it is made: the end comes soon, and nothing half-done stays. Much that is packed into little takes a while.
clear()
head = io.BytesIO()
np.lib.format.write_array_header_1_0(head, {"descr": ">f8", "fortran_order": False, "shape": (400 * 1024, 3, 6, 5)})
zeros = gzip.compress(bytes(90 * 1024 * 8), 1)
folder("long", x=gzip.compress(head.getvalue()) + 400 * zeros, y=y)
for words, status in (([trainer, "--data-dir", "long", "--name", "stopped"], 143),
                      ([NETC, "gradcheck", "cached.net", "--data-dir", "long"], -signal.SIGTERM)):
    making = subprocess.Popen(words, env={**os.environ, **{key: str(value) for key, value in LARGE.items()}}, stderr=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    while making.poll() is None and not (os.path.isdir(FOLDER) and any(name.endswith(".tmp") for name in os.listdir(FOLDER))):
        time.sleep(0.005)
    making.send_signal(signal.SIGTERM)
    out, err = making.communicate(timeout=60)
    if making.returncode != status or os.listdir(FOLDER) != ["lock"] or err:
        fail("a signal while converting:", making.returncode, os.listdir(FOLDER), out, err)

# ---- the bound ----

clear()
one = len(whole)
for i in range(4):
    folder(f"set{i}", x=x + i, y=y)
    weights(trainer, f"set{i}", env={**LARGE, "NETC_CACHE_BYTES": 3 * one})
if len(entries()) != 3:
    fail("the bound of three files left", entries())
out = call(NETC, "data", "--cache", env=LARGE)
if len(re.findall(r"^[0-9a-f]{12}  .*  x\.npy  120x3x6x5 F32$", out, re.M)) != 3 or "3 converted files in " not in out:
    fail("netc data --cache:\n" + out)
if call(NETC, "data", "--clear-cache", env=LARGE) != f"removed 3 converted files from {FOLDER}\n" or entries():
    fail("netc data --clear-cache")
train("without a cache", env={**LARGE, "NETC_CACHE_BYTES": 0})
if entries():
    fail("NETC_CACHE_BYTES=0 keeps files")
for size in ("lots", "1.5G", "20GB"):
    said = call(NETC, "data", "--cache", env={**LARGE, "NETC_CACHE_BYTES": size}, status=3)
    if said != f"netc: NETC_CACHE_BYTES={size} in the environment: expected a size such as 500M or 20G, or 0 for no cache\n":
        fail(f"NETC_CACHE_BYTES={size}: {said}")

# ---- other forms that are converted; and what is mapped as it is ----

packed = io.BytesIO()
np.save(packed, x.astype("<f4"))
folder("packed", x=gzip.compress(packed.getvalue()), y=y)
folder("fortran", x=np.asfortranarray(x), y=y)
for name in ("packed", "fortran"):
    train(name, where=name)
if len(entries()) != 2:
    fail("expected two converted files, found", entries())
clear()
folder("mapped", x=x.astype("<f4"), y=y)
train("mapped", where="mapped")
if entries():
    fail("what can be mapped was converted")


# ---- the hash of what is mapped is kept by path, size and time of change ----


def data_hash():
    train("mapped", where="mapped")
    with open("runs/latest/config.json", encoding="utf-8") as file:
        return json.load(file)["settings"]["data_sha256"]


first = data_hash()
kept = [os.path.join(FOLDER, name) for name in os.listdir(FOLDER) if name.endswith(".sha256")]
if len(kept) != 1 or os.path.getsize(kept[0]) != 64 or data_hash() != first:
    fail("a kept hash:", kept)
with open(kept[0], "w", encoding="utf-8") as file:
    file.write(64 * "0")
if data_hash() == first:
    fail("the kept hash is not read")
with open(kept[0], "w", encoding="utf-8") as file:
    file.write("nonsense")
if data_hash() != first:
    fail("a hash of nonsense is taken")
os.utime("mapped/x.npy", (1, 1))
if data_hash() != first or len([name for name in os.listdir(FOLDER) if name.endswith(".sha256")]) != 2:
    fail("a file of another time is taken for the one before")

# ---- tables, CIFAR and packed IDX go the same way: rows, classes, names and values come back ----


def model(data, inputs, last):
    return f"""network other {{
    input {inputs}
    dense {last}
}}
train {{
    data {data}
    split test=0.2 order=file
    epochs 1
}}
"""


def prepare(name, text, content):
    """A folder with these files and the trainer of a network."""
    for path, data in {"other.net": text.encode(), **content}.items():
        os.makedirs(os.path.dirname(f"{name}/{path}"), exist_ok=True)
        with open(f"{name}/{path}", "wb") as file:
            file.write(data)
    call(NETC, "build", f"{name}/other.net", "-o", f"{name}/other")


def other(name, **env):
    """The hash of a training, the names of classes and the hash of the data."""
    shutil.rmtree("runs", ignore_errors=True)
    call(f"{name}/other", "--threads", "1", env={"XDG_CACHE_HOME": CACHE, **env})
    with open("runs/latest/config.json", encoding="utf-8") as file:
        config = json.load(file)
    with open("runs/latest/weights.safetensors", "rb") as file:
        content = file.read()
    end = 8 + int.from_bytes(content[:8], "little")
    about = json.loads(content[8:end])["__metadata__"]
    return hashlib.sha256(content[end:]).hexdigest(), about.get("classes"), config["settings"]["data_sha256"]


rows = np.random.default_rng(3).normal(size=(90, 3))
text = "a,b,c,d\n" + "".join(f"{a!r},{b!r},{c!r},{('low', 'high')[a > b]}\n" for a, b, c in rows.tolist())
turned = "d,c,b,a\n" + "".join(",".join(reversed(line.split(","))) + "\n" for line in text.splitlines()[1:31])
values = "a,b,c,d\n" + "".join(f"{a!r},{b!r},{c!r},{a - c!r}\n" for a, b, c in rows.tolist())
cifar = b"".join(bytes([i % 10]) + bytes((i * k) % 256 for k in range(3072)) for i in range(30))
pixels = np.random.default_rng(4).integers(0, 256, (60, 4, 4)).astype(np.uint8)
batches = {f"cifar10/data_batch_{i}.bin": cifar for i in range(1, 6)} | {"cifar10/test_batch.bin": cifar}
FORMS = {
    "names": (model('csv train="t.csv" test="u.csv" target=d', 3, "2 activation=softmax"), 2,
              {"t.csv": text.encode(), "u.csv": turned.encode()}),
    "values": (model('csv train="t.csv" target=[d, a]', 2, "2").replace("split", "target values\n    split"), 1,
               {"t.csv": values.encode()}),
    "packed table": (model('csv train="t.csv" target=d', 3, "2 activation=softmax"), 1, {"t.csv": gzip.compress(text.encode())}),
    "cifar": (model("cifar10", "3x32x32", "10 activation=softmax"), 2, batches),
    "packed idx": (model('idx images="x" labels="y"', "1x4x4", "2 activation=softmax"), 1,
                   {"x": gzip.compress(idx(pixels)), "y": idx((np.arange(60) % 2).astype(np.uint8))}),
}
for name, (network, files, content) in FORMS.items():
    clear()
    prepare(name, network, content)
    plain = other(name, NETC_CACHE_BYTES=0)
    if entries():
        fail(name, "is cached without a bound for it")
    first = other(name, NET_DATA_SMALL=1)
    made = {entry: os.stat(os.path.join(FOLDER, entry)).st_mtime_ns for entry in entries()}
    if len(made) != files:
        fail(name, "made", entries())
    again = other(name, NET_DATA_SMALL=1)
    if {entry: os.stat(os.path.join(FOLDER, entry)).st_mtime_ns for entry in entries()} != made:
        fail(name, "was converted again")
    if not plain == first == again:
        fail(name, "from the cache gives other weights, classes or another hash:", plain, first, again)

# a changed row, another network's classes: not what was made before
network, _, content = FORMS["names"]
clear()
before = other("names", NET_DATA_SMALL=1)
with open("names/u.csv", "wb") as file:
    file.write(content["u.csv"].replace(b"low", b"high", 1))
if other("names", NET_DATA_SMALL=1)[2] == before[2]:
    fail("a changed row is not noticed")
prepare("names", network.replace("dense 2", "dense 3"), {})
err = run("names/other", status=3, env={"XDG_CACHE_HOME": CACHE, "NET_DATA_SMALL": 1})[1]
if "column 'd': 2 classes ('high', 'low'), but the last layer has 3 outputs" not in err:
    fail("other classes:", err)

# no folder that can be written: all is converted into memory
clear()
prepare("names", network, content)
with open(CACHE, "w", encoding="utf-8"):
    pass
other("names", NET_DATA_SMALL=1)
os.remove(CACHE)
sys.exit(0)
