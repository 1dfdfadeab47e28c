/* What the checks of numbers share: a model from a file with changes as the command line makes them, and made-up
 * numbers for its inputs and parameters. */
#ifndef NETC_TESTS_EXAMPLE_H
#define NETC_TESTS_EXAMPLE_H

#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/programs/programs.h"
#include "compiler/programs/sample.h"
#include "runtime/base/formula.h"

/* One model to check. `set` and `define` are what --set and -D would say; NULL: nothing. */
typedef struct {
    const char *file; /* from the project's root */
    const char *define, *value, *set;
} Example;

static inline const char *example_title(Arena *arena, const Example *x) {
    const char *slash = strrchr(x->file, '/');
    return arena_format(arena, "%s%s%s%s%s%s%s%s", slash ? slash + 1 : x->file, x->define ? " -D " : "",
                        x->define ? x->define : "", x->define ? "=" : "", x->define ? x->value : "",
                        x->set ? " --set '" : "", x->set ? x->set : "", x->set ? "'" : "");
}

/* The model; ends the program with what is wrong with the file. */
static inline Model *example_model(Arena *arena, const Example *x) {
    const char *root = getenv("NETC_ROOT"), *why = NULL;
    const char *path = arena_format(arena, "%s/%s", root ? root : ".", x->file);
    Source *source = source_read(arena, path, NULL, &why);
    if (!source) {
        fprintf(stderr, "cannot read %s: %s\n", path, why);
        exit(3);
    }
    Define define = {x->define, x->value};
    ModelChanges changes = {
        .defines = &define, .define_count = x->define != NULL, .sets = &x->set, .set_count = x->set != NULL};
    Diags diags = {.arena = arena, .source = source};
    Model *model = model_check(arena, source, ast_parse(arena, source, &diags), &changes, &diags);
    if (!model) {
        diags_print(&diags, stderr, DIAG_FORMAT_TEXT, false);
        exit(1);
    }
    return model;
}

/* The files of a folder, sorted, each as it is. */
static inline size_t example_files(Arena *arena, const char *folder, Example **list) {
    const char *root = getenv("NETC_ROOT");
    if (!root) root = ".";
    glob_t found;
    if (glob(arena_format(arena, "%s/%s/*.net", root, folder), 0, NULL, &found) != 0) return 0;
    *list = NEW_ARRAY(arena, Example, found.gl_pathc);
    for (size_t i = 0; i < found.gl_pathc; i++)
        (*list)[i].file = arena_format(arena, "%s", found.gl_pathv[i] + strlen(root) + 1);
    size_t count = found.gl_pathc;
    globfree(&found);
    return count;
}

/* A made-up batch of n images, with the rate and the penalties made such that a step shows them. */
static inline void example_fill(Arena *arena, const Programs *programs, int64_t n, EvalInput *input) {
    static const struct {
        const char *name;
        double value;
    } made[] = {{"rate", 32}, {"l2", 4}, {"l1", 0.03125}, {"weight_decay", 0}};
    Sample *sample = sample_new(arena, programs->model, n);
    for (int i = 0; i < sample->input.names; i++)
        for (size_t k = 0; k < COUNT_OF(made); k++)
            if (string_is(made[k].name, sample->input.name[i])) sample->value[NET_COUNTS + i] = made[k].value;
    *input = sample->input;
}

#endif
