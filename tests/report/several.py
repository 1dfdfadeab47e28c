#!/usr/bin/env python3
"""netc report of several runs: those that differ in the seed are a mean with its deviation, others are told apart by
what differs; what is of one run is of the best. Numbers to learn: predictions are those that the results count."""
import glob
import json
import math
import os
import random
import statistics

from _report import MODEL, SVG, Page, check, drawings, make, netc, read, rows, write

write("tiny.net", MODEL)
netc("train", "tiny.net", "-q", "--seeds", "1-4", "--epochs", "3")
netc("report", "runs", "--csv", "csv", "--svg", "svg")
text = "".join(Page(read("runs/report.html")).texts)
runs = [path for path in sorted(glob.glob("runs/*")) if os.path.isdir(path) and not os.path.islink(path)]
check(len(runs) == 4, runs)


def by_seed(file, column, x, **filters):
    values = {}
    for run in runs:
        for row in rows(f"{run}/{file}"):
            if row[column] and all(row[name] == value for name, value in filters.items()):
                values.setdefault(float(row[x]), []).append(float(row[column]))
    return values


for name, series, values in (("cost", "validation", by_seed("epochs.csv", "validation_cost", "epoch")),
                             ("speed", "first", by_seed("gradients.csv", "delta_norm", "epoch", source="probe", layer="first"))):
    found = {float(row["epoch"]): row for row in rows(f"csv/{name}.csv") if row["series"] == series}
    check(sorted(found) == sorted(values), f"{name}: {sorted(found)}")
    for x, each in values.items():
        check(len(each) == 4 and math.isclose(float(found[x]["value"]), statistics.mean(each), rel_tol=1e-8) and
              math.isclose(float(found[x]["sd"]), statistics.stdev(each), rel_tol=1e-6, abs_tol=1e-12),
              f"{name} at {x}: {found[x]}, {each}")
bands = [group for group in drawings("svg")["cost"].iter() if group.get("fill-opacity") == "0.18"]
check(len(bands) == 2 and "tiny, 4 seeds" in text and "one standard deviation" in text, text)
results = [json.loads(read(f"{run}/result.json")) for run in runs]
best = max(result["best_validation_accuracy"] for result in results)
chosen = next(result["run"] for result in results if result["best_validation_accuracy"] == best)
check(f"is of tiny-{chosen.rsplit('-', 1)[1]}, the best on the validation part" in text, text)

# Laid over each other: told apart by what differs.
netc("train", "tiny.net", "-q", "--rate", "0.25", "--epochs", "3")
netc("report", runs[0], "runs/latest", "-o", "two.html", "--csv", "two")
check({row["series"] for row in rows("two/cost.csv")} == {"rate 0.5", "rate 0.25", "rate 0.5, training",
                                                           "rate 0.25, training"}, "names")
netc("report", "tiny-1", "tiny-2", "tiny-1", "-o", "three.html")
check("2 runs" in read("three.html"), "a run is there once")

# A run that repeats another's seed is not counted twice, as in the table of runs; one of another model is told by both.
netc("train", "tiny.net", "-q", "--epochs", "3", "--seed", "2", "--run-dir", "repeated")
netc("train", "tiny.net", "-q", "--seeds", "1-2", "--epochs", "3", "--run-dir", "repeated")
write("other.net", MODEL.replace("dense 12", "dense 6"))
for rate in "0.5", "0.25":
    netc("train", "other.net", "-q", "--epochs", "1", "--rate", rate, "--run-dir", "repeated")
netc("report", "repeated", "--csv", "repeated-csv")
text = "".join(Page(read("repeated/report.html")).texts)
check("it repeats another run with the same seed: tiny-3." in text and "tiny, 2 seeds" in text, text)
check({row["series"] for row in rows("repeated-csv/cost.csv") if "training" not in row["series"]} ==
      {"tiny, 2 seeds", "other, rate 0.5", "other, rate 0.25"}, "names of several models")
