#!/usr/bin/env python3
"""docs/messages.md is what `netc explain --all --markdown` prints, and every diagnostic can be explained."""
import difflib
import os
import subprocess
import sys

NETC = os.environ["NETC"]
PAGE = os.path.join(os.environ["NETC_ROOT"], "docs/messages.md")

printed = subprocess.run([NETC, "explain", "--all", "--markdown"], capture_output=True, text=True, check=True).stdout
with open(PAGE, encoding="utf-8") as file:
    page = file.read()
if printed != page:
    sys.exit("docs/messages.md is out of step; run: netc explain --all --markdown >docs/messages.md\n" +
             "".join(difflib.unified_diff(page.splitlines(True), printed.splitlines(True), "page", "printed")))
for line in printed.split("\n"):
    if line.startswith("## "):
        name = line.split()[1]
        for form in (name, f"[{name}]"):
            done = subprocess.run([NETC, "explain", form], capture_output=True, text=True)
            if done.returncode != 0 or not done.stdout.startswith(name):
                sys.exit(f"netc explain {form}: {done.stdout}{done.stderr}")
