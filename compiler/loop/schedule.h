/* How one group of computes becomes loops: which index runs in the lanes, which outputs share a register tile, which
 * terms of a sum are unrolled, in which order the loops stand. None of it changes a sum: the order of terms is settled
 * before (docs/numerics.md).
 *
 * The search goes through register tiles of at most three output indices and takes the cheapest by the processor's
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
enum { RIM_TILES = 3 };  /* at each end of an index, that get bodies of their own without the terms outside */
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
    int images; /* an output index that goes through the images of a chunk, which are not in the lanes; -1: none */
} Group;

typedef struct {
    int lane;                  /* index in the lanes: the batch's, another one's, or -1 */
    int pair;                  /* index of which two neighbours share a vector for the rest of a line; -1: none */
    int64_t tile[INDEX_MAX];   /* how many of an output index (vectors of it, for the lane index) share a tile */
    int64_t unroll[INDEX_MAX]; /* how many terms of a reduction index stand in one body */
    int64_t body_max;          /* multiply-adds in one body at most */
    int order[INDEX_MAX];      /* output indices as their loops stand, the outermost first */
    int blocked;               /* index that is gone through block by block, outside of all loops; -1: none */
    int64_t block; /* how many of it: of an output index a divisor of its range; of a sum's terms its block */
    unsigned held; /* output indices that a body goes through fastest, a bit each: schedule_held() */
    int turned;    /* index of which 16 neighbours are made together, as they lie together in rows by image
                      which are read or written, and images are in the lanes; -1: none */
} Schedule;

/* Whether lines in the lanes of index `lane` have room for whole vectors, and reads may go as far. */
bool schedule_lines_are_padded(const Group *group, int lane);
/* Whether an access goes by rows: neighbours of index `turned` lie together, those of the lanes further apart. */
bool schedule_is_turned(const Access *access, int lane, int turned);
/* The factor of a product whose numbers lie side by side for the outputs of a tile, but far apart from term to term, of
 * weights that lie beyond the caches near: no processor sees them coming. NULL: none is such. */
const Expr *schedule_reads_ahead(const Group *group);

/* ---- what --schedule asks for ---- */
typedef struct {
    const char *name, *items; /* a line of --dump=schedule, "train_conv1_z: tile 1 4 1 5, unroll 1 5 5" */
    const char *cpu;          /* below which processor's line it stood; NULL: none */
    bool used;
} GivenSchedule;

struct GivenSchedules {
    GivenSchedule *at; /* a VEC: for single nests */
    size_t count, capacity;
    Arena *arena;
    const char *cpu, *parts;  /* of the line before; all that there are, "x86-64-v4, generic", if they are several */
    int64_t tile[FORCED_MAX]; /* for every sum of products: the last `numbers` output indices; 0: none */
    int numbers;
    const char *fault; /* what is wrong with the first line that did not suit its nest; NULL */
};

/* A tile, "4x5" or "4x1x5": 1 to FORCED_MAX numbers whose product is 1 to TILE_MAX; or lines as --dump=schedule prints
 * them, of which tile, unroll and loops are taken. Where they are of several processors, as of --cpu auto, each is for
 * its own; else for any. False: it is neither. */
bool schedules_parse(Arena *arena, const char *text, GivenSchedules *given);
/* Puts what the line of that name says, if there is one for the processor, into a schedule that was chosen; else, or
 * when it does not suit the nest (`fault`), leaves it as it is. */
void schedules_take(GivenSchedules *given, const Group *group, const char *name, const char *cpu, Schedule *schedule);
/* What is wrong with them after all nests were made: one that did not suit, or that no nest took. NULL: nothing. */
const char *schedules_fault(const GivenSchedules *given);

/* What was chosen before, by all that it depends on: equal layers are many. */
typedef struct {
    uint64_t key;
    Schedule schedule;
} KnownSchedule;
typedef VEC(KnownSchedule) KnownSchedules;
Schedule schedule_choose(const Group *group, const LowerOptions *options, const char *name, Arena *arena,
                         KnownSchedules *known);
/* A line; with the cycles it is reckoned to take on a processor, unless that is NULL. */
void schedule_print(const Group *group, const Schedule *schedule, const char *name, const Processor *processor,
                    FILE *out);

/* What such a line has behind the name, without the cycles. */
const char *schedule_items(Arena *arena, const Group *group, const Schedule *schedule);

/* ---- what there is to choose from ---- */
enum { RIVALS = 8 };
typedef struct {
    const char *name; /* of a nest */
    const Layout *layout;
    int kernel, nest; /* their numbers in the code */
    bool searched;
    uint64_t shape;            /* of what is searched for: equal ones get the same schedule */
    double cycles;             /* that it is reckoned to take */
    const char *rival[RIVALS]; /* schedule_items() of the most promising, first that which is chosen */
    int rivals;
} Surveyed;

/* All nests in the order they are made in, which is that of the program whatever their schedules are. */
struct Survey {
    Surveyed *at; /* a VEC */
    size_t count, capacity;
    Arena *arena;
    bool choices; /* whether rivals and cycles are asked for, which takes another search */
};
void survey_add(Survey *survey, const Group *group, const LowerOptions *options, const char *name, int kernel,
                int nest);

/* ---- what a schedule may be ---- */
/* Whether what the group makes is split by elements over the parts of a kernel; and whether each part goes through all
 * chunks with a tile of them. */
bool schedule_is_by_parts(const Group *group);
bool schedule_takes_all_chunks(const Group *group);
/* Whether tile, unrolled terms and loops are searched for: sums of products. */
bool schedule_is_searched(const Group *group);
/* A body goes term by term, and through the tile such that the factor with fewer places in it stays in registers while
 * the other's are loaded one after the other: first through all positions that differ in the indices of the former. */
unsigned schedule_held(const Group *group, const Schedule *schedule);
/* How many values a tile has. */
int64_t schedule_tile(const Group *group, const Schedule *schedule);
/* How many of an output index there are for tiles: vectors of the lane index, of the batch some chunks where all are
 * gone through; else elements. */
int64_t schedule_units(const Group *group, const Schedule *schedule, int index);
/* How many of an output index a tile may have: up to all; of one that settles which terms there are one, or all where
 * those that some lack are few (the rows of a window, whose terms are those of a map). */
bool schedule_may_tile(const Group *group, const Schedule *schedule, int index, int64_t count);
/* How many terms of a reduction index a body may have; and whether that is all, so that the one before may follow. */
int64_t schedule_terms(const Group *group, const Schedule *schedule, int index);
bool schedule_is_whole(const Group *group, const Schedule *schedule, int index);
bool schedule_may_reorder(const Group *group, const Schedule *schedule);
bool schedule_may_block(const Group *group, const Schedule *schedule, int index, int64_t block);

#endif
