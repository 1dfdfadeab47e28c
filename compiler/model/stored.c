#include "compiler/model/stored.h"

#include "runtime/abi.h"

const char *const stored_roles[STORED_ROLES] = {[STORED_WEIGHT] = "weight",
                                                [STORED_BIAS] = "bias",
                                                [STORED_STATISTIC] = "statistic",
                                                [STORED_MOMENT] = "moment",
                                                [STORED_AVERAGE] = "average"};

int64_t stored_count(const Stored *stored) {
    int64_t count = 1;
    for (int d = 0; d < stored->rank; d++)
        if (!size_mul(count, stored->dim[d], &count)) return INT64_MAX;
    return count;
}

bool stored_is_tensor(const Stored *stored) { return stored->kept && !stored->metadata; }

bool stored_is_parameter(const Stored *stored) { return stored->role == STORED_WEIGHT || stored->role == STORED_BIAS; }

const Stored *layer_stored(const Layer *layer, StoredRole role) {
    for (size_t i = 0; i < layer->stored.count; i++)
        if (layer->stored.at[i]->role == role) return layer->stored.at[i];
    return NULL;
}

const Stored *layer_part(const Layer *layer, const char *part) {
    for (size_t i = 0; i < layer->stored.count; i++)
        if (string_is(layer->stored.at[i]->part, part)) return layer->stored.at[i];
    return NULL;
}

int64_t layer_parameters(const Layer *layer) {
    int64_t total = 0;
    for (size_t i = 0; i < layer->stored.count; i++) {
        const Stored *stored = layer->stored.at[i];
        if (stored_is_parameter(stored) && !size_add(total, stored_count(stored), &total)) return INT64_MAX;
    }
    return total;
}

Stored *layer_store(Arena *arena, Layer *layer, const char *part, StoredRole role, int rank, const int64_t *dim,
                    Recipe recipe) {
    Stored *stored = NEW(arena, Stored);
    stored->name = arena_format(arena, "%s.%s", layer->name, part);
    stored->part = part;
    stored->role = role;
    stored->rank = rank;
    for (int i = 0; i < rank; i++) stored->dim[i] = dim[i];
    stored->recipe = recipe;
    stored->trained = stored_is_parameter(stored) && layer->trainable;
    stored->kept = stored->name;
    vec_push(arena, &layer->stored, stored);
    return stored;
}

/* Which come first: parameters, then what else weights files keep. */
enum { PLACE_PARAMETERS, PLACE_KEPT, PLACE_REST, PLACES };

static int place_of(const Stored *stored) {
    return stored_is_parameter(stored) ? PLACE_PARAMETERS : stored->kept ? PLACE_KEPT : PLACE_REST;
}

static void place(Arena *arena, Model *model, int which) {
    int64_t *size = which == PLACE_PARAMETERS ? &model->param_size : &model->state_size;
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        for (size_t k = 0; k < layer->stored.count; k++) {
            Stored *stored = layer->stored.at[k];
            if (place_of(stored) != which) continue;
            stored->row = (int)model->stored.count;
            stored->offset = *size;
            *size += net_padded(stored_count(stored)); /* tensors begin on a multiple of 64 bytes */
            vec_push(arena, &model->stored, stored);
        }
    }
}

void model_place_stored(Arena *arena, Model *model) {
    for (int which = 0; which < PLACES; which++) place(arena, model, which);
}
