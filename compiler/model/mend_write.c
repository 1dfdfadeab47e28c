#include "compiler/model/mend_write.h"

#include <string.h>
#include <strings.h>

#include "compiler/model/activation.h"
#include "compiler/model/data_line.h"
#include "compiler/model/layer.h"
#include "compiler/model/mend_errors.h"
#include "compiler/model/mend_settle.h"
#include "compiler/model/settings.h"
#include "compiler/model/trial.h"

const char *mend_where(bool layer, MendPlace place) {
    if (layer == (place == PLACE_NETWORK) && place != PLACE_FILE) return "";
    return layer ? ", in the network block" : ", in the train block";
}

/* Whether a layer, or what flows at some place, is called so. */
static bool is_label(const Scope *scope, const AstBody *body, const char *name) {
    bool found = false;
    for (size_t i = 0; scope->model && i < scope->model->layers.count && !found; i++)
        found = string_is(scope->model->layers.at[i]->name, name);
    for (size_t i = 0; i < body->count && !found; i++)
        found = string_is(body->at[i]->label, name) || is_label(scope, (const AstBody *)&body->at[i]->body, name);
    return found;
}

/* Whether what flows to the statement has that name. */
static bool flows_as(const Scope *scope, const char *name, size_t length, Span at) {
    const Layer *flows = NULL;
    for (size_t i = 0; scope->model && i < scope->model->layers.count; i++)
        if (scope->model->layers.at[i]->at.lo < at.lo) flows = scope->model->layers.at[i];
    return flows && strncmp(flows->name, name, length) == 0 && (!flows->name[length] || flows->name[length] == '_');
}

/* `add x + y` where one of the two is what flows here: the line without it, if that is good. */
const char *mend_without_flow(Scope *scope, const char *line, Span at) {
    static const char *const readers[] = {"add ", "concat "};
    for (size_t i = 0; i < COUNT_OF(readers); i++) {
        size_t head = strlen(readers[i]);
        if (strncmp(line, readers[i], head) != 0) continue;
        for (const char *name = line + head; *name;) {
            size_t length = strcspn(name, " "), rest = length + strspn(name + length, " ");
            if (memchr(name, '=', length)) break; /* the labels come first */
            bool label = scope->file &&
                         is_label(scope, (const AstBody *)&scope->file->top, arena_copy(scope->arena, name, length));
            size_t before = (size_t)(name - line) - (name[rest] == '\0');
            const char *less = arena_format(scope->arena, "%.*s%s", (int)before, line, name + rest);
            if ((!label || flows_as(scope, name, length, at)) && strlen(less) > head &&
                trial_of(scope->trial, scope->arena, at, less, at, NULL) == TRIAL_GOOD)
                return less;
            name += rest;
        }
    }
    return NULL;
}

/* What stands in brackets behind the line: that a part was left out, or replaced, and why. */
static const char *remark_text(Arena *arena, const MendWords *words, const char *replaced) {
    if (words->absent) return arena_format(arena, " (netc has no %s)", words->absent->what);
    if (words->remark) return arena_format(arena, " (%s)", words->remark);
    return replaced ? arena_format(arena, " (%s does not suit the last layer)", replaced) : "";
}

/* Whether the outputs are there already: `output 10` behind a softmax of the classes. */
static bool is_finished(const Scope *scope, const char *written) {
    size_t count = scope->model ? scope->model->layers.count : 0;
    const Layer *last = count > 0 ? scope->model->layers.at[count - 1] : NULL;
    const ActivationKind *kind = last ? last->activation.kind : NULL;
    if (!kind || !kind->across) return false;
    long long outputs = (long long)shape_count(last->out);
    return strstr(written, arena_format(scope->arena, "dense %lld activation=%s", outputs, kind->name)) != NULL;
}

/* Another line of the train block with the setting that a text begins with; NULL: there is none. */
static const AstStmt *other_line(const Scope *scope, const char *text, Span at) {
    size_t length = strcspn(text, " ;");
    for (size_t i = 0; scope->file && i < scope->file->top.count; i++) {
        const AstStmt *block = scope->file->top.at[i];
        for (size_t k = 0; block->kind == AST_TRAIN && k < block->body.count; k++) {
            const AstStmt *stmt = block->body.at[k];
            bool same = stmt->name && strncmp(stmt->name, text, length) == 0 && stmt->name[length] == '\0';
            if (same && stmt->at.lo != at.lo) return stmt;
        }
    }
    return NULL;
}

/* The length of a value, which brackets hold together. */
static size_t value_length(const char *text) {
    size_t length = 0;
    for (int depth = 0; text[length] && (text[length] != ' ' || depth > 0); length++) {
        depth += (text[length] == '(' || text[length] == '[') - (text[length] == ')' || text[length] == ']');
    }
    return length;
}

/* A setting's line with the options of another, in place of its own; NULL: that cannot be. */
static const char *merged_line(Scope *scope, const char *line, const char *more) {
    const char *text = line;
    bool found = false;
    for (const char *at = more; *at; at += strspn(at, " ")) {
        size_t length = value_length(at), key = strcspn(at, "= ");
        const char *own = strstr(text, arena_format(scope->arena, " %.*s=", (int)key, at));
        if (at[key] == '=') {
            size_t end = own ? (size_t)(own - text) : strlen(text);
            const char *rest = own ? own + 1 + value_length(own + 1) : "";
            text = arena_format(scope->arena, "%.*s %.*s%s", (int)end, text, (int)length, at, rest);
            found = true;
        }
        at += length;
    }
    return found && mend_reads_well(scope, false, text) ? text : NULL;
}

