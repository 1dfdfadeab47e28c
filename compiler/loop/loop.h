/* The loop level: kernels as structured SSA over scalars and 16-lane vectors, already scheduled.
 *
 * Everything a printer could decide is decided here: the order of every operation, each fused multiply-add, which
 * values are vectors, what is unrolled, where each value lives. The C printer, the LLVM printer and the interpreter
 * are switches over the same few statements and operations, and agree bit for bit.
 *
 * A Code is what one model becomes: kernels (one a phase of a program), each a list of statements that run nests;
 * a nest is one function with its own loops. Values are numbered within a nest from 0; each is defined once, before
 * its uses, and is visible in the blocks inside the one that defines it. Loop variables are numbered alike; variable 0
 * is the chunk of 16 images (an argument of the nest). Everything lives in the arena the Code was made with. */
#ifndef NETC_LOOP_H
#define NETC_LOOP_H

#include "compiler/base/source.h"

enum { LOOP_LANES = 16, LOOP_MAX_TERMS = 8, LOOP_VAR_CHUNK = 0, LOOP_NONE = -1 };

/* ---- types: an element and 1 or 16 lanes. Masks are TYPE_I32 with all bits of a lane 0 or 1 ---- */
typedef enum { TYPE_F32, TYPE_I32, TYPE_F64 } Element;
typedef struct {
    Element element;
    bool vector; /* 16 lanes */
} Type;

/* ---- buffers: NetKernel's arguments (runtime/abi.h). All hold 4-byte elements, but INPUT of bytes and LOG of doubles
 * ---- */
typedef enum {
    BUFFER_PARAM,
    BUFFER_STATE,
    BUFFER_GRAD,
    BUFFER_BATCH,
    BUFFER_SCRATCH,
    BUFFER_INPUT,
    BUFFER_LABEL,
    BUFFER_TARGET,
    BUFFER_ITEM,
    BUFFER_SCALAR,
    BUFFER_LOG,
    BUFFER_COUNT
} Buffer;
extern const char *const buffer_names[BUFFER_COUNT]; /* "param", ... as NetKernel spells them */

/* Element  base + sum of stride * value of variable  of a buffer. Terms are sorted by variable, strides not 0. */
typedef struct {
    Buffer buffer;
    int64_t base;
    int64_t begin; /* where the tensor begins that it lies in */
    int region;    /* of the nest's: loop_add_nest() */
    int term_count;
    struct {
        int var;
        int64_t stride;
    } term[LOOP_MAX_TERMS];
} Address;

/* ---- operations: each defines one value. F: F32 or F64; I: I32; M: mask ---- */
typedef enum {
    OP_CONST,     /* imm: F32 / F64 value in .number, I32 in .integer; scalar or all lanes alike */
    OP_LANE,      /* I32 vector 0, 1, ... 15 */
    OP_INDEX,     /* I32 scalar: .address without a buffer: base + terms (fits 31 bits) */
    OP_IMAGES,    /* I32 scalar: n, the images of the batch */
    OP_LOAD,      /* element at .address; a vector: 16 in a row, any alignment unless .aligned (64 bytes).
                     F32 or I32 from 4-byte buffers (the bits as they are), F64 from LOG */
    OP_LOAD_U8,   /* I32 from bytes (INPUT), zero-extended; a vector: 16 bytes in a row */
    OP_GATHER,    /* vector: lane l from element .address + l * .stride; F32 or I32 */
    OP_GATHER_U8, /* the same from bytes, I32 */
    OP_SPLAT,     /* scalar a to all lanes */
    OP_GET,       /* current value of the mutable variable .variable */
    OP_ADD,       /* F, F */
    OP_SUB,
    OP_MUL,
    OP_DIV,  /* IEEE */
    OP_FMA,  /* a*b + c, one rounding. Targets without FMA: multiply, then add */
    OP_MAX,  /* a > b ? a : b  (b when either is NaN) */
    OP_MIN,  /* a < b ? a : b */
    OP_SQRT, /* IEEE */
    OP_LESS, /* F, F -> M:  a < b, false with NaN */
    OP_LESS_EQUAL,
    OP_EQUAL,
    OP_SELECT, /* M a ? b : c, lane by lane; b, c of any one type (F64 with an I32 mask too) */
    OP_IADD,   /* I, I, wraps */
    OP_ISUB,
    OP_IMUL, /* low 32 bits */
    OP_AND,
    OP_OR,
    OP_XOR,
    OP_SHIFT_LEFT,  /* by .integer, a constant 0..31 */
    OP_SHIFT_RIGHT, /* the same, zeros come in */
    OP_ILESS,       /* I, I -> M, signed */
    OP_IEQUAL,
    OP_AS_F32,    /* the bits of an I as F32 */
    OP_AS_I32,    /* the bits of an F32 as I */
    OP_TO_F32,    /* I, signed, to the nearest F32 */
    OP_TO_F64,    /* F32 to F64, exact */
    OP_ROUND_F32, /* F64 to the nearest F32 */
    OP_EVEN,      /* F32 vectors: lanes 0, 2, ... 14 of a, then those of b */
    OP_LOW,       /* F32 vectors, cut into blocks of .integer = 1, 2, 4 or 8 lanes: blocks 0 of a, 0 of b, 2 of a, 2 of
                     b, ... With 8: the lower half of a, then that of b */
    OP_HIGH,      /* the same: blocks 1 of a, 1 of b, 3 of a, 3 of b, ... */
    OP_SUM_LANES, /* F vector to scalar: lane l + lane l+8, then +4, +2, +1 */
    OP_MAX_LANES, /* the same tree with OP_MAX / OP_MIN, F only */
    OP_MIN_LANES,
    OP_COUNT
} Op;
extern const char *const op_names[OP_COUNT];

