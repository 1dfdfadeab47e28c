#!/usr/bin/env python3
"""Ten steps of training against an independent NumPy model, from the same initial weights: batch gradient descent."""
import math

import _reference as r
from _reference import np

RATE, COUNT, STEPS = 0.25, 50, 10
SOFTMAX = {"kind": "dense", "units": 4, "activation": "softmax"}


def conv(maps, kernel, **more):
    return {"kind": "conv", "maps": maps, "kernel": kernel, **more}


def pool(method, window, **more):
    return {"kind": "pool", "method": method, "window": window, **more}


def dense(units, **more):
    return {"kind": "dense", "units": units, **more}


def norm(**more):
    return {"kind": "batchnorm", **more}


def flatten(**more):
    return {"kind": "flatten", **more}


def add(*labels, **more):
    return {"kind": "add", "labels": list(labels), **more}


def concat(*labels, **more):
    return {"kind": "concat", "labels": list(labels), **more}


PLAIN = ((1, 9, 8), [conv(3, (3, 2), activation="tanh"), dense(9, activation="sigmoid"), SOFTMAX])
# name: (shape of an example, layers, settings, what Network and step take beside them)
CASES = {
    "conv_pool": ((1, 12, 11), [conv(3, (3, 2), activation="relu"), pool("max", (2, 2)),
                                conv(5, (2, 3), activation="tanh"), dense(9, activation="sigmoid"), SOFTMAX], {}),
    "strides": ((2, 15, 14), [conv(4, (3, 2), stride=(2, 3), pad=(1, 0), activation="tanh"),
                              conv(3, (1, 2), stride=(2, 1), activation="softplus"), dense(9, activation="mish"),
                              dense(9, activation="hard_tanh"), SOFTMAX], {}),
    "dilated": ((2, 17, 16), [conv(3, (3, 2), dilation=(2, 3), pad="same", activation="tanh"),
                              conv(4, (3, 2), dilation=(2, 2), stride=(2, 1), pad=(1, 0), activation="softplus"),
                              conv(3, (2, 2), dilation=(1, 2), stride=(2, 4), activation="tanh"), SOFTMAX], {}),
    "groups": ((4, 9, 8), [conv(6, (3, 2), groups=2, activation="tanh"), conv(12, (2, 2), groups=6, activation="tanh"),
                           conv(10, (2, 3), groups=2, stride=(2, 1), pad=(1, 1), activation="softplus"), SOFTMAX], {"l2": 1.5}),
    "depthwise": ((3, 9, 8), [conv(12, (1, 1), activation="tanh"), conv(12, (3, 3), groups=12, pad="same", activation="sigmoid"),
                              conv(24, (2, 2), groups=12, dilation=(2, 1), bias=False, activation="tanh"),
                              conv(35, (1, 1), activation="tanh"), conv(35, (3, 2), groups=5, activation="tanh"), SOFTMAX], {}),
    "same": ((2, 9, 8), [conv(3, (4, 3), pad="same", stride=(2, 1), activation="swish"),
                         conv(2, (2, 2), pad="same", activation="gelu"), SOFTMAX], {"l2": 1.5}),
    "pools": ((1, 17, 15), [conv(3, (3, 3), activation="selu"), pool("average", (3, 2), stride=(2, 1), pad=(1, 1)),
                            conv(4, (2, 2), activation="elu"), pool("l2", (2, 3), stride=(1, 2)),
                            conv(3, (2, 1), activation="softsign"), pool("max", (3, 3), stride=(1, 2), pad=(1, 1)),
                            {"kind": "activation", "activation": "leaky_relu"}, pool("average", "global"),
                            dense(5, activation="relu"), SOFTMAX], {}),
    "cross_entropy": ((30,), [dense(17, activation="sigmoid"), dense(4, activation="sigmoid")],
                      {"cost": "cross_entropy", "l1": 0.7}),
    "quadratic": ((30,), [dense(300, activation="tanh"), dense(4, activation="sigmoid")], {"cost": "quadratic"}),
    "one_output": ((6, 5), [dense(8, activation="relu"), dense(1, activation="sigmoid")], {"cost": "cross_entropy", "classes": 2}),
    "smoothed": (*PLAIN, {"smoothing": 0.2}),
    "smoothed_sigmoid": ((30,), [dense(17, activation="tanh"), dense(4, activation="sigmoid")],
                         {"cost": "cross_entropy", "smoothing": 0.3, "weights": [1, 0, 2.5, 0.25]}),
    "smoothed_one": ((6, 5), [dense(8, activation="relu"), dense(1, activation="sigmoid")],
                     {"cost": "cross_entropy", "classes": 2, "smoothing": 0.1, "weights": "balanced"}),
    "weighted": ((30,), [dense(30, activation="tanh"), dense(4, activation="sigmoid")],
                 {"cost": "quadratic", "weights": [1, 0.5, 3, 2]}),
    "balanced": (*PLAIN, {"weights": "balanced", "l2": 1.5}),
    "values": ((6, 5), [dense(17, activation="tanh"), dense(3)], {"target": "values", "cost": "quadratic", "classes": 3,
                                                                           "optimizer": (r.Sgd, RATE / 10, 0)}),
    "values_scaled": ((2, 6, 5), [conv(3, (3, 2), activation="tanh"), dense(2)],
                      {"target": "values", "cost": ("huber", 0.7), "classes": 2, "scale": True, "l2": 1.5}),
    "values_one": ((30,), [dense(17, activation="tanh"), dense(1)],
                   {"target": "values", "cost": "quadratic", "classes": 1, "scale": True}),
    "values_maps": ((1, 6, 5), [conv(3, (3, 2), activation="tanh"), conv(2, (3, 3))],
                    {"target": "values", "cost": "absolute", "classes": 8, "optimizer": (r.Sgd, RATE / 20, 0)}),
    "several_labels": ((30,), [dense(17, activation="tanh"), dense(5, activation="sigmoid")],
                       {"target": "labels", "cost": "cross_entropy", "classes": 5, "smoothing": 0.1}),
    "autoencoder": ((2, 4, 3), [conv(4, (2, 2), activation="tanh"), dense(24, activation="sigmoid")],
                    {"cost": "quadratic", "target": "input"}),
    "frozen": ((1, 8, 8), [conv(3, (3, 3), activation="relu", trainable=False), conv(4, (2, 2), activation="tanh", bias=False),
                           dense(6, activation="sigmoid", trainable=False), SOFTMAX], {"frozen": ("conv1", "dense1")}),
    "statistics": ((3, 6, 5), [conv(4, (3, 2), activation="tanh"), SOFTMAX], {"input": "mean=data std=data"}),
    "features": ((20,), [dense(9, activation="tanh"), SOFTMAX], {"input": "mean=data std=data"}),
    "sums": ((2, 9, 8), [conv(3, (3, 3), activation="tanh", label="x"), conv(3, (3, 3), pad="same", activation="relu"),
                         conv(3, (3, 3), pad="same", label="y"), conv(3, (1, 1), **{"from": "x"}, label="z"),
                         add("x", "y", activation="tanh"), conv(3, (3, 3), pad="same", activation="relu"), add("z"),
                         pool("max", (2, 2)), dense(7, activation="tanh", label="d"), dense(7), add("d", "d"), SOFTMAX], {}),
    "ways": ((2, 9, 8), [conv(3, (3, 3), activation="tanh", pad="same", label="x"), conv(2, (1, 1), activation="relu"),
                         pool("max", (3, 3), stride=(1, 1), pad=(1, 1), **{"from": "x"}), concat("conv2", "input", activation="tanh"),
                         conv(3, (3, 3), pad="same"), concat("x"), pool("max", (2, 2)), dense(7, activation="tanh", label="d"),
                         dense(5, activation="tanh"), concat("d", "d"), SOFTMAX], {}),
    "parts": ((2, 9, 8), [conv(3, (3, 3), activation="tanh"), norm(activation="swish", label="x"),
                          conv(4, (1, 1), activation="tanh", **{"from": "conv1"}), concat("x"), SOFTMAX], {}),
    "vectors": ((2, 9, 8), [conv(3, (3, 3), activation="tanh", pad="same", label="x"), flatten(label="a"),
                            conv(6, (3, 1), activation="sigmoid", pad=(1, 0), stride=(1, 2), **{"from": "x"}), flatten(),
                            add("a", activation="tanh", label="b"), pool("average", "global", **{"from": "x"}), flatten(),
                            concat("b"), dense(3, activation="tanh", label="d"), pool("average", "global", **{"from": "x"}),
                            flatten(), add("d"), concat("b", "d"), SOFTMAX], {}),
    "batchnorm": ((2, 9, 8), [conv(4, (3, 2), bias=False), norm(activation="swish"), conv(5, (3, 3), activation="tanh"),
                              norm(scale=False, momentum=0.5, activation="swish"), pool("average", (2, 2)), dense(7),
                              norm(epsilon=0.01, activation="tanh"), norm(trainable=False), SOFTMAX],
                  {"l2": 1.5, "frozen": ("batchnorm4",)}),
    "owned_conv": ((64, 6, 5), [conv(64, (5, 4), activation="relu"), pool("max", (2, 2)), SOFTMAX], {}),
    "owned": ((300,), [dense(260, activation="relu"), SOFTMAX], {}),
    "momentum": (*PLAIN, {"optimizer": (r.Sgd, RATE / 5, 0.9), "l2": 1.5, "l1": 0.3}),
    "nesterov": (*PLAIN, {"optimizer": (r.Sgd, RATE / 5, 0.8, True), "l2": 1.5}),
    "momentum_frozen": ((1, 8, 8), [conv(3, (3, 3), trainable=False), conv(4, (2, 2), bias=False), SOFTMAX],
                        {"optimizer": (r.Sgd, RATE / 5, 0.9), "frozen": ("conv1",)}),
    "adam": (*PLAIN, {"optimizer": (r.Adam, 0.02, 0.8, 0.99, 1e-4), "l2": 1.5, "l1": 0.3}),
    "adam_plain": (*PLAIN, {"optimizer": (r.Adam,)}),
    "adamw": (*PLAIN, {"optimizer": (r.Adamw, 0.02, 0.8, 0.99, 1e-4, 0.5), "l1": 0.3}),
    "rmsprop": (*PLAIN, {"optimizer": (r.Rmsprop, 0.01, 0.8, 1e-4), "l2": 1.5, "l1": 0.3}),
    "rmsprop_plain": (*PLAIN, {"optimizer": (r.Rmsprop,)}),
    "clip_norm": (*PLAIN, {"clip": {"norm": 0.15}, "l2": 1.5, "l1": 0.3}),
    "clip_norm_momentum": (*PLAIN, {"clip": {"norm": 0.1}, "optimizer": (r.Sgd, RATE / 5, 0.8, True), "l2": 1.5}),
    "clip_norm_adam": (*PLAIN, {"clip": {"norm": 0.1}, "optimizer": (r.Adam, 0.02, 0.8, 0.99, 1e-2)}),
    "clip_norm_owned": ((300,), [dense(260, activation="relu"), SOFTMAX], {"clip": {"norm": 0.3}}),
    "clip_norm_frozen": ((1, 8, 8), [conv(3, (3, 3), trainable=False), norm(activation="tanh"), conv(4, (2, 2), bias=False), SOFTMAX],
                         {"clip": {"norm": 0.2}, "frozen": ("conv1",)}),
    "clip_value": (*PLAIN, {"clip": {"value": 0.01}, "l2": 1.5}),
    "clip_value_rmsprop": (*PLAIN, {"clip": {"value": 0.01}, "optimizer": (r.Rmsprop, 0.01, 0.8, 1e-2), "l1": 0.3}),
    "max_norm": (*PLAIN, {"max_norm": 0.5, "l2": 1.5}),
    "max_norm_groups": ((4, 9, 8), [conv(6, (3, 2), groups=2, activation="tanh"), norm(activation="swish"),
                                    conv(5, (2, 3), activation="tanh", trainable=False), SOFTMAX],
                        {"max_norm": 1.1, "optimizer": (r.Sgd, RATE / 5, 0.9), "frozen": ("conv2",)}),
    "max_norm_owned": ((300,), [dense(260, activation="relu"), SOFTMAX],
                       {"max_norm": 1.05, "average": 0.6, "clip": {"norm": 0.4}, "optimizer": (r.Adam, 0.02, 0.8, 0.99, 1e-2)}),
    # the decay is reached at the sixth step
    "average": (*PLAIN, {"average": 0.4, "l2": 1.5}),
    "average_batchnorm": ((2, 9, 8), [conv(4, (3, 2), bias=False), norm(activation="swish"), conv(5, (3, 3), trainable=False),
                                      norm(scale=False, momentum=0.5, activation="tanh"), norm(trainable=False), SOFTMAX],
                          {"average": 0.4, "optimizer": (r.Sgd, RATE / 5, 0.9), "frozen": ("conv2", "batchnorm3")}),
    "average_owned": ((300,), [dense(260, activation="relu"), SOFTMAX], {"average": 0.6}),
    "momentum_owned": ((300,), [dense(260, activation="relu"), SOFTMAX],
                       {"optimizer": (r.Sgd, RATE / 5, 0.9), "l2": 2.0}),
}


