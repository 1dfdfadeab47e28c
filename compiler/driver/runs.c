#include "compiler/driver/runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/json.h"
#include "compiler/base/utf8.h"
#include "compiler/driver/report.h"
#include "compiler/model/settings.h"
#include "runtime/base/paths.h"
#include "runtime/base/atomic.h"
#include "runtime/base/utf8.h"
#include "runtime/train/runs.h"
#include "runtime/train/seeds.h"

enum { FILE_LIMIT = 1 << 26 };

static const char *clean(Arena *arena, const char *text) { return utf8_clean(arena, text, strlen(text)); }

const Field *field_find(const Fields *fields, const char *name) {
    for (size_t i = 0; i < fields->count; i++) {
        if (string_is(fields->at[i].name, name)) {
            return &fields->at[i];
        }
    }
    return NULL;
}

/* ---- fields ---- */

static void add_text(Arena *arena, Fields *fields, const char *name, const char *text) {
    char *end = NULL;
    double number = strtod(text, &end);
    Field field = {.name = clean(arena, name), .text = clean(arena, text), .number = NAN};
    field.number = end != text && *end == '\0' ? number : field.number;
    vec_push(arena, fields, field);
}

static void add_value(Arena *arena, Fields *fields, const char *name, const json_t *value) {
    if (json_is_string(value)) {
        add_text(arena, fields, name, json_string_value(value));
    } else if (json_is_integer(value)) {
        add_text(arena, fields, name, arena_format(arena, "%lld", (long long)json_integer_value(value)));
    } else if (json_is_real(value)) {
        add_text(arena, fields, name, arena_format(arena, "%.15g", json_real_value(value)));
    } else if (json_is_boolean(value)) {
        add_text(arena, fields, name, json_is_true(value) ? "true" : "false");
    }
}

/* The word for 0 of a setting that trainers know by this name; NULL: it has none. */
static const char *zero_word(const char *name) {
    const OptionSpec *spec;
    for (size_t i = 0; (spec = settings_flagged(i)) != NULL; i++) {
        if (string_is(spec->trainer.name, name)) {
            return spec->words == NULL ? NULL : spec->words[0];
        }
    }
    return NULL;
}

/* The parts of `split` are one text: "5400/600/1000". */
static void add_setting(Arena *arena, Fields *fields, const char *name, json_t *value) {
    bool zero = json_is_integer(value) && json_integer_value(value) == 0;
    const char *word = zero ? zero_word(name) : NULL;
    const char *key, *text = "";
    json_t *part;
    if (json_is_object(value)) {
        json_object_foreach(value, key, part) {
            text = arena_format(arena, "%s%s%lld", text, *text == '\0' ? "" : "/", (long long)json_integer_value(part));
        }
        add_text(arena, fields, name, text);
    } else if (word != NULL) {
        Field field = {.name = clean(arena, name), .text = word};
        vec_push(arena, fields, field);
    } else {
        add_value(arena, fields, name, value);
    }
}

/* "models/lenet5.net" -> "lenet5" */
static const char *stem(Arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t length = strlen(name);
    bool net = length > 4 && string_is(name + length - 4, ".net");
    return arena_copy(arena, name, net ? length - 4 : length);
}

static void read_settings(Arena *arena, Run *run) {
    const char *key;
    json_t *value;
    const json_t *model = json_object_get(run->config, "model");
    const char *path = json_string_value(json_object_get(model, "path"));
    const char *hash = json_string_value(json_object_get(model, "sha256"));
    if (path != NULL) {
        add_text(arena, &run->settings, "model", stem(arena, path));
    }
    run->model = hash == NULL ? "" : clean(arena, hash);
    json_object_foreach(json_object_get(run->config, "settings"), key, value) {
        add_setting(arena, &run->settings, key, value);
    }
    json_object_foreach(json_object_get(model, "lets"), key, value) {
        bool taken = field_find(&run->settings, key) != NULL;
        add_value(arena, &run->settings, taken ? arena_format(arena, "let %s", key) : key, value);
    }
}

