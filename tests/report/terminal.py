#!/usr/bin/env python3
"""netc show RUN says what the run is wrong about as the report does: the classes that are taken for each other most often,
and some of the pictures, in greys where there are colours and as dots where not; or why that is not known."""
import os
import re
import shutil
import sys

from _report import ROOT, check, netc, rows, train, write

sys.path.insert(0, os.path.join(ROOT, "tests", "driver"))
import _terminal  # noqa: E402

run = train()
netc("report", run, "-q", "--csv", "csv")


def mistakes(*words):
    """What stands below that word: the first line, the pairs, the titles of pictures, and all of it."""
    text = netc("show", run, *words).stdout.split("\nmistakes\n")[1]
    first, *lines = text.splitlines()
    pairs = [tuple(map(int, found.groups())) for line in lines if (found := re.match(r"  (\d) → (\d)  (\d+) of (\d+)$", line))]
    titles = [title for line in lines if re.match(r"\d → \d", line) for title in re.findall(r"\d → \d", line)]
    return first.strip(), pairs, titles, text


wrong = rows("csv/misclassified.csv")
first, pairs, titles, text = mistakes()
check(re.fullmatch(rf"{len(wrong)} of 1,000 test examples of digits, by best.safetensors, epoch \d", first), first)
confusion = {(int(row["true"]), int(row["predicted"])): int(row["count"]) for row in rows("csv/confusion.csv")}
of = [sum(confusion[i, k] for k in range(10)) for i in range(10)]
sorted_pairs = sorted((-count, pair) for pair, count in confusion.items() if pair[0] != pair[1] and count > 0)
check(pairs == [(i, k, -count, of[i]) for count, (i, k) in sorted_pairs[:5]], pairs)
check(f"  … and {len(sorted_pairs) - 5} more pairs\n" in text, text)
expected = [f"{row['true']} → {row['predicted']}" for row in wrong]
check(titles == expected[:4] and "the 4 it was surest of" in text, titles)
check("\x1b" not in text and any(c in text for c in "▀▄█"), text)

# Numbers near the largest there is, and names of any length.
shutil.copytree(run, "odd")
write("odd/epochs.csv", "epoch,train_cost\n0,1.7e308\n1,-1.7e308\n2,nan\n3,0\n")
write("odd/gradients.csv", "step,epoch,source,layer,delta_rms\n" + "".join(
    f"0,0,probe,{name},{value}\n" for name, value in (("a" * 100, "1e-300"), ("b", "1e300"), ("c", "-1"), ("d", "0"))))
lines = netc("show", "odd").stdout.split("\ncurves")[1].split("\nmistakes")[0].splitlines()
check("  train_cost             █▁ ▄  1.7e+308 … 0" in lines and all(len(line) <= 80 for line in lines), lines)

# As many as are asked for; each a row of half blocks in two greys where colours are.
check(mistakes("--examples", "7")[2] == expected[:7] and mistakes("--examples", "0")[2] == [], "--examples")
check(mistakes("--examples", "1000")[2] == expected, "all of them")
blocks = [line for line in mistakes("--examples", "2", "--color", "always")[3].splitlines() if "\x1b" in line]
check(len(blocks) == 14 and all(line.count("▀") == 56 and line.endswith("\x1b[0m") for line in blocks), blocks)
greys = {int(grey) for line in blocks for grey in re.findall(r"[34]8;5;(\d+)m", line)}
check(min(greys) == 232 and max(greys) == 255 and len(greys) > 5, greys)
for columns, beside in (60, 2), (100, 3):
    lines = _terminal.run([os.environ["NETC"], "show", run], columns).split("\nmistakes\n")[1].splitlines()
    check(all(len(line) <= columns for line in lines), lines)
    check([len(re.findall("→", line)) for line in lines if re.match(r"\d → \d", line)][0] == beside, lines)

for words, said in ((("tiny.net", "--examples", "3"), "--examples is about a run; tiny.net is a model"),
                    ((f"{run}/weights.safetensors", "--examples", "3"), "holds weights alone"),
                    ((run, "--examples", "3", "--json"), "keep one"),
                    ((run, "--examples", "few"), "--examples few: expected a whole number from 0 to 1000")):
    check(said in netc("show", *words, status=2).stderr, words)

# A table has no pictures; without it nothing is known; of numbers to learn there are no classes.
TABLE = """network table {
    input 2
    dense 4 activation=tanh
    dense %s
}
train {
    data      csv train="table.csv" target=%s ignore=%s
    %s
    split     train=60 test=30
    optimizer sgd rate=0.1
    batch     10
    epochs    2
}
"""
write("table.csv", "a,b,kind,sum\n" + "".join(f"{i % 7},{i % 5},{'odd' if i % 3 else 'even'},{i % 7 + i % 5}\n" for i in range(90)))
run = train(model=TABLE % ("2 activation=softmax", "kind", "sum", ""), name="classes")
text = netc("show", run).stdout.split("\nmistakes\n")[1]
check(re.match(r"  \d+ of 30 test examples of csv, by weights.safetensors, epoch 2\n  (odd → even|even → odd)  \d+ of \d+\n", text), text)
check("▀" not in text, text)
os.rename("table.csv", "elsewhere.csv")
text = netc("show", run).stdout.split("\nmistakes\n")[1]
check(text.startswith("  not known: ") and "table.csv" in text, text)
os.rename("elsewhere.csv", "table.csv")
os.makedirs("there")
shutil.copy("table.csv", "there/other.csv")
run = train("--data-dir", "there", model=TABLE.replace("table.csv", "other.csv") % ("2 activation=softmax", "kind", "sum", ""))
check(" of 30 test examples of csv" in netc("show", run).stdout, "data in another folder")
run = train(model=TABLE % ("1", "sum", "kind", "target values"), name="numbers")
check("mistakes" not in netc("show", run).stdout, "numbers to learn")
