#!/usr/bin/env python3
"""Tables from Python's csv module: a network trained on one has the bits of one trained on the same numbers as IDX
floats, in each way that a table can be written, and its program reads them by the names of columns or by order."""
import csv
import os
import random
import re
import sys

import numpy as np

from _data import NETC, fail, run

sys.path.insert(0, os.path.join(os.environ["NETC_ROOT"], "tests", "infer"))
from _files import idx, packed, save  # noqa: E402

random.seed(1)


def write(path, rows, **options):
    with open(path, "w", newline="", encoding=options.pop("encoding", "utf-8")) as file:
        csv.writer(file, **options).writerows(rows)


MODEL = """network t {
    input 3
    dense 5 activation=tanh
    dense 3 activation=softmax
}
train {
    data %s
    split validation=20 order=file
    epochs 3
    batch 8
}
"""


def train(data):
    """The values of the weights after training on this data line."""
    save("t.net", (MODEL % data).encode())
    run(NETC, "train", "t.net", "-q")
    return weights()


def weights():
    with open("runs/latest/best.safetensors", "rb") as file:
        content = file.read()
    size = int.from_bytes(content[:8], "little")
    return content[8 + size:]


# ---- the same numbers in every form ----

NAMES = ["cat", 'do"g', "ünïcorn, the\nlast"]
values = [[random.choice((random.gauss(0, 1), random.gauss(0, 1e-30), 1 / 3, -0.0, 1e-45, float(random.randrange(9))))
           for _ in range(3)] for _ in range(120)]
labels = [random.randrange(3) for _ in values]
inputs = np.array(values).astype(np.float32)
save("x.idx", idx(inputs))
save("y.idx", idx(np.array(labels, np.uint8)))
expected = train('idx images="x.idx" labels="y.idx"')

