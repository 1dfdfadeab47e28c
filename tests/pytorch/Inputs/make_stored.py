"""Makes the files beside it: weights as PyTorch and its package safetensors write them, and what PyTorch answers.

    NETC= NETC_BUILD= NETC_ROOT= python3 make_stored.py

plain         a module's state_dict
half, brain, double    the same in float16, bfloat16, float64
sequential    a Sequential's names, 0.weight and 4.weight, of torch.nn.DataParallel: with "module." before them
normalised    the same with a BatchNorm2d in it, which leaves num_batches_tracked, an integer, among the tensors
archive.pt    what torch.save writes: not safetensors
"""
import json
import os
import sys

import torch
from safetensors.torch import save_file
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import _pytorch as p  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
COUNT, SHAPE, CLASSES = 12, (1, 12, 10), 5


class Stored(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 3, kernel_size=3, stride=2)
        self.fc = nn.Linear(12, 5)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        return torch.softmax(self.fc(torch.flatten(x, 1)), dim=1)


def main():
    torch.manual_seed(7)
    x = torch.from_numpy(p.images(COUNT, SHAPE)).float() / 255
    expected = {}

    def keep(name, tensors, network):
        save_file({key: value.contiguous() for key, value in tensors.items()}, os.path.join(HERE, name + ".safetensors"))
        with torch.no_grad():
            expected[name] = [[float(f"{value:.9g}") for value in row] for row in network(x).tolist()]

    network = Stored()
    keep("plain", network.state_dict(), network)
    torch.save(network.state_dict(), os.path.join(HERE, "archive.pt"))
    for name, kind in (("half", torch.float16), ("brain", torch.bfloat16), ("double", torch.float64)):
        other = Stored()
        other.load_state_dict(network.state_dict())
        other = other.to(kind)
        if kind == torch.float64:  # values that no float has
            nn.init.normal_(other.fc.weight, std=0.5)
        tensors = other.state_dict()
        keep(name, dict(tensors), other.float())
    layers = [nn.Conv2d(1, 3, kernel_size=3, stride=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12, 5),
              nn.Softmax(dim=1)]
    keep("sequential", nn.DataParallel(nn.Sequential(*layers)).state_dict(), nn.Sequential(*layers))
    normal = nn.Sequential()
    for name, layer in zip(("conv1", "relu", "pool", "flat", "fc", "softmax"), layers):
        normal.add_module(name, layer)
    normal.add_module("norm", nn.BatchNorm1d(5))
    normal.train()(x)
    keep("normalised", normal.state_dict(), nn.Sequential(*layers))
    with open(os.path.join(HERE, "expected.json"), "w", encoding="utf-8") as file:
        json.dump({"made by": f"PyTorch {torch.__version__}", **expected}, file, indent=None, separators=(",", ":"))
        file.write("\n")


main()
