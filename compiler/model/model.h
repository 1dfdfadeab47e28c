/* The model: what a .net file means. Layers with names, shapes and parameters, settings with every default filled in.
 * All errors a user can make in a file end here: whatever is built from a Model that was checked without errors can
 * only fail through a fault of netc. Everything lives in the arena of model_check. */
#ifndef NETC_MODEL_H
#define NETC_MODEL_H

#include "compiler/syntax/ast.h"
#include "runtime/data/augment.h"

/* ---- limits (language.md, "Diagnostics") ---- */
enum {
    MODEL_MAX_LAYERS = 1000,
    MODEL_MAX_READ = 256, /* by one layer */
    MODEL_MAX_SIDE = 65536,
    MODEL_MAX_REPEAT = 10000,
    MODEL_MAX_DEPTH = 64,
    MODEL_MAX_NAME = 100
};
#define MODEL_MAX_PARAMETERS (INT64_C(1) << 31)
#define MODEL_MAX_VALUES (INT64_C(1) << 31) /* of one layer's output, for one example */

/* The shape of one example at one place of the network: rank 1 {units} or rank 3 {channels, height, width}.
 * Rank 0 is the poison shape: an error was reported, whoever reads it stays silent. */
typedef struct {
    int rank;
    int64_t dim[3];
} Shape;
int64_t shape_count(Shape shape);
const char *shape_text(Arena *arena, Shape shape); /* "6x24x24", "100" */

/* ---- activations ---- */
typedef struct ActivationKind ActivationKind; /* compiler/model/activation.h */
typedef struct {
    const ActivationKind *kind;
    double parameter; /* of those that take a number */
} Activation;

/* ---- how a tensor begins ---- */
typedef enum {
    RECIPE_NORMAL,     /* mean a, standard deviation b */
    RECIPE_UNIFORM,    /* a <= v < b */
    RECIPE_CONSTANT,   /* a */
    RECIPE_CENTRE,     /* set from the first training example so that every weighted input is 0 for it */
    RECIPE_DATA,       /* a statistic of the training part */
    RECIPE_VALUES,     /* the values given */
    RECIPE_ORTHOGONAL, /* rows or columns at right angles, of length a; b: the standard deviation of the values */
    RECIPE_COPY        /* as another one, with the values that are loaded for that */
} RecipeKind;
typedef enum {
    STATISTIC_MEAN,
    STATISTIC_DEVIATION,
    STATISTIC_BALANCE,     /* of each class n / (K n_k): all of them count alike */
    STATISTIC_TARGET_MEAN, /* of the numbers to learn, one an output */
    STATISTIC_TARGET_DEVIATION
} Statistic;
typedef struct Stored Stored;
typedef struct {
    RecipeKind kind;
    double a, b;
    Statistic statistic;  /* RECIPE_DATA */
    const double *values; /* RECIPE_VALUES: one for each element */
    const Stored *of;     /* RECIPE_COPY */
} Recipe;

/* ---- stored tensors: what a network keeps from one batch to the next ---- */
typedef enum {
    STORED_WEIGHT,    /* a parameter that multiplies */
    STORED_BIAS,      /* a parameter that is added */
    STORED_STATISTIC, /* of data, set before training or followed during it: no step of the optimizer changes it */
    STORED_MOMENT,    /* what the optimizer keeps of a parameter from one step to the next */
    STORED_AVERAGE,   /* of another tensor, over the steps: average.h */
    STORED_ROLES
} StoredRole;
extern const char *const stored_roles[STORED_ROLES]; /* "weight" */

/* One of them, in PyTorch's shape. Whatever is about all of them goes over Layer.stored or Model.stored and asks the
 * row; only a layer's own functions know which rows it has. Parameters lie in the kernels' buffer `param`, all else in
 * `state`. */
struct Stored {
    const char *name; /* "conv1.weight" */
    const char *part; /* "weight" */
    StoredRole role;
    int rank;
    int64_t dim[4];
    Recipe recipe;      /* how it begins */
    const char *option; /* the option that says so; NULL: none does */
    bool decays;        /* regularize applies */
    int64_t matrices;   /* of a weight that is a linear map, or several, one below the other: so many; else 0 */
    bool trained;       /* the optimizer's step changes it */
    bool follows;       /* the data of training changes it: its layer says how (build_next) */
    VEC(const Stored *) moments; /* what the optimizer keeps of it, in its own order */
    const Stored *average;       /* what is used in its place outside of training; NULL: it is itself */
    const char *kept;            /* its name in weights files; NULL: they do not keep it */
    bool metadata;               /* there it is a list of numbers among the metadata, not a tensor */
    int row;                     /* in Model.stored */
    int64_t offset;              /* of its first element in its buffer */
};

