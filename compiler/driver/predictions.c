#include "compiler/driver/predictions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/driver/examples.h"
#include "compiler/driver/link.h"
#include "runtime/data/pass.h"

enum { AT_ONCE = 256 };

static double count_of(const json_t *split, const char *part) {
    return json_number_value(json_object_get(split, part));
}

/* Opens it where the model says or, as --data-dir may have been given, in the folder that it was in then. */
static bool open_set(Arena *arena, NetDataRequest *request, const char *source, NetData *data, NetError *error) {
    struct stat info;
    NetError other;
    if (net_data_open(request, data, error)) {
        return true;
    }
    if (source == NULL || stat(source, &info) != 0) {
        return false;
    }
    const char *slash = S_ISDIR(info.st_mode) ? NULL : strrchr(source, '/');
    request->data_dir = slash == NULL ? source : arena_copy(arena, source, (size_t)(slash - source));
    return net_data_open(request, data, &other);
}

/* Opens the data that the run was trained on, in its parts, and finds the part to look at. */
static bool open_data(Arena *arena, const Run *run, Predictions *predictions) {
    NetError error = {.status = NET_OK};
    const json_t *settings = json_object_get(run->config, "settings"), *split = json_object_get(settings, "split");
    const char *hash = json_string_value(json_object_get(settings, "data_sha256"));
    const char *kind = json_string_value(json_object_get(settings, "data"));
    double test = count_of(split, "test"), validation = count_of(split, "validation");
    predictions->part = test > 0 ? NET_PART_TEST : NET_PART_VALIDATION;
    if (kind == NULL || (test <= 0 && validation <= 0)) {
        predictions->missing = "The run has no examples to test on: 'split test=0.1' or validation=0.1 in its train "
                               "block takes some off.";
        return false;
    }
    NetDataRequest request = examples_request(arena, predictions->model);
    json_t *options = (json_t *)(uintptr_t)request.options;
    request.options = string_is(kind, request.kind) ? options : NULL; /* not those of --data */
    request.kind = request.split_kind = kind;
    request.train = count_of(split, "train");
    request.validation = validation;
    request.test = test;
    const char *source = json_string_value(json_object_get(settings, "data_source"));
    bool good = open_set(arena, &request, source, &predictions->data, &error);
    predictions->data_dir = good ? request.data_dir : NULL;
    json_decref(options);
    if (!good) {
        predictions->missing = arena_format(arena, "%s", error.text);
    } else if (hash != NULL && !string_is(hash, net_data_hash(&predictions->data))) {
        predictions->missing =
            arena_format(arena, "The data in %s have changed since the run: their SHA-256 is another one.",
                         predictions->data.source);
        net_data_close(&predictions->data);
    }
    return predictions->missing == NULL;
}

/* The class of outputs: the first of the largest, or of one output on which side of 0.5 it is. */
static uint32_t class_of(const float *values, int64_t outputs) {
    uint32_t best = outputs == 1 ? values[0] > 0.5F : 0;
    for (int64_t i = 1; i < outputs; i++) {
        best = values[i] > values[best] ? (uint32_t)i : best;
    }
    return best;
}

static bool predict(Arena *arena, const Predictor *predictor, Predictions *predictions) {
    NetPass pass = {.part = predictions->part};
    int64_t inputs = predictions->data.row_elements, outputs = predictions->outputs,
            targets = predictions->data.targets;
    float *x = NEW_ARRAY(arena, float, AT_ONCE *inputs);
    void *workspace = arena_alloc(arena, (size_t)predictor->workspace, 1);
    for (int64_t first = 0; first < predictions->count; first += AT_ONCE) {
        int64_t rows = predictions->count - first < AT_ONCE ? predictions->count - first : AT_ONCE;
        for (int64_t i = 0; i < rows; i++) {
            NetRow row = net_pass_row(&predictions->data, &pass, first + i, NET_ROWS_F32, NULL, x + i * inputs);
            predictions->label[first + i] = row.label;
            if (predictions->targets != NULL) {
                memcpy(predictions->targets + (first + i) * targets, row.targets, (size_t)targets * sizeof(float));
            }
        }
        predictor->predict(x, predictions->values + first * outputs, rows, workspace);
        for (int64_t i = 0; i < rows; i++) {
            predictions->class_of[first + i] = class_of(predictions->values + (first + i) * outputs, outputs);
        }
        if (tools_interrupted() != 0) {
            return false;
        }
    }
    return true;
}

