#!/usr/bin/env python3
"""Training steps in PyTorch: the peer of kernels.c, which takes the same commands.

    torch_steps.py MODEL THREADS BATCH [compiled]

Same batches (in memory, already floats), same networks, costs and updates as the models of that name; "steps SECONDS"
prints "steps COUNT SECONDS". Prints the version first.
"""
import sys
import time

import torch
from torch import nn


def conv(inputs, outputs, pad=0):
    return nn.Conv2d(inputs, outputs, 5, padding=pad)


def dense_sigmoid(*sizes):
    layers = [nn.Flatten()]
    for k, (fan_in, units) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.Linear(fan_in, units)] + ([nn.Sigmoid()] if k < len(sizes) - 2 else [])
    return nn.Sequential(*layers)


def lenet5():
    return nn.Sequential(conv(1, 6, 2), nn.ReLU(), nn.MaxPool2d(2), conv(6, 16), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


def double_conv():
    return nn.Sequential(conv(1, 20), nn.Sigmoid(), nn.MaxPool2d(2), conv(20, 40), nn.Sigmoid(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(640, 100), nn.Sigmoid(), nn.Linear(100, 10))


def wide_dropout():
    return nn.Sequential(conv(1, 20), nn.ReLU(), nn.MaxPool2d(2), conv(20, 40), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Dropout(0.5), nn.Linear(640, 1000), nn.ReLU(), nn.Dropout(0.5),
                         nn.Linear(1000, 1000), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1000, 10))


def softmax_cost(outputs, labels, _):
    return nn.functional.cross_entropy(outputs, labels)


def sigmoid_cost(outputs, _, targets):
    return nn.functional.binary_cross_entropy_with_logits(outputs, targets, reduction="sum") / len(targets)


# name: network, cost, weight decay (l2 / examples)
MODELS = {
    "lenet5": (lenet5, softmax_cost, 0),
    "double_conv": (double_conv, softmax_cost, 0),
    "wide_dropout": (wide_dropout, softmax_cost, 0),
    "mlp_30": (lambda: dense_sigmoid(784, 30, 10), sigmoid_cost, 5 / 50000),
    "deep_sigmoid": (lambda: dense_sigmoid(784, 30, 30, 10), sigmoid_cost, 5 / 50000),
}


def make_optimizer(network, decay):
    weights = [p for p in network.parameters() if p.dim() > 1]
    biases = [p for p in network.parameters() if p.dim() == 1]
    groups = [{"params": weights, "weight_decay": decay}, {"params": biases}]
    return torch.optim.SGD(groups, lr=1e-5)


def main():
    name, threads, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    make, cost, decay = MODELS[name]
    network = make().train()
    optimizer = make_optimizer(network, decay)
    model = torch.compile(network) if sys.argv[4:] == ["compiled"] else network
    data = [(torch.rand(batch, 1, 28, 28), torch.arange(batch) % 10,
             nn.functional.one_hot(torch.arange(batch) % 10, 10).float()) for _ in range(32)]

    def step(number):
        images, labels, targets = data[number % len(data)]
        optimizer.zero_grad(set_to_none=True)
        cost(model(images), labels, targets).backward()
        optimizer.step()

    step(0)
    print(f"torch {torch.__version__}", flush=True)
    for line in sys.stdin:
        seconds, count, start = float(line.split()[1]), 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            step(count)
            count += 1
        print(f"steps {count} {time.perf_counter() - start:.9f}", flush=True)


if __name__ == "__main__":
    main()
