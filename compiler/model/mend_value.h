/* The value of an option as netc writes it, from a generous reading of what stands there. Private to mend*.c. */
#ifndef NETC_MEND_VALUE_H
#define NETC_MEND_VALUE_H

#include "compiler/model/foreign.h"
#include "compiler/syntax/loose.h"

typedef struct {
    Arena *arena;
    const Absent *absent; /* the first word for something that netc has none of */
    const char *remark;   /* what the line cannot say; NULL: nothing */
    bool guess;           /* what cannot be told is guessed, or left out: the line is an example */
    bool bare;            /* what is required and has a name is left out: a default line may give it */
    bool left;            /* as something was */
    bool elsewhere;       /* all that the line says is for the other block, as the remark tells */
} MendWords;

/* NULL: it cannot be told. `turned`: the option counts the other way round (frozen=true). */
const char *mend_value(MendWords *mend, const OptionSpec *spec, const LooseValue *value, bool turned);
/* The value of a let, whose type is not known. */
const char *mend_any(MendWords *mend, const LooseValue *value);
/* The activation that a word means; NULL: none. */
const char *mend_activation(Arena *arena, const char *word);
/* The word that a value names: relu of "relu", nn.ReLU and F.relu( ); NULL: none. */
const char *mend_word(const LooseValue *value);
/* "true" or "false" of yes, off, 1, None; NULL: neither. */
const char *mend_truth(const LooseValue *value, bool turned);
/* Whether an option says after how many steps, or once an epoch. */
bool mend_counts_steps(const OptionSpec *spec);
/* Whether a text begins as a shape does, 5x5. */
bool mend_is_shape(const char *text);

/* A name like the one that is none: fc_1 for fc-1. */
const char *mend_name(Arena *arena, const char *name);
/* Adds the numbers of a value, or of a list however nested; false where it holds anything else. */
bool mend_numbers(Arena *arena, const LooseValue *value, LooseValue *numbers);

#endif
