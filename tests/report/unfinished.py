#!/usr/bin/env python3
"""netc report: runs that are running, were stopped, diverged, are empty or broken, and logs that are missing or cut:
each has a page that says so, and the place of a figure says which command brings it."""
import fcntl
import json
import os
import shlex
import shutil
import struct

from _report import Page, check, drawings, make, netc, read, train, write

steps = [f"{epoch},{epoch},1,1,0.1,{1 / (1 + epoch)},0,0.5,{1 / (2 + epoch)},0.5" for epoch in range(5)]


def page(*runs, **more):
    netc("report", *runs, "-o", "page.html", "--svg", "svg", **more)
    return Page(read("page.html"))


def text(*runs, **more):
    return "".join(page(*runs, **more).texts)


# Without logs of gradients: the command that brings them works as it stands there.
folder = make("runs/plain", epochs=steps, result={})
said = text(folder)
command = "netc train tiny.net --set 'log gradients every=epoch probe=1000'"
check(command in said and "netc train tiny.net --set 'log steps every=epoch'" in said and
      "netc train tiny.net --set 'log neurons every=epoch'" in said, said)
said = text(make("runs/lets", epochs=steps, path="a b.net", lets={"depth": "4"}))
check("netc train 'a b.net' -D depth=4 --set" in said, said)
check("has neither best.safetensors nor" in said or "weights" in said, said)

# A row that is being written is none yet; one that was cut is no number.
with open(f"{folder}/epochs.csv", "a", encoding="utf-8") as file:
    file.write("5,5,1,1,0.1,0.0")
netc("report", folder, "-o", "page.html", "--csv", "csv")
check("\n5," not in read("csv/cost.csv"), read("csv/cost.csv"))

for status, words in (("diverged", "The training diverged"), ("time_limit", "stopped by its time limit")):
    check(words in text(make(f"runs/{status}", epochs=steps, result={"status": status})), status)
stopped = make("runs/stopped", epochs=steps)
write(f"{stopped}/checkpoint.safetensors", "")
said = text(stopped)
check("can be resumed" in said and "--resume runs/stopped' finishes it" in said and "[unfinished-run]" not in said, said)
# netc show has what there is, too, and says what brings the weights, or that they come.
shown = netc("show", stopped).stdout
check("run             stopped, stopped\n\nafter its last whole epoch\n" in shown and "curves of the epochs" in shown and
      "netc train tiny.net --resume runs/stopped" in " ".join(shown.split()), shown)
check(json.loads(netc("show", stopped, "--json").stdout)["status"] == "stopped", "show --json")
running = make("runs/running", epochs=steps)
with open(f"{running}/lock", "rb") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    said = text(running)
    check("The run goes on" in said and "has no weights yet" in said and "--resume" not in said, said)
    shown = " ".join(netc("show", running).stdout.split())
    check("running, running after its last" in shown and "this run still goes on, and has weights at its end" in shown and
          "--resume" not in shown, shown)

# Of several runs the best is shown by what its epochs.csv says, where none has weights.
good = make("runs/good", epochs=[row[:-3] + "0.9" for row in steps])
for order in ((stopped, good), (good, stopped)):
    check("is of good, the best on the validation part." in text(*order), order)

os.makedirs("runs/empty")
write("runs/empty/lock", "")
check("no whole epochs" in text("runs/empty"), "empty")
write("runs/broken/config.json", "{")
write("runs/broken/epochs.csv", "\x00\n\n,,,\n")
check("damaged" in text("runs/broken"), "broken")
for name, content in (("epochs.csv", ""), ("epochs.csv", "epoch,step\n"), ("gradients.csv", "layer\nx\n"),
                      ("gradients.csv", "step,epoch,source,layer,delta_norm\n1,1,probe,a,nan\n2,2,probe,a,-1\n3,3,probe\n"),
                      ("epochs.csv", "epoch,train_cost\n0,1e999\n1,-inf\n2,nan\n3,1\n4,1e308\n5,-1e308\n"),
                      ("neurons.csv", "step,layer,neuron,delta\n0,a,0,0\n"), ("steps.csv", "step,rate\n0,1\n1,2\n")):
    odd = make("runs/odd", epochs=steps)
    write(f"{odd}/{name}", content)
    page(odd)
    check(not any("nan" in (element.get("d") or "") for root in drawings("svg").values() for element in root.iter()), content)
    shutil.rmtree(odd)

