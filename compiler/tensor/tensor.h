/* Tensor programs: what a network computes, as a list of one primitive.
 *
 *     compute   out[S(o)] = REDUCE over k of e(o, k)
 *
 * o are the output indices, k the reduction indices, all ranges constant but the batch's. e is a scalar expression over
 * reads T[A(o, k)] with A affine; a read outside its tensor gives the read's `outside` value. Without k it is a map.
 * S is affine too, each index in one dimension: o and what it writes may differ in rank, as where units of groups are
 * numbered through, out[3*g + m] (the digits of a number of mixed radix). A tensor is written by one or more computes
 * whose writes partition it. `random` fills a tensor with random bits;
 * `next` marks the compute whose result replaces a stored tensor, a PARAM or STATE, when the program ends: whatever
 * reads such a tensor reads what it was before, wherever it stands.
 *
 * Expressions are shared (equal ones are one node) and never changed: a graph, whose paths may be exponentially many.
 * What walks over one visits each node once (expr_walk). All belongs to the program's arena. */
#ifndef NETC_TENSOR_H
#define NETC_TENSOR_H

#include "compiler/base/source.h"

enum { DIM_BATCH = -1, TENSOR_MAX_RANK = 5, INDEX_MAX = 10 };

typedef struct Tensor Tensor;
typedef struct Compute Compute;
typedef struct Expr Expr;
typedef struct Program Program;

/* ---- index arithmetic: sum of at[i] * index i, plus a constant ---- */
typedef struct {
    int32_t at[INDEX_MAX];
    int32_t plus;
} Affine;
Affine ix(int index);
Affine ix_const(int32_t value);
Affine ix_times(Affine a, int32_t factor);
Affine ix_plus(Affine a, int32_t value);
Affine ix_add(Affine a, Affine b);
/* The index this is, when it is exactly one index with coefficient 1 and no constant; else -1. */
int affine_single(const Affine *a);
/* a with index i replaced by map[i]. */
Affine affine_reindex(const Affine *a, const Affine *map);

/* ---- tensors ---- */
typedef enum {
    ROLE_INPUT,  /* the batch's examples as they come */
    ROLE_LABEL,  /* the batch's classes; integers */
    ROLE_TARGET, /* the numbers that the batch's examples are to give */
    ROLE_PARAM,  /* stored: parameters */
    ROLE_STATE,  /* stored: what is kept beside them */
    ROLE_VALUE,  /* made by a compute */
    ROLE_RANDOM, /* random bits; integers */
    ROLE_LOG,    /* sums for the log, in double; a batch sum of rank 0 is one a chunk, all else is once */
    ROLE_OUTPUT  /* predict's result, rows by image */
} Role;

struct Tensor {
    int id;
    Role role;
    bool integer;
    int rank;
    int64_t dim[TENSOR_MAX_RANK]; /* dim[0] may be DIM_BATCH */
    const char *name;             /* "conv1.z", its gradient "conv1.z'" */
    Span at;
    int stored;               /* PARAM, STATE: which stored tensor it is, by its row in the model's list; else -1 */
    int64_t offset;           /* PARAM, STATE: first element in its buffer */
    const Tensor *rises_with; /* elementwise a non-decreasing function of that tensor, also once rounded; or NULL */
    bool by_rows;             /* laid out [image][dims] for lanes over the dims, instead of [dims][image] */
    const Tensor *rows_of;    /* the tensor this is a copy of, by rows; or NULL */
    int64_t line; /* the last dimension lies in lines of so many elements, padded to whole vectors; 0: without gaps */
};
bool tensor_is_batched(const Tensor *tensor);
/* Whether it lies by rows, one image after the other: what is made so, and numbers that the caller gives and takes. */
bool tensor_is_by_rows(const Tensor *tensor);
int64_t tensor_count(const Tensor *tensor); /* elements, of one example when batched */

