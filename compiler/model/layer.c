#include "compiler/model/layer.h"

#include <math.h>

#include "compiler/model/initialiser.h"
#include "compiler/model/targets.h"

/* ---- shapes ---- */

int64_t shape_count(Shape shape) {
    int64_t count = shape.rank > 0 ? 1 : 0;
    for (int i = 0; i < shape.rank; i++) count *= shape.dim[i]; /* each side is at most MODEL_MAX_SIDE^3, checked */
    return count;
}

const char *shape_text(Arena *arena, Shape shape) {
    if (shape.rank == 1) return arena_format(arena, "%lld", (long long)shape.dim[0]);
    return arena_format(arena, "%lldx%lldx%lld", (long long)shape.dim[0], (long long)shape.dim[1],
                        (long long)shape.dim[2]);
}

/* ---- looking things up ---- */

const LayerKind *layer_kind_find(const char *name) {
    for (const LayerKind *const *kind = layer_kinds; *kind; kind++) {
        if (string_is((*kind)->name, name)) return *kind;
    }
    return NULL;
}

bool layer_kind_is_input(const LayerKind *kind) { return kind == layer_kind_find("input"); }

const OptionSpec layer_common_options[LAYER_COMMON_OPTIONS] = {
    [LAYER_FROM] = {.name = "from",
                    .type = OPTION_LABEL,
                    .doc = "the label of an earlier layer to read, instead of the one just above"},
};

Layer *layer_above(const Layer *layer) { return layer->from.count > 0 ? layer->from.at[0] : NULL; }

bool *model_needed(Arena *arena, const Model *model, const Layer *layer) {
    bool *needed = NEW_ARRAY(arena, bool, model->layers.count);
    needed[layer->index] = true;
    for (int i = layer->index; i >= 0; i--) {
        const Layer *reader = model->layers.at[i];
        for (size_t k = 0; needed[i] && k < reader->from.count; k++) needed[reader->from.at[k]->index] = true;
    }
    return needed;
}

int64_t model_classes(const Model *model) {
    if (model->settings.target != TARGET_CLASS) return 0;
    int64_t outputs = shape_count(model->layers.at[model->layers.count - 1]->out);
    return outputs == 1 ? 2 : outputs;
}

int64_t model_targets(const Model *model) {
    bool numbers = target_kinds[model->settings.target].reads == READS_NUMBERS;
    return numbers ? shape_count(model->layers.at[model->layers.count - 1]->out) : 0;
}

/* ---- stored tensors ---- */

Stored *layer_store_init(LayerContext *context, const char *part, StoredRole role, int rank, const int64_t *dim,
                         int init_option, int64_t fan_in, int64_t fan_out) {
    const Layer *layer = context->layer;
    const AstValue *init = layer->options[init_option].init;
    Recipe recipe = init ? recipe_resolve(init, fan_in, fan_out) : recipe_standard(layer->activation, fan_in, fan_out);
    Stored *stored = layer_store(context->arena, context->layer, part, role, rank, dim, recipe);
    if (recipe.kind == RECIPE_ORTHOGONAL) {
        int64_t rows = dim[0], columns = stored_count(stored) / rows;
        stored->recipe.b = recipe.a / sqrt((double)(rows > columns ? rows : columns));
    }
    stored->option = layer->kind->options[init_option].name;
    return stored;
}

bool layer_multiply_adds(LayerContext *context, size_t count, const int64_t *factor) {
    int64_t product = 1;
    for (size_t i = 0; i < count; i++) {
        if (!size_mul(product, factor[i], &product)) {
            diag_report(context->diags, context->layer->at, "too-large", "'%s' would need more than 2^63 multiply-adds",
                        context->layer->name);
            return false;
        }
    }
    context->layer->multiply_adds = product;
    return true;
}

/* ---- windows ---- */

/* One axis: n values, a window that reaches over k, stride s. `same`: as many places as ceil(n / s), the smaller half
 * of the padding first; what reaches further than any map does fits none. */
