#!/usr/bin/env python3
"""A large set of images is mapped: memory of the process's own stays small while it is trained on. So it does when it
is converted first, and so does a table."""
import os
import re
import shutil
import subprocess
import sys

import numpy as np

from _data import NETC, call, fail, folder

if os.path.basename(os.environ.get("NETC_BUILD", "")) in ("asan", "tsan"):
    print("sanitizers take memory of their own")
    sys.exit(77)
IMAGES, SIDE = 50_000, 56  # 157 MB
MOST = 50_000  # KB
with open("large.net", "w", encoding="utf-8") as file:
    file.write(f"""network large {{
    input 1x{SIDE}x{SIDE}
    pool average 14x14
    dense 2 activation=softmax
}}
train {{
    data npy x="x.npy" y="y.npy"
    split test=0.1
    epochs 1
    batch 100
}}
""")
folder(".", y=np.arange(IMAGES) % 2)
image = np.lib.format.open_memmap("x.npy", "w+", np.uint8, (IMAGES, SIDE, SIDE))
image[1::2, :20] = 200
image.flush()
del image
call(NETC, "build", "large.net", "-o", "large")


def largest(what, program="./large", **env):
    """The most anonymous memory that a training has, in KB."""
    process = subprocess.Popen([program, "--threads", "1", "--rate", "1"], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, **env})
    most = 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
                most = max([most, *(int(kb) for kb in re.findall(r"RssAnon:\s+(\d+) kB", file.read()))])
        except OSError:
            break
    out = process.communicate()[0]
    if process.returncode != 0:
        fail(what, "status", process.returncode, out)
    if most == 0 or most > MOST:
        fail(what, f"has {most} KB of its own")
    print(what, most, "KB")


largest("mapped")
np.save("fortran.npy", np.asfortranarray(np.load("x.npy", mmap_mode="r")))
os.replace("fortran.npy", "x.npy")
largest("converted", XDG_CACHE_HOME=os.path.abspath("cache"))
os.remove("x.npy")
shutil.rmtree("cache")

rows = 300_000  # 58 MB of floats
with open("t.csv", "w", encoding="utf-8") as file:
    for i in range(0, rows, 1000):
        file.write(500 * (48 * "1," + "a\n" + 48 * "0," + "b\n"))
with open("table.net", "w", encoding="utf-8") as file:
    file.write("""network table {
    input 48
    dense 2 activation=softmax
}
train {
    data csv train="t.csv" target=49
    split test=0.1
    epochs 1
    batch 100
}
""")
call(NETC, "build", "table.net", "-o", "table")
largest("a table", "./table", XDG_CACHE_HOME=os.path.abspath("cache"))
largest("a table, from the cache", "./table", XDG_CACHE_HOME=os.path.abspath("cache"))
os.remove("t.csv")
shutil.rmtree("cache")
