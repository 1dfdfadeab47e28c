#include "compiler/experiments/row_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/base/json.h"
#include "compiler/driver/option_slips.h"
#include "compiler/driver/report.h"
#include "compiler/experiments/reading.h"
#include "runtime/base/atomic.h"

static json_t *word_list(const Words *words) {
    json_t *list = json_array();
    for (size_t i = 0; i < words->count; i++) {
        json_array_append_new(list, json_string(words->at[i]));
    }
    return list;
}

/* The lines of a list as they are typed. */
static const char *lines_text(Arena *arena, const json_t *lines) {
    const char *text = "";
    size_t index;
    const json_t *line;
    json_array_foreach(lines, index, line) {
        text = arena_format(arena, "%s%s%s", text, index == 0 ? "" : " ", json_string_value(line));
    }
    return *text == '\0' ? "no --set and no --data" : text;
}

/* Whether the results are of the lines that are asked for now. */
static bool check_lines(const Plan *plan, const RowFile *file) {
    json_t *lines = word_list(&plan->changed), *there = json_object_get(file->root, "changed");
    bool same = json_equal(lines, there) == 1 || (there == NULL && plan->changed.count == 0);
    if (!same) {
        report_environment("%s: was trained with %s, now it would be with %s; -o names another folder for that",
                           file->path, lines_text(plan->arena, there), lines_text(plan->arena, lines));
    }
    json_decref(lines);
    return same;
}