typedef struct {
    Op op;
    Type type;
    int id;        /* of the value it defines */
    int a, b, c;   /* operands, LOOP_NONE where there is none */
    double number; /* OP_CONST */
    int32_t integer;
    Address address;
    int64_t stride; /* OP_GATHER */
    int variable;   /* OP_GET */
    bool aligned;
} Value;

/* ---- integers that are known when a kernel runs ---- */
typedef enum {
    BOUND_CONST,        /* value */
    BOUND_VAR,          /* loop variable .var + value */
    BOUND_CLAMP,        /* stride * loop variable .var + value, at least .least and at most .most */
    BOUND_IMAGES,       /* n */
    BOUND_CHUNKS,       /* ceil(n / 16), rounded down to a multiple of value, which is 1 or more */
    BOUND_CHUNK_IMAGES, /* min(16, n - 16 * loop variable .var), which is a chunk */
    BOUND_SLOTS,        /* min(8, ceil(n / 16)) */
    BOUND_TASK,         /* task + value */
    BOUND_PART,         /* part + value */
    BOUND_PART_LOW,     /* part * value / parts */
    BOUND_PART_HIGH     /* (part + 1) * value / parts, at most .most */
} BoundKind;
typedef struct {
    BoundKind kind;
    int64_t value;
    int var;
    int64_t stride, least, most; /* BOUND_CLAMP; BOUND_PART_HIGH: most */
} Bound;

typedef struct Stmt Stmt;
typedef VEC(Stmt *) Block;

typedef enum {
    STMT_VALUE,       /* value */
    STMT_FOR,         /* for (var = low; var < high; var += step) body */
    STMT_IF,          /* if (low < high) body */
    STMT_IF_EQUAL,    /* if (low == high) body */
    STMT_DECLARE,     /* mutable variable .variable of type .type begins as value .operand */
    STMT_SET,         /* variable = operand */
    STMT_STORE,       /* operand to .address; an I32 into a 4-byte buffer keeps its bits; F64 into LOG */
    STMT_SCATTER,     /* vector .operand: lane l to element .address + l * .stride */
    STMT_STORE_LANES, /* of F32 vector .operand lanes .first, .first + 1, ... to the .lanes elements from .address on */
    STMT_ADD_LANES,   /* the same, added to what is there */
    STMT_RANDOM,   /* net_random(address as uint32_t, item + 16 * chunk, scalar[seed_low..], .layer, 0, .count), or of
                      these rows those of the part */
    STMT_PREFETCH, /* a hint: the element at .address, if there is one, will be read soon */
    STMT_NEST,     /* in a kernel's body alone: runs nest .nest with the chunk variable as it stands */
    STMT_MEET      /* there too: net_meet() of the workers that share the task */
} StmtKind;

