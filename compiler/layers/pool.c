/* pool: each map made smaller, window by window.
 *
 *     max       y[n,c,i,j] = max(u,v) x[n, c, i*s + u - p, j*s + v - p]
 *     average   y[n,c,i,j] = sum(u,v) x[n, c, i*s + u - p, j*s + v - p] / (kh*kw)
 *     l2        y[n,c,i,j] = sqrt( sum(u,v) x[n, c, i*s + u - p, j*s + v - p]^2 )
 *
 * A maximum ignores the padding, a sum takes it as 0. The gradient of l2 at 0 is 0. */
#include <math.h>

#include "compiler/layers/build.h"
#include "compiler/model/propagation.h"
#include "compiler/model/pytorch.h"
#include "compiler/onnx/graph.h"

enum { POOL_METHOD, POOL_WINDOW, POOL_STRIDE, POOL_PAD, POOL_ACTIVATION, POOL_OPTIONS };
enum { POOL_MAX, POOL_AVERAGE, POOL_L2 }; /* places in pool_methods */

static const char *const pool_methods[] = {[POOL_MAX] = "max", [POOL_AVERAGE] = "average", [POOL_L2] = "l2", NULL};
static const char *const window_words[] = {"global", NULL};

static const OptionSpec pool_options[POOL_OPTIONS] = {
    [POOL_METHOD] = {.name = "method",
                     .type = OPTION_WORD,
                     .positional = true,
                     .required = true,
                     .words = pool_methods,
                     .doc = "the largest value, the average, or the root of the sum of squares",
                     .example = "pool max 2x2"},
    [POOL_WINDOW] = {.name = "window",
                     .type = OPTION_WINDOW,
                     .positional = true,
                     .required = true,
                     .low = 1,
                     .high = MODEL_MAX_SIDE,
                     .words = window_words,
                     .doc = "height x width, one number for a square, or `global`: the whole map",
                     .example = "pool max 2x2"},
    [POOL_STRIDE] = {.name = "stride",
                     .type = OPTION_WINDOW,
                     .low = 1,
                     .high = MODEL_MAX_SIDE,
                     .doc = "step of the window, in rows x columns; without it the window's size"},
    [POOL_PAD] = {.name = "pad",
                  .type = OPTION_WINDOW,
                  .low = 0,
                  .high = MODEL_MAX_SIDE,
                  .standard = "0",
                  .doc = "padding around the maps, in rows x columns; at most half the window"},
    [POOL_ACTIVATION] = {.name = "activation",
                         .type = OPTION_ACTIVATION,
                         .standard = "linear",
                         .doc = "applied to the pooled values"},
};

/* "the last row", "the last 2 columns"; NULL: none. */
static const char *unread_text(Arena *arena, int64_t count, const char *what) {
    if (count == 0) {
        return NULL;
    }
    return count == 1 ? arena_format(arena, "the last %s", what)
                      : arena_format(arena, "the last %lld %ss", (long long)count, what);
}

static void pool_warn_unread(LayerContext *context, const Window *window) {
    const Layer *layer = context->layer;
    const char *rows = unread_text(context->arena, window->unread[0], "row");
    const char *columns = unread_text(context->arena, window->unread[1], "column");
    bool told = window_steps_over(window, 0) || window_steps_over(window, 1); /* more than the last is not read */
    if ((!rows && !columns) || told) {
        return;
    }
    diag_report(context->diags, layer->options[POOL_WINDOW].at, "rows-dropped",
                "pool %lldx%lld on %lldx%lld drops %s%s%s", (long long)window->size[0], (long long)window->size[1],
                (long long)layer->in.dim[1], (long long)layer->in.dim[2], rows ? rows : columns,
                rows && columns ? " and " : "", rows && columns ? columns : "");
}

static WindowOptions window_options(const Layer *layer) {
    const OptionValue *option = layer->options;
    return (WindowOptions){.size = &option[POOL_WINDOW], .stride = &option[POOL_STRIDE], .pad = &option[POOL_PAD]};
}

static bool pool_shape(LayerContext *context) {
    Layer *layer = context->layer;
    const OptionValue *option = layer->options;
    Window window;
    if (!layer_window(context, window_options(layer), &window)) {
        return false;
    }
    for (int axis = 0; axis < 2; axis++) {
        if (window.before[axis] > window.size[axis] / 2) {
            Diag *diag = diag_report(
                context->diags, option[POOL_PAD].at, "bad-padding",
                "pad=%lldx%lld is more than half of the %lldx%lld window; whole windows would lie in the padding",
                (long long)window.before[0], (long long)window.before[1], (long long)window.size[0],
                (long long)window.size[1]);
            diag_help(context->diags, diag, "write pad=%lldx%lld or less", (long long)window.size[0] / 2,
                      (long long)window.size[1] / 2);
            return false;
        }
    }
    pool_warn_unread(context, &window);
    layer->out = (Shape){.rank = 3, .dim = {layer->in.dim[0], window.out[0], window.out[1]}};
    layer->activation = option[POOL_ACTIVATION].activation;
    if (option[POOL_METHOD].choice == POOL_MAX) {
        return true;
    }
    const int64_t factors[] = {layer->in.dim[0], window.out[0], window.out[1], window.size[0], window.size[1]};
    return layer_multiply_adds(context, COUNT_OF(factors), factors);
}