/* ---- expressions ---- */
typedef enum {
    EXPR_CONST,  /* number */
    EXPR_READ,   /* tensor[index], `number` outside of it */
    EXPR_SCALAR, /* a number the runtime gives each step: a formula (runtime/base/formula.h) */
    EXPR_INDEX,  /* integer: index[0] */
    EXPR_RESULT, /* the finished reduction, in Compute.post alone */
    EXPR_ADD,
    EXPR_SUB,
    EXPR_MUL,
    EXPR_DIV,
    EXPR_MAX, /* a > b ? a : b */
    EXPR_MIN,
    EXPR_SQRT,
    EXPR_EXP,
    EXPR_EXPM1,
    EXPR_LOG,
    EXPR_TANH,
    EXPR_SIGMOID,
    EXPR_SOFTPLUS,
    EXPR_DETACH, /* a; derivative 0 */
    EXPR_FMA,    /* a * b + c, rounded once */
    EXPR_SELECT, /* a ? b : c */
    EXPR_LESS,   /* condition a < b */
    EXPR_SAME,   /* condition: integers a == b */
    EXPR_BELOW,  /* condition: random bits a, as a number in [0, 1), are below `number` */
    EXPR_ALIVE,  /* condition: this image is one of the batch, not padding */
    EXPR_KIND_COUNT
} ExprKind;

struct Expr {
    ExprKind kind;
    int id;
    double number;
    Expr *a, *b, *c;
    Tensor *tensor;
    const char *scalar;
    bool uses_index; /* it or an operand is an EXPR_INDEX */
    Affine index[TENSOR_MAX_RANK];
};

Expr *e_const(Program *p, double number);
Expr *e_read(Program *p, Tensor *tensor, double outside, const Affine *index); /* tensor->rank indices */
Expr *e_scalar(Program *p, const char *formula);
Expr *e_index(Program *p, Affine index);
Expr *e_result(Program *p);
Expr *e_alive(Program *p);
Expr *e_unary(Program *p, ExprKind kind, Expr *a);
Expr *e_binary(Program *p, ExprKind kind, Expr *a, Expr *b);
Expr *e_fma(Program *p, Expr *a, Expr *b, Expr *c);
Expr *e_select(Program *p, Expr *condition, Expr *a, Expr *b);
Expr *e_below(Program *p, Expr *bits, double number);
#define e_add(p, a, b) e_binary(p, EXPR_ADD, a, b)
#define e_sub(p, a, b) e_binary(p, EXPR_SUB, a, b)
#define e_mul(p, a, b) e_binary(p, EXPR_MUL, a, b)
#define e_div(p, a, b) e_binary(p, EXPR_DIV, a, b)
#define e_max(p, a, b) e_binary(p, EXPR_MAX, a, b)
#define e_less(p, a, b) e_binary(p, EXPR_LESS, a, b)
#define e_same(p, a, b) e_binary(p, EXPR_SAME, a, b)
/* A read of a tensor at the output indices 0, 1, ... themselves. */
Expr *e_at(Program *p, Tensor *tensor);

/* Derivative of e by the read node `by`, as an expression over the same indices. */
Expr *expr_derivative(Program *p, Expr *e, const Expr *by);
/* e with index i replaced by map[i]; it has `count` indices. */
Expr *expr_reindex(Program *p, Expr *e, int count, const Affine *map);
/* e with every occurrence of `from` replaced by `to`. */
Expr *expr_replace(Program *p, Expr *e, const Expr *from, Expr *to);
/* e with every read of tensor `from` made a read of `to`, which has its shape. */
Expr *expr_retarget(Program *p, Expr *e, const Tensor *from, Tensor *to);
/* e with the first index of every read of a tensor in lines (Tensor.line) made the last. */
Expr *expr_turn(Program *p, Expr *e);
/* Calls visit for each distinct read of e, in order of first appearance; visit must not begin another walk. */
void expr_reads(Program *p, Expr *e, void (*visit)(void *context, Expr *read), void *context);
/* How many operands a kind has, and its name in print. */
int expr_arity(ExprKind kind);
extern const char *const expr_names[EXPR_KIND_COUNT];

