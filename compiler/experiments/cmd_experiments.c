/* netc experiments: trains what the texts tell of, and puts what comes of it beside what they say. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/base/json.h"
#include "compiler/driver/link.h"
#include "compiler/driver/option_slips.h"
#include "compiler/driver/report.h"
#include "compiler/driver/set_line.h"
#include "compiler/experiments/lock.h"
#include "compiler/experiments/reading.h"
#include "compiler/experiments/results.h"
#include "compiler/experiments/training.h"
#include "compiler/experiments/verify.h"
#include "runtime/base/atomic.h"
#include "runtime/base/words.h"
#include "runtime/base/wrap.h"

Words experiment_names(Arena *arena) {
    Words names = {0};
    for (size_t i = 0; i < experiment_count; i++) {
        vec_push(arena, &names, experiments[i].name);
    }
    return names;
}

/* ---- what is asked for ---- */

static bool read_names(const Options *options, Plan *plan, int *status) {
    Words names = experiment_names(plan->arena);
    for (size_t i = 0; i < options->files.count; i++) {
        const char *name = options->files.at[i];
        const Experiment *experiment = experiment_find(name);
        if (experiment == NULL) {
            const char *nearest = net_nearest_word(name, names.at, names.count);
            *status =
                nearest != NULL
                    ? report_usage("experiments", "there is no experiment '%s'; did you mean '%s'?", name, nearest)
                    : report_usage("experiments",
                                   "there is no experiment '%s'; 'netc experiments --list' prints their names", name);
            return false;
        }
        vec_push(plan->arena, &plan->experiments, experiment);
    }
    for (size_t i = 0; i < experiment_count && options->files.count == 0; i++) {
        vec_push(plan->arena, &plan->experiments, &experiments[i]);
    }
    return true;
}

/* A whole number up to `high`, -1: it is none. */
static int64_t whole_number(const char *text, size_t length, int64_t high) {
    char *end = NULL;
    errno = 0;
    int64_t value = strtoll(text, &end, 10);
    bool good = length > 0 && strspn(text, "0123456789") >= length && end == text + length && errno == 0;
    return good && value <= high ? value : -1;
}

static bool read_seeds(const char *text, Plan *plan, int *status) {
    const int64_t most = (int64_t)1 << 53;
    size_t dash = text == NULL ? 0 : strcspn(text, "-");
    if (text == NULL) {
        return true;
    }
    plan->first = whole_number(text, dash, most);
    if (text[dash] == '\0' && plan->first > 1) { /* "5" may well be meant as five of them */
        *status = report_usage("experiments", "--seeds %s: one seed is --seeds %s-%s; several are --seeds 1-%s", text,
                               text, text, text);
        return false;
    }
    plan->last = text[dash] == '\0' ? plan->first : whole_number(text + dash + 1, strlen(text + dash + 1), most);
    if (plan->first < 1 || plan->last < plan->first) {
        *status = report_usage("experiments",
                               "--seeds %s: expected the first and the last seed, for example --seeds 1-5", text);
        return false;
    }
    return true;
}

/* Lines that say what the experiments themselves give to trainings would be refused by the first of these. */
static bool check_sets(const Plan *plan, int *status) {
    Arena *arena = plan->arena;
    for (size_t i = 0; i < plan->sets.count; i++) {
        const char *line = plan->sets.at[i];
        if (set_line_says(arena, line, "seed")) {
            *status =
                report_usage("experiments", "--set '%s': seeds are given by --seeds, for example --seeds 1-5", line);
            return false;
        }
        if (plan->data != NULL && set_line_says(arena, line, "data")) {
            *status = report_usage("experiments", "--set '%s' and --data say the same; keep one", line);
            return false;
        }
        for (size_t k = 0; k < plan->experiments.count && set_line_says(arena, line, "rate"); k++) {
            const Experiment *experiment = plan->experiments.at[k];
            if (experiment->rows[0].rates != NULL) {
                *status =
                    report_usage("experiments",
                                 "--set '%s': '%s' tries rates of its own; leave rate= out, or name other experiments",
                                 line, experiment->name);
                return false;
            }
        }
    }
    return true;
}

