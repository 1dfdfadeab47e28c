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

typedef VEC(const Run *) Members;

/* "1-5, 8" */
static const char *seeds_text(Arena *arena, const Members *members) {
    const char *text = "";
    for (size_t i = 0, last; i < members->count; i = last + 1) {
        last = i;
        while (last + 1 < members->count && seed_of(members->at[last + 1]) - seed_of(members->at[last]) == 1) {
            last++;
        }
        const char *first = field_find(&members->at[i]->settings, "seed")->text;
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : ", ", first);
        if (last > i) {
            text = arena_format(arena, "%s-%s", text, field_find(&members->at[last]->settings, "seed")->text);
        }
    }
    return text;
}

/* The figures that all have. */
static Fields mean_figures(Arena *arena, const Members *members) {
    const Fields *first = &members->at[0]->figures;
    Fields figures = {0};
    for (size_t i = 0; i < first->count; i++) {
        const char *name = first->at[i].name;
        NetMoments moments = {.count = 0};
        for (size_t k = 0; k < members->count && net_seeds_averages(name); k++) {
            const Field *field = field_find(&members->at[k]->figures, name);
            if (field != NULL && isfinite(field->number)) {
                net_moments_add(&moments, field->number);
            }
        }
        if ((size_t)moments.count == members->count) {
            Field mean = {name, arena_format(arena, "%.9g", moments.mean), moments.mean, true,
                          net_moments_sd(&moments)};
            vec_push(arena, &figures, mean);
        }
    }
    return figures;
}

static Run group_of(Arena *arena, Members *members) {
    qsort(members->at, members->count, sizeof(const Run *), compare_seeds);
    const char *name = arena_format(arena, "mean ± sd of %zu", members->count);
    Run group = {.folder = name, .name = name, .status = "", .model = members->at[0]->model};
    for (size_t i = 0; i < members->at[0]->settings.count; i++) {
        Field field = members->at[0]->settings.at[i];
        field.text = string_is(field.name, "seed") ? seeds_text(arena, members) : field.text;
        if (!string_is(field.name, "threads")) {
            vec_push(arena, &group.settings, field);
        }
    }
    for (size_t i = 0; i < members->count; i++) {
        const char *run = members->at[i]->name;
        vec_push(arena, &group.members, utf8_clean(arena, run, strlen(run)));
    }
    group.figures = mean_figures(arena, members);
    return group;
}

/* One of each seed: a run that is repeated comes to the same. */
static void gather(Arena *arena, const Runs *runs, size_t first, bool *taken, Members *members) {
    for (size_t i = first; i < runs->count; i++) {
        const Run *run = &runs->at[i];
        if (taken[i] || !counts(run) || !runs_alike(&runs->at[first], run)) {
            continue;
        }
        bool known = false;
        for (size_t k = 0; k < members->count; k++) {
            known = known || seed_of(members->at[k]) == seed_of(run);
        }
        if (!known) {
            vec_push(arena, members, run);
        }
        taken[i] = true;
    }
}

Runs runs_groups(Arena *arena, const Runs *runs) {
    bool *taken = NEW_ARRAY(arena, bool, runs->count);
    Runs groups = {0};
    for (size_t i = 0; i < runs->count; i++) {
        Members members = {0};
        if (!taken[i] && counts(&runs->at[i])) {
            gather(arena, runs, i, taken, &members);
        }
        if (members.count > 1) {
            vec_push(arena, &groups, group_of(arena, &members));
        }
    }
    return groups;
}