static bool window_axis(Window *window, int axis, int64_t n, int64_t pad, bool same) {
    int64_t k = window->reach[axis], s = window->stride[axis];
    int64_t before = pad, after = pad;
    if (same) {
        int64_t total = ((n + s - 1) / s - 1) * s + k - n;
        if (total < 0 || k > MODEL_MAX_SIDE) total = 0;
        before = total / 2;
        after = total - before;
    }
    window->before[axis] = before;
    window->after[axis] = after;
    int64_t room = n + before + after - k;
    if (room < 0) return false;
    window->out[axis] = room / s + 1;
    int64_t unread = room % s - after; /* padding that is not read is no loss */
    window->unread[axis] = unread > 0 ? unread : 0;
    return true;
}

bool window_make(Shape in, WindowOptions options, Window *window) {
    bool fits = true;
    *window = (Window){.size = {0}};
    for (int axis = 0; axis < 2; axis++) {
        int64_t n = in.dim[1 + axis];
        window->size[axis] = options.size->flag ? n : options.size->size[axis];
        window->stride[axis] = options.stride->size[axis] > 0 ? options.stride->size[axis] : window->size[axis];
        window->dilation[axis] = options.dilation ? options.dilation->size[axis] : 1;
        window->reach[axis] = (window->size[axis] - 1) * window->dilation[axis] + 1;
        fits = window_axis(window, axis, n, options.pad->size[axis], options.pad->flag) && fits;
    }
    return fits;
}

/* Of all places the share at which a tap reads the maps and no padding. */
static double tap_inside(Shape in, const Window *window, int axis, int64_t tap) {
    int64_t stride = window->stride[axis], last = in.dim[1 + axis] - 1;
    int64_t at = tap * window->dilation[axis] - window->before[axis]; /* at the first place */
    int64_t first = at < 0 ? (-at + stride - 1) / stride : 0, end = at > last ? 0 : (last - at) / stride + 1;
    end = end < window->out[axis] ? end : window->out[axis];
    return end > first ? (double)(end - first) / (double)window->out[axis] : 0;
}

WindowReads window_reads(Shape in, const Window *window) {
    WindowReads reads = {1, 1};
    for (int axis = 0; axis < 2; axis++) {
        double size = (double)window->size[axis], once = 0, twice = 0;
        for (int64_t tap = 0; tap < window->size[axis]; tap++) {
            double inside = tap_inside(in, window, axis, tap);
            once += inside / size;
            twice += inside * inside / size;
        }
        reads.inside *= once;
        reads.both *= twice;
    }
    return reads;
}

double window_alike(const Window *window, double near) {
    double alike = 1;
    for (int axis = 0; axis < 2; axis++) {
        double size = (double)window->size[axis], sum = size;
        for (double apart = 1; apart < size; apart++)
            sum += 2 * (size - apart) * pow(near, apart * (double)window->dilation[axis]);
        alike *= sum / (size * size);
    }
    return alike;
}

/* The maps that so many numbers probably are: a square of one channel or three, else that of MNIST. */
static const char *maps_of(Arena *arena, int64_t count) {
    for (int64_t channels = 1; channels <= 3; channels += 2) {
        int64_t side = 1;
        while (side * side * channels < count) side++;
        if (side > 7 && side * side * channels == count) {
            return shape_text(arena, (Shape){.rank = 3, .dim = {channels, side, side}});
        }
    }
    return "1x28x28";
}

Shape layer_channels_first(Shape shape) {
    return (Shape){.rank = 3, .dim = {shape.dim[2], shape.dim[0], shape.dim[1]}};
}

static bool few_last(Shape shape) {
    bool few = shape.rank == 3 && (shape.dim[2] == 1 || shape.dim[2] == 3);
    return few && shape.dim[0] > 3 && shape.dim[1] > 3;
}

bool layer_channels_last(Shape shape) { return few_last(shape) && shape.dim[0] == shape.dim[1]; }