static Window pool_window(const Layer *layer) {
    Window window;
    if (!window_make(layer->in, window_options(layer), &window)) BUG("the window of %s was checked", layer->name);
    return window;
}

static void pool_propagate(const Layer *layer, Signal *signal) {
    Window window = pool_window(layer);
    int64_t method = layer->options[POOL_METHOD].choice;
    double share = (double)shape_count(layer->out) / (double)shape_count(layer->in);
    double count = (double)(window.size[0] * window.size[1]);
    Spread *values = &signal->values;
    double near = spread_near(values), alike = window_alike(&window, near); /* of two, which may be the same one */
    near = pow(near, (double)(window.stride[0] + window.stride[1]) / 2);
    signal->back = step_back(method == POOL_AVERAGE ? share : 1, share);
    if (method == POOL_MAX) {
        signal->largest = count;
        signal->alike = count > 1 ? (count * alike - 1) / (count - 1) : 1;
    } else if (method == POOL_AVERAGE) {
        values->variance = fmax(alike * values->variance, fmax(values->common, values->far));
    } else { /* of a sum of squares, whose root is taken for linear where they vary */
        double square = count * (values->mean * values->mean + values->variance);
        double varies = 2 * window_alike(&window, near * near);
        values->mean = sqrt(square / (1 + varies / 4));
        values->variance = square - values->mean * values->mean;
        values->common = values->far = 0;
    }
    values->near = near * values->variance;
}

static Tensor *pool_build(Build *build, const Layer *layer, Tensor *const *in, Mode mode) {
    enum { N, C, I, J, U, V };
    (void)mode;
    Program *p = build->program;
    Window window = pool_window(layer);
    int64_t method = layer->options[POOL_METHOD].choice;
    const int64_t dim[] = {DIM_BATCH, layer->in.dim[0], window.out[0], window.out[1]};
    const Affine pixel[] = {ix(N), ix(C), window_row(&window, 0, I, U), window_row(&window, 1, J, V)};
    Expr *x = e_read(p, in[0], method == POOL_MAX ? -INFINITY : 0, pixel);
    if (method == POOL_L2) x = e_mul(p, x, x);
    Reduce reduce = method == POOL_MAX ? REDUCE_MAX : REDUCE_SUM;
    Tensor *y = program_compute(p, build_name(build, layer, "pool"), 4, dim, reduce, 2, window.size, x);
    double share = 1.0 / (double)(window.size[0] * window.size[1]);
    if (method == POOL_AVERAGE)
        y = program_map(p, build_name(build, layer, "mean"), y, e_mul(p, e_const(p, share), e_at(p, y)));
    if (method == POOL_L2) y = program_map(p, build_name(build, layer, "root"), y, e_unary(p, EXPR_SQRT, e_at(p, y)));
    return build_activate(build, layer, y);
}

static const char *pool_pytorch(PyTorch *out, const Layer *layer, const char *const *from) {
    static const char *const functions[] = {
        [POOL_MAX] = "F.max_pool2d(", [POOL_AVERAGE] = "F.avg_pool2d(", [POOL_L2] = "F.lp_pool2d("};
    Window window = pool_window(layer);
    int method = layer->options[POOL_METHOD].choice;
    const char *x = from[0], *more = pytorch_option(out, "padding", window.before, (const int64_t[]){0, 0});
    if (method == POOL_L2) { /* of norm 2; it takes no padding */
        x = arena_format(out->arena, "%s, 2", pytorch_padded(out, &window, x));
        more = "";
    }
    return arena_format(out->arena, "%s%s, %s%s%s)", functions[method], x, pytorch_pair(out, window.size),
                        pytorch_option(out, "stride", window.stride, window.size), more);
}

static const char *pool_onnx(OnnxGraph *graph, const Layer *layer, const char *const *in) {
    static const char *const operators[] = {
        [POOL_MAX] = "MaxPool", [POOL_AVERAGE] = "AveragePool", [POOL_L2] = "LpPool"};
    Window window = pool_window(layer);
    int method = layer->options[POOL_METHOD].choice;
    const char *z = onnx_unary(graph, operators[method], onnx_weighted(graph, layer), in[0]);
    onnx_window(graph, &window);
    if (method == POOL_AVERAGE) onnx_int(graph, "count_include_pad", 1);
    if (method == POOL_L2) onnx_int(graph, "p", 2);
    return onnx_activate(graph, layer, z);
}

const LayerKind layer_pool = {
    .name = "pool",
    .doc = "pooling: each map made smaller, window by window",
    .options = pool_options,
    .option_count = POOL_OPTIONS,
    .shape = pool_shape,
    .propagate = pool_propagate,
    .build = pool_build,
    .pytorch = pool_pytorch,
    .onnx = pool_onnx,
};
