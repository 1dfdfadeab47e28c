#!/usr/bin/env python3
"""netc help WORD finds every word of the language, all of its meanings, and the nearest of a word that is none."""
import os
import re
import subprocess
import sys

NETC = os.environ["NETC"]


def help_on(*words, status=0):
    done = subprocess.run([NETC, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"FAILED: netc {' '.join(words)}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def rows(text, pattern):
    return re.findall(pattern, text, re.MULTILINE)


# the words, as the overviews name them
layers, settings = rows(help_on("help", "layers"), r"^  (\w+) "), help_on("help", "settings")
words = set(layers) | set(rows(settings, r"^(\w+)")) - {"The"}
words |= set(rows(help_on("help", "activations").split("[a word")[0], r"^  (\w+)")) | set(rows(help_on("help", "initialisers"), r"^  (\w+)"))
words |= set(rows(help_on("help").split("commands:")[1].split("examples:")[0], r"^  (\w+) "))
words |= set(re.findall(r"[a-z0-9-]+", re.sub(r"\w+:|'.*", "", help_on("explain"))))
for text in [help_on("help", layer) for layer in layers] + [settings]:
    words |= set(rows(text, r"^ +(\w+)="))
    words |= {word for line in re.sub(r"\n {20,}", " ", text).split("\n") if " | " in line
              for word in re.findall(r"[\w]+", line[line.rindex(":"):])}
words |= {"network", "train", "let", "repeat", "default", "allow", "true", "false", "sqrt"}
words |= {"same", "global", "centre", "data", "full", "epoch", "csv", "sgd", "idx"}
if not {"conv", "relu", "he_normal", "probe", "rate", "images", "l2", "cross_entropy", "window-too-large", "max", "runs"} <= words:
    sys.exit(f"FAILED: the words are {sorted(words)}")
for word in sorted(words):
    if word not in help_on("help", word):
        sys.exit(f"FAILED: netc help {word} does not name it:\n{help_on('help', word)}")

# all meanings, those of one option together
for word, parts in {"data": ("[a setting of the train block]\ndata SET", "[a command]\nusage: netc data"),
                    "train": ("usage: netc train", "train { ... }", "[an option of split]"),
                    "relu": ("[an activation]\n  relu ", "max(0, z)"),
                    "init": ("[an option of conv, dense]\n  init=", "glorot_uniform "),
                    "repeat": ("repeat COUNT { ... }",),
                    "probe": ("[an option of log]\n  probe=",),
                    "centre": ("[an initialiser]", "[a word for 'bias_init=' of conv, dense]"),
                    "cross_entropy": ("[a word after 'cost']",),
                    "adam": ("[a word after 'optimizer']\n  adam ", "    beta2=0.999 "),
                    "rate": ("[an option of optimizer sgd]\n  rate=0.1 ", "optimizer adam, optimizer adamw, optimizer rmsprop"),
                    "activation": ("activation FUNCTION", "[an option of add, conv, dense]", "[an option of pool]"),
                    "window-too-large": ("window-too-large (error)",)}.items():
    text = help_on("help", word)
    if not all(part in text for part in parts) or text.count("  softmax ") > 1:
        sys.exit(f"FAILED: netc help {word}:\n{text}")
if help_on("help", "conv")[0] == "[" or help_on("help", "conv") != help_on("help", "conv").strip() + "\n":
    sys.exit("FAILED: one meaning needs no heading")

# options of netc and of trainers, with or without their dashes; words they take
for word, parts in {"--weights": ("[an option of 'netc build', 'netc gradcheck']\n  --weights FILE|RUN ", "'netc train' and trainers]\n  --weights"),
                    "--seeds": ("[an option of 'netc train' and trainers]\n  --seeds A-B ",), "time-limit": ("  --time-limit ",),
                    "resume": ("  --resume [RUN] ",), "-o": ("[an option of 'netc build', 'netc report']\n  --output FILE ",),
                    "onnx": ("[a word for --emit of 'netc build']\n  --emit WHAT ",), "lib": ("--emit WHAT ",),
                    "status": ("4           --require not met",), "label": ("LABEL: LAYER ",), "number": ("5e-3 ",)}.items():
    if not all(part in help_on("help", word) for part in parts):
        sys.exit(f"FAILED: netc help {word}:\n{help_on('help', word)}")
if help_on("help", "--rate").count("--rate R") != 1 or help_on("help", "--weight-decay").count("--weight-decay D") != 2:
    sys.exit("FAILED: rows that say the same of an option are one")
if "a word after 'log'" in help_on("help", "--weights"):
    sys.exit("FAILED: netc help --weights tells of the word, too")

# words that are none
for word, meant in {"reul": "did you mean 'relu'?", "convv": "did you mean 'conv'?", "probes": "did you mean 'probe'?",
                    "padding": "did you mean 'pad'?", "Conv2D": "in netc that is 'conv MAPS kernel=HxW'",
                    "unknown-wrd": "did you mean 'unknown-word'?"}.items():
    if help_on("help", word, status=2) != f"netc help: nothing is known about '{word}'; {meant}\n":
        sys.exit(f"FAILED: netc help {word}: {help_on('help', word, status=2)}")
print("ok")
