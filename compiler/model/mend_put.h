/* A statement in the making: its options, and the values that are recognised by their form. Private to mend*.c. */
#ifndef NETC_MEND_PUT_H
#define NETC_MEND_PUT_H

#include "compiler/model/mend_value.h"
#include "compiler/model/options.h"

typedef struct {
    Scope *scope;
    Arena *arena;
    OptionOwner owner;
    const char **slots; /* the values, as text, parallel to the owner's options */
    bool layer;
    const char *label;
    int rounds;              /* `dense 30 x2`; 0: it stands for one */
    VEC(const char *) extra; /* statements that options became: `lambda=5` is a line of its own */
    MendWords words;         /* with what was left out */
} Mend;

const OptionSpec *mend_spec(const Mend *mend, size_t place);
size_t mend_spec_count(const Mend *mend);
/* The place of the option that a word names; mend_spec_count(): none. */
size_t mend_find_spec(const Mend *mend, const char *word, bool *turned);
/* Gives an option its value; false: that cannot be it. */
bool mend_put(Mend *mend, size_t place, const LooseValue *value, bool turned);

/* So many epochs, as an option that counts steps takes it. */
const char *mend_steps(Mend *mend, const char *number);

/* Each takes an argument of its form: */
bool mend_put_column(Mend *mend, const LooseLine *line, size_t i); /* `ignore=id len`: one more of the columns */
bool mend_put_parameter(Mend *mend, const LooseArg *arg); /* `activation=leaky_relu alpha=0.2`: of the one before */
bool mend_put_square(Mend *mend, const LooseLine *line, size_t *i); /* `conv 6 5 5`: the sides of one window */
bool mend_put_maps(Mend *mend, const LooseArg *arg); /* `conv 6x5x5`, `conv 5x5x6`: the maps and their window */
bool mend_put_rounds(Mend *mend, const LooseLine *line, size_t *i); /* `dense 30 x2`, `dense 30 repeat=2` */
bool mend_put_parts(Mend *mend, const LooseLine *line); /* `split 80/20`: in their order, of 100 as shares */
bool mend_put_count(Mend *mend, const LooseArg *arg);   /* `data mnist 60000`, which is another setting */
bool mend_put_flag(Mend *mend, const LooseArg *arg);    /* `bias`, `no_bias`: true or false by its name alone */
bool mend_put_label(Mend *mend, const LooseLine *line, size_t i); /* `dense 30 as hidden` */
bool mend_put_lettered(Mend *mend, const LooseArg *arg);          /* `conv 6 5x5 s2 p1` */
bool mend_put_seeds(Mend *mend, const LooseArg *arg);             /* `seed 1-5`, `seed 1 2 3`: the first */
/* `shortcut from=-3`, `route -1 -4`: layers that are counted back from here, of which -1 flows here anyway. */
bool mend_put_back(Mend *mend, const LooseLine *line, size_t i);
bool mend_put_dashed(Mend *mend, const LooseArg *arg); /* `momentum-0.9` */
/* The nearest layer that an add could read besides what flows here; NULL: there is none. */
const char *mend_label_above(const Mend *mend);
/* `groups=channels`: as many as the layer above has, which is depthwise. False: that is not known. */
bool mend_put_channels(Mend *mend);

#endif
