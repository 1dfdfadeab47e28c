/* flatten: maps as one vector, in the order channel, row, column. No code: the same values under another shape. */
#include "compiler/layers/build.h"
#include "compiler/model/pytorch.h"
#include "compiler/onnx/graph.h"

static bool flatten_shape(LayerContext *context) {
    Layer *layer = context->layer;
    layer->out = (Shape){.rank = 1, .dim = {shape_count(layer->in)}};
    return true;
}

static bool flatten_idle(const Layer *layer) {
    (void)layer;
    return true;
}

/* Nothing to compute: values are in the order C, H, W already, and dense reads maps as they are. */
static Tensor *flatten_build(Build *build, const Layer *layer, Tensor *const *in, Mode mode) {
    (void)mode;
    return build_activate(build, layer, in[0]);
}

static const char *flatten_pytorch(PyTorch *out, const Layer *layer, const char *const *x) {
    return layer->in.rank == 1 ? x[0] : arena_format(out->arena, "torch.flatten(%s, 1)", x[0]);
}

static const char *flatten_onnx(OnnxGraph *graph, const Layer *layer, const char *const *in) {
    if (layer->in.rank == 1) return in[0];
    onnx_unary(graph, "Flatten", layer->name, in[0]);
    onnx_int(graph, "axis", 1);
    return layer->name;
}

const LayerKind layer_flatten = {
    .name = "flatten",
    .doc = "maps as one vector; dense does it by itself",
    .options = NULL,
    .option_count = 0,
    .shape = flatten_shape,
    .idle = flatten_idle,
    .build = flatten_build,
    .pytorch = flatten_pytorch,
    .onnx = flatten_onnx,
};
