#include "compiler/onnx/graph.h"

#include <errno.h>
#include <string.h>

#include "compiler/onnx/onnx.pb-c.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "raw_data is little-endian");

struct OnnxGraph {
    Arena *arena;
    const Trained *trained;
    Trained member;     /* of which values are taken */
    const char *prefix; /* of what is named; "" */
    const Layer *layer; /* whose statement the next node shows; NULL: it was shown */
    const char *doc;
    VEC(Onnx__NodeProto *) nodes;
    VEC(Onnx__TensorProto *) tensors;
    VEC(Onnx__ValueInfoProto *) inputs;
    VEC(Onnx__ValueInfoProto *) outputs;
    VEC(Onnx__ValueInfoProto *) values;
    VEC(Onnx__StringStringEntryProto *) metadata;
};

/* protobuf-c's messages hold char *, which writing them does not change. */
static char *text(const char *constant) { return (char *)(uintptr_t)constant; }

OnnxGraph *onnx_new(Arena *arena, const Trained *trained) {
    OnnxGraph *graph = NEW(arena, OnnxGraph);
    graph->arena = arena;
    graph->trained = trained;
    onnx_begin_member(graph, -1);
    return graph;
}

void onnx_begin_member(OnnxGraph *graph, int64_t member) {
    graph->member = trained_member(graph->trained, member < 0 ? 0 : member);
    graph->layer = NULL;
    graph->prefix = member < 0 ? "" : arena_format(graph->arena, "%lld.", (long long)member + 1);
}

/* A name as the file has it. */
static char *full_name(const OnnxGraph *graph, const char *name) {
    bool input = graph->inputs.count > 0 && string_is(graph->inputs.at[0]->name, name);
    return input || !*graph->prefix ? text(name) : text(arena_format(graph->arena, "%s%s", graph->prefix, name));
}

/* ---- nodes ---- */

void onnx_begin_layer(OnnxGraph *graph, const Layer *layer) { graph->layer = layer; }

const char *onnx_part(OnnxGraph *graph, const Layer *layer, const char *part) {
    return arena_format(graph->arena, "%s.%s", layer->name, part);
}

static const char *statement(const OnnxGraph *graph) {
    size_t length;
    const char *start = source_slice(graph->trained->model->source, graph->layer->at, &length);
    return arena_copy(graph->arena, start, length);
}

const char *onnx_node(OnnxGraph *graph, const char *op, const char *out, const char *const *in) {
    Onnx__NodeProto *node = NEW(graph->arena, Onnx__NodeProto);
    onnx__node_proto__init(node);
    node->name = full_name(graph, out);
    node->op_type = text(op);
    node->n_output = 1;
    node->output = NEW_ARRAY(graph->arena, char *, 1);
    node->output[0] = node->name;
    while (in[node->n_input] != NULL) node->n_input++;
    node->input = NEW_ARRAY(graph->arena, char *, node->n_input);
    for (size_t i = 0; i < node->n_input; i++) node->input[i] = full_name(graph, in[i]);
    if (graph->layer != NULL) node->doc_string = text(statement(graph));
    graph->layer = NULL;
    vec_push(graph->arena, &graph->nodes, node);
    return out;
}

const char *onnx_unary(OnnxGraph *graph, const char *op, const char *out, const char *in) {
    return onnx_node(graph, op, out, (const char *const[]){in, NULL});
}

const char *onnx_binary(OnnxGraph *graph, const char *op, const char *out, const char *left, const char *right) {
    return onnx_node(graph, op, out, (const char *const[]){left, right, NULL});
}

static Onnx__AttributeProto *add_attribute(OnnxGraph *graph, const char *name,
                                           Onnx__AttributeProto__AttributeType type) {
    enum { MOST = 5 }; /* that any operator here is given */
    Onnx__NodeProto *node = graph->nodes.at[graph->nodes.count - 1];
    if (node->attribute == NULL) node->attribute = NEW_ARRAY(graph->arena, Onnx__AttributeProto *, MOST);
    ASSERT(node->n_attribute < MOST);
    Onnx__AttributeProto *attribute = NEW(graph->arena, Onnx__AttributeProto);
    onnx__attribute_proto__init(attribute);
    attribute->name = text(name);
    attribute->has_type = 1;
    attribute->type = type;
    node->attribute[node->n_attribute++] = attribute;
    return attribute;
}