/* ---- files ---- */

/* A regular file of the run; NULL without *there set when there is none. */
static char *read_text(Arena *arena, const Run *run, const char *name, bool *there) {
    const char *path = arena_format(arena, "%s/%s", run->folder, name);
    struct stat info;
    size_t size = 0;
    *there = stat(path, &info) == 0;
    char *text = *there && S_ISREG(info.st_mode) ? net_file_read(path, FILE_LIMIT, &size, NULL) : NULL;
    if (text != NULL && strlen(text) != size) {
        free(text);
        return NULL;
    }
    return text;
}

/* An object, or NULL; *broken is set when there is a file that holds none. */
static json_t *read_object(Arena *arena, const Run *run, const char *name, bool *broken) {
    bool there;
    char *text = read_text(arena, run, name, &there);
    json_t *value = text == NULL ? NULL : json_loads(text, 0, NULL);
    free(text);
    if (!json_is_object(value)) {
        json_decref(value);
        *broken = *broken || there;
        return NULL;
    }
    return value;
}

/* One cell of a row, moved past; NULL at the row's end. */
static const char *next_cell(Arena *arena, const char **at) {
    if (*at == NULL) {
        return NULL;
    }
    size_t length = strcspn(*at, ",\r\n");
    const char *cell = arena_copy(arena, *at, length);
    *at = (*at)[length] == ',' ? *at + length + 1 : NULL;
    return cell;
}

bool run_more_is_better(const char *figure) { return strstr(figure, "accuracy") != NULL; }

/* The best validation figure over the rows, from the column at `column`. */
static void keep_best(Arena *arena, Run *run, const char *rows, size_t column, const char *name) {
    bool high = run_more_is_better(name);
    double best = (double)NAN;
    for (const char *row = rows; *row != '\0'; row += strcspn(row, "\n"), row += *row == '\n') {
        const char *at = row, *cell = NULL;
        for (size_t i = 0; i <= column; i++) {
            cell = next_cell(arena, &at);
        }
        char *end = NULL;
        double value = cell == NULL ? 0 : strtod(cell, &end);
        if (cell != NULL && end != cell && (isnan(best) || (high ? value > best : value < best))) {
            best = value;
        }
    }
    if (!isnan(best)) {
        add_text(arena, &run->figures, arena_format(arena, "best_%s", name), arena_format(arena, "%.9g", best));
    }
}

/* What a run without a result has come to: the last whole row of epochs.csv, under the names of result.json. */
static void read_epochs(Arena *arena, Run *run) {
    bool there;
    char *text = read_text(arena, run, "epochs.csv", &there);
    char *last_end = text == NULL ? NULL : strrchr(text, '\n');
    char *rows = text == NULL ? NULL : strchr(text, '\n');
    if (last_end != NULL && rows != last_end) {
        *last_end = '\0'; /* what comes after it is not whole */
        rows++;
        const char *before = strrchr(rows, '\n');
        const char *titles = text, *cells = before == NULL ? rows : before + 1;
        const char *title, *cell;
        for (size_t i = 0; (title = next_cell(arena, &titles)) != NULL; i++) {
            cell = next_cell(arena, &cells);
            const char *name = string_is(title, "epoch") ? "epochs" : string_is(title, "step") ? "steps" : title;
            if (cell != NULL && *cell != '\0') {
                add_text(arena, &run->figures, name, cell);
            }
            if (string_is(title, "validation_accuracy") || string_is(title, "validation_rmse")) {
                keep_best(arena, run, rows, i, title);
            }
        }
    }
    free(text);
}

static bool has_file(Arena *arena, const Run *run, const char *name) {
    return access(arena_format(arena, "%s/%s", run->folder, name), F_OK) == 0;
}

