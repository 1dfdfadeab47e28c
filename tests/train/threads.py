#!/usr/bin/env python3
"""The same bits with 1, 2 and 3 threads, for whole, short and single batches."""
import _trainer as t

for batch in ("64", "70", "1000", "full", "17"):
    reference = None
    for threads in (1, 2, 3):
        name = f"b{batch}t{threads}"
        t.run("--epochs", 2, "--batch", batch, "--threads", threads, "--name", name, "-q")
        reference = reference or t.contents(name)
        t.same(name, reference, f"batch {batch}, {threads} threads")
t.run("--epochs", 0, "--threads", 2, "--name", "none")
first = t.rows(t.folder("none") + "/epochs.csv")
t.check(len(first) == 1 and first[0]["epoch"] == "0" and first[0]["train_cost"] == "", f"epoch 0: {first}")
print("ok")