void onnx_int(OnnxGraph *graph, const char *name, int64_t value) {
    Onnx__AttributeProto *attribute = add_attribute(graph, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    attribute->has_i = 1;
    attribute->i = value;
}

void onnx_float(OnnxGraph *graph, const char *name, double value) {
    Onnx__AttributeProto *attribute = add_attribute(graph, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
    attribute->has_f = 1;
    attribute->f = (float)value;
}

void onnx_ints(OnnxGraph *graph, const char *name, const int64_t *values, size_t count) {
    Onnx__AttributeProto *attribute = add_attribute(graph, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
    attribute->n_ints = count;
    attribute->ints = NEW_ARRAY(graph->arena, int64_t, count);
    memcpy(attribute->ints, values, count * sizeof *values);
}

void onnx_window(OnnxGraph *graph, const Window *window) {
    const int64_t pads[] = {window->before[0], window->before[1], window->after[0], window->after[1]};
    onnx_ints(graph, "kernel_shape", window->size, COUNT_OF(window->size));
    onnx_ints(graph, "strides", window->stride, COUNT_OF(window->stride));
    onnx_ints(graph, "pads", pads, COUNT_OF(pads));
}

/* ---- constants ---- */

static const char *add_tensor(OnnxGraph *graph, const char *name, Onnx__TensorProto__DataType type, const void *data,
                              size_t size, int rank, const int64_t *dim) {
    char *full = full_name(graph, name);
    for (size_t i = 0; i < graph->tensors.count; i++)
        if (string_is(graph->tensors.at[i]->name, full)) return name;
    Onnx__TensorProto *tensor = NEW(graph->arena, Onnx__TensorProto);
    onnx__tensor_proto__init(tensor);
    tensor->name = full;
    tensor->has_data_type = 1;
    tensor->data_type = (int32_t)type;
    tensor->n_dims = (size_t)rank;
    tensor->dims = NEW_ARRAY(graph->arena, int64_t, rank);
    int64_t count = 1;
    for (int d = 0; d < rank; d++) count *= tensor->dims[d] = dim[d];
    tensor->has_raw_data = 1;
    tensor->raw_data = (ProtobufCBinaryData){(size_t)count * size, (uint8_t *)(uintptr_t)data};
    vec_push(graph->arena, &graph->tensors, tensor);
    return name;
}

static const char *add_floats(OnnxGraph *graph, const char *name, const float *values, int rank, const int64_t *dim) {
    return add_tensor(graph, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, values, sizeof *values, rank, dim);
}

const char *onnx_stored(OnnxGraph *graph, const Stored *stored) {
    return onnx_stored_as(graph, stored, stored->rank, stored->dim);
}

const char *onnx_stored_as(OnnxGraph *graph, const Stored *stored, int rank, const int64_t *dim) {
    return add_floats(graph, stored->name, graph->member.values[stored->row], rank, dim);
}

const char *onnx_number(OnnxGraph *graph, const char *name, double value) {
    float *copy = NEW(graph->arena, float);
    *copy = (float)value;
    return add_floats(graph, name, copy, 0, NULL);
}

const char *onnx_filled(OnnxGraph *graph, const char *name, int64_t count, double value) {
    float *copy = NEW_ARRAY(graph->arena, float, count);
    for (int64_t i = 0; i < count; i++) copy[i] = (float)value;
    return add_floats(graph, name, copy, 1, &count);
}

const char *onnx_floats(OnnxGraph *graph, const char *name, const float *values, size_t count) {
    float *copy = NEW_ARRAY(graph->arena, float, count);
    memcpy(copy, values, count * sizeof *copy);
    const int64_t dim = (int64_t)count;
    return add_floats(graph, name, copy, 1, &dim);
}

const char *onnx_shape(OnnxGraph *graph, const char *name, const int64_t *values, size_t count) {
    int64_t *copy = NEW_ARRAY(graph->arena, int64_t, count);
    memcpy(copy, values, count * sizeof *values);
    const int64_t dim = (int64_t)count;
    return add_tensor(graph, name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, copy, sizeof *copy, 1, &dim);
}

/* ---- what a reader is told ---- */

static Onnx__TensorShapeProto__Dimension *dimension(Arena *arena) {
    Onnx__TensorShapeProto__Dimension *dim = NEW(arena, Onnx__TensorShapeProto__Dimension);
    onnx__tensor_shape_proto__dimension__init(dim);
    return dim;
}

static Onnx__ValueInfoProto *value_info(Arena *arena, const char *name, Shape shape, const char *doc) {
    Onnx__TensorShapeProto *sides = NEW(arena, Onnx__TensorShapeProto);
    onnx__tensor_shape_proto__init(sides);
    sides->n_dim = (size_t)shape.rank + 1;
    sides->dim = NEW_ARRAY(arena, Onnx__TensorShapeProto__Dimension *, sides->n_dim);
    sides->dim[0] = dimension(arena);
    sides->dim[0]->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
    sides->dim[0]->dim_param = text("N");
    for (int d = 0; d < shape.rank; d++) {
        sides->dim[d + 1] = dimension(arena);
        sides->dim[d + 1]->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        sides->dim[d + 1]->dim_value = shape.dim[d];
    }
    Onnx__TypeProto__Tensor *tensor = NEW(arena, Onnx__TypeProto__Tensor);
    onnx__type_proto__tensor__init(tensor);
    tensor->has_elem_type = 1;
    tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    tensor->shape = sides;
    Onnx__TypeProto *type = NEW(arena, Onnx__TypeProto);
    onnx__type_proto__init(type);
    type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    type->tensor_type = tensor;
    Onnx__ValueInfoProto *info = NEW(arena, Onnx__ValueInfoProto);
    onnx__value_info_proto__init(info);
    info->name = text(name);
    info->type = type;
    info->doc_string = text(doc);
    return info;
}

void onnx_input(OnnxGraph *graph, const char *name, Shape shape, const char *doc) {
    vec_push(graph->arena, &graph->inputs, value_info(graph->arena, name, shape, doc));
}

void onnx_output(OnnxGraph *graph, const char *name, Shape shape, const char *doc) {
    vec_push(graph->arena, &graph->outputs, value_info(graph->arena, name, shape, doc));
}

void onnx_value(OnnxGraph *graph, const char *name, Shape shape) {
    vec_push(graph->arena, &graph->values, value_info(graph->arena, full_name(graph, name), shape, NULL));
}

void onnx_about(OnnxGraph *graph, const char *doc) { graph->doc = doc; }

void onnx_metadata(OnnxGraph *graph, const char *key, const char *value) {
    Onnx__StringStringEntryProto *entry = NEW(graph->arena, Onnx__StringStringEntryProto);
    onnx__string_string_entry_proto__init(entry);
    entry->key = text(key);
    entry->value = text(value);
    vec_push(graph->arena, &graph->metadata, entry);
}

/* ---- writing ---- */

typedef struct {
    ProtobufCBuffer base;
    FILE *out;
    bool failed;
} FileBuffer;

static void append(ProtobufCBuffer *buffer, size_t length, const uint8_t *data) {
    FileBuffer *file = (FileBuffer *)(void *)buffer;
    file->failed = file->failed || fwrite(data, 1, length, file->out) != length;
}

bool onnx_write(OnnxGraph *graph, FILE *out, const char **why) {
    Onnx__GraphProto content = ONNX__GRAPH_PROTO__INIT;
    content.name = text(graph->trained->model->name);
    content.n_node = graph->nodes.count, content.node = graph->nodes.at;
    content.n_initializer = graph->tensors.count, content.initializer = graph->tensors.at;
    content.n_input = graph->inputs.count, content.input = graph->inputs.at;
    content.n_output = graph->outputs.count, content.output = graph->outputs.at;
    content.n_value_info = graph->values.count, content.value_info = graph->values.at;
    Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT, *opsets[] = {&opset};
    opset.domain = text(""); /* ONNX's own operators */
    opset.has_version = 1;
    opset.version = ONNX_OPSET;
    Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
    model.has_ir_version = 1;
    model.ir_version = ONNX_IR;
    model.producer_name = text("netc");
    model.producer_version = text(NETC_VERSION);
    model.doc_string = text(graph->doc);
    model.graph = &content;
    model.n_opset_import = COUNT_OF(opsets), model.opset_import = opsets;
    model.n_metadata_props = graph->metadata.count, model.metadata_props = graph->metadata.at;
    if (protobuf_c_message_get_packed_size(&model.base) > INT32_MAX) {
        *why = "it would be larger than 2 GiB, which is the most that a file of this format can hold";
        return false;
    }
    FileBuffer file = {.base = {.append = append}, .out = out};
    protobuf_c_message_pack_to_buffer(&model.base, &file.base);
    if (file.failed) *why = strerror(errno);
    return !file.failed;
}
