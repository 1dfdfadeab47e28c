"""What the tests of reports share: runs as trainers leave them, the command, readers of what it writes."""
import csv
import html.parser
import json
import os
import subprocess
import sys
import xml.etree.ElementTree

NETC = os.environ["NETC"]
ROOT = os.environ["NETC_ROOT"]
SVG = "{http://www.w3.org/2000/svg}"
EPOCHS = "epoch,step,seconds,images_per_second,rate,train_cost,penalty,train_accuracy,validation_cost,validation_accuracy\n"
GRADIENTS = ("step,epoch,source,layer,delta_norm,delta_rms,weight_grad_norm,weight_grad_max,weight_norm,update_ratio,"
             "saturated,dead\n")
MODEL = """network tiny {
    input 784
    first:  dense 12 activation=sigmoid
    second: dense 12 activation=sigmoid
    out:    dense 10 activation=softmax
}
train {
    data      digits
    split     train=500 validation=100
    optimizer sgd rate=0.5
    batch     25
    epochs    4
    log       gradients neurons every=epoch probe=100
}
"""


def fail(text):
    sys.exit(f"FAILED: {text}")


def check(good, text):
    if not good:
        fail(text)


def netc(*arguments, status=0, **more):
    done = subprocess.run([NETC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)
    if done.returncode != status:
        fail(f"{arguments}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done


def write(path, content):
    if os.path.dirname(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content if isinstance(content, str) else json.dumps(content))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def train(*arguments, model=MODEL, name="tiny"):
    """Trains a model and returns the run's folder."""
    write(f"{name}.net", model)
    netc("train", f"{name}.net", "-q", *arguments)
    return os.path.realpath("runs/latest")


def make(folder, settings=None, epochs=(), gradients=(), result=None, text=MODEL, path="tiny.net", lets=None,
         sets=None):
    """A run as a trainer leaves it, without weights; rows are texts."""
    common = {"data": "digits", "split": {"train": 500, "validation": 100, "test": 1000}, "rate": 0.5, "epochs": 4,
              "seed": 1}
    write(f"{folder}/config.json", {"name": "tiny", "settings": {**common, **(settings or {})},
                                    "versions": {"netc": "0.1.0"},
                                    "model": {"path": path, "sha256": "a" * 64, "text": text, "lets": lets or {},
                                              **({"sets": sets} if sets else {})}})
    write(f"{folder}/lock", "")
    write(f"{folder}/epochs.csv", EPOCHS + "".join(row + "\n" for row in epochs))
    if gradients:
        write(f"{folder}/gradients.csv", GRADIENTS + "".join(row + "\n" for row in gradients))
    if result is not None:
        write(f"{folder}/result.json", {"status": "done", "epochs": 4, **result})
    return folder


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def drawings(folder):
    """Every drawing in it, parsed, by name."""
    return {name[:-4]: xml.etree.ElementTree.parse(os.path.join(folder, name)).getroot()
            for name in sorted(os.listdir(folder)) if name.endswith(".svg")}


class Page(html.parser.HTMLParser):
    """A page's elements, as (tag, attributes), and its texts outside of style and script."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.inside = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.inside.append(tag)

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"style", "script"} & set(self.inside):
            self.texts.append(data)

    def count(self, tag):
        return sum(found == tag for found, _ in self.elements)

    def figures(self):
        return [attributes.get("id") for tag, attributes in self.elements if tag == "figure"]
