/* netc train: a trainer from the cache, or built into it, takes this process's place. With --backend interp the model
 * runs in this process, kernel by kernel, as it stands at the loop level. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "compiler/driver/emits.h"
#include "compiler/driver/cache.h"
#include "compiler/driver/option_slips.h"
#include "compiler/driver/report.h"
#include "compiler/driver/set_line.h"
#include "compiler/loop/interp.h"
#include "compiler/loop/schedule.h"
#include "runtime/train/main.h"

/* The trainer's name: what has to be typed to start it again, with all that makes its network. */
static char *trainer_command(Arena *arena, const Options *options) {
    char *text = arena_format(arena, "netc train %s", shell_word(arena, options->files.at[0]));
    for (size_t i = 0; i < options->defines.count; i++) {
        const Define *define = &options->defines.at[i];
        const char *word = shell_word(arena, arena_format(arena, "%s=%s", define->name, define->value));
        text = arena_format(arena, "%s -D %s", text, word);
    }
    for (size_t i = 0; i < options->sets.count; i++) {
        text = arena_format(arena, "%s --set %s", text, shell_word(arena, options->sets.at[i]));
    }
    return text;
}

/* Of two values the option's would win in silence, whichever was meant. */
static bool check_sets(Arena *arena, const Options *options, int *status) {
    for (size_t i = 0; i < options->trainer.count; i++) {
        const char *word = options->trainer.at[i];
        if (strncmp(word, "--", 2) != 0) continue;
        const char *option = arena_copy(arena, word + 2, strcspn(word + 2, "="));
        for (size_t k = 0; k < options->sets.count; k++) {
            if (!set_line_says(arena, options->sets.at[k], option)) continue;
            *status = report_usage("train", "--set '%s' and --%s say the same; keep one", options->sets.at[k], option);
            return false;
        }
    }
    return true;
}

static char **trainer_arguments(Arena *arena, const Options *options, int *argc) {
    size_t count = options->trainer.count;
    char **argv = NEW_ARRAY(arena, char *, count + 5);
    int n = 0;
    argv[n++] = trainer_command(arena, options);
    for (size_t i = 0; i < count; i++) {
        argv[n++] = arena_copy(arena, options->trainer.at[i], strlen(options->trainer.at[i]));
    }
    if (options->color != NULL) {
        argv[n++] = arena_format(arena, "--color");
        argv[n++] = arena_copy(arena, options->color, strlen(options->color));
    }
    if (options->help) {
        argv[n++] = arena_format(arena, "--help");
    }
    argv[n] = NULL;
    *argc = n;
    return argv;
}

static int interpret(Compilation *compilation, int argc, char **argv) {
    Arena *arena = compilation->arena;
    const Code *code = compilation->code;
    size_t count = code->kernels.count;
    Interp *interp = interp_new(arena, code, true);
    NetKernel **kernels = NEW_ARRAY(arena, NetKernel *, count);
    const void **selves = NEW_ARRAY(arena, const void *, count);
    for (size_t k = 0; k < count; k++) {
        kernels[k] = interp_kernel;
        selves[k] = interp_self(interp, k);
    }
    const NetCode net_code = {.abi = NET_ABI,
                              .descriptor = code->descriptor,
                              .descriptor_size = strlen(code->descriptor),
                              .kernel = kernels,
                              .self = selves};
    return net_trainer_main(argc, argv, &net_code);
}

/* All that the bytes of the trainer depend on. */
static CacheKey *key_of(const Compilation *compilation, const Tools *tools) {
    const Options *options = compilation->options;
    Arena *arena = compilation->arena;
    CacheKey *key = cache_key_new(arena);
    const char *folder = library_folder(arena);
    if (folder == NULL) {
        return NULL;
    }
    cache_key_text(key, NETC_VERSION);
    cache_key_file(key, "/proc/self/exe");
    cache_key_file(key, arena_format(arena, "%s/libnetrt.a", folder));
    cache_key_file(key, tools->cc);
    cache_key_text(key, compilation->backend->name);
    if (compilation->backend->module != NULL) {
        cache_key_file(key, arena_format(arena, "%s/%s", folder, compilation->backend->module));
    }
    cache_key_text(key, compilation->target[0].cpu);
    cache_key_text(key, compilation->target[0].level);
    cache_key_text(key, processor_text(arena, &compilation->target[0].processor));
    cache_key_text(key, options->level);
    cache_key_text(key, options->schedule);
    for (size_t i = 0; compilation->given != NULL && i < compilation->given->count; i++) { /* those of a file, too */
        cache_key_text(key, compilation->given->at[i].name);
        cache_key_text(key, compilation->given->at[i].items);
    }
    cache_key_text(key, compilation->path);
    cache_key_text(key, source_folder(arena, compilation->source));
    cache_key_bytes(key, compilation->source->text, compilation->source->size);
    cache_key_text(key, compilation->model->bytes_input ? "bytes" : "floats"); /* as the data's files are now */
    for (size_t i = 0; i < options->defines.count; i++) {
        cache_key_text(key, options->defines.at[i].name);
        cache_key_text(key, options->defines.at[i].value);
    }
    cache_key_text(key, NULL);
    for (size_t i = 0; i < options->sets.count; i++) {
        cache_key_text(key, options->sets.at[i]);
    }
    return key;
}

