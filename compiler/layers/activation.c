/* activation: y = f(x), value by value (softmax: over all of them). */
#include "compiler/layers/build.h"
#include "compiler/model/activation.h"
#include "compiler/model/pytorch.h"
#include "compiler/onnx/graph.h"

enum { ACTIVATION_FUNCTION, ACTIVATION_OPTIONS };

static const OptionSpec activation_options[ACTIVATION_OPTIONS] = {
    [ACTIVATION_FUNCTION] = {.name = "function",
                             .type = OPTION_ACTIVATION,
                             .positional = true,
                             .required = true,
                             .doc = "the activation",
                             .example = "activation relu"},
};

static bool activation_shape(LayerContext *context) {
    Layer *layer = context->layer;
    layer->out = layer->in;
    layer->activation = layer->options[ACTIVATION_FUNCTION].activation;
    return true;
}

static bool activation_idle(const Layer *layer) { return activation_is_linear(layer->activation); }

static Tensor *activation_build(Build *build, const Layer *layer, Tensor *const *in, Mode mode) {
    (void)mode;
    return build_activate(build, layer, in[0]);
}

static const char *activation_pytorch(PyTorch *out, const Layer *layer, const char *const *x) {
    (void)out, (void)layer;
    return x[0]; /* the function is put around it */
}

static const char *activation_onnx(OnnxGraph *graph, const Layer *layer, const char *const *in) {
    return onnx_activate(graph, layer, in[0]);
}

const LayerKind layer_activation = {
    .name = "activation",
    .doc = "an activation on its own",
    .options = activation_options,
    .option_count = ACTIVATION_OPTIONS,
    .shape = activation_shape,
    .idle = activation_idle,
    .build = activation_build,
    .pytorch = activation_pytorch,
    .onnx = activation_onnx,
};
