/* How several networks answer together, as runtime/base/combine.h says it, in ONNX's operators:
 *
 *     sum     ((1.y + 2.y) + 3.y) + ...              each rounded to a float
 *     mean    sum / members
 *     votes   the sum of each network's: of classes OneHot(ArgMax(k.y)), of answers k.y > 0.5
 *     share   votes / members, with what settles a tie
 *
 * All is of vectors: outputs that are maps are made vectors first, and maps again. */
#include "compiler/onnx/combine.h"

#include <math.h>

#include "compiler/model/ensemble.h"
#include "compiler/onnx/onnx.pb-c.h"
#include "runtime/base/combine.h"

enum { FLOAT = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, BOOL = 9 /* TensorProto.DataType, which no tensor here is of */ };

typedef struct {
    OnnxGraph *graph;
    Arena *arena;
    const Layer *last;
    int64_t members, outputs;
} Combine;

static const char *part(const Combine *c, const char *name) { return onnx_part(c->graph, c->last, name); }

/* "dense1.sum3" */
static const char *numbered(const Combine *c, const char *name, int64_t member) {
    return part(c, arena_format(c->arena, "%s%lld", name, (long long)member + 1));
}

static const char *number(const Combine *c, const char *name, double value) {
    return onnx_number(c->graph, part(c, name), value);
}

static const char *ternary(const Combine *c, const char *op, const char *out, const char *a, const char *b,
                           const char *d) {
    return onnx_node(c->graph, op, out, (const char *const[]){a, b, d, NULL});
}

/* The sum of values of all networks, in their order. */
static const char *sum(const Combine *c, const char *name, const char *const *values) {
    const char *so_far = values[0];
    for (int64_t k = 1; k < c->members; k++)
        so_far = onnx_binary(c->graph, "Add", numbered(c, name, k), so_far, values[k]);
    return so_far;
}

static const char *shared_out(const Combine *c, const char *name, const char *value) {
    return onnx_binary(c->graph, "Div", part(c, name), value, number(c, "members", (double)c->members));
}

/* 1 at the first of the largest values, 0 elsewhere. */
static const char *largest(const Combine *c, const char *out, const char *values) {
    const char *at = onnx_unary(c->graph, "ArgMax", arena_format(c->arena, "%s.at", out), values);
    onnx_int(c->graph, "axis", 1);
    onnx_int(c->graph, "keepdims", 0);
    const float answers[] = {0, 1};
    const char *depth = onnx_shape(c->graph, part(c, "classes"), &c->outputs, 1);
    ternary(c, "OneHot", out, at, depth, onnx_floats(c->graph, part(c, "no_yes"), answers, 2));
    onnx_int(c->graph, "axis", 1);
    return out;
}

/* 1 where a value is above a half, else 0. */
static const char *above_half(const Combine *c, const char *out, const char *values) {
    const char *above =
        onnx_binary(c->graph, "Greater", arena_format(c->arena, "%s.above", out), values, number(c, "half", 0.5));
    onnx_unary(c->graph, "Cast", out, above);
    onnx_int(c->graph, "to", FLOAT);
    return out;
}

static const char *cast(const Combine *c, const char *name, const char *value, int64_t type) {
    const char *out = onnx_unary(c->graph, "Cast", part(c, name), value);
    onnx_int(c->graph, "to", type);
    return out;
}

/* The largest value of an example, as a list of one. */
static const char *most(const Combine *c, const char *name, const char *values) {
    const char *out = onnx_unary(c->graph, "ReduceMax", part(c, name), values);
    const int64_t axes[] = {1};
    onnx_ints(c->graph, "axes", axes, 1);
    onnx_int(c->graph, "keepdims", 1);
    return out;
}

