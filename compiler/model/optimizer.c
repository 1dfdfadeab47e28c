#include "compiler/model/optimizer.h"

#include "compiler/model/stored.h"

/* Under the parameter's own name: conv1.weight.velocity. */
static void store_moments(Arena *arena, Layer *layer, Stored *of, const char *const *names) {
    for (; *names; names++) {
        const char *part = arena_format(arena, "%s.%s", of->part, *names);
        Recipe zero = {.kind = RECIPE_CONSTANT};
        Stored *moment = layer_store(arena, layer, part, STORED_MOMENT, of->rank, of->dim, zero);
        moment->kept = NULL;
        vec_push(arena, &of->moments, moment);
    }
}

void optimizer_store(Arena *arena, Model *model) {
    const Optimizer *optimizer = model->settings.optimizer;
    bool trains = model->purpose != PURPOSE_USE && optimizer->moments;
    const char *const *names = trains ? optimizer->moments(&model->settings) : NULL;
    for (size_t i = 0; names && i < model->layers.count; i++) {
        Layer *layer = model->layers.at[i];
        size_t count = layer->stored.count; /* the rows that the layer has by itself */
        for (size_t k = 0; k < count; k++) {
            Stored *stored = layer->stored.at[k];
            if (stored->trained) store_moments(arena, layer, stored, names);
        }
    }
}
