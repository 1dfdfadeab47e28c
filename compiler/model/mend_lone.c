/* A setting that stands in no file: what it was probably meant to be. */
#include "compiler/model/data_line.h"
#include "compiler/model/mend.h"
#include "compiler/model/mend_settle.h"
#include "compiler/model/mend_text.h"

const char *mend_lone_setting(Arena *arena, const Source *source) {
    Diags diags = {.arena = arena, .source = source};
    Scope scope;
    LooseLine line;
    MendWords words = {.arena = arena};
    bool known;
    if (source->size > LOOSE_MAX_LENGTH || !loose_read(arena, source->text, source->size, &line)) return NULL;
    scope_init(&scope, arena, &diags);
    const char *written = mend_text(&scope, &line, false, &words, &known);
    if (written) written = data_line_with_target(arena, written, source_folder(arena, source));
    return written && mend_reads_well(&scope, false, written) ? written : NULL;
}
