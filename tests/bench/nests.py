"""Time stamps around the nests of a trainer, and what each nest is there for.

A nest is a static function which the kernels of a trainer call, one for all nests that differ only in where their
tensors lie; its machine code stays as it is. `add_stamps` takes the trainer's assembly and puts a read of the processor's
time-stamp counter before and after each such call.
"""
import math
import re

from peers.peer import padding

# All registers are kept, after the call too: gcc knows which ones a nest of the same file leaves alone. The fences keep
# work of the nest inside and other work outside; what the stamps take is measured with an empty nest and taken off.
BEFORE = """\
\tpushq\t%rax
\tpushq\t%rdx
\tlfence
\trdtsc
\tshlq\t$32, %rdx
\torq\t%rdx, %rax
\tmovq\t%rax, net_nest_start(%rip)
\tpopq\t%rdx
\tpopq\t%rax
\tlfence
"""
AFTER = """\
\tpushq\t%rax
\tpushq\t%rdx
\tlfence
\trdtsc
\tshlq\t$32, %rdx
\torq\t%rdx, %rax
\tsubq\tnet_nest_start(%rip), %rax
\taddq\t%rax, net_nest_ticks+{at}(%rip)
\tincq\tnet_nest_calls+{at}(%rip)
\tpopq\t%rdx
\tpopq\t%rax
"""
CALL = re.compile(r"^\tcallq?\t([A-Za-z_][\w.]*)$")
LABEL = re.compile(r"^([A-Za-z_][\w.]*):", re.MULTILINE)


def parse_calls(loops):
    """{kernel: [(nest, the function that it is)], in the order in which they run} from `--dump loops`."""
    names = {number: (name, same or name)
             for number, same, name in re.findall(r"^(\d+): (?:as (\w+): )?nest (\w+)", loops, re.MULTILINE)}
    kernels = re.findall(r"^kernel (\w+),.*\n((?:[ }].*\n)*)", loops, re.MULTILINE)
    return {kernel: [names[number] for number in re.findall(r"run (\d+)$", body, re.MULTILINE)]
            for kernel, body in kernels}


def add_stamps(assembly, calls):
    """The assembly with time stamps, and tables of the nests' names, times and calls at its end."""
    own = set(LABEL.findall(assembly))
    numbers, lines, runs, left = {}, [], [], []
    for line in assembly.split("\n"):
        label, call = LABEL.match(line), CALL.match(line)
        if label and label.group(1).startswith("kernel_"):
            runs = calls[label.group(1)[len("kernel_"):]]
            left = list(runs)
        if call and call.group(1) in own:
            # blocks may stand in another order than they run in, but hardly ever calls of one function; of a call
            # that gcc made two of, in two copies of a loop, both are the same nest
            nest = next((nest for nest in left if nest[1] == call.group(1)), None)
            if nest:
                left.remove(nest)
            else:
                nest, = (nest for nest in runs if nest[1] == call.group(1))
            number = numbers.setdefault(nest[0], len(numbers))
            lines.append(BEFORE + line + "\n" + AFTER.format(at=8 * number).rstrip("\n"))
        else:
            lines.append(line)
    count = len(numbers)
    tail = ["\t.text", "\t.globl\tnet_nest_empty", "\t.type\tnet_nest_empty, @function", "net_nest_empty:",
            "\tsubq\t$8, %rsp", BEFORE + "\tcall\tnet_nest_nothing\n" + AFTER.format(at=8 * count).rstrip("\n"),
            "\taddq\t$8, %rsp", "\tret", "net_nest_nothing:", "\tret",
            "\t.bss", "\t.globl\tnet_nest_ticks, net_nest_calls", "\t.balign\t64",
            f"net_nest_ticks:\t.zero\t{8 * count + 8}", f"net_nest_calls:\t.zero\t{8 * count + 8}",
            "net_nest_start:\t.zero\t8",
            "\t.section\t.data.rel.ro,\"aw\"", "\t.balign\t8", "\t.globl\tnet_nest_count, net_nest_name",
            f"net_nest_count:\t.quad\t{count}", "net_nest_name:",
            *(f"\t.quad\t.Lnest_name_{number}" for number in numbers.values()), "\t.section\t.rodata",
            *(f".Lnest_name_{number}:\t.asciz\t\"{name}\"" for name, number in numbers.items())]
    return "\n".join(lines + tail) + "\n"


def parse_schedule(text):
    """{nest: (ranges of outputs, ranges of terms, formulas)} from `--dump schedule`; 'n' stands for the images."""
    found = {}
    for match in re.finditer(r"^(\w+): .*?range ([^,]*),.*\n((?:  .*\n)*)", text, re.MULTILINE):
        outputs, _, terms = match.group(2).partition("|")
        found[match.group(1)] = (outputs.split(), terms.split(), match.group(3))
    return found


def size(ranges):
    return math.prod(int(r) for r in ranges if r != "n")


LANES = 16


