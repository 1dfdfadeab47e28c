/* What the checks of numbers share: a model from a file with changes as the command line makes them, and made-up
 * numbers for its inputs and parameters, the same in every run. */
#ifndef NETC_TESTS_EXAMPLE_H
#define NETC_TESTS_EXAMPLE_H

#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/model/layer.h"
#include "compiler/model/settings.h"
#include "compiler/programs/programs.h"
#include "compiler/tensor/eval.h"
#include "runtime/base/formula.h"
#include "runtime/base/rng.h"
#include "runtime/train/settings.h"

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

/* Number i of a stream, uniform in [0, 1). */
static inline double example_uniform(uint32_t stream, int64_t i) {
    uint32_t words[4];
    net_rng_block(20, NET_RNG_AUGMENT, stream, (uint32_t)i, 0, 0, words);
    return net_rng_uniform(words[0], words[1]);
}

enum { STREAM_INPUT = 1, STREAM_LABEL, STREAM_SAMPLE, STREAM_STORED, STREAM_TARGET = 1 << 20 };

/* The model's settings by name, and their values behind the counts: the rate and the penalties made such that a step
 * shows them, all else as the model says. */
static inline void example_settings(Arena *arena, const Model *model, int64_t n, EvalInput *input) {
    static const struct {
        const char *name;
        double value;
    } made[] = {{"rate", 32}, {"l2", 4}, {"l1", 0.03125}, {"weight_decay", 0}};
    const char **name = NEW_ARRAY(arena, const char *, NET_SETTINGS_MAX);
    double *value = NEW_ARRAY(arena, double, NET_COUNTS + NET_SETTINGS_MAX);
    int count = 0;
    for (TrainerSetting at = {0}; settings_next(&model->settings, &at); count++) {
        name[count] = at.spec->trainer.name;
        value[NET_COUNTS + count] = at.value->real;
        for (size_t i = 0; i < COUNT_OF(made); i++)
            if (string_is(made[i].name, name[count])) value[NET_COUNTS + count] = made[i].value;
        if (string_is(name[count], "seed")) value[NET_COUNTS + count] = 11 + 7 * 0x1p32;
    }
    value[NET_COUNT_M] = (double)n;
    value[NET_COUNT_N] = 1024;
    value[NET_COUNT_T] = 1;
    input->name = name;
    input->names = count;
    input->value = value;
}

/* A batch of n images, and parameters small enough that nothing saturates. Every number is a float. */
static inline void example_fill(Arena *arena, const Programs *programs, int64_t n, EvalInput *input) {
    const Model *model = programs->model;
    int64_t size = shape_count(model->layers.at[0]->out);
    int64_t outputs = shape_count(model->layers.at[model->layers.count - 1]->out);
    double *batch = NEW_ARRAY(arena, double, n *size);
    double *param = NEW_ARRAY(arena, double, model->param_size + 1);
    double *state = NEW_ARRAY(arena, double, model->state_size + 1);
    uint32_t *label = NEW_ARRAY(arena, uint32_t, n), *item = NEW_ARRAY(arena, uint32_t, n);
    for (int64_t i = 0; i < n * size; i++) batch[i] = floor(256 * example_uniform(STREAM_INPUT, i));
    for (int64_t i = 0; i < n; i++) {
        label[i] = (uint32_t)((double)(outputs == 1 ? 2 : outputs) * example_uniform(STREAM_LABEL, i));
        item[i] = (uint32_t)(3 * i + 5);
    }
    int64_t targets = model_targets(model);
    double *target = NEW_ARRAY(arena, double, n *targets + 1);
    for (int64_t i = 0; i < n * targets; i++) {
        double u = example_uniform(STREAM_TARGET, i);
        target[i] = model->settings.target == TARGET_LABELS ? floor(2 * u) : (float)(4 * u - 2);
    }
    for (size_t t = 0; t < model->stored.count; t++) {
        const Stored *stored = model->stored.at[t];
        bool parameter = stored_is_parameter(stored);
        int64_t count = stored_count(stored);
        double fan = stored->rank > 1 ? (double)(count / stored->dim[0]) : 4;
        for (int64_t i = 0; i < count; i++) {
            double u = example_uniform((uint32_t)(STREAM_STORED + t), i);
            double value = parameter ? (2 * u - 1) * sqrt(3 / fan) : 0.3 + 0.4 * u;
            (parameter ? param : state)[stored->offset + i] = (float)value;
        }
    }
    *input = (EvalInput){.n = n,
                         .batch = batch,
                         .label = label,
                         .target = target,
                         .item = item,
                         .param = param,
                         .state = state,
                         .seed_low = 11,
                         .seed_high = 7,
                         .epoch = 3};
    example_settings(arena, model, n, input);
}

#endif
