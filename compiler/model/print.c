/* The model as text, for tests: one line a layer, one a stored tensor, one a setting. */
#include "compiler/model/layer.h"
#include "compiler/model/option_text.h"
#include "compiler/model/value.h"

/* The value of an option as it could be written; false when there is none. */
static bool has_value(const OptionSpec *spec, const OptionValue *value) {
    return spec->type != OPTION_INIT && (value->given || spec->standard);
}

static void print_option(Arena *arena, FILE *out, const OptionSpec *spec, const OptionValue *value) {
    fprintf(out, " %s%s%s", spec->positional ? "" : spec->name, spec->positional ? "" : "=",
            option_text(arena, number_text, spec, value));
}

static void print_stored(Arena *arena, FILE *out, const Stored *stored) {
    fprintf(out, "    %s [", stored->name);
    for (int i = 0; i < stored->rank; i++) fprintf(out, "%s%lld", i ? ", " : "", (long long)stored->dim[i]);
    fputs("] = ", out);
    fprintf(out, "%s%s%s\n", recipe_text(arena, number_text, stored->recipe), stored->decays ? ", decays" : "",
            stored_is_tensor(stored) ? ""
            : stored->kept           ? ", metadata"
                                     : ", not kept");
}

static void print_layer(Arena *arena, FILE *out, const Layer *layer) {
    fprintf(out, "  %s: %s", layer->name, layer->kind->name);
    for (size_t i = 0; i < layer->kind->option_count; i++) {
        const OptionSpec *spec = &layer->kind->options[i];
        if (has_value(spec, &layer->options[i])) print_option(arena, out, spec, &layer->options[i]);
    }
    if (layer->from) fprintf(out, " <- %s", layer->from->name);
    fprintf(out, " -> %s, readers=%d, multiply_adds=%lld\n", shape_text(arena, layer->out), layer->readers,
            (long long)layer->multiply_adds);
    for (size_t i = 0; i < layer->stored.count; i++) print_stored(arena, out, layer->stored.at[i]);
}

static void print_file(FILE *out, const char *name, const char *path) {
    if (path) fprintf(out, " %s=\"%s\"", name, path);
}

static void print_settings(Arena *arena, FILE *out, const Settings *settings) {
    fprintf(out, "  data %s", settings->data_kind);
    print_file(out, "images", settings->images);
    print_file(out, "labels", settings->labels);
    print_file(out, "test_images", settings->test_images);
    print_file(out, "test_labels", settings->test_labels);
    fprintf(out, "\n  split train=%s validation=%s test=%s\n", number_text(arena, settings->split_train),
            number_text(arena, settings->split_validation), number_text(arena, settings->split_test));
    fprintf(out, "  target %s\n", settings->target == TARGET_CLASS ? "class" : "input");
    fprintf(out, "  cost %s\n", cost_names[settings->cost]);
    fprintf(out, "  optimizer sgd rate=%s\n", number_text(arena, settings->rate));
    fprintf(out, settings->batch ? "  batch %lld\n" : "  batch full\n", (long long)settings->batch);
    fprintf(out, "  epochs %lld\n", (long long)settings->epochs);
    if (settings->patience > 0)
        fprintf(out, "  stop patience=%lld monitor=%s\n", (long long)settings->patience,
                settings->monitor == MONITOR_COST ? "cost" : "accuracy");
    fprintf(out, "  regularize l2=%s l1=%s weight_decay=%s\n", number_text(arena, settings->l2),
            number_text(arena, settings->l1), number_text(arena, settings->weight_decay));
    fprintf(out, "  seed %lld\n", (long long)settings->seed);
    fprintf(out, "  log%s%s every=", settings->log_gradients ? " gradients" : "",
            settings->log_weights ? " weights" : "");
    fprintf(out, settings->log_every ? "%lld" : "epoch", (long long)settings->log_every);
    fprintf(out, " probe=%lld\n", (long long)settings->log_probe);
}

void model_print(const Model *model, FILE *out) {
    Arena *arena = arena_new();
    fprintf(out, "network %s, parameters=%lld\n", model->name, (long long)model->parameter_count);
    for (size_t i = 0; i < model->layers.count; i++) print_layer(arena, out, model->layers.at[i]);
    fputs("train\n", out);
    print_settings(arena, out, &model->settings);
    arena_free(arena);
}
