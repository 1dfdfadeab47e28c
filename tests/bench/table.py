"""Printing the figures, for a terminal or as Markdown."""
import sys

LOW = 60  # per cent of the limit below which a kernel is marked


def progress(text):
    """A line on a terminal that the next one replaces."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def leave_out(name, failure):
    """Says that what was to be measured is not, and why: the last line of what it said."""
    progress("")
    print(f"bench: {name} is left out: {str(failure).splitlines()[-1]}", file=sys.stderr)


class Plain:
    """Columns aligned by spaces; the first `left` columns are text."""

    def title(self, text, note):
        print(f"\n{text}\n{'=' * len(text)}\n{note}\n")

    def line(self, text):
        print(text)

    def table(self, head, rows, left):
        widths = [max(len(row[k]) for row in [head] + [row for row in rows if row]) for k in range(len(head))]
        for row in [head, ["-" * width for width in widths], *rows]:
            cells = [cell.ljust(width) if k < left else cell.rjust(width)
                     for k, (cell, width) in enumerate(zip(row, widths))]
            print(("  " + "  ".join(cells)).rstrip() if row else "")


class Markdown(Plain):
    def title(self, text, note):
        print(f"\n### {text}\n\n{note}\n")

    def line(self, text):
        print(text)

    def table(self, head, rows, left):
        print("| " + " | ".join(head) + " |")
        print("|" + "|".join("---" if k < left else "---:" for k in range(len(head))) + "|")
        for row in rows:
            if row:
                print("| " + " | ".join(row) + " |")


def speed(value):
    return f"{value:.1f}" if value < 999 else f"{value:.0f}"


def count(value):
    return f"{value / 1e6:.2f}M" if value >= 1e6 else f"{value / 1e3:.1f}k" if value >= 1e4 else f"{value:.0f}"


def microseconds(value):
    digits = 3 if value < 1 else 2 if value < 10 else 1 if value < 1000 else 0
    return f"{value:.{digits}f}"


def times(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def percent(value, limit):
    return f"{100 * value / limit:.0f}" if limit > 0 else "-"


def limit_of(results, lanes):
    return results["limit"][lanes > 8]


def print_kernels(out, results):
    out.title("Kernels", f"one thread, within whole training steps; µs a step and GFLOP/s of the median, % of the limit "
              f"with as many lanes of the median (and of the best), < below {LOW}; OpenBLAS: µs of sgemm alone and with "
              "columns, and how many times as long as the first netc takes sgemm alone")
    backends = list(dict.fromkeys(kernel["backend"] for kernel in results["kernels"]))
    head = ["model", "batch", "layer", "pass", "Mmadd", "done"]
    for backend in backends:
        head += [f"{backend} µs", "GFLOP/s", "%", "(best)", ""]
    head += ["sgemm µs", "columns µs", "times"]
    rows = []
    for case in dict.fromkeys((kernel["model"], kernel["batch"]) for kernel in results["kernels"]):
        here = {kernel["backend"]: kernel for kernel in results["kernels"]
                if (kernel["model"], kernel["batch"]) == case}
        rows += kernel_rows(case, here, backends, results) + [[]]
    out.table(head, rows[:-1], 4)


def kernel_rows(case, here, backends, results):
    rows, any_one, names = [], next(iter(here.values())), [case[0], str(case[1])]
    for first in any_one["rows"]:
        cells = [*names, first["layer"], first["pass"], f"{first['multiply_adds'] * 1e-6:.2f}",
                 f"x{first['done']:.2f}" if first["done"] > 1.005 else ""]
        for backend in backends:
            same = [r for r in here[backend]["rows"] if (r["layer"], r["pass"]) == (first["layer"], first["pass"])]
            row, limit = same[0] if same else None, limit_of(results, here[backend]["lanes"])
            if row is None:
                cells += ["-"] * 4 + [""]
                continue
            mark = "<" if limit > 0 and 100 * row["gflops"] < LOW * limit else ""
            cells += [microseconds(row["median"]), speed(row["gflops"]), percent(row["gflops"], limit),
                      f"({percent(row['gflops_best'], limit)})", mark]
        cells += ([microseconds(first["sgemm"]), microseconds(first["blas"]), times(first["sgemm"] / first["median"])]
                  if first["sgemm"] else ["-"] * 3)
        rows.append(cells)
    whole = [*names, "all", "whole step", f"{any_one['step_multiply_adds'] * 1e-6:.2f}", ""]
    rest = [*names, "all", "other nests", "", ""]
    for backend in backends:
        kernel, limit = here[backend], limit_of(results, here[backend]["lanes"])
        step, named = kernel["step"], {nest for row in kernel["rows"] for nest in row["nests"]}
        gflops = [2e-3 * kernel["step_multiply_adds"] / step[key] for key in ("median", "min")]
        others = sum(values["median"] for nest, values in kernel["nests"].items() if nest not in named)
        rest += [microseconds(others), "", "", "", ""]
        whole += [microseconds(step["median"]), speed(gflops[0]), percent(gflops[0], limit),
                  f"({percent(gflops[1], limit)})", ""]
    return rows + [rest + [""] * 3, whole + [""] * 3]


def best_peer(rows):
    """The fastest of the peers with whatever number of threads."""
    peers = [row for row in rows if not row["name"].startswith("netc")]
    return max(peers, key=lambda row: row["images_per_second"]["median"], default=None)


def print_training(out, results):
    missing = f"; missing: {', '.join(results['missing'])}" if results["missing"] else ""
    out.title("Training", "images a second, whole steps with update, data in memory; median (least - largest) of runs "
              "in turn; ratio to the best peer, whatever its threads; % of the limit of that many cores" + missing)
    limit = max(results["limit"])
    rows = []
    for case in results["training"]:
        peer = best_peer(case["rows"])
        for row in case["rows"]:
            figures = row["images_per_second"]
            ratio = f"{figures['median'] / peer['images_per_second']['median']:.2f}" if peer else "-"
            rows.append([case["model"], str(case["batch"]), row["name"], str(row["threads"]), count(figures["median"]),
                         f"({count(figures['min'])} - {count(figures['max'])})", ratio, speed(row["gflops"]),
                         percent(row["gflops"], limit * row["threads"])])
        rows.append([])
    out.table(["model", "batch", "trainer", "threads", "images/s", "(spread)", "ratio", "GFLOP/s", "%"], rows[:-1], 3)


def print_inference(out, results):
    figures, limit = results["inference"], max(results["limit"])
    empty = [row for model in figures["models"] for row in model["rows"] if "empty_call_seconds" in row]
    notes = [f"µs an image of library calls with one thread, warm, median (least - largest) of runs in turn; % of the "
             "limit; times the roofline; times as fast as the best peer"]
    for name in dict.fromkeys(row["name"] for row in empty):
        calls = [1e6 * row["empty_call_seconds"]["median"] for row in empty if row["name"] == name]
        notes.append(f"{name}: an empty call of {min(calls):.1f} - {max(calls):.1f} µs is taken off")
    notes += [f"missing: {', '.join(results['missing'])}"] if results["missing"] else []
    out.title("Inference", "; ".join(notes))
    rows = []
    for model in figures["models"]:
        for images in dict.fromkeys(row["images"] for row in model["rows"]):
            rows += inference_rows(model["model"], [row for row in model["rows"] if row["images"] == images], limit)
        rows.append([])
    if rows:
        out.table(["model", "images", "library", "µs", "(spread)", "%", "roofline µs", "times", "faster"],
                  rows[:-1], 3)
    print_weights(out, figures)
    print_program(out, figures["program"])


def inference_rows(model, here, limit):
    peers = [row["seconds"]["median"] for row in here if not row["name"].startswith("netc")]
    rows = []
    for row in here:
        least, ratio = row["roofline_seconds"], row["roofline_ratio"]
        low, median, high = (1e6 * row["seconds"][key] for key in ("min", "median", "max"))
        rows.append([model, str(row["images"]), row["name"], microseconds(median),
                     f"({microseconds(low)} - {microseconds(high)})", percent(row["gflops"], limit),
                     microseconds(1e6 * least) if least else "-", times(ratio) if ratio else "-",
                     times(min(peers) * 1e6 / median) if peers else "-"])
    return rows


def print_weights(out, figures):
    rows = []
    for model in figures["models"]:
        read, size = model["read_gb_per_second"], model["weight_bytes"]
        rows.append([model["model"], f"{size / 1024:.0f}", f"{read:.1f}" if read > 0 else "-", microseconds(1e-3 * size / read) if read > 0 else "-"])
    if rows:
        out.line("")
        out.table(["model", "weights KB", "read GB/s", "µs to read them"], rows, 1)


def print_program(out, program):
    if "missing" in program:
        out.line(f"\nThe program of {program['model']} is not measured: {program['missing']}.")
        return
    took = program["run_seconds"]
    out.line("")
    out.table([f"the program of {program['model']}", "figure", "(spread)"], [
        ["file, with weights, for all processors", f"{program['program_bytes'] / 1024:.0f} KB", ""],
        ["from its start to its end, one PNG", f"{1e3 * took['median']:.2f} ms",
         f"({1e3 * took['min']:.2f} - {1e3 * took['max']:.2f})"],
        ["peak memory", f"{program['peak_kb'] / 1024:.1f} MB", ""],
        ["libraries it needs", " ".join(program["needed"]) or "none", ""],
    ], 1)


def print_build(out, results):
    build = results["build"]
    out.title("Compiling and starting", f"netc build, {build['backend']} route, link included, cache empty; median "
              f"(least - largest) of {build['repetitions']}")
    out.table(["model", "seconds", "(spread)", "peak memory MB"], [
        [row["name"], f"{row['seconds']['median']:.3f}", f"({row['seconds']['min']:.3f} - {row['seconds']['max']:.3f})",
         f"{row['peak_kb'] / 1024:.1f}"] for row in build["builds"]], 1)
    first = build["first_step_seconds"]
    out.line("")
    out.table([f"the trainer of {build['model']}", "figure", "(spread)"], [
        ["from its start to the first step", f"{1e3 * first['median']:.1f} ms",
         f"({1e3 * first['min']:.1f} - {1e3 * first['max']:.1f})"],
        ["file", f"{build['trainer_bytes'] / 1024:.0f} KB",
         f"(stripped {build['trainer_stripped_bytes'] / 1024:.0f} KB)"],
        ["the model in it: code and constants", f"{build['code_bytes'] / 1024:.0f} KB", ""],
        ["peak memory, one epoch of digits", f"{build['train_peak_kb'] / 1024:.1f} MB", ""],
    ], 1)


def print_results(out, results):
    machine, limit = results["machine"], results["limit"]
    out.line(f"{machine['netc']}, {machine['cc']}; {machine['processor']}, {machine['cores']} cores, "
             f"{machine['system']}; {machine['time']}, load {machine['load']:.1f} at the start")
    out.line(f"fused multiply-add limit of one core in this run: {limit[0]:.1f} GFLOP/s with 8 lanes, {limit[1]:.1f} "
             f"with 16")
    for part, printer in (("kernels", print_kernels), ("training", print_training),
                          ("inference", print_inference), ("build", print_build)):
        if results.get(part):
            printer(out, results)


def print_text(results):
    print_results(Plain(), results)


def print_markdown(results):
    print_results(Markdown(), results)
