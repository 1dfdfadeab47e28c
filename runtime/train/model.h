/* The model descriptor, decoded: docs/formats.md, "The model descriptor".
 *
 * The only decoder there is. Everything is checked here, once: numbers are in range, tensors lie within their buffers
 * and do not overlap, phases name kernels that exist, log entries lie within the log. What follows may rely on it.
 *
 * NetModel owns all it points to, but the kernels, their `self` pointers and the descriptor's text, which outlive it.
 * Decoding fails only for a descriptor that netc did not write, or for another version of the runtime. */
#ifndef NET_TRAIN_MODEL_H
#define NET_TRAIN_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/abi.h"
#include "runtime/base/formula.h"
#include "runtime/base/init.h"
#include "runtime/data/augment.h"
#include "runtime/log/subjects.h"
#include "runtime/train/settings.h"

enum {
    NET_MAX_PHASES = 4096, /* of one program */
    NET_MAX_DIMS = 8,
    NET_SCALARS_MAX = 32
};

/* An emitted model, or an interpreted one. */
typedef struct {
    int64_t abi;            /* that the kernels follow */
    const char *descriptor; /* JSON, `descriptor_size` bytes */
    size_t descriptor_size;
    NetKernel *const *kernel;
    const void *const *self; /* self[k] is passed to kernel[k]; NULL: every self is NULL */
} NetCode;

typedef enum { NET_TASKS_ONCE, NET_TASKS_CHUNK, NET_TASKS_SLOT, NET_TASKS_PART, NET_TASKS_MERGE } NetTasks;

typedef struct {
    NetKernel *kernel;
    const void *self;
    NetTasks tasks;
    int64_t workers; /* the most that a task is worth .. */
    bool spread;     /* .. but one alone in a batch of one chunk */
} NetPhase;

/* What a logged sum is; the names and meanings of the table in docs/formats.md, in its order. The first of them make
 * scores (score.h). */
typedef enum {
    NET_LOG_COST,
    NET_LOG_CORRECT,
    NET_LOG_EXACT,
    NET_LOG_TRUE_POSITIVE,
    NET_LOG_FALSE_POSITIVE,
    NET_LOG_FALSE_NEGATIVE,
    NET_LOG_SQUARED_ERROR,
    NET_LOG_ABSOLUTE_ERROR,
    NET_LOG_SQUARED_ERRORS,
    NET_LOG_DELTA_SQ,
    NET_LOG_SCORES = NET_LOG_DELTA_SQ, /* so many make scores */
    NET_LOG_SATURATED,
    NET_LOG_BIAS_GRAD_SQ,
    NET_LOG_WEIGHT_GRAD_SQ,
    NET_LOG_WEIGHT_GRAD_MAX,
    NET_LOG_WEIGHT_SQ,
    NET_LOG_UPDATE_SQ,
    NET_LOG_DELTA,
    NET_LOG_ACTIVE,
    NET_LOG_WEIGHT_SUM,
    NET_LOG_WEIGHT_MIN,
    NET_LOG_WEIGHT_MAX,
    NET_LOG_WEIGHT_ZERO,
    NET_LOG_BIAS_SUM,
    NET_LOG_BIAS_SQ,
    NET_LOG_BIAS_MIN,
    NET_LOG_BIAS_MAX,
    NET_LOG_BIAS_ZERO,
    NET_LOG_WEIGHTED_MAX,
    NET_LOG_GRADIENT_SQ,
    NET_LOG_CLIPPED,
    NET_LOG_OUTPUT_SUM,
    NET_LOG_OUTPUT_SQ,
    NET_LOG_OUTPUT_MIN,
    NET_LOG_OUTPUT_MAX,
    NET_LOG_OUTPUT_ZERO,
    NET_LOG_WEIGHT,
    NET_LOG_WEIGHT_GRAD,
    NET_LOG_BIAS,
    NET_LOG_BIAS_GRAD,
    NET_LOG_JACOBIAN,
    NET_LOG_KINDS
} NetLogKind;

/* Where it lies: in the log, or in the row of floats that a program leaves of each image in `batch`. */
typedef enum { NET_LOG_PER_ONCE, NET_LOG_PER_CHUNK, NET_LOG_PER_ROW, NET_LOG_PERS } NetLogPer;

typedef struct {
    NetLogKind kind;
    int layer; /* index into NetModel.layer; -1: of the whole network */
    NetLogPer per;
    int64_t at, count;
    int64_t elements; /* values an example (or the tensor) has; at least 1 */
} NetLogEntry;

/* `present` is false for a program that the model lacks. */
typedef struct {
    bool present;
    int phases, entries;
    int commit;          /* the first phase that changes a parameter; `phases`: none does */
    int64_t log_once;    /* of the log's part that is written once so much is this program's */
    int64_t batch_chunk; /* floats of `batch` for each chunk of 16 images, or of their rows */
    NetPhase *phase;
    NetLogEntry *entry;
} NetProgram;

typedef struct {
    const char *name, *kind, *activation;
} NetLayer;

/* A stored tensor. */
typedef struct {
    const char *name; /* conv1.weight */
    bool in_state;    /* lies in the buffer `state`, else in `param`, and is a parameter */
    bool trained;     /* the step changes it */
    bool decays;      /* regularize applies */
    int64_t matrices; /* so many linear maps, one below the other; 0: it is none */
    const char *kept; /* its name in weights files; NULL: they do not keep it */
    bool metadata;    /* there it is a list of numbers among the metadata, not a tensor */
    int64_t offset, size;
    int64_t line;  /* 0: the values lie in their order; else by columns, so far apart: param.h */
    int64_t room;  /* what it takes of its buffer, from `offset` on */
    int64_t place; /* of its first value in the buffer's form in checkpoints */
    int dims;
    int64_t shape[NET_MAX_DIMS];
    NetInit init;
    double *values; /* of an init "values"; else NULL */
} NetParam;

