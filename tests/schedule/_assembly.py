"""Hot loops in the assembly that netc makes, of x86-64 and of ARM64."""
import re

LABEL = re.compile(r"^([.\w$]+):")
JUMP = re.compile(r"^\s+(?:j\w+|b(?:\.\w+)?|cbn?z\s+\w+,|tbn?z\s+\w+,\s*#\d+,)\s+([.\w$]+)$")
MULTIPLY_ADD = re.compile(r"^\s+(?:vfn?m(?:add|sub)\w*p[sd]|fml[as])\s")
# Whatever else takes the place of a multiply-add.
ARITHMETIC = re.compile(r"^\s+v(?!mov|broadcast|extract|insert|perm|zero)\w+\s|^\s+(?:f(?!mov)\w+|and|bi[ft]|bsl)\s+v")
INSTRUCTION = re.compile(r"^\s+[a-z]")
# A vector register and the stack, as source or as target; and as target alone.
STACK = re.compile(r"^\s+v\w+\s.*\(%rsp[,)].*%[xyz]mm|^\s+v\w+\s.*%[xyz]mm.*\(%rsp[,)]|^\s+(?:ld|st)[rp]\s+q.*\[sp")
SPILL = re.compile(r"^\s+v?mov\w+\s+%[xyz]mm\d+, .*\(%rsp[,)]|^\s+st[rp]\s+q.*\[sp")


def functions(text):
    """Names and lines of the functions."""
    name, body = None, []
    for line in text.splitlines():
        label = LABEL.match(line)
        if label and not label[1].startswith(".L"):
            name, body = label[1], []
        elif re.match(r"^\s+\.size\s", line) and name:
            yield name, body
            name = None
        elif name:
            body.append(re.split(r"//|\s# |^#", line)[0].rstrip())


def innermost_loops(body):
    """Lines from a label to the last jump back to it that hold no other such range."""
    labels = {label[1]: i for i, line in enumerate(body) if (label := LABEL.match(line))}
    ends = {}
    for i, line in enumerate(body):
        jump = JUMP.match(line)
        if jump and labels.get(jump[1], i) < i:
            ends[labels[jump[1]]] = i
    loops = sorted(ends.items())
    return [body[low:high + 1] for low, high in loops
            if not any(low <= a and b <= high and (a, b) != (low, high) for a, b in loops)]


def instructions(loop):
    return [line for line in loop if INSTRUCTION.match(line)]


def multiply_adds(loop):
    return sum(1 for line in loop if MULTIPLY_ADD.match(line))


def arithmetic(loop):
    return sum(1 for line in loop if ARITHMETIC.match(line))


def loads(loop):
    """Loads of vectors, of numbers for all lanes and of scalars; a pair is two."""
    count = 0
    for line in instructions(loop):
        word = line.split()[0]
        if word.startswith("ld"):
            count += 2 if word == "ldp" else 1
        elif "(%" in line:
            count += not (word.startswith(("lea", "prefetch", "nop")) or line.rstrip().endswith(")"))
    return count