def bound(text, outer):
    """A loop's bound with a chunk of 16 images and one part; `outer` has the loop variables around it."""
    clamp = re.fullmatch(r"clamp\((-?\d+)\*i(\d+) \+ (-?\d+), (-?\d+), (-?\d+)\)", text)
    if clamp:
        slope, var, plus, least, most = map(int, clamp.groups())
        return min(max(slope * outer[var] + plus, least), most)
    known = re.fullmatch(r"(?:i(\d+) \+ )?(-?\d+)", text)
    if known:
        return int(known.group(2)) + (outer[int(known.group(1))] if known.group(1) else 0)
    part = re.fullmatch(r"part_(low|high)\((\d+)(?:, (\d+))?\)", text)
    if part:
        return int(part.group(3) or part.group(2)) if part.group(1) == "high" else 0
    if text.startswith("chunk_images("):
        return LANES
    if text.startswith("chunks / "):  # in tiles of several
        return 0
    return {"images": LANES, "chunks": 1, "slots": 1, "task + 0": 0, "task + 1": 1}[text]


def parse_block(lines):
    """(multiply-adds that stand in it, [(head, block) of each block in it]); `lines` is read up to its end."""
    own, inner = 0, []
    for line in map(str.strip, lines):
        if line == "}":
            break
        if line.endswith("{"):
            inner.append((line, parse_block(lines)))
        elif " = fma." in line:
            own += LANES if ".f32x16" in line else 1
    return own, inner


def block_work(block, outer):
    own, inner = block
    total = own
    for head, body in inner:
        loop = re.fullmatch(r"for i(\d+) = (.*) to (.*) step (\d+) {", head)
        if loop is None:
            one_chunk = {"if 1 < chunks {": False, "if chunks == 1 {": True}.get(head)
            if one_chunk in (None, outer["one chunk"]):
                total += block_work(body, outer)
            continue
        var, step = int(loop.group(1)), int(loop.group(4))
        low, high = bound(loop.group(2), outer), bound(loop.group(3), outer)
        if re.search(rf"clamp\(-?\d+\*i{var} ", str(body)):
            total += sum(block_work(body, {**outer, var: at}) for at in range(low, high, step))
        else:
            total += len(range(low, high, step)) * block_work(body, outer)
    return total


def parse_work(loops, batch):
    """{nest: the multiply-adds it does, an image of a chunk} from `--dump loops`; 0 of what is for other batches."""
    lines, found = iter(loops.splitlines()), {}
    for line in lines:
        nest = re.fullmatch(r"\d+: (?:as \w+: )?nest (\w+).* {", line)
        if nest:
            found[nest.group(1)] = block_work(parse_block(lines), {"one chunk": batch <= LANES}) / LANES
    return found


class Purpose:
    """What a contraction does: the layer, the pass, and the multiply-adds an image of that pass whole."""

    def __init__(self, layer, name, work):
        self.layer, self.name, self.work = layer, name, work


def asked(layer):
    """Multiply-adds of a layer's outputs for one image; a window's terms in the padding are none."""
    work = layer["multiply_adds"]
    if layer["kind"] != "conv":
        return work
    options = layer["options"]
    for axis, (before, _) in enumerate(padding(layer)):
        size, out, window = layer["input"][1 + axis], layer["output"][1 + axis], options["kernel"][axis]
        inside = sum(0 <= i * options["stride"][axis] + k * options["dilation"][axis] - before < size
                     for i in range(out) for k in range(window))
        work = work * inside // (out * window)
    return work


def find_purposes(layers, schedule):
    """{nest of the program `train`: Purpose} for the contractions of conv and dense layers.

    A forward nest and one for a weight gradient (or the step it is fused with) bear the name of their layer; one that
    carries the gradient to what a layer reads bears the name of that value's layer, and works for the one whose weights
    are in its formula.
    """
    work = {layer["name"]: asked(layer) for layer in layers if layer["kind"] in ("conv", "dense")}
    names = [layer["name"] for layer in layers]
    purposes = {}
    for nest, (outputs, terms, formulas) in schedule.items():
        owner = max((name for name in names if nest.startswith(f"train_{name}_")), key=len, default=None)
        if owner is None:
            continue
        what = nest[len(f"train_{owner}_"):]
        over_images = terms and (terms[0] == "n" or terms[-1] == "n")
        if re.fullmatch(r"weight_(grad|step)(_\d+)?", what) and over_images and owner in work:
            purposes[nest] = Purpose(owner, "weight gradient", work[owner])
        elif re.fullmatch(r"(z|a|sum)(_\d+)?", what) and terms and outputs[0] == "n" and owner in work:
            purposes[nest] = Purpose(owner, "forward", work[owner])
        elif "grad" in what and outputs[0] == "n":
            readers = [name for name in re.findall(r"([\w.]+)\.weight\[", formulas) if name in work]
            if readers:
                purposes[nest] = Purpose(readers[0], "data gradient", work[readers[0]])
    return purposes


def step_work(layers):
    """Multiply-adds of a training step, an image: forward and both gradients, but the data gradient of the first."""
    work = [asked(layer) for layer in layers if layer["multiply_adds"] > 0]
    return 3 * sum(work) - work[0]