static bool read_plan(Arena *arena, const Options *options, Plan *plan, int *status) {
    *plan = (Plan){.arena = arena,
                   .folder = options->output == NULL ? "experiments" : options->output,
                   .first = 1,
                   .threads = options->threads,
                   .data = options->data,
                   .data_dir = options->data_dir,
                   .sets = options->sets};
    for (size_t i = 0; i < options->sets.count; i++) {
        vec_push(arena, &plan->changed, arena_format(arena, "--set %s", shell_word(arena, options->sets.at[i])));
    }
    if (options->data != NULL) {
        vec_push(arena, &plan->changed, arena_format(arena, "--data %s", shell_word(arena, options->data)));
    }
    if (options->threads != NULL && whole_number(options->threads, strlen(options->threads), 1024) < 1) {
        *status = report_usage("experiments",
                               "--threads %s: expected a whole number from 1 to 1024, for example "
                               "--threads 2",
                               options->threads);
        return false;
    }
    return read_names(options, plan, status) && read_seeds(options->seeds, plan, status) && check_sets(plan, status);
}

/* ---- listing ---- */

static const char *time_text(Arena *arena, double minutes) {
    return minutes <= 0    ? "at once"
           : minutes < 1   ? arena_format(arena, "%.0f s", 60 * minutes)
           : minutes < 100 ? arena_format(arena, "%.0f min", minutes)
                           : arena_format(arena, "%.1f h", minutes / 60);
}

static double all_minutes(const Plan *plan) {
    double minutes = 0;
    for (size_t i = 0; i < plan->experiments.count; i++) {
        minutes += plan->experiments.at[i]->minutes;
    }
    return minutes;
}

static int list(const Plan *plan) {
    Arena *arena = plan->arena;
    int width = net_page_width(stdout);
    for (size_t i = 0; i < plan->experiments.count; i++) {
        const Experiment *experiment = plan->experiments.at[i];
        const char *seeds = experiment->seeds > 1 ? arena_format(arena, " of %d seeds", experiment->seeds) : "";
        const char *doc =
            arena_format(arena, "%s: %zu %s%s, %s", experiment->title, experiment->row_count,
                         experiment->row_count == 1 ? "row" : "rows", seeds, time_text(arena, experiment->minutes));
        net_print_row(stdout, experiment->name, 16, doc, width);
    }
    printf("\nTimes are of two cores, about; all of them together: %s.\n", time_text(arena, all_minutes(plan)));
    return STATUS_OK;
}

/* ---- running ---- */

/* What a training that has ended leaves in the row's file. */
static json_t *training_json(Arena *arena, const RowFile *file, const Setup *setup, int64_t seed, double rate,
                             const Ended *ended) {
    json_t *training = json_object();
    const json_t *result = ended->run.result;
    json_put(training, "seed", json_integer((json_int_t)seed));
    if (rate > 0) {
        json_put(training, "rate", json_real(rate));
    }
    json_put(training, "key", json_string(setup_key(arena, setup, seed, rate)));
    json_put(training, "status", json_incref(json_object_get(result, "status")));
    json_put(training, "examples",
             json_incref(json_object_get(json_object_get(ended->run.config, "settings"), "split")));
    json_put(training, "best_epoch", json_incref(json_object_get(result, "best_epoch")));
    json_put(training, "weights_sha256_epoch_1", ended->first_hash == NULL ? NULL : json_string(ended->first_hash));
    json_put(training, "weights_sha256", json_incref(json_object_get(result, "weights_sha256")));
    json_put(training, "numbers", reading_numbers(arena, file->experiment, &ended->run));
    json_put(training, "curves", reading_curves(arena, file->experiment, file->row, &ended->run));
    return training;
}

