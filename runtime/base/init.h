/* Initial values of tensors, from the recipes in the model descriptor ("init" of a tensor).
 *
 * Element i of tensor t depends on (seed, t, i) alone: a model that grows a layer at the end keeps the values of the
 * others, and any part can be filled by itself. t is the tensor's place in the descriptor's list. */
#ifndef NET_BASE_INIT_H
#define NET_BASE_INIT_H

#include "runtime/base/error.h"

typedef enum {
    NET_INIT_NORMAL,     /* mean a, standard deviation b, not truncated */
    NET_INIT_UNIFORM,    /* a <= v < b */
    NET_INIT_CONSTANT,   /* a */
    NET_INIT_CENTRE,     /* 0; the program "init" sets it later */
    NET_INIT_DATA,       /* 0; a statistic of the data, set by whoever has them */
    NET_INIT_VALUES,     /* values[i]: set by whoever reads the recipe, one for each element */
    NET_INIT_ORTHOGONAL, /* of the whole tensor, with gain a: orthogonal.h */
    NET_INIT_COPY        /* 0; the values of tensor `of`, copied by whoever has them */
} NetInitKind;

/* Of each channel of the data, or each feature; of each class; of each number that an example is to give. */
typedef enum {
    NET_STATISTIC_MEAN,
    NET_STATISTIC_DEVIATION,
    NET_STATISTIC_BALANCE,
    NET_STATISTIC_TARGET_MEAN,
    NET_STATISTIC_TARGET_DEVIATION,
    NET_STATISTICS
} NetStatistic;

typedef struct {
    NetInitKind kind;
    double a, b;
    NetStatistic statistic; /* NET_INIT_DATA; set by whoever reads the recipe */
    const double *values;   /* NET_INIT_VALUES; not owned */
    int of;                 /* NET_INIT_COPY: a place in the descriptor's list; set by whoever reads the recipe */
} NetInit;

/* The recipe of a kind by its name in the descriptor: "normal" "uniform" "constant" "centre" "data"
 * "values" "orthogonal" "copy". An unknown name, a value that is not finite or a range that is empty is an error with
 * status NET_ENVIRONMENT (a broken descriptor). */
bool net_init_recipe(const char *kind, double a, double b, NetInit *out, NetError *error);

/* Element i of a tensor of normal(0, 1), before it is rounded. */
double net_init_normal(uint64_t seed, uint32_t tensor, int64_t i);

/* Fills out[0 … count) with elements first … first+count-1 of tensor `tensor`, of any kind but NET_INIT_ORTHOGONAL. */
void net_init_fill(const NetInit *init, uint64_t seed, uint32_t tensor, int64_t first, int64_t count, float *out);

#endif
