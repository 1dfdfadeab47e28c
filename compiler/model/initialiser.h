/* The initialisers, each a table row. Nothing here can fail; the table is constant. */
#ifndef NETC_INITIALISER_H
#define NETC_INITIALISER_H

#include "compiler/model/model.h"

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
    bool matrix;  /* of weights alone */
    double alone; /* its argument where the name stands alone; 0: it must be written */
} Initialiser;
extern const Initialiser initialisers[];
extern const size_t initialiser_count;
const Initialiser *initialiser_find(const char *name);
size_t initialiser_arguments(const Initialiser *initialiser);

/* The recipe of an OPTION_INIT value for a tensor with these fans. */
Recipe recipe_resolve(const AstValue *init, int64_t fan_in, int64_t fan_out);
/* The same for a layer that says nothing: by its activation. */
Recipe recipe_standard(Activation activation, int64_t fan_in, int64_t fan_out);

#endif