static void show_progress(const RowFile *file, int64_t seed, double rate, int64_t place, int64_t count) {
    if (net_terminal_width(stderr) > 0) {
        const char *at = rate > 0 ? arena_format(file->arena, ", rate %g", rate) : "";
        fprintf(stderr, "\r\033[K%s: %s, seed %" PRId64 "%s (%" PRId64 " of %" PRId64 ")", file->experiment->name,
                file->row->title, seed, at, place, count);
        fflush(stderr);
    }
}

static void hide_progress(void) {
    if (net_terminal_width(stderr) > 0) {
        fputs("\r\033[K", stderr);
    }
}

/* Trains what is not there; *made counts that. */
static bool train_row(const Plan *plan, const Setup *setup, RowFile *file, int64_t *made, int *status) {
    static const double one[] = {-1, 0};
    int64_t last = plan->last > 0 ? plan->last : file->experiment->seeds, place = 0, count = 0;
    const double *rates = file->row->rates == NULL ? one : file->row->rates;
    for (const double *rate = rates; *rate < 0 || *rate > 0; rate++) {
        count += last - plan->first + 1;
    }
    for (const double *at = rates; *at < 0 || *at > 0; at++) {
        double rate = *at > 0 ? *at : 0;
        for (int64_t seed = plan->first; seed <= last; seed++) {
            place++;
            if (row_file_find(file, seed, rate) != NULL) {
                continue;
            }
            Ended ended;
            show_progress(file, seed, rate, place, count);
            bool good = training_run(plan, setup, seed, rate, &ended, status);
            hide_progress();
            if (!good) {
                return false;
            }
            row_file_add(file, training_json(plan->arena, file, setup, seed, rate, &ended));
            training_close(&ended);
            (*made)++;
            if (!row_file_save(file, status)) {
                return false;
            }
        }
    }
    return true;
}

static void compute_row(RowFile *file) {
    double numbers[ROW_TEXTS] = {0};
    json_t *training = json_object(), *values = json_object();
    file->row->compute(numbers);
    for (size_t i = 0; i < file->experiment->column_count; i++) {
        json_put(values, file->experiment->columns[i].key, json_real(numbers[i]));
    }
    json_put(training, "computed", json_true());
    json_put(training, "numbers", values);
    row_file_add(file, training);
}

/* The parts of what is said of a row begin here, each whole in a line where it fits. */
enum { PARTS = 36 };

static void print_part(const char *part, int *column) {
    int width = net_text_width(part), page = net_page_width(stdout);
    if (*column > PARTS - 2 && *column + 2 + width > page) {
        putchar('\n');
        *column = 0;
    }
    int blanks = *column < PARTS - 2 ? PARTS - *column : 2;
    printf("%*s", blanks, "");
    *column = net_wrap(stdout, part, *column + blanks, PARTS, page);
}

/* What the texts tell of, or would, else the first column. */
static void print_row(const RowFile *file, const Results *results, int64_t made) {
    Arena *arena = file->arena;
    const Experiment *experiment = file->experiment;
    int at = 2 + net_text_width(file->row->title);
    printf("  %s", file->row->title);
    for (size_t i = 0; i < experiment->column_count; i++) {
        const Column *column = &experiment->columns[i];
        bool told = i < ROW_TEXTS && file->row->text[i] > 0;
        if (i == 0 || told) {
            const char *text = published_text(file, column, i);
            const char *cell =
                cell_text(arena, column, row_file_moments(file, column, results_against(results, file->row)));
            const char *beside = *text == '\0' ? "" : arena_format(arena, " (text %s)", text);
            print_part(arena_format(arena, "%s %s%s", column->title, *cell == '\0' ? "-" : cell, beside), &at);
        }
    }
    const char *verdict = verdict_text(file);
    if (*verdict != '\0') {
        print_part(verdict, &at);
    }
    if (file->row->model != NULL) {
        size_t there = json_array_size(file->trainings) - (size_t)made;
        print_part(arena_format(arena, "[%" PRId64 " trained, %zu there]", made, there), &at);
    }
    printf("\n");
    if (!row_file_comparable(file) && *row_file_examples(file) != '\0') {
        printf("    examples here: %s\n", row_file_examples(file));
    }
    fflush(stdout);
}