/* A walk notes what it found for each expression it visits. expr_walk begins one and forgets the notes of the last:
 * a program has one at a time. Expressions made during a walk have no notes in it. */
typedef struct {
    int walk; /* in which it was noted */
    union {
        Expr *expr;       /* what it becomes */
        int number;       /* uses; a value of a loop nest */
        double value;     /* what it evaluates to */
        const char *name; /* what it is called */
    };
} Note;
void expr_walk(Program *p);
/* The note of e, and whether this walk has made it before; if not, it counts as made from now on. */
bool expr_noted(Program *p, const Expr *e, Note **note);

/* ---- computes ---- */
typedef enum { REDUCE_NONE, REDUCE_SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_ARGMAX, REDUCE_RANDOM } Reduce;

/* The terms of a reduction index whose reads lie inside the tensor: from low + slope * i to high + slope * i - 1, where
 * i is an output index. Terms outside are zeros of padding or of a gradient's rim; they are no part of the sum. */
typedef struct {
    int output; /* i; -1: all terms lie inside, or the index is not treated so */
    int64_t low, high, slope;
} Inside;

/* How a reduction takes its terms, which decides the bits of a sum: docs/numerics.md. It follows from the program alone
 * and is settled (pass_order) before anything is decided about speed, which keeps to it. */
typedef enum {
    PARTIAL_NONE,   /* one sum, in the order of the indices */
    PARTIAL_IMAGES, /* 16 sums, one an image of the chunk, added as a tree */
    PARTIAL_MEMORY  /* 16 sums over values 16 apart as they lie in memory, added as a tree */
} Partial;
typedef struct {
    bool settled;
    Partial partial;
    bool owned;               /* over all chunks in sequence, not slot by slot */
    int block;                /* reduction index at which a sum is cut into blocks; -1: not */
    int64_t block_size;       /* its terms a block */
    Inside inside[INDEX_MAX]; /* by reduction index */
} SumOrder;

struct Compute {
    const char *name; /* of its code: conv1_forward */
    Span at;
    Tensor *out;
    int rank, reductions;
    int64_t range[INDEX_MAX];      /* output indices, then reduction indices; DIM_BATCH */
    Affine write[TENSOR_MAX_RANK]; /* of the output indices; by dimension of out */
    Reduce reduce;
    Expr *e;
    Expr *post;      /* of EXPR_RESULT; NULL: the result itself */
    bool next;       /* replaces a stored tensor when the program ends */
    uint32_t stream; /* REDUCE_RANDOM: which random numbers */
    SumOrder order;  /* of a reduction, once it is settled */
};

struct Program {
    Arena *arena;
    const char *name; /* train */
    bool rare;        /* run once at most: its code shall be small, not quick */
    VEC(Tensor *) tensors;
    VEC(Compute *) computes;
    VEC(const char *) scalars; /* the formulas in use */
    Span at;                   /* of what is being built: new tensors and computes take it */
    VEC(Expr *) exprs;         /* by id */
    int *table;                /* hash of exprs */
    size_t table_size;
    Note *notes; /* by expression, for the first note_count of them */
    size_t note_count;
    int walk; /* the present one */
};

Program *program_new(Arena *arena, const char *name);
Tensor *program_tensor(Program *p, Role role, bool integer, int rank, const int64_t *dim, const char *name);
/* A stored tensor: a PARAM, or a STATE, that lies from `offset` on in its buffer. */
Tensor *program_stored(Program *p, Role role, int stored, int64_t offset, int rank, const int64_t *dim,
                       const char *name);
