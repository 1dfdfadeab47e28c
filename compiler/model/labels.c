#include "compiler/model/labels.h"

#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/foreign.h"
#include "compiler/model/mend_errors.h"

const char *labels_full(const Labels *labels, const char *written) {
    return labels->suffix[0] ? arena_format(labels->scope->arena, "%s%s", written, labels->suffix) : written;
}

static const Label *find_full(Labels *labels, const char *full) {
    labels->scope->work -= (int64_t)labels->labels.count;
    for (size_t i = labels->labels.count; i > 0; i--) {
        if (string_is(labels->labels.at[i - 1].full, full)) return &labels->labels.at[i - 1];
    }
    return NULL;
}

static void report_line(Labels *labels, Diag *diag, const char *format, Span at) {
    uint32_t line, column;
    source_position(labels->scope->diags->source, at.lo, &line, &column);
    diag_note(labels->scope->diags, diag, format, (unsigned)line);
}

/* Two layers would have the same name: the label is to blame, not the automatic name. */
static void report_clash(Labels *labels, const Label *first, const Label *second) {
    Diags *diags = labels->scope->diags;
    const Label *label = second->automatic ? first : second;
    const Label *other = second->automatic ? second : first;
    if (label->block == other->block && string_is(label->written, other->written) && !other->automatic) {
        Diag *diag =
            diag_report(diags, label->at, "duplicate-label", "the label '%s' stands here twice", label->written);
        report_line(labels, diag, "first in line %u", other->at);
        return;
    }
    Diag *diag = diag_report(diags, label->at, "name-clash", "the label '%s' names two layers", label->full);
    report_line(labels, diag,
                other->automatic ? "it is the name of the unlabelled layer in line %u"
                                 : "it is also the name of a layer in line %u",
                other->at);
}

static void add(Labels *labels, Label label) {
    const Label *other = find_full(labels, label.full);
    if (other) {
        report_clash(labels, other, &label);
    } else {
        vec_push(labels->scope->arena, &labels->labels, label);
    }
}

bool name_fits(Diags *diags, const char *what, const char *name, Span at) {
    size_t length = strlen(name);
    if (length <= MODEL_MAX_NAME) return true;
    diag_report(diags, at, "long-name", "%s has %zu bytes, at most %d are possible", what, length, (int)MODEL_MAX_NAME);
    return false;
}

void labels_add(Labels *labels, const char *written, Span at, Layer *layer) {
    if (!name_fits(labels->scope->diags, "the label", written, at)) return;
    if (scope_find(labels->scope, written)) {
        diag_report(labels->scope->diags, at, "name-clash", "'%s' is a let; give the label another name", written);
        return;
    }
    add(labels, (Label){labels_full(labels, written), written, layer, at, labels->scope->block, false});
}

void labels_add_automatic(Labels *labels, const char *name, Span at, Layer *layer) {
    add(labels, (Label){name, name, layer, at, -1, true});
}

const char *labels_inside(const Labels *labels, const Layer *layer) {
    for (size_t i = 0; i < labels->labels.count; i++) {
        const Label *label = &labels->labels.at[i];
        if (label->layer == layer && !label->automatic && string_is(label->full, layer->name)) return label->written;
    }
    return layer->name;
}

/* "x, half_2": the labels above that the user gave, the nearest last, as they are called where the scope is now: of the
 * rounds of a repeat above the last one's. */
static const char *labels_above(const Labels *labels) {
    enum { ENOUGH = 6 };
    const char *seen[ENOUGH], *text = "";
    size_t count = 0;
    for (size_t i = labels->labels.count; i > 0 && count < ENOUGH; i--) {
        const Label *label = &labels->labels.at[i - 1];
        bool said = label->automatic;
        for (size_t k = 0; k < count; k++) said = said || string_is(seen[k], label->written);
        if (said) continue;
        text = arena_format(labels->scope->arena, "%s%s%s", label->block >= 0 ? label->written : label->full,
                            count > 0 ? ", " : "", text);
        seen[count++] = label->written;
    }
    return text;
}

Layer *labels_find(Labels *labels, const char *name, Span at, const char *said) {
    labels->scope->work -= (int64_t)labels->labels.count;
    for (size_t i = labels->labels.count; i > 0; i--) {
        const Label *label = &labels->labels.at[i - 1];
        if (label->block >= 0 && string_is(label->written, name)) return label->layer;
    }
    const Label *label = find_full(labels, name);
    if (label) return label->layer;
    const char *flows = labels->labels.count > 0 ? labels->labels.at[labels->labels.count - 1].layer->name : "";
    Reference reference = {name, said, at, labels->labels.count, labels_above(labels), flows};
    vec_push(labels->scope->arena, &labels->missing, reference);
    return NULL;
}