/* A line of the file as one types it elsewhere: blanks that align it there say nothing. */
static const char *without_columns(Arena *arena, const char *line) {
    Text text = {0};
    bool quoted = false;
    for (const char *at = line; *at; at++) {
        quoted = quoted != (*at == '"');
        if (quoted || *at != ' ' || at[1] != ' ') text_add(&text, at, 1);
    }
    const char *plain = arena_copy(arena, text.data ? text.data : "", text.length);
    text_free(&text);
    return plain;
}

/* A line of --set takes the place of the one in the file, of which it keeps what it does not say otherwise: --set
 * rate=0.2 over `optimizer adam rate=0.1`. Not where it says which row is meant. */
static const char *in_its_line(Scope *scope, const char *written, Span at) {
    const AstStmt *line = strchr(written, ';') ? NULL : other_line(scope, written, at);
    const char *row = written + strcspn(written, " ");
    row += strspn(row, " ");
    size_t length, typed, letters = strcspn(row, " =");
    const char *text = source_slice(scope->diags->source, at, &typed);
    for (size_t i = 0; row[letters] != '=' && letters > 0 && i + letters <= typed; i++)
        if (strncasecmp(text + i, row, letters) == 0) return written;
    const char *there = line ? source_slice(scope->diags->source, line->at, &length) : NULL;
    const char *merged = line ? merged_line(scope, arena_copy(scope->arena, there, length), written) : NULL;
    return merged ? without_columns(scope->arena, merged) : written;
}

/* The line without what a default gives it there; NULL: it needs all of it. */
static const char *without_filling(Scope *scope, const LooseLine *line, MendPlace place, Span at) {
    MendWords words = {.arena = scope->arena, .bare = true};
    bool known;
    if (!mend_belongs(scope, true, place, at) || line->standard) return NULL;
    const char *written = mend_text(scope, line, true, &words, &known);
    bool filled = !written || !words.left;
    return filled || trial_of(scope->trial, scope->arena, at, written, at, NULL) == TRIAL_WRONG ? NULL : written;
}

/* The line in the place where it stands, then in the other block. */
bool mend_write_line(Scope *scope, const LooseLine *line, MendPlace place, Diag *diag, Span at, MendWords *words,
                     const char *behind) {
    bool set = source_of(scope->diags->source, at.lo)->base > 0; /* of --set, which has settings alone */
    for (int turn = 0; turn < (set ? 1 : 2); turn++) {
        bool layer = (place != PLACE_TRAIN) == (turn == 0), known = false;
        const char *written = mend_text(scope, line, layer, words, &known);
        bool cost = written && strncmp(written, "cost ", 5) == 0 && !strchr(written, ';');
        const char *replaced = NULL;
        const char *suits = cost ? cost_that_suits(scope->arena, scope->model, written, &replaced) : NULL;
        if (suits) written = suits;
        if (written && !layer)
            written = data_line_with_target(scope->arena, written, source_folder(scope->arena, scope->diags->source));
        if ((known || written) && (!written || !mend_reads_well(scope, layer, written))) return false;
        if (!written) continue;
        if (set) written = in_its_line(scope, written, at);
        const char *bare = layer ? without_filling(scope, line, place, at) : NULL;
        MendSettled settled = {bare ? bare : written, NULL, bare != NULL};
        if (!bare && mend_belongs(scope, layer, place, at)) settled = mend_settle(scope, layer, at, written, false);
        const char *flows = layer && !settled.clean ? mend_without_flow(scope, written, at) : NULL;
        if (flows) {
            settled = (MendSettled){flows, NULL, true};
            words->remark = "what flows here is read anyway";
        }
        if (settled.line && !settled.clean && layer && is_finished(scope, written)) {
            diag->help = NULL;
            diag_help(scope->diags, diag, "the layer above it is the last one: leave it out");
            mend_forget_others(scope->diags, diag, at);
            return true;
        }
        const char *dropped = settled.dropped;
        const AstStmt *other = settled.clean || layer || set ? NULL : other_line(scope, written, at);
        if (other) {
            uint32_t number, column;
            source_position(scope->diags->source, other->at.lo, &number, &column);
            diag->help = NULL;
            size_t there;
            const char *line_there = source_slice(scope->diags->source, other->at, &there);
            const char *merged = merged_line(scope, arena_copy(scope->arena, line_there, there), written);
            if (merged) written = merged;
            bool same = strlen(written) == there && strncmp(written, line_there, there) == 0;
            diag_help(scope->diags, diag, "'%s' is set in line %u: %s%s%s", other->name, (unsigned)number,
                      same ? "leave this one out" : "there it is '", same ? "" : written, same ? "" : "'");
            mend_forget_others(scope->diags, diag, at);
            return true;
        }
        written = settled.line ? settled.line : layer ? NULL : written; /* what else a setting needs is said of it */
        if (!written || (words->guess && !mend_keeps(scope, at, written))) return false;
        if (dropped) words->remark = arena_format(scope->arena, "'%s' has a line of its own", dropped);
        const char *verb = words->guess ? "for example" : "write";
        bool said = words->guess && diag->help && !words->remark && strncmp(diag->help, "did you mean", 12) != 0 &&
                    !strstr(diag->help, "VALUE"); /* what is expected */
        for (const char *next; set && (next = strstr(written, "; ")) != NULL;) {
            written = arena_format(scope->arena, "%.*s' --set '%s", (int)(next - written), written, next + 2);
        }
        const char *help = arena_format(scope->arena, "%s%s%s %s'%s'%s%s%s", said ? diag->help : "", said ? "; " : "",
                                        verb, set ? "--set " : "", written, mend_where(layer, place),
                                        remark_text(scope->arena, words, replaced), behind);
        diag->help = NULL;
        diag_help(scope->diags, diag, "%s", help);
        mend_forget_others(scope->diags, diag, at);
        return true;
    }
    return false;
}
