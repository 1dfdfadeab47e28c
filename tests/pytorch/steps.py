#!/usr/bin/env python3
"""Steps of training in PyTorch, with the module that `netc show --pytorch` prints and PyTorch's own optimisers, from the
weights that netc begins with: weights and running statistics must become netc's, as the table of docs/pytorch.md says."""
import os
import re

import _pytorch as p

torch, np = p.need_torch(), p.np
F = torch.nn.functional
STEPS, COUNT, CLASSES, TOLERANCE = 10, 90, 4, 1e-5
OPTIMIZERS = {
    "sgd rate=0.1": lambda groups: torch.optim.SGD(groups(0), lr=0.1),
    "sgd rate=0.02 momentum=0.9": lambda groups: torch.optim.SGD(groups(0), lr=0.02, momentum=0.9),
    "sgd rate=0.02 momentum=0.8 nesterov=true":
        lambda groups: torch.optim.SGD(groups(0), lr=0.02, momentum=0.8, nesterov=True),
    "adam": lambda groups: torch.optim.Adam(groups(0), lr=0.001, betas=(0.9, 0.999), eps=1e-8),
    "adam rate=0.01 beta1=0.8 beta2=0.99 epsilon=1e-4":
        lambda groups: torch.optim.Adam(groups(0), lr=0.01, betas=(0.8, 0.99), eps=1e-4),
    "adamw": lambda groups: torch.optim.AdamW(groups(0.01), lr=0.001, betas=(0.9, 0.999), eps=1e-8),
    "adamw rate=0.01 weight_decay=0.5": lambda groups: torch.optim.AdamW(groups(0.5), lr=0.01),
    "rmsprop": lambda groups: torch.optim.RMSprop(groups(0), lr=0.001, alpha=0.9, eps=1e-8),
    "rmsprop rate=0.002 decay=0.8 epsilon=1e-4":
        lambda groups: torch.optim.RMSprop(groups(0), lr=0.002, alpha=0.8, eps=1e-4),
}
COSTS = {  # by the last activation: its setting, and the function of outputs and targets
    "softmax": ("cost log_likelihood", lambda a, y: F.nll_loss(a.log(), y.argmax(1))),
    "sigmoid": ("cost cross_entropy", lambda a, y: F.binary_cross_entropy(a, y, reduction="sum") / len(a)),
    "tanh": ("cost quadratic", lambda a, y: F.mse_loss(a, y, reduction="sum") / (2 * len(a))),
}
DECAY = {
    "sgd rate=0.02 momentum=0.9": lambda groups: torch.optim.SGD(groups(0.1), lr=0.02, momentum=0.9),
    "adam": lambda groups: torch.optim.Adam(groups(0.1), lr=0.001),
    "rmsprop": lambda groups: torch.optim.RMSprop(groups(0.1), lr=0.001, alpha=0.9),
}


def without_dropout(name, last="softmax"):
    """A model of this folder that drops nothing, as PyTorch would draw other masks, and ends with this activation."""
    with open(os.path.join(p.HERE, name + ".net"), encoding="utf-8") as file:
        text = file.read()
    with open(name + ".net", "w", encoding="utf-8") as file:
        file.write(re.sub(r"dropout 0\.\d+", "dropout 0", text).replace("softmax", last))
    return name + ".net"


def groups_of(network):
    """What decays: the weights of conv and dense, neither biases nor what a batchnorm learns."""
    def groups(decay):
        learned = [value for value in network.parameters() if value.requires_grad]
        return [{"params": [value for value in learned if value.dim() > 1], "weight_decay": decay},
                {"params": [value for value in learned if value.dim() == 1], "weight_decay": 0}]
    return groups


def trained(network, optimizer, cost, steps):
    """The network's state after steps over all examples, in double precision."""
    network = network.double().train()
    step = optimizer(groups_of(network))
    x = torch.from_numpy(p.images(COUNT, (3, 9, 8))).double() / 255
    y = F.one_hot(torch.arange(COUNT) % CLASSES, CLASSES).double()
    for _ in range(steps):
        step.zero_grad()
        cost(network(x).flatten(1), y).backward()
        step.step()
    return {name: value.detach().numpy() for name, value in network.state_dict().items()}


def whole(state, layer):
    """All numbers of a layer: some tensors are 0 but for rounding, as a shift that a later batchnorm takes away again."""
    return np.concatenate([state[name].ravel() for name in sorted(state)
                           if name.startswith(layer + ".") and not name.endswith("num_batches_tracked")])


def try_steps(model, line, optimizer, *settings, last="softmax", steps=STEPS):
    setting, cost = COSTS[last]
    settings = (setting, *settings)
    what = " ".join((model, line, *settings, f"{steps} steps"))
    options = [word for setting in (f"optimizer {line}", "batch full", *settings) for word in ("--set", setting)]
    options += ["--data-dir", ".", "--backend", "interp"]
    module = p.module_of(model, os.path.splitext(model)[0])
    begin = module.load(p.train(model, *options, "--epochs", "0"))
    found, _ = p.read_weights(p.train(model, *options, "--epochs", str(steps)))
    first = {name: value.detach().numpy().copy() for name, value in begin.state_dict().items()}
    expected = trained(begin, optimizer, cost, steps)
    worst = moved = 0.0
    for layer in sorted({name.split(".")[0] for name in found}):
        before, ours, theirs = (whole(state, layer) for state in (first, found, expected))
        size = np.linalg.norm(theirs)
        worst = max(worst, np.linalg.norm(ours - theirs) / size)
        moved = max(moved, np.linalg.norm(before - theirs) / size)
    print(f"{what}: {worst:.1e} apart after a way of {moved:.1e}", flush=True)
    if not worst <= TOLERANCE or moved < 100 * TOLERANCE:
        p.fail(f"{what}: {worst:.2g} apart after a way of {moved:.2g}")


p.write_data(COUNT, (3, 9, 8), CLASSES)
SGD = "sgd rate=0.1"
try_steps(without_dropout("normalised"), SGD, OPTIMIZERS[SGD], steps=1)
for each in ("normalised", "sums"):
    try_steps(without_dropout(each), SGD, OPTIMIZERS[SGD])
for end in ("sigmoid", "tanh"):
    try_steps(without_dropout("ways", end), SGD, OPTIMIZERS[SGD], last=end)
without_dropout("ways")
for text, make in OPTIMIZERS.items():
    try_steps("ways.net", text, make)
for text, make in DECAY.items():
    try_steps("ways.net", text, make, "regularize weight_decay=0.1")