struct Stmt {
    StmtKind kind;
    Block body; /* empty but for STMT_FOR, STMT_IF, STMT_IF_EQUAL */
    union {     /* the members that the kind names */
        Value value;
        struct {
            int var;
            Bound low, high;
            int64_t step;
        };
        struct {
            int variable;
            Type type;
            int operand;
            bool aligned, split; /* STMT_RANDOM: split over the parts */
            Address address;
            int64_t stride;
            int first, lanes;
            int scalar; /* STMT_RANDOM: index in BUFFER_SCALAR of seed_low; seed_high and epoch follow */
            uint32_t layer;
            int64_t count;
        };
        int nest;
    };
};

/* A part of a buffer that a nest knows by a pointer of its own, to element .origin. Two that overlap are only read. */
typedef struct {
    Buffer buffer;
    int64_t origin; /* a multiple of 16, so that it is as aligned as the buffer; in LOG any */
    bool written;
} Region;

/* Which of NetKernel's integers a nest needs, and whether the chunk. Part: with the number of parts; what each does is
 * its share of the nest. */
typedef struct {
    bool chunk, images, task, part;
} NestUses;

typedef struct {
    const char *name;  /* a C identifier, unique in the Code: conv1_forward */
    Span at;           /* the layer in the model's source: #line, debug info */
    const char *about; /* what it computes and how, as --dump=fuse and --dump=schedule print it, a line each; NULL */
    Block body;        /* that of `same`: its addresses are those of that nest */
    int value_count, var_count, variable_count;
    bool light; /* light.h */
    NestUses uses;
    VEC(Region) regions; /* in the order of the first access: loop_add_nest() */
    int same;            /* the first nest of the code that does the same with pointers of its own; often itself */
} Nest;

/* One task is shared by all workers with TASKS_PART, and with TASKS_MERGE, which has nothing to do for one slot. */
typedef enum { TASKS_ONCE, TASKS_CHUNK, TASKS_SLOT, TASKS_PART, TASKS_MERGE } Tasks;
extern const char *const tasks_names[];

typedef struct {
    const char *name; /* train_0 */
    Tasks tasks;
    int workers; /* the most that a task is worth .. */
    bool spread; /* .. but one alone where one worker has made all that it reads: in a batch of one chunk */
    Block body;  /* STMT_FOR over variable 0, STMT_IF, STMT_NEST, STMT_MEET alone */
} Kernel;

typedef struct {
    const char *name; /* the network's, a C identifier */
    const Source *source;
    VEC(Nest *) nests;
    VEC(Kernel *) kernels;
    const char *descriptor; /* net_model, docs/formats.md; NULL: of an inference program */
    const char *exports;    /* an inference program's: its kernels are hidden functions EXPORTS_KERNEL, in no table */
    bool input_bytes;       /* INPUT holds bytes */
    struct Said *said;      /* what its nests say: share.c */
} Code;

/* ---- facts about operations and nests, for all who walk them ---- */
int loop_operand_count(Op op); /* 0 .. 3 */
/* Whether .integer is a number that the operation takes besides its operands. */
bool loop_takes_integer(Op op);
/* The type op gives from operands of these types; false when they do not fit, or op is a leaf (no operands). */
bool loop_op_type(Op op, const Type operand[3], Type *result);
NestUses loop_uses(const Nest *nest);
/* The first and the last row + 1 of a STMT_RANDOM. */
Bound loop_random_low(const Stmt *stmt);
Bound loop_random_high(const Stmt *stmt);
/* Whether two addresses differ in their base alone, if at all. */
bool loop_same_terms(const Address *a, const Address *b);
/* An address in the body of a nest, as that nest has it. */
Address loop_address_in(const Code *code, const Nest *nest, const Address *address);
/* The first region of a buffer; BUG when there is none. */
int loop_region(const Nest *nest, Buffer buffer);

/* Stable text, for tests and --dump=loops. */
void loop_print(const Code *code, FILE *out);
void loop_print_nest(const Nest *nest, FILE *out);
/* Checks types, definitions before uses, variables in scope, sorted addresses. BUG on the first fault. */
void loop_verify(const Code *code);
/* That all a nest reads and writes, lanes that mean nothing included, lies in its buffers, of `size` elements each (-1:
 * not looked at). What depends on the chunk or on the number of images is not looked at either. */
void loop_verify_reach(const Code *code, int nest, const int64_t size[BUFFER_COUNT]);

#endif
