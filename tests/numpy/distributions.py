#!/usr/bin/env python3
"""activations.csv, histograms.csv and steps.csv against an independent NumPy model, each as often as its own every=."""
import _reference as r
from _reference import np

LAYERS = [{"kind": "conv", "maps": 4, "kernel": (3, 2), "activation": "relu"},
          {"kind": "pool", "method": "max", "window": (2, 2)},
          {"kind": "dense", "units": 9, "activation": "tanh"},
          {"kind": "dense", "units": 4, "activation": "softmax"}]
SHAPE, COUNT, BATCH, PROBED, BINS = (1, 10, 9), 60, 16, 37, 30
EVERY = {"steps": 1, "histograms": 2, "activations": 3}


def check_activations(rows, values):
    if [row["layer"] for row in rows] != [name for name in values if name != "input"]:
        r.fail(f"activations.csv: rows of {[row['layer'] for row in rows]}")
    for row in rows:
        x = values[row["layer"]]
        if row["layer"] == "dense2":
            x = np.exp(x - x.max(1, keepdims=True))
            x /= x.sum(1, keepdims=True)
        for column, value in {"mean": x.mean(), "sd": x.std(), "min": x.min(), "max": x.max(),
                              "zero": (x == 0).mean()}.items():
            if not abs(float(row[column]) - value) <= 1e-5 * max(abs(value), x.std()):
                r.fail(f"activations.csv, step {row['step']}, {row['layer']}: {column} is {row[column]}, not {value:.9g}")


def check_histogram(rows, values):
    """A value close to an edge may be on the other side of it here: NumPy's model has its own roundings."""
    edges = [float(row["low"]) for row in rows] + [float(rows[-1]["high"])]
    counts = np.array([int(row["count"]) for row in rows])
    where = f"histograms.csv, step {rows[0]['step']}, {rows[0]['of']} of {rows[0]['layer']}"
    if len(rows) != (BINS if values.min() < values.max() else 1) or counts.sum() != values.size:
        r.fail(f"{where}: {len(rows)} bins of {counts.sum()} values, expected {values.size}")
    width = values.max() - values.min()
    if not np.allclose(edges, np.linspace(values.min(), values.max(), len(rows) + 1), 1e-5, 1e-5 * width):
        r.fail(f"{where}: edges {edges}")
    near = 1e-4 * width
    for below, count, above in zip((np.sum(values < edge - near) for edge in edges), np.r_[0, counts.cumsum()],
                                   (np.sum(values < edge + near) for edge in edges)):
        if not below <= count <= above + (count == values.size):
            r.fail(f"{where}: {count} values below an edge, expected {below} to {above}")


def main():
    images, labels = r.write_data(COUNT, SHAPE, 4, 3)
    images = images.reshape(COUNT, *SHAPE)
    r.write_model("model.net", SHAPE, LAYERS, ["optimizer sgd rate=0.1", f"batch {BATCH}",
                                               *(f"log {subject} every={n}" + f" probe={PROBED}" * (subject == "activations")
                                                 for subject, n in EVERY.items())])
    params = r.read_weights(r.train("model.net", "begin", "--epochs", "0"))
    folder = r.train("model.net", "end", "--epochs", "2")
    log = {subject: r.read_rows(folder, f"{subject}.csv") for subject in EVERY}
    network = r.Network(LAYERS, "log_likelihood")
    step, histograms = 0, set()
    for epoch in (1, 2):
        order = r.permutation(1, epoch, COUNT)
        for first in range(0, COUNT, BATCH):
            if step % EVERY["activations"] == 0:
                network.run(params, images[:PROBED], labels[:PROBED])
                check_activations([row for row in log["activations"] if row["step"] == str(step)], network.values)
            some = order[first:first + BATCH]
            old = {name: dict(values) for name, values in params.items()}
            cost = network.step(params, images[some], labels[some], r.Sgd(0.1), COUNT) / len(some)
            row, = [row for row in log["steps"] if row["step"] == str(step)]
            if row["epoch"] != str(epoch) or not abs(float(row["cost"]) - cost) <= 1e-5 * cost:
                r.fail(f"steps.csv: {row}, expected a cost of {cost:.9g} in epoch {epoch}")
            for layer in network.layers if step % EVERY["histograms"] == 0 else ():
                for part in layer.gradients if layer.trained else ():
                    name = layer.name + {"weight": "", "bias": ".bias"}[part]
                    for of, values in (("weight", old[layer.name][part]), ("gradient", layer.gradients[part] / len(some))):
                        check_histogram([row for row in log["histograms"] if (row["step"], row["layer"], row["of"]) ==
                                         (str(step), name, of)], values)
                        histograms.add((step, name, of))
            step += 1
    steps = {subject: sorted({int(row["step"]) for row in rows}) for subject, rows in log.items()}
    if steps != {subject: list(range(0, step, every)) for subject, every in EVERY.items()}:
        r.fail(f"logged steps: {steps}")
    if len({(row["step"], row["layer"], row["of"]) for row in log["histograms"]}) != len(histograms):
        r.fail(f"expected {len(histograms)} histograms")
    print("ok")


if __name__ == "__main__":
    main()
