#!/usr/bin/env python3
"""models/exploding.net: weights of 100 and weighted inputs of 0 make delta_norm grow by 25 a layer backwards."""
import os

import _reference as r

MODEL = os.path.join(os.environ.get("NETC_ROOT", "."), "models", "exploding.net")


def main():
    for depth in (4, 7):
        folder = r.train(MODEL, f"depth{depth}", "--epochs", "1", "--batch", "full", "-D", f"depth={depth}")
        norms = {row["layer"]: float(row["delta_norm"]) for row in r.read_rows(folder, "gradients.csv")
                 if row["source"] == "probe" and row["step"] == "0"}
        for number in range(1, depth):
            growth = norms[f"dense{number}"] / norms[f"dense{number + 1}"]
            if not abs(growth - 25) <= 25e-6:
                r.fail(f"depth {depth}: dense{number} learns {growth:.9g} times as fast as dense{number + 1}, not 25")
    print("ok")


if __name__ == "__main__":
    main()
