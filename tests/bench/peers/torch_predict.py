#!/usr/bin/env python3
"""Inference in PyTorch: a peer of predict.c, which takes the same commands.

    torch_predict.py MODEL BATCH [compiled]

The network of that name with one thread, images in memory. Prints the version and the number of parameters first.
"""
import sys
import time

import torch
from networks import NETWORKS
from torch import nn

IMAGES = 8  # that take turns


def main():
    name, batch = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(1)
    torch.manual_seed(1)
    make, activation = NETWORKS[name]
    network = nn.Sequential(make(), activation()).eval()
    model = torch.compile(network) if sys.argv[3:] == ["compiled"] else network
    images, many = [torch.rand(1, 1, 28, 28) for _ in range(IMAGES)], torch.rand(batch, 1, 28, 28)

    def one():
        for image in images:
            model(image)

    def all_at_once():
        model(many)

    commands = {"one": (one, IMAGES), "batch": (all_at_once, 1)}
    with torch.inference_mode():
        one()
        print(f"torch {torch.__version__} {sum(p.numel() for p in network.parameters())}", flush=True)
        for line in sys.stdin:
            command, seconds = line.split()
            run, calls = commands[command]
            count, start = 0, time.perf_counter()
            while time.perf_counter() - start < float(seconds):
                run()
                count += calls
            print(f"{command} {count} {time.perf_counter() - start:.9f}", flush=True)


if __name__ == "__main__":
    main()
