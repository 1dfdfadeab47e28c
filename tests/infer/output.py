#!/usr/bin/env python3
"""What an inference binary prints and writes: every form of output, to the letter."""
import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _files import *  # noqa: E402,F403
from _predictor import BUILD, fail, make, run  # noqa: E402

DIGITS = make("digits", (1, 2, 2), 3, ("zero", 'a "b"\\t', "zwölf"))
SIGMOID = make("sigmoid", (4,), 1, ("no", "yes"))
FEATURES = make("features", (4,), 3)


def prints(expected, *words, **more):
    out, err = run(*words, **more)
    if out != expected or err != "":
        fail(f"{words}\n  expected {expected!r}\n  found    {out!r}\n  and on standard error {err!r}")


def same(found, expected):
    if found.dtype != np.dtype("<f4") or found.shape != expected.shape or not np.array_equal(found, expected):
        fail(f"expected {expected}\nfound {found}")


x = np.array([[0.25, 0.5, 0.125, 9], [0.999995, 1e-9, 2e-3, 9], [0.25, 0.5, 0.5, -1]], np.float32)
save("x.npy", npy(x))
save("one.npy", npy(x[0]))
save("a.png", png([[0, 51], [255, 0]]))
save("x.idx", idx(x.reshape(3, 2, 2)))

# ---- lines ----

prints("a.png  zwölf  100.00 %\n", DIGITS, "a.png")
prints("one.npy  a \"b\"\\t  50.00 %\n", DIGITS, "one.npy")
prints("x.npy[0]  a \"b\"\\t  50.00 %\nx.npy[1]  zero  100.00 %\nx.npy[2]  a \"b\"\\t  50.00 %\n", DIGITS, "x.npy")
prints("a.png  zwölf  100.00 %\nx.idx[0]  a \"b\"\\t  50.00 %\nx.idx[1]  zero  100.00 %\nx.idx[2]  a \"b\"\\t  50.00 %\n"
       "-  zwölf  100.00 %\n", DIGITS, "-q", "a.png", "x.idx", "-", input=png([[0, 51], [255, 0]]))
prints("-[0]  a \"b\"\\t  50.00 %\n", DIGITS, "--raw", "-", input=x[0].tobytes())
prints("x.npy[0]  a \"b\"\\t 50.00 %  zero 25.00 %  zwölf 12.50 %\nx.npy[1]  zero 100.00 %  zwölf 0.20 %  a \"b\"\\t 0.00 %\n"
       "x.npy[2]  a \"b\"\\t 50.00 %  zwölf 50.00 %  zero 25.00 %\n", DIGITS, "x.npy", "--all")
prints("x.npy[0]  no  75.00 %\nx.npy[1]  yes  100.00 %\nx.npy[2]  no  75.00 %\n", SIGMOID, "x.npy")
prints("one.npy  no 75.00 %  yes 25.00 %\n", SIGMOID, "--all", "one.npy")
half = npy(np.full(4, 0.5, np.float32))
prints("half  no  50.00 %\n", SIGMOID, save("half", half))
prints("x.npy[0]  0.25 0.5 0.125\nx.npy[1]  0.999995 1e-09 0.002\nx.npy[2]  0.25 0.5 0.5\n", FEATURES, "x.npy")
save("-dash", half)
prints("-dash  no  50.00 %\n", SIGMOID, "--", "-dash")
save("od\nd\x7f", half)
prints("od?d?  no  50.00 %\n", SIGMOID, "od\nd\x7f")
# of UTF-8 the controls are masked, too, U+009B (CSI) among them, and bytes that are no character
for path, shown in (("a\x80b\x9b31mc\x9fd\xa0é€𝄞", "a?b?31mc?d\xa0é€𝄞"), (b"x\x9b31m\xff\xe2\x82y\xc3", "x?31m???y?")):
    prints(f"{shown}  no  50.00 %\n", SIGMOID, save(path, half))
CONTROL = make("control", (4,), 2, ("\x9bno", "yes"))
prints("half  ?no  50.00 %\n", CONTROL, "half")

# pipes that have names: nothing is read of one before its turn
words = " ".join(f"<(cat {path})" for path in ("a.png", "x.idx", "x.npy"))
out = run("/bin/bash", "-c", f"{DIGITS} --json {words}")[0]
if [json.loads(text)["class"] for text in out.splitlines()] != [2, 1, 0, 1, 1, 0, 1]:
    fail(out)

# ---- JSON ----

