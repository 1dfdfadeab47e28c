#!/usr/bin/env python3
"""--seeds: one run for each seed, each with the bits it has alone, and their mean and standard deviation."""
import glob
import json
import os
import re
import signal
import statistics
import time

import _trainer as t

SMALL = ("--epochs", 2, "--batch", 50)
FIGURE = re.compile(r"_(cost|accuracy|rmse|mae)$")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def runs(name):
    return sorted(glob.glob(f"runs/{name}-*/result.json"))


def summary(name):
    found = glob.glob(f"runs/{name}-*-seeds.json")
    t.check(len(found) == 1, f"summaries: {found}")
    return load(found[0])


def close(a, b):
    return abs(a - b) <= 1e-9 * max(1, abs(b))


out, err = t.run(*SMALL, "--seeds", "3-6", "--name", "several")
results = [load(path) for path in runs("several")]
t.check([result["seed"] for result in results] == [3, 4, 5, 6], "the seeds of the runs")
t.check(re.findall(r"^seed (\d+) .*  (runs/several-\S+)$", out, re.MULTILINE) ==
        [(str(result["seed"]), result["run"]) for result in results], f"a line for each seed:\n{out}")
t.check("seeds 3 to 6" in out and out.count("\nmodel") + out.startswith("model") == 1 and err == "", out + err)
t.check("epoch " not in out.replace("last epoch", ""), f"lines of epochs:\n{out}")
every = summary("several")
t.check(every["runs"] == results, "the summary holds the results")
figures = {key for key in results[0] if FIGURE.search(key)} | {"seconds"}
t.check(figures <= every["mean"].keys() and not {"seed", "threads", "parameters"} & every["mean"].keys(),
        f"averaged: {sorted(every['mean'])}")
for key in figures:
    values = [result[key] for result in results]
    t.check(close(every["mean"][key], statistics.mean(values)) and close(every["sd"][key], statistics.stdev(values)),
            f"{key}: {every['mean'][key]} ± {every['sd'][key]} of {values}")
mean = re.search(r"^mean .* test (\d+\.\d\d) ± (\d+\.\d\d) %   last epoch, mean ± sd of 4 seeds$", out, re.MULTILINE)
t.check(mean and abs(float(mean[1]) - 100 * every["mean"]["test_accuracy"]) < 0.0051 and
        abs(float(mean[2]) - 100 * every["sd"]["test_accuracy"]) < 0.0051, f"the line of the mean:\n{out}")

# each has the bits of a run alone
t.run(*SMALL, "--seed", 5, "--name", "alone", "-q")
alone = t.contents("alone")
os.rename(results[2]["run"], "runs/fifth-2000-01-01-1")
t.same("fifth", alone, "seed 5 of several")

# one seed alone has a mean, but no deviation
out, err = t.run(*SMALL, "--seeds", "7-7", "--name", "one", "-q")
t.check(summary("one")["sd"]["test_accuracy"] is None and "±" not in out, out)

# quiet: the mean of the figure that one run prints, and the deviation
out, err = t.run(*SMALL, "--seeds", "1-3", "--name", "quiet", "-q")
every = summary("quiet")
t.check(out == f"test_accuracy {every['mean']['test_accuracy']:.9g} ± {every['sd']['test_accuracy']:.9g}\n" and err == "",
        out + err)

# JSON alone on standard output
out, err = t.run(*SMALL, "--seeds", "1-2", "--name", "json", "--json", "-q")
t.check(json.loads(out) == summary("json") and err == "", out + err)

# what each run is required to be
out, err = t.run(*SMALL, "--seeds", "1-2", "--name", "required", "--require", "test_accuracy>0.999", "-q", status=4)
t.check(re.fullmatch(r"(\S+: seed [12]: required test_accuracy>0.999, found 0\.\d+ \[not-met\]\n){2}", err), err)
t.check(len(runs("required")) == 2 and not summary("required")["runs"][0]["required"][0]["met"], "all runs are there")

# a seed that diverges does not end it, and counts in no mean
out, err = t.run(*SMALL, "--seeds", "1-2", "--rate", "1e37", "--name", "wild", status=1)
t.check(err.count("[diverged]") == 2 and out.count("diverged") == 2 and "mean" not in out, out + err)
t.check("test_accuracy" not in summary("wild")["mean"], "the mean of diverged runs")

# interrupted: the run is kept, the rest is named
process = t.start("--epochs", 100000, "--seeds", "1-9", "--name", "stopped", "-q")
while not glob.glob("runs/stopped-*/checkpoint.safetensors"):
    time.sleep(0.01)
process.send_signal(signal.SIGTERM)
out, err = process.communicate(timeout=60)
t.check(process.returncode == 143 and "--resume runs/stopped-" in err and "--seeds 2-9 trains the seeds that are left"
        in err, f"{process.returncode}\n{out}{err}")
t.check(not glob.glob("runs/stopped-*-seeds.json"), "a summary of nothing")
print("ok")