group = json.loads(netc("runs", "repeated", "--json").stdout)["groups"][0]
for figure in "best_validation_accuracy", "test_accuracy":
    mean, sd = group["mean"][figure], group["sd"][figure]
    check(f"{100 * mean:.2f} ± {100 * sd:.2f} %" in text, f"{figure}: {mean} {sd}")

# Runs whose gradients are of another source have a view of their own; what lacks them is named. Entries of a legend
# stand by run, then by layer, whatever their values are.
for k, (name, rate, source) in enumerate((("a", 0.5, "batch"), ("b", 0.25, "batch"), ("c", 0.1, "probe"), ("d", 0.05, ""))):
    make(f"mixed/{name}", {"rate": rate}, ["0,0,0,,0.1,2,0,0.5,2,0.5"],
         [f"{step},{step},{source},{layer},{k + size},{k + size},1,1,1,,,"
          for step in (1, 2) for layer, size in (("first", 1), ("out", 2.5))] if source else ())
netc("report", "mixed", "--csv", "mixed-csv", "--svg", "mixed-svg")
for view, names in ("", {"rate 0.5", "rate 0.25"}), ("-probe", {"rate 0.1"}):
    found = {row["series"] for row in rows(f"mixed-csv/speed{view}.csv")}
    check(found == {f"{name}, {layer}" for name in names for layer in ("first", "out")}, found)
text = "".join(Page(read("mixed/report.html")).texts)
check("Not in 'delta_norm (batch)', 'delta_rms (batch)', as their logs lack the numbers: rate 0.1; rate 0.05." in text and
      "Not in 'delta_norm (probe)', 'delta_rms (probe)', as their logs lack the numbers: rate 0.5; rate 0.25; rate 0.05." in
      text, text)
keys = [group.find(SVG + "text").text for group in drawings("mixed-svg")["speed"].iter(SVG + "g")
        if group.get("class") == "key"]
check(keys == ["rate 0.5", "first", "out", "rate 0.25", "first", "out"], keys)

# What --set says is not all among the settings: such runs are no seeds of one, and are told apart by it.
netc("train", "tiny.net", "-q", "--seeds", "1-2", "--epochs", "1", "--run-dir", "sets")
for more in (), ("--set", "seed 2"):
    netc("train", "tiny.net", "-q", "--epochs", "1", "--run-dir", "sets", "--set",
         "split train=500 validation=100 order=file", *more)
netc("report", "sets", "--csv", "sets-csv")
check({row["series"] for row in rows("sets-csv/cost.csv") if "training" not in row["series"]} ==
      {"tiny, 2 seeds", "split train=500 validation=100 order=file"}, rows("sets-csv/cost.csv"))
netc("report", f"sets/{os.readlink('sets/latest')}", "-o", "last.html")
check("<th>--set</th><td>split train=500 validation=100 order=file</td>" in read("last.html"), "settings")

# Numbers to learn, in units of their own.
random.seed(1)
os.makedirs("far")
with open("far/table.csv", "w", encoding="utf-8") as file:
    file.write("a,b,sum,product\n")
    for _ in range(400):
        a, b = random.uniform(-1, 1), random.uniform(-1, 1)
        file.write(f"{a:.4f},{b:.4f},{5 * (a + b):.4f},{a * b:.4f}\n")
write("table.net", """network table {
    input 2
    dense 8 activation=tanh
    dense 2
}
train {
    data      csv train="table.csv" target=[sum, product]
    target    values scale=true
    split     train=300 validation=40 test=60
    optimizer sgd rate=0.05
    batch     10
    epochs    3
}
""")
netc("train", "table.net", "-q", "--data-dir", "far")
netc("report", "runs/latest", "--csv", "values")
check("netc train table.net --data-dir far --set 'log gradients" in "".join(Page(read("runs/latest/report.html")).texts),
      "where the data are")
said = rows("values/values.csv") + rows("values/values-1.csv")
check(len(said) == 120, "examples")
rmse = math.sqrt(statistics.mean((float(row["true"]) - float(row["predicted"])) ** 2 for row in said))
counted = json.loads(read("runs/latest/result.json"))["best_test_rmse"]
check(math.isclose(rmse, counted, rel_tol=1e-5), f"rmse {rmse}, of the result {counted}")
for output in ("", "-1"):
    for one, left in zip(rows(f"values/values{output}.csv"), rows(f"values/residuals{output}.csv"), strict=True):
        difference = float(one["true"]) - float(one["predicted"])
        check(math.isclose(difference, float(left["residual"]), abs_tol=1e-6), "residuals")
