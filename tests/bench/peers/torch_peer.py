#!/usr/bin/env python3
"""PyTorch: training steps like those of kernels.c, inference like that of predict.c.

    torch_peer.py train|predict DESCRIPTION THREADS BATCH [compiled]

The network, cost and optimizer of DESCRIPTION, what `netc show --json` prints; batches lie in memory, as floats.
Prints the version and the number of parameters first.
"""
import sys

import torch
from peer import BATCHES, IMAGES, Description, padding, serve, window
from torch import nn

ACTIVATIONS = {"linear": nn.Identity, "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh,
               "softmax": lambda: nn.Softmax(1)}


class Sum(nn.Module):
    def forward(self, first, *others):
        for other in others:
            first = first + other
        return first


def make_conv(layer):
    options, sides = layer["options"], padding(layer)
    even = all(before == after for before, after in sides)
    conv = nn.Conv2d(layer["input"][0], options["maps"], tuple(options["kernel"]), tuple(options["stride"]),
                     tuple(before for before, _ in sides) if even else 0, tuple(options["dilation"]), options["groups"],
                     options["bias"])
    return conv if even else nn.Sequential(nn.ZeroPad2d((*sides[1], *sides[0])), conv)


def make_pool(layer):
    sides, strides = window(layer)
    kinds = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}
    if layer["options"]["method"] in kinds:
        return kinds[layer["options"]["method"]](sides, strides, tuple(before for before, _ in padding(layer)))
    return nn.LPPool2d(2, sides, strides)


def make_dense(layer):
    fan_in = 1
    for side in layer["input"]:
        fan_in *= side
    dense = nn.Linear(fan_in, layer["options"]["units"], layer["options"]["bias"])
    return dense if len(layer["input"]) == 1 else nn.Sequential(nn.Flatten(), dense)


def make_batchnorm(layer):
    options = layer["options"]
    return nn.BatchNorm2d(layer["input"][0], options["epsilon"], 1 - options["momentum"])


KINDS = {"conv": make_conv, "pool": make_pool, "dense": make_dense, "batchnorm": make_batchnorm,
         "dropout": lambda layer: nn.Dropout(layer["options"]["share"]), "add": lambda layer: Sum()}


class Network(nn.Module):
    """All layers, each reading the values of those it names; `whole` with the last activation, which costs contain."""

    def __init__(self, description, whole):
        super().__init__()
        layers, known = description.layers, {"input": 0}
        steps, activations, self.reads = [], [], []
        for number, layer in enumerate(layers, 1):
            steps.append(KINDS[layer["kind"]](layer))
            activations.append(ACTIVATIONS[layer["activation"] if whole or number < len(layers) else "linear"]())
            self.reads.append([known[name] for name in layer["reads"]])
            known[layer["name"]] = number
        self.chain = None  # of layers that each read the one before
        if all(reads == [number] for number, reads in enumerate(self.reads)):
            parts = [part for pair in zip(steps, activations) for part in pair]
            self.chain = nn.Sequential(*(part for part in parts if not isinstance(part, nn.Identity)))
        else:
            self.steps, self.activations = nn.ModuleList(steps), nn.ModuleList(activations)

    def forward(self, x):
        if self.chain is not None:
            return self.chain(x)
        values = [x]
        for step, activation, reads in zip(self.steps, self.activations, self.reads):
            values.append(activation(step(*(values[number] for number in reads))))
        return values[-1]


def softmax_cost(outputs, labels, _):
    return nn.functional.cross_entropy(outputs, labels)


def sigmoid_cost(outputs, _, targets):
    return nn.functional.binary_cross_entropy_with_logits(outputs, targets, reduction="sum") / len(targets)


def make_optimizer(network, description):
    settings = description.settings
    weights = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() == 1]
    groups = [{"params": weights, "weight_decay": description.decay}, {"params": others}]
    return torch.optim.SGD(groups, lr=1e-5, momentum=settings["momentum"], nesterov=settings["nesterov"])


def training(description, batch, wrap):
    network = Network(description, whole=False).train()
    optimizer, model = make_optimizer(network, description), wrap(network)
    cost = softmax_cost if description.layers[-1]["activation"] == "softmax" else sigmoid_cost
    classes = description.outputs
    labels = torch.arange(batch) % classes
    targets = nn.functional.one_hot(labels, classes).float()
    data, number = [torch.rand(batch, *description.input) for _ in range(BATCHES)], 0

    def step():
        nonlocal number
        optimizer.zero_grad(set_to_none=True)
        cost(model(data[number % BATCHES]), labels, targets).backward()
        optimizer.step()
        number += 1

    step()
    return network, {"steps": (step, 1)}


def inference(description, batch, wrap):
    network = Network(description, whole=True).eval()
    model = wrap(network)
    images, many = [torch.rand(1, *description.input) for _ in range(IMAGES)], torch.rand(batch, *description.input)

    def one():
        for image in images:
            model(image)

    one()
    return network, {"one": (one, IMAGES), "batch": (lambda: model(many), 1)}


def main():
    what, path, threads, batch = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    wrap = torch.compile if sys.argv[5:] == ["compiled"] else lambda network: network
    with torch.inference_mode(what == "predict"):
        network, commands = (inference if what == "predict" else training)(Description(path), batch, wrap)
        serve(f"torch {torch.__version__} {sum(p.numel() for p in network.parameters())}", commands.get)


if __name__ == "__main__":
    main()
