#include "compiler/model/network.h"

#include "compiler/model/layer.h"
#include "compiler/model/option_text.h"
#include "compiler/model/settings.h"
#include "compiler/model/stored.h"
#include "compiler/model/settings.h"

static void put(json_t *object, const char *key, const char *text) {
    if (json_object_set_new(object, key, json_string(text)) != 0) out_of_memory();
}

static bool is_idle(const Layer *layer) { return layer->kind->idle && layer->kind->idle(layer); }

/* The layer whose output it is, in use. */
static const Layer *source_in_use(const Layer *layer) {
    while (is_idle(layer)) layer = layer_above(layer);
    return layer;
}

/* The window, of kinds that have one, as it came to be: a stride that was not given, `global` and `same` are sizes. */
static bool find_window(const Layer *layer, Window *window) {
    WindowOptions options = {.size = NULL};
    for (size_t i = 0; i < layer->kind->option_count; i++) {
        const OptionSpec *spec = &layer->kind->options[i];
        if (string_is(spec->name, "stride")) {
            options.stride = &layer->options[i];
        } else if (string_is(spec->name, "pad")) {
            options.pad = &layer->options[i];
        } else if (string_is(spec->name, "dilation")) {
            options.dilation = &layer->options[i];
        } else if (spec->type == OPTION_WINDOW) {
            options.size = &layer->options[i];
        }
    }
    return options.size && options.stride && options.pad && window_make(layer->in, options, window);
}

static const char *window_text(Arena *arena, const OptionSpec *spec, const Window *window) {
    if (string_is(spec->name, "stride")) return pair_text(arena, window->stride);
    if (string_is(spec->name, "dilation")) return pair_text(arena, window->dilation);
    if (!string_is(spec->name, "pad")) return pair_text(arena, window->size);
    const char *before = pair_text(arena, window->before), *after = pair_text(arena, window->after);
    return string_is(before, after) ? before : arena_format(arena, "%s before, %s after", before, after);
}

static void put_options(Arena *arena, json_t *use, json_t *training, const Layer *layer) {
    Window window;
    bool windowed = find_window(layer, &window), idle = is_idle(layer);
    for (size_t i = 0; i < layer->kind->option_count; i++) {
        const OptionSpec *spec = &layer->kind->options[i];
        if (spec->type == OPTION_INIT || spec->type == OPTION_LABELS) continue; /* as recipes, as what is read */
        bool sized = windowed && (spec->type == OPTION_WINDOW || spec->type == OPTION_PAD);
        const char *text =
            sized ? window_text(arena, spec, &window) : option_text(arena, exact_text, spec, &layer->options[i]);
        put(idle || spec->training ? training : use, spec->name, text);
    }
    for (size_t i = 0; i < layer->stored.count; i++) {
        const Stored *stored = layer->stored.at[i];
        if (stored->option) put(training, stored->option, recipe_text(arena, exact_text, stored->recipe));
    }
}

/* The names of what a layer reads, in their order; in use: of those that do something then. */
static const char *read_names(Arena *arena, const Layer *layer, bool in_use) {
    const char *names = "";
    for (size_t i = 0; i < layer->from.count; i++) {
        const Layer *from = in_use ? source_in_use(layer->from.at[i]) : layer->from.at[i];
        names = arena_format(arena, "%s%s%s", names, i ? ", " : "", from->name);
    }
    return names;
}

static json_t *row(Arena *arena, const Model *model, const Layer *layer) {
    json_t *use = json_object(), *training = json_object();
    put_options(arena, use, training, layer);
    if (layer_part(layer, TARGET_MEAN)) put(use, "target_scale", "true");
    if (layer->from.count == 0)
        put(use, "values", data_kind_find(model->settings.data_kind)->bytes ? "bytes / 255" : "floats");
    json_t *object = json_pack("{s:s, s:s}", "name", layer->name, "kind", layer->kind->name);
    if (!use || !training || !object) out_of_memory();
    if (layer->from.count > 0) {
        put(object, "from", read_names(arena, layer, true));
        put(training, "from", read_names(arena, layer, false));
    }
    if (is_idle(layer)) {
        json_decref(use);
    } else if (json_object_set_new(object, "use", use) != 0) {
        out_of_memory();
    }
    if (json_object_set_new(object, "training", training) != 0) out_of_memory();
    return object;
}

json_t *network_json(const Model *model) {
    Arena *arena = arena_new();
    json_t *list = json_array();
    for (size_t i = 0; i < model->layers.count; i++)
        if (json_array_append_new(list, row(arena, model, model->layers.at[i])) != 0) out_of_memory();
    arena_free(arena);
    return list;
}
