#!/usr/bin/env python3
"""Outputs that are compared with numbers: values by their errors, several labels by what is right."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _files import *  # noqa: E402,F403
from _predictor import fail, make, run  # noqa: E402

VALUES = make("values", (3,), 2, compared="NET_COMPARED_VALUES")
LABELS = make("labels", (3,), 2, compared="NET_COMPARED_LABELS")
ONE = make("one", (3,), 1, compared="NET_COMPARED_VALUES")
NONE = make("none", (3,), 2)


def prints(expected, *words, status=0, error=""):
    out, err = run(*words, status=status)
    if out != expected or err != error:
        fail(f"{words}\n  expected {expected!r}\n  found    {out!r}\n  and on standard error {err!r}")


# the network gives the first two numbers of the three
x = np.array([[1, 2, 0], [3, 5, 0], [4, 9, 0], [8, 10, 0]], np.float32)
y = np.array([[2, 2], [3, 4], [2, 8], [9, 14]], np.float32)
np.save("x.npy", x)
np.save("y.npy", y)
np.save("two.npy", y.astype(">f8"))
error = x[:, :2].astype(float) - y
rmse, mae = np.sqrt((error ** 2).mean()), abs(error).mean()
r2 = 1 - ((error ** 2).mean(0) / y.astype(float).var(0)).mean()
prints(f"RMSE {rmse:.6g}  (4 examples; MAE {mae:.6g}, R2 {r2:.6g})\n", VALUES, "--labels", "y.npy", "x.npy")
prints(f"RMSE {rmse:.6g}  (4 examples; MAE {mae:.6g}, R2 {r2:.6g})\n", VALUES, "--labels", "two.npy", "x.npy")
prints(f'{{"images":4,"rmse":{rmse:.9g},"mae":{mae:.9g},"r2":{r2:.9g}}}\n', VALUES, "--json", "--labels", "y.npy", "x.npy")
prints("x.npy[0]  1 2\nx.npy[1]  3 5\nx.npy[2]  4 9\nx.npy[3]  8 10\n", VALUES, "x.npy")

# what is always the same has no variance
np.save("same.npy", np.full(4, 2, np.int16))
prints(f"RMSE {np.sqrt(10.5):.6g}  (4 examples; MAE 2.5, R2 nan)\n", ONE, "--labels", "same.npy", "x.npy")
prints(f'{{"images":4,"rmse":{np.sqrt(10.5):.9g},"mae":2.5,"r2":null}}\n', ONE, "--json", "--labels", "same.npy", "x.npy")

# answers: above 0.5 is 1
x = np.array([[0.75, 0.5, 0], [0.25, 0.9, 0], [0.9, 0.1, 0], [1, 0, 0]], np.float32)
y = np.array([[1, 0], [1, 1], [0, 0], [0, 1]], np.uint8)
np.save("p.npy", x)
np.save("t.npy", y)
prints("50.00 %  (4 of 8; ± 17.68; exact matches 25.00 %, F1 0.5000)\n", LABELS, "--labels", "t.npy", "p.npy")
prints('{"images":4,"correct":4,"accuracy":0.5,"standard_error":0.176776695,"exact":0.25,"f1":0.5}\n', LABELS, "--json",
       "--labels", "t.npy", "p.npy")

# other shapes
np.save("short.npy", y[:3])
np.save("wide.npy", np.zeros((4, 3), np.float32))
out, err = run(VALUES, "--labels", "short.npy", "x.npy", status=3)
if err != "values: short.npy: 3 labels for 4 images [count-mismatch]\n":
    fail(err)
out, err = run(VALUES, "--labels", "wide.npy", "x.npy", status=3)
if err != "values: wide.npy is 4x3, expected 2 values an example, one for each output [target-mismatch]\n":
    fail(err)
out, err = run(NONE, "--labels", "y.npy", "x.npy", status=2)
if "--labels is about classes, and the outputs of 'none' are none" not in err:
    fail(err)
for program, there in ((VALUES, True), (NONE, False)):
    if ("--labels FILE" in run(program, "--help")[0]) != there:
        fail(f"{program} --help")
