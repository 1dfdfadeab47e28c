#!/usr/bin/env python3
"""Weights that PyTorch has written: the files of Inputs, made by make_stored.py, and others like them.

Each is loaded by --weights, with --rename and --skip where its names are others, and must give the outputs that PyTorch
gave; what cannot be loaded gets one line.
"""
import json
import os

import _pytorch as p

np = p.np
INPUTS = os.path.join(p.HERE, "Inputs")
SHAPE, COUNT, CLASSES = (1, 12, 10), 12, 5
with open(os.path.join(INPUTS, "expected.json"), encoding="utf-8") as opened:
    EXPECTED = json.load(opened)
p.write_data(COUNT, SHAPE, CLASSES)
MODEL = os.path.join(INPUTS, "stored.net")
TRAINER, ROWS = p.build(MODEL), p.images(COUNT, SHAPE)


def stored(name):
    return os.path.join(INPUTS, name + ".safetensors")


def answers(path, *options):
    return p.outputs(TRAINER, MODEL, ROWS, "--data-dir", ".", "--weights", path, *options)


def takes(name, path, *options, note="", tolerance=1e-6):
    """The file gives PyTorch's outputs, and this is all that is said."""
    outputs, said = answers(path, *options)
    error = abs(outputs - np.array(EXPECTED[name])).max() / np.max(EXPECTED[name])
    if not error <= tolerance:
        p.fail(f"{path} {options}: outputs differ by {error:.2g} of the largest")
    if said != (f"stored: {note}\n" if note else ""):
        p.fail(f"{path} {options}: {said}")


def refuses(text, path, *options):
    done = p.run(TRAINER, "-q", "--epochs", "0", "--data-dir", ".", "--weights", path, *options, status=3)
    if done.stderr != f"stored: {text}\n":
        p.fail(f"{path} {options}\n  expected {text}\n  found    {done.stderr}")


CONVERTED = "the weights are {} in the file and were converted to F32"


def try_files():
    """As they are."""
    takes("plain", stored("plain"))
    takes("half", stored("half"), note=CONVERTED.format("F16"))
    takes("brain", stored("brain"), note=CONVERTED.format("BF16"))
    takes("double", stored("double"), note=CONVERTED.format("F64"))
    takes("sequential", stored("sequential"), "--rename", "module.0=conv1", "--rename", "module.4=fc")
    takes("normalised", stored("normalised"), "--skip", "norm")
    refuses(f"--weights {stored('sequential')}: missing conv1.weight [3,1,3,3], conv1.bias [3], fc.weight [5,12], fc.bias "
            "[5]; unexpected module.0.bias [3], module.0.weight [3,1,3,3], module.4.bias [5], module.4.weight [5,12]; use "
            "--rename module.0=conv1, or --skip conv1 --skip module.0 to start it fresh [weights-mismatch]", stored("sequential"))
    refuses(f"--weights {stored('normalised')}: unexpected norm.bias [5], norm.running_mean [5], norm.running_var [5], "
            "norm.weight [5]; use --skip norm to pass it over [weights-mismatch]", stored("normalised"))
    archive = os.path.join(INPUTS, "archive.pt")
    refuses(f"{archive}: is a file of torch.save, expected safetensors; in PyTorch "
            "safetensors.torch.save_file(model.state_dict(), FILE) writes it", archive)


def changed(rename=None, drop=(), **more):
    """A copy of the plain file with other names, without some tensors, with more of them."""
    tensors, _ = p.read_weights(stored("plain"))
    tensors = {(rename or str)(name): values for name, values in tensors.items() if name not in drop}
    p.write_weights("changed.safetensors", {**tensors, **more})
    return "changed.safetensors"


