#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/train/trainer.h"

enum { CLASS_LIMIT = 1 << 16, PATIENCE = 3, CLASS_TEXT = 128 };

/* The size of the part's largest class and which that is; 0 when there are no classes to count. */
static int64_t largest_class(const NetTrainer *trainer, NetPartName part, int64_t *which) {
    const NetData *data = &trainer->data;
    int64_t most = 0;
    if (data->classes < 2 || data->classes > CLASS_LIMIT) {
        return 0;
    }
    int64_t *counts = net_alloc((size_t)data->classes, sizeof *counts, NULL);
    if (counts == NULL) {
        return 0;
    }
    net_data_class_counts(data, part, counts);
    for (int64_t i = 0; i < data->classes; i++) {
        if (counts[i] > most) {
            most = counts[i];
            *which = i;
        }
    }
    free(counts);
    return most;
}

/* "2 ('truck')" */
static const char *class_text(const NetData *data, int64_t class, char out[CLASS_TEXT]) {
    if (data->class_names == NULL)
        snprintf(out, CLASS_TEXT, "%" PRId64, class);
    else
        snprintf(out, CLASS_TEXT, "%" PRId64 " ('%s')", class, data->class_names[class]);
    return out;
}

/* Numbers of the command line that come to nothing; those of the model the compiler has seen. */
static void advise_options(const NetTrainer *trainer) {
    const NetOptions *options = &trainer->options;
    const int *known = trainer->model->known;
    int64_t batch = net_options_count(options, NET_KNOWN_BATCH),
            patience = net_options_count(options, NET_KNOWN_PATIENCE);
    int64_t epochs = net_options_count(options, NET_KNOWN_EPOCHS);
    char note[512], count[NET_COUNT_TEXT];
    if (options->changed[known[NET_KNOWN_BATCH]] && batch > trainer->n) {
        snprintf(note, sizeof note,
                 "warning: --batch %" PRId64
                 " is more than the training part has: %s example%s; write --batch full for "
                 "all of them in one step [batch-size]",
                 batch, net_count(count, (uint64_t)trainer->n), net_plural((uint64_t)trainer->n));
        net_progress_note(trainer->progress, options->program, note);
    }
    if (options->changed[known[NET_KNOWN_PATIENCE]] && epochs > 0 && patience >= epochs) {
        snprintf(note, sizeof note,
                 "warning: --patience %" PRId64 " never acts: training ends after %" PRId64
                 " epoch%s; give it less, or "
                 "more --epochs [idle-stop]",
                 patience, epochs, net_plural((uint64_t)epochs));
        net_progress_note(trainer->progress, options->program, note);
    }
}

/* Whether a statistic of the data is part of what the network computes. */
static bool has_statistic(const NetModel *model, NetStatistic which) {
    for (int i = 0; i < model->tensors; i++)
        if (model->tensor[i].init.kind == NET_INIT_DATA && model->tensor[i].init.statistic == which) return true;
    return false;
}

/* The largest value, of the first examples: floats are taken as they are, and what is far from 1 saturates units or
 * lets the cost grow beyond all bounds. Not where the network begins with what brings them there. */
static void advise_inputs(const NetTrainer *trainer) {
    enum { SEEN = 100 };
    const float large = 100;
    const NetData *data = &trainer->data;
    const json_t *layers = trainer->model->network, *use = json_object_get(json_array_get(layers, 0), "use");
    const char *deviation = json_string_value(json_object_get(use, "std"));
    const char *next = json_string_value(json_object_get(json_array_get(layers, 1), "kind"));
    bool scaled = deviation == NULL || strcmp(deviation, "1") != 0 || (next != NULL && strcmp(next, "batchnorm") == 0);
    float largest = 0;
    if (scaled || data->type != NET_ROWS_F32) return;
    for (int64_t row = 0; row < data->part[NET_PART_TRAIN].count && row < SEEN; row++) {
        const unsigned char *values = net_data_example(data, NET_PART_TRAIN, row).values;
        for (int64_t i = 0; i < data->row_elements; i++) {
            float value;
            memcpy(&value, values + (size_t)i * sizeof value, sizeof value);
            if (fabsf(value) > largest) largest = fabsf(value);
        }
    }
    if (largest < large) return;
    char note[512], shape[NET_SHAPE_TEXT];
    snprintf(
        note, sizeof note,
        "note: inputs reach %g, and floats are taken as they are; 'input %s mean=data std=data' brings them near 1 "
        "[unscaled-inputs]",
        (double)largest, net_shape(shape, trainer->model->input_shape, trainer->model->input_dims));
    net_progress_note(trainer->progress, trainer->options.program, note);
}