static const char *status_of(Arena *arena, const Run *run, bool broken) {
    const char *said = json_string_value(json_object_get(run->result, "status"));
    if (broken || (run->result != NULL && said == NULL)) {
        return "broken";
    }
    if (said != NULL) {
        return clean(arena, said);
    }
    return net_run_locked(run->folder)                                                          ? "running"
           : run->config == NULL                                                                ? "empty"
           : has_file(arena, run, "checkpoint.safetensors") || net_run_members(run->folder) > 1 ? "stopped"
                                                                                                : "empty";
}

static bool is_run(Arena *arena, const Run *run) {
    static const char *const files[] = {"config.json", "result.json", "lock", "checkpoint.safetensors"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (has_file(arena, run, files[i])) {
            return true;
        }
    }
    return false;
}

/* The date of "NAME-YYYY-MM-DD-N" and where it stands, or 0. */
static int find_date(const char *name, const char **place) {
    for (const char *at = strchr(name, '-'); at != NULL; at = strchr(at + 1, '-')) {
        int year, month, day, number, end = 0;
        if (sscanf(at, "-%4d-%2d-%2d-%9d%n", &year, &month, &day, &number, &end) == 4 && at[end] == '\0') {
            *place = at;
            return (year * 100 + month) * 100 + day;
        }
    }
    return 0;
}

const char *name_without_date(Arena *arena, const char *name) {
    const char *date = NULL;
    return find_date(name, &date) == 0 ? name
                                       : arena_format(arena, "%.*s%s", (int)(date - name), name, strrchr(name, '-'));
}

/* Whether a run's folder is one of `runs` already, by whatever path. */
static bool is_listed(const Runs *runs, Run *run) {
    struct stat info = {.st_ino = 0};
    bool found = false;
    stat(run->folder, &info);
    run->device = info.st_dev;
    run->inode = info.st_ino;
    for (size_t i = 0; i < runs->count && !found; i++) {
        found = runs->at[i].device == run->device && runs->at[i].inode == run->inode && run->inode != 0;
    }
    return found;
}

/* The folder's own name, where the path ends in a link or in dots too. */
static const char *name_of(Arena *arena, const char *folder) {
    char *path = realpath(folder, NULL);
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    const char *name = slash == NULL ? folder : slash + 1;
    name = arena_copy(arena, name, strlen(name));
    free(path);
    return name;
}

/* Reads a run and adds it, unless it is there already. */
static void read_run(Arena *arena, Run *run, Runs *runs) {
    if (is_listed(runs, run)) {
        return;
    }
    bool broken = false;
    struct stat info;
    run->config = read_object(arena, run, "config.json", &broken);
    run->result = read_object(arena, run, "result.json", &broken);
    run->status = status_of(arena, run, broken);
    const char *place;
    run->date = find_date(run->name, &place);
    /* the lock is made when the run begins and never written */
    if (stat(arena_format(arena, "%s/lock", run->folder), &info) == 0 || stat(run->folder, &info) == 0) {
        run->started = (double)info.st_mtim.tv_sec + 1e-9 * (double)info.st_mtim.tv_nsec;
    }
    read_settings(arena, run);
    if (run->result == NULL) {
        read_epochs(arena, run);
    }
    const char *key;
    json_t *value;
    json_object_foreach(run->result, key, value) {
        if (json_is_number(value)) {
            add_value(arena, &run->figures, key, value);
        }
    }
    vec_push(arena, runs, *run);
}