header = ["a", "b, with", "c"]
texts = [[*map(repr, row), NAMES[label]] for row, label in zip(values, labels)]
numbers = [[*map(repr, row), label] for row, label in zip(values, labels)]
write("names.csv", [[*header, "kind"], *texts])
write("order.csv", [["kind", "id", *header], *([row[3], i, *row[:3]] for i, row in enumerate(texts))])
write("semicolon.csv", [[*header, "kind"], *texts], delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
write("tab.csv", [[*header, "kind"], *texts], delimiter="\t")
write("mark.csv", [[*header, "kind"], *texts], encoding="utf-8-sig")
write("bare.csv", numbers)
write("floats.csv", [[*header, "kind"], *([*row[:3], float(row[3])] for row in numbers)])
write("digits.csv", [["1", "2", "3", "4"], *numbers])
with open("names.csv", "rb") as file:
    save("packed.csv.gz", packed(file.read()))
for data in ('csv train="names.csv" target=kind', 'csv train="order.csv" target=kind ignore=id',
             'csv train="order.csv" target=1 ignore=["id"]', 'csv train="order.csv" target="kind" ignore=[2]',
             'csv train="semicolon.csv" target=kind separator=";"', 'csv train="tab.csv" target=kind separator="\\t"',
             'csv train="mark.csv" target=kind', 'csv train="bare.csv" target=4',
             'csv train="bare.csv" target=4 header=false', 'csv train="floats.csv" target=kind',
             'csv train="digits.csv" target="4" header=true', 'csv train="packed.csv" target=kind'):
    if train(data) != expected:
        fail(f"data {data}: other weights than of the same numbers as IDX floats")

# ---- a test file, whose columns stand in another order ----

write("test.csv", [["c", "kind", "more", "a", "b, with"], *([row[2], row[3], "x", row[0], row[1]] for row in texts[:50])])
save("t.net", (MODEL % 'csv train="names.csv" test="test.csv" target=kind').encode())
said = [line for line in run(NETC, "train", "t.net")[0].split("\n") if line.startswith("test ")]
run(NETC, "build", "t.net", "--infer", "--weights", "runs/latest/weights.safetensors")
accuracy = re.search(r"(\d+) of 50", said[0])[1]
for path in ("test.csv", "order.csv", "names.csv"):
    out = run("./t-predict", path)[0]
    if path == "test.csv" and f"({accuracy} of 50;" not in out:
        fail(f"{path}: {out}, the trainer says {said}")
    if "\n" in out[:-1] or " %  (" not in out:
        fail(f"{path}: no accuracy but {out}")

# ---- prediction: by name, by order, without the target ----

write("x.csv", [["b, with", "junk", "c", "a"], *([row[1], "n/a", row[2], row[0]] for row in texts)])
write("plain.csv", [row[:3] for row in numbers])
save("x.raw", inputs.astype("<f4").tobytes())
run("./t-predict", "--raw", "-q", "-o", "raw.npy", "x.raw")
for path in ("x.csv", "plain.csv", "names.csv"):
    run("./t-predict", "-q", "-o", "out.npy", path)
    if not np.array_equal(np.load("out.npy"), np.load("raw.npy")):
        fail(f"{path}: other outputs than of the same floats")
lines = run("./t-predict", "x.csv")[0].split("\n")
if len(lines) != 121 or not re.match(r"x\.csv\[119\]  (cat|do\"g|ünïcorn, the\?last)  \d+\.\d\d %$", lines[119]):
    fail(f"lines: {lines[-3:]}")
if len(run("./t-predict", "--all", "test.csv")[0].split("\n")) != 51:
    fail("--all does not show each row of a table with classes")

# ---- values ----

rows = [[a, b, 3 * a - b, i, a + b] for i, (a, b) in enumerate(random.choices([(1.5, 2.0), (0.25, -1.0), (-3.0, 0.5)], k=60))]
write("values.csv", [["a", "b", "y", "id", "z"], *rows])
save("v.net", b"""network v {
    input 2 mean=data std=data
    dense 2
}
train {
    data csv train="values.csv" target=[z, y] ignore=id
    target values
    epochs 2
}
""")
run(NETC, "train", "v.net", "-q")
run(NETC, "build", "v.net", "--infer", "--weights", "runs/latest")
rmse = float(re.match(r"RMSE (\S+)  \(60 ", run("./v-predict", "values.csv")[0])[1])
run("./v-predict", "-q", "-o", "out.npy", "values.csv")
write("large.csv", [["a", "b", "y"], *([1000 * row[0], row[1], 1000 * row[2]] for row in rows)])
for line, target, said in (("input 2", "values", ("unscaled-inputs", "unscaled-targets")),
                           ("input 2 mean=data std=data", "values scale=true", ())):
    save("large.net", f"network v {{ {line}; dense 1 }}\ntrain {{ data csv train=\"large.csv\" target=y; target {target}; "
         "epochs 1; optimizer sgd rate=1e-9 }\n".encode())
    notes = run(NETC, "train", "large.net")[1]
    if re.findall(r"\[(unscaled-\w+)\]", notes) != list(said):
        fail(f"{line}, target {target}: {notes}")
error = np.sqrt(np.mean((np.load("out.npy") - np.array([[row[4], row[2]] for row in rows])) ** 2))
if abs(rmse - error) > 1e-5 * error:
    fail(f"RMSE {rmse}, NumPy says {error}")

# ---- the header ----

run(NETC, "build", "t.net", "--infer", "--weights", "t", "--emit", "lib")
with open("t.h", encoding="utf-8") as file:
    text = file.read()
if "x[0]  a\n *     x[1]  b, with\n *     x[2]  c\n" not in text:
    fail(text)

# ---- what is refused, by line and column ----

SAYS = {
    "a,b,c,kind\n1,2,3,cat\n1,n/a,3,cat\n":
        "bad.csv:3, column 'b': 'n/a' is not a number; drop the row or name the column in ignore=[…] [not-a-number]",
    "a,b,c,kind\n1,2,3,cat\n1,2,cat\n": "bad.csv:3: 3 cells, expected 4 as in the first row [ragged-row]",
    "a,b,c,kind\n1,2,3,0\n1,2,3,3\n": "bad.csv:3: label 3, but the last layer has 3 outputs (classes 0 to 2); are the labels "
                                      "numbered from 1? [label-range]",
    "a,b,c,d,kind\n1,2,3,4,cat\n": "bad.csv has 4 columns for inputs, input is 3; write 'input 4', or name columns in "
                                   "ignore=[…] [image-size]",
    "a,b,c,kind\n1,cat,3,4\n1,dog,3,4\n":
        "bad.csv:2, column 'b': 'cat' is not a number; texts are no inputs: write ignore=[b] [not-a-number]",
    "a,b,c,kind\n1,NA,3,4\n1,2,3,4\n":
        "bad.csv:2, column 'b': 'NA' is not a number; drop the row or name the column in ignore=[…] [not-a-number]",
    "a,b,c,kind\n1,2,3,cat\n1,2,3,cat\n":
        "bad.csv, column 'kind': 1 class ('cat'); two or more are to be told apart [label-range]",
    "1,2,3,cat\n1,2,3,dog\n":
        "bad.csv: its first row holds numbers, so no column is called 'kind'; write the column's number, as 4, or "
        "header=true if these are names [unknown-column]",
    "[\n {\"a\": 1}]\n":
        "bad.csv is JSON, expected CSV; in Python pandas.read_json(\"FILE\").to_csv(\"FILE.csv\", index=False) writes "
        "one [unknown-format]",
    "PK\3\4\n": "bad.csv is a zip or NPZ archive, expected CSV; a workbook of Excel is saved as CSV there [unknown-format]",
    "a,b,c,kind\n1,2,\"3,cat\n": "bad.csv:2: a quote is opened here that is never closed [bad-csv]",
}
for content, message in SAYS.items():
    save("bad.csv", content.encode())
    save("t.net", (MODEL % 'csv train="bad.csv" target=kind').encode())
    err = run(NETC, "train", "t.net", status=3)[1]
    if not err.endswith(f"/{message}\n"):
        fail(f"expected {message}\nfound {err}")
    kind = re.search(r"\[([a-z-]+)\]$", message)[1]
    if not run(NETC, "explain", kind)[0].startswith(f"{kind} ("):
        fail(f"netc explain {kind}")
for data, more, says in (
        ('csv train="names.csv" target=kind header=false', "",
         "names.csv: its first row has the name 'kind', which header=false makes a value; leave header=false out "
         "[unknown-column]"),
        ('csv train="names.csv" target=kind', "target values",
         "names.csv:2, column 'kind': '%s' is not a number; texts are classes: write 'target class' [not-a-number]"
         % " ".join(texts[0][3].split()))):
    save("t.net", (MODEL % f"{data}\n{more}").replace("dense 3 activation=softmax", "dense 1" if more else
                                                     "dense 3 activation=softmax").encode())
    err = run(NETC, "train", "t.net", status=3)[1]
    if not err.endswith(f"/{says}\n"):
        fail(f"expected {says}\nfound {err}")
# two letters make no picture of a text
write("names.csv", [["BMI", "b", "c", "kind"], *texts])
train('csv train="names.csv" target=kind')
run(NETC, "build", "t.net", "--infer", "--weights", "runs/latest")
if " %  (" not in run("./t-predict", "names.csv")[0]:
    fail("a table whose first column is called BMI")
if "leave --labels out" not in run("./t-predict", "--labels", "names.csv", "names.csv", status=2)[1]:
    fail("--labels with the table of inputs")
print("tables")
