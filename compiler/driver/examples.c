#include "compiler/driver/examples.h"

#include <string.h>

#include "compiler/model/data_line.h"
#include "compiler/model/layer.h"
#include "runtime/base/formula.h"
#include "runtime/data/pass.h"

NetDataRequest examples_request(Arena *arena, const Model *model) {
    const Settings *settings = &model->settings;
    const Shape *input = &model->layers.at[0]->out;
    NetDataRequest request = {
        .kind = settings->data_kind,
        .options = data_line_json(settings),
        .model_folder = source_folder(arena, model->source),
        .data_dir = model->data_dir,
        .rank = input->rank,
        .classes = model_classes(model),
        .outputs = shape_count(model->layers.at[model->layers.count - 1]->out),
        .targets = model_targets(model),
        .answers = settings->target == TARGET_LABELS,
        .train = settings->split_train,
        .validation = settings->split_validation,
        .test = settings->split_test,
        .order = settings->split_order,
        .seed = (uint64_t)settings->split_seed,
        .split_kind = settings->data_kind,
    };
    for (int d = 0; d < input->rank; d++) request.shape[d] = input->dim[d];
    return request;
}

static bool open_data(Arena *arena, const Model *model, NetData *data, NetError *error) {
    NetDataRequest request = examples_request(arena, model);
    bool ok = net_data_open(&request, data, error);
    json_decref((json_t *)(uintptr_t)request.options);
    return ok;
}

static void read_examples(Arena *arena, const Model *model, const NetData *data, const NetPass *pass, Sample *sample) {
    NetRowType type = model->bytes_input ? NET_ROWS_U8 : NET_ROWS_F32;
    int64_t size = data->row_elements;
    float *row = NEW_ARRAY(arena, float, size); /* room for either type */
    for (int64_t n = 0; n < sample->input.n; n++) {
        NetRow about = net_pass_row(data, pass, n, type, NULL, row);
        for (int64_t i = 0; i < size; i++)
            sample->batch[n * size + i] =
                type == NET_ROWS_U8 ? ((const unsigned char *)row)[i] : (double)((const float *)row)[i];
        sample->label[n] = about.label;
        for (int64_t i = 0; i < data->targets; i++) sample->target[n * data->targets + i] = (double)about.targets[i];
        sample->item[n] = about.item;
    }
}

_Static_assert((int)STATISTIC_TARGET_DEVIATION == (int)NET_STATISTIC_TARGET_DEVIATION, "the same, in one order");

static bool read_statistics(Arena *arena, const Model *model, const NetData *data, Sample *sample, NetError *error) {
    for (size_t i = 0; i < model->stored.count; i++) {
        const Stored *stored = model->stored.at[i];
        if (stored->recipe.kind != RECIPE_DATA) continue;
        int64_t count = stored_count(stored);
        float *values = NEW_ARRAY(arena, float, count);
        if (!net_data_statistic(data, (NetStatistic)stored->recipe.statistic, stored->name, count, values, error))
            return false;
        for (int64_t k = 0; k < count; k++) sample->state[stored->offset + k] = (double)values[k];
    }
    return true;
}

bool examples_load(Arena *arena, const Model *model, Sample *sample, const char **source, NetError *error) {
    NetData data;
    if (!open_data(arena, model, &data, error)) return false;
    NetPass pass = {.part = NET_PART_TRAIN};
    int64_t rows = net_pass_rows(&data, &pass);
    bool enough = rows >= sample->input.n;
    if (enough) {
        enough = read_statistics(arena, model, &data, sample, error);
        read_examples(arena, model, &data, &pass, sample);
        sample->value[NET_COUNT_N] = (double)(rows * net_augment_copies(&model->settings.augment));
        *source = arena_format(arena, "%s (%s)", data.name, data.source);
    } else {
        net_fail(error, NET_ENVIRONMENT, "%s has %lld to train, %lld are needed", data.name, (long long)rows,
                 (long long)sample->input.n);
    }
    net_data_close(&data);
    return enough;
}