/* ---- options: of layers, of settings ---- */
typedef enum {
    OPTION_INTEGER,
    OPTION_REAL,
    OPTION_BOOL,
    OPTION_WORD,       /* one of .words */
    OPTION_WINDOW,     /* HxW, a list of two, or one number for a square: size[0], size[1] */
    OPTION_PAD,        /* OPTION_WINDOW or the word `same` (flag) */
    OPTION_SHAPE,      /* input's: shape */
    OPTION_ACTIVATION, /* activation */
    OPTION_INIT,       /* init: word or call; resolved to a Recipe once fans are known */
    OPTION_NUMBERS,    /* a number, a list of numbers, or the word `data` (flag) */
    OPTION_COUNT,      /* an integer >= 1, or a fraction below 1 (split): real */
    OPTION_STRING,
    OPTION_WORDS,   /* some of .words: set (as a positional it takes all that stand there, as an option a list) */
    OPTION_LABEL,   /* the label of an earlier layer: word */
    OPTION_LABELS,  /* several of them: labels (as OPTION_WORDS) */
    OPTION_STRINGS, /* a list of texts: labels */
    OPTION_COLUMNS  /* one column of a table or a list of them, by name or by number from 1: columns */
} OptionType;

/* What a trainer knows an option of the train block by. */
typedef struct {
    const char *name;     /* "weight_decay": in formulas, config.json, checkpoints; NULL: it does not know it */
    const char *flag;     /* "weight-decay": the option that gives another value; NULL: it is compiled in */
    const char *argument; /* "D": what --help calls that value */
    const char *changes;  /* how a resumed run may change it: docs/formats.md, "Settings"; NULL: it keeps its own */
} TrainerWords;

typedef struct {
    const char *name;
    OptionType type;
    bool positional; /* positionals come first, in the order of the table */
    bool required;
    bool training;        /* matters in training alone: weights trained with another value are good here */
    double low, high;     /* inclusive range of numbers; both 0: any */
    bool low_open;        /* the lower bound is not reached (rate: more than 0) */
    bool high_open;       /* the upper bound is not reached (dropout: [0, 1)) */
    bool pixels;          /* they are counted, where a share of a side may be meant: shift=10% */
    const char *standard; /* default, in the language; NULL: none (absent unless given) */
    /* OPTION_WORD, OPTION_WORDS: the vocabulary; OPTION_INIT: words beyond the initialisers; the others: words that may
     * stand in place of the number (sets .word and .flag), the first for 0 in a trainer. Ends with NULL. */
    const char *const *words;
    const char *called;   /* OPTION_WORD: the one of .words that takes a number above 0 in brackets: real, or... */
    double called_alone;  /* ... this one without them */
    TrainerWords trainer; /* of a setting: a number or a word there */
    const char *same;    /* options with this text are one setting, written in several ways: one of them may be given */
    const char *doc;     /* one line, with the unit */
    const char *example; /* shown when it is missing, or any of several: "kernel=5x5" */
} OptionSpec;

/* A label as a statement names it. */
typedef struct {
    const char *name;
    Span at;
} LabelWritten;

/* A column as a statement names it: by its name, or by its number where there is none. */
typedef struct {
    const char *name;
    int64_t number;
} ColumnWritten;

typedef struct {
    bool given;     /* written in the file or by a `default` line, not taken from .standard */
    bool inherited; /* given by a `default` line */
    bool flag;      /* OPTION_BOOL; `same` of OPTION_PAD; `data` of OPTION_NUMBERS; any of .words of the other types */
    Span at;
    int64_t integer;
    double real;      /* of numbers; OPTION_BOOL: 1 or 0 */
    const char *word; /* OPTION_WORD, OPTION_STRING, OPTION_LABEL, a word in place of a number */
    int choice;       /* the place of .word in the vocabulary, -1 without one */
    uint32_t set;     /* OPTION_WORDS: bit i stands for words[i] */
    int64_t size[2];
    Shape shape;
    Activation activation;
    const AstValue *init; /* OPTION_INIT: a name, or a call with numbers alone; NULL: neither given nor defaulted */
    double *numbers;
    size_t number_count;
    VEC(LabelWritten) labels;   /* OPTION_LABELS, OPTION_STRINGS */
    VEC(ColumnWritten) columns; /* OPTION_COLUMNS */
} OptionValue;

/* Whose options they are. The values of `common` follow those of `options` in one array. */
typedef struct {
    const char *name; /* "conv"; of a setting how its line begins: "regularize", "optimizer sgd" */
    const OptionSpec *options;
    size_t count;
    const OptionSpec *common; /* options that every layer has; those of the row that a setting's first word chose */
    size_t common_count;
} OptionOwner;
static inline size_t option_count(const OptionOwner *owner) { return owner->count + owner->common_count; }
/* The row of the value at `place`. */
static inline const OptionSpec *option_at(const OptionOwner *owner, size_t place) {
    return place < owner->count ? &owner->options[place] : &owner->common[place - owner->count];
}

/* ---- layers ---- */
typedef struct LayerKind LayerKind;
typedef struct Layer Layer;