def figures(target, network, numbers):
    """What is reported of the outputs for these examples, by their names in epochs.csv."""
    a = network.outputs.reshape(numbers.shape) * network.target_std + network.target_mean
    if target == "labels":
        said, is_one = a > 0.5, numbers > 0.5
        wrong, both = (said != is_one).sum(), (said & is_one).sum()
        return {"accuracy": (said == is_one).mean(), "exact": (said == is_one).all(1).mean(),
                "f1": 2 * both / (2 * both + wrong)}
    error = a - numbers
    found = {"rmse": np.sqrt((error ** 2).mean()), "mae": abs(error).mean()}
    return found if target == "input" else {**found, "r2": 1 - ((error ** 2).mean(0) / numbers.var(0)).mean()}


def check_figures(what, folder, expected):
    """The figures of the first whole epoch, of a batch of all examples: those of the initial weights."""
    row = r.read_rows(folder, "epochs.csv")[1]
    for key, value in expected.items():
        if not np.isclose(float(row[f"train_{key}"]), value, rtol=1e-5, atol=1e-6):
            r.fail(f"{what}: train_{key} {row[f'train_{key}']}, expected {value}")


def check(name, batch, shape, layers, more):
    net_shape = shape if len(shape) in (1, 3) else (1, *shape)
    cost, target = more.get("cost", "log_likelihood"), more.get("target", "class")
    images, labels = r.write_data(COUNT, shape, more.get("classes", 4), 7, target)
    images = images.reshape(COUNT, *net_shape)
    make, *numbers = more.get("optimizer", (r.Sgd, RATE))
    optimizer = make(*numbers)
    weights = more.get("weights")
    function = cost if isinstance(cost, str) else f"{cost[0]}({cost[1]})"
    settings = [f"cost {function}" + (f" class_weights={weights}" if weights else ""),
                f"target {target}" + (" scale=true" if "scale" in more else ""), f"optimizer {optimizer.line}",
                f"batch {batch or 'full'}"]
    settings += [f"label_smoothing {more['smoothing']}"] if "smoothing" in more else []
    settings += [f"average decay={more['average']}"] if "average" in more else []
    settings += [f"clip {kind}={bound}" for kind, bound in more.get("clip", {}).items()] + ["log steps every=2"]
    penalties = [f"{key}={more[key]}" for key in ("l2", "l1", "max_norm") if key in more]
    settings += ["regularize " + " ".join(penalties)] if penalties else []
    r.write_model("model.net", net_shape, layers, settings, more.get("input", ""),
                  r.NPY if target in ("values", "labels") else r.IDX)
    epochs = STEPS if not batch else 3
    initial = r.read_weights(r.train("model.net", f"{name}_{batch}_begin", "--epochs", "0"))
    end = r.train("model.net", f"{name}_{batch}_end", "--epochs", str(epochs))
    found, logged = r.read_weights(end), r.read_rows(end, "steps.csv")
    statistics = {}
    if "data" in more.get("input", ""):
        axes = (0, 2, 3) if len(net_shape) == 3 else 0
        statistics = {"mean": (images / 255).mean(axes), "std": (images / 255).std(axes)}
    if weights == "balanced":
        weights = COUNT / np.bincount(labels) / len(np.bincount(labels))
    if "scale" in more:
        statistics.update(target_mean=labels.mean(0), target_std=labels.std(0))
    network = r.Network(layers, cost, target, **statistics, smoothing=more.get("smoothing", 0), weights=weights)
    costs = []
    params = {layer: dict(values) for layer, values in initial.items() if layer != "input"}
    average = r.Average(more.get("average", 0), params)
    steps = []  # as steps.csv has them: cost, norm of the gradient, whether it is clipped
    for epoch in range(epochs):
        order = r.permutation(1, epoch + 1, COUNT) if batch else np.arange(COUNT)
        for first in range(0, COUNT, batch or COUNT):
            rows = order[first:first + (batch or COUNT)]
            costs.append(network.step(params, images[rows], labels[rows], optimizer, COUNT, more.get("l2", 0),
                                      more.get("l1", 0), more.get("frozen", ()), more.get("clip", {}), more.get("max_norm")))
            steps.append((epoch + 1, costs[-1] / len(rows), network.norm, network.clipped))
            if not batch and epoch == 0 and target != "class":
                numbers = labels if target != "input" else (images / 255).reshape(COUNT, -1)
                check_figures(name, end, figures(target, network, numbers))
            average.follow(params)
    found.pop("input", None)
    means = [float(row["train_cost"]) for row in r.read_rows(end, "epochs.csv")[1:]]
    expected = [sum(part) / COUNT for part in np.split(np.array(costs), epochs)]
    if not np.allclose(means, expected, rtol=1e-4):
        r.fail(f"{name}, batch {batch or 'full'}: costs {means}, expected {expected}")
    noise = getattr(optimizer, "noise", {})
    r.compare_params(f"{name}, batch {batch or 'full'}", found, average.params, noise=noise)
    moved = max(np.linalg.norm(params[layer][key] - initial[layer][key]) / np.linalg.norm(initial[layer][key])
                for layer in params for key in params[layer] if initial[layer][key].any())
    if "clip" in more and not any(clipped for *_, clipped in steps):
        r.fail(f"{name}: nothing was clipped")
    if len(logged) != (len(steps) + 1) // 2:
        r.fail(f"{name}: {len(logged)} rows of steps.csv for {len(steps)} steps")
    for i, (row, (epoch, cost, norm, clipped)) in zip(range(0, len(steps), 2), zip(logged, steps[::2])):
        near = all(math.isclose(float(row[key]), value, rel_tol=1e-3) for key, value in (("cost", cost), ("gradient_norm", norm)))
        if (int(row["step"]), int(row["epoch"]), int(row["clipped"])) != (i, epoch, clipped) or not near:
            r.fail(f"{name}: steps.csv has {row}, expected {(i, epoch, cost, norm, clipped)}")
    norms = [np.linalg.norm(row) for layer in params if layer not in more.get("frozen", ()) and "batchnorm" not in layer
             for row in params[layer]["weight"]]
    if "max_norm" in more and not sum(value > more["max_norm"] * 0.999 for value in norms) in range(1, len(norms)):
        r.fail(f"{name}: of {len(norms)} rows none or all are at the bound: {min(norms)} to {max(norms)}")
    if moved < 1e-3:
        r.fail(f"{name}: nothing was learnt")
    apart = sum(int(mask.sum()) for mask in noise.values())
    if apart > 0.01 * sum(value.size for values in params.values() for value in values.values()):
        r.fail(f"{name}: {apart} gradients are noise")
    print(f"{name}, batch {batch or 'full'}: ok" + (f", {apart} entries apart, whose gradient is noise" if apart else ""))


def main():
    for name, (shape, layers, more) in CASES.items():
        check(name, 0, shape, layers, more)
    for name in ("conv_pool", "cross_entropy", "momentum", "adam", "clip_norm", "clip_value"):
        check(name, 16, *CASES[name])
    check("average_batchnorm", 16, *CASES["average_batchnorm"])
    for batch in (16, 7):  # the last batch is of two examples, or of one, which a unit has nothing to normalise by
        check("batchnorm", batch, *CASES["batchnorm"])


if __name__ == "__main__":
    main()
