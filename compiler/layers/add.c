/* add: the sum of what flows here and of what labels name, from left to right.
 *
 *     z[n,...] = (x0[n,...] + x1[n,...]) + x2[n,...] ...
 *     y = activation(z) */
#include "compiler/layers/build.h"
#include "compiler/model/propagation.h"
#include "compiler/model/pytorch.h"
#include "compiler/onnx/graph.h"

enum { ADD_LABELS, ADD_ACTIVATION, ADD_OPTIONS };

static const OptionSpec add_options[ADD_OPTIONS] = {
    [ADD_LABELS] = {.name = "labels",
                    .type = OPTION_LABELS,
                    .positional = true,
                    .required = true,
                    .doc = "labels of the layers whose outputs are added to what flows here",
                    .example = "add x"},
    [ADD_ACTIVATION] = {.name = "activation",
                        .type = OPTION_ACTIVATION,
                        .standard = "linear",
                        .doc = "applied to the sum"},
};

static bool same_shape(Shape a, Shape b) {
    bool same = a.rank == b.rank;
    for (int i = 0; i < a.rank && same; i++) same = a.dim[i] == b.dim[i];
    return same;
}

/* A layer that gives a shortcut of shape `from` the shape `to`. */
typedef struct {
    const char *said; /* "a 1x1 conv with stride=2 and 32 maps"; NULL: there is none */
    const char *line; /* "conv 32 kernel=1x1 stride=2" */
} Shortcut;

static Shortcut shortcut_of(Arena *arena, Shape from, Shape to) {
    long long maps = (long long)to.dim[0];
    if (to.rank == 1)
        return (Shortcut){arena_format(arena, "a dense of %lld units", maps), arena_format(arena, "dense %lld", maps)};
    int64_t stride = from.rank == 3 ? (from.dim[1] + to.dim[1] - 1) / to.dim[1] : 0;
    for (int axis = 1; axis < 3; axis++)
        if (stride < 1 || (from.dim[axis] - 1) / stride + 1 != to.dim[axis]) return (Shortcut){NULL, NULL};
    const char *step = stride > 1 ? arena_format(arena, "stride=%lld", (long long)stride) : "";
    const char *and = stride > 1 ? " and " : "", *gap = stride > 1 ? " " : "";
    return (Shortcut){arena_format(arena, "a 1x1 conv with %s%s%lld maps", step, and, maps),
                      arena_format(arena, "conv %lld kernel=1x1%s%s", maps, gap, step)};
}

/* The line of the layer with another label in the place of one. */
static const char *with_label(const LayerContext *context, const LabelWritten *label, const char *other) {
    Span at = context->layer->at, before = {at.lo, label->at.lo}, behind = {label->at.hi, at.hi};
    size_t first, rest;
    const char *head = source_slice(context->diags->source, before, &first);
    const char *tail = source_slice(context->diags->source, behind, &rest);
    return arena_format(context->arena, "%.*s%s%.*s", (int)first, head, other, (int)rest, tail);
}

static void report_shapes(LayerContext *context, const LabelWritten *label, const Layer *read) {
    Arena *arena = context->arena;
    Shape in = context->layer->in, other = read->out;
    Shortcut shortcut = shortcut_of(arena, other, in);
    Diag *diag = diag_report(context->diags, label->at, "shape-mismatch", "'add %s' joins %s and %s%s%s", label->name,
                             shape_text(arena, in), shape_text(arena, other),
                             shortcut.said ? "; give the shortcut " : "", shortcut.said ? shortcut.said : "");
    if (shortcut.said) {
        diag_help(context->diags, diag, "write 'main:' and '%s from=%s' above, and '%s' here", shortcut.line,
                  label->name, with_label(context, label, "main"));
    } else if (!layer_advise_padding(context, diag, layer_above(context->layer), read)) {
        diag_help(context->diags, diag, "a sum takes equal shapes; concat joins maps of one height and width");
    }
}

static bool add_shape(LayerContext *context) {
    Layer *layer = context->layer;
    const OptionValue *labels = &layer->options[ADD_LABELS];
    layer->out = layer->in;
    layer->activation = layer->options[ADD_ACTIVATION].activation;
    for (size_t i = 1; i < layer->from.count; i++) {
        Shape other = layer->from.at[i]->out;
        if (same_shape(layer->in, other)) continue;
        report_shapes(context, &labels->labels.at[i - 1], layer->from.at[i]);
        return false;
    }
    return true;
}

/* Means and variances add up. */
static void add_propagate(const Layer *layer, Signal *signal) {
    for (size_t i = 1; i < layer->from.count; i++) {
        signal->values.mean += signal->read[i].mean;
        signal->values.variance += signal->read[i].variance;
        signal->values.common += signal->read[i].common;
        signal->values.far += signal->read[i].far;
        signal->values.near += signal->read[i].near;
    }
}

/* Vectors that flatten made of maps and others have no common indices, unless all are copied to one dimension. */
static Tensor *add_build(Build *build, const Layer *layer, Tensor *const *in, Mode mode) {
    (void)mode;
    Program *p = build->program;
    bool alike = true;
    for (size_t i = 1; i < layer->from.count; i++) alike = alike && build_alike(in[0], in[i]);
    Expr *sum = NULL;
    Tensor *like = NULL;
    for (size_t i = 0; i < layer->from.count; i++) {
        like = alike ? in[i] : build_vector(build, in[i]);
        sum = sum ? e_add(p, sum, e_at(p, like)) : e_at(p, like);
    }
    return build_activate(build, layer, program_map(p, build_name(build, layer, "sum"), like, sum));
}

static const char *add_pytorch(PyTorch *out, const Layer *layer, const char *const *x) {
    const char *sum = x[0];
    for (size_t i = 1; i < layer->from.count; i++) sum = arena_format(out->arena, "%s + %s", sum, x[i]);
    return sum;
}

static const char *add_onnx(OnnxGraph *graph, const Layer *layer, const char *const *in) {
    const char *sum = in[0];
    for (size_t i = 1; i < layer->from.count; i++) {
        bool last = i + 1 == layer->from.count;
        char part[24];
        snprintf(part, sizeof part, "sum%zu", i);
        sum = onnx_binary(graph, "Add", last ? onnx_weighted(graph, layer) : onnx_part(graph, layer, part), sum, in[i]);
    }
    return onnx_activate(graph, layer, sum);
}

const LayerKind layer_add = {
    .name = "add",
    .doc = "sum of what flows here and of what labels name",
    .options = add_options,
    .option_count = ADD_OPTIONS,
    .shape = add_shape,
    .propagate = add_propagate,
    .build = add_build,
    .pytorch = add_pytorch,
    .onnx = add_onnx,
};
