#include "compiler/model/defines.h"

#include <string.h>

static bool has_let(const AstFile *file, const char *name) {
    for (size_t i = 0; i < file->top.count; i++) {
        if (file->top.at[i]->kind == AST_LET && string_is(file->top.at[i]->name, name)) return true;
    }
    return false;
}

static void report_unknown_let(Arena *arena, Diags *diags, const AstFile *file, const Define *define, Source *source) {
    const char *text = arena_format(arena, "%s=%s", define->name, define->value);
    Source *shown = source_from_text(arena, arena_format(arena, "-D %s", define->name), text, strlen(text));
    Span at = SPAN_NONE;
    if (shown && source_attach(source, shown)) at = (Span){shown->base, shown->base + (uint32_t)strlen(define->name)};
    Diag *diag = diag_report(diags, at, "unknown-let", "-D %s: there is no 'let %s'", text, define->name);
    VEC(const char *) names = {0};
    for (size_t i = 0; i < file->top.count; i++) {
        if (file->top.at[i]->kind == AST_LET) vec_push(arena, &names, file->top.at[i]->name);
    }
    diag_suggest(diags, diag, define->name, names.at, names.count);
    if (names.count == 0) {
        diag_help(diags, diag,
                  "-D sets a let, and the file has none outside its blocks: write 'let %s = %s' at its top, "
                  "and %s where the number stands now",
                  define->name, define->value, define->name);
    } else if (!diag->help) {
        Text list = {0};
        for (size_t i = 0; i < names.count; i++) text_printf(&list, "%s%s", i > 0 ? ", " : "", names.at[i]);
        diag_help(diags, diag, "-D sets a let that stands outside the blocks: %.*s", (int)list.length, list.data);
        text_free(&list);
    }
}

Overrides read_defines(Arena *arena, Diags *diags, const AstFile *file, const ModelChanges *changes, Source *source) {
    Overrides overrides = {0};
    size_t count = changes ? changes->define_count : 0;
    overrides.at = NEW_ARRAY(arena, Override, count + 1);
    for (size_t i = 0; i < count; i++) {
        const Define *define = &changes->defines[i];
        if (!has_let(file, define->name)) {
            report_unknown_let(arena, diags, file, define, source);
            continue;
        }
        const char *path = arena_format(arena, "-D %s", define->name);
        Source *text = source_from_text(arena, path, define->value, strlen(define->value));
        if (!text || !source_attach(source, text)) {
            diag_report(diags, SPAN_NONE, "too-large", "the value of -D %s is too long", define->name);
            continue;
        }
        overrides.at[overrides.count++] = (Override){define->name, ast_parse_value(arena, text, diags)};
    }
    return overrides;
}
