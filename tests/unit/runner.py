#!/usr/bin/env python3
"""What tests/run counts: a test that is marked as one that fails has not passed. And a script that ends is at its end:
what it leaves running is ended, not waited for."""
import importlib.machinery
import importlib.util
import os
import sys
from types import SimpleNamespace

TESTS = os.path.join(os.environ["NETC_ROOT"], "tests")
COUNTED = {"passes": "RUN: true", "fails": "RUN: false", "is-expected-to-fail": "XFAIL: *\nRUN: false",
           "needs-a-thing": "REQUIRES: thing\nRUN: true"}

sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("run", os.path.join(TESTS, "run"))
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
loader.exec_module(run)

os.mkdir("suite")
with open("suite/lit.cfg.py", "w", encoding="utf-8") as file:
    file.write('import lit.formats\nconfig.name = "counted"\nconfig.suffixes = [".test"]\n'
               "config.test_format = lit.formats.ShTest()\n")
for name, lines in COUNTED.items():
    with open(f"suite/{name}.test", "w", encoding="utf-8") as file:
        file.write(lines + "\n")
totals = run.Totals()
run.run_lit("counted", os.path.abspath("build"), [os.path.abspath("suite")], {}, totals)
counts = (totals.passed, totals.failed, totals.skipped)
if counts != (1, 2, 1):
    sys.exit(f"FAILED: {counts} passed, failed and skipped")

sys.path[:0] = [os.path.dirname(run.LIT), TESTS]
import netc_format

netc_format.TIMEOUT = 5
leaves = "import subprocess; subprocess.Popen(['sleep', '60']); print('told'); raise SystemExit(1)"
test = SimpleNamespace(config=SimpleNamespace(environment=dict(os.environ)))
ended = netc_format.NetcFormat.run_command(None, test, [sys.executable, "-c", leaves], ".")
if ended != (1, "told\n"):
    sys.exit(f"FAILED: a script that leaves a process: {ended}")
