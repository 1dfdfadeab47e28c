#!/usr/bin/env python3
"""netc report: every figure is a drawing that is well formed, its numbers are those of the logs, of the weights and of
the results, and the page holds all of them."""
import json
import os
import struct

from _report import SVG, Page, check, drawings, make, netc, read, rows, train

CONV = """network maps {
    input 1x28x28
    c: conv 3 kernel=5x5 activation=relu
    pool max 2x2
    d: dense 10 activation=softmax
}
train {
    data      digits
    split     train=600 validation=100
    optimizer sgd rate=0.1
    schedule  cosine
    batch     20
    epochs    2
    log       gradients steps spectrum every=epoch probe=50
}
"""


def series(path, name):
    return [(float(row[list(row)[0]]), row["value"]) for row in rows(path) if row["series"] == name]


def same(ours, theirs, what):
    check([(x, float(y)) for x, y in ours] == [(float(x), float(y)) for x, y in theirs], f"{what}: {ours}, log {theirs}")


run = train()
done = netc("report", run, "--svg", "svg", "--csv", "csv")
page = Page(read(f"{run}/report.html"))
found = drawings("svg")
expected = {"cost", "cost-log", "score", "speed", "speed-delta_rms", "neurons", "neurons-log", "update", "saturated",
            "misclassified", "confusion", "classes", "network"}
check(set(found) == expected, f"figures: {sorted(set(found) ^ expected)}")
check({name[:-4] for name in os.listdir("csv")} == expected, f"numbers: {sorted(os.listdir('csv'))}")
check(page.figures() == ["cost", "score", "gradient", "speed", "neurons", "update", "saturated", "spectrum",
                         "misclassified", "confusion", "classes", "network", "settings", "model"], f"page: {page.figures()}")
check(sum(tag == "svg" and attributes.get("role") in ("img", "group") for tag, attributes in page.elements) == len(expected),
      "drawings on the page")
for name, root in found.items():
    check(root.get("aria-label"), f"{name} says what it is")

# The numbers are those of the logs.
epochs, gradients = rows(f"{run}/epochs.csv"), rows(f"{run}/gradients.csv")
for part, column in (("training", "train_cost"), ("validation", "validation_cost")):
    same(series("csv/cost.csv", part), [(row["epoch"], row[column]) for row in epochs if row[column]], column)
same(series("csv/score.csv", "validation"),
     [(row["epoch"], row["validation_accuracy"]) for row in epochs if row["validation_accuracy"]], "accuracy")
for file, column, source in (("speed", "delta_norm", "probe"), ("speed-delta_rms", "delta_rms", "probe"),
                             ("update", "update_ratio", "epoch"), ("saturated", "saturated", "probe")):
    for layer in ("first", "second", "out"):
        theirs = [(row["epoch"], row[column]) for row in gradients
                  if row["layer"] == layer and row["source"] == source and row[column]]
        same(series(f"csv/{file}.csv", layer), theirs, f"{file} {layer}")
neurons = [row for row in rows(f"{run}/neurons.csv") if row["step"] == "0"]
check([(row["layer"], row["neuron"], float(row["delta"])) for row in rows("csv/neurons.csv")] ==
      [(row["layer"], row["neuron"], float(row["delta"])) for row in neurons], "neurons")

# Predictions are those that the results count: of the best epoch's weights.
result = json.loads(read(f"{run}/result.json"))
confusion = rows("csv/confusion.csv")
right = sum(int(row["count"]) for row in confusion if row["true"] == row["predicted"])
every = sum(int(row["count"]) for row in confusion)
check(every == 1000 and right == round(1000 * result["best_test_accuracy"]), f"confusion: {right} of {every}")
check(len(rows("csv/misclassified.csv")) == every - right, "misclassified")
check(sum(int(row["right"]) for row in rows("csv/classes.csv")) == right, "classes")
least = min(float(row["accuracy"]) for row in rows("csv/classes.csv"))
check(("The axis begins at" in "".join(page.texts)) == (least > 0.5), f"where the axis begins, {least}")
check("best.safetensors, epoch %d" % result["best_epoch"] in "".join(page.texts), "which weights")
images = [a for t, a in page.elements if t == "image"]
check(len(images) == min(60, every - right), "pictures")
check(all(a["href"].startswith("data:image/png;base64,iVBOR") for a in images), "PNG")
shown = json.loads(netc("show", f"{run}/best.safetensors", "--json").stdout)["weights_sha256"]
check(shown in "".join(page.texts), "hash of the weights")