buttons = read("runs/latest/report.html")
check(">sum</button>" in buttons and ">product</button>" in buttons, "outputs have names")

# The networks of an ensemble are a band, their common answer is what is counted.
write("ensemble.net", MODEL.replace("epochs    4", "epochs    2\n    ensemble  3"))
netc("train", "ensemble.net", "-q")
netc("report", "runs/latest", "--csv", "ensemble")
members = [rows(f"runs/latest/member-{k}/epochs.csv") for k in (1, 2, 3)]
for row in rows("ensemble/cost.csv"):
    if row["series"] == "validation":
        each = [float(one["validation_cost"]) for member in members for one in member if one["epoch"] == row["epoch"]]
        check(len(each) == 3 and math.isclose(float(row["value"]), statistics.mean(each), rel_tol=1e-8) and
              math.isclose(float(row["sd"]), statistics.stdev(each), rel_tol=1e-6), f"{row}, {each}")
right = sum(int(row["right"]) for row in rows("ensemble/classes.csv"))
counted = json.loads(read("runs/latest/result.json"))["best_test_accuracy"]
check(right == round(1000 * counted), f"{right} right, {counted}")
text = "".join(Page(read("runs/latest/report.html")).texts)
check("networks of an ensemble" in text and "dense3" not in text, text)

# An autoencoder: the errors of its reconstructions are those of the result.
write("code.net", """network code {
    input 1x28x28
    dense 16 activation=relu
    dense 784 activation=sigmoid
}
train {
    data      digits
    target    input
    split     train=300 validation=50 test=100
    optimizer sgd rate=0.01
    batch     10
    epochs    2
}
""")
netc("train", "code.net", "-q")
netc("report", "runs/latest", "--csv", "code", "--svg", "code")
errors = [float(row["rmse"]) for row in rows("code/reconstructions.csv")]
counted = json.loads(read("runs/latest/result.json"))["best_test_rmse"]
check(len(errors) == 100 and math.isclose(math.sqrt(statistics.mean(error ** 2 for error in errors)), counted, rel_tol=1e-5),
      f"reconstructions, {counted}")
images = list(drawings("code")["reconstructions"].iter("{http://www.w3.org/2000/svg}image"))
check(len(images) == 40, f"{len(images)} pictures")

# Outputs above 1 are as dark as 1, not as light as what is below 0.
code, shades = read("code.net"), []
for bias in ("50", "-50"):
    write("code.net", code.replace("dense 784 activation=sigmoid", f"dense 784 bias_init=constant({bias})"))
    netc("train", "code.net", "-q", "--rate", "1e-6", "--epochs", "1")
    netc("report", "runs/latest", "--svg", "shades")
    images = list(drawings("shades")["reconstructions"].iter("{http://www.w3.org/2000/svg}image"))
    made = {image.get("href") for image in images[1::2]}
    check(len(made) == 1, f"outputs of about {bias}")
    shades += made
check(shades[0] != shades[1], "black and white")

# More classes than are drawn: the place says so.
names = [f"c{k}" for k in range(120)]
write("many.csv", "a,b,kind\n" + "".join(f"{i % 9},{i % 11},{names[i % 120]}\n" for i in range(480)))
write("many.net", """network many {
    input 2
    dense 120 activation=softmax
}
train {
    data      csv train="many.csv" target=kind
    split     train=360 test=120
    optimizer sgd rate=0.1
    batch     10
    epochs    1
}
""")
netc("train", "many.net", "-q")
netc("report", "runs/latest")
page = Page(read("runs/latest/report.html"))
text = "".join(page.texts)
check({"confusion", "classes"} <= set(page.figures()) and "of more than 40 no matrix" in text and
      "more than 100 are not drawn" in text, text)
