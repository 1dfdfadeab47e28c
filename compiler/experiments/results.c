#include "compiler/experiments/results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/report.h"
#include "runtime/base/atomic.h"

bool results_open(const Plan *plan, const Experiment *experiment, Results *results) {
    *results = (Results){experiment, NEW_ARRAY(plan->arena, RowFile, experiment->row_count)};
    for (size_t i = 0; i < experiment->row_count; i++) {
        if (!row_file_open(plan, experiment, &experiment->rows[i], false, &results->files[i])) {
            results_close(results);
            return false;
        }
    }
    return true;
}

void results_close(Results *results) {
    for (size_t i = 0; i < results->experiment->row_count; i++) {
        row_file_close(&results->files[i]);
    }
}

bool results_any(const Results *results) {
    bool any = false;
    for (size_t i = 0; i < results->experiment->row_count; i++) {
        any = any || json_array_size(results->files[i].trainings) > 0;
    }
    return any;
}

const RowFile *results_against(const Results *results, const Row *row) {
    for (size_t i = 0; i < results->experiment->row_count; i++) {
        if (string_is(results->experiment->rows[i].name, row->against)) {
            return &results->files[i];
        }
    }
    return NULL;
}

/* ---- cells ---- */

/* Digits that count: of a number by itself, of a mean and a text's number, and of a deviation. */
enum { DIGITS_ALONE = 6, DIGITS_MEAN = 4, DIGITS_SD = 2 };

/* As people write numbers: "1,800,000", "0.000000091"; far beyond these with an exponent. */
static const char *figure_text(Arena *arena, double value, int digits) {
    char text[64], grouped[96];
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    double rounded = strtod(text, NULL), size = fabs(rounded);
    if (!isfinite(value) || (size > 0 && (size < 1e-9 || size >= 1e15))) {
        return arena_format(arena, "%.*g", digits, value);
    }
    int before = size < 1e-9 ? 1 : (int)floor(log10(size)) + 1, behind = digits > before ? digits - before : 0;
    snprintf(text, sizeof text, "%.*f", behind, rounded);
    size_t whole = strcspn(text, "."), length = strlen(text), out = 0;
    while (behind > 0 && length > whole && (text[length - 1] == '0' || text[length - 1] == '.')) {
        text[--length] = '\0';
    }
    size_t sign = text[0] == '-';
    for (size_t i = 0; i < length; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0) {
            grouped[out++] = ',';
        }
        grouped[out++] = text[i];
    }
    return arena_copy(arena, grouped, out);
}

static const char *number_text(Arena *arena, const Column *column, double value, int digits) {
    return column->share ? arena_format(arena, "%.2f %%", 100 * value) : figure_text(arena, value, digits);
}

const char *cell_text(Arena *arena, const Column *column, NetMoments moments) {
    double sd = net_moments_sd(&moments);
    sd = sd < 1e-6 * fabs(moments.mean) ? 0 : sd; /* what only rounding makes */
    return moments.count == 0 ? ""
           : !isfinite(sd)    ? number_text(arena, column, moments.mean, DIGITS_ALONE)
           : column->share
               ? arena_format(arena, "%.2f ± %.2f %%", 100 * moments.mean, 100 * sd)
               : arena_format(arena, "%s ± %s", figure_text(arena, moments.mean, sd > 0 ? DIGITS_MEAN : DIGITS_ALONE),
                              figure_text(arena, sd, DIGITS_SD));
}

const char *published_text(const RowFile *file, const Column *column, size_t index) {
    double value = index < ROW_TEXTS && row_file_comparable(file) ? file->row->text[index] : 0;
    return value > 0 ? number_text(file->arena, column, value, DIGITS_MEAN) : "";
}

const char *verdict_text(const RowFile *file) {
    Arena *arena = file->arena;
    const Experiment *experiment = file->experiment;
    NetMoments moments = row_file_moments(file, &experiment->columns[0], NULL);
    double text = file->row->text[0], far = moments.mean - text;
    if (!(experiment->below > 0) || !(text > 0) || moments.count == 0 || !row_file_comparable(file)) {
        return "";
    }
    double beyond = far < 0 ? -far - experiment->below : far - experiment->above;
    return beyond > 0                ? arena_format(arena, "misses by %.2f points", 100 * beyond)
           : far > experiment->below ? "above the text's"
                                     : arena_format(arena, "within %g points", 100 * experiment->below);
}

/* ---- results.md ---- */

static bool has_text(const Results *results, size_t column) {
    bool has = false;
    for (size_t i = 0; i < results->experiment->row_count; i++) {
        has = has || *published_text(&results->files[i], &results->experiment->columns[column], column) != '\0';
    }
    return has;
}

static bool has_verdict(const Results *results) {
    bool has = false;
    for (size_t i = 0; i < results->experiment->row_count; i++) {
        has = has || *verdict_text(&results->files[i]) != '\0';
    }
    return has;
}

/* A vertical bar would end a cell. */
static void write_title(const char *title, Text *out) {
    for (const char *at = title; *at != '\0'; at++) {
        text_puts(out, *at == '|' ? "\\" : "");
        text_add(out, at, 1);
    }
}

static void write_head(const Results *results, Text *out) {
    const Experiment *experiment = results->experiment;
    text_puts(out, "| |");
    for (size_t i = 0; i < experiment->column_count; i++) {
        text_puts(out, " ");
        write_title(experiment->columns[i].title, out);
        text_puts(out, has_text(results, i) ? " | text |" : " |");
    }
    text_puts(out, has_verdict(results) ? " | seeds |\n|---|" : " seeds |\n|---|");
    for (size_t i = 0; i < experiment->column_count; i++) {
        text_puts(out, has_text(results, i) ? "---|---|" : "---|");
    }
    text_puts(out, has_verdict(results) ? "---|---|\n" : "---|\n");
}