/* "3x3 window", "3x3 window, which reaches over 9x9 with its dilation," */
static const char *reach_text(Arena *arena, const Window *window) {
    const char *text = arena_format(arena, "%lldx%lld window", (long long)window->size[0], (long long)window->size[1]);
    if (window->reach[0] == window->size[0] && window->reach[1] == window->size[1]) return text;
    return arena_format(arena, "%s, which reaches over %lldx%lld with its dilation,", text, (long long)window->reach[0],
                        (long long)window->reach[1]);
}

/* The largest size whose reach is within `room`, and no larger than it is. */
static long long fitting(const Window *window, int axis, int64_t room) {
    int64_t most = (room - 1) / window->dilation[axis] + 1;
    return window->size[axis] < most ? window->size[axis] : most;
}

bool window_steps_over(const Window *window, int axis) {
    return window->stride[axis] > window->reach[axis] && window->size[axis] > 1 && window->out[axis] > 1;
}

static void warn_stepped_over(LayerContext *context, WindowOptions options, const Window *window) {
    static const char *const lines[] = {"row", "column"};
    for (int axis = 0; axis < 2; axis++) {
        if (!window_steps_over(window, axis)) continue;
        Diag *diag = diag_report(context->diags, options.stride->at, "rows-dropped",
                                 "'%s' steps over %lld of every %lld %ss: stride=%lldx%lld is more than its %s",
                                 context->layer->name, (long long)(window->stride[axis] - window->reach[axis]),
                                 (long long)window->stride[axis], lines[axis], (long long)window->stride[0],
                                 (long long)window->stride[1], reach_text(context->arena, window));
        diag_help(context->diags, diag, "write stride=%lldx%lld or less to read all of them",
                  (long long)(window->stride[0] < window->reach[0] ? window->stride[0] : window->reach[0]),
                  (long long)(window->stride[1] < window->reach[1] ? window->stride[1] : window->reach[1]));
        return;
    }
}

bool layer_window(LayerContext *context, WindowOptions options, Window *window) {
    const Layer *layer = context->layer, *above = layer_above(layer);
    Shape in = layer->in;
    if (in.rank != 3) {
        bool input = above->index == 0;
        Diag *diag = diag_report(context->diags, input ? above->at : layer->at, "needs-maps",
                                 "%s moves a window over maps, but '%s' gives %lld numbers without rows and columns",
                                 layer->kind->name, above->name, (long long)shape_count(in));
        const Layer *flat = above; /* the first layer that gives plain numbers, where the input gives maps */
        while (layer_above(flat) && layer_above(flat)->out.rank != 3) flat = layer_above(flat);
        if (input) {
            diag_help(context->diags, diag, "channels, rows and columns are given: write 'input %s'",
                      maps_of(context->arena, shape_count(in)));
        } else if (flat == above && string_is(flat->kind->name, "flatten")) {
            diag_help(context->diags, diag, "leave '%s' out, or write it below the last layer that needs maps",
                      flat->name);
        } else if (layer_above(flat)) {
            diag_help(context->diags, diag, "write %s above '%s', where there are maps", layer->kind->name, flat->name);
        } else {
            diag_help(context->diags, diag,
                      "write the input as CxHxW, for example 'input %s', and the layers that move windows first",
                      maps_of(context->arena, shape_count(flat->out)));
        }
        return false;
    }
    if (window_make(in, options, window)) {
        warn_stepped_over(context, options, window);
        return true;
    }
    const char *window_text = reach_text(context->arena, window), *padded = "";
    if (window->before[0] + window->after[0] + window->before[1] + window->after[1] > 0) {
        padded = arena_format(context->arena, " (%lldx%lld with padding)",
                              (long long)(in.dim[1] + window->before[0] + window->after[0]),
                              (long long)(in.dim[2] + window->before[1] + window->after[1]));
    }
    const Layer *input = above;
    while (layer_above(input)) input = layer_above(input);
    bool last = few_last(input->out) && above == input; /* below other layers it takes a square to tell */
    if (last || layer_channels_last(input->out)) {
        Diag *diag = diag_report(context->diags, input->options[0].at, "window-too-large",
                                 "%s has %lld channels of %lldx%lld: the %s of '%s' does not fit them",
                                 shape_text(context->arena, input->out), (long long)input->out.dim[0],
                                 (long long)input->out.dim[1], (long long)input->out.dim[2], window_text, layer->name);
        diag_help(context->diags, diag, "channels come first: write 'input %s'",
                  shape_text(context->arena, layer_channels_first(input->out)));
        return false;
    }
    Diag *diag = diag_report(context->diags, options.size->at, "window-too-large",
                             "a %s does not fit the %lldx%lld maps of '%s'%s", window_text, (long long)in.dim[1],
                             (long long)in.dim[2], above->name, padded);
    layer_note_sizes(context, diag);
    int64_t rows = in.dim[1] + window->before[0] + window->after[0];
    int64_t columns = in.dim[2] + window->before[1] + window->after[1];
    diag_help(context->diags, diag, "a window of %lldx%lld at the most fits here; pad= of conv makes maps larger",
              fitting(window, 0, rows), fitting(window, 1, columns));
    return false;
}

