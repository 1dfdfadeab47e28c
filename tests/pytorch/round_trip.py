#!/usr/bin/env python3
"""Weights to PyTorch and back, for every model of models/ and of this folder, or for those named.

What `netc show --pytorch` prints is run by Python itself; its strict load_state_dict takes what was trained here, its
forward gives our outputs for made-up images, and what a fresh module saves gives ours the module's outputs.
"""
import glob
import json
import keyword
import os
import re
import sys
import unittest.mock

import _pytorch as p

torch, np = p.need_torch(), p.np

# Outputs agree to this share of the largest one. Where PyTorch's own floats are further than that from its doubles, as
# behind weights of 100, ours may be as far from them, with some room as another order of sums is another error.
TOLERANCE, ROOM = 1e-6, 4


def class_of(module):
    found, = [item for item in vars(module).values()
              if isinstance(item, type) and issubclass(item, torch.nn.Module)]
    return found


def forward(network, rows, double=False):
    """The module's outputs, for rows of bytes."""
    kind = torch.float64 if double else torch.float32
    network = network.double() if double else network.float()
    with torch.no_grad():
        return network(torch.from_numpy(rows).to(kind) / 255).reshape(len(rows), -1).numpy()


def compare(what, network, rows, ours):
    theirs, exact = forward(network, rows), forward(network, rows, double=True)
    scale = abs(exact).max()
    apart, rounding = abs(ours - theirs).max() / scale, abs(theirs - exact).max() / scale
    error = abs(ours - exact).max() / scale
    print(f"{what}: {apart:.1e} apart; from doubles ours is {error:.1e}, PyTorch's {rounding:.1e}", flush=True)
    if not (np.isfinite(ours).all() and np.ptp(exact) > 0):
        p.fail(f"{what}: these outputs show nothing")
    if not (apart <= TOLERANCE or error <= ROOM * rounding):
        p.fail(f"{what}: outputs differ by {apart:.2g} of the largest")


def state_of(network):
    return {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}


def try_model(model):
    name = os.path.splitext(os.path.basename(model))[0]
    with open(model, encoding="utf-8") as file:
        text = file.read()
    shape = [int(side) for side in re.search(r"^\s*input\s+(\d+(?:x\d+)*)", text, re.MULTILINE).group(1).split("x")]
    few, options = ["--set", "data digits", "--set", "split train=1500"], []
    if "data idx" in text:
        few, options = [], ["--data-dir", "."]
    trainer, module, rows = p.build(model, *few), p.module_of(model, name), p.images(90, shape)

    weights = p.train(model, *few, *options, "--epochs", "1")
    network = module.load(weights)
    if network.training:
        p.fail(f"{name}: load() leaves the module in training")
    with unittest.mock.patch.dict(sys.modules, {"safetensors": None}):
        again = module.load(weights).state_dict()
    if not all(torch.equal(again[key], value) for key, value in network.state_dict().items()):
        p.fail(f"{name}: load() reads other values without the package safetensors")
    ours, _ = p.outputs(trainer, model, rows, *options, "--weights", weights)
    compare(f"{name}, trained here", network, rows, ours)

    torch.manual_seed(1)
    _, metadata = p.read_weights(weights)
    statistics = [json.loads(metadata[key]) for key in ("input_mean", "input_std")
                  if re.search(key.replace("input_", "") + r"\s*=\s*data", text)]
    fresh = class_of(module)(*statistics).eval()
    p.write_weights("fresh.safetensors", state_of(fresh))
    ours, said = p.outputs(trainer, model, rows, *options, "--weights", "fresh.safetensors")
    compare(f"{name}, PyTorch's weights", fresh, rows, ours)
    if "converted" in said:
        p.fail(f"{name}: {said}")

    frozen = {key.split(".")[0] for key, value in fresh.named_parameters() if not value.requires_grad}
    expected = set(re.findall(r"^  (\w+): .*trainable=false", p.run(p.NETC, "check", "--dump=model", model).stdout,
                              re.MULTILINE))
    if frozen != expected:
        p.fail(f"{name}: {frozen} do not learn, expected {expected}")


def try_names():
    """No layer gets the name of a member of nn.Module."""
    for name in sorted(set(dir(torch.nn.Module())) | set(keyword.kwlist)):
        if name in ("train", "default"):  # words of the language
            continue
        with open("name.net", "w", encoding="utf-8") as file:
            file.write(f"network name {{\n    input 784\n    {name}: dense 2\n    dense 10\n}}\n")
        done = p.run(p.NETC, "show", "--pytorch", "name.net", status=1)
        if not any(kind in done.stderr for kind in ("[pytorch-name]", "[name-clash]", "[syntax-error]")):
            p.fail(f"a layer may be called {name}:\n{done.stderr}")


def main():
    try_names()
    p.write_data(90, (3, 9, 8), 4)
    models = sys.argv[1:] or sorted(glob.glob(os.path.join(p.ROOT, "models", "*.net")) + glob.glob(os.path.join(p.HERE, "*.net")))
    for model in models:
        try_model(model)
    print(f"{len(models)} models")


main()
