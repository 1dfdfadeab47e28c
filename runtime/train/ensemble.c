#include "runtime/train/ensemble.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/atomic.h"
#include "runtime/base/wrap.h"
#include "runtime/train/joint.h"
#include "runtime/train/require.h"
#include "runtime/train/seeds.h"
#include "runtime/train/weight_member.h"

typedef struct {
    const NetModel *model;
    NetOptions options;    /* of its networks but for their seeds, once the first one is there */
    char *data, *data_dir; /* own strings that `options` has */
    int64_t members, seed;
    NetProgress *progress;
    NetSeeds *lines;    /* what is told of the networks, with their results */
    NetRun run;         /* the folder of all */
    NetTrainer trainer; /* that of the network in work, or else the last one; what is made of all is made with it */
    bool open;          /* there is one */
    bool described;     /* the pictures that all are from have been, */
    char *mean_image;   /* as this, which the trainer has while there is one; owned */
    json_t *result;     /* of all; NULL: there is none */
} Ensemble;

/* ---- the networks ---- */

static void close_trainer(Ensemble *e) {
    if (e->open) {
        e->described = e->trainer.described;
        e->mean_image = e->trainer.mean_image;
        e->trainer.mean_image = NULL;
        net_trainer_free(&e->trainer);
    }
    e->open = false;
}

/* What is made of all is made anew: a run that goes on loses its result. */
static void remove_result(const Ensemble *e) {
    char *path = net_run_path(&e->run, "result.json", NULL);
    if (path != NULL) {
        unlink(path);
    }
    free(path);
}

/* All networks have what the first one has, which may come from its checkpoint. */
static bool take_options(Ensemble *e, NetError *error) {
    const NetOptions *first = &e->trainer.options;
    char *data = net_text(error, "%s", first->data);
    char *folder = first->data_dir != NULL ? net_text(error, "%s", first->data_dir) : NULL;
    bool ok = data != NULL && (first->data_dir == NULL || folder != NULL);
    free(e->data);
    free(e->data_dir);
    e->options.data = e->data = data;
    e->options.data_dir = e->data_dir = folder;
    memcpy(e->options.value, first->value, sizeof e->options.value);
    e->seed = net_options_count(first, NET_KNOWN_SEED);
    e->options.seed_last = e->seed + e->members - 1;
    if (!ok || !net_require_parts(&e->trainer.data, &e->options.require, error)) {
        return false;
    }
    remove_result(e);
    return net_trainer_write_config(&e->trainer, &e->run, error);
}

/* Sets up the trainer of a network, new or resumed. */
static bool open_member(Ensemble *e, int64_t member, NetError *error) {
    NetOptions options = e->options;
    options.ensemble = e->run.folder;
    options.member = member;
    options.require.count = 0; /* they are about all */
    options.value[e->model->known[NET_KNOWN_SEED]] = (double)(e->seed + member - 1);
    close_trainer(e);
    e->open = true;
    bool ok = net_trainer_new(&e->trainer, e->model, &options, error);
    e->trainer.described = e->described;
    e->trainer.mean_image = e->mean_image;
    e->mean_image = NULL;
    return ok && (member > 1 || take_options(e, error));
}

/* Whether a network has begun: there is a checkpoint. */
static bool has_begun(const Ensemble *e, int64_t member) {
    static const char *const files[] = {"checkpoint.safetensors", "checkpoint-1.safetensors"};
    char *folder = net_run_member(e->run.folder, member, NULL);
    bool found = false;
    for (size_t i = 0; i < sizeof files / sizeof *files && folder != NULL; i++) {
        char *path = net_path_join(folder, files[i], NULL);
        found = found || (path != NULL && access(path, F_OK) == 0);
        free(path);
    }
    free(folder);
    return found;
}

/* Networks that begin with weights of a file begin before any is trained: a resumed run need not find the file again.
 * The first of them begins last, so that all have begun when it has, and stays open: it is trained next. */
static bool begin_with_weights(Ensemble *e, NetError *error) {
    bool ok = true;
    for (int64_t member = e->members; member > 0 && ok && e->options.weights != NULL; member--) {
        ok = open_member(e, member, error);
    }
    return ok;
}

static const char *status_of(const json_t *result) {
    const char *status = json_string_value(json_object_get(result, "status"));
    return status != NULL ? status : "";
}

/* ---- what is made of all ---- */

static bool write_result(Ensemble *e, const char *status, const char *hash, const NetFinal *last, const NetFinal *best,
                         NetError *error) {
    const NetEnsembleResult result = {.status = status,
                                      .run = &e->run,
                                      .last = *last,
                                      .best = *best,
                                      .weights_hash = hash,
                                      .seed = e->seed,
                                      .members = net_seeds_results(e->lines)};
    NetOptions *options = &e->trainer.options;
    options->require = e->options.require;
    json_decref(e->result);
    e->result = net_report_ensemble(&e->trainer, &result);
    return net_report_save_result(&e->options, &e->run, e->result, error);
}