/* ---- notes ---- */

enum { NOTE_MAX_STEPS = 8 };

static bool same_size(Shape a, Shape b) { return a.dim[1] == b.dim[1] && a.dim[2] == b.dim[2]; }

/* Whether nothing but the edge is lost: a window that moves one by one, without padding. */
static bool loses_edge(const Layer *layer) {
    bool padless = false, slow = false;
    for (size_t i = 0; i < layer->kind->option_count; i++) {
        const OptionValue *value = &layer->options[i];
        bool stride = string_is(layer->kind->options[i].name, "stride");
        if (layer->kind->options[i].type == OPTION_PAD) padless = !value->flag && !value->size[0] && !value->size[1];
        if (stride) slow = value->size[0] == 1 && value->size[1] == 1;
    }
    return padless && slow;
}

bool layer_advise_padding(LayerContext *context, Diag *diag, const Layer *one, const Layer *other) {
    if (one->out.rank != 3 || other->out.rank != 3) return false;
    bool first = one->out.dim[1] < other->out.dim[1];
    const Layer *small = first ? one : other, *large = first ? other : one;
    const char *names = NULL;
    for (; small && !same_size(small->out, large->out); small = layer_above(small)) {
        if (small->in.rank != 3 || !layer_above(small)) return false;
        if (same_size(small->in, small->out)) continue;
        if (!loses_edge(small)) return false;
        names = names ? arena_format(context->arena, "'%s' and %s", small->name, names)
                      : arena_format(context->arena, "'%s'", small->name);
    }
    if (!small || !names) return false;
    diag_help(context->diags, diag, "a window without padding loses the edge of the maps: write pad=same on %s", names);
    return true;
}

void layer_note_sizes(LayerContext *context, Diag *diag) {
    const Layer *step[NOTE_MAX_STEPS]; /* those that changed the size, the last one first */
    int count = 0;
    const Layer *layer = layer_above(context->layer);
    for (; layer && layer_above(layer) && count < NOTE_MAX_STEPS; layer = layer_above(layer)) {
        if (layer->out.rank == 3 && layer->in.rank == 3 && !same_size(layer->in, layer->out)) step[count++] = layer;
    }
    if (count == 0) return;
    Shape first = step[count - 1]->in;
    const char *text =
        arena_format(context->arena, "%lldx%lld became", (long long)first.dim[1], (long long)first.dim[2]);
    for (int i = count; i > 0; i--) {
        const Layer *change = step[i - 1];
        text = arena_format(context->arena, "%s%s %lldx%lld (%s)", text, i == count ? "" : ",",
                            (long long)change->out.dim[1], (long long)change->out.dim[2], change->name);
    }
    diag_note(context->diags, diag, "%s", text);
}
