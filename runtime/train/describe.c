#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "runtime/train/trainer.h"

/* ", l2 5, weight decay 0.1": the numbers that the steps are computed from, those that are 0 apart. */
static const char *numbers_text(const NetOptions *options, char *out, size_t room) {
    const NetModel *model = options->model;
    size_t length = 0;
    out[0] = '\0';
    for (int i = 0; i < model->settings && length < room; i++) {
        const NetSetting *setting = &model->setting[i];
        if (setting->kind != NET_SETTING_REAL || !setting->used || options->value[i] == 0) {
            continue;
        }
        char name[NET_SETTING_NAME];
        snprintf(name, sizeof name, "%s", setting->name);
        for (char *c = name; *c != '\0'; c++) {
            *c = *c == '_' ? ' ' : *c;
        }
        length +=
            (size_t)snprintf(out + length, room - length, "%s%s %g", length > 0 ? ", " : "", name, options->value[i]);
    }
    return out;
}

/* ", patience 5 by cost": what ends the training before its last epoch. */
static const char *stop_text(const NetTrainer *trainer, char *out, size_t room) {
    int64_t patience = net_options_count(&trainer->options, NET_KNOWN_PATIENCE);
    const char *monitor = trainer->model->compiled.monitor;
    bool usual = strcmp(monitor, "accuracy") == 0;
    out[0] = '\0';
    if (patience > 0)
        snprintf(out, room, ", patience %" PRId64 "%s%s", patience, usual ? "" : " by ", usual ? "" : monitor);
    return out;
}

static void describe_training(const NetTrainer *trainer) {
    const NetOptions *options = &trainer->options;
    int64_t epochs = net_options_count(options, NET_KNOWN_EPOCHS);
    char count[NET_COUNT_TEXT];
    char numbers[512];
    char seeds[64];
    char stop[64];
    const char *weights = trainer->model->compiled.class_weights;
    int64_t first = options->seed_first, last = options->given[NET_OPTION_SEEDS] ? options->seed_last : first;
    if (options->ensemble != NULL) {
        first = net_options_count(options, NET_KNOWN_SEED);
        last = first + trainer->model->compiled.members - 1;
    }
    if (first < last) {
        snprintf(seeds, sizeof seeds, "seeds %" PRId64 " to %" PRId64, first, last);
    } else {
        snprintf(seeds, sizeof seeds, "seed %" PRId64, net_options_count(options, NET_KNOWN_SEED));
    }
    bool full = net_options_count(options, NET_KNOWN_BATCH) == 0;
    const char *schedule = trainer->model->schedule.name;
    net_progress_line(
        trainer->progress, "train", "%s %s%s%s%s%s, batch %s, %" PRId64 " epoch%s%s, %s, %" PRId64 " thread%s",
        trainer->model->compiled.optimizer, numbers_text(options, numbers, sizeof numbers),
        schedule != NULL ? ", schedule " : "", schedule != NULL ? schedule : "",
        weights != NULL ? ", class weights " : "", weights != NULL ? weights : "",
        full ? "full" : net_count(count, (uint64_t)trainer->batch), epochs, net_plural((uint64_t)epochs),
        stop_text(trainer, stop, sizeof stop), seeds, options->threads, net_plural((uint64_t)options->threads));
}

/* "; not used: 54,000 of the training file, 9,000 of the test file"; a single file needs no name. */
static const char *rest_text(const NetData *data, char *out, size_t room) {
    const NetPart *part = data->part;
    char count[NET_COUNT_TEXT];
    int64_t train_file = data->file[NET_FILE_TRAIN].count, test_file = data->file[NET_FILE_TEST].count;
    int64_t trained = part[NET_PART_TRAIN].count + part[NET_PART_VALIDATION].count, tested = part[NET_PART_TEST].count;
    int64_t left = test_file > 0 ? train_file - trained : train_file - trained - tested;
    size_t length = 0;
    out[0] = '\0';
    if (left > 0)
        length = (size_t)snprintf(out, room, "; not used: %s%s", net_count(count, (uint64_t)left),
                                  test_file > 0 ? " of the training file" : "");
    if (test_file > tested)
        snprintf(out + length, room - length, "%s%s of the test file",
                 left > 0 ? ", " : "; not used: ", net_count(count, (uint64_t)(test_file - tested)));
    return out;
}

static void describe_data(const NetTrainer *trainer) {
    const NetData *data = &trainer->data;
    const NetPart *part = data->part;
    char count[3][NET_COUNT_TEXT], held[96] = "", rest[128];
    if (part[NET_PART_VALIDATION].count > 0) {
        snprintf(held, sizeof held, ", %s to validate", net_count(count[1], (uint64_t)part[NET_PART_VALIDATION].count));
    }
    net_progress_line(trainer->progress, "data", "%s (%s): %s to train%s, %s to test%s", data->name, data->source,
                      net_count(count[0], (uint64_t)part[NET_PART_TRAIN].count), held,
                      net_count(count[2], (uint64_t)part[NET_PART_TEST].count), rest_text(data, rest, sizeof rest));
}

static void describe_augment(const NetTrainer *trainer) {
    char text[NET_AUGMENT_TEXT], count[NET_COUNT_TEXT], copies[64] = "";
    const NetAugment *augment = &trainer->model->augment;
    const char *line = net_augment_text(augment, text);
    if (*line == '\0') {
        return;
    }
    if (augment->expand) {
        snprintf(copies, sizeof copies, ", %s an epoch", net_count(count, (uint64_t)trainer->n));
    }
    net_progress_line(trainer->progress, "augment", "%s%s", line, copies);
}

void net_trainer_describe(const NetTrainer *trainer) {
    const NetModel *model = trainer->model;
    char count[NET_COUNT_TEXT];
    char shape[NET_SHAPE_TEXT];
    net_progress_line(trainer->progress, "model", "%s: %s input, %d layer%s, %s parameter%s, %s", model->name,
                      net_shape(shape, model->input_shape, model->input_dims), model->layers,
                      model->layers == 1 ? "" : "s", net_count(count, (uint64_t)net_model_parameters(model)),
                      net_plural((uint64_t)net_model_parameters(model)), model->compiled.cost);
    describe_data(trainer);
    if (!trainer->options.evaluate) {
        describe_augment(trainer);
        describe_training(trainer);
    }
}