# Feature maps, the rate and the norm of the gradient.
run = train(model=CONV, name="maps")
netc("report", run, "-o", "maps.html", "--csv", "maps", "--svg", "maps")
check({"maps", "responses", "rate", "gradient", "dead", "speed-delta_rms", "spectrum", "spectrum-weight", "spectrum-training",
       "spectrum-weight_training"} <= set(drawings("maps")), sorted(os.listdir("maps")))
with open(f"{run}/best.safetensors", "rb") as file:
    data = file.read()
size = struct.unpack("<Q", data[:8])[0]
begin, end = json.loads(data[8:8 + size])["c.weight"]["data_offsets"]
weights = struct.unpack(f"<{(end - begin) // 4}f", data[8 + size + begin:8 + size + end])
ours = [struct.unpack("<f", struct.pack("<f", float(row["weight"])))[0] for row in rows("maps/maps.csv")]
check(ours == list(weights), "weights of the maps")
biases = struct.unpack("<3f", data[8 + size:][slice(*json.loads(data[8:8 + size])["c.bias"]["data_offsets"])])
for row in rows("maps/responses.csv"): # a 5x5 window of an example of digits: at most all of its weights above 0
    map_, place = int(row["map"]), (int(row["row"]), int(row["column"]))
    bound = biases[map_] + sum(w for w in weights[25 * map_:25 * map_ + 25] if w > 0)
    check(0 < float(row["activation"]) <= bound * 1.0001 and max(place) < 24, f"{row}, at most {bound}")
check([int(row["rank"]) for row in rows("maps/responses.csv")] == [0, 1, 2, 3] * 3, "the strongest four of each map")
depth = drawings("maps")["spectrum-weight"]
check({"c", "d"} <= {text.text for text in depth.iter(SVG + "text")}, "the layers' names on the axis")
dashes = [group.find(SVG + "g").get("stroke-dasharray") for group in depth.iter(SVG + "g")
          if group.get("class") == "key" and group.find(SVG + "text").text.endswith("at last")]
check(len(dashes) == len(set(dashes)) == 5, f"quantiles are told apart: {dashes}")
steps = rows(f"{run}/steps.csv")
same(series("maps/gradient.csv", "gradient"), [(row["epoch"], row["gradient_norm"]) for row in steps], "gradient")

spectrum = rows(f"{run}/spectrum.csv")
for of, view in (("jacobian", "-"), ("weight", "-weight_")):
    for column in ("largest", "median", "smallest"):
        theirs = [(row["step"], row[column]) for row in spectrum if (row["layer"], row["of"]) == ("c", of)]
        same(series(f"maps/spectrum{view}training.csv", f"c, {column}"), theirs, f"{column} of c, {of}")
    layers = list(dict.fromkeys(row["layer"] for row in spectrum))
    for when, step in (("first", "0"), ("last", "30")):
        theirs = [(1 + layers.index(row["layer"]), row["upper"]) for row in spectrum if (row["step"], row["of"]) == (step, of)]
        same(series(f"maps/spectrum{view[:-1]}.csv", f"upper quartile at {when}"), theirs, f"upper quartiles at {when}, {of}")

# Of one output, and of a vector, there is one singular value: one curve has it.
head = spectrum[0].keys()
plain = make("single", epochs=["0,0,0,,0.1,2,0,0.5,2,0.5"])
with open(f"{plain}/spectrum.csv", "w", encoding="utf-8") as file:
    file.write(",".join(head) + "\n")
    file.writelines(f"{step},{layer},jacobian,1" + f",{value}" * 5 + ",1\n"
                    for step in (0, 9) for layer, value in (("a", 1 + step), ("b", 2)))
netc("report", plain, "--csv", "single-csv")
for view, names in ("", {"only value at first", "only value at last"}), ("-training", {"a, only value", "b, only value"}):
    found = {row["series"] for row in rows(f"single-csv/spectrum{view}.csv")}
    check(found == names, f"curves of single values: {found}")

# The page goes to standard output too, and never over what is no report.
check(netc("report", run, "-o", "-").stdout == read("maps.html"), "-o -")
before = read(f"{run}/epochs.csv")
done = netc("report", run, "-o", f"{run}/epochs.csv", status=3)
check("no report" in done.stderr and read(f"{run}/epochs.csv") == before, done.stderr)

# What marks an early epoch stands beside what the axis is called.
make("early", epochs=[f"{i},{i},{i},,0.1,2,0,0.5,2,{0.9 if i == 1 else 0.5}" for i in range(100)],
     result={"best_epoch": 1})
netc("report", "early", "-q", "--svg", "early-svg")
texts = {text.text: float(text.get("x")) for text in drawings("early-svg")["score"].iter(SVG + "text")}
check(texts["best, epoch 1"] > texts["accuracy"] + 6 * len("accuracy"), texts)