static void make_room(Arena *arena, Predictions *predictions) {
    NetPass pass = {.part = predictions->part};
    char count[NET_COUNT_TEXT];
    predictions->count = net_pass_rows(&predictions->data, &pass);
    predictions->outputs = shape_count(predictions->model->layers.at[predictions->model->layers.count - 1]->out);
    predictions->values = NEW_ARRAY(arena, float, predictions->count * predictions->outputs);
    predictions->label = NEW_ARRAY(arena, uint32_t, predictions->count);
    predictions->class_of = NEW_ARRAY(arena, uint32_t, predictions->count);
    predictions->targets = predictions->data.targets == predictions->outputs
                               ? NEW_ARRAY(arena, float, predictions->count * predictions->outputs)
                               : NULL;
    predictions->classes = predictions->targets == NULL ? model_classes(predictions->model) : 0;
    predictions->about =
        arena_format(arena, "%s %s examples of %s", net_count(count, (uint64_t)predictions->count),
                     predictions->part == NET_PART_TEST ? "test" : "validation", predictions->data.name);
}

void predictions_make(Arena *arena, const Run *run, Network *network, const char *weights, Predictions *predictions) {
    Predictor predictor = {.library = NULL};
    *predictions = (Predictions){.model = network->model, .missing = network->missing};
    if (network->model == NULL) {
        return;
    }
    bool open = open_data(arena, run, predictions);
    if (weights == NULL) {
        if (open) {
            net_data_close(&predictions->data);
        }
        predictions->missing = "The run has no weights yet.";
    }
    if (predictions->missing != NULL) {
        return;
    }
    if (predictions->part == NET_PART_TEST && predictions->data.part[NET_PART_TEST].count == 0) {
        predictions->part = NET_PART_VALIDATION;
    }
    make_room(arena, predictions);
    if (network_compile(arena, network, weights, &predictor, &predictions->missing) &&
        !predict(arena, &predictor, predictions)) {
        predictions->missing = "interrupted";
    }
    predictor_close(&predictor);
    if (predictions->missing != NULL) {
        net_data_close(&predictions->data);
    }
}

void predictions_free(Predictions *predictions) {
    if (predictions->missing == NULL) {
        net_data_close(&predictions->data);
    }
}

static int compare_mistakes(const void *a, const void *b) {
    const Mistake *left = a, *right = b;
    if (left->sure != right->sure) {
        return left->sure < right->sure ? 1 : -1;
    }
    return (left->example > right->example) - (left->example < right->example);
}

Mistakes predictions_mistakes(Arena *arena, const Predictions *predictions) {
    Mistakes mistakes = {0};
    for (int64_t i = 0; i < predictions->count; i++) {
        uint32_t said = predictions->class_of[i], label = predictions->label[i];
        if (said == label) {
            continue;
        }
        const float *values = predictions->values + i * predictions->outputs;
        bool one = predictions->outputs == 1;
        double sure = one ? fabs((double)values[0] - 0.5) : (double)values[said] - (double)values[label];
        vec_push(arena, &mistakes, ((Mistake){i, sure}));
    }
    if (mistakes.count > 0) {
        qsort(mistakes.at, mistakes.count, sizeof *mistakes.at, compare_mistakes);
    }
    return mistakes;
}

int64_t *predictions_confusion(Arena *arena, const Predictions *predictions) {
    int64_t n = predictions->classes, *count = NEW_ARRAY(arena, int64_t, n *n);
    for (int64_t i = 0; i < predictions->count; i++) {
        count[predictions->label[i] * n + predictions->class_of[i]]++;
    }
    return count;
}

const char *predictions_class(Arena *arena, const Predictions *predictions, int64_t class) {
    const char *const *names = predictions->data.class_names;
    return names != NULL && class < predictions->data.classes ? names[class]
                                                              : arena_format(arena, "%lld", (long long)class);
}

const char *predictions_output(Arena *arena, const Predictions *predictions, int64_t output) {
    const char *start = arena_format(arena, "target %lld ", (long long)output + 1); /* as net_columns_text has it */
    for (int64_t i = 0; i < predictions->data.columns; i++) {
        const char *column = predictions->data.column[i];
        if (strncmp(column, start, strlen(start)) == 0) {
            return column + strlen(start);
        }
    }
    return arena_format(arena, "output %lld", (long long)output);
}

void predictions_example(const Predictions *predictions, int64_t example, float *values) {
    NetPass pass = {.part = predictions->part};
    net_pass_row(&predictions->data, &pass, example, NET_ROWS_F32, NULL, values);
}