struct Layer {
    const LayerKind *kind;
    const char *name;      /* its label, or kind + running number; unique */
    Span at;               /* the statement */
    int index;             /* in Model.layers; 0 is the input */
    OptionValue *options;  /* parallel to kind->options */
    VEC(Layer *) from;     /* what it reads: what flows in, or from= names, then what its labels name; input: nothing */
    Shape in, out;         /* in: of the first that it reads */
    Activation activation; /* linear where the kind has none */
    bool trainable;
    int64_t normalised; /* values of one example that are normalised together with those of the whole batch; 0: none */
    VEC(Stored *) stored;
    int64_t multiply_adds; /* of one example, forward */
    int readers;           /* so many times it is read */
};

/* ---- settings ---- */
typedef enum { COST_QUADRATIC, COST_CROSS_ENTROPY, COST_LOG_LIKELIHOOD, COST_ABSOLUTE, COST_HUBER, COSTS } Cost;
typedef enum { TARGET_CLASS, TARGET_VALUES, TARGET_LABELS, TARGET_INPUT, TARGETS } TargetName; /* targets.h */
typedef struct Optimizer Optimizer;       /* compiler/model/optimizer.h */
typedef struct ScheduleKind ScheduleKind; /* compiler/model/rate_schedule.h */

/* A setting as it came to be. */
typedef struct {
    OptionOwner owner;
    OptionValue *values; /* parallel to the owner's options */
    const AstStmt *line; /* that gave it; NULL: its default holds, or none does */
    bool on;             /* a line or a default gives it; else its values are the defaults of options, or 0 */
} Setting;

typedef struct {
    Setting *at;           /* parallel to setting_kinds, then `log`: every number and word; below is what the compiler
                              decides by */
    Setting *log;          /* one for each subject of logs (settings_log) */
    const char *data_kind; /* digits mnist … idx npy */
    double split_train, split_validation, split_test; /* 0: not given; < 1: fraction; else count */
    const char *split_order;                          /* NULL: what suits the data */
    int64_t split_seed;
    NetAugment augment;
    TargetName target;
    bool target_scaled; /* the outputs are to be (number - mean) / deviation, which is undone in use */
    Cost cost;
    double huber; /* COST_HUBER: where it stops being quadratic */
    const Optimizer *optimizer;
    const ScheduleKind *schedule; /* NULL: the rate stays */
    int64_t members;              /* networks that answer together; 1: it is no ensemble */
    bool votes;                   /* by the votes of these, else by the mean of their outputs */
    bool log_events;              /* for TensorBoard */
    const AstStmt *no_log;        /* `log nothing` of the file */
} Settings;

/* A `-D NAME=VALUE` of the command line, as written; or a let of the file with its value as text. */
typedef struct {
    const char *name, *value;
} Define;

typedef struct {
    const char *name;
    Layer *layer;
} LayerName;

/* What a model is checked for. */
typedef enum {
    PURPOSE_LOOK,  /* it is checked, shown or made a trainer */
    PURPOSE_TRAIN, /* it is about to be trained */
    PURPOSE_USE    /* it is trained already: what it learned from is not asked */
} ModelPurpose;

typedef struct {
    const char *name; /* of the network */
    const Source *source;
    ModelPurpose purpose;
    VEC(Define) lets;        /* those outside the blocks, with the values used */
    const char *const *sets; /* the --set lines, as they were given */
    size_t set_count;
    const char *data_dir; /* --data-dir, or NULL */
    VEC(Layer *) layers;  /* in data order; layers.at[0] is the input, the last one the output */
    VEC(LayerName) names; /* all that layers are called: their own, and labels that stand alone */
    Settings settings;
    int64_t parameter_count;
    bool bytes_data;                /* the data's examples are bytes (divided by 255), not floats */
    bool bytes_input;               /* kernels read them as they are; they do not what is drawn of pictures */
    VEC(Stored *) stored;           /* of all layers, by row: parameters first */
    int64_t param_size, state_size; /* of the buffers they lie in, in elements */
    bool explodes;                  /* by its initial weights: what [exploding-gradient] says, allowed or not */
} Model;

/* How many classes an example may have; 0: its target is not a class. */
int64_t model_classes(const Model *model);
/* How many numbers an example is to give; 0: its target is something else. */
int64_t model_targets(const Model *model);

/* What the command line says: -D values and --set lines of the train block, where the data is, and what the model is
 * for. */
typedef struct {
    const Define *defines;
    size_t define_count;
    const char *const *sets;
    size_t set_count;
    const char *data_dir; /* NULL: the data lies beside the model, or in the data folder */
    ModelPurpose purpose;
} ModelChanges;

/* Prints a model in a stable form, for tests (`--dump=model`). */
void model_print(const Model *model, FILE *out);

/* Checks a parsed file. NULL when there were errors (all are in diags). Warnings alone do not hinder. The texts of
 * -D and --set are attached to `source`. `changes` may be NULL. */
Model *model_check(Arena *arena, Source *source, const AstFile *file, const ModelChanges *changes, Diags *diags);

#endif
