#include "compiler/experiments/training.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/base/json.h"
#include "compiler/driver/link.h"
#include "compiler/driver/report.h"
#include "compiler/experiments/lock.h"
#include "runtime/base/atomic.h"

/* ---- a trainer ---- */

/* What `netc train` is given for a run in a folder, which must be there. */
static Words command_of(const Plan *plan, const Setup *setup, int64_t seed, double rate, int64_t epochs,
                        const char *folder) {
    Arena *arena = plan->arena;
    Words words = setup_words(arena, setup, setup->path);
    const char *const more[] = {"--resume", folder,
                                "--seed",   arena_format(arena, "%" PRId64, seed),
                                "--epochs", arena_format(arena, "%" PRId64, epochs),
                                "--quiet"};
    for (size_t i = 0; i < COUNT_OF(more); i++) {
        vec_push(arena, &words, more[i]);
    }
    if (rate > 0) {
        vec_push(arena, &words, "--rate");
        vec_push(arena, &words, arena_format(arena, "%.9g", rate));
    }
    if (plan->data != NULL) {
        vec_push(arena, &words, "--data");
        vec_push(arena, &words, plan->data);
    }
    if (setup->data_dir != NULL) {
        vec_push(arena, &words, "--data-dir");
        vec_push(arena, &words, setup->data_dir);
    }
    if (plan->threads != NULL) {
        vec_push(arena, &words, "--threads");
        vec_push(arena, &words, plan->threads);
    }
    return words;
}

/* In the child: becomes the trainer. It ends with its parent, however that ends, in order: with a checkpoint. */
_Noreturn static void become_trainer(const Plan *plan, Words *words, const char *log, pid_t parent) {
    Arena *arena = plan->arena;
    Options options;
    int status = STATUS_ENVIRONMENT;
    int in = open("/dev/null", O_RDWR | O_CLOEXEC), out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool ready = in != -1 && out != -1 && dup2(in, STDIN_FILENO) != -1 && dup2(in, STDOUT_FILENO) != -1 &&
                 dup2(out, STDERR_FILENO) != -1;
    close(plan->lock);
    setpgid(0, 0); /* an interrupt from the terminal comes from the parent alone, once */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (ready && getppid() == parent &&
        options_parse(arena, command_find("train"), (int)words->count, (char **)(uintptr_t)words->at, &options,
                      &status)) {
        status = cmd_train(arena, &options);
    }
    fflush(NULL);
    _exit(status);
}

/* Waits for a trainer's end; what asks netc to stop is handed on to it. */
static int wait_for(pid_t child) {
    int state = 0;
    bool told = false;
    pid_t ended;
    while ((ended = waitpid(child, &state, WNOHANG)) == 0 || (ended == -1 && errno == EINTR)) {
        if (tools_interrupted() != 0 && !told) {
            kill(child, tools_interrupted());
            told = true;
        }
        lock_pause();
    }
    return ended == -1        ? report_environment("cannot wait for a trainer: %s", strerror(errno))
           : WIFEXITED(state) ? WEXITSTATUS(state)
                              : 128 + WTERMSIG(state);
}

/* A trainer that outlives a netc that was killed writes its checkpoint, and then gives the folder back. */
static void wait_for_lock(Arena *arena, const char *folder) {
    int fd = open(arena_format(arena, "%s/lock", folder), O_RDONLY | O_CLOEXEC);
    if (fd != -1) {
        lock_within(fd, 30);
        close(fd);
    }
}

static void print_log(const char *path) {
    size_t size = 0;
    char *text = net_file_read(path, 1 << 16, &size, NULL);
    fputs(text == NULL ? "" : text, stderr);
    free(text);
}

/* Runs a trainer to its end. One whose training diverged, or whose model is not good, ends with NET_MODEL. */
static bool run_trainer(const Plan *plan, Words words, const char *folder, int *status) {
    NetError error = {.status = NET_OK};
    const char *log = arena_format(plan->arena, "%s.log", folder);
    if (!net_folder_make(folder, &error)) {
        *status = report_environment("%s", error.text);
        return false;
    }
    wait_for_lock(plan->arena, folder);
    fflush(NULL);
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        become_trainer(plan, &words, log, parent);
    }
    *status = child == -1 ? report_environment("cannot start a trainer: %s", strerror(errno)) : wait_for(child);
    if (tools_interrupted() != 0) {
        *status = 128 + tools_interrupted();
    } else if (*status != STATUS_OK && *status != NET_MODEL && child != -1) {
        print_log(log);
        *status = *status > 128
                      ? report_environment("the training in %s was ended by signal %d (%s); the same command goes "
                                           "on from its checkpoint",
                                           folder, *status - 128, strsignal(*status - 128))
                      : report_environment("the training in %s ended with status %d", folder, *status);
    }
    return tools_interrupted() == 0 && (*status == STATUS_OK || *status == NET_MODEL);
}

/* ---- results ---- */

static json_t *read_json(const char *path) {
    size_t size = 0;
    char *text = net_file_read(path, 1 << 26, &size, NULL);
    json_t *object = text == NULL ? NULL : json_loads(text, 0, NULL);
    free(text);
    return object;
}