/* Replaces this process; returns only when that fails. */
static int start(int fd, const char *path, char **argv) {
    report_close_streams(STATUS_OK);
    if (tools_leave_signals() != 0) {
        return 128 + tools_interrupted();
    }
    fexecve(fd, argv, environ);
    return report_environment("cannot start the trainer %s: %s", path, strerror(errno));
}

static int build_and_start(Compilation *compilation, Tools *tools, const char *cached, char **argv) {
    Arena *arena = compilation->arena;
    int status;
    if (!pipeline_run(compilation, LEVEL_LOOPS, &status)) {
        return status;
    }
    const char *path = tools_path(tools, "trainer");
    NetError error;
    bool good = emit_make(compilation, tools, path);
    if (tools_interrupted() != 0) {
        return 128 + tools_interrupted();
    }
    if (!good) {
        return STATUS_ENVIRONMENT;
    }
    if (cached != NULL && cache_keep(cached, path, &error)) {
        cache_trim(arena, cached);
        path = cached;
    } else if (cached != NULL && tools->verbose) {
        report_note("not kept: %s", error.text);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1) {
        return report_environment("cannot start the trainer %s: %s", path, strerror(errno));
    }
    tools_close(tools); /* an uncached trainer lives on as an open file */
    return start(fd, path, argv);
}

static int train_compiled(Compilation *compilation, char **argv) {
    const Options *options = compilation->options;
    Tools tools;
    int status;
    /* what was tuned is a part of what is built */
    if (!pipeline_run(compilation, options->tune ? LEVEL_TENSOR : LEVEL_MODEL, &status)) {
        return status;
    }
    if (!tools_open(compilation->arena, options->cc, options->verbose, &tools)) {
        return STATUS_ENVIRONMENT;
    }
    CacheKey *key = key_of(compilation, &tools);
    const char *cached = key == NULL ? NULL : cache_path(compilation->arena, CACHE_TRAINERS, key);
    bool dumps = options->dumps.count > 0 || options->stop_after != NULL;
    CacheState state = CACHE_ABSENT;
    int fd = cached != NULL && !dumps ? cache_open(cached, &state) : -1;
    if (options->verbose) {
        report_note("%s %s",
                    state == CACHE_WHOLE    ? "cached:"
                    : state == CACHE_SPOILT ? "spoilt in the cache, made anew:"
                    : cached != NULL        ? "to the cache:"
                                            : "no cache folder",
                    cached == NULL ? "" : cached);
    }
    if (fd != -1) {
        tools_close(&tools);
        return start(fd, cached, argv);
    }
    status = key == NULL ? STATUS_ENVIRONMENT : build_and_start(compilation, &tools, cached, argv);
    tools_close(&tools);
    return status;
}

int cmd_train(Arena *arena, Options *options) {
    if (options->help) {
        help_command(command_find("train"), stdout);
        fputs("\nthe trainer's own options:\n\n", stdout);
    }
    Compilation compilation;
    int status;
    int argc;
    if (!check_sets(arena, options, &status)) {
        return status;
    }
    char **argv = trainer_arguments(arena, options, &argc);
    if (!pipeline_open(arena, "train", options, options->files.at[0], &compilation, &status)) {
        return status;
    }
    compilation.goal = &goal_train;
    if (!pipeline_target(&compilation, &status)) {
        return status;
    }
    if (compilation.backend->write != NULL) {
        return train_compiled(&compilation, argv);
    }
    return pipeline_run(&compilation, LEVEL_LOOPS, &status) ? interpret(&compilation, argc, argv) : status;
}
