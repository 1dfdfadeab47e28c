#!/usr/bin/env python3
"""--time-limit, --require and --evaluate: how a training ends, what it must reach, weights that are only scored."""
import json
import os

import _trainer as t

WHOLE = ("--epochs", 40, "--batch", 10, "-q")

# stopped by the limit again and again, resumed: the bits of a run that was never stopped
t.run(*WHOLE, "--name", "whole")
whole = t.contents("whole")
limits = 0
for attempt in range(12):
    again = ("--resume",) if attempt > 0 else ()
    limit = 0.2 if attempt < 8 else 600
    out, err = t.run(*WHOLE, *again, "--name", "cut", "--time-limit", f"{limit}s")
    result = t.result("cut")
    files = set(os.listdir(t.folder("cut")))
    t.check({"checkpoint.safetensors", "weights.safetensors", "result.json", "config.json"} <= files, f"files: {files}")
    t.check("test_accuracy" in result and "test" in out, f"no full result: {result}\n{out}")
    if result["status"] == "done":
        t.check(err == "" and result["epochs"] == 40, err)
        break
    limits += 1
    t.check(result["status"] == "time_limit" and result["epochs"] < 40 and "[time-limit]" in err and
            err.count("\n") == 1, f"{result}\n{err}")
    t.check(json.load(open(t.folder("cut") + "/config.json"))["settings"]["time_limit"] == limit, "config.json")
t.check(result["status"] == "done", f"not done after {limits} limits")
t.same("cut", whole, f"stopped {limits} times")
if limits == 0:
    print("no limit was reached: this machine is too fast")

# a limit that is over before the first step: each slice does one all the same, so that slices end some day
for attempt in range(4):
    t.run("--epochs", 1, "--batch", 500, "-q", "--name", "slices", "--time-limit", "0.000001",
          *(("--resume",) if attempt > 0 else ()))
    t.check(t.result("slices")["steps"] == attempt + 1, f"slice {attempt}: {t.result('slices')['steps']} steps")
t.remove("slices")

# units of time
for text, seconds in (("90", 90), ("1.5m", 90), ("1h30m", 5400), ("1d", 86400), ("2m5s", 125)):
    t.run("--epochs", 0, "-q", "--name", "units", "--time-limit", text)
    with open(t.folder("units") + "/config.json") as file:
        t.check(json.load(file)["settings"]["time_limit"] == seconds, f"{text} is not {seconds} s")
    t.remove("units")

# what is required stands in the result, met or not
t.run("--epochs", 1, "-q", "--name", "met", "--require", "epochs>=1", "--require", " parameters > 0 ",
      "--require=test_cost<=1000")
t.check(t.result("met")["required"] == [
    {"condition": "epochs>=1", "found": 1, "met": True},
    {"condition": " parameters > 0 ", "found": t.result("met")["parameters"], "met": True},
    {"condition": "test_cost<=1000", "found": t.result("met")["test_cost"], "met": True}], str(t.result("met")))
out, err = t.run("--epochs", 1, "-q", "--name", "unmet", "--require", "epochs<1", "--require", "epochs>1", "--require",
                 "epochs<=1", status=4)
t.check(err.endswith("required epochs<1, found 1; epochs>1, found 1 [not-met]\n") and err.count("\n") == 1, err)
t.check([row["met"] for row in t.result("unmet")["required"]] == [False, False, True], str(t.result("unmet")))
out, err = t.run("--resume", "--name", "unmet", "--require", "test_accuracy>=1", "-q", status=4)
t.check("finished" in err and "required test_accuracy>=1, found 0." in err, f"a finished run: {err}")
t.check(os.path.exists("runs/latest/weights.safetensors"), "no weights")
before = sorted(os.listdir("runs"))
out, err = t.run("--require", "test_accuracy>=0.9", "--require", "speed>1", status=2)
t.check(sorted(os.listdir("runs")) == before, "a name that does not exist came after the training began")

# weights that are only scored: the figures of their run, and nothing is written
reference = t.result("whole")
out, err = t.run("--evaluate", "--weights", t.folder("whole") + "/weights.safetensors", "--json", "-q")
result = json.loads(out)
t.check(result["status"] == "evaluated" and err == "", out + err)
for key in ("test_cost", "test_accuracy", "validation_cost", "validation_accuracy"):
    t.check(result.get(key) == reference.get(key), f"{key}: {result.get(key)}, the run had {reference.get(key)}")
t.check("train_accuracy" in result and "epochs" not in result and "run" not in result, str(result))
out, err = t.run("--evaluate", "--weights", t.folder("whole"))
lines = [line.split()[0] for line in out.splitlines()]
t.check(lines[:3] == ["model", "data", "weights"] and "train" in lines and lines[-1] == "test", out)
out, err = t.run("--evaluate", "--weights", t.folder("whole"), "--require", "test_accuracy>=0.9999", "-q", status=4)
t.check("[not-met]" in err, err)
t.run("--evaluate", "--weights", "nowhere", status=3)
t.check(sorted(os.listdir("runs")) == before, "--evaluate made a run")
print("ok")
