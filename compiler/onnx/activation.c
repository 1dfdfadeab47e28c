/* Activations as ONNX's operators; those that opset 17 lacks are put together from others. */
#include "compiler/onnx/graph.h"

const char *onnx_weighted(OnnxGraph *graph, const Layer *layer) {
    return layer->activation.kind == ACTIVATION_LINEAR ? layer->name : onnx_part(graph, layer, "z");
}

/* z * sigmoid(z) */
static const char *swish(OnnxGraph *graph, const Layer *layer, const char *z) {
    return onnx_binary(graph, "Mul", layer->name, z, onnx_unary(graph, "Sigmoid", onnx_part(graph, layer, "gate"), z));
}

/* z * sigmoid(2 sqrt(2/pi) (z + 0.044715 z^3)): the tanh form, see compiler/layers/build.c */
static const char *gelu(OnnxGraph *graph, const Layer *layer, const char *z) {
    const char *square = onnx_binary(graph, "Mul", onnx_part(graph, layer, "square"), z, z);
    const char *cube = onnx_binary(graph, "Mul", onnx_part(graph, layer, "cube"), square, z);
    const char *cubic = onnx_binary(graph, "Mul", onnx_part(graph, layer, "cubic"), cube,
                                    onnx_number(graph, onnx_part(graph, layer, "cubic_factor"), 0.044715));
    const char *sum = onnx_binary(graph, "Add", onnx_part(graph, layer, "inner_sum"), z, cubic);
    const char *inner = onnx_binary(graph, "Mul", onnx_part(graph, layer, "inner"), sum,
                                    onnx_number(graph, onnx_part(graph, layer, "inner_factor"), 1.5957691216057308));
    return onnx_binary(graph, "Mul", layer->name, z,
                       onnx_unary(graph, "Sigmoid", onnx_part(graph, layer, "gate"), inner));
}

/* Over all outputs of an example: ONNX's is over one dimension, so maps are made a vector and maps again. */
static const char *softmax(OnnxGraph *graph, const Layer *layer, const char *z) {
    if (layer->out.rank == 1) {
        onnx_unary(graph, "Softmax", layer->name, z);
        onnx_int(graph, "axis", 1);
        return layer->name;
    }
    const char *flat = onnx_unary(graph, "Flatten", onnx_part(graph, layer, "flat"), z);
    onnx_int(graph, "axis", 1);
    const char *shares = onnx_unary(graph, "Softmax", onnx_part(graph, layer, "softmax"), flat);
    onnx_int(graph, "axis", 1);
    const int64_t shape[] = {0, layer->out.dim[0], layer->out.dim[1], layer->out.dim[2]}; /* 0: as it is */
    return onnx_binary(graph, "Reshape", layer->name, shares,
                       onnx_shape(graph, onnx_part(graph, layer, "shape"), shape, COUNT_OF(shape)));
}

const char *onnx_activate(OnnxGraph *graph, const Layer *layer, const char *z) {
    const char *name = layer->name;
    double parameter = layer->activation.parameter;
    switch (layer->activation.kind) {
    case ACTIVATION_LINEAR: return z;
    case ACTIVATION_SIGMOID: return onnx_unary(graph, "Sigmoid", name, z);
    case ACTIVATION_TANH: return onnx_unary(graph, "Tanh", name, z);
    case ACTIVATION_RELU: return onnx_unary(graph, "Relu", name, z);
    case ACTIVATION_LEAKY_RELU:
        onnx_unary(graph, "LeakyRelu", name, z);
        onnx_float(graph, "alpha", parameter);
        return name;
    case ACTIVATION_ELU:
        onnx_unary(graph, "Elu", name, z);
        onnx_float(graph, "alpha", parameter);
        return name;
    case ACTIVATION_SELU:
        onnx_unary(graph, "Selu", name, z);
        onnx_float(graph, "alpha", 1.6732632423543772);
        onnx_float(graph, "gamma", 1.0507009873554805);
        return name;
    case ACTIVATION_SOFTPLUS: return onnx_unary(graph, "Softplus", name, z);
    case ACTIVATION_SOFTSIGN: return onnx_unary(graph, "Softsign", name, z);
    case ACTIVATION_SWISH: return swish(graph, layer, z);
    case ACTIVATION_GELU: return gelu(graph, layer, z);
    case ACTIVATION_SOFTMAX: return softmax(graph, layer, z);
    case ACTIVATION_COUNT: break;
    }
    BUG("no activation %d", (int)layer->activation.kind);
}