/* Numbers whose deviation is far from 1 are learned by steps that are far too large. */
static void advise_targets(const NetTrainer *trainer) {
    const double large = 100;
    const NetData *data = &trainer->data;
    if (data->targets == 0 || has_statistic(trainer->model, NET_STATISTIC_TARGET_MEAN)) return;
    double *variance = net_alloc((size_t)data->targets, sizeof *variance, NULL), widest = 0;
    if (variance != NULL) net_data_target_statistics(data, NET_PART_TRAIN, NULL, variance);
    for (int64_t i = 0; i < data->targets && variance != NULL; i++) widest = fmax(widest, sqrt(variance[i]));
    free(variance);
    if (widest < large) return;
    char note[512];
    snprintf(note, sizeof note,
             "note: the numbers to learn deviate by %.3g from their mean; 'target values scale=true' learns them in "
             "units of that [unscaled-targets]",
             widest);
    net_progress_note(trainer->progress, trainer->options.program, note);
}

void net_trainer_advise_data(const NetTrainer *trainer) {
    char note[512], class[CLASS_TEXT];
    int64_t which = 0;
    const NetPart *part = trainer->data.part;
    int64_t probe = trainer->model->compiled.log_probe;
    int64_t examples = part[NET_PART_TRAIN].count;
    if (!trainer->options.evaluate) {
        advise_options(trainer);
        advise_inputs(trainer);
        advise_targets(trainer);
    }
    if (probe > examples && trainer->model->compiled.asks_probe) {
        snprintf(note, sizeof note,
                 "warning: probe=%" PRId64 " is more than the training part has; its %" PRId64
                 " examples are probed [probe-size]",
                 probe, examples);
        net_progress_note(trainer->progress, trainer->options.program, note);
    }
    int64_t most = largest_class(trainer, NET_PART_TRAIN, &which);
    if (most * 10 > examples * 9) {
        bool weighted = trainer->model->compiled.class_weights != NULL;
        snprintf(note, sizeof note,
                 "note: class %s is %.0f %% of the training part; a network that always answers it is right "
                 "as often%s [lopsided-classes]",
                 class_text(&trainer->data, which, class), 100 * (double)most / (double)examples,
                 weighted ? "" : "; 'cost class_weights=balanced' lets all classes count alike");
        net_progress_note(trainer->progress, trainer->options.program, note);
    }
    int64_t held = part[NET_PART_VALIDATION].count;
    if (held > 0 && largest_class(trainer, NET_PART_VALIDATION, &which) == held) {
        snprintf(note, sizeof note,
                 "note: all examples of the validation part, %" PRId64 ", are of class %s; is the data sorted "
                 "by class? [one-class]",
                 held, class_text(&trainer->data, which, class));
        net_progress_note(trainer->progress, trainer->options.program, note);
    }
}

void net_trainer_advise_epoch(const NetTrainer *trainer) {
    const NetPlace *place = &trainer->place;
    if (place->epoch != PATIENCE || net_model_measure(trainer->model) != NET_FIGURE_ACCURACY) {
        return;
    }
    char note[512], class[CLASS_TEXT], than[CLASS_TEXT + 32] = "chance";
    int64_t which = 0;
    bool held = place->validation.n > 0;
    const NetScore *score = held ? &place->validation : &place->train;
    int64_t most = largest_class(trainer, held ? NET_PART_VALIDATION : NET_PART_TRAIN, &which);
    if (trainer->model->compiled.class_weights != NULL) {
        most = 0; /* it learns something else than to be right about most examples */
    }
    bool lopsided = most * trainer->data.classes > 2 * score->n;
    if (lopsided) {
        snprintf(than, sizeof than, "always answering class %s", class_text(&trainer->data, which, class));
    }
    if (most > 0 && score->sum[NET_LOG_CORRECT] <= (double)most) {
        snprintf(note, sizeof note,
                 "note: after %d epochs the accuracy, %.2f %%, is no better than %s; try another --rate (now %g)%s "
                 "or initialisation [no-better-than-chance]",
                 PATIENCE, 100 * net_score_value(trainer->model, score), than,
                 net_options_number(&trainer->options, NET_KNOWN_RATE), lopsided ? ", class_weights=balanced" : "");
        net_progress_note(trainer->progress, trainer->options.program, note);
    }
}