bool row_file_open(const Plan *plan, const Experiment *experiment, const Row *row, bool same, RowFile *file) {
    Arena *arena = plan->arena;
    size_t size = 0;
    json_error_t why;
    NetError error;
    *file = (RowFile){.arena = arena, .experiment = experiment, .row = row};
    file->path = arena_format(arena, "%s/rows/%s-%s.json", plan->folder, experiment->name, row->name);
    if (access(file->path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return true;
    }
    char *text = net_file_read(file->path, 1 << 28, &size, &error);
    if (text == NULL) { /* what cannot be read is not written over */
        report_environment("%s", error.text);
        return false;
    }
    file->root = json_loadb(text, size, 0, &why);
    free(text);
    file->trainings = json_object_get(file->root, "trainings");
    if (!json_is_array(file->trainings)) {
        report_environment("%s: is damaged (line %d: %s); without it the row is made anew", file->path, why.line,
                           file->root == NULL ? why.text : "no list of trainings");
        row_file_close(file);
        return false;
    }
    if (same && !check_lines(plan, file)) {
        row_file_close(file);
        return false;
    }
    return true;
}

void row_file_close(RowFile *file) {
    json_decref(file->root);
    file->root = file->trainings = NULL;
}

/* ---- trainings ---- */

static double number_in(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static int64_t seed_of(const json_t *training) { return json_integer_value(json_object_get(training, "seed")); }
static double rate_of(const json_t *training) {
    double rate = number_in(training, "rate");
    return isfinite(rate) ? rate : 0;
}

static bool is_at(const json_t *training, double rate) {
    return !(rate_of(training) < rate || rate_of(training) > rate);
}

/* Whether it has all that this netc reads out of a training of the row. */
static bool is_whole(const RowFile *file, const json_t *training) {
    const json_t *numbers = json_object_get(training, "numbers"), *curves = json_object_get(training, "curves");
    bool whole = true;
    for (size_t i = 0; i < file->experiment->column_count; i++) {
        const Column *column = &file->experiment->columns[i];
        bool compares = column->kind == READ_ERRORS || column->kind == READ_GAP;
        whole = whole && (compares || json_object_get(numbers, column->key) != NULL);
    }
    for (size_t i = 0; i < file->experiment->plot_count; i++) {
        const Plot *plot = &file->experiment->plots[i];
        whole = whole && (!plot_draws(plot, file->row) || json_object_get(curves, plot->column) != NULL);
    }
    return whole;
}

static json_t *kept_trainings(const Setup *setup, const RowFile *file) {
    json_t *kept = json_array();
    size_t index;
    json_t *training;
    json_array_foreach(file->trainings, index, training) {
        const char *key = json_string_value(json_object_get(training, "key"));
        if (setup->identity != NULL && is_whole(file, training) &&
            string_is(key, setup_key(file->arena, setup, seed_of(training), rate_of(training)))) {
            json_array_append(kept, training);
        }
    }
    return kept;
}

static json_t *texts_of(const Experiment *experiment, const Row *row) {
    json_t *texts = json_object();
    for (size_t i = 0; i < experiment->column_count && i < ROW_TEXTS; i++) {
        if (row->text[i] > 0) {
            json_put(texts, experiment->columns[i].key, json_real(row->text[i]));
        }
    }
    return texts;
}

/* What is to be typed for a training of the row, the seed apart. */
static const char *command_text(const Plan *plan, const Setup *setup) {
    Arena *arena = plan->arena;
    Words words = setup_words(arena, setup, arena_format(arena, "models/%s.net", setup->row->model));
    char *text = arena_format(arena, "netc train");
    for (size_t i = 0; i < words.count; i++) {
        text = arena_format(arena, "%s %s", text, shell_word(arena, words.at[i]));
    }
    text = plan->data == NULL ? text : arena_format(arena, "%s --data %s", text, shell_word(arena, plan->data));
    return arena_format(arena, "%s --epochs %lld", text, (long long)setup->epochs);
}

void row_file_begin(const Plan *plan, const Setup *setup, RowFile *file) {
    json_t *root = json_object(), *trainings = kept_trainings(setup, file);
    json_put(root, "experiment", json_string(file->experiment->name));
    json_put(root, "row", json_string(file->row->name));
    json_put(root, "title", json_string(file->row->title));
    if (setup->row->model != NULL) {
        json_put(root, "model", json_string(setup->row->model));
        json_put(root, "command", json_string(command_text(plan, setup)));
        json_put(root, "order_hash", json_string(setup->order_hash));
        json_put(root, "data_sha256", json_string(setup->data_hash));
    }
    json_put(root, "changed", word_list(&plan->changed));
    json_put(root, "text", texts_of(file->experiment, file->row));
    json_put(root, "trainings", trainings);
    json_decref(file->root);
    file->root = root;
    file->trainings = trainings;
}

json_t *row_file_find(const RowFile *file, int64_t seed, double rate) {
    size_t index;
    json_t *training;
    json_array_foreach(file->trainings, index, training) {
        if (seed_of(training) == seed && is_at(training, rate)) {
            return training;
        }
    }
    return NULL;
}

void row_file_add(RowFile *file, json_t *training) {
    size_t place = 0;
    for (; place < json_array_size(file->trainings); place++) {
        const json_t *other = json_array_get(file->trainings, place);
        bool later = rate_of(other) > rate_of(training);
        if (later || (!(rate_of(other) < rate_of(training)) && seed_of(other) > seed_of(training))) {
            break;
        }
    }
    json_array_insert_new(file->trainings, place, training);
}

bool row_file_save(RowFile *file, int *status) {
    NetError error = {.status = NET_OK};
    json_t *mean = json_object(), *sd = json_object();
    for (size_t i = 0; i < file->experiment->column_count; i++) {
        const Column *column = &file->experiment->columns[i];
        NetMoments moments = row_file_moments(file, column, NULL);
        if (moments.count > 0 && !column->tuned) {
            json_put(mean, column->key, json_real(moments.mean));
            json_put(sd, column->key, moments.count > 1 ? json_real(net_moments_sd(&moments)) : json_null());
        }
    }
    json_put(file->root, "mean", mean);
    json_put(file->root, "sd", sd);
    char *text = json_dumps(file->root, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    const char *slash = strrchr(file->path, '/');
    bool good = text != NULL &&
                net_folder_make(arena_copy(file->arena, file->path, (size_t)(slash - file->path)), &error) &&
                net_file_save(file->path, text, strlen(text), &error);
    free(text);
    if (!good) {
        *status = report_environment("%s", error.text);
    }
    return good;
}

/* ---- what they have come to ---- */

bool row_file_diverged(const json_t *training) {
    return string_is(json_string_value(json_object_get(training, "status")), "diverged");
}

static double first_rate(const RowFile *file) { return file->row->rates == NULL ? 0 : file->row->rates[0]; }

/* The mean of a number over the trainings at a rate, of those that came to their end. */
static NetMoments moments_at(const RowFile *file, const char *key, double rate) {
    NetMoments moments = {.count = 0};
    size_t index;
    json_t *training;
    json_array_foreach(file->trainings, index, training) {
        double value = number_in(json_object_get(training, "numbers"), key);
        if (is_at(training, rate) && !row_file_diverged(training) && isfinite(value)) {
            net_moments_add(&moments, value);
        }
    }
    return moments;
}

bool row_file_comparable(const RowFile *file) {
    return file->row->model == NULL ||
           (file->root != NULL && json_array_size(json_object_get(file->root, "changed")) == 0);
}

const char *row_file_examples(const RowFile *file) {
    static const char *const parts[] = {"train", "validation", "test"};
    static const char *const verbs[] = {"train", "validate", "test"};
    const json_t *examples = json_object_get(row_file_first(file), "examples");
    const char *text = "";
    char count[NET_COUNT_TEXT];
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        double number = number_in(examples, parts[i]);
        if (number >= 1) {
            text = arena_format(file->arena, "%s%s%s to %s", text, *text == '\0' ? "" : ", ",
                                net_count(count, (uint64_t)number), verbs[i]);
        }
    }
    return text;
}

RateCount row_file_count(const RowFile *file, double rate) {
    RateCount count = {0};
    size_t index;
    json_t *training;
    json_array_foreach(file->trainings, index, training) {
        count.trained += is_at(training, rate);
        count.diverged += is_at(training, rate) && row_file_diverged(training);
    }
    return count;
}

double row_file_best_rate(const RowFile *file) {
    double best = first_rate(file), most = -1;
    for (const double *rate = file->row->rates; rate != NULL && *rate > 0; rate++) {
        NetMoments moments = moments_at(file, "best_validation_accuracy", *rate);
        if (row_file_count(file, *rate).diverged == 0 && moments.count > 0 && moments.mean > most) {
            most = moments.mean;
            best = *rate;
        }
    }
    return best;
}

const json_t *row_file_first(const RowFile *file) {
    const json_t *diverged = NULL;
    size_t index;
    json_t *training;
    json_array_foreach(file->trainings, index, training) {
        if (is_at(training, first_rate(file)) && !row_file_diverged(training)) {
            return training;
        }
        diverged = diverged == NULL && is_at(training, first_rate(file)) ? training : diverged;
    }
    return diverged == NULL ? json_array_get(file->trainings, 0) : diverged;
}

/* What is gone of the other's, as the column says. */
static NetMoments compared(const RowFile *file, const Column *column, const RowFile *against) {
    NetMoments none = {.count = 0};
    if (against == NULL || against->root == NULL || against->row == file->row) {
        return none;
    }
    Column plain = {.key = column->name, .kind = READ_RESULT, .tuned = column->tuned};
    double mine = row_file_moments(file, &plain, NULL).mean, other = row_file_moments(against, &plain, NULL).mean;
    double gone = column->kind == READ_ERRORS ? 1 - (1 - mine) / (1 - other) : 1 - fabs(log(mine) / log(other));
    if (mine > 0 && other > 0 && isfinite(gone)) {
        net_moments_add(&none, gone);
    }
    return none;
}

NetMoments row_file_moments(const RowFile *file, const Column *column, const RowFile *against) {
    if (column->kind == READ_ERRORS || column->kind == READ_GAP) {
        return compared(file, column, against);
    }
    return moments_at(file, column->key, column->tuned ? row_file_best_rate(file) : first_rate(file));
}
