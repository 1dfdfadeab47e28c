#include "compiler/driver/examples.h"

#include <string.h>

#include "compiler/model/layer.h"
#include "runtime/base/formula.h"
#include "runtime/data/pass.h"

static bool open_data(Arena *arena, const Model *model, NetData *data, NetError *error) {
    const Settings *settings = &model->settings;
    const Shape *input = &model->layers.at[0]->out;
    NetDataRequest request = {
        .kind = settings->data_kind,
        .images = settings->images,
        .labels = settings->labels,
        .test_images = settings->test_images,
        .test_labels = settings->test_labels,
        .model_folder = source_folder(arena, model->source),
        .rank = input->rank,
        .classes = model_classes(model),
        .outputs = shape_count(model->layers.at[model->layers.count - 1]->out),
        .train = settings->split_train,
        .validation = settings->split_validation,
        .test = settings->split_test,
        .split_kind = settings->data_kind,
    };
    for (int d = 0; d < input->rank; d++) request.shape[d] = input->dim[d];
    return net_data_open(&request, data, error);
}

static void read_examples(Arena *arena, const Model *model, const NetData *data, const NetPass *pass, Sample *sample) {
    NetRowType type = model->bytes_input ? NET_ROWS_U8 : NET_ROWS_F32;
    int64_t size = data->row_elements;
    float *row = NEW_ARRAY(arena, float, size); /* room for either type */
    for (int64_t n = 0; n < sample->input.n; n++) {
        NetRow about = net_pass_row(data, pass, n, type, row);
        for (int64_t i = 0; i < size; i++)
            sample->batch[n * size + i] =
                type == NET_ROWS_U8 ? ((const unsigned char *)row)[i] : (double)((const float *)row)[i];
        sample->label[n] = about.label;
        sample->item[n] = about.item;
    }
}

static void read_statistics(Arena *arena, const Model *model, const NetData *data, Sample *sample) {
    int64_t count = net_data_statistics_count(data);
    float *values = NEW_ARRAY(arena, float, count);
    for (size_t i = 0; i < model->stored.count; i++) {
        const Stored *stored = model->stored.at[i];
        if (stored->recipe.kind != RECIPE_DATA || stored_count(stored) != count) continue;
        bool mean = stored->recipe.statistic == STATISTIC_MEAN;
        net_data_statistics(data, mean ? values : NULL, mean ? NULL : values);
        for (int64_t k = 0; k < count; k++) sample->state[stored->offset + k] = values[k];
    }
}

bool examples_load(Arena *arena, const Model *model, Sample *sample, const char **source, NetError *error) {
    NetData data;
    if (!open_data(arena, model, &data, error)) return false;
    NetPass pass = {.part = NET_PART_TRAIN};
    int64_t rows = net_pass_rows(&data, &pass);
    bool enough = rows >= sample->input.n;
    if (enough) {
        read_examples(arena, model, &data, &pass, sample);
        read_statistics(arena, model, &data, sample);
        sample->value[NET_COUNT_N] = (double)rows;
        *source = arena_format(arena, "%s (%s)", data.name, data.source);
    } else {
        net_fail(error, NET_ENVIRONMENT, "%s has %lld to train, %lld are needed", data.name, (long long)rows,
                 (long long)sample->input.n);
    }
    net_data_close(&data);
    return enough;
}
