/* How one group of computes becomes loops: which index runs in the lanes, which outputs share a register tile, which
 * terms of a sum are unrolled, in which order the loops stand. None of it changes a sum: the order of terms is settled
 * before (docs/numerics.md).
 *
 * The search goes through register tiles of at most two output indices and takes the cheapest by the processor's
 * table; it is deterministic. */
#ifndef NETC_SCHEDULE_H
#define NETC_SCHEDULE_H

#include "compiler/loop/layout.h"

/* One read or write as a linear function of the compute's indices: element base + sum of step[i] * index i. */
typedef struct {
    Buffer buffer;
    int64_t begin; /* of the tensor: Place */
    int64_t base;
    int64_t chunk_stride;
    int64_t step[INDEX_MAX];
    const Tensor *tensor;
} Access;
Access access_of_read(const Layout *layout, const Expr *read);
Access access_of_write(const Layout *layout, const Compute *compute);

enum { FORCED_MAX = 3 }; /* numbers of a forced tile: maps, rows and columns */
enum { GROUP_MAX = 16, UNROLL_MAX = 640, HALF_VECTOR = LOOP_LANES / 2 };

/* Computes over the same indices that become one nest. */
typedef struct {
    const Layout *layout;
    Placed *member[GROUP_MAX];
    int count;
    int sums; /* members that have values or a sum of their own: those that are together have one sum */
    WorkScope scope;
    int rank, reductions;
    int64_t range[INDEX_MAX]; /* after collapsing: indices that run through memory together are one */
    int batch;                /* which index is n; -1: none */
} Group;

typedef struct {
    int lane;                  /* index in the lanes: the batch's, another one's, or -1 */
    int pair;                  /* index of which two neighbours share a vector for the rest of a line; -1: none */
    int64_t tile[INDEX_MAX];   /* how many of an output index (vectors of it, for the lane index) share a tile */
    int64_t unroll[INDEX_MAX]; /* how many terms of a reduction index stand in one body */
    int64_t body_max;          /* multiply-adds in one body at most */
    int order[INDEX_MAX];      /* output indices as their loops stand, the outermost first */
    int turned;                /* index of which 16 neighbours are made together, as they lie together in rows by image
                                  which are read or written, and images are in the lanes; -1: none */
} Schedule;

/* Whether lines in the lanes of index `lane` have room for whole vectors, and reads may go as far. */
bool schedule_lines_are_padded(const Group *group, int lane);
/* Whether an access goes by rows: neighbours of index `turned` lie together, those of the lanes further apart. */
bool schedule_is_turned(const Access *access, int lane, int turned);
/* A tile as --schedule has it, "4x5" or "4x1x5": 1 to FORCED_MAX numbers whose product is 1 to TILE_MAX. How many; 0:
 * it is none. */
int schedule_parse_tile(const char *text, int64_t number[FORCED_MAX]);
Schedule schedule_choose(const Group *group, const LowerOptions *options);
void schedule_print(const Group *group, const Schedule *schedule, const char *name, FILE *out);

#endif
