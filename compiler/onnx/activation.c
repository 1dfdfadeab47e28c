/* Activations as ONNX's operators; those that opset 17 lacks are put together from their expressions. */
#include "compiler/model/activation.h"

#include "compiler/onnx/graph.h"

const char *onnx_weighted(OnnxGraph *graph, const Layer *layer) {
    return activation_is_linear(layer->activation) ? layer->name : onnx_part(graph, layer, "z");
}

/* ---- operators of their own ---- */
static const char *operator_of(OnnxGraph *graph, const Layer *layer, const char *name, const char *z) {
    const ActivationKind *kind = layer->activation.kind;
    onnx_unary(graph, kind->onnx, name, z);
    if (kind->parameter) onnx_float(graph, "alpha", layer->activation.parameter);
    if (kind->across) onnx_int(graph, "axis", 1);
    return name;
}

/* Over all outputs of an example: ONNX's are over one dimension, so maps are made a vector and maps again. */
static const char *across_maps(OnnxGraph *graph, const Layer *layer, const char *z) {
    const char *flat = onnx_unary(graph, "Flatten", onnx_part(graph, layer, "flat"), z);
    onnx_int(graph, "axis", 1);
    const char *shares = operator_of(graph, layer, onnx_part(graph, layer, layer->activation.kind->name), flat);
    const int64_t shape[] = {0, layer->out.dim[0], layer->out.dim[1], layer->out.dim[2]}; /* 0: as it is */
    return onnx_binary(graph, "Reshape", layer->name, shares,
                       onnx_shape(graph, onnx_part(graph, layer, "shape"), shape, COUNT_OF(shape)));
}

/* ---- expressions ---- */
static const char *const operators[EXPR_KIND_COUNT] = {
    [EXPR_ADD] = "Add",      [EXPR_SUB] = "Sub",   [EXPR_MUL] = "Mul",         [EXPR_DIV] = "Div",
    [EXPR_MAX] = "Max",      [EXPR_MIN] = "Min",   [EXPR_SQRT] = "Sqrt",       [EXPR_EXP] = "Exp",
    [EXPR_LOG] = "Log",      [EXPR_TANH] = "Tanh", [EXPR_SIGMOID] = "Sigmoid", [EXPR_SOFTPLUS] = "Softplus",
    [EXPR_SELECT] = "Where", [EXPR_LESS] = "Less",
};

typedef struct {
    OnnxGraph *graph;
    const Layer *layer;
    Program *program;
    const Expr *whole; /* has the layer's name, the rest "conv1.f1", "conv1.f2", ... */
    const char *z;
    int parts;
} Writer;

static const char *write_expr(Writer *writer, const Expr *e) {
    enum { MOST = 3 };
    Note *note;
    if (e->kind == EXPR_READ) return writer->z;
    if (expr_noted(writer->program, e, &note)) return note->name;
    const char *in[MOST + 1] = {NULL}, *name = writer->layer->name;
    Expr *const operand[MOST] = {e->a, e->b, e->c};
    for (int i = 0; i < expr_arity(e->kind); i++) in[i] = write_expr(writer, operand[i]);
    if (e != writer->whole) {
        char part[24];
        snprintf(part, sizeof part, "f%d", ++writer->parts);
        name = onnx_part(writer->graph, writer->layer, part);
    }
    if (e->kind == EXPR_CONST) return note->name = onnx_number(writer->graph, name, e->number);
    if (!operators[e->kind]) BUG("no operator for %s: an activation with it needs one of its own", expr_names[e->kind]);
    return note->name = onnx_node(writer->graph, operators[e->kind], name, in);
}

static const char *put_together(OnnxGraph *graph, const Layer *layer, const char *z) {
    const int64_t dim[] = {DIM_BATCH};
    Arena *arena = arena_new();
    Program *p = program_new(arena, layer->name);
    Expr *e = activation_value(p, layer->activation, e_at(p, program_tensor(p, ROLE_INPUT, false, 1, dim, "z")));
    expr_walk(p);
    write_expr(&(Writer){.graph = graph, .layer = layer, .program = p, .whole = e, .z = z}, e);
    arena_free(arena);
    return layer->name;
}

const char *onnx_activate(OnnxGraph *graph, const Layer *layer, const char *z) {
    const ActivationKind *kind = layer->activation.kind;
    if (activation_is_linear(layer->activation)) return z;
    if (kind->across && layer->out.rank == 3) return across_maps(graph, layer, z);
    return kind->onnx ? operator_of(graph, layer, layer->name, z) : put_together(graph, layer, z);
}
