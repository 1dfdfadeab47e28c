/* See sample.h. */
#include "compiler/programs/sample.h"

#include <math.h>

#include "compiler/model/layer.h"
#include "compiler/model/settings.h"
#include "runtime/base/formula.h"
#include "runtime/base/rng.h"
#include "runtime/train/settings.h"

enum { STREAM_INPUT = 1, STREAM_LABEL, STREAM_STORED = 4, STREAM_TARGET = SAMPLE_STREAMS - 1 };
static const uint32_t SEED_LOW = 11, SEED_HIGH = 7;

double sample_uniform(uint32_t stream, int64_t i) {
    uint32_t words[4];
    net_rng_block(20, NET_RNG_AUGMENT, stream, (uint32_t)i, 0, 0, words);
    return net_rng_uniform(words[0], words[1]);
}

static void fill_settings(Arena *arena, const Model *model, int64_t n, Sample *sample) {
    const char **name = NEW_ARRAY(arena, const char *, NET_SETTINGS_MAX);
    sample->value = NEW_ARRAY(arena, double, NET_COUNTS + NET_SETTINGS_MAX);
    int count = 0;
    for (TrainerSetting at = {0}; settings_next(&model->settings, &at); count++) {
        name[count] = at.spec->trainer.name;
        sample->value[NET_COUNTS + count] = at.value->real;
        if (string_is(name[count], "seed"))
            sample->value[NET_COUNTS + count] = (double)SEED_LOW + (double)SEED_HIGH * 0x1p32;
    }
    sample->value[NET_COUNT_M] = (double)n;
    sample->value[NET_COUNT_N] = SAMPLE_ROWS;
    sample->value[NET_COUNT_T] = 1;
    sample->input.name = name;
    sample->input.names = count;
    sample->input.value = sample->value;
}

static void fill_batch(Arena *arena, const Model *model, int64_t n, Sample *sample) {
    int64_t size = shape_count(model->layers.at[0]->out);
    int64_t outputs = shape_count(model->layers.at[model->layers.count - 1]->out);
    sample->batch = NEW_ARRAY(arena, double, n *size);
    sample->label = NEW_ARRAY(arena, uint32_t, n);
    sample->item = NEW_ARRAY(arena, uint32_t, n);
    for (int64_t i = 0; i < n * size; i++) {
        double byte = floor(256 * sample_uniform(STREAM_INPUT, i));
        sample->batch[i] = model->bytes_input ? byte : (float)(byte / 255);
    }
    for (int64_t i = 0; i < n; i++) {
        sample->label[i] = (uint32_t)((double)(outputs == 1 ? 2 : outputs) * sample_uniform(STREAM_LABEL, i));
        sample->item[i] = (uint32_t)(3 * i + 5);
    }
}

/* Numbers as wide as the outputs are at first; answers are 0 or 1. */
static void fill_targets(Arena *arena, const Model *model, int64_t n, Sample *sample) {
    int64_t count = n * model_targets(model);
    sample->target = NEW_ARRAY(arena, double, count + 1);
    for (int64_t i = 0; i < count; i++) {
        double u = sample_uniform(STREAM_TARGET, i);
        sample->target[i] = model->settings.target == TARGET_LABELS ? floor(2 * u) : (float)(4 * u - 2);
    }
}

static void fill_stored(Arena *arena, const Model *model, Sample *sample) {
    sample->param = NEW_ARRAY(arena, double, model->param_size + 1);
    sample->state = NEW_ARRAY(arena, double, model->state_size + 1);
    for (size_t t = 0; t < model->stored.count; t++) {
        const Stored *stored = model->stored.at[t];
        bool parameter = stored_is_parameter(stored);
        int64_t count = stored_count(stored);
        double fan = stored->rank > 1 ? (double)(count / stored->dim[0]) : 4;
        for (int64_t i = 0; i < count; i++) {
            double u = sample_uniform((uint32_t)(STREAM_STORED + t), i);
            double value = parameter ? (2 * u - 1) * sqrt(3 / fan) : 0.3 + 0.4 * u;
            (parameter ? sample->param : sample->state)[stored->offset + i] = (float)value;
        }
    }
}

Sample *sample_new(Arena *arena, const Model *model, int64_t n) {
    Sample *sample = NEW(arena, Sample);
    fill_batch(arena, model, n, sample);
    fill_targets(arena, model, n, sample);
    fill_stored(arena, model, sample);
    sample->input = (EvalInput){.n = n,
                                .batch = sample->batch,
                                .label = sample->label,
                                .target = sample->target,
                                .item = sample->item,
                                .param = sample->param,
                                .state = sample->state,
                                .seed_low = SEED_LOW,
                                .seed_high = SEED_HIGH,
                                .epoch = 3};
    fill_settings(arena, model, n, sample);
    return sample;
}
