#include "compiler/driver/show_weights.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/json.h"
#include "compiler/base/utf8.h"
#include "compiler/driver/link.h"
#include "compiler/driver/option_slips.h"
#include "compiler/driver/report.h"
#include "compiler/driver/run_log.h"
#include "compiler/driver/runs.h"
#include "compiler/driver/show_mistakes.h"
#include "compiler/driver/show_run.h"
#include "compiler/model/show.h"
#include "runtime/base/wrap.h"
#include "runtime/base/atomic.h"
#include "runtime/base/paths.h"
#include "runtime/train/runs.h"
#include "runtime/train/weight_file.h"
#include "runtime/train/weight_hash.h"

static const char *clean(Arena *arena, const char *text) { return utf8_clean(arena, text, strlen(text)); }

static bool begins_like_weights(const char *path) {
    char start[NET_SAFETENSORS_START];
    FILE *file = fopen(path, "rb");
    size_t size = file != NULL ? fread(start, 1, sizeof start, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    return net_safetensors_begins(start, size);
}

/* A run's folder has its settings from the start. */
static bool is_run(const char *folder) {
    char *config = net_path_join(folder, "config.json", NULL);
    bool there = config != NULL && access(config, F_OK) == 0;
    free(config);
    return there;
}

const char *show_weights_what(const char *path) {
    static const char ending[] = ".safetensors";
    struct stat info;
    size_t length = strlen(path);
    char *folder = net_run_find(NET_RUN_DIR, path, NULL);
    if (folder != NULL) {
        bool run = is_run(folder);
        free(folder);
        return run ? "a run" : "a folder";
    }
    bool named = length >= strlen(ending) && string_is(path + length - strlen(ending), ending);
    bool weights = named || (stat(path, &info) == 0 && S_ISREG(info.st_mode) && begins_like_weights(path));
    return weights ? "a weights file" : NULL;
}

/* ---- text ---- */

/* "30 × 784", "one value" for a tensor without dimensions. */
static const char *shape_of(Arena *arena, const NetTensor *tensor) {
    const char *text = tensor->rank == 0 ? "one value" : "";
    for (int i = 0; i < tensor->rank; i++) {
        text = arena_format(arena, "%s%s%lld", text, i > 0 ? " × " : "", (long long)tensor->shape[i]);
    }
    return text;
}

static void print_padded(const char *text, int width) { printf("%s%*s", text, width - net_text_width(text), ""); }

static void print_tensors(Arena *arena, const NetSafetensors *file) {
    int name = 6, shape = 5;
    int64_t total = 0;
    char count[NET_COUNT_TEXT];
    for (size_t i = 0; i < file->count; i++) {
        int width[] = {net_text_width(clean(arena, file->tensors[i].name)),
                       net_text_width(shape_of(arena, &file->tensors[i]))};
        name = width[0] > name ? width[0] : name;
        shape = width[1] > shape ? width[1] : shape;
    }
    printf("\n%-*s   %-*s   type   %12s\n", name, "tensor", shape, "shape", "values");
    for (size_t i = 0; i < file->count; i++) {
        const NetTensor *tensor = &file->tensors[i];
        int64_t elements = net_tensor_elements(tensor);
        total += elements;
        print_padded(clean(arena, tensor->name), name + 3);
        print_padded(shape_of(arena, tensor), shape + 3);
        printf("%-4s   %12s\n", net_type_name(tensor->type), net_count(count, (uint64_t)elements));
    }
    printf("%-*s   %12s\n", name + shape + 10, "total", net_count(count, (uint64_t)total));
}

/* "dense1: dense units=30 bias=true activation=tanh", what decides the function, a line each. */
static void print_network(Arena *arena, const json_t *network) {
    size_t index;
    json_t *row;
    if (json_array_size(network) > 0) {
        puts("\nlayers in use");
    }
    json_array_foreach(network, index, row) {
        const char *name = json_string_value(json_object_get(row, "name")), *key;
        const char *kind = json_string_value(json_object_get(row, "kind"));
        const char *from = json_string_value(json_object_get(row, "from"));
        json_t *value;
        printf("  %s: %s", clean(arena, name != NULL ? name : "?"), clean(arena, kind != NULL ? kind : "?"));
        json_object_foreach(json_object_get(row, "use"), key, value) {
            if (json_is_string(value)) {
                printf(" %s=%s", clean(arena, key), clean(arena, json_string_value(value)));
            }
        }
        if (from != NULL) {
            printf(" <- %s", clean(arena, from));
        }
        putchar('\n');
    }
}

/* Whether a key is told in other words: those of netc where netc wrote the file, the network where it could be read. */
static bool is_told(const char *key, bool ours, bool network) {
    static const char *const told[] = {"format", "name", "netc", "epoch"};
    bool found = string_is(key, "network") && network;
    for (size_t k = 0; k < COUNT_OF(told); k++) {
        found = found || (ours && string_is(key, told[k]));
    }
    return found;
}

static bool tells_more(const NetSafetensors *file, bool network) {
    bool more = false, ours = net_safetensors_metadata(file, "netc") != NULL;
    for (size_t i = 0; i < file->metadata_count; i++) {
        more = more || !is_told(file->metadata[i].key, ours, network);
    }
    return more;
}

static void print_metadata(Arena *arena, const NetSafetensors *file, bool network) {
    enum { SHOWN = 100, KEYS = 16 };
    bool ours = net_safetensors_metadata(file, "netc") != NULL;
    for (size_t i = 0; i < file->metadata_count; i++) {
        const NetPair *pair = &file->metadata[i];
        if (!is_told(pair->key, ours, network)) {
            bool cut = strlen(pair->value) > SHOWN;
            print_padded(clean(arena, pair->key), KEYS);
            printf("%s%s\n", utf8_clean(arena, pair->value, cut ? SHOWN : strlen(pair->value)), cut ? "..." : "");
        }
    }
}

/* What a run is judged by, of whichever parts of the data it has. */
static void print_results(const Run *run) {
    static const char *const shown[] = {"train_", "validation_", "test_", "epoch"};
    puts(run->result != NULL ? "\nresults of the run" : "\nafter its last whole epoch");
    for (size_t i = 0; i < run->figures.count; i++) {
        const Field *field = &run->figures.at[i];
        for (size_t k = 0; k < COUNT_OF(shown); k++) {
            if (strstr(field->name, shown[k]) != NULL) {
                printf("  %-26s %.6g\n", field->name, field->number);
                break;
            }
        }
    }
    const char *hash = json_string_value(json_object_get(run->result, "weights_sha256")); /* of the last weights */
    if (hash != NULL) {
        printf("  %-26s %s (last epoch)\n", "weights_sha256", hash);
    }
}

/* What print_text and print_json show. */
typedef struct {
    const NetSafetensors *file;
    json_t *network;             /* NULL: the file does not describe it */
    const Run *run;              /* NULL: it is not of one */
    char hash[NET_WEIGHTS_HASH]; /* "": the file has no weights */
    int64_t examples;            /* to be drawn, of those that a run is wrong about */
    bool color;
} Shown;

static void print_text(Arena *arena, const Shown *shown) {
    const NetSafetensors *file = shown->file;
    const json_t *network = shown->network;
    const Run *run = shown->run;
    char epoch[NET_WEIGHTS_EPOCH];
    const char *name = net_safetensors_metadata(file, "name"), *netc = net_safetensors_metadata(file, "netc");
    printf("%s\n%s", clean(arena, file->path),
           netc != NULL || run != NULL || tells_more(file, network != NULL) ? "\n" : "");
    if (netc != NULL) {
        printf("network         %s%s, written by netc %s\n", clean(arena, name != NULL ? name : "?"),
               net_weights_epoch(file, epoch), clean(arena, netc));
    }
    if (run != NULL) {
        printf("run             %s, %s\n", clean(arena, run->name), run->status);
    }
    print_metadata(arena, file, network != NULL);
    print_network(arena, network);
    print_tensors(arena, file);
    if (shown->hash[0] != '\0') {
        const char *slash = strrchr(file->path, '/'), *of = slash == NULL ? file->path : slash + 1;
        printf("sha256 of the values   %s%s\n", shown->hash,
               run != NULL ? arena_format(arena, " (%s)", clean(arena, of)) : "");
    }
    if (run != NULL) {
        print_results(run);
        show_run_curves(arena, run, stdout);
        fflush(stdout); /* what follows takes a moment */
        show_mistakes(arena, run, file, shown->examples, shown->color, stdout);
    }
}

/* ---- JSON ---- */

static json_t *json_tensor(const NetTensor *tensor) {
    json_t *shape = json_array();
    for (int i = 0; i < tensor->rank; i++) {
        json_array_append_new(shape, json_integer(tensor->shape[i]));
    }
    return json_pack("{s:s, s:s, s:o, s:I}", "name", tensor->name, "type", net_type_name(tensor->type), "shape", shape,
                     "values", (json_int_t)net_tensor_elements(tensor));
}

static void json_put_run(Arena *arena, json_t *root, const Run *run) {
    json_put(root, "run", json_string(clean(arena, run->name)));
    json_put(root, "status", json_string(run->status));
    json_put(root, "result", run->result != NULL ? json_incref(run->result) : json_null());
}

static void print_json(Arena *arena, const Shown *shown) {
    const NetSafetensors *file = shown->file;
    json_t *network = shown->network;
    const Run *run = shown->run;
    json_t *root = json_object(), *metadata = json_object(), *tensors = json_array();
    for (size_t i = 0; i < file->metadata_count; i++) {
        if (network == NULL || !string_is(file->metadata[i].key, "network")) {
            json_put(metadata, file->metadata[i].key, json_string(file->metadata[i].value));
        }
    }
    for (size_t i = 0; i < file->count; i++) {
        json_array_append_new(tensors, json_tensor(&file->tensors[i]));
    }
    json_put(root, "file", json_string(clean(arena, file->path)));
    json_put(root, "metadata", metadata);
    json_put(root, "network", network != NULL ? json_incref(network) : json_null());
    json_put(root, "tensors", tensors);
    json_put(root, "weights_sha256", shown->hash[0] != '\0' ? json_string(shown->hash) : json_null());
    if (run != NULL) {
        json_put_run(arena, root, run);
    }
    json_print(root, 15, stdout);
}

/* ---- a run without weights ---- */

static bool has_epochs(Arena *arena, const Run *run) {
    RunLog log;
    run_log_read(arena, run, "epochs.csv", &log);
    return log.rows > 0;
}

/* What a run has logged that was killed, diverged or still goes on; `why` says so, and what brings weights. */
static void show_without_weights(Arena *arena, const Run *run, const char *why, bool json) {
    if (json) {
        json_t *root =
            json_pack("{s:n, s:{}, s:n, s:[], s:n}", "file", "metadata", "network", "tensors", "weights_sha256");
        json_put_run(arena, root, run);
        json_print(root, 15, stdout);
        return;
    }
    printf("%s\n\nrun             %s, %s\n", clean(arena, run->folder), clean(arena, run->name), run->status);
    print_results(run);
    show_run_curves(arena, run, stdout);
    fputs("\nweights\n  ", stdout);
    net_wrap(stdout, clean(arena, why), 2, 2, net_page_width(stdout));
    putchar('\n');
}

/* ---- all of it ---- */

static bool check_options(const Options *options, const char *path, int *status) {
    const struct {
        bool given;
        const char *option;
    } of_models[] = {{options->infer, "--infer"},
                     {options->pytorch, "--pytorch"},
                     {options->dot, "--dot"},
                     {options->gradients, "--gradients"},
                     {options->defines.count > 0, "-D"},
                     {options->sets.count > 0, "--set"},
                     {options->data_dir != NULL, "--data-dir"},
                     {options->warnings.count > 0, "-W"},
                     {options->diagnostics != NULL, "--diagnostics"},
                     {options->dumps.count > 0, "--dump"},
                     {options->stop_after != NULL, "--stop-after"},
                     {options->time, "--time"}};
    for (size_t i = 0; i < COUNT_OF(of_models); i++) {
        if (of_models[i].given) {
            *status = report_usage("show", "%s is about a model; %s holds weights", of_models[i].option, path);
            return false;
        }
    }
    return true;
}

/* The first .net file in a folder, by its name; NULL: there is none. */
static const char *first_model(Arena *arena, const char *folder) {
    const char *first = NULL;
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        const char *name = entry->d_name;
        if (net_path_ends(name, ".net") && name[0] != '.' && (first == NULL || strcmp(name, first) < 0)) {
            first = arena_copy(arena, name, strlen(name));
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    size_t length = strlen(folder);
    bool slash = length > 0 && folder[length - 1] == '/';
    return first == NULL ? NULL : arena_format(arena, "%s%s%s", folder, slash ? "" : "/", first);
}

/* The run that a word means, read; false after saying that it is several, or none. */
static bool find_run(Arena *arena, const char *word, Runs *runs) {
    char *folder = net_run_find(NET_RUN_DIR, word, NULL);
    if (folder == NULL) {
        return true;
    }
    bool good = runs_read(arena, folder, runs);
    free(folder);
    if (good && runs->count != 1) {
        const char *model = runs->count == 0 ? first_model(arena, word) : NULL;
        model != NULL
            ? report_environment("%s: is a folder of models, not a run; name one: 'netc show %s'", word,
                                 shell_word(arena, model))
            : report_environment(runs->count == 0
                                     ? "%s: is not a run: it has no config.json; 'netc runs' lists those in runs"
                                     : "%s: holds several runs; 'netc runs %s' lists them, name one",
                                 word, shell_word(arena, word));
        good = false;
    }
    return good;
}

int show_weights(Arena *arena, const Options *options, const char *path) {
    NetError error = {.status = NET_OK};
    NetSafetensors file;
    Runs runs = {0};
    int64_t examples;
    int status;
    if (!find_run(arena, path, &runs)) {
        runs_free(&runs);
        return STATUS_ENVIRONMENT;
    }
    if (!check_options(options, path, &status) || !show_mistakes_examples(options, &examples, &status)) {
        runs_free(&runs);
        return status;
    }
    if (options->examples != NULL && (runs.count != 1 || options->json)) {
        status = options->json ? report_usage("show", "--examples draws pictures, of which --json has none; keep one")
                               : report_usage("show", "--examples is about a run; %s holds weights alone", path);
        runs_free(&runs);
        return status;
    }
    char *found = net_weights_path(NET_RUN_DIR, runs.count == 1 ? runs.at[0].folder : path, &error);
    bool shown_without = found == NULL && runs.count == 1 && has_epochs(arena, &runs.at[0]);
    bool good = shown_without || (found != NULL && net_safetensors_read(found, &file, &error));
    free(found);
    if (shown_without) {
        show_without_weights(arena, &runs.at[0], error.text, options->json);
    } else if (good) {
        const char *described = net_safetensors_metadata(&file, "network");
        Shown shown = {.file = &file,
                       .run = runs.count == 1 ? &runs.at[0] : NULL,
                       .examples = examples,
                       .color = report_color(options, stdout)};
        shown.network = described != NULL ? json_loads(described, 0, NULL) : NULL;
        good = net_weights_hash(file.path, file.tensors, file.count, shown.hash, &error);
        if (good && options->json) {
            print_json(arena, &shown);
        } else if (good) {
            print_text(arena, &shown);
        }
        json_decref(shown.network);
        net_safetensors_free(&file);
    }
    runs_free(&runs);
    if (tools_interrupted() != 0) {
        return 128 + tools_interrupted();
    }
    return good ? STATUS_OK : report_environment("%s", error.text);
}
