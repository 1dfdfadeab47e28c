#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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

void net_trainer_advise_data(const NetTrainer *trainer) {
    char note[512], class[CLASS_TEXT];
    int64_t which = 0;
    const NetPart *part = trainer->data.part;
    int64_t probe = trainer->model->compiled.log_probe;
    int64_t examples = part[NET_PART_TRAIN].count;
    if (!trainer->options.evaluate) advise_options(trainer);
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
