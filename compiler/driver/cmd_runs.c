/* netc runs: run folders as a table of what tells them apart and what came of them, or as JSON. */
#include <string.h>
#include <unistd.h>

#include "compiler/driver/report.h"
#include "compiler/driver/run_table.h"
#include "runtime/base/words.h"
#include "runtime/train/runs.h"
#include "runtime/train/seeds.h"

static bool read_all(Arena *arena, const Options *options, Runs *runs) {
    bool good = true;
    for (size_t i = 0; i < options->files.count; i++) {
        good = runs_read(arena, options->files.at[i], runs) && good;
    }
    if (options->files.count > 0) {
        return good;
    }
    if (access(NET_RUN_DIR, F_OK) != 0) {
        report_environment("there is no folder '" NET_RUN_DIR
                           "' here; 'netc train FILE' makes one, 'netc runs DIR' lists another");
        return false;
    }
    return runs_read(arena, NET_RUN_DIR, runs);
}

/* False after saying that no run is of that model. */
static bool select_model(Arena *arena, Runs *runs, const char *model) {
    Words names = {0};
    for (size_t i = 0; i < runs->count; i++) {
        const Field *field = field_find(&runs->at[i].settings, "model");
        const char *own = json_string_value(json_object_get(runs->at[i].config, "name"));
        if (field != NULL) {
            vec_push(arena, &names, field->text);
        }
        if (own != NULL) {
            vec_push(arena, &names, arena_copy(arena, own, strlen(own)));
        }
    }
    runs_select(arena, runs, model);
    if (runs->count > 0) {
        return true;
    }
    const char *nearest = net_nearest_word(model, names.at, names.count);
    if (nearest != NULL) {
        report_usage("runs", "--model %s: there is no run of it; did you mean '%s'?", model, nearest);
    } else {
        report_usage("runs", "--model %s: there is no run of it; 'netc runs' lists those of all models", model);
    }
    return false;
}

static void report_none(Arena *arena, const char *path) {
    size_t length = strlen(path), ending = strlen(NET_SEEDS_FILE);
    const char *slash = strrchr(path, '/');
    if (length > ending && string_is(path + length - ending, NET_SEEDS_FILE)) {
        const char *folder = slash == NULL ? "." : arena_copy(arena, path, (size_t)(slash - path));
        report_note("%s sums up the runs of several seeds; 'netc runs %s' lists them", path, folder);
    } else {
        report_note("there are no runs in %s", path);
    }
}

int cmd_runs(Arena *arena, Options *options) {
    Runs runs = {0};
    Column column;
    const char *sort = options->sort;
    bool backwards = sort != NULL && sort[0] == '-';
    int status = read_all(arena, options, &runs) ? STATUS_OK : STATUS_ENVIRONMENT;
    if (options->model != NULL && runs.count > 0 && !select_model(arena, &runs, options->model)) {
        runs_free(&runs);
        return STATUS_USAGE;
    }
    runs_order(arena, &runs);
    Runs groups = runs_groups(arena, &runs);
    if (sort != NULL && runs.count > 0) {
        if (!run_column_find(arena, &runs, sort + backwards, &column)) {
            runs_free(&runs);
            return STATUS_USAGE;
        }
        runs_sort(arena, &runs, &column, backwards);
        runs_sort(arena, &groups, &column, backwards);
    }
    if (options->json) {
        runs_json(arena, &runs, &groups, runs_differing(arena, &runs), stdout);
    } else if (runs.count > 0) {
        run_table_print(arena, options, &runs, &groups, sort == NULL ? NULL : &column);
    } else if (status == STATUS_OK) {
        report_none(arena, options->files.count > 0 ? options->files.at[0] : NET_RUN_DIR);
    }
    runs_free(&runs);
    return status;
}