bool runs_read(Arena *arena, const char *path, Runs *runs) {
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    const char *folder = arena_copy(arena, path, length);
    char *found = net_run_find(NET_RUN_DIR, folder, NULL);
    folder = found == NULL ? folder : arena_copy(arena, found, strlen(found));
    free(found);
    DIR *directory = opendir(folder);
    size_t ending = strlen(NET_SEEDS_FILE);
    if (directory == NULL && errno == ENOTDIR && strlen(folder) > ending &&
        string_is(folder + strlen(folder) - ending, NET_SEEDS_FILE)) {
        return true; /* what trainers leave beside runs, when all in a folder is named */
    }
    if (directory == NULL) {
        bool file = errno == ENOTDIR && access(path, F_OK) == 0, model = net_path_ends(path, ".net");
        report_environment("cannot read %s: %s%s%s", path, strerror(errno),
                           model  ? "; runs of a model are listed by --model "
                           : file ? "; runs are folders, 'netc runs' lists them"
                                  : "; 'netc runs' lists the runs there are",
                           model ? path : "");
        return false;
    }
    Run whole = {.folder = folder, .name = name_of(arena, folder)};
    if (is_run(arena, &whole)) {
        read_run(arena, &whole, runs);
        closedir(directory);
        return true;
    }
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        struct stat info;
        bool folder_itself = fstatat(dirfd(directory), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                             S_ISDIR(info.st_mode); /* `latest` is a link */
        Run run = {.folder = arena_format(arena, "%s/%s", folder, entry->d_name),
                   .name = arena_copy(arena, entry->d_name, strlen(entry->d_name))};
        if (folder_itself && entry->d_name[0] != '.' && is_run(arena, &run)) {
            read_run(arena, &run, runs);
        }
    }
    closedir(directory);
    return true;
}

const char *run_model(Arena *arena, const char *path) {
    Runs runs = {0};
    bool one = runs_read(arena, path, &runs) && runs.count == 1;
    const json_t *model = one ? json_object_get(runs.at[0].config, "model") : NULL;
    const char *file = json_string_value(json_object_get(model, "path"));
    file = file != NULL ? arena_format(arena, "%s", file) : NULL;
    runs_free(&runs);
    return file;
}

void runs_free(Runs *runs) {
    for (size_t i = 0; i < runs->count; i++) {
        json_decref(runs->at[i].config);
        json_decref(runs->at[i].result);
    }
}

/* ---- order ---- */