static void free_files(NetSafetensors *files, int64_t count) {
    for (int64_t k = 0; k < count; k++) {
        net_safetensors_free(&files[k]);
    }
    free(files);
}

/* One weights file of those of the networks that have this name. */
static bool join(Ensemble *e, const char *name, const char *path, char hash[NET_WEIGHTS_HASH], NetError *error) {
    const char *combine = e->model->setting[e->model->known[NET_KNOWN_COMBINE]].word;
    NetSafetensors *files = net_alloc((size_t)e->members, sizeof *files, error);
    bool ok = files != NULL;
    int64_t count = 0;
    while (ok && count < e->members) {
        char *folder = net_run_member(e->run.folder, count + 1, error);
        char *from = folder != NULL ? net_path_join(folder, name, error) : NULL;
        ok = from != NULL && net_safetensors_read(from, &files[count], error);
        count += ok;
        free(from);
        free(folder);
    }
    ok = ok && net_weights_join(files, e->members, combine, path, hash, error);
    if (files != NULL) {
        free_files(files, count);
    }
    return ok;
}

/* The lines of scores: "mean of 5 networks, last epochs". */
static void print_scores(const Ensemble *e, const NetFinal *final, const char *which) {
    static const char *const tags[] = {"train", "valid.", "test"};
    const NetScore *const scores[] = {&final->train, &final->validation, &final->test};
    char text[80];
    snprintf(text, sizeof text, "%s of %" PRId64 " networks%s%s",
             e->model->setting[e->model->known[NET_KNOWN_COMBINE]].word, e->members, *which != '\0' ? ", " : "", which);
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
        if (scores[i]->n > 0) {
            net_progress_score(e->progress, tags[i], scores[i], text);
        }
    }
}

/* Joins the weights of a name and scores what they give together. */
static NetOutcome join_and_score(Ensemble *e, const char *name, const char *which, char hash[NET_WEIGHTS_HASH],
                                 NetFinal *final, NetError *error) {
    NetSafetensors file;
    NetOutcome outcome = NET_FAILED;
    char *path = net_run_path(&e->run, name, error);
    if (path != NULL && join(e, name, path, hash, error) && net_safetensors_read(path, &file, error)) {
        outcome = net_joint_scores(&e->trainer, &file, NET_PART_VALIDATION, final, error);
        net_safetensors_free(&file);
    }
    free(path);
    if (outcome == NET_WENT_ON) {
        print_scores(e, final, which);
    }
    return outcome;
}

/* After the last network: weights, figures, result.json. */
static NetOutcome combine(Ensemble *e, NetError *error) {
    char hash[NET_WEIGHTS_HASH], unused[NET_WEIGHTS_HASH];
    NetFinal last, best = {.train = {.n = 0}};
    NetOutcome outcome = join_and_score(e, "weights.safetensors", "last epochs", hash, &last, error);
    if (outcome == NET_WENT_ON && e->trainer.place.best.n > 0) {
        outcome = join_and_score(e, "best.safetensors", "best on validation", unused, &best, error);
    }
    if (outcome != NET_WENT_ON) {
        return outcome;
    }
    if (!write_result(e, "done", hash, &last, &best, error)) {
        return NET_FAILED;
    }
    net_progress_saved(e->progress, e->run.folder);
    net_progress_line(e->progress, "sha256", "%s of the last weights", hash);
    return NET_WENT_ON;
}

/* ---- training ---- */

/* An ensemble that is not whole has a result without figures. */
static void write_part(Ensemble *e, const char *status) {
    const NetFinal none = {.train = {.n = 0}};
    NetError error = {0};
    if (!write_result(e, status, "", &none, &none, &error)) {
        net_progress_note(e->progress, e->options.program, error.text);
    }
}

/* What went wrong with a network, with its number. */
static void name_network(const Ensemble *e, int64_t member, NetError *error) {
    const NetError own = *error;
    net_fail(error, own.status, "network %" PRId64 " of %" PRId64 ": %s", member, e->members, own.text);
}

/* All networks, until one does not come to its end: the exit status. */
static int train_members(Ensemble *e, bool *whole, NetError *error) {
    int status = NET_OK;
    *whole = true;
    for (int64_t member = 1; member <= e->members && *whole; member++) {
        bool ready = e->open && e->trainer.options.member == member;
        const NetError before = *error; /* of another network, which came to its end */
        int own = ready || open_member(e, member, error) ? net_trainer_go(&e->trainer, error) : error->status;
        if (own != NET_OK && status != NET_OK) { /* the program ends with what is said last */
            net_progress_note(e->progress, e->options.program, before.text);
        }
        if (own == NET_MODEL) {
            name_network(e, member, error);
        }
        net_seeds_add(e->lines, &e->trainer);
        const char *ended = status_of(e->trainer.result);
        *whole = (own == NET_OK || own == NET_MODEL) && strcmp(ended, "done") == 0;
        status = own != NET_OK ? own : status;
        if (!*whole && *ended != '\0') {
            write_part(e, ended);
        }
    }
    return status;
}

