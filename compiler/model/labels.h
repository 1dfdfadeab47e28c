/* Names of layers: labels, automatic names, and what from= and add mean by them.
 *
 * A label `x` written in the rounds of a repeat names x_1, x_2, …; inside its round `x` means that round's. Every
 * layer's full name is unique. A name that cannot be found where it is used is looked up again at the end, to tell a
 * forward reference from an unknown label. */
#ifndef NETC_LABELS_H
#define NETC_LABELS_H

#include "compiler/model/value.h"

typedef struct {
    const char *full;    /* "x_2" */
    const char *written; /* "x" */
    Layer *layer;
    Span at;
    int block;      /* of the scope, where it stands; -1 once that block has ended */
    bool automatic; /* kind + running number */
} Label;

typedef struct {
    const char *name;
    const char *said; /* as it stands there: "from=x", "'add x'" */
    Span at;
    size_t known;      /* labels there were */
    const char *above; /* "half, x_2": those of the user, as they are called there */
    const char *flows; /* the layer above */
} Reference;

typedef struct {
    Scope *scope;
    const char *suffix; /* of the rounds around: "", "_2", "_2_1" */
    VEC(Label) labels;
    VEC(Reference) missing;
} Labels;

/* The full name of a label written here. */
const char *labels_full(const Labels *labels, const char *written);
/* False after reporting that a name is too long; `what` it names: "the label". */
bool name_fits(Diags *diags, const char *what, const char *name, Span at);
/* Enters a name; one that is too long or clashes with another is reported and not entered. */
void labels_add(Labels *labels, const char *written, Span at, Layer *layer);
void labels_add_automatic(Labels *labels, const char *name, Span at, Layer *layer);
/* What `name` means here, where it is `said` so; NULL when nothing yet (to be reported by labels_finish). */
Layer *labels_find(Labels *labels, const char *name, Span at, const char *said);
/* What a layer is called where it stands: "x" of x_2, if a label gives it that name. */
const char *labels_inside(const Labels *labels, const Layer *layer);
/* The scope's innermost block has ended: call before scope_leave(). */
void labels_leave(Labels *labels);
void labels_finish(Labels *labels);

#endif
