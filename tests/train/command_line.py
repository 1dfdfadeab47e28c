#!/usr/bin/env python3
"""The command line of a trainer: values, mistakes, JSON, what goes where."""
import json
import os
import signal
import subprocess

import _trainer as t

MISTAKES = (
    (("--epoch", "3"), "did you mean '--epochs'?"),
    (("--epochs",), "--epochs needs N"),
    (("--epochs", "-1"), "expected a whole number"),
    (("--epochs=3x",), "expected a whole number"),
    (("--batch", "0"), "or 'full'"),
    (("--rate", "0"), "above 0"),
    (("--rate", "nan"), "expected a number"),
    (("--rate", "1e-46"), "--rate 1e-46: a 32-bit float holds it as 0; the smallest above that is 1.4e-45"),
    (("--l2", "1e-300"), "--l2 1e-300: a 32-bit float holds it as 0"),
    (("--time-limit", "1h30"), "--time-limit 1h30: expected a time such as 90s, 5m or 1h30m"),
    (("--time-limit", "90s5"), "expected a time"),
    (("--rate", "1e400"), "expected a number"),
    (("--threads", "0"), "expected a whole number"),
    (("--seed", "99999999999999999999"), "expected a whole number"),
    (("--data", "minst"), "did you mean 'mnist'?"),
    (("--name", "a/b"), "without '/'"),
    (("--color", "red"), "auto, always or never"),
    (("--json=1",), "takes no value"),
    (("--name", b"n\xff"), "--name n?: expected UTF-8"),
    (("--run-dir", b"rr\xff"), "--run-dir rr?: expected UTF-8"),
    (("-x",), "unknown option"),
    (("file",), "unexpected 'file'"),
    (("--l1", "1"), "--set 'regularize l1=1"),
    (("--resume", "--weights", "x"), "keep one"),
    (("--resume", "--seeds", "1-3"), "--resume goes on with one run, --seeds begins a run for each seed; keep one"),
    (("--seed", "1", "--seeds", "1-3"), "keep one"),
    (("--seeds", "3-1"), "the first seed comes after the last; write --seeds 1-3"),
    (("--seeds", "-3"), "expected the first and the last seed, for example --seeds 1-5"),
    (("--seeds", "1-"), "expected the first and the last seed"),
    (("--seeds", "1-2-3"), "expected the first and the last seed"),
    (("--seeds", "1-99999999999999999999"), "expected the first and the last seed"),
    *((("--time-limit", text), f"--time-limit {text}: expected a time such as 90s, 5m or 1h30m")
      for text in ("0", "5x", "m", "1e3", "0x10", "-5", "5 m", "1h1h", "30m1h")),
    (("--time-limit", "99999999999h"), "expected a time"),
    (("--time-limit", "inf"), "expected a time"),
    *((("--require", text), f"--require '{text}': expected a figure of result.json, one of >= > <= <, and a number")
      for text in ("test_accuracy", "test_accuracy=0.9", ">=0.9", "test_accuracy>=", "test_accuracy>=0.9x",
                   "test_accuracy>=nan", "test_accuracy>=0x1", "test_accuracy>==1", "a" * 60 + ">1")),
    *((("--require", text), f"write --require '{meant}'") for text, meant in
      (("0.9", "test_accuracy>=0.9"), ("accuracy=0.9", "test_accuracy>=0.9"), ("test_acc>=90%", "test_accuracy>=0.9"),
       ("val_loss < 0.3", "validation_cost<=0.3"), ("test_accuracy => 0.9", "test_accuracy>=0.9"))),
    (("--require", "test_accuracy"), "in quotes, as the shell takes > and < itself"),
    (("--seed", "1-5"), "expected one whole number; several seeds are --seeds 1-5"),
    (("--patience", "none"), "write --patience never"),
    (("--time-limit", "5m20"), "write --time-limit 5m20s"),
    (("-O3",), "this trainer is compiled already: netc train "),
    (("--require", "test_acuracy>=0.9"), "a result has no 'test_acuracy'; did you mean 'test_accuracy'?"),
    (("--require", "speed>=1"), "a result has no 'speed'; it has train_cost, train_accuracy, "),
    (("--require", "test_accuracy>=97"), "an accuracy is a fraction from 0 to 1, as in result.json; write "
     "--require 'test_accuracy>=0.97'"),
    (("--backend", "c"), "this trainer is compiled already: netc train "),
    (("m.net",), "unexpected 'm.net'; one model at a time: netc train m.net"),
    (("help",), "unexpected 'help'; did you mean '--help'?"),
    (("--epochs", "1", "2"), "unexpected '2'; --epochs 1 takes one value, leave '2' out"),
    (("--time-limit", "1h", "30m"), "--time-limit 1h 30m: a time is one word; write --time-limit 1h30m"),
    (("--seeds", "1,2,3"), "expected the first and the last seed, write --seeds 1-3"),
    (("--batch", "1,000,000,000"), "; write --batch 1000000000"),
    (("--fp16",), "unknown option '--fp16'; all numbers are 32-bit floats; leave it out"),
    (("-q", "1"), "--quiet takes no value; leave '1' out"),
    (("digits.png",), "unexpected 'digits.png'; a trainer reads the data its model names; "),
    (("--evaluate",), "--evaluate needs weights: --weights FILE|RUN, for example --weights runs/latest"),
    *((("--evaluate", "--weights", "x", *option), f"--evaluate trains nothing, {option[0]} is about training; keep one")
      for option in (("--seeds", "1-2"), ("--time-limit", "1m"), ("--epochs", "1"), ("--resume",))),
    (("--evaluate", "--weights", "x", "--require", "best_test_accuracy>0"), "a result has no 'best_test_accuracy'"),
)
for options, text in MISTAKES:
    out, err = t.run(*options, status=2)
    t.check(text in err and len(err.splitlines()) == 1 and out == "", f"{options}: {out}{err}")