/* Networks begin in their order, but for those that begin with weights of a file. So where the first one has not begun
 * and another has, it would begin with other weights than it was to, and what the others have learned be lost. */
static bool may_begin(const Ensemble *e, NetError *error) {
    int64_t member = 2;
    while (member <= e->members && !has_begun(e, member)) {
        member++;
    }
    return member > e->members ||
           net_fail(error, NET_ENVIRONMENT,
                    "%s cannot go on: network %" PRId64 " has a checkpoint, network 1 has none; it is lost, or the run "
                    "was stopped before it had begun with --weights. Start a new run, with --weights if this one was "
                    "to begin so [unfinished-run]",
                    e->run.folder, member);
}

/* The folder of the run that --resume means, or a new one. */
static bool open_run(Ensemble *e, NetError *error) {
    const NetOptions *options = &e->options;
    char *folder = NULL, text[NET_ERROR_TEXT];
    if (options->given[NET_OPTION_RESUME] && !net_trainer_find_run(options, e->progress, &folder, error)) {
        return false;
    }
    if (folder == NULL) {
        return net_run_create(options->run_dir, options->name, &e->run, error) && begin_with_weights(e, error);
    }
    bool ok = net_run_open(folder, &e->run, error), begun = ok && has_begun(e, 1);
    ok = ok && (begun || may_begin(e, error));
    if (begun) {
        net_progress_line(e->progress, "resume", "%s, an ensemble", folder);
    } else if (ok) {
        snprintf(text, sizeof text, "%s has no checkpoint to resume from; starting anew in it [starting-anew]", folder);
        net_progress_note(e->progress, options->program, text);
    }
    free(folder);
    return ok;
}

static int stopped(const Ensemble *e) {
    NetError note;
    net_fail(&note, NET_OK, "stopped after network %" PRId64 " of %" PRId64 "; %s --resume %s goes on from there",
             e->members, e->members, e->options.command, e->run.folder);
    net_progress_note(e->progress, e->options.program, note.text);
    return 128 + net_signals_pending();
}

static int train(Ensemble *e, NetError *error) {
    bool whole = false;
    if (!open_run(e, error)) {
        return error->status;
    }
    int status = train_members(e, &whole, error);
    if (whole) {
        switch (combine(e, error)) {
        case NET_WENT_ON: break;
        case NET_STOPPED: return stopped(e);
        case NET_TIMED_OUT:
        case NET_FAILED: return error->status;
        }
    }
    if (status != NET_OK) {
        return status;
    }
    if (whole && e->options.quiet && !e->options.json) {
        net_report_print(e->model, e->result);
    }
    return net_require_met(&e->options.require, e->result, error) ? NET_OK : error->status;
}

/* ---- weights alone ---- */

static int evaluate(Ensemble *e, NetError *error) {
    NetSafetensors file;
    NetFinal final;
    NetOptions options = e->options;
    options.weights = NULL; /* they are those of several networks */
    e->open = true;
    if (!net_trainer_new(&e->trainer, e->model, &options, error)) {
        return error->status;
    }
    e->trainer.options.weights = e->options.weights;
    if (!net_trainer_read_weights(&e->trainer, &file, error)) {
        return error->status;
    }
    net_progress_line(e->progress, "weights", "from %s", file.path);
    NetOutcome outcome = net_joint_scores(&e->trainer, &file, NET_PART_TRAIN, &final, error);
    net_safetensors_free(&file);
    if (outcome != NET_WENT_ON) {
        return outcome == NET_STOPPED ? 128 + net_signals_pending() : error->status;
    }
    print_scores(e, &final, "");
    const NetRun nowhere = {NULL, -1};
    const NetEnsembleResult result = {.status = "evaluated", .last = final, .weights_hash = ""};
    e->result = net_report_ensemble(&e->trainer, &result);
    if (!net_report_save_result(&e->options, &nowhere, e->result, error)) {
        return error->status;
    }
    if (e->options.quiet && !e->options.json) {
        net_report_print(e->model, e->result);
    }
    return net_require_met(&e->options.require, e->result, error) ? NET_OK : error->status;
}

int net_ensemble_run(const NetModel *model, const NetOptions *options, NetError *error) {
    Ensemble e = {.model = model,
                  .options = *options,
                  .members = model->compiled.members,
                  .seed = net_options_count(options, NET_KNOWN_SEED),
                  .run = {NULL, -1}};
    e.options.started = net_clock();
    e.progress = net_progress_new(model, options->quiet, options->json, net_options_color(options), error);
    e.lines = e.progress != NULL ? net_seeds_new(model, &e.options, error) : NULL;
    int status = e.lines == NULL ? error->status : options->evaluate ? evaluate(&e, error) : train(&e, error);
    close_trainer(&e);
    net_run_close(&e.run);
    net_seeds_free(e.lines);
    net_progress_free(e.progress);
    json_decref(e.result);
    free(e.data);
    free(e.data_dir);
    free(e.mean_image);
    return status;
}
