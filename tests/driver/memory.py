#!/usr/bin/env python3
"""The estimate of a trainer's memory is near what its descriptor asks for, for every model that ships."""
import glob
import json
import os
import re
import subprocess
import sys

NETC = os.environ["NETC"]
LOADED = 28 * 28 + 8  # bytes of an image that waits, with its label and number
UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def one_processor():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def estimate(path, *options):
    """Bytes by what they are for, of one thread."""
    done = subprocess.run([NETC, "check", "--memory", "1K", path, *options], capture_output=True, text=True,
                          preexec_fn=one_processor)
    if done.returncode != 1 or "[too-much-memory]" not in done.stderr:
        sys.exit(f"{path} fits into a byte:\n{done.stdout}{done.stderr}")
    notes = " ".join(line for line in done.stderr.split("\n") if line.startswith("  note:"))
    found = {what: float(number) * UNITS[unit]
             for what, number, unit in re.findall(r"(weights|gradients|16 images|images) ([\d.]+) (\w+)", notes)}
    found["rows"] = int(re.search(r"batches of (\d+) images", notes).group(1))
    return found


def gradient_rows(path, *options):
    """Images of the largest batch that gradients are made of."""
    text = subprocess.run([NETC, "show", "--json", path, *options], capture_output=True, text=True, check=True).stdout
    settings = json.loads(text)["settings"]
    return (max(settings["batch"], settings.get("gradients_probe", 0)) + 15) // 16 * 16


def descriptor(path, *options):
    text = subprocess.run([NETC, "build", path, *options, "--emit", "c", "-o", "-"], capture_output=True, text=True,
                          check=True).stdout
    text = re.sub(r'"\s*\n\s*"', "", text).replace("\\", "").replace(" ", "")
    sizes = {name: 4 * int(size) for name, size in
             re.findall(r'"(\w+)":(\d+)', re.search(r'"sizes":\{(.*?)\}', text).group(1))}
    sizes["kept"] = 4 * sum(map(int, re.findall(r'"buffer":"state","offset":\d+,"size":(\d+),[^{}]*"kept":', text)))
    sizes["batch_chunk"] = 4 * max(map(int, re.findall(r'"batch_chunk":(\d+)', text)), default=0)
    return sizes


# All values up to a normalisation wait for the batch.
NORMALISED = """network normalised {
    input 1x28x28
    repeat 3 { conv 16 kernel=3x3 pad=same bias=false; batchnorm activation=relu }
    pool average global
    dense 10 activation=softmax
}
train { data mnist }
"""
with open("normalised.net", "w", encoding="utf-8") as made:
    made.write(NORMALISED)
models = ["normalised.net"] + sorted(glob.glob(os.path.join(os.environ["NETC_ROOT"], "models/*.net")))
for path in models:
    for options in ((), ("--set", "log gradients probe=1000"), ("--set", "optimizer adam"), ("--set", "average decay=0.9")):
        found, sizes = estimate(path, *options), descriptor(path, *options)
        with open(path, encoding="utf-8") as file:
            copies = 2 if "validation=" in file.read() else 1
        wanted = {"weights": (sizes["param"] + sizes["kept"]) * copies + sizes["state"] - sizes["kept"],
                  "gradients": sizes["grad"],
                  "16 images": sizes["scratch"],
                  "images": (gradient_rows(path, *options) * sizes["batch_chunk"] // 16
                             + found["rows"] * 3 * LOADED)}
        total = [sum(values[key] for key in wanted) for values in (found, wanted)]
        small = 64 << 10  # padding and logs count for more in what is small
        for key, low, high in (("weights", 0.9, 1.1), ("gradients", 0.8, 1.25), ("16 images", 0.4, 3)):
            if not low * wanted[key] - small <= found[key] <= high * wanted[key] + small:
                sys.exit(f"{path} {options}: {key}: estimated {found[key]:.0f} bytes, allocated {wanted[key]}")
        if not 0.5 * total[1] <= total[0] <= 2 * total[1]:
            sys.exit(f"{path} {options}: estimated {total[0]:.0f} bytes, allocated {total[1]}")
if len(models) < 5:
    sys.exit("there are no models")