void labels_leave(Labels *labels) {
    for (size_t i = labels->labels.count; i > 0; i--) {
        Label *label = &labels->labels.at[i - 1];
        if (label->block == labels->scope->block) label->block = -1;
        if (label->block >= 0 && label->block < labels->scope->block) break; /* outer ones come before */
        if (!scope_spend(labels->scope, 1, label->at)) return;
    }
}

static bool is_from(const Reference *reference) { return strncmp(reference->said, "from=", 5) == 0; }

/* What from= is to be, where that is not known: nothing. What add and concat name has to be there. */
static void help_reference(Labels *labels, const Reference *reference, Diag *diag) {
    Diags *diags = labels->scope->diags;
    const char *above = *reference->above ? arena_format(diags->arena, "; labels above: %s", reference->above) : "";
    if (is_from(reference)) {
        diag_help(diags, diag, "leave from= out: a layer reads the one above it%s", above);
    } else if (foreign_is_idle(reference->name)) { /* add x and y */
        diag_help(diags, diag, "leave '%s' out: labels stand beside each other%s", reference->name, above);
    } else {
        diag_help(diags, diag, "a label names what flows where it stands: '%s:', in a line of its own above%s",
                  reference->name, above);
    }
}

/* Whether a line above was meant to give the name and could not be read: `x = conv 8`, `:x`. */
static bool is_broken_name(const Scope *scope, const AstBody *body, const Reference *reference) {
    static const char *const words[] = {"let ", "label "};
    for (size_t i = 0; i < body->count; i++) {
        const AstStmt *stmt = body->at[i];
        size_t length, name = strlen(reference->name);
        const char *text = source_slice(scope->diags->source, stmt->at, &length);
        size_t from = strspn(text, ": ");
        for (size_t k = 0; k < COUNT_OF(words); k++) {
            if (strncmp(text + from, words[k], strlen(words[k])) == 0) from += strlen(words[k]);
        }
        const Diag *error = stmt->at.lo < reference->at.lo ? mend_first_error(scope->diags, stmt->at) : NULL;
        bool begins =
            length >= from + name && strncmp(text + from, reference->name, name) == 0 && !in_name(text[from + name]);
        bool advised = error && error->help && /* conv 8 name=x */
                       strstr(error->help, arena_format(scope->arena, "'%s: ", reference->name));
        bool names = error && (begins || advised);
        if (names || is_broken_name(scope, (const AstBody *)&stmt->body, reference)) return true;
    }
    return false;
}

static void finish_reference(Labels *labels, const Reference *reference) {
    Diags *diags = labels->scope->diags;
    const AstFile *file = labels->scope->file;
    if (file && diags->errors > 0 && is_broken_name(labels->scope, (const AstBody *)&file->top, reference)) return;
    const char *first = NULL, *last = NULL; /* of the rounds above */
    bool later = find_full(labels, reference->name) != NULL;
    for (size_t i = 0; i < labels->labels.count && !later; i++) {
        const Label *label = &labels->labels.at[i];
        if (!string_is(label->written, reference->name)) continue;
        if (i >= reference->known && label->at.lo > reference->at.lo) later = true;
        if (!first) first = label->full;
        if (i < reference->known) last = label->full;
    }
    if (later) {
        Diag *diag =
            diag_report(diags, reference->at, "forward-reference",
                        "%s names a later layer; the order of layers is the order of the data", reference->said);
        help_reference(labels, reference, diag);
        return;
    }
    Diag *diag = diag_report(diags, reference->at, "unknown-label", "no layer above is called '%s'", reference->name);
    if (first) {
        const char *other = last && last != first ? arena_format(diags->arena, ", the first round's '%s'", first) : "";
        const char *leave = is_from(reference)
                                ? arena_format(diags->arena, "leave from= out to read what flows here, which is '%s'; ",
                                               reference->flows)
                                : "";
        diag_help(diags, diag, "%sseen from outside its repeat it is '%s' (the last round's)%s", leave,
                  last ? last : first, other);
        return;
    }
    if (activation_find(reference->name)) {
        diag_help(diags, diag, "an activation is an option: activation=%s", reference->name);
        return;
    }
    const char **names = NEW_ARRAY(labels->scope->arena, const char *, 2 * labels->labels.count + 1);
    for (size_t i = 0; i < labels->labels.count; i++) {
        names[2 * i] = labels->labels.at[i].full;
        names[2 * i + 1] = labels->labels.at[i].written;
    }
    diag_suggest(diags, diag, reference->name, names, 2 * labels->labels.count);
    if (!diag->help) help_reference(labels, reference, diag);
}

void labels_finish(Labels *labels) {
    for (size_t i = 0; i < labels->missing.count && !diags_full(labels->scope->diags); i++) {
        finish_reference(labels, &labels->missing.at[i]);
    }
}
