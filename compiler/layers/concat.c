/* concat: what flows here and what labels name, one behind the other: along the channels of maps, along the units of
 * vectors.
 *
 *     z[n, c0 + c, i, j] = x[n, c, i, j]        c0: the channels of those before
 *     y = activation(z) */
#include "compiler/layers/build.h"
#include "compiler/model/propagation.h"
#include "compiler/model/pytorch.h"
#include "compiler/onnx/graph.h"

enum { CONCAT_LABELS, CONCAT_ACTIVATION, CONCAT_OPTIONS };

static const OptionSpec concat_options[CONCAT_OPTIONS] = {
    [CONCAT_LABELS] = {.name = "labels",
                       .type = OPTION_LABELS,
                       .positional = true,
                       .required = true,
                       .doc = "labels of the layers whose outputs follow what flows here",
                       .example = "concat x"},
    [CONCAT_ACTIVATION] = {.name = "activation",
                           .type = OPTION_ACTIVATION,
                           .standard = "linear",
                           .doc = "applied to all of it"},
};

static bool concat_shape(LayerContext *context) {
    Layer *layer = context->layer;
    const OptionValue *labels = &layer->options[CONCAT_LABELS];
    layer->out = layer->in;
    layer->activation = layer->options[CONCAT_ACTIVATION].activation;
    for (size_t i = 1; i < layer->from.count; i++) {
        Shape other = layer->from.at[i]->out;
        bool fits = other.rank == layer->in.rank;
        for (int d = 1; d < other.rank; d++) fits = fits && other.dim[d] == layer->in.dim[d];
        if (!fits) {
            const LabelWritten *label = &labels->labels.at[i - 1];
            Diag *diag =
                diag_report(context->diags, label->at, "shape-mismatch", "'concat %s' joins %s and %s", label->name,
                            shape_text(context->arena, layer->in), shape_text(context->arena, other));
            if (layer_advise_padding(context, diag, layer->from.at[0], layer->from.at[i])) return false;
            diag_help(context->diags, diag, "%s",
                      other.rank == layer->in.rank
                          ? "channels may differ, rows and columns must not; a pool or stride= makes maps smaller"
                          : "maps join maps; flatten makes a vector of them");
            return false;
        }
        layer->out.dim[0] += other.dim[0];
    }
    return true;
}

/* Values of several distributions, drawn from each as often as it has values. The gradient is divided likewise. */
static void concat_propagate(const Layer *layer, Signal *signal) {
    Spread mixed = {0};
    double square = 0, far = 0, near = 0;
    for (size_t i = 0; i < layer->from.count; i++) {
        const Spread *read = &signal->read[i];
        double share = (double)layer->from.at[i]->out.dim[0] / (double)layer->out.dim[0];
        mixed.mean += share * read->mean;
        mixed.common += share * share * read->common; /* of their mean */
        square += share * (read->variance + read->mean * read->mean);
        far += share * (read->far + read->mean * read->mean);
        near += share * (read->near + read->mean * read->mean);
        signal->share[i] = share;
    }
    mixed.variance = square - mixed.mean * mixed.mean;
    mixed.far = far - mixed.mean * mixed.mean;
    mixed.near = near - mixed.mean * mixed.mean;
    signal->values = mixed;
}

static Tensor *concat_build(Build *build, const Layer *layer, Tensor *const *in, Mode mode) {
    (void)mode;
    Program *p = build->program;
    int64_t dim[TENSOR_MAX_RANK] = {DIM_BATCH}, first = 0;
    for (int d = 0; d < layer->out.rank; d++) dim[1 + d] = layer->out.dim[d];
    Tensor *joined = program_tensor(p, ROLE_VALUE, false, 1 + layer->out.rank, dim, build_name(build, layer, "joined"));
    for (size_t i = 0; i < layer->from.count; i++) {
        if (layer->out.rank == 1) {
            program_flat(p, joined, first, in[i]);
        } else {
            Compute *part = program_add(p, joined, REDUCE_NONE, 0, NULL, e_at(p, in[i]));
            part->range[1] = in[i]->dim[1];
            part->write[1] = ix_plus(ix(1), (int32_t)first);
        }
        first += layer->from.at[i]->out.dim[0];
    }
    return build_activate(build, layer, joined);
}

static const char *concat_pytorch(PyTorch *out, const Layer *layer, const char *const *x) {
    const char *list = x[0];
    for (size_t i = 1; i < layer->from.count; i++) list = arena_format(out->arena, "%s, %s", list, x[i]);
    return arena_format(out->arena, "torch.cat((%s), 1)", list);
}

static const char *concat_onnx(OnnxGraph *graph, const Layer *layer, const char *const *in) {
    const char *joined = onnx_node(graph, "Concat", onnx_weighted(graph, layer), in);
    onnx_int(graph, "axis", 1);
    return onnx_activate(graph, layer, joined);
}

const LayerKind layer_concat = {
    .name = "concat",
    .doc = "what flows here and what labels name, one behind the other along the channels",
    .options = concat_options,
    .option_count = CONCAT_OPTIONS,
    .shape = concat_shape,
    .propagate = concat_propagate,
    .build = concat_build,
    .pytorch = concat_pytorch,
    .onnx = concat_onnx,
};
