/* A pass: one walk over a part of the data, as the loader makes it, and what it comes upon.
 *
 * A row is what a network sees at once, an example what the data has. A pass says how many rows it goes over and what
 * each of them is; nobody else counts them, or makes one from the data. A row depends on the data and the pass alone:
 * what is random about one is drawn by seed, epoch and `item`, never from an order in time (runtime/base/rng.h). So no
 * two rows of a pass may have the same item: dropout counts by it too. Nothing here can fail. */
#ifndef NET_DATA_PASS_H
#define NET_DATA_PASS_H

#include "runtime/data/augment.h"
#include "runtime/data/data.h"

typedef struct {
    NetPartName part;
    bool shuffle;       /* in the order of the permutation for (seed, epoch); else in file order (evaluation, probe) */
    uint64_t seed;      /* of the shuffle */
    uint32_t epoch;     /* of the shuffle */
    int64_t batch;      /* rows a batch; 0: all in one */
    int64_t first_step; /* batches to skip: 0 at an epoch's start, more when resuming inside one */
    int64_t limit;      /* the first rows of the part only (probe=N); 0: all */
    const NetAugmenter *augmenter; /* what is made of the examples; NULL: they stay as they are */
} NetPass;

typedef struct {
    uint32_t label;       /* its class */
    uint32_t item;        /* its example's number in the data set; of the copies of examples their numbers go on */
    const float *targets; /* the real numbers it is to give, NetData.targets of them; NULL: there are none */
} NetRow;

/* How many rows a pass goes over, without regard to first_step: one for each example, or each of its copies. */
int64_t net_pass_rows(const NetData *data, const NetPass *pass);

/* Whether what a row is is drawn, so that it is made of floats and has a price. */
bool net_pass_draws(const NetPass *pass);

/* Floats that whoever makes rows lends: zeros at first, and nobody else's until the pass is over. */
size_t net_pass_room(const NetPass *pass);

/* Row `row` of the pass, 0 <= row < net_pass_rows, in file order. Its values go to `to`, aligned for a float: the
 * example's, which of bytes are multiplied by (float)(1.0 / 255) where `type` asks for floats, then what the augmenter
 * makes of them. Where it draws, `type` is floats. */
NetRow net_pass_row(const NetData *data, const NetPass *pass, int64_t row, NetRowType type, float *room, void *to);

#endif
