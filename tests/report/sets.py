#!/usr/bin/env python3
"""netc report: a run's network and data are those that its --set lines made, and its commands have these lines too."""
import json
import shutil

from _report import MODEL, Page, check, make, netc, read, rows, train, write

POINTS = """network points {
    input 2
    dense 3 activation=softmax
}
train {
    data      csv train="points.csv" target=kind
    split     train=100 test=50
    optimizer sgd rate=0.1
    batch     10
    epochs    2
}
"""


def points(path, shift):
    """Rows in the order of their classes: the last ones are all of one."""
    write(path, "a,b,kind\n" + "".join(f"{i % 7 + shift},{i // 50 + i % 3},{'xyz'[i // 50]}\n" for i in range(150)))


points("points.csv", 0)
points("other.csv", 1)
for line in ("split train=100 test=50 order=file", "split test=0.2 order=shuffled seed=7",
             'data csv train="other.csv" target=kind'):
    run = train("--set", line, model=POINTS, name="points")
    config, result = json.loads(read(f"{run}/config.json")), json.loads(read(f"{run}/result.json"))
    check(config["model"]["sets"] == [line], config["model"])
    netc("report", run, "-o", "page.html", "--csv", "csv")
    confusion = rows("csv/confusion.csv")
    right = sum(int(row["count"]) for row in confusion if row["true"] == row["predicted"])
    every = sum(int(row["count"]) for row in confusion)
    check(every == config["settings"]["split"]["test"] and right == round(every * result["test_accuracy"]),
          f"{line}: {right} of {every}, {result['test_accuracy']}")
    several = sum(int(row["examples"]) > 0 for row in rows("csv/classes.csv"))
    check(several == (1 if "order=file" in line else 3), f"{line}: {several} classes among the rows to test on")

# An ensemble, and a config.json as those are that were written without such lines.
run = train("--set", "ensemble 2", "--set", "epochs 1")
netc("report", run, "--csv", "both")
right = sum(int(row["right"]) for row in rows("both/classes.csv"))
check(right == round(1000 * json.loads(read(f"{run}/result.json"))["best_test_accuracy"]), f"{right} right")
run = train("--epochs", "1")
check("sets" not in json.loads(read(f"{run}/config.json"))["model"], "no lines, no list")

# Commands: what else was logged still is, a line of the same subject has no place beside that which brings the log, and
# there is one probe.
folder = make("runs/made", epochs=["0,0,0,,0.1,,,0.5,2.3,0.1"], path="m.net", 
              sets=["split test=0.2", "log steps", "log activations probe=50 neurons", "epochs 3"],
              settings={"activations_probe": 50, "neurons_probe": 50, "spectrum_probe": 8})
netc("report", folder, "-o", "page.html")
said = "".join(Page(read("page.html")).texts)
logs = "--set 'log steps' --set 'log activations probe=50 neurons'"
for expected in ("--set 'log steps' --set 'epochs 3' --set 'log neurons every=epoch'",
                 f"{logs} --set 'epochs 3' --set 'log gradients every=epoch probe=50'",
                 f"{logs} --set 'epochs 3' --set 'log spectrum every=epoch'"):
    check(f"netc train m.net --set 'split test=0.2' {expected}" in said, said)
shutil.rmtree(folder)
