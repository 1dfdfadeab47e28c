#!/usr/bin/env python3
"""ARM64 is one processor, whether netc builds for it from afar or runs there (under qemu), but for what is measured
there."""
import os

from _networks import ROOT, need, need_x86_64, run

ARM = "aarch64-linux-gnu"
SOURCES = ("compiler/driver/target.c", "compiler/base/base.c", "compiler/base/processors.c", "compiler/driver/ports.c",
           "runtime/base/processor.c", "runtime/base/words.c")
PRINT = """
#include <stdio.h>
#include "compiler/driver/native.h"
#include "compiler/driver/ports.h"
#include "compiler/driver/target.h"

/* Says how a row is called, and that its multiply-adds can be timed: their number means nothing in an emulator. */
const char *native_settle(Arena *arena, Processor *row) {
    (void)arena;
    int ports = ports_measure(row);
    return ports < 0 || ports > 8 ? "nonsense" : NULL;
}

int main(void) {
    Arena *arena = arena_new();
    const char *why = NULL;
    Target p;
    if (!%s) return 1;
    printf("%%s, level %%s, fma %%d\\n", p.cpu, p.level ? p.level : "of all", p.fma);
    target_print(&p, stdout);
    arena_free(arena);
    return 0;
}
"""


def processor(compiler, call, *runner):
    with open("print.c", "w", encoding="utf-8") as file:
        file.write(PRINT % call)
    run(compiler, "-std=c17", "-D_GNU_SOURCE", "-DNETC_LLVM=0", f"-I{ROOT}", "-static",
        "-ffunction-sections", "-Wl,--gc-sections",  # what is not called needs no other sources
        "-o", "print", "print.c", *(os.path.join(ROOT, source) for source in SOURCES))
    return run(*runner, "./print")


need_x86_64()
need("gcc", ARM + "-gcc", "qemu-aarch64")
for name in "generic", "cortex-a72", "neoverse-n2", "apple-m1", None:
    quoted = f'"{name}"' if name else "NULL"
    afar = processor("gcc", f'target_of_triple(arena, "{ARM}", {quoted}, &p, &why)')
    there = processor(ARM + "-gcc", f"target_find(arena, {quoted}, NULL, &p, &why)", "qemu-aarch64")
    if afar != there:
        raise SystemExit(f"FAILED: {name}: from afar {afar}there {there}")
