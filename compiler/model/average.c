#include "compiler/model/average.h"

#include "compiler/model/settings.h"
#include "compiler/model/stored.h"

/* Under the tensor's own name: conv1.weight.average. */
static void store_average(Arena *arena, Layer *layer, Stored *of) {
    const char *part = arena_format(arena, "%s.average", of->part);
    Recipe copy = {.kind = RECIPE_COPY, .of = of};
    Stored *average = layer_store(arena, layer, part, STORED_AVERAGE, of->rank, of->dim, copy);
    average->kept = of->kept;
    of->kept = NULL;
    of->average = average;
}

void average_store(Arena *arena, Model *model) {
    if (model->purpose == PURPOSE_USE || settings_number(&model->settings, AVERAGE_DECAY) == 0) return;
    for (size_t i = 0; i < model->layers.count; i++) {
        Layer *layer = model->layers.at[i];
        size_t count = layer->stored.count; /* without those that are added here */
        for (size_t k = 0; k < count; k++) {
            Stored *stored = layer->stored.at[k];
            if (stored->trained || stored->follows) store_average(arena, layer, stored);
        }
    }
}
