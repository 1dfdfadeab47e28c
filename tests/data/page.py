#!/usr/bin/env python3
"""docs/data.md, from its first line to its last: what Python writes there is trained on by the commands that follow."""
import os
import re
import subprocess
import sys

NETC = os.environ["NETC"]
with open(os.path.join(os.environ["NETC_ROOT"], "docs/data.md"), encoding="utf-8") as file:
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", file.read(), re.M | re.S)
env = {**os.environ, "PATH": os.path.dirname(NETC) + ":" + os.environ["PATH"], "XDG_CACHE_HOME": os.path.abspath("cache")}
for language, text in blocks:
    if language == "net":
        name = re.search(r"network (\w+)", text)[1]
        with open(name + ".net", "w", encoding="utf-8") as file:
            file.write(text)
        continue
    command = [sys.executable, "-c", text] if language == "python" else ["bash", "-e", "-c", text]
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    if done.returncode != 0:
        sys.exit(f"FAILED: status {done.returncode} of\n{text}\n{done.stdout}{done.stderr}")
    print(done.stdout)
if len(blocks) < 4:
    sys.exit("FAILED: the page has lost its commands")
with open("signals.h", encoding="utf-8") as header, open("libsignals.a", "rb") as library:
    if "signals_classes[3]" not in header.read() or b"middle" not in library.read():
        sys.exit("FAILED: the library does not name the classes")
