/* The code of a nest where it is being made: which place of each index it stands at, and the values there. Private to
 * the nests (nest.c, tile.c, reduce.c, gen.c, rims.c, edges.c, split.c). */
#ifndef NETC_GEN_H
#define NETC_GEN_H

#include "compiler/loop/nest.h"

/* A line in the lanes is whole vectors and what is left over. */
typedef enum { LINE_ALL, LINE_VECTORS, LINE_REST } LineParts;

/* An index where the code stands: base + sum of stride * loop variable. */
typedef struct {
    int64_t base;
    int terms;
    struct {
        int var;
        int64_t stride;
    } term[4];
} IndexValue;

/* Blocks of a sum's terms as the outermost loop: the one where the code stands. */
typedef struct {
    int64_t count; /* its terms of s.blocked */
    int var;       /* which block it is: the loop's variable, 0 for the first; -1: one behind the loop */
    int64_t last;  /* with a variable: what it is for the last block of all, -1 where another follows the loop */
} SumBlocks;

typedef struct {
    const NestContext *context;
    LoopBuilder *b;
    const Group *group;
    Schedule s;
    IndexValue at[INDEX_MAX];
    int64_t now[INDEX_MAX];    /* how many of an index the code here covers: tile or unrolled terms */
    int64_t offset[INDEX_MAX]; /* which of them is being made */
    int lane;                  /* s.lane, or -1 in scalar code for what 16 does not divide */
    int pair;                  /* s.pair where a vector holds half lines of two neighbours of it, else -1 */
    LineParts parts;           /* of the line in the lanes that the code here covers */
    IndexValue block_start;    /* of s.blocked, where the code stands */
    SumBlocks blocks;
    bool absent;  /* the images of the tile here are none of the chunk's */
    int64_t done; /* lanes of the vectors here that were made before, and stay */
    int split;    /* output index whose tiles are split over the parts; -1: none */
    int chunk_var, task_var;
    int accumulator[GROUP_MAX][TILE_MAX], argument[GROUP_MAX][TILE_MAX];
    int result; /* EXPR_RESULT */
} Gen;

IndexValue index_const(int64_t base);
IndexValue index_plus(IndexValue value, int64_t more);
IndexValue index_plus_var(IndexValue value, int var, int64_t stride);

/* From one of a tile to the next: 16 of the lane index (where that is the batch's, a chunk), two of the pair index, one
 * of any other. */
int64_t gen_unit(const Gen *g, int i);
Address gen_address(const Gen *g, const Access *access);
bool gen_is_aligned(const Address *address);
/* The value of an expression, and of a flat index, at the present place. */
int gen_value(Gen *g, const Expr *e);
int gen_index(const Gen *g, const Affine *affine);
/* Whether a factor of the product that a sum adds up is 0 here because it lies outside of its tensor. */
bool gen_adds_nothing(const Gen *g, const Compute *c);
void gen_store(const Gen *g, const Access *access, int value);
/* The values of 16 neighbours that lie together in memory, in rows by image; behind the end of a row any. */
void gen_store_turned(const Gen *g, const Access *access, const int value[LOOP_LANES]);
/* A vector where the code runs in lanes. */
int gen_lanes(const Gen *g, int value);

/* The positions of the tile: how many, and going to one. */
int64_t gen_tile(const Gen *g);
void gen_go_to(Gen *g, int64_t position);
/* The same for any indices from .. to-1, the last one fastest. */
int64_t gen_places(const Gen *g, int from, int to);
void gen_go_to_place(Gen *g, int from, int to, int64_t number);

/* Whether the tile that covers `from` .. `last` of output index i has terms outside of a tensor: such a tile, at the
 * rim, gets a body of its own, without them. */
bool gen_is_rim(const Gen *g, int i, int64_t from, int64_t last);

/* Which output index is split: SPLIT_NONE where it is not worth it. See split.c. */
enum { SPLIT_NONE = -1 };
int split_choose(const Gen *g);

/* Accumulators for every member and position, and all terms of a reduction into them, from index k on. */
void reduce_declare(Gen *g);
void reduce_from(Gen *g, int k);
void reduce_body(Gen *g);

/* Begins the loop over all chunks of a batch. */
void gen_begin_chunks(Gen *g);

/* The tile whose size is in `now`: sums or maps, and what becomes of them. */
void tile_make(Gen *g);
/* Sees to the room in scratch for sums that are made block by block. */
void tile_note_sums(const Gen *g);

/* Fills the edge of a tensor whose images are in the lanes; of one of a program for one image. */
void gen_fill_edge(Gen *g, const Tensor *t, const Place *place);
void gen_fill_line_edges(Gen *g, const Tensor *t, const Place *place);

#endif