static void write_row(const Results *results, const RowFile *file, Text *out) {
    Arena *arena = file->arena;
    const Experiment *experiment = file->experiment;
    text_puts(out, "| ");
    write_title(file->row->title, out);
    text_puts(out, " |");
    for (size_t i = 0; i < experiment->column_count; i++) {
        const Column *column = &experiment->columns[i];
        const char *cell =
            cell_text(arena, column, row_file_moments(file, column, results_against(results, file->row)));
        bool tuned = column->tuned && column->kind == READ_RESULT && *cell != '\0';
        text_printf(out, tuned ? " %s (%g) |" : " %s |", cell, row_file_best_rate(file));
        if (has_text(results, i)) {
            text_printf(out, " %s |", published_text(file, column, i));
        }
    }
    if (has_verdict(results)) {
        text_printf(out, " %s |", verdict_text(file));
    }
    RateCount count = row_file_count(file, file->row->rates == NULL ? 0 : file->row->rates[0]);
    const char *seeds = count.diverged > 0
                            ? arena_format(arena, "%zu of %zu", count.trained - count.diverged, count.trained)
                            : arena_format(arena, "%zu", count.trained);
    text_printf(out, " %s |\n", file->row->model == NULL ? "" : seeds);
}

static const char *string_in(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* How it is made by hand, and by what a training elsewhere is known to be the same. */
static void write_hashes(const RowFile *file, Text *out) {
    const json_t *training = row_file_first(file);
    size_t diverged = 0;
    if (file->row->model == NULL || training == NULL) {
        return;
    }
    text_printf(out, "- `%s", string_in(file->root, "command"));
    for (const double *rate = file->row->rates; rate != NULL && *rate > 0; rate++) {
        diverged += row_file_count(file, *rate).diverged;
    }
    if (file->row->rates != NULL) {
        text_printf(out, " --rate %g", file->row->rates[0]);
    }
    text_printf(out, "`, seed %lld: ", (long long)json_integer_value(json_object_get(training, "seed")));
    const char *first = string_in(training, "weights_sha256_epoch_1");
    if (row_file_diverged(training)) {
        text_puts(out, "diverged");
    } else if (*first != '\0') {
        text_printf(out, "weights %.16s after the first epoch, %.16s at the end", first,
                    string_in(training, "weights_sha256"));
    } else {
        text_printf(out, "weights %.16s at the end", string_in(training, "weights_sha256"));
    }
    text_printf(out, diverged > 0 ? "; %zu of %zu trainings at all rates diverged\n" : "\n", diverged,
                json_array_size(file->trainings));
}

/* Of how many examples rows are that were changed: what the experiment says of itself is of the texts' data. */
static void write_examples(const Results *results, Text *out) {
    const char *last = "";
    for (size_t i = 0; i < results->experiment->row_count; i++) {
        const RowFile *file = &results->files[i];
        const char *examples = row_file_comparable(file) ? "" : row_file_examples(file);
        if (*examples != '\0' && !string_is(examples, last)) {
            const char *from = *last == '\0' ? "" : arena_format(file->arena, ", from '%s' on", file->row->title);
            text_printf(out, "Examples here%s: %s.\n\n", from, examples);
            last = examples;
        }
    }
}

static void write_experiment(const Results *results, Text *out) {
    const Experiment *experiment = results->experiment;
    text_printf(out, "\n## %s\n\n`netc experiments %s`\n\n%s %s\n\n", experiment->title, experiment->name,
                experiment->doc, experiment->source);
    write_examples(results, out);
    write_head(results, out);
    for (size_t i = 0; i < experiment->row_count; i++) {
        if (json_array_size(results->files[i].trainings) > 0) {
            write_row(results, &results->files[i], out);
        }
    }
    text_puts(out, "\n");
    for (size_t i = 0; i < experiment->plot_count; i++) {
        const Plot *plot = &experiment->plots[i];
        if (chart_exists(results, plot)) {
            text_printf(out, "![%s](%s.svg)\n\n", plot->title, plot->name);
        }
    }
    for (size_t i = 0; i < experiment->row_count; i++) {
        write_hashes(&results->files[i], out);
    }
}

static void write_beginning(const Plan *plan, Text *out) {
    text_puts(out,
              "# Results of experiments\n\n"
              "Written by `netc experiments`. Means and standard deviations are over the seeds, the hashes SHA-256 "
              "of weights, of which the rows' files hold all digits: `netc experiments --verify N` trains the first "
              "epoch of N rows again and compares them.\n");
    for (size_t i = 0; i < plan->changed.count; i++) {
        text_printf(out, i == 0 ? "\nTrained with `%s" : " %s", plan->changed.at[i]);
    }
    text_puts(out, plan->changed.count == 0
                       ? ""
                       : "`, unlike the texts: their numbers are of other trainings, and are left out.\n");
}

bool results_write(const Plan *plan, int *status) {
    NetError error = {.status = NET_OK};
    Text text = {0};
    bool good = true, any = false;
    write_beginning(plan, &text);
    for (size_t i = 0; good && i < experiment_count; i++) {
        Results results;
        good = results_open(plan, &experiments[i], &results);
        if (!good) {
            *status = STATUS_ENVIRONMENT;
            break;
        }
        if (results_any(&results)) {
            any = true;
            write_experiment(&results, &text);
            good = charts_write(plan, &results, status);
        }
        results_close(&results);
    }
    const char *path = arena_format(plan->arena, "%s/results.md", plan->folder);
    if (good && any && !net_file_save(path, text.data, text.length, &error)) {
        *status = report_environment("%s", error.text);
        good = false;
    }
    text_free(&text);
    return good;
}
