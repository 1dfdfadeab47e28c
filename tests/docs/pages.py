#!/usr/bin/env python3
"""The pages in docs/ and README.md: what they show works, what they name exists.

- ```net blocks that hold a network are whole files: `netc check` takes them.
- Lines of ```sh and ```console blocks that begin with `netc check`, `show`, `explain` or `help` end with status 0, in a
  folder with the models and the page's own ```net blocks (as NETWORK.net).
- Relative links lead to files and headings that are there.
- language.md names every layer kind, setting and option that the compiler knows.
- netc.1 names every option that help shows, every form of --emit and every exit status.
"""
import glob
import os
import re
import shutil
import subprocess
import sys

NETC = os.environ["NETC"]
ROOT = os.environ["NETC_ROOT"]
PAGES = sorted(glob.glob(os.path.join(ROOT, "docs", "*.md")))
PAGES += [path for path in [os.path.join(ROOT, "README.md")] if os.path.exists(path)]
COMMAND = re.compile(r"netc (check|show|explain|help)( |$)")
failures = []


def fail(page, line, text):
    failures.append(f"{os.path.relpath(page, ROOT)}:{line}: {text}")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def split(page):
    """The page's fenced blocks as (first line, language, lines), and the lines outside of them."""
    blocks, prose, block = [], [], None
    for number, line in enumerate(read(page).split("\n"), 1):
        fence = re.match(r"\s*(```+)(.*)$", line)
        if block is None and fence:
            words = fence.group(2).split()
            block = (number + 1, words[0] if words else "", [], fence.group(1))
        elif block is not None and fence and fence.group(1).startswith(block[3]) and not fence.group(2).strip():
            blocks.append(block[:3])
            block = None
        elif block is not None:
            block[2].append(line)
        else:
            prose.append((number, line))
    if block is not None:
        fail(page, block[0] - 1, "this block is not closed")
    return blocks, prose


def run(command, **more):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=60, **more)


def check_networks(page, blocks):
    count = 0
    for line, language, lines in blocks:
        name = re.search(r"^network\s+(\w+)", "\n".join(lines), re.MULTILINE)
        if language != "net" or not name:
            continue
        path = name.group(1) + ".net"
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        done = run([NETC, "check", path])
        if done.returncode != 0:
            fail(page, line, f"netc check fails:\n{done.stdout}")
        count += 1
    return count


def commands(blocks):
    """(line, command) of all command lines, those that end in a backslash joined."""
    for first, language, lines in blocks:
        if language not in ("sh", "console"):
            continue
        joined = ""
        for number, line in enumerate(lines, first):
            line = line.strip()
            if not joined:
                start = number
                line = line[2:] if line.startswith("$ ") else line
            joined += line
            if joined.endswith("\\"):
                joined = joined[:-1]
                continue
            yield start, joined
            joined = ""


def check_commands(page, blocks):
    environment = dict(os.environ, PATH=os.path.dirname(NETC) + os.pathsep + os.environ["PATH"])
    count = 0
    for line, command in commands(blocks):
        if not COMMAND.match(command):
            continue
        done = run(["/bin/sh", "-c", command], env=environment)
        if done.returncode != 0:
            fail(page, line, f"'{command}' ends with status {done.returncode}:\n{done.stdout}")
        count += 1
    return count


def check_paths(page, blocks):
    """Models that ship with netc are named as they are called from the top of the repository."""
    shipped = os.listdir(os.path.join(ROOT, "models"))
    for line, _, lines in blocks:
        for number, text in enumerate(lines, line):
            for name in re.findall(r"netc (?:check|show|train|build) (\w+\.net)", text):
                if name in shipped:
                    fail(page, number, f"{name} is models/{name}")


def anchors(page):
    """The anchors of a page's headings, as the usual renderers make them."""
    return {re.sub(r"[^\w\- ]", "", match.group(1).lower()).strip().replace(" ", "-")
            for _, line in split(page)[1] if (match := re.match(r"#+\s+(.*)", line))}


def check_links(page, prose):
    text = re.sub(r"`[^`]*`", lambda code: re.sub(r"[^\n]", " ", code.group(0)), "\n".join(line for _, line in prose))
    numbers = [number for number, _ in prose]
    for link in re.finditer(r"\]\(([^)\s]+)\)", text):
        line = numbers[text.count("\n", 0, link.start())]
        path, _, anchor = link.group(1).partition("#")
        if re.match(r"\w+:", path):
            continue
        target = os.path.join(os.path.dirname(page), path) if path else page
        if not os.path.exists(target):
            fail(page, line, f"there is no {path}")
        elif anchor and anchor not in anchors(target):
            fail(page, line, f"{path or 'this page'} has no heading '#{anchor}'")


def known_words():
    """Layer kinds, settings and their options, as `netc help` prints them."""
    words = set()
    kinds = re.findall(r"^  (\w+) ", run([NETC, "help", "layers"]).stdout, re.MULTILINE)
    for text in [run([NETC, "help", kind]).stdout for kind in kinds] + [run([NETC, "help", "settings"]).stdout]:
        words.update(re.findall(r"^(\w+)", text, re.MULTILINE))
        words.update(name for name in re.findall(r"^  (\w+)=", text, re.MULTILINE))
    words.discard("The")
    return words | set(kinds)


def check_words():
    page = os.path.join(ROOT, "docs", "language.md")
    text = read(page)
    for word in sorted(known_words()):
        if not re.search(rf"[`#][^`\n]*\b{word}\b", text):
            fail(page, 1, f"'{word}', which the compiler knows, is not named")


def check_manual():
    page = os.path.join(ROOT, "docs", "netc.1")
    text = read(page).replace("\\-", "-")
    commands = re.findall(r"^  (\w+) ", run([NETC, "help"]).stdout.split("examples:")[0], re.MULTILINE)
    helps = [run([NETC, "help", command]).stdout for command in commands]
    helps.append(run([NETC, "train", "mlp_30.net", "--backend", "interp", "--help"]).stdout)
    options = {option for shown in helps for option in re.findall(r"^  .{4}-(-[a-z][a-z0-9-]+)", shown, re.MULTILINE)}
    for option in sorted(options):
        if not re.search(rf"Fl {option}(?![\w-])", text):
            fail(page, 1, f"-{option}, which help shows, is not named")
    if "-emit" not in options or "-seeds" not in options:
        fail(page, 1, "help shows no options")
    forms = run([NETC, "build", "mlp_30.net", "--emit", "?"]).stdout
    for form in re.search(r"takes one of (.*), not", forms).group(1).split(", "):
        if not re.search(rf"^\.It Fl -emit Cm .*\b{form}\b", text, re.MULTILINE):
            fail(page, 1, f"--emit {form} is not named")
    overview = re.sub(r"\s+", " ", run([NETC, "help"]).stdout.split("Status:")[1])
    for status in re.findall(r"^\.It (\d)$", text, re.MULTILINE):
        if not re.search(rf"(^|, | ){status} ", overview):
            fail(page, 1, f"netc help does not list exit status {status}")


shutil.copytree(os.path.join(ROOT, "models"), "models")
for model in glob.glob("models/*.net"):
    shutil.copy(model, ".")
networks = lines = 0
for page in PAGES:
    found, outside = split(page)
    networks += check_networks(page, found)
    lines += check_commands(page, found)
    check_links(page, outside)
    check_paths(page, found)
check_words()
check_manual()
if failures:
    sys.exit("\n".join(failures))
if networks == 0 or lines == 0:
    sys.exit(f"found {networks} networks and {lines} commands: the pages are read wrongly")
print(f"{len(PAGES)} pages, {networks} networks, {lines} commands")
