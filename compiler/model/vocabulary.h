/* The words that are values of options: activations and initialisers, each a table row; and the words people bring
 * along from other frameworks. Nothing here can fail; the tables are constant. */
#ifndef NETC_VOCABULARY_H
#define NETC_VOCABULARY_H

#include "compiler/model/model.h"

/* ---- activations, in the order of ActivationKind ---- */
typedef struct {
    const char *doc;       /* the function as a formula */
    const char *parameter; /* what its number is called; NULL: it takes none */
    double standard;       /* the parameter when none is given */
    bool rectifier;        /* relu or its kin: he_normal is its usual initialiser */
} ActivationSpec;
extern const ActivationSpec activation_specs[ACTIVATION_COUNT];

/* ---- initialisers ---- */
typedef enum {
    FAN_NONE, /* the arguments are the recipe's a and b */
    FAN_IN,   /* spread by gain / fan_in */
    FAN_MEAN  /* spread by gain / ((fan_in + fan_out) / 2) */
} FanRule;

enum { INITIALISER_MAX_ARGUMENTS = 2 };

typedef struct {
    const char *name;
    const char *doc;
    const char *argument[INITIALISER_MAX_ARGUMENTS]; /* their names; NULL: fewer */
    RecipeKind kind;
    FanRule fan;
    double gain;  /* normal: the variance times the fan; uniform: the squared bound times the fan */
    bool special; /* only where an option lists it among its words (centre) */
} Initialiser;
extern const Initialiser initialisers[];
extern const size_t initialiser_count;
const Initialiser *initialiser_find(const char *name);
size_t initialiser_arguments(const Initialiser *initialiser);

/* The recipe of an OPTION_INIT value for a tensor with these fans. */
Recipe recipe_resolve(const AstValue *init, int64_t fan_in, int64_t fan_out);
/* The same for a layer that says nothing: by its activation. */
Recipe recipe_standard(Activation activation, int64_t fan_in, int64_t fan_out);

/* The activation's ActivationKind; ACTIVATION_COUNT when there is none of that name. */
int activation_find(const char *name);

/* ---- words from elsewhere ---- */
/* How another framework's layer name (upper case and underscores do not matter) is written here, or NULL:
 * "Conv2D" -> "conv MAPS kernel=HxW". */
const char *layer_alias(const char *word);
/* The same for options, words and settings: "padding" -> "pad". NULL when unknown or when it is no candidate. */
const char *word_alias(const char *word, const char *const *candidates, size_t count);
/* The same for settings, with how the line is written: "learning_rate" -> "optimizer sgd rate=0.1". */
const char *setting_alias(const char *word);

/* Adds what was probably meant: an alias, else the nearest candidate. */
void suggest_word(Diags *diags, Diag *diag, const char *word, const char *const *candidates, size_t count);

#endif