/* Of the classes with the most votes those that are not the one with the largest mean have the next smaller float. */
static const char *settle_classes(const Combine *c, const char *out, const char *votes, const char *mean) {
    OnnxGraph *graph = c->graph;
    const char *tied = onnx_binary(graph, "Equal", part(c, "tied"), votes, most(c, "most", votes));
    const char *rivals = ternary(c, "Where", part(c, "rivals"), tied, mean, number(c, "lowest", (double)-INFINITY));
    const char *first = cast(c, "is_first", largest(c, part(c, "first"), rivals), BOOL);
    const char *others = onnx_unary(graph, "Not", part(c, "others"), first);
    const char *beaten = onnx_binary(graph, "And", part(c, "beaten"), tied, others);
    const char *share = shared_out(c, "share", votes);
    const char *less = onnx_binary(graph, "Mul", part(c, "less"), share, number(c, "next", 0.99999994F));
    const char *settled = ternary(c, "Where", part(c, "settled"), beaten, less, share);
    const char *none = cast(c, "none", onnx_unary(graph, "IsNaN", part(c, "nan"), mean), FLOAT);
    const char *any = cast(c, "any_none", most(c, "most_none", none), BOOL);
    return ternary(c, "Where", out, any, number(c, "no_number", (double)NAN), settled);
}

/* A half is above a half where the mean is. */
static const char *settle_answers(const Combine *c, const char *out, const char *votes, const char *mean) {
    OnnxGraph *graph = c->graph;
    const char *share = shared_out(c, "share", votes), *half = number(c, "half", 0.5);
    const char *tied = onnx_binary(graph, "Equal", part(c, "tied"), share, half);
    const char *yes = onnx_binary(graph, "Greater", part(c, "mean_above"), mean, half);
    const char *beyond = onnx_binary(graph, "And", part(c, "beyond"), tied, yes);
    const char *settled = ternary(c, "Where", part(c, "settled"), beyond, number(c, "next", 0.50000006F), share);
    return ternary(c, "Where", out, onnx_unary(graph, "IsNaN", part(c, "nan"), mean), mean, settled);
}

static const char *combine(const Combine *c, int how, const char *out, const char **values) {
    const char *total = sum(c, "sum", values);
    if (how == NET_COMBINE_MEAN)
        return onnx_binary(c->graph, "Div", out, total, number(c, "members", (double)c->members));
    const char *mean = shared_out(c, "mean", total);
    for (int64_t k = 0; k < c->members; k++)
        values[k] = how == NET_COMBINE_VOTE ? largest(c, numbered(c, "vote", k), values[k])
                                            : above_half(c, numbered(c, "vote", k), values[k]);
    const char *votes = sum(c, "votes", values);
    return how == NET_COMBINE_VOTE ? settle_classes(c, out, votes, mean) : settle_answers(c, out, votes, mean);
}

const char *onnx_combine(OnnxGraph *graph, Arena *arena, const Model *model, const char *output) {
    const Layer *last = model->layers.at[model->layers.count - 1];
    const Combine c = {graph, arena, last, model->settings.members, shape_count(last->out)};
    int how = ensemble_combine(model);
    bool maps = how == NET_COMBINE_VOTE && last->out.rank == 3;
    const char **values = NEW_ARRAY(arena, const char *, c.members);
    for (int64_t k = 0; k < c.members; k++) {
        values[k] = arena_format(arena, "%lld.%s", (long long)k + 1, output);
        if (!maps) continue;
        values[k] = onnx_unary(graph, "Flatten", numbered(&c, "flat", k), values[k]);
        onnx_int(graph, "axis", 1);
    }
    if (!maps) return combine(&c, how, last->name, values);
    const int64_t shape[] = {0, last->out.dim[0], last->out.dim[1], last->out.dim[2]}; /* 0: as it is */
    const char *shares = combine(&c, how, part(&c, "shares"), values);
    return onnx_binary(graph, "Reshape", last->name, shares,
                       onnx_shape(graph, part(&c, "shape"), shape, COUNT_OF(shape)));
}