# A log that is there and holds nothing to draw is not one that was not logged.
for name, content, figure in (("gradients.csv", "step,epoch,source,layer,delta_norm,delta_rms\n", "speed"),
                              ("gradients.csv", "step,epoch,source,layer,delta_norm\n1,1,probe,a,0\n", "speed"),
                              ("steps.csv", "step,epoch,gradient_norm\n1,0,nan\n", "gradient"),
                              ("neurons.csv", "step,layer,neuron,delta\n0,a,0,0\n", "neurons")):
    odd = make("runs/odd", epochs=steps)
    write(f"{odd}/{name}", content)
    seen = page(odd)
    said = "".join(seen.texts)
    check(figure in seen.figures() and f"{name} holds no number" in said and f"This takes {name}" not in said, said)
    shutil.rmtree(odd)

# A model that this netc refuses: the page names the first error, not a warning.
said = text(make("runs/refused", epochs=steps, text="""network n {
    input 784
    dropout 0.95
    dense 10 activation=nonsense
}
"""))
why = said.split("does not take the run's model: ")[1]
check("nonsense" in why.split("\n")[0] and "drops" not in why.split("\n")[0], why)

# What is not known is left out of the head, with what stands between.
write("runs/nodata/config.json", {"settings": {}, "model": {"path": "m.net", "text": "", "sha256": ""}})
write("runs/nodata/result.json", {"status": "done", "parameters": 1e300, "seconds": 1e300})
said = text("runs/nodata")
check("m · done · begun" in said and " on " not in said.split("begun")[0], said)
check("parameters" not in said and "of training" not in said, "a size and a time that no training has")

# Weights of a type that is none leave their reason in the place of the figure.
head = json.dumps({"c.weight": {"dtype": "I8", "shape": [1, 1, 2, 2], "data_offsets": [0, 4]}}).encode()
odd = make("runs/odd", epochs=steps)
with open(f"{odd}/weights.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(head)) + head + bytes(4))
seen = page(odd)
check("maps" in seen.figures() and "c.weight" in "".join(seen.texts), "".join(seen.texts))
shutil.rmtree(odd)

# Data that are elsewhere today, and weights of another network.
options = ("--rate", "0.25", "--batch", "full", "--seed", "3", "--epochs", "2")
run = train(*options)
said = page(run, good).texts
check("the only one with weights." in "".join(said), said)

# What brings a log is the command of that run, with its options.
command = next(word for word in said if word.startswith("netc train") and "log steps" in word)
netc(*shlex.split(command)[1:], "-q", "--weights", run)
check(f" --weights {run} --" in text("runs/latest"), "what it began with")
again, settings = (json.loads(read(f"{folder}/config.json"))["settings"] for folder in ("runs/latest", run))
check(all(again[name] == value for name, value in settings.items() if not name.startswith("log")) and
      all(f"{option} {value}" in command for option, value in zip(options[::2], options[1::2])), command)
shutil.copytree(run, "moved")
write("moved/config.json", read("moved/config.json").replace('"data_sha256": "', '"data_sha256": "0'))
said = text("moved")
check("have changed since the run" in said, said)
write("moved/config.json", read("moved/config.json").replace('"data": "digits"', '"data": "mnist"'))
said = text("moved")
check("mnist" in said and "misclassified" in page("moved").figures(), said)
write("moved/config.json", read(f"{run}/config.json").replace("dense 12", "dense 11"))
said = text("moved")
check("first.weight" in said, said)

# All of them at once; words that name no run.
check("confusion" in page(run, "runs/plain", "runs/broken", "runs/empty").figures(), "all of them")
done = netc("report", "nowhere", status=3)
check("nowhere" in done.stderr, done.stderr)
os.makedirs("none")
done = netc("report", "none", status=3)
check("holds no runs" in done.stderr, done.stderr)
for words in (("none", run), (run, "none")):
    done = netc("report", *words, status=3)
    check("none: holds no runs" in done.stderr, done.stderr)
write("sums-seeds.json", "{}")
netc("report", "sums-seeds.json", run, run, "-o", "page.html")
check("holds no runs" in netc("report", "sums-seeds.json", status=3).stderr, "seeds alone")
write("plain.net", "")
done = netc("report", "plain.net", status=3)
check("'netc train plain.net' makes one" in done.stderr, done.stderr)
check("expected a run" in netc("report", status=2).stderr, "usage")
