/* libFuzzer target: scanner, parser, diagnostics and tree printer, with a fresh arena a run.
 *
 * Besides crashes it finds trees that do not survive printing: what ast_print writes must read without error and
 * print the same again. */
#include "compiler/syntax/ast.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    char *text;
    size_t size;
} Printed;

static Printed print_tree(const AstFile *file) {
    Printed printed = {0};
    FILE *out = open_memstream(&printed.text, &printed.size);
    if (!out) abort();
    ast_print(file, out);
    fclose(out);
    return printed;
}

static void check_spans(const Diags *diags, const Source *source) {
    for (size_t i = 0; i < diags->list.count; i++) {
        Span at = diags->list.at[i]->at;
        ASSERT(at.lo <= at.hi && at.hi <= source->size);
    }
}

static void check_round_trip(Arena *arena, const AstFile *file) {
    Printed first = print_tree(file);
    Source *source = source_from_text(arena, "printed", first.text, first.size);
    Diags diags = {.arena = arena, .source = source};
    Printed second = print_tree(ast_parse(arena, source, &diags));
    if (diags.errors > 0) diags_print(&diags, stderr, DIAG_FORMAT_TEXT, false);
    ASSERT(diags.errors == 0);
    ASSERT(first.size == second.size && memcmp(first.text, second.text, first.size) == 0);
    free(first.text);
    free(second.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 1 << 14) return -1;
    Arena *arena = arena_new();
    Source *source = source_from_text(arena, "fuzz.net", (const char *)data, size);
    Diags diags = {.arena = arena, .source = source};
    const AstFile *file = ast_parse(arena, source, &diags);
    check_spans(&diags, source);
    if (diags.errors == 0) check_round_trip(arena, file);

    Diags line = {.arena = arena, .source = source};
    ASSERT((ast_parse_statement(arena, source, &line) == NULL) == (line.errors > 0));
    Diags value = {.arena = arena, .source = source};
    ASSERT((ast_parse_value(arena, source, &value) == NULL) == (value.errors > 0));

    Printed messages = {0};
    FILE *out = open_memstream(&messages.text, &messages.size);
    if (!out) abort();
    diags_print(&diags, out, DIAG_FORMAT_TEXT, true);
    diags_print(&line, out, DIAG_FORMAT_JSON, false);
    diags_print(&value, out, DIAG_FORMAT_GITHUB, false);
    fclose(out);
    free(messages.text);
    arena_free(arena);
    return 0;
}
