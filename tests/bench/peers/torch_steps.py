#!/usr/bin/env python3
"""Training steps in PyTorch: the peer of kernels.c, which takes the same commands.

    torch_steps.py MODEL THREADS BATCH [compiled]

Same batches (in memory, already floats), same networks, costs and updates as the models of that name; "steps SECONDS"
prints "steps COUNT SECONDS". Prints the version first.
"""
import sys
import time

import torch
from networks import NETWORKS
from torch import nn


def softmax_cost(outputs, labels, _):
    return nn.functional.cross_entropy(outputs, labels)


def sigmoid_cost(outputs, _, targets):
    return nn.functional.binary_cross_entropy_with_logits(outputs, targets, reduction="sum") / len(targets)


# name: cost, weight decay (l2 / examples)
MODELS = {
    "lenet5": (softmax_cost, 0),
    "double_conv": (softmax_cost, 0),
    "wide_dropout": (softmax_cost, 0),
    "mlp_30": (sigmoid_cost, 5 / 50000),
    "deep_sigmoid": (sigmoid_cost, 5 / 50000),
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
    cost, decay = MODELS[name]
    network = NETWORKS[name][0]().train()
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