/* Of an ensemble: of its first network. */
static int64_t epochs_done(const json_t *result) {
    const json_t *member = json_array_get(json_object_get(result, "members"), 0);
    return json_integer_value(json_object_get(member != NULL ? member : result, "epochs"));
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static bool has_diverged(const json_t *result) { return string_is(text_of(result, "status"), "diverged"); }

static bool is_final(const json_t *result, int64_t epochs) {
    return result != NULL && (has_diverged(result) || epochs_done(result) >= epochs);
}

/* The hash in the result of a run of one epoch; NULL: it is none. */
static const char *first_of(Arena *arena, const json_t *result) {
    bool one = result != NULL && epochs_done(result) == 1 && string_is(text_of(result, "status"), "done");
    return one ? arena_format(arena, "%s", text_of(result, "weights_sha256")) : NULL;
}

/* Trains a run up to so many epochs, unless it has come there. NULL after printing why. */
static json_t *train_to(const Plan *plan, const Setup *setup, int64_t seed, double rate, int64_t epochs,
                        const char *folder, int *status) {
    const char *path = arena_format(plan->arena, "%s/result.json", folder);
    json_t *result = read_json(path);
    if (is_final(result, epochs)) {
        return result;
    }
    json_decref(result);
    Words words = command_of(plan, setup, seed, rate, epochs, folder);
    if (!run_trainer(plan, words, folder, status)) {
        return NULL;
    }
    result = read_json(path);
    if (result == NULL || (*status == NET_MODEL && !has_diverged(result))) {
        print_log(arena_format(plan->arena, "%s.log", folder));
        *status = report_environment("the training in %s left no result", folder);
        json_decref(result);
        return NULL;
    }
    *status = STATUS_OK; /* a training that diverged is a result, no failure of this command */
    return result;
}

/* How the names begin of what is there for a while only. */
#define FIRST "first-"

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
    (void)info, (void)kind, (void)place;
    return remove(path);
}

/* Removes what is in a folder of the plan's and named like this, folders with all that is in them. */
static void remove_all(const Plan *plan, const char *name, const char *pattern) {
    const char *folder = arena_format(plan->arena, "%s/%s", plan->folder, name);
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        const char *path = arena_format(plan->arena, "%s/%s", folder, entry->d_name);
        if (fnmatch(pattern, entry->d_name, 0) == 0) {
            wait_for_lock(plan->arena, path);
            nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
}

void training_clean(const Plan *plan) {
    const char *const folders[] = {".", "rows", "runs"};
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        remove_all(plan, folders[i], "*.??????" NET_FILE_UNFINISHED);
    }
    remove_all(plan, "runs", FIRST "*");
}

const char *training_first(const Plan *plan, const Setup *setup, int64_t seed, double rate, int *status) {
    NetError error = {.status = NET_OK};
    char *folder = arena_format(plan->arena, "%s/runs/" FIRST "XXXXXX", plan->folder);
    if (!net_folder_make(arena_format(plan->arena, "%s/runs", plan->folder), &error)) {
        *status = report_environment("%s", error.text);
        return NULL;
    }
    if (mkdtemp(folder) == NULL) {
        *status = report_environment("cannot make a folder %s: %s", folder, strerror(errno));
        return NULL;
    }
    json_t *result = train_to(plan, setup, seed, rate, 1, folder, status);
    const char *hash = first_of(plan->arena, result);
    json_decref(result);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    unlink(arena_format(plan->arena, "%s.log", folder));
    return hash;
}

/* The first epoch's hash is kept beside the folder as soon as it is known: the run goes on from there. */
static bool find_first(const Plan *plan, const Setup *setup, int64_t seed, double rate, const char *folder,
                       Ended *ended, int *status) {
    if (setup->looks_ahead) {
        return true;
    }
    Arena *arena = plan->arena;
    NetError error = {.status = NET_OK};
    const char *note = arena_format(arena, "%s.first", folder);
    size_t size = 0;
    char *kept = net_file_read(note, 256, &size, NULL);
    ended->first_hash = kept == NULL ? NULL : arena_copy(arena, kept, strcspn(kept, "\n"));
    free(kept);
    if (ended->first_hash != NULL) {
        return true;
    }
    json_t *result = train_to(plan, setup, seed, rate, 1, folder, status);
    ended->first_hash = first_of(arena, result);
    bool beyond = result != NULL && ended->first_hash == NULL && !has_diverged(result);
    bool good = result != NULL;
    json_decref(result);
    if (beyond) { /* the note was lost */
        ended->first_hash = training_first(plan, setup, seed, rate, status);
        good = ended->first_hash != NULL;
    }
    const char *text = ended->first_hash == NULL ? NULL : arena_format(arena, "%s\n", ended->first_hash);
    if (text != NULL && !net_file_save(note, text, strlen(text), &error)) {
        *status = report_environment("%s", error.text);
        good = false;
    }
    return good;
}

bool training_run(const Plan *plan, const Setup *setup, int64_t seed, double rate, Ended *ended, int *status) {
    Arena *arena = plan->arena;
    Runs runs = {0};
    const char *folder = arena_format(arena, "%s/runs/%s", plan->folder, setup_run(arena, setup, seed, rate));
    *ended = (Ended){.first_hash = NULL};
    json_t *result = NULL;
    if (find_first(plan, setup, seed, rate, folder, ended, status)) {
        result = train_to(plan, setup, seed, rate, setup->epochs, folder, status);
    }
    bool good = result != NULL && runs_read(arena, folder, &runs) && runs.count == 1;
    json_decref(result);
    if (good) {
        ended->run = runs.at[0];
    } else {
        runs_free(&runs);
    }
    return good;
}

void training_close(Ended *ended) {
    Runs one = {.at = &ended->run, .count = 1};
    runs_free(&one);
}
