/* Runs that differ in nothing but the seed, and what their figures are on average. */
#include <stdlib.h>
#include <string.h>

#include "compiler/base/utf8.h"
#include "compiler/driver/runs.h"
#include "runtime/base/moments.h"
#include "runtime/train/seeds.h"

/* What a run's figures do not depend on, or all that the runs of a group differ in. */
static bool is_compared(const char *name) { return !string_is(name, "seed") && !string_is(name, "threads"); }

static bool has_all(const Run *a, const Run *b) {
    for (size_t i = 0; i < a->settings.count; i++) {
        const Field *mine = &a->settings.at[i];
        const Field *theirs = field_find(&b->settings, mine->name);
        if (is_compared(mine->name) && (theirs == NULL || !string_is(mine->text, theirs->text))) {
            return false;
        }
    }
    return true;
}

const json_t *run_sets(const Run *run) { return json_object_get(json_object_get(run->config, "model"), "sets"); }

bool run_has_set(const Run *run, const char *line) {
    size_t index;
    json_t *value;
    json_array_foreach(run_sets(run), index, value) {
        if (string_is(line, json_string_value(value))) {
            return true;
        }
    }
    return false;
}

static bool says_seed(const char *line) {
    line += strspn(line, " \t");
    return strncmp(line, "seed", 4) == 0 && !in_name(line[4]);
}

/* Not all that the lines say is among the settings. */
static bool has_sets(const Run *a, const Run *b) {
    size_t index;
    json_t *value;
    json_array_foreach(run_sets(a), index, value) {
        const char *line = json_string_value(value);
        if (line != NULL && !says_seed(line) && !run_has_set(b, line)) {
            return false;
        }
    }
    return true;
}

bool runs_alike(const Run *a, const Run *b) {
    return string_is(a->model, b->model) && has_all(a, b) && has_all(b, a) && has_sets(a, b) && has_sets(b, a);
}

/* NAN: there is none that is a number. */
static double seed_of(const Run *run) {
    const Field *seed = field_find(&run->settings, "seed");
    return seed == NULL ? (double)NAN : seed->number;
}

/* Those that were trained as their settings say: not the ones that diverged or that a time limit cut short. */
static bool counts(const Run *run) {
    return run->config != NULL && run->result != NULL && isfinite(seed_of(run)) && string_is(run->status, "done");
}

static int compare_seeds(const void *a, const void *b) {
    double left = seed_of(*(const Run *const *)a), right = seed_of(*(const Run *const *)b);
    return (left > right) - (left < right);
}

/* "1-5, 8" */
static const char *seeds_text(Arena *arena, const RunGroup *group) {
    const char *text = "";
    for (size_t i = 0, last; i < group->members.count; i = last + 1) {
        last = i;
        while (last + 1 < group->members.count &&
               seed_of(group->members.at[last + 1]) - seed_of(group->members.at[last]) == 1) {
            last++;
        }
        const char *first = field_find(&group->members.at[i]->settings, "seed")->text;
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : ", ", first);
        if (last > i) {
            text = arena_format(arena, "%s-%s", text, field_find(&group->members.at[last]->settings, "seed")->text);
        }
    }
    return text;
}

/* The figures that all have. */
static Fields mean_figures(Arena *arena, const RunGroup *group) {
    const Fields *first = &group->members.at[0]->figures;
    Fields figures = {0};
    for (size_t i = 0; i < first->count; i++) {
        const char *name = first->at[i].name;
        NetMoments moments = {.count = 0};
        for (size_t k = 0; k < group->members.count && net_seeds_averages(name); k++) {
            const Field *field = field_find(&group->members.at[k]->figures, name);
            if (field != NULL && isfinite(field->number)) {
                net_moments_add(&moments, field->number);
            }
        }
        if ((size_t)moments.count == group->members.count) {
            Field mean = {name, arena_format(arena, "%.9g", moments.mean), moments.mean, true,
                          net_moments_sd(&moments)};
            vec_push(arena, &figures, mean);
        }
    }
    return figures;
}

static Run mean_of(Arena *arena, RunGroup *group) {
    qsort(group->members.at, group->members.count, sizeof(const Run *), compare_seeds);
    const char *name = arena_format(arena, "mean ± sd of %zu", group->members.count);
    const Run *first = group->members.at[0];
    Run mean = {.folder = name, .name = name, .status = "", .model = first->model};
    for (size_t i = 0; i < first->settings.count; i++) {
        Field field = first->settings.at[i];
        field.text = string_is(field.name, "seed") ? seeds_text(arena, group) : field.text;
        if (!string_is(field.name, "threads")) {
            vec_push(arena, &mean.settings, field);
        }
    }
    for (size_t i = 0; i < group->members.count; i++) {
        const char *run = group->members.at[i]->name;
        vec_push(arena, &mean.members, utf8_clean(arena, run, strlen(run)));
    }
    mean.figures = mean_figures(arena, group);
    return mean;
}

static void add_run(Arena *arena, const Run *run, RunGroup *group) {
    bool known = false;
    for (size_t k = 0; k < group->members.count; k++) {
        known = known || seed_of(group->members.at[k]) == seed_of(run);
    }
    if (known) {
        vec_push(arena, &group->repeats, run);
    } else {
        vec_push(arena, &group->members, run);
    }
}

RunGroups runs_gather(Arena *arena, const Runs *runs) {
    RunGroups groups = {0};
    for (size_t i = 0; i < runs->count; i++) {
        const Run *run = &runs->at[i];
        size_t k = 0;
        while (k < groups.count &&
               !(counts(run) && counts(groups.at[k].members.at[0]) && runs_alike(groups.at[k].members.at[0], run))) {
            k++;
        }
        if (k == groups.count) {
            RunGroup group = {.members = {0}};
            vec_push(arena, &groups, group);
        }
        add_run(arena, run, &groups.at[k]);
    }
    return groups;
}

Runs runs_groups(Arena *arena, const Runs *runs) {
    RunGroups groups = runs_gather(arena, runs);
    Runs means = {0};
    for (size_t i = 0; i < groups.count; i++) {
        if (groups.at[i].members.count > 1) {
            vec_push(arena, &means, mean_of(arena, &groups.at[i]));
        }
    }
    return means;
}
