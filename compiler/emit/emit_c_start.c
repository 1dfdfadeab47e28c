#include "compiler/emit/emit_c_start.h"

#include <string.h>

#include "compiler/emit/emit.h"

static const char *const prelude[] = {
#include "vec.inc"
};
static const char *const plain_prelude[] = {
#include "vec_c99.inc"
};

/* -fno-ivopts: gcc 12 rewrites addresses of nested loops into sums whose target it then misjudges; it took stores for
 * ones without effect and dropped the calls of whole nests (tests/routes/dropped-calls.net; NET_NEST in runtime/vec.h
 * guards the calls as well). -fno-schedule-insns: the order is the nest's; gcc's own, the default for ARM64, spills.
 * -fno-gcse, -fno-tree-vectorize and two instructions to combine at most halve gcc's time for the same speed: nests are
 * vectors already and load once what they use twice. clang has no such passes, and would warn. */
const char *const *emit_c_flags(void) {
    static const char *const flags[] = {"-std=c17",
                                        "-ffp-contract=off",
                                        "-fno-fast-math",
                                        "-fno-math-errno",
                                        "-fno-trapping-math",
                                        "-fPIC",
                                        "-fno-stack-protector",
                                        "-fno-ivopts",
                                        "-fno-schedule-insns",
                                        "-fno-gcse",
                                        "-fno-tree-vectorize",
                                        "--param=max-combine-insns=2",
                                        "-Wno-unused-command-line-argument",
                                        "-Wno-ignored-optimization-argument",
                                        NULL};
    return flags;
}

static bool mentions(const Text *text, const char *name) {
    const size_t length = strlen(name);
    for (const char *at = text->data; (at = strstr(at, name)); at += length)
        if (!in_name(at[length]) && (at == text->data || !in_name(at[-1]))) return true;
    return false;
}

/* What a paragraph of vec_c99.h defines; NULL: it always stands. */
static const char *name_of_paragraph(Arena *scratch, size_t from, size_t to) {
    static const char *const optional[] = {"static inline ", "#define ", "#include <math.h>"};
    bool may_go = false;
    for (size_t i = 0; i < COUNT_OF(optional); i++)
        may_go = may_go || strncmp(plain_prelude[from], optional[i], strlen(optional[i])) == 0;
    for (size_t i = from; i < to && may_go; i++) {
        const char *end = strchr(plain_prelude[i], '('), *start = end;
        if (!end) continue;
        while (start > plain_prelude[i] && in_name(start[-1])) start--;
        return arena_copy(scratch, start, (size_t)(end - start));
    }
    return NULL;
}

/* The paragraphs of vec_c99.h that `body` needs, and those that these need, which stand above them. */
static void print_plain_prelude(Text *out, const Text *body) {
    Arena *scratch = arena_new();
    bool *stands = NEW_ARRAY(scratch, bool, COUNT_OF(plain_prelude));
    Text users = {0};
    text_add(&users, body->data, body->length);
    for (size_t to = COUNT_OF(plain_prelude), from; to > 0; to = from) {
        for (from = to - 1; from > 0 && plain_prelude[from - 1][0]; from--) continue;
        const char *name = name_of_paragraph(scratch, from, to);
        const bool needed = !name || mentions(&users, name);
        for (size_t i = from; i < to && needed; i++) {
            stands[i] = true;
            text_printf(&users, "%s\n", plain_prelude[i]);
        }
    }
    for (size_t i = 0; i < COUNT_OF(plain_prelude); i++)
        if (stands[i]) text_printf(out, "%s\n", plain_prelude[i]);
    text_free(&users);
    arena_free(scratch);
}

void emit_c_start(Text *out, const Code *code, const Target *target, const Text *plain) {
    if (plain) {
        text_printf(out, "/* %s, emitted by netc as plain C99. */\n\n", code->name);
        print_plain_prelude(out, plain);
        return;
    }
    text_printf(out, "/* %s, emitted by netc for %s. To be compiled with:", code->name, target->cpu);
    for (const char *const *flag = emit_c_flags(); *flag; flag++) text_printf(out, " %s", *flag);
    text_puts(out, " */\n\n");
    if (target->triple)
        text_printf(out, "#ifndef __%.*s__\n#error for %s alone\n#endif\n", (int)strcspn(target->triple, "-"),
                    target->triple, target->triple);
    for (size_t i = 0; i < COUNT_OF(prelude); i++) text_printf(out, "%s\n", prelude[i]);
}
