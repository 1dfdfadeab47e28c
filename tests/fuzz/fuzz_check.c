/* libFuzzer target: from text to model, with a fresh arena a run.
 *
 * The input is a .net file; a line that begins with '%' splits off what the command line adds: the lines after it are
 * --set lines, those that begin with '-' are -D NAME=VALUE. What the checker accepts must hold what model.h promises,
 * and must print. */
#include "compiler/model/layer.h"
#include "compiler/model/memory.h"
#include "compiler/model/pytorch.h"
#include "compiler/model/settings.h"
#include "compiler/model/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_CHANGES = 8 };

typedef struct {
    Define defines[MAX_CHANGES];
    const char *sets[MAX_CHANGES];
    ModelChanges changes;
} CommandLine;

/* Cuts the text at "\n%"; what follows becomes changes. Returns the length of the file. */
static size_t read_command_line(char *text, size_t size, CommandLine *line) {
    char *cut = memmem(text, size, "\n%", 2);
    if (!cut) return size;
    char *rest = cut + 2;
    for (char *next = rest; next; rest = next) {
        next = strchr(rest, '\n');
        if (next) *next++ = '\0';
        char *equals = strchr(rest, '=');
        if (rest[0] == '-' && equals && line->changes.define_count < MAX_CHANGES) {
            *equals = '\0';
            line->defines[line->changes.define_count++] = (Define){rest + 1, equals + 1};
        } else if (rest[0] != '-' && line->changes.set_count < MAX_CHANGES) {
            line->sets[line->changes.set_count++] = rest;
        }
    }
    line->changes.defines = line->defines;
    line->changes.sets = line->sets;
    return (size_t)(cut - text);
}

/* The rows of all layers, once each; the parameters first; each behind the one before it in its buffer. */
static void check_stored(const Model *model) {
    int64_t total = 0, end[2] = {0, 0};
    size_t rows = 0;
    for (size_t i = 0; i < model->layers.count; i++) rows += model->layers.at[i]->stored.count;
    ASSERT(rows == model->stored.count);
    for (size_t i = 0; i < rows; i++) {
        const Stored *stored = model->stored.at[i];
        int64_t count = stored_count(stored);
        bool parameter = stored_is_parameter(stored);
        ASSERT(stored->row == (int)i && stored->rank >= 1 && stored->rank <= 4 && count > 0 && count < INT64_MAX);
        ASSERT(isfinite(stored->recipe.a) && isfinite(stored->recipe.b));
        ASSERT(stored->offset >= end[parameter] && (!parameter || end[false] == 0));
        ASSERT((!stored->trained && !stored->decays) || parameter);
        end[parameter] = stored->offset + count;
        total += parameter ? count : 0;
    }
    ASSERT(end[true] <= model->param_size && end[false] <= model->state_size);
    ASSERT(total == model->parameter_count && total <= MODEL_MAX_PARAMETERS);
}

static void check_model(const Model *model) {
    ASSERT(model->layers.count >= 2 && model->layers.count <= MODEL_MAX_LAYERS);
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        ASSERT(layer->index == (int)i && (layer->from.count == 0) == (i == 0));
        for (size_t k = 0; k < layer->from.count; k++) ASSERT(layer->from.at[k]->index < layer->index);
        ASSERT(layer->out.rank == 1 || layer->out.rank == 3);
        ASSERT(shape_count(layer->out) > 0 && shape_count(layer->out) <= MODEL_MAX_VALUES);
        ASSERT(layer->multiply_adds >= 0);
        ASSERT(layer->readers > 0 || i + 1 == model->layers.count);
    }
    check_stored(model);
    Memory memory = model_memory(model, 4096);
    ASSERT(memory.weights >= 4 * model->parameter_count && memory.total > memory.weights && memory.batch > 0 &&
           memory.values > 0);
    ASSERT(model->settings.data_kind && model->settings.optimizer);
    ASSERT(settings_number(&model->settings, "rate") > 0 && settings_number(&model->settings, "batch") >= 0);
}

static void print_all(const Model *model, const Diags *diags) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) abort();
    if (model) {
        model_print(model, out);
        show_text(model, out);
        show_json(model, out);
        Diags names = {.arena = diags->arena, .source = diags->source};
        if (pytorch_check(model, &names)) pytorch_print(model, out);
    }
    diags_print(diags, out, DIAG_FORMAT_TEXT, false);
    fclose(out);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 1 << 14) return -1;
    Arena *arena = arena_new();
    char *text = arena_copy(arena, (const char *)data, size);
    CommandLine line = {.changes = {.define_count = 0}};
    size = read_command_line(text, size, &line);
    Source *source = source_from_text(arena, "fuzz.net", text, size);
    Diags diags = {.arena = arena, .source = source};
    const AstFile *file = ast_parse(arena, source, &diags);
    Model *model = model_check(arena, source, file, &line.changes, &diags);
    ASSERT((model == NULL) == (diags.errors > 0));
    if (model) check_model(model);
    print_all(model, &diags);
    arena_free(arena);
    return 0;
}
