/* Builds nests and kernels of the loop level.
 *
 * A LoopBuilder holds one nest (or kernel) under construction and the stack of its open blocks; statements go to the
 * end of the innermost. Everything lives in the arena. Misuse (wrong types, blocks closed out of order, more than
 * LOOP_MAX_TERMS terms) is a BUG at the call; nothing else can fail.
 *
 * Equal values are made once: a second call with the same operation and operands gives the first one's number while
 * the block that defines it is open. A load is shared within one loop body (and the `if`s in it) only, and until a
 * store, scatter or random to the same buffer comes between; a get until the variable is set. Constants and OP_LANE
 * are placed at the top of the nest, outside all loops. */
#ifndef NETC_LOOP_BUILD_H
#define NETC_LOOP_BUILD_H

#include "compiler/loop/loop.h"

typedef struct LoopBuilder LoopBuilder;

/* ---- codes, nests, kernels ---- */
Code *loop_code_new(Arena *arena, const char *name, const Source *source);
/* Copies a nest, with its regions found, and its body only if no nest before does the same. Gives its number, for
 * loop_run_nest: that of an earlier one when nothing but the names differs. */
int loop_add_nest(Arena *arena, Code *code, const Nest *nest);
int loop_add_kernel(Arena *arena, Code *code, Kernel *kernel); /* its number: the place in net_kernel */

LoopBuilder *loop_nest_begin(Arena *arena, const char *name, Span at);
Nest *loop_nest_end(LoopBuilder *builder); /* fills the counts and uses */

/* In a kernel loop_for_begin may be called once at a time and gives variable 0, the chunk. */
LoopBuilder *loop_kernel_begin(Arena *arena, const char *name, Tasks tasks);
void loop_run_nest(LoopBuilder *builder, int nest);
void loop_meet(LoopBuilder *builder);
Kernel *loop_kernel_end(LoopBuilder *builder);

/* ---- types, addresses, bounds ---- */
static inline Type loop_scalar(Element element) { return (Type){element, false}; }
static inline Type loop_vector(Element element) { return (Type){element, true}; }
Type loop_type(const LoopBuilder *builder, int value); /* of a value made before */

/* Of the tensor that begins at element `base`. */
Address loop_address(Buffer buffer, int64_t base);
Address loop_address_plus(Address address, int64_t offset);
/* address + stride * variable: keeps terms sorted, merges equal variables, drops stride 0. */
Address loop_address_term(Address address, int var, int64_t stride);

static inline Bound loop_bound(int64_t value) { return (Bound){.kind = BOUND_CONST, .value = value, .var = LOOP_NONE}; }
static inline Bound loop_bound_var(int var, int64_t plus) {
    return (Bound){.kind = BOUND_VAR, .value = plus, .var = var};
}
/* The images of the chunk that a variable numbers. */
static inline Bound loop_bound_images_of(int chunk) { return (Bound){.kind = BOUND_CHUNK_IMAGES, .var = chunk}; }
static inline Bound loop_bound_of(BoundKind kind, int64_t value) {
    return (Bound){.kind = kind, .value = value, .var = LOOP_NONE, .most = value};
}

/* ---- values; each gives a value's number ---- */
int loop_const_f32(LoopBuilder *builder, float value, bool vector);
int loop_const_f64(LoopBuilder *builder, double value, bool vector);
int loop_const_i32(LoopBuilder *builder, int32_t value, bool vector);
int loop_lane(LoopBuilder *builder);                   /* I32 vector 0 .. 15 */
int loop_index(LoopBuilder *builder, Address address); /* I32 scalar: base + terms, no buffer read */
int loop_images(LoopBuilder *builder);                 /* I32 scalar n */
int loop_load(LoopBuilder *builder, Type type, Address address, bool aligned);
int loop_load_u8(LoopBuilder *builder, bool vector, Address address);
int loop_gather(LoopBuilder *builder, Element element, Address address, int64_t stride);
int loop_gather_u8(LoopBuilder *builder, Address address, int64_t stride);
int loop_splat(LoopBuilder *builder, int a); /* of a vector: itself; of a constant: a vector constant */
/* Operations by their number of operands. Where one operand is a vector, scalar operands are splat. */
int loop_op1(LoopBuilder *builder, Op op, int a);
int loop_op2(LoopBuilder *builder, Op op, int a, int b);
int loop_op3(LoopBuilder *builder, Op op, int a, int b, int c);
int loop_fma(LoopBuilder *builder, int a, int b, int c);                   /* a*b + c */
int loop_shift(LoopBuilder *builder, Op op, int a, int32_t places);        /* OP_SHIFT_LEFT, OP_SHIFT_RIGHT; 0..31 */
int loop_blocks(LoopBuilder *builder, Op op, int a, int b, int32_t lanes); /* OP_LOW, OP_HIGH; of 1, 2, 4 or 8 */
/* Lanes `number` of 16 F32 vectors: lane l is that of vector l. Steps that several of them have in common are made
 * once, when the first needs them. */
int loop_transposed(LoopBuilder *builder, const int vector[LOOP_LANES], int number);
/* OP_SUM_LANES of up to 16 F32 vectors, the same tree: lane l of the result is that of vector l, other lanes mean
 * nothing. Two vectors take a step together, so that 16 take 45 operations in all, where one alone takes 8. */
int loop_lane_sums(LoopBuilder *builder, const int *vector, int count);

/* ---- mutable variables ---- */
int loop_declare(LoopBuilder *builder, int initial); /* the variable's number */
int loop_get(LoopBuilder *builder, int variable);
void loop_set(LoopBuilder *builder, int variable, int value);

/* ---- statements ---- */
void loop_store(LoopBuilder *builder, Address address, int value, bool aligned);
void loop_scatter(LoopBuilder *builder, Address address, int64_t stride, int value);
/* Lanes first .. first + lanes - 1 of an F32 vector to as many elements; `add`: added to what these are. */
void loop_store_lanes(LoopBuilder *builder, Address address, int value, int first, int lanes, bool add);
void loop_prefetch(LoopBuilder *builder, Address address);
/* `count` vectors of 16 random words to `address`, with `split` those of the part; scalar[seed_low], [seed_low + 1] and
 * [seed_low + 2] are the two halves of the seed and the epoch. */
void loop_random(LoopBuilder *builder, Address address, int seed_low, uint32_t layer, int64_t count, bool split);

int loop_for_begin(LoopBuilder *builder, Bound low, Bound high, int64_t step); /* the loop variable's number */
void loop_for_end(LoopBuilder *builder);
void loop_if_begin(LoopBuilder *builder, Bound low, Bound high);       /* low < high */
void loop_if_equal_begin(LoopBuilder *builder, Bound low, Bound high); /* low == high */
void loop_if_end(LoopBuilder *builder);

#endif