name = json.dumps('a "b"\\t')
prints(f'{{"file":"x.npy","index":0,"class":1,"name":{name},"probability":0.5}}\n'
       '{"file":"x.npy","index":1,"class":0,"name":"zero","probability":0.999994993}\n'
       f'{{"file":"x.npy","index":2,"class":1,"name":{name},"probability":0.5}}\n', DIGITS, "--json", "x.npy")
prints('{"file":"one.npy","index":0,"class":0,"name":"no","probability":0.75,"classes":[{"class":0,"name":"no",'
       '"probability":0.75},{"class":1,"name":"yes","probability":0.25}]}\n', SIGMOID, "--json", "--all", "one.npy")
prints('{"file":"x.npy","index":0,"outputs":[0.25,0.5,0.125]}\n'
       '{"file":"x.npy","index":1,"outputs":[0.999994993,9.99999972e-10,0.00200000009]}\n'
       '{"file":"x.npy","index":2,"outputs":[0.25,0.5,0.5]}\n', FEATURES, "--json", "x.npy")
for path, wanted in (("tab\t\x1f\x7f\"\\", "tab\t\x1f\x7f\"\\"), ("c\x80\x9b\x9f", "c\x80\x9b\x9f"), ("zwölf €𝄞", "zwölf €𝄞"),
                     (b"x\xff\xc0\xafy\xed\xa0\x80", "x\ufffd\ufffd\ufffdy\ufffd\ufffd\ufffd")):
    out = run(SIGMOID, "--json", save(path, half))[0]
    if json.loads(out)["file"] != wanted or out.count("\n") != 1 or not out[:-1].isprintable():
        fail(f"{path!r} became {out!r}")
for text in run(DIGITS, "--json", "--all", "x.npy")[0].splitlines():
    found = json.loads(text)["classes"]
    if [entry["probability"] for entry in found] != sorted((e["probability"] for e in found), reverse=True):
        fail(f"not in order: {text}")

# ---- labels ----

many = np.random.default_rng(1).random((1000, 4)).astype(np.float32)
right = many[:, :3].argmax(1)
given = np.where(np.arange(1000) % 8 == 0, (right + 1) % 3, right)
save("many.npy", npy(many))
save("many.idx.gz", packed(idx(many.reshape(1000, 2, 2))))
save("y.idx", idx(given.astype(np.uint8)))
save("y.idx.gz", packed(idx(given.astype(np.uint8))))
line = "87.50 %  (875 of 1,000; ± 1.05)\n"
prints(line, DIGITS, "--labels", "y.idx", "many.npy")
prints(line, DIGITS, "--labels", "y.idx", "--raw", "-", input=many.tobytes())
prints(line, DIGITS, "many.idx.gz", "y.idx.gz")
for kind in ("|u1", "|i1", "<i2", ">i2", "<u4", ">i4", "<i8", ">u8"):
    save("y.npy", npy(given.astype(kind).reshape(1000, 1)))
    prints(line, DIGITS, "--labels=y.npy", "many.npy")
prints('{"images":1000,"correct":875,"accuracy":0.875,"standard_error":0.0104582503}\n', DIGITS, "--json",
       "many.idx.gz", "y.idx")
# images without labels print lines; all that have some make one score
save("three.idx", idx(np.array([1, 1, 1], np.uint8)))
prints("a.png  zwölf  100.00 %\n87.44 %  (877 of 1,003; ± 1.05)\n", DIGITS, "many.idx.gz", "y.idx", "a.png", "x.idx",
       "three.idx")
save("both", npy(np.concatenate([given, [1, 1, 1]])))
prints("87.44 %  (877 of 1,003; ± 1.05)\n", DIGITS, "--labels", "both", "many.npy", "x.npy")
save("yes.idx", idx(np.array([1, 1, 0], np.uint8)))
prints("66.67 %  (2 of 3; ± 27.22)\n", SIGMOID, "x.idx", "yes.idx")

# ---- -o ----

prints("saved  out.npy  (1,004 x 3)\n", DIGITS, "-o", "out.npy", "many.npy", "x.npy", "one.npy")
same(np.load("out.npy"), np.concatenate([many, x, x[:1]])[:, :3])
prints("", SIGMOID, "-q", "--output=out.npy", "one.npy")
same(np.load("out.npy"), x[:1, :1])
prints("", FEATURES, "-q", "-o", "out.npy", "x.npy")
os.symlink("out.npy", "link.npy")
prints("saved  link.npy  (1,004 x 3)\n", DIGITS, "-o", "link.npy", "many.npy", "x.npy", "one.npy")
if not os.path.islink("link.npy") or len(np.load("out.npy")) != 1004:
    fail("-o link.npy takes the place of the link")
