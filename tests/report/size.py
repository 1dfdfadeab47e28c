#!/usr/bin/env python3
"""netc report: 500 epochs of 50 layers make a page of at most 3 MB, with every peak of the curves in it; --csv has all
points."""
import math
import os

from _report import check, drawings, make, netc, rows

EPOCHS, LAYERS = 500, 50


def value(epoch, layer):
    return 10 ** (-layer / 10) * (1.5 + math.sin(epoch * (layer + 1))) * (100 if epoch == 251 and layer == 7 else 1)


lines = [f"{epoch * 20},{epoch},{source},dense{layer},{value(epoch, layer):.9g},{value(epoch, layer) / 2:.9g},1,1,1,"
         f"{'' if source == 'probe' else format(value(epoch, layer) / 9, '.9g')},{(layer + epoch) % 97 / 100},0.01"
         for epoch in range(EPOCHS) for source in ("epoch", "probe") for layer in range(LAYERS)]
steps = [f"{epoch},{epoch * 20},1,1,0.1,{1 / (1 + epoch)},0,0.5,{1 / (2 + epoch)},0.5" for epoch in range(EPOCHS)]
run = make("deep", {"epochs": EPOCHS}, steps, lines, {})
netc("report", run, "--svg", "svg", "--csv", "csv")
size = os.path.getsize("deep/report.html")
check(size <= 3_000_000, f"{size} bytes")
check(len(rows("csv/speed.csv")) == EPOCHS * LAYERS, "all points")
peak = f"{value(251, 7):.5g}"
for name in ("speed", "update"):
    series = [group for group in drawings("svg")[name].iter() if group.get("data-name") == "dense7"]
    check(len(series) == 1, "one curve")
    wanted = peak if name == "speed" else f"{value(251, 7) / 9:.5g}"
    check(wanted in series[0].get("data-y").split(), f"the peak of {name}")
    check(len(series[0].get("data-x").split()) == len(series[0].get("data-y").split()) < EPOCHS, "thinned")
