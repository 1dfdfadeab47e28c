#include "runtime/train/seeds.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/atomic.h"
#include "runtime/base/moments.h"

struct NetSeeds {
    const NetModel *model;
    const NetOptions *options;
    NetProgress *progress;
    json_t *runs; /* each run's result */
    char *path;   /* of the summary; NULL before the first run */
};

/* Figures of result.json that differ between seeds by chance alone; those of the network's scores begin with one of
 * the parts' names. */
static const char *const parts[] = {"train_", "validation_", "test_", "best_validation_", "best_test_"};
static const char *const others[] = {"best_epoch", "seconds", "images_per_second"};

bool net_seeds_averages(const char *key) {
    bool found = false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        found = found || strncmp(key, parts[i], strlen(parts[i])) == 0;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        found = found || strcmp(key, others[i]) == 0;
    }
    return found;
}

NetSeeds *net_seeds_new(const NetModel *model, const NetOptions *options, NetError *error) {
    NetSeeds *seeds = net_alloc(1, sizeof *seeds, error);
    if (seeds == NULL) {
        return NULL;
    }
    seeds->model = model;
    seeds->options = options;
    seeds->runs = json_array();
    seeds->progress = net_progress_new(model, options->quiet, options->json, net_options_color(options), error);
    if (seeds->progress == NULL) {
        net_seeds_free(seeds);
        return NULL;
    }
    return seeds;
}

void net_seeds_free(NetSeeds *seeds) {
    if (seeds != NULL) {
        net_progress_free(seeds->progress);
        json_decref(seeds->runs);
        free(seeds->path);
        free(seeds);
    }
}

/* "   validation 98.71 %" to the end of a line, when there is such a figure. */
static void add_figure(const NetSeeds *seeds, char *line, size_t room, const char *part, const json_t *value,
                       double deviation) {
    char text[NET_SCORE_TEXT];
    size_t length = strlen(line);
    if (json_is_number(value)) {
        snprintf(line + length, room - length, "%s%s %s", length > 0 ? "   " : "", part,
                 net_score_text(seeds->model, text, json_number_value(value), deviation));
    }
}

/* The figure a network is judged by, of one part: "test_accuracy". */
static const char *judged(const NetSeeds *seeds, char out[64], const char *part) {
    snprintf(out, 64, "%s_%s", part, net_figure_name(net_model_measure(seeds->model)));
    return out;
}

void net_seeds_add(NetSeeds *seeds, const NetTrainer *trainer) {
    const json_t *result = trainer->result;
    char tag[40];
    char last[32];
    char key[64];
    char line[256] = "";
    if (trainer->progress != NULL) {
        net_progress_clear(trainer->progress);
    }
    if (result == NULL || trainer->run.folder == NULL) {
        return;
    }
    json_array_append(seeds->runs, trainer->result);
    if (seeds->path == NULL) {
        seeds->path = net_text(NULL, "%s" NET_SEEDS_FILE, trainer->run.folder);
    }
    const char *status = json_string_value(json_object_get(result, "status"));
    bool diverged = status != NULL && strcmp(status, "diverged") == 0;
    if (diverged) {
        snprintf(line, sizeof line, "diverged");
    } else {
        add_figure(seeds, line, sizeof line, "validation", json_object_get(result, judged(seeds, key, "validation")),
                   -1);
        add_figure(seeds, line, sizeof line, "test", json_object_get(result, judged(seeds, key, "test")), -1);
    }
    snprintf(last, sizeof last, "%" PRId64, seeds->options->seed_last);
    snprintf(tag, sizeof tag, "seed %*" PRId64, (int)strlen(last),
             net_options_count(&trainer->options, NET_KNOWN_SEED));
    net_progress_line(seeds->progress, tag, "%s   %.2f s   %s", line, trainer->place.seconds, trainer->run.folder);
}

json_t *net_seeds_results(const NetSeeds *seeds) { return seeds->runs; }

