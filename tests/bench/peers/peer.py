"""What all peers share: the description of a network, and the commands, which kernels.c and predict.c take too."""
import json
import sys
import time

IMAGES = 8  # that take turns when one is asked for at a time
BATCHES = 32  # that take turns in training


class Description:
    """A model, as `netc show --json` says it. Shapes are [C, H, W] of maps, or [units]."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            shown = json.load(file)
        self.input = shown["layers"][0]["output"]
        self.layers = shown["layers"][1:]
        self.settings = shown["settings"]

    @property
    def outputs(self):
        return self.layers[-1]["output"][0]

    @property
    def decay(self):
        """What a step takes off a weight for each unit of the rate; l2 of 50,000 examples."""
        return self.settings["l2"] / 50000 + self.settings["weight_decay"]


def padding(layer):
    """((above, below), (left, right)) of a conv or pool; pad=same puts the odd one behind."""
    options = layer["options"]
    if options["pad"] != "same":
        return tuple((side, side) for side in options["pad"])
    sides = []
    for axis in (0, 1):
        size, out = layer["input"][1 + axis], layer["output"][1 + axis]
        reach = (options["kernel"][axis] - 1) * options["dilation"][axis] + 1
        both = max((out - 1) * options["stride"][axis] + reach - size, 0)
        sides.append((both // 2, both - both // 2))
    return tuple(sides)


def window(layer):
    """(sides, strides) of a pool."""
    options = layer["options"]
    sides = tuple(layer["input"][1:]) if options["window"] == "global" else tuple(options["window"])
    return sides, tuple(options.get("stride") or sides)


def serve(version, begin):
    """Says who is there, then answers "COMMAND SECONDS" by "COMMAND COUNT SECONDS" till the input ends.

    `begin` of a command gives the function that does it and how many it does in one call.
    """
    print(version, flush=True)
    for line in sys.stdin:
        command, seconds = line.split()
        run, calls = begin(command)
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < float(seconds):
            run()
            count += calls
        print(f"{command} {count} {time.perf_counter() - start:.9f}", flush=True)
