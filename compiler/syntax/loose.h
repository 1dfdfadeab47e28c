/* A generous reading of one statement that the grammar, or a table, did not take: calls, tuples, `name: value` and
 * `name = value`, commas, quotes of all kinds, `5 * 5`, decimal commas. It decides nothing and reports nothing; the
 * model's mend.c makes of it what netc would write, and has that read by the real reader before it is shown.
 *
 * Everything lives in the arena; nesting beyond LOOSE_MAX_DEPTH is not read. */
#ifndef NETC_LOOSE_H
#define NETC_LOOSE_H

#include "compiler/base/base.h"

enum { LOOSE_MAX_DEPTH = 16, LOOSE_MAX_LENGTH = 2000 };

typedef enum {
    LOOSE_NUMBER,  /* text: 5, 0.5, 10%, 1x28x28, with whatever letters stand behind it */
    LOOSE_WORD,    /* text: relu, nn.ReLU, cross-entropy */
    LOOSE_STRING,  /* text: what is between the quotes */
    LOOSE_CALL,    /* text( items ) */
    LOOSE_GROUP,   /* ( items ), [ items ] or { items }, or numbers joined by commas without blanks: 0,1 */
    LOOSE_PRODUCT, /* items joined by *, x or a multiplication sign */
    LOOSE_OTHER    /* any other expression */
} LooseKind;

typedef struct LooseValue LooseValue;
typedef struct {
    const char *key; /* NULL: without a name */
    LooseValue *value;
} LooseArg;

struct LooseValue {
    LooseKind kind;
    const char *text;
    const char *raw; /* as it was written */
    VEC(LooseArg) items;
    LooseValue *applied; /* of a call: x of Dense(10)(x), as a group; NULL: nothing */
};

typedef struct {
    const char *label;  /* `conv1:` before it; NULL: none */
    const char *marked; /* the same, or `conv1 =`; it may just as well be the head: `epochs: 3`, `lr = 0.1` */
    bool standard;      /* a `default` line */
    const char *head;   /* NULL: the value of `marked` is no statement, or the line begins with a value */
    bool called;        /* head(...) */
    VEC(LooseArg) args;
    const LooseValue *applied; /* as of a call */
} LooseLine;

/* False when even so nothing can be made of it. */
bool loose_read(Arena *arena, const char *text, size_t length, LooseLine *line);
/* One value, such as "(28, 28, 1)" from within a string; NULL: it is none. */
LooseValue *loose_value(Arena *arena, const char *text);
/* "ReLU" of "nn.ReLU", "conv1" of "self.conv1", "mnist" of "./mnist" */
const char *loose_last_part(const char *name);

#endif