out, err = t.run("--help")
t.check("--rate R" in out and "examples" in out and err == "", out + err)
out, err = t.run("-q", "--version")
t.check("netc" in out, out)

out, err = t.run("--epochs", 1, "--json", "--name", "json")
printed = json.loads(out)
t.check(printed == t.result("json") and printed["status"] == "done" and "epoch" in err, out + err)
out, err = t.run("--epochs", 1, "-q", "--json", "--name", "silent")
t.check(json.loads(out)["epochs"] == 1 and err == "", err)

# quiet: the figure alone, under its name in result.json
out, err = t.run("--epochs", 2, "-q", "--name", "quiet")
t.check(out == f"test_accuracy {t.result('quiet')['test_accuracy']:.9g}\n" and err == "", out + err)
out, err = t.run("--resume", "quiet", "-q")
t.check(out == f"test_accuracy {t.result('quiet')['test_accuracy']:.9g}\n" and "finished" in err, out + err)
out, err = t.run("--evaluate", "--weights", t.folder("quiet") + "/weights.safetensors", "-q")
t.check(out == f"test_accuracy {t.result('quiet')['test_accuracy']:.9g}\n", out + err)
t.check("\033" not in t.run("--epochs", 1, "--name", "plain")[0], "colour in a pipe")
t.check("\033" in t.run("--epochs", 1, "--name", "color", "--color", "always")[0], "no colour though asked for")
t.check(os.readlink("runs/latest") == os.path.basename(t.folder("color")), "runs/latest")

# weights of another run
out, err = t.run("--epochs", 0, "--weights", t.folder("json") + "/weights.safetensors", "--name", "loaded")
def values(path):
    with open(path, "rb") as file:
        return file.read(int.from_bytes(file.read(8), "little")), file.read()


same = values(t.folder("loaded") + "/weights.safetensors")
t.check(same[1] == values(t.folder("json") + "/weights.safetensors")[1], "loaded and saved weights differ")
t.check(b'"epoch":"0"' in same[0], f"the epoch of weights that were loaded: {same[0]}")
out, err = t.run("--weights", "nowhere.safetensors", status=3)
t.check("nowhere.safetensors" in err, err)

out, err = t.run("--epochs", 50, "--rate", "1e37", "--name", "diverged", status=1)
t.check("not finite at epoch" in err and "--rate" in err and "checkpoint" in err, err)
t.check(t.result("diverged")["status"] == "diverged", "result of a diverged run")
out, err = t.run("--epochs", 50, "--rate", "1e37", "-q", status=1)
t.check(out == "" and "[diverged]" in err, out + err)

# a reader that goes away: the training goes on to its end, which is then that of any program in a pipe
reading, writing = os.pipe()
process = t.start("--epochs", 3, "--name", "unread", stdout=writing)
os.close(reading)
os.close(writing)
err = process.communicate(timeout=300)[1]
t.check(process.returncode == -signal.SIGPIPE and err == "", f"a closed pipe: status {process.returncode}: {err}")
t.check(t.result("unread")["epochs"] == 3 and os.path.exists(t.folder("unread") + "/weights.safetensors"), "unread")
reading, writing = os.pipe()
process = t.start("--epochs", 1, "--name", "ignored", stdout=writing, restore_signals=False)  # as Python ignores it
os.close(reading)
os.close(writing)
err = process.communicate(timeout=300)[1]
t.check(process.returncode == 3 and err.endswith(": standard output: cannot write: Broken pipe\n") and
        len(err.splitlines()) == 1, f"a closed pipe, SIGPIPE ignored: status {process.returncode}: {err}")

# output that is closed or full: no file of the run takes its place, and what is lost is reported
for name, redirection, reason in (("closed", ">&-", "Bad file descriptor"),
                                  ("full", ">/dev/full", "No space left on device")):
    done = subprocess.run(["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", t.TRAINER, *t.COMMON, "--epochs", "1", "-q",
                           "--name", name], stderr=subprocess.PIPE, text=True, env=t.environment({}))
    t.check(done.returncode == 3 and done.stderr.endswith(f": standard output: cannot write: {reason}\n") and
            len(done.stderr.splitlines()) == 1, f"{name}: status {done.returncode}: {done.stderr}")
    t.check(t.result(name)["status"] == "done" and os.path.getsize(t.folder(name) + "/lock") == 0, f"{name}: the run")
print("ok")