typedef struct {
    double train, validation, test; /* 0: not given; below 1: a fraction; else a count */
    const char *order;              /* "file" or "shuffled"; NULL: what suits the data */
    int64_t seed;
} NetSplitSetting;

/* How the rate changes: `schedule` of the descriptor. */
typedef struct {
    const char *name;    /* "cosine"; NULL: it does not */
    NetFormula rate;     /* of a step; none: the setting itself */
    NetFormula patience; /* epochs without a better validation figure before a cut; none: there are no cuts */
} NetSchedule;

/* A subject of the logs. */
typedef struct {
    bool on;
    int every;     /* the place of its every= among the settings; 0 there is epoch */
    int64_t probe; /* examples; 0: none */
    bool full;     /* all values are kept, beside its rows */
} NetCompiledLog;

/* What the train block settles once and for all. */
typedef struct {
    const char *cost, *optimizer;
    const char *class_weights; /* as they are written; NULL: all classes count alike */
    NetSplitSetting split;
    NetCompiledLog log[NET_SUBJECTS];
    bool log_events;     /* for TensorBoard, beside the CSV files */
    const char *monitor; /* the figure that chooses the best epoch, by its name in files */
    int64_t members;     /* networks that are trained and answer together; 1: it is no ensemble */
    int combine;         /* how they do: a NET_COMBINE_… */
    int64_t log_probe;   /* examples of the probe, if there are as many; 0: there is none */
    bool asks_probe;     /* so many were asked for */
} NetCompiled;

/* The settings that the trainer itself works by: every model has them, first the numbers, then the words. */
typedef enum {
    NET_KNOWN_RATE,
    NET_KNOWN_BATCH, /* 0: full */
    NET_KNOWN_EPOCHS,
    NET_KNOWN_PATIENCE, /* epochs without a better validation figure after which training ends; 0: never */
    NET_KNOWN_SEED,
    NET_KNOWN_ENSEMBLE, /* networks; that number and the words below have no option */
    NET_KNOWN_LOG,
    NET_KNOWN_LOG_FORMATS,
    NET_KNOWN_MONITOR,
    NET_KNOWN_COST,
    NET_KNOWN_OPTIMIZER,
    NET_KNOWN_COMBINE,
    NET_KNOWN_CLASS_WEIGHTS,
    NET_KNOWN
} NetKnown;

typedef struct {
    json_t *root; /* owns every string below */
    const char *name, *netc, *text, *path, *order_hash, *backend, *cpu;
    const char *needs;  /* level of x86-64 whose instructions the kernels use; NULL: any processor's */
    const char *folder; /* where the .net file was when it was compiled, from the root on; NULL: not known */
    int input_dims;
    int64_t input_shape[NET_MAX_DIMS], input_size;
    bool input_bytes; /* rows are uint8_t, else float */
    int64_t outputs, classes;
    bool answers;            /* these numbers are to be 0 or 1 */
    int64_t targets;         /* numbers that an example is to give; 0: its target is something else */
    bool explodes;           /* gradients are expected to, with these initial weights */
    int64_t least_batch;     /* examples a step needs */
    const char *least_layer; /* the layer that needs them; NULL: any number will do */
    int layers, tensors, scalars, settings;
    NetLayer *layer;
    NetParam *tensor;
    NetFormula scalar[NET_SCALARS_MAX]; /* what kernels are given before each step... */
    bool random;                        /* ... and then the seed, as two words, and the epoch */
    NetFormula squares, sizes;          /* the penalty: squares * sum of w^2 + sizes * sum of |w| */
    NetSchedule schedule;
    NetAugment augment; /* all 0: nothing is */
    NetSetting setting[NET_SETTINGS_MAX];
    int known[NET_KNOWN]; /* their places among the settings */
    int64_t kept_size;    /* the first part of the state: what weights files keep of it */
    bool by_columns[2];   /* whether a tensor lies so: in `param`, in `state` */
    struct {
        int64_t param, state, kept;
    } plain; /* the sizes of param, state and its first part where all values lie in their order: in checkpoints */
    int64_t param_size, state_size, grad_slot_size, grad_size, scratch_size;
    int64_t log_once, log_chunk;
    NetProgram init, train, train_log, probe, eval, diagnose;
    NetProgram jacobian; /* gives the gradients of one output of each image, rows in `batch` */
    NetProgram predict;  /* gives the outputs, rows in `batch`; only of an ensemble */
    json_t *network;     /* what it is (network.h); NULL: not known */
    json_t *lets;        /* NAME: value as text, of the lets outside the blocks; NULL: none are known */
    json_t *sets;        /* the --set lines it was compiled with, a list of texts; NULL: none */
    json_t *data;        /* the setting `data`, as it stands in the descriptor */
    NetCompiled compiled;
} NetModel;

/* Decodes code->descriptor. False with *error filled (exit status NET_ENVIRONMENT). */
bool net_model_decode(const NetCode *code, NetModel *model, NetError *error);

/* Frees what *model owns; a zeroed model is allowed. */
void net_model_free(NetModel *model);

/* The program's first entry of a kind for a layer (-1: the whole network), or NULL. */
const NetLogEntry *net_program_entry(const NetProgram *program, NetLogKind kind, int layer);

/* The k-th of the `count` values of an entry of the log: a `once` value as it is, a `chunk` value added over the chunks
 * in order, or the extreme of them where its kind is one. */
double net_log_value(const NetModel *model, const NetLogEntry *entry, const double *log, int64_t chunks, int64_t k);

/* The number of values in the parameters, trained or not. */
int64_t net_model_parameters(const NetModel *model);

#endif
