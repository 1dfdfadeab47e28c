#!/usr/bin/env python3
"""netc report: its files are whole or not there, pictures are made where rsvg-convert is, the terminal has the curves."""
import os
import shutil
import struct
import subprocess

from _report import NETC, check, make, netc, read, write

steps = [f"{epoch},{epoch},1,1,0.1,{1 / (1 + epoch)},0,0.5,{1 / (2 + epoch)},{epoch / 5}" for epoch in range(5)]
speeds = [f"{epoch},{epoch},probe,{layer},{size},{size},1,1,1,0.1,0.2,0.3"
          for epoch in range(5) for layer, size in (("near", 0.001), ("between", 0.01), ("far", 0.1))]
run = make("runs/one", epochs=steps, gradients=speeds)

# The k-th write, sync or rename fails: nothing is left that was begun, and what was there before still is.
netc("report", run, "-o", "page.html")
whole = read("page.html")
for k in range(1, 4):
    before = set(os.listdir("."))
    done = netc("report", run, "-o", "other.html", status=3, env={**os.environ, "NET_FAULT": str(k)})
    check("other.html" in done.stderr and set(os.listdir(".")) == before, f"fault {k}: {done.stderr}")
netc("report", run, "-o", "page.html", status=3, env={**os.environ, "NET_FAULT": "1"})
check(read("page.html") == whole, "the page before")
netc("report", run, "-o", "page.html", "--svg", "svg", status=3, env={**os.environ, "NET_FAULT": "8"})
check(not [name for name in os.listdir("svg") if not name.endswith(".svg")], os.listdir("svg"))
check("nowhere" in netc("report", run, "-o", "nowhere/page.html", status=3).stderr, "no folder")
write("file", "text")
check("file" in netc("report", run, "--csv", "file", status=3).stderr, "no folder")

# A pipe is no report, and does not make it wait; a full disk is told.
os.mkfifo("pipe")
check("no report" in netc("report", run, "-o", "pipe", status=3, timeout=60).stderr, "a pipe")
with open("/dev/full", "w") as full:
    done = subprocess.run([NETC, "report", run, "-o", "-"], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                          text=True)
check(done.returncode == 3 and done.stderr.count("\n") == 1 and "No space left" in done.stderr, done)

# Pictures.
if shutil.which("rsvg-convert"):
    netc("report", run, "--png", "png", "--svg", "svg")
    check({name[:-4] for name in os.listdir("png")} == {name[:-4] for name in os.listdir("svg")}, "pictures")
    with open("png/speed.png", "rb") as file:
        head = file.read(24)
    width, height = struct.unpack(">II", head[16:])
    check(head[:8] == b"\x89PNG\r\n\x1a\n" and width == 1200 and height > 500, f"{width}x{height}")
os.makedirs("bin")
for tool in ("gcc", "ld", "as", "objcopy"):
    os.symlink(shutil.which(tool), f"bin/{tool}")
done = netc("report", run, "--png", "none", status=3, env={**os.environ, "PATH": os.path.abspath("bin")})
check("librsvg2-bin" in done.stderr and "--svg none" in done.stderr, done.stderr)

# In the terminal: curves, and bars that grow with the logarithm.
netc("report", run, "-q")
shutil.copy(os.path.join(os.environ["NETC_ROOT"], "models/mlp_30.net"), "m.net")
netc("train", "m.net", "-q", "--data", "digits", "--epochs", "3")
shutil.copy("runs/latest/weights.safetensors", run)
head, *body = read(f"{run}/epochs.csv").splitlines()
write(f"{run}/epochs.csv", "\n".join([head + ",train_\x1b[31m", *(line + ",1" for line in body)]) + "\n")
check("\x1b" not in netc("show", run).stdout and "train_\\x1b[31m" in netc("show", run).stdout, "names of columns")
lines = netc("show", run).stdout.splitlines()
bars = {line.split()[0]: line.count("█") for line in lines if line.split() and line.split()[0] in ("near", "between", "far")}
check(bars == {"near": 0, "between": 15, "far": 30}, f"bars: {bars}")
check("curves of the epochs, each from its least to its largest: first … last" in lines, lines)
check("speed of learning, delta_rms: first … last; last as bars, log 0.001 to 0.1" in lines, lines)
check(any("validation_accuracy" in line and " ▁▂▄▆█  " in line and "0.00 % … 80.00 %" in line for line in lines), lines)
write(f"{run}/epochs.csv", "\n".join([head, body[0].replace(",1.0,", ",,", 1), *body[1:]]) + "\n")
lines = netc("show", run).stdout.splitlines()
check(any("train_cost" in line and "  █▄▂▁  0.5 … 0.2" in line for line in lines), f"an epoch stands in one column: {lines}")
write(f"{run}/spectrum.csv", "step,epoch,layer,of,count,largest,upper,median,lower,smallest,effective_rank\n" +
      "".join(f"{step},0,{layer},{of},12,{3 + step},2,1.5,1,0.25,9\n" for step in (0, 1, 4)
              for layer in ("first", "out") for of in ("weight", "jacobian")))
shown = netc("show", run).stdout
for of in ("weights", "Jacobians"):
    check(f"\nsingular values of {of}, largest, median, smallest: first … last\n  first  3, 1.5, 0.25 … 7, 1.5, 0.25\n"
          "  out    3, 1.5, 0.25 … 7, 1.5, 0.25\n" in shown, shown)
