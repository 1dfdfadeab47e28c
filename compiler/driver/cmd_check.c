/* netc check: all findings in the models named. */
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"

/* One file; each has an arena of its own, so that memory does not grow with their number. */
static int check_file(const Options *options, const char *path) {
    Arena *arena = arena_new();
    Compilation compilation;
    int status = STATUS_OK;
    if (pipeline_open(arena, "check", options, path, &compilation, &status) &&
        pipeline_run(&compilation, LEVEL_MODEL, &status) && !options->quiet && options->dumps.count == 0 &&
        (options->diagnostics == NULL || string_is(options->diagnostics, "text"))) {
        printf("%s: no errors\n", path);
    }
    arena_free(arena);
    return status;
}

int cmd_check(Arena *arena, Options *options) {
    (void)arena;
    int status = STATUS_OK;
    for (size_t i = 0; i < options->files.count; i++) {
        int one = check_file(options, options->files.at[i]);
        if (one == STATUS_USAGE) {
            return one;
        }
        status = one > status ? one : status;
    }
    return status;
}
