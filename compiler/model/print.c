/* The model as text, for tests: one line a layer, one a stored tensor, one a setting that is on. */
#include "compiler/model/layer.h"
#include "compiler/model/option_text.h"
#include "compiler/model/settings.h"

/* The value of an option as it could be written; nothing when there is none. */
static void print_option(Arena *arena, FILE *out, const OptionSpec *spec, const OptionValue *value) {
    if (spec->type == OPTION_INIT || (!value->given && !spec->standard && !value->word)) return;
    const char *quote = spec->type == OPTION_STRING ? "\"" : "";
    fprintf(out, " %s%s%s%s%s", spec->positional ? "" : spec->name, spec->positional ? "" : "=", quote,
            option_text(arena, number_text, spec, value), quote);
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
    for (size_t i = 0; i < layer->kind->option_count; i++)
        print_option(arena, out, &layer->kind->options[i], &layer->options[i]);
    for (size_t i = 0; i < layer->from.count; i++) fprintf(out, "%s%s", i ? ", " : " <- ", layer->from.at[i]->name);
    fprintf(out, " -> %s, readers=%d, multiply_adds=%lld\n", shape_text(arena, layer->out), layer->readers,
            (long long)layer->multiply_adds);
    for (size_t i = 0; i < layer->stored.count; i++) print_stored(arena, out, layer->stored.at[i]);
}

static void print_setting(Arena *arena, FILE *out, const char *name, const Setting *setting) {
    if (!setting->on) return;
    fprintf(out, "  %s", name);
    for (size_t i = 0; i < option_count(&setting->owner); i++)
        print_option(arena, out, option_at(&setting->owner, i), &setting->values[i]);
    fputs("\n", out);
}

void model_print(const Model *model, FILE *out) {
    Arena *arena = arena_new();
    fprintf(out, "network %s, parameters=%lld\n", model->name, (long long)model->parameter_count);
    for (size_t i = 0; i < model->layers.count; i++) print_layer(arena, out, model->layers.at[i]);
    fputs("train\n", out);
    const Setting *settings = model->settings.at, *logs = model->settings.log;
    for (size_t i = 0; i < setting_kind_count; i++) print_setting(arena, out, setting_kinds[i].name, &settings[i]);
    for (size_t i = 0; i < NET_SUBJECTS; i++) print_setting(arena, out, logs[i].owner.name, &logs[i]);
    arena_free(arena);
}
