#!/usr/bin/env python3
"""docs/data.md from its beginning to its end: its files are written, and all of its commands are run, in one folder."""
import os
import re
import subprocess
import sys

ROOT = os.environ["NETC_ROOT"]
try:
    import PIL  # noqa: F401
except ImportError:
    print("Pillow is not installed (python3-pil)")
    sys.exit(77)
with open(os.path.join(ROOT, "docs", "data.md"), encoding="utf-8") as file:
    page = file.read()
os.mkdir("bin")
os.symlink(os.environ["NETC"], "bin/netc")
os.symlink(sys.executable, "bin/python3")
environment = dict(os.environ, PATH=os.path.abspath("bin") + os.pathsep + os.environ["PATH"])
NAMES = {"net": r"^network\s+(\w+)", "c": r"^/\* (\w+\.c) \*/", "python": r"^# (\w+\.py)"}
said = []
for language, text in re.findall(r"^```(\w+)\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
    if language == "sh":
        done = subprocess.run(["/bin/sh", "-ec", text], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=300)
        if done.returncode != 0:
            sys.exit(f"FAILED with status {done.returncode}:\n{text}\n{done.stdout}")
        said.append(done.stdout)
    elif language in NAMES:
        name = re.search(NAMES[language], text, re.MULTILINE)[1]
        with open(name + ".net" if language == "net" else name, "w", encoding="utf-8") as file:
            file.write(text)

for expected in (r"^  temperature +\d", r"^  blocked +300 +33\.3 %$", r"'input 4' and ends with\n'dense 3 activation=softmax'$",
                 r"^parts +540 to train on, 180 to validate with, 180 to test on", r"^the network 'sensor' takes it$", r"^disc  +ring  +square",
                 r"^blocked\n",  # what the sensor's program in C says
                 r"^three\.csv\[0\]  idle  ", r"^three\.csv\[2\]  blocked  ", r"^9\d\.\d\d %  \(8\d\d of 900;|^100\.00 %  \(900 of 900;",
                 r"^three\.csv\[1\]  working .* %  \w+ .* %  \w+ ", r"^RMSE \d\.\d+  \(900 examples; ",
                 r"^9\d\.\d+ %  \(7\d\d of 800; ", r"^shapes/disc/0\.png  disc  ", r"^photos/ring/1\.jpg  ring  ",
                 r"^9\d\.\d\d %  \(5\d\d of 600;|^100\.00 %  \(600 of 600;", r"^\d converted files? in ", r"^removed \d converted",
                 r"^augment shift=2 rotate=30 scale=0\.1 flip=horizontal fill=edge$",
                 r"^photos/square/2\.jpg  square  ", r"^disc disc\nring ring\nsquare square\n"):
    if not any(re.search(expected, text, re.MULTILINE) for text in said):
        sys.exit(f"FAILED: nothing says {expected}\n" + "\n----\n".join(said))
print(f"{len(said)} commands")