/* Appends the map e that replaces a stored tensor when the program ends. */
Compute *program_next(Program *p, Tensor *stored, Expr *e);
/* Appends out = REDUCE e over output indices ranging over out's dims and `reductions` further ones. */
Compute *program_add(Program *p, Tensor *out, Reduce reduce, int reductions, const int64_t *range, Expr *e);
/* Appends out[write] = REDUCE e over `rank` output indices and `reductions` further ones. */
Compute *program_write(Program *p, Tensor *out, const Affine *write, Reduce reduce, int rank, int reductions,
                       const int64_t *range, Expr *e);
/* program_add, making the tensor: a value of the given dims. */
Tensor *program_compute(Program *p, const char *name, int rank, const int64_t *dim, Reduce reduce, int reductions,
                        const int64_t *range, Expr *e);
/* Appends the copy of a value, [n, ...], that lies as one vector in `out`, [n, values], from `first` on. */
Compute *program_flat(Program *p, Tensor *out, int64_t first, Tensor *value);
/* A map over the same indices as `like`. */
Tensor *program_map(Program *p, const char *name, const Tensor *like, Expr *e);
bool compute_reads(Program *p, const Compute *compute, const Tensor *tensor);
bool compute_uses_index(const Compute *compute);
/* Whether its output indices are the dimensions of what it writes, and run through all of it. */
bool compute_is_plain(const Compute *compute);
/* The output index that runs along a dimension without gaps, of several the longest; -1: there is none. */
int compute_line(const Compute *compute, int dim);
/* What one element, or one term of it, takes: about the number of a processor's operations. */
int compute_operations(Program *p, const Compute *compute);
/* Whether n is summed over. */
bool compute_sums_batch(const Compute *compute);
/* A batch sum of so many values that each worker owns a part of them and sums all images itself (and may go on to the
 * step at once), instead of adding up partial sums of slots. Part of the order of sums: docs/numerics.md. */
enum { OWNED_ABOVE = 65536 };
bool compute_is_owned(const Compute *compute);
/* Whether it is better to go through all images of a batch with a few of a layer's weights at a time than through all
 * weights with a few of the images: no core's own cache is sure to hold them from chunk to chunk, and they are more
 * than the values of four chunks that the layer takes and gives, `values` for one image. */
bool weights_are_many(int64_t weights, int64_t values);
/* A sum is cut into blocks of at most so many terms. */
enum { BLOCK_TERMS = 256 };
/* One more than the highest row of a stored tensor. */
size_t program_stored_rows(const Program *p);
/* The computes that write each tensor: the places in the program of the first by tensor id, of the next by compute; -1:
 * no more. */
typedef struct {
    int *first, *next;
} Writers;
Writers program_writers(Arena *arena, const Program *p);
/* The one compute that writes the whole tensor; NULL when there are several or none. */
Compute *program_writer(const Program *p, const Tensor *tensor);
/* How many computes read the tensor; *last is one of them. */
size_t program_readers(Program *p, const Tensor *tensor, Compute **last);
/* Operations used more than once stand behind the rest, each once: ... (t1 * t1) where t1 = ... */
void compute_print(Program *p, const Compute *compute, FILE *out);
void program_print(Program *p, FILE *out);
/* A hash of how the new values of stored tensors are computed, from the orders that are settled: equal hashes, equal
 * bits. Names do not count, nor does what is computed for a log. */
uint64_t program_hash(Program *p);
/* BUG on the first fault: ranks, ranges, reads of unwritten tensors, writes that do not partition, stored tensors that
 * are written otherwise than by one `next`, or by one that reads what it replaces at other places than it writes. */
void program_verify(Program *p);

/* ---- derivatives ---- */
/* Appends the computes of the gradient of sum over n of cost[n] with respect to each of `wanted` (any values or
 * parameters the cost depends on; NULL results for those it does not). */
void program_differentiate(Program *p, Tensor *cost, size_t count, Tensor *const *wanted, Tensor **gradients);

#endif