/* Over the runs that did not diverge. */
static NetMoments moments(const json_t *runs, const char *key) {
    NetMoments found = {.count = 0};
    size_t index;
    const json_t *run;
    json_array_foreach(runs, index, run) {
        const json_t *value = json_object_get(run, key);
        const char *status = json_string_value(json_object_get(run, "status"));
        if (json_is_number(value) && (status == NULL || strcmp(status, "diverged") != 0)) {
            net_moments_add(&found, json_number_value(value));
        }
    }
    return found;
}

static json_t *real(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *summary(const NetSeeds *seeds) {
    json_t *mean = json_object();
    json_t *sd = json_object();
    size_t index;
    json_t *run;
    json_array_foreach(seeds->runs, index, run) {
        const char *key;
        json_t *value;
        json_object_foreach(run, key, value) {
            NetMoments of = moments(seeds->runs, key);
            if (net_seeds_averages(key) && of.count > 0 && json_object_get(mean, key) == NULL) {
                json_object_set_new(mean, key, real(of.mean));
                json_object_set_new(sd, key, real(net_moments_sd(&of)));
            }
        }
    }
    return json_pack("{s:s, s:I, s:I, s:o, s:o, s:O}", "name", seeds->options->name, "first_seed",
                     (json_int_t)seeds->options->seed_first, "last_seed", (json_int_t)seeds->options->seed_last, "mean",
                     mean, "sd", sd, "runs", seeds->runs);
}

static void print_mean(const NetSeeds *seeds, const char *tag, const char *prefix, const char *what) {
    static const char *const names[] = {"validation", "test"};
    char line[256] = "";
    int count = 0;
    for (int i = 0; i < 2; i++) {
        char key[64];
        char part[32];
        snprintf(part, sizeof part, "%s%s", prefix, names[i]);
        NetMoments of = moments(seeds->runs, judged(seeds, key, part));
        json_t *value = of.count > 0 ? json_real(of.mean) : NULL;
        add_figure(seeds, line, sizeof line, names[i], value, of.count > 1 ? net_moments_sd(&of) : -1);
        json_decref(value);
        count = of.count > count ? of.count : count;
    }
    if (count > 0) {
        net_progress_line(seeds->progress, tag, "%s   %s, mean%s of %d seed%s", line, what, count > 1 ? " ± sd" : "",
                          count, count == 1 ? "" : "s");
    }
}

/* What is printed when quiet: "test_accuracy 0.94 ± 0.0075", the mean of the figure that one run prints. */
static void print_figure(const NetSeeds *seeds) {
    char key[NET_FIGURE_NAME];
    const json_t *run;
    size_t index;
    json_array_foreach(seeds->runs, index, run) {
        NetMoments of =
            net_report_figure(seeds->model, run, key) ? moments(seeds->runs, key) : (NetMoments){.count = 0};
        if (of.count > 0) {
            printf("%s %.9g", key, of.mean);
            if (of.count > 1) {
                printf(" ± %.9g", net_moments_sd(&of));
            }
            putchar('\n');
            return;
        }
    }
}

bool net_seeds_finish(NetSeeds *seeds, NetError *error) {
    if (json_array_size(seeds->runs) == 0) {
        return true;
    }
    json_t *object = summary(seeds);
    char *text = object != NULL ? json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(object);
    char *line = text != NULL ? net_text(error, "%s\n", text) : NULL;
    free(text);
    if (line == NULL || seeds->path == NULL) {
        free(line);
        return net_fail(error, NET_ENVIRONMENT, "the summary of all seeds: out of memory");
    }
    print_mean(seeds, "mean", "", "last epoch");
    print_mean(seeds, "", "best_", "best on validation");
    if (seeds->options->quiet && !seeds->options->json) {
        print_figure(seeds);
    }
    bool ok = net_file_save(seeds->path, line, strlen(line), error);
    if (ok) {
        net_progress_saved(seeds->progress, seeds->path);
    }
    if (ok && seeds->options->json) {
        fputs(line, stdout);
    }
    free(line);
    return ok;
}
