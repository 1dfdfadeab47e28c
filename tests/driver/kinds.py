#!/usr/bin/env python3
"""Every kind of compiler/base/diag_kinds.def is reported by some test, and the sources report no others."""
import glob
import os
import re
import sys

ROOT = os.environ["NETC_ROOT"]


def read(*patterns):
    for pattern in patterns:
        for path in glob.glob(os.path.join(ROOT, pattern)):
            with open(path, encoding="utf-8", errors="replace") as file:
                yield file.read()


table = next(read("compiler/base/diag_kinds.def"))
kinds = re.findall(r'^KIND\("([a-z-]+)", SEVERITY_(\w+)', table, re.MULTILINE)
names = {name for name, severity in kinds}
if len(kinds) != len(names) or not names:
    sys.exit("diag_kinds.def has a name twice, or none")

# the kinds in the expected output of tests: NAME.out, CHECK lines, what scripts and unit tests about messages ask for
tested = {kind for text in read("tests/*/*.out", "tests/*/*.test") for kind in re.findall(r"\[([a-z-]+)\]", text)}
tested |= {kind for text in read("tests/train/*.py", "tests/infer/*.py", "tests/data/*.py", "tests/processors/lacks.py",
                              "tests/unit/*.c")
           for kind in re.findall(r'["[]([a-z-]+)["\]]', text)}
if names - tested:
    sys.exit(f"no test reports {', '.join(sorted(names - tested))}")
for form in ('"kind":"', "title="):
    if not any(form in text.replace('": "', '":"') for text in read("tests/*/*.out")):
        sys.exit(f"no test has diagnostics in the form with {form}")

# what the sources report is in the table
reported = {kind for text in read("compiler/*/*.[chly]")
            for kind in re.findall(r'diag_report\([^;]*?,\s*"([a-z-]+)",', text)}
reported |= {kind for text in read("runtime/*/*.c") for kind in re.findall(r'\[([a-z]+(?:-[a-z]+)+|diverged)\]"', text)}
if reported - names:
    sys.exit(f"not in diag_kinds.def: {', '.join(sorted(reported - names))}")