int name_compare(const char *a, const char *b) {
    while (*a != '\0' && *b != '\0') {
        size_t digits_a = strspn(a, "0123456789"), digits_b = strspn(b, "0123456789");
        if (digits_a > 0 && digits_b > 0) {
            size_t zeros_a = strspn(a, "0"), zeros_b = strspn(b, "0");
            if (digits_a - zeros_a != digits_b - zeros_b) {
                return digits_a - zeros_a < digits_b - zeros_b ? -1 : 1;
            }
            int order = strncmp(a + zeros_a, b + zeros_b, digits_a - zeros_a);
            if (order != 0) {
                return order;
            }
            a += digits_a;
            b += digits_b;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return (*a != '\0') - (*b != '\0');
}

static int compare_begun(const void *a, const void *b) {
    const Run *left = a, *right = b;
    if (left->date != right->date) {
        return left->date < right->date ? -1 : 1;
    }
    if (left->started < right->started || left->started > right->started) {
        return left->started < right->started ? -1 : 1;
    }
    return name_compare(left->folder, right->folder);
}

static Field *model_field(const Run *run) { return (Field *)(uintptr_t)field_find(&run->settings, "model"); }

/* Of a run with a model: its name with what tells it from others of that name. */
static const char *exact_name(Arena *arena, const Run *run) {
    return arena_format(arena, "%s#%.8s", model_field(run)->text, run->model);
}

void runs_select(Arena *arena, Runs *runs, const char *model) {
    const char *wanted = stem(arena, model);
    size_t kept = 0;
    for (size_t i = 0; i < runs->count; i++) {
        const Run *run = &runs->at[i];
        const Field *field = model_field(run);
        const char *own = json_string_value(json_object_get(run->config, "name"));
        bool named = field != NULL && (string_is(field->text, wanted) || string_is(exact_name(arena, run), wanted));
        if (named || string_is(own, wanted)) {
            Run chosen = runs->at[i];
            runs->at[i] = runs->at[kept];
            runs->at[kept++] = chosen;
        } else {
            json_decref(runs->at[i].config);
            json_decref(runs->at[i].result);
            runs->at[i].config = runs->at[i].result = NULL;
        }
    }
    runs->count = kept;
}

static void tell_models_apart(Arena *arena, Runs *runs) {
    bool *ambiguous = NEW_ARRAY(arena, bool, runs->count);
    for (size_t i = 0; i < runs->count; i++) {
        const Field *mine = model_field(&runs->at[i]);
        for (size_t k = 0; mine != NULL && k < i; k++) {
            const Field *other = model_field(&runs->at[k]);
            if (other != NULL && string_is(mine->text, other->text) &&
                !string_is(runs->at[i].model, runs->at[k].model)) {
                ambiguous[i] = ambiguous[k] = true;
            }
        }
    }
    for (size_t i = 0; i < runs->count; i++) {
        Field *field = model_field(&runs->at[i]);
        if (ambiguous[i] && field != NULL) {
            field->text = exact_name(arena, &runs->at[i]);
        }
    }
}

void runs_order(Arena *arena, Runs *runs) {
    if (runs->count > 1) {
        qsort(runs->at, runs->count, sizeof *runs->at, compare_begun);
        tell_models_apart(arena, runs);
    }
}

/* ---- JSON ---- */

static json_t *json_fields(const Fields *fields) {
    json_t *object = json_object();
    for (size_t i = 0; i < fields->count; i++) {
        const Field *field = &fields->at[i];
        bool whole = fabs(field->number) < 1e15 && field->number == (double)(int64_t)field->number;
        json_put(object, field->name,
                 isfinite(field->number) ? whole ? json_integer((json_int_t)field->number) : json_real(field->number)
                                         : json_string(field->text));
    }
    return object;
}

/* Means and deviations of a group, the runs of which it is made. */
static json_t *json_group(const Run *group) {
    json_t *object = json_object(), *mean = json_object(), *sd = json_object(), *names = json_array();
    for (size_t i = 0; i < group->figures.count; i++) {
        const Field *field = &group->figures.at[i];
        json_put(mean, field->name, json_real(field->number));
        json_put(sd, field->name, json_real(field->sd));
    }
    for (size_t i = 0; i < group->members.count; i++) {
        json_array_append_new(names, json_string(group->members.at[i]));
    }
    json_put(object, "runs", names);
    json_put(object, "seeds", json_string(field_find(&group->settings, "seed")->text));
    json_put(object, "mean", mean);
    json_put(object, "sd", sd);
    return object;
}

/* The model but its text. */
static json_t *json_model(const Run *run) {
    json_t *model = json_deep_copy(json_object_get(run->config, "model"));
    json_object_del(model, "text");
    return model;
}

void runs_json(Arena *arena, const Runs *runs, const Runs *groups, Words differing, FILE *out) {
    json_t *root = json_object(), *list = json_array(), *differ = json_array();
    for (size_t i = 0; i < differing.count; i++) {
        json_array_append_new(differ, json_string(differing.at[i]));
    }
    for (size_t i = 0; i < runs->count; i++) {
        const Run *run = &runs->at[i];
        json_t *object = json_object();
        json_put(object, "name", json_string(utf8_clean(arena, run->name, strlen(run->name))));
        json_put(object, "folder", json_string(utf8_clean(arena, run->folder, strlen(run->folder))));
        json_put(object, "status", json_string(run->status));
        json_put(object, "started", json_integer((json_int_t)run->started));
        json_put(object, "model", json_model(run));
        json_put(object, "settings", json_deep_copy(json_object_get(run->config, "settings")));
        json_put(object, "result", run->result != NULL ? json_incref(run->result) : json_fields(&run->figures));
        json_array_append_new(list, object);
    }
    json_put(root, "differ", differ);
    json_put(root, "runs", list);
    json_t *means = json_array();
    for (size_t i = 0; i < groups->count; i++) {
        json_array_append_new(means, json_group(&groups->at[i]));
    }
    json_put(root, "groups", means);
    json_print(root, 15, out);
}