whole = open("out.npy", "rb").read()
os.mkfifo("pipe")
reader = subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE)
prints("saved  pipe  (1,004 x 3)\n", DIGITS, "-o", "pipe", "many.npy", "x.npy", "one.npy")
if reader.communicate()[0] != whole:
    fail("-o pipe gives the pipe something else than a file")
os.remove("pipe")
os.remove("link.npy")
prints("", FEATURES, "-q", "-o", "out.npy", "x.npy")
same(np.load("out.npy"), x[:, :3])
prints(line, DIGITS, "-q", "-o", "out.npy", "many.idx.gz", "y.idx")
same(np.load("out.npy"), many[:, :3])

# A failure, a full disk or a signal leaves the old file, and no other.
before = sorted(os.listdir("."))
with open("out.npy", "rb") as file:
    old = file.read()
save("cut.gz", packed(npy(many))[:-100])
before.append("cut.gz")


def unchanged(what):
    with open("out.npy", "rb") as file:
        if file.read() != old or sorted(os.listdir(".")) != sorted(before):
            fail(f"{what} left {set(os.listdir('.')) - set(before)}, or another out.npy")


run(DIGITS, "-o", "out.npy", "x.npy", "cut.gz", status=3)
unchanged("a file that is cut short")
for fault in range(1, 20):
    done = subprocess.run([DIGITS, "-o", "out.npy", "many.npy"], env={**os.environ, "NET_FAULT": str(fault)},
                          capture_output=True, text=True)
    if done.returncode == 0:
        break
    if done.returncode != 3 or done.stderr.count("\n") != 1:
        fail(f"NET_FAULT={fault}: {done}")
    if "sync the folder" not in done.stderr:
        unchanged(f"NET_FAULT={fault}")
    else:
        save("out.npy", old)
if not 4 < fault < 19:
    fail(f"{fault} faults")
save("out.npy", old)
process = subprocess.Popen([DIGITS, "-o", "out.npy", "--raw", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
deadline = time.monotonic() + 30
while sorted(os.listdir(".")) == sorted(before) and time.monotonic() < deadline:
    time.sleep(0.01)
process.send_signal(signal.SIGTERM)
out, err = process.communicate(timeout=30)
if (process.returncode, out, err) != (143, b"", b""):
    fail(f"a signal: {process.returncode} {out} {err}")
unchanged("a signal")

# ---- help and version ----

prints("digits (1x2x2 input, 3 classes), compiled by netc 9.8.7\n", DIGITS, "--version")
prints("sigmoid (4 inputs, 2 classes), compiled by netc 9.8.7\n", SIGMOID, "--version")
prints("digits: the stored image gives its stored outputs\n", DIGITS, "--selftest")
prints("", DIGITS, "--selftest", "--quiet")
prints("""usage: digits [OPTION]... FILE...
Classifies images with the network 'digits' (1x2x2 input, 3 classes).
FILE is a PNG or JPEG image, or many examples as CSV, IDX or NPY, packed with
gzip or not; '-' is standard input.

      --all            all classes with their probabilities, best first
      --json           a JSON object a line
  -o, --output FILE    write the outputs as a NumPy array [images, outputs]
      --labels FILE    what is to come out, IDX or NPY: print how good it is
      --raw            files of bare little-endian floats, image after image
      --selftest       check that a stored image gives its stored outputs
  -q, --quiet          print results only
  -h, --help           print this
      --version        print what this program was compiled by

examples:
  digits a.png b.png
  digits --all --json digit.png | jq .classes
  digits images.idx.gz labels.idx.gz    the accuracy
  digits --labels y.npy x.npy           the same of NumPy's arrays
  digits -o y.npy x.npy
  some-program | digits --raw -

status: 0 done, 1 outputs infinite or NaN, 2 wrong usage, 3 a file or the disk
""", DIGITS, "x.npy", "-h")
out = run(FEATURES, "--help")[0]
if "--labels" in out or "--all" in out or "Transforms images with the network 'features' (4 inputs, 3 outputs)." not in out:
    fail(out)

# ---- how large it is: a single PNG takes little memory; what is linked leaves room for a network in 700 KB ----

if os.path.basename(BUILD) not in ("asan", "tsan"):
    process = subprocess.Popen([DIGITS, "a.png", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()  # a.png is done, and the program waits for the pipe
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        resident = int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1])
    process.kill()
    process.communicate()
    if resident > 8192:
        fail(f"{resident} KB are resident")
    size = os.path.getsize(DIGITS)
    if size > 448_000:
        fail(f"the program alone has {size} bytes")
    print(f"{size:,} bytes, {resident:,} KB resident")
