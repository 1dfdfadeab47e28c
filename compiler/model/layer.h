/* What a layer kind is: a table row. Each file of compiler/layers/ defines one or more `const LayerKind`; the build
 * makes the list `layer_kinds` from the files found there, so adding a kind is adding a file. */
#ifndef NETC_LAYER_H
#define NETC_LAYER_H

#include "compiler/model/stored.h"

typedef struct Build Build;         /* compiler/layers/build.h */
typedef struct Tensor Tensor;       /* compiler/tensor/tensor.h */
typedef struct OnnxGraph OnnxGraph; /* compiler/onnx/graph.h */
typedef struct PyTorch PyTorch;     /* compiler/model/pytorch.h */
typedef struct Signal Signal;       /* compiler/model/propagation.h */

/* How a program treats what differs between training and use (dropout, batchnorm). */
typedef enum {
    MODE_TRAIN, /* at random, by the batch, which what is stored follows */
    MODE_PROBE, /* by the batch too, but nothing at random, and nothing changes */
    MODE_EVAL   /* as in use */
} Mode;

/* What a shape rule may use: the layer with its options and `in`, and where to report. */
typedef struct {
    Arena *arena;
    Diags *diags;
    const Model *model; /* the layers before this one */
    Layer *layer;
} LayerContext;

struct LayerKind {
    const char *name; /* "conv" */
    const char *doc;  /* one line */
    const OptionSpec *options;
    size_t option_count;
    /* Its outputs are weighted sums of what it reads: two of them in a row, with no activation between, are no more
     * than one. */
    bool weighs;
    /* Checks the options against layer->in, fills layer->out, activation, trainable and multiply_adds, and adds what
     * the layer stores (layer_store). False after reporting an error. */
    bool (*shape)(LayerContext *context);
    /* Whether the layer, in use, passes on what it reads as it is (dropout that is inverted); NULL: never. */
    bool (*idle)(const Layer *layer);
    /* How values and gradients pass through the untrained layer, before its activation; NULL: as they are. */
    void (*propagate)(const Layer *layer, Signal *signal);
    /* Adds the layer's computes to a program and returns its output. `in` are the values of layer->from, one each; of
     * the input the batch. So it is below. */
    Tensor *(*build)(Build *build, const Layer *layer, Tensor *const *in, Mode mode);
    /* Adds the layer, as it is in use, to an ONNX graph and returns the name of its output; `in` are the names of what
     * it reads, and NULL. */
    const char *(*onnx)(OnnxGraph *graph, const Layer *layer, const char *const *in);
    /* What the layer does before its activation, as a Python expression of the expressions `x`; adds its modules to
     * `out`. */
    const char *(*pytorch)(PyTorch *out, const Layer *layer, const char *const *x);
};

extern const LayerKind *const layer_kinds[];        /* ends with NULL; the row of kind K is `const LayerKind layer_K` */
const LayerKind *layer_kind_find(const char *name); /* NULL: there is none */

/* The input stands first and reads no layer. */
bool layer_kind_is_input(const LayerKind *kind);
/* The first that a layer reads, which makes chains of layers; NULL: it is the input. */
Layer *layer_above(const Layer *layer);
/* Which layers it takes for the output of `layer`, by index. */
bool *model_needed(Arena *arena, const Model *model, const Layer *layer);
/* The options every layer has but the input. */
enum { LAYER_FROM, LAYER_COMMON_OPTIONS };
extern const OptionSpec layer_common_options[LAYER_COMMON_OPTIONS];

/* ---- for shape rules ---- */
/* layer_store (stored.h) of a tensor that begins as the option at `init_option` says (or, when that is absent, by the
 * default for the layer's activation: he_normal for relu and its kin, glorot_uniform for the rest). */
Stored *layer_store_init(LayerContext *context, const char *part, StoredRole role, int rank, const int64_t *dim,
                         int init_option, int64_t fan_in, int64_t fan_out);
/* Sets layer->multiply_adds to the product of the factors; false after reporting that it is beyond all bounds. */
bool layer_multiply_adds(LayerContext *context, size_t count, const int64_t *factor);
/* "28x28 became 24x24 (conv1), 12x12 (pool1)": how the maps came to their size, as a note. */
/* Whether an input's channels seem to stand last, as in 28x28x1; and what it is with them first. */
bool layer_channels_last(Shape shape);
Shape layer_channels_first(Shape shape);
void layer_note_sizes(LayerContext *context, Diag *diag);
/* Advice on two layers whose maps differ in size, if all that differs is lost at the edges; false: something else is.
 */
bool layer_advise_padding(LayerContext *context, Diag *diag, const Layer *one, const Layer *other);

/* A window that moves over maps: [0] rows, [1] columns. */
typedef struct {
    int64_t size[2], stride[2], dilation[2];
    int64_t reach[2];            /* of so many places the first and the last are read: (size - 1) * dilation + 1 */
    int64_t before[2], after[2]; /* padding above and left, below and right */
    int64_t out[2];              /* how many places it takes: the height and width of what comes out */
    int64_t unread[2];           /* last rows and columns of the maps that no place covers */
} Window;
/* The options about it. size->flag: the whole map (`global`); a stride that is not there (size 0): the window's;
 * pad->flag: `same`; dilation NULL: the kind has none, 1. */
typedef struct {
    const OptionValue *size, *stride, *pad, *dilation;
} WindowOptions;
/* Whether it leaves out lines between its places. A window of one takes no more on purpose: a shortcut. */
bool window_steps_over(const Window *window, int axis);
/* The window of a layer that reads maps of shape `in`. False when it does not fit. Reports nothing: for `build`. */
bool window_make(Shape in, WindowOptions options, Window *window);
/* Of what it reads in maps of shape `in`, over all its places, the share that is no padding; and the share of taps that
 * are none at two places chosen at random. */
typedef struct {
    double inside, both;
} WindowReads;
WindowReads window_reads(Shape in, const Window *window);
/* The mean correlation of two of its taps, where that of neighbours is `near` and each step to the side or down
 * multiplies it by that again. */
double window_alike(const Window *window, double near);
/* The same for shape rules: reports input that is not maps, and a window that does not fit, at `size`. */
bool layer_window(LayerContext *context, WindowOptions options, Window *window);

#endif
