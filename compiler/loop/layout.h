/* Where every tensor of a program lives: which buffer, in which order of dimensions, with which edge around it.
 *
 * Batched values are laid out [dims][16 images], a chunk at a time in the worker's scratch; `by_rows` ones
 * [16 images][dims]. A value that another phase reads lives in `batch`, [chunk][...]. Where a read reaches outside of a
 * tensor, the tensor has an edge (halo) that holds the read's outside value. Sums over the batch live in `grad`.
 *
 * A program for one image has no lanes of images: each value has one dimension innermost, which its writer's lanes run
 * over (image.h). That line is padded to whole vectors; what is written behind its end means nothing. So may a program
 * for the images of a chunk one after the other: the lines of one image, then those of the next. */
#ifndef NETC_LAYOUT_H
#define NETC_LAYOUT_H

#include "compiler/loop/loop.h"
#include "compiler/loop/lower.h"

/* Who runs a compute, and how its work is split. */
typedef enum {
    SCOPE_CHUNK, /* values of images, sums a chunk for the log: any task, chunk by chunk */
    SCOPE_BATCH, /* values of images made of many weights, which pass by once: each part goes through all chunks */
    SCOPE_SLOT,  /* a batch sum in partial sums: within the slot's chunks */
    SCOPE_OWNED, /* a batch sum of many values: each part sums all images */
    SCOPE_PART,  /* no images: split by elements */
    SCOPE_ONCE   /* log values of parameters and gradients: one task */
} WorkScope;

/* The phases of one level, in their order. Each sees what those before it have made. */
typedef enum {
    PHASE_GIVEN,  /* without images, of what is stored alone */
    PHASE_IMAGES, /* chunk by chunk, the slots' sums included; then these are added up */
    PHASE_PARTS,  /* values made of many weights, owned sums, and all else without images */
    PHASE_ONCE    /* logged values of parameters and gradients */
} Phase;

/* For which batches. */
typedef enum { ALL_BATCHES, ONE_CHUNK, MORE_CHUNKS } Batches;

typedef struct {
    Compute *compute;
    WorkScope scope;
    Phase phase;
    Batches batches;
    int level;    /* phases of one level are run before those of the next */
    int place;    /* in the program's order, for lifetimes */
    int together; /* `next` alone: those of one number are one nest; 0: it is one by itself */
} Placed;
typedef VEC(Placed) PlacedList;

typedef struct {
    Buffer buffer;
    bool used;
    int64_t base;         /* of the element with all indices 0, in chunk 0 */
    int64_t chunk_stride; /* 0 for what is not batched, or is gone with the chunk */
    int64_t lane_stride;  /* from image to image within a chunk */
    int64_t stride[TENSOR_MAX_RANK];
    int64_t low[TENSOR_MAX_RANK], high[TENSOR_MAX_RANK]; /* the edge, before and behind each dimension */
    bool has_edge;
    double edge;
    int lane_dim;          /* one image: the innermost dimension */
    const Tensor *copy_of; /* one image: it lies where that one does; NULL: in a place of its own */
    bool whole;            /* one image: its lines are whole vectors, which may be written to their ends */
    int64_t line;          /* elements of such a line, with its edges */
    int64_t size;          /* elements (of a chunk) with the edge */
    int first, last;       /* lifetime in scratch, in places */
    int level;             /* of its writer; -1: given */
    Phase phase;           /* of its writer */
    bool crosses;          /* read in a later phase */
} Place;

typedef struct {
    Program *program;
    bool one_image;  /* LayoutMode's */
    int64_t images;  /* of a chunk */
    int64_t filled;  /* of these, as many as are expected */
    int64_t chunks;  /* of a batch, as many as are expected, LAYOUT_CHUNKS at most */
    PlacedList list; /* by level, then in program order */
    Place *place;    /* by tensor id */
    int levels;
    int64_t scratch_size, batch_chunk, slot_size, owned_size;
    int64_t scratch_chunk; /* in scratch, of each chunk: LayoutMode.packing */
    int64_t state_size;    /* LayoutMode's, and the values that lie behind it */
    int64_t
        *slot_end; /* by level: where its sums end in a slot's copy; they begin where those of the level before end */
} Layout;

/* Chunks of a batch that a tile may have together, and that are reckoned with: those of 64 images. */
enum { LAYOUT_CHUNKS = 4 };

/* What a program is laid out for. `packing` (NULL: parameters lie as the trainer has them) is added to by a program for
 * one image, and followed by all. With it, values of PHASE_GIVEN lie in `state`, behind the `state_size` elements of
 * the statistics: they are made once, when the weights are known; and values that another phase reads lie in `scratch`,
 * which has room for CALL_CHUNKS chunks of them. */
typedef struct {
    bool one_image;
    bool by_images; /* with one_image: all images of a chunk so, one after the other */
    int64_t chunks; /* of a batch, as many as are expected; 0: LAYOUT_CHUNKS. Of one: one_chunk.h */
    int64_t filled; /* images of a chunk that batches are expected to have; 0: all */
    bool by_parts;  /* values of images may be made by parts, of all chunks: SCOPE_BATCH */
    Packing *packing;
    int64_t state_size;
} LayoutMode;

/* Scopes, levels, buffers and sizes; then, when grad_slot (the largest slot_size of all programs) is known, the bases
 * in grad. */
Layout *layout_program(Arena *arena, Program *program, LayoutMode mode);
/* Elements of the weights that a compute of SCOPE_BATCH goes through; 0 of any other scope. */
int64_t layout_weights(const Placed *placed);
void layout_settle(Layout *layout, int64_t grad_slot, int64_t log_once, int64_t log_chunk);

#endif
