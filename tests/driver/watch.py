#!/usr/bin/env python3
"""--watch draws the layers' bars in place: on a screen that does what terminals do nothing is left of them in the end,
whatever ended it, and lines fit. Where it cannot, it says so."""
import codecs
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios

NETC = os.environ["NETC"]
MODEL = """network deep {
    input 784
    repeat 12 {
        dense 20 activation=sigmoid
    }
    dense 10 activation=softmax
}
train {
    data      digits
    split     train=500 validation=100
    optimizer sgd rate=0.5
    batch     10
    epochs    1000000
    log       gradients every=3
}
"""
with open("deep.net", "w", encoding="utf-8") as model:
    model.write(MODEL)
with open("plain.net", "w", encoding="utf-8") as model:
    model.write(re.sub(" *log .*\n", "", MODEL))


def fail(text):
    sys.exit(f"FAILED: {text}")


class Screen:
    """Lines as a terminal of some size has them, those that have left it at its top included."""

    def __init__(self, rows, columns):
        self.rows, self.columns, self.lines, self.frames = rows, columns, [""], []
        self.row = self.column = self.top = 0

    def feed(self, text):
        for found in re.finditer(r"\x1b\[([0-9;]*)([A-Za-z])|\r|\n|[^\x1b\r\n]+", text):
            self.control(found) if found[2] or found[0] in "\r\n" else self.write(found[0])

    def control(self, found):
        if found[0] == "\r":
            self.column = 0
        elif found[0] == "\n":
            self.down()
        elif found[2] == "A":
            self.frames.append(self.lines[max(0, len(self.lines) - self.rows):])
            self.row = max(self.row - int(found[1]), self.top)
        elif found[2] in "KJ":
            self.lines[self.row] = self.lines[self.row][:self.column]
            if found[2] == "J":
                del self.lines[self.row + 1:]
        elif found[2] != "m":
            fail(f"a control sequence: {found[0]!r}")

    def down(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")
        self.top = max(self.top, len(self.lines) - self.rows)

    def write(self, text):
        for character in text:
            if self.column == self.columns:  # what is longer than a line goes on in the next
                self.down()
                self.column = 0
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[:self.column] + character + line[self.column + 1:]
            self.column += 1


def watch(rows, columns, *words, after=None, status=0, copies=0):
    """The screen after a training; `after`: what is done to it once bars were drawn, which may leave copies of them."""
    control, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen([NETC, "train", "deep.net", "--watch", *words], stdin=subprocess.DEVNULL, stdout=terminal,
                               stderr=terminal, env=dict(os.environ, TERM="xterm"))
    os.close(terminal)
    screen, rest, decoder = Screen(rows, columns), "", codecs.getincrementaldecoder("utf-8")()
    try:
        while block := os.read(control, 65536):
            rest += decoder.decode(block)
            end = rest.rfind("\x1b", max(len(rest) - 16, 0))  # of a sequence that may go on
            end = end if end >= 0 else len(rest)
            screen.feed(rest[:end])
            rest = rest[end:]
            if after is not None and len(screen.frames) > 3:
                after(process)
                after = None
    except OSError:  # the other end is closed
        pass
    screen.feed(rest)
    os.close(control)
    if process.wait() != status:
        fail(f"{words}: status {process.returncode}\n" + "\n".join(screen.lines))
    found = [line for line in screen.lines if "▏" in line or "█" in line or "speed of learning" in line or "=>" in line]
    if (found if copies == 0 else sum("speed of" in line for line in found) > copies) or "" in screen.lines[:-1]:
        fail(f"{words}: on the screen is left\n" + "\n".join(screen.lines))
    return screen


def wide(frame):
    return [line for line in frame if line.startswith("  dense")]


screen = watch(40, 80, "--time-limit", "2s")
frame = screen.frames[-1]
first = next(i for i, line in enumerate(frame) if line.startswith("speed of learning, delta_rms from "))
if len(wide(frame)) != 13 or not re.match(r"epoch +\d+/1000000 \[[=> ]+\] +\d+ %   train \d+\.\d\d % \(", frame[-1]):
    fail("a frame:\n" + "\n".join(frame))
lengths = [sum(c in "▏▎▍▌▋▊▉█" for c in line) for line in wide(frame)]
numbers = [float(line.split()[-1]) for line in wide(frame)]
if sorted(numbers, key=float) != [n for _, n in sorted(zip(lengths, numbers))]:
    fail(f"bars of {lengths} for {numbers}")
if not any(line.startswith("epoch") and " val " in line for line in screen.lines):
    fail("lines of epochs:\n" + "\n".join(screen.lines))

# More layers than lines; narrow; a terminal that has room for none of it.
frame = watch(9, 40, "--time-limit", "1s").frames[-1]
if len(wide(frame)) != 5 or "  ... 8 more" not in frame or max(map(len, frame)) > 39:
    fail("a small terminal:\n" + "\n".join(frame))
watch(4, 20, "--time-limit", "1s")

# Stopped: one note, and nothing of the bars.
screen = watch(40, 80, after=lambda process: process.send_signal(signal.SIGTERM), status=143)
if "netc train: stopped in epoch" not in "\n".join(screen.lines):
    fail("\n".join(screen.lines))

# Put aside and brought back it leaves what the shell has written since, and begins below that.
def put_aside(process):
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    process.send_signal(signal.SIGCONT)


watch(40, 80, "--time-limit", "1s", after=put_aside, copies=1)

for words, said in ((("deep.net",), "--watch draws on a terminal"), (("deep.net", "-q"), "--quiet"),
                    (("plain.net",), "--set 'log gradients every=epoch'"),
                    (("deep.net", "--evaluate", "--weights", "runs/latest"), "--evaluate trains nothing")):
    done = subprocess.run([NETC, "train", *words, "--watch"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 2 or said not in done.stderr:
        fail(f"{words}: status {done.returncode}\n{done.stderr}")