static bool run_row(Plan *plan, const Experiment *experiment, const Row *row, int *status) {
    RowFile file;
    Setup setup;
    Results results;
    int64_t made = 0;
    if (!row_file_open(plan, experiment, row, true, &file)) {
        *status = STATUS_ENVIRONMENT;
        return false;
    }
    bool good = setup_open(plan, row, &setup, status);
    if (good) {
        row_file_begin(plan, &setup, &file);
        if (row->model == NULL) {
            compute_row(&file);
        }
        good = (row->model == NULL || train_row(plan, &setup, &file, &made, status)) && row_file_save(&file, status);
        setup_close(&setup);
    }
    if (good && results_open(plan, experiment, &results)) {
        print_row(&file, &results, made);
        results_close(&results);
    }
    row_file_close(&file);
    return good;
}

static int run_all(Plan *plan) {
    int status = STATUS_OK;
    bool good = true;
    for (size_t i = 0; good && i < plan->experiments.count; i++) {
        const Experiment *experiment = plan->experiments.at[i];
        printf("%s: %s\n", experiment->name, experiment->title);
        for (size_t k = 0; good && k < experiment->row_count; k++) {
            good = run_row(plan, experiment, &experiment->rows[k], &status);
        }
        int written = STATUS_OK; /* what there is by now, of a row that failed too */
        if (!results_write(plan, &written)) {
            status = good ? written : status;
            good = false;
        }
    }
    if (good) {
        printf("results %s/results.md\n", plan->folder);
    } else if (status > 128) {
        report_note("stopped; the same command goes on from there");
    }
    return status;
}

/* ---- the command ---- */

/* Two of these in one folder would write over each other's rows. The lock goes with the process. */
static bool lock_folder(Plan *plan, int *status) {
    NetError error = {.status = NET_OK};
    const char *path = arena_format(plan->arena, "%s/lock", plan->folder);
    plan->lock = net_folder_make(plan->folder, &error) ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (plan->lock == -1) {
        *status = error.status == NET_OK ? report_environment("cannot open %s: %s", path, strerror(errno))
                                         : report_environment("%s", error.text);
        return false;
    }
    if (!lock_within(plan->lock, 1)) {
        *status = report_environment("%s: another 'netc experiments' is writing into this folder", plan->folder);
        return false;
    }
    return true;
}

/* Whether all that lies in the folder is of the lines that are asked for. */
static bool check_folder(const Plan *plan, int *status) {
    bool good = true;
    for (size_t i = 0; good && i < experiment_count; i++) {
        for (size_t k = 0; good && k < experiments[i].row_count; k++) {
            RowFile file;
            good = row_file_open(plan, &experiments[i], &experiments[i].rows[k], true, &file);
            row_file_close(&file);
        }
    }
    *status = good ? *status : STATUS_ENVIRONMENT;
    return good;
}

int cmd_experiments(Arena *arena, Options *options) {
    Plan plan;
    int status = STATUS_OK;
    if (!read_plan(arena, options, &plan, &status)) {
        return status;
    }
    if (options->list) {
        return list(&plan);
    }
    int64_t rows = options->verify == NULL ? 0 : whole_number(options->verify, strlen(options->verify), INT32_MAX);
    if (options->verify != NULL && rows < 1) {
        return report_usage("experiments", "--verify %s: expected how many rows, for example --verify 3",
                            options->verify);
    }
    tools_watch_signals();
    bool nothing = rows > 0 && access(plan.folder, F_OK) != 0; /* nor is a folder made to look into */
    if (!nothing) {
        if (!lock_folder(&plan, &status) || !check_folder(&plan, &status)) {
            return status;
        }
        training_clean(&plan);
    }
    return rows > 0 ? verify_rows(&plan, rows) : run_all(&plan);
}
