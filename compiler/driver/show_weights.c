#include "compiler/driver/show_weights.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/utf8.h"
#include "compiler/driver/report.h"
#include "compiler/driver/runs.h"
#include "compiler/model/show.h"
#include "runtime/base/atomic.h"
#include "runtime/train/runs.h"
#include "runtime/train/weight_file.h"

static const char run_dir[] = "runs"; /* the trainers' own default */

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
    char *folder = net_run_find(run_dir, path, NULL);
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

static int columns_of(const char *text) {
    int columns = 0;
    for (; *text != '\0'; text++) {
        columns += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return columns;
}

static void print_padded(const char *text, int width) { printf("%s%*s", text, width - columns_of(text), ""); }

static void print_tensors(Arena *arena, const NetSafetensors *file) {
    int name = 6, shape = 5;
    int64_t total = 0;
    char count[NET_COUNT_TEXT];
    for (size_t i = 0; i < file->count; i++) {
        int width[] = {columns_of(clean(arena, file->tensors[i].name)), columns_of(shape_of(arena, &file->tensors[i]))};
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

/* Metadata that is told in other words. */
static bool is_told(const char *key) {
    static const char *const told[] = {"format", "name", "netc", "epoch", "network"};
    bool found = false;
    for (size_t k = 0; k < COUNT_OF(told); k++) {
        found = found || string_is(key, told[k]);
    }
    return found;
}

static bool tells_more(const NetSafetensors *file) {
    bool more = false;
    for (size_t i = 0; i < file->metadata_count; i++) {
        more = more || !is_told(file->metadata[i].key);
    }
    return more;
}

static void print_metadata(Arena *arena, const NetSafetensors *file) {
    enum { SHOWN = 100 };
    for (size_t i = 0; i < file->metadata_count; i++) {
        const NetPair *pair = &file->metadata[i];
        if (!is_told(pair->key)) {
            bool cut = strlen(pair->value) > SHOWN;
            printf("%-15s %s%s\n", clean(arena, pair->key),
                   utf8_clean(arena, pair->value, cut ? SHOWN : strlen(pair->value)), cut ? "..." : "");
        }
    }
}

static void print_results(const Run *run) {
    puts("\nresults of the run");
    for (size_t i = 0; i < run->figures.count; i++) {
        const Field *field = &run->figures.at[i];
        if (strstr(field->name, "test_") != NULL || strstr(field->name, "validation_") != NULL ||
            strstr(field->name, "epoch") != NULL) {
            printf("  %-26s %.6g\n", field->name, field->number);
        }
    }
}

static void print_text(Arena *arena, const NetSafetensors *file, const json_t *network, const Run *run) {
    char epoch[NET_WEIGHTS_EPOCH];
    const char *name = net_safetensors_metadata(file, "name"), *netc = net_safetensors_metadata(file, "netc");
    printf("%s\n%s", clean(arena, file->path), netc != NULL || run != NULL || tells_more(file) ? "\n" : "");
    if (netc != NULL) {
        printf("network         %s%s, written by netc %s\n", clean(arena, name != NULL ? name : "?"),
               net_weights_epoch(file, epoch), clean(arena, netc));
    }
    if (run != NULL) {
        printf("run             %s, %s\n", run->name, run->status);
    }
    print_metadata(arena, file);
    print_network(arena, network);
    print_tensors(arena, file);
    if (run != NULL) {
        print_results(run);
    }
}

/* ---- JSON ---- */

static void put(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, value) != 0) {
        out_of_memory();
    }
}

static json_t *json_tensor(const NetTensor *tensor) {
    json_t *shape = json_array();
    for (int i = 0; i < tensor->rank; i++) {
        json_array_append_new(shape, json_integer(tensor->shape[i]));
    }
    return json_pack("{s:s, s:s, s:o, s:I}", "name", tensor->name, "type", net_type_name(tensor->type), "shape", shape,
                     "values", (json_int_t)net_tensor_elements(tensor));
}

static void print_json(Arena *arena, const NetSafetensors *file, json_t *network, const Run *run) {
    json_t *root = json_object(), *metadata = json_object(), *tensors = json_array();
    for (size_t i = 0; i < file->metadata_count; i++) {
        if (!string_is(file->metadata[i].key, "network")) {
            put(metadata, file->metadata[i].key, json_string(file->metadata[i].value));
        }
    }
    for (size_t i = 0; i < file->count; i++) {
        json_array_append_new(tensors, json_tensor(&file->tensors[i]));
    }
    put(root, "file", json_string(clean(arena, file->path)));
    put(root, "metadata", metadata);
    put(root, "network", network != NULL ? json_incref(network) : json_null());
    put(root, "tensors", tensors);
    if (run != NULL) {
        put(root, "run", json_string(clean(arena, run->name)));
        put(root, "status", json_string(run->status));
        put(root, "result", run->result != NULL ? json_incref(run->result) : json_null());
    }
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    if (text == NULL) {
        out_of_memory();
    }
    puts(text);
    free(text);
    json_decref(root);
}

/* ---- all of it ---- */

static bool check_options(const Options *options, const char *path, int *status) {
    const char *form = options->infer ? "--infer" : options->pytorch ? "--pytorch" : options->dot ? "--dot" : NULL;
    if (form != NULL) {
        *status = report_usage("show", "%s is about a model; %s holds weights", form, path);
    }
    return form == NULL;
}

/* The run that a word means, read; false after saying that it is several, or none. */
static bool find_run(Arena *arena, const char *word, Runs *runs) {
    char *folder = net_run_find(run_dir, word, NULL);
    if (folder == NULL) {
        return true;
    }
    bool good = runs_read(arena, folder, runs);
    free(folder);
    if (good && runs->count != 1) {
        report_environment(runs->count == 0 ? "%s: is not a run: it has no config.json; 'netc runs' lists those in runs"
                                            : "%s: holds several runs; 'netc runs %s' lists them, name one",
                           word, word);
        good = false;
    }
    return good;
}

int show_weights(Arena *arena, const Options *options, const char *path) {
    NetError error = {.status = NET_OK};
    NetSafetensors file;
    Runs runs = {0};
    int status;
    if (!check_options(options, path, &status)) {
        return status;
    }
    if (!find_run(arena, path, &runs)) {
        runs_free(&runs);
        return STATUS_ENVIRONMENT;
    }
    char *found = net_weights_path(run_dir, runs.count == 1 ? runs.at[0].folder : path, &error);
    bool good = found != NULL && net_safetensors_read(found, &file, &error);
    free(found);
    if (good) {
        const char *described = net_safetensors_metadata(&file, "network");
        json_t *network = described != NULL ? json_loads(described, 0, NULL) : NULL;
        const Run *run = runs.count == 1 ? &runs.at[0] : NULL;
        if (options->json) {
            print_json(arena, &file, network, run);
        } else {
            print_text(arena, &file, network, run);
        }
        json_decref(network);
        net_safetensors_free(&file);
    }
    runs_free(&runs);
    return good ? STATUS_OK : report_environment("%s", error.text);
}