def try_names():
    counter = {"fc.num_batches_tracked": np.array(3, "<i8")}
    takes("plain", changed(**counter))
    takes("plain", changed(**{"x.mask": np.array([1, 2], "<i8")}), "--skip", "x")
    takes("plain", changed(lambda name: "module." + name), "--rename", "module=")
    takes("plain", changed(lambda name: "net.body." + name), "--rename", "net.body=")
    swapped = {"conv1.weight": "fc.weight", "conv1.bias": "fc.bias", "fc.weight": "conv1.weight", "fc.bias": "conv1.bias"}
    takes("plain", changed(swapped.get), "--rename", "fc=conv1", "--rename", "conv1=fc")
    takes("plain", changed(lambda name: name.replace("fc.weight", "kernel")), "--rename", "kernel=fc.weight")
    weight = np.zeros((26, 640), "<f4")
    refuses("--weights changed.safetensors: missing conv1.weight [3,1,3,3], conv1.bias [3], fc.weight [5,12], fc.bias [5]; "
            "unexpected module.conv1.bias [3], module.conv1.weight [3,1,3,3], module.fc.bias [5], module.fc.weight [5,12]; "
            "use --rename module= to read the names without that prefix [weights-mismatch]",
            changed(lambda name: "module." + name))
    refuses("--weights changed.safetensors: missing fc.weight [5,12]; unexpected out.weight [26,640]; use --skip fc "
            "--skip out to start it fresh [weights-mismatch]", changed(drop=["fc.weight"], **{"out.weight": weight}))
    refuses("--weights changed.safetensors: missing fc.bias [5]; use --skip fc to start it fresh [weights-mismatch]",
            changed(drop=["fc.bias"]))
    refuses("--weights changed.safetensors: it has out.weight [26,640], this network needs fc.weight [5,12]; use --skip "
            "fc to start it fresh [weights-mismatch]", changed(drop=["fc.weight"], **{"out.weight": weight}), "--rename",
            "out=fc")
    refuses("--weights changed.safetensors: fc.bias and out.bias would both be fc.bias; change --rename "
            "[weights-mismatch]", changed(**{"out.bias": np.zeros(5, "<f4")}), "--rename", "out=fc")
    gamma = {"fc.gamma": np.zeros(5, "<f4")}
    refuses("--weights changed.safetensors: unexpected fc.gamma [5]; use --skip fc.gamma to pass it over [weights-mismatch]",
            changed(**gamma))
    takes("plain", changed(**gamma), "--skip", "fc.gamma")
    refuses("--weights changed.safetensors: missing fc.bias [5]; unexpected fc.gamma [5]; use --rename fc.gamma=fc.bias, or "
            "--skip fc.bias --skip fc.gamma to start it fresh [weights-mismatch]", changed(drop=["fc.bias"], **gamma))
    takes("plain", changed(lambda name: name.replace("fc.bias", "fc.gamma")), "--rename", "fc.gamma=fc.bias")
    refuses("--skip fd: neither the weights file nor the network has anything called 'fd'; the file has conv1.bias [3], "
            "conv1.weight [3,1,3,3], fc.bias [5], fc.weight [5,12] [weights-mismatch]",
            changed(), "--skip", "fd")


def try_values():
    tensors, _ = p.read_weights(stored("plain"))
    wide = {name: values.astype("<f8") for name, values in tensors.items()}
    p.write_weights("wide.safetensors", wide)
    takes("plain", "wide.safetensors", note=CONVERTED.format("F64"))
    p.write_weights("cut.safetensors", {**tensors, "fc.weight": p.bf16(tensors["fc.weight"])})
    takes("plain", "cut.safetensors", note=CONVERTED.format("BF16"), tolerance=0.02)
    large = "1e+300, too large for a 32-bit float"
    for value, kind, what in ((1e300, "<f8", large), (np.inf, "<f8", "not finite"), (np.nan, "<f4", "not finite"),
                              (np.inf, "<f2", "not finite")):
        p.write_weights("wild.safetensors", {**tensors, "fc.bias": np.array([0, 0, value, 0, 0], kind)})
        refuses(f"wild.safetensors: value 2 of fc.bias is {what}", "wild.safetensors")
    p.write_weights("whole.safetensors", {**tensors, "fc.bias": np.arange(5, dtype="<i8")})
    refuses("whole.safetensors: tensor 'fc.bias' is of type I64, expected F32 (or F64, F16, BF16)", "whole.safetensors")


def try_statistics():
    """What the metadata says about the input holds for `data`; numbers that the model says itself stay."""
    with open(MODEL, encoding="utf-8") as file:
        text = file.read()
    tensors, _ = p.read_weights(stored("plain"))

    def program(options):
        with open("centred.net", "w", encoding="utf-8") as file:
            file.write(text.replace("1x12x10", "1x12x10 " + options))
        return p.build("centred.net")

    def answer(options, metadata):
        p.write_weights("centred.safetensors", tensors, metadata)
        return p.outputs(program(options), "centred.net", ROWS, "--data-dir", ".", "--weights", "centred.safetensors")[0]

    numbers = answer("mean=0.25 std=0.5", {"input_mean": "[0.9]", "input_std": "[0.1]"})
    data = answer("mean=data std=data", {"input_mean": "[0.25]", "input_std": "[0.5]"})
    lists = answer("mean=[0.25] std=[0.5]", {"input_mean": "[0.9]", "input_std": "[0.1]"})
    if abs(numbers - data).max() > 1e-6 or abs(numbers - lists).max() > 1e-6:
        p.fail("statistics: the same numbers, from the model and from the metadata, give other outputs")
    own = answer("mean=data std=data", None)
    if abs(own - data).max() < 1e-3:
        p.fail("statistics: without metadata the data's own should hold")
    no_list = "is not a list of 1 numbers"
    for key, value, wrong in (("input_mean", "0.5", no_list), ("input_mean", "[0.1, 0.2]", no_list),
                              ("input_mean", "[1e300]", no_list), ("input_mean", "[null]", no_list),
                              ("input_mean", "[", no_list), ("input_std", "[0]", "has 0, expected numbers above 0"),
                              ("input_std", "[-1]", "has -1, expected numbers above 0")):
        p.write_weights("centred.safetensors", tensors, {key: value})
        done = p.run("./centred", "-q", "--epochs", "0", "--data-dir", ".", "--weights", "centred.safetensors", status=3)
        if done.stderr != f"centred: centred.safetensors: its {key} {wrong}\n":
            p.fail(f"{key} {value}: {done.stderr}")


def main():
    try_files()
    try_names()
    try_values()
    try_statistics()


main()
