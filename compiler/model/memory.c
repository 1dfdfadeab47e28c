#include "compiler/model/memory.h"

#include "compiler/model/layer.h"
#include "compiler/model/settings.h"
#include "compiler/tensor/tensor.h"
#include "runtime/abi.h"
#include "runtime/data/loader.h"
#include "runtime/data/sets.h"

enum { FLOAT = 4, DOUBLE = 8, COUNTED = 16 /* a value and its gradient in the log, in double */ };

static int64_t plus(int64_t a, int64_t b) {
    int64_t sum;
    return size_add(a, b, &sum) ? sum : INT64_MAX;
}

static int64_t times(int64_t a, int64_t b) {
    int64_t product;
    return size_mul(a, b, &product) ? product : INT64_MAX;
}

static bool is_owned(const Stored *stored) { return stored_count(stored) > OWNED_ABOVE; }

/* What logs sum up of matrices that kernels have by columns is copied first: the matrix, its gradient, and what a step
 * makes of them. Later it is decided which they have so: of dense layers, in batches that do not fill a chunk. */
static int64_t logged_copies(const Settings *settings, const Stored *stored) {
    const int64_t batch = (int64_t)settings_number(settings, "batch");
    const bool logged = settings_log(settings, NET_SUBJECT_GRADIENTS).on && batch > 0 && batch < NET_LANES;
    const bool columns = stored->rank > 1 && stored->dim[0] >= NET_LANES && !weights_are_many(stored_count(stored), 0);
    return logged && columns && stored_is_parameter(stored) ? times(3, stored_count(stored)) : 0;
}

/* A large tensor's gradient goes into the step as it is summed: it is stored to be logged or measured (clip), and where
 * the step changes more than the tensor. Rows that are bounded are stored as the step leaves them, too. */
static int64_t gradient_size(const Settings *settings, const Stored *stored) {
    bool alone = stored->moments.count == 0 && !stored->average;
    bool measured = settings_log(settings, NET_SUBJECT_GRADIENTS).on || settings_log(settings, NET_SUBJECT_STEPS).on ||
                    settings_log(settings, NET_SUBJECT_HISTOGRAMS).on || settings_number(settings, "clip_norm") != 0;
    bool kept = !alone || measured;
    bool bounded = stored->decays && settings_number(settings, "max_norm") != 0;
    if (!stored->trained) return 0;
    const int64_t copies = times(stored_count(stored), (is_owned(stored) ? kept : NET_SLOTS) + bounded);
    return plus(copies, logged_copies(settings, stored));
}

/* The examples an epoch trains on and all that are loaded; 0 when only the files tell. */
static void count_examples(const Settings *settings, int64_t *train, int64_t *all) {
    const NetDataSet *set = net_data_set(settings->data_kind);
    *train = set ? set->train_count : 0;
    *all = set ? set->train_count + set->test_count : 0;
    if (settings->split_train >= 1 && settings->split_train < 1e18) *train = (int64_t)settings->split_train;
}

static int64_t probed_examples(const Settings *settings) {
    int64_t train, all, probe = settings_probe(settings);
    count_examples(settings, &train, &all);
    return probe < train || train == 0 ? probe : train;
}

/* Images of the largest batch that gradients are made of. */
static int64_t gradient_batch(const Model *model) {
    const Settings *settings = &model->settings;
    int64_t train, all, batch = (int64_t)settings_number(settings, "batch");
    count_examples(settings, &train, &all);
    int64_t largest = batch > 0 && (train == 0 || batch < train) ? batch : train;
    int64_t probe = probed_examples(settings);
    if (probe > largest) largest = probe;
    return plus(largest, NET_LANES - 1) / NET_LANES * NET_LANES;
}

/* Of one image: all that the layer reads. */
static int64_t values_read(const Layer *layer) {
    int64_t sum = 0;
    for (size_t i = 0; i < layer->from.count; i++) sum = plus(sum, shape_count(layer->from.at[i]->out));
    return sum;
}

/* Floats of one image in a worker's scratch: a layer with parameters needs its output, the derivative of the cost by
 * it and a copy of what it reads; any other its output. */
static int64_t chunk_values(const Layer *layer) {
    int64_t out = shape_count(layer->out);
    return layer_parameters(layer) > 0 ? plus(times(2, out), values_read(layer)) : out;
}

static bool has_many_weights(const Layer *layer) {
    for (size_t i = 0; i < layer->stored.count; i++)
        if (weights_are_many(stored_count(layer->stored.at[i]), plus(values_read(layer), shape_count(layer->out))))
            return true;
    return false;
}

static bool waits_for_batch(const Layer *layer) { return layer->normalised || has_many_weights(layer); }

typedef struct {
    int64_t batch, gradient_batch; /* images of the largest batch; of those that gradients are made of */
    int64_t row_bytes;
    int threads, copies; /* of what weights files keep */
    const Settings *settings;
    int last_waiting; /* the last layer that normalises over the batch, or is made of all its images; -1: none is */
} Frame;

/* Floats of one image that wait for the whole batch: both factors of a large gradient; and where a layer normalises or
 * has many weights, all values up to it, for the way back, and what comes back to the layer itself. */
static int64_t batch_values(const Layer *layer, const Frame *frame) {
    bool waits = false;
    for (size_t i = 0; i < layer->stored.count; i++)
        waits = waits || (layer->stored.at[i]->trained && is_owned(layer->stored.at[i]));
    int64_t out = shape_count(layer->out), factors = waits ? plus(values_read(layer), out) : 0;
    int64_t kept = layer->index <= frame->last_waiting ? times(out, waits_for_batch(layer) ? 2 : 1) : 0;
    return factors > kept ? factors : kept;
}

/* The weights that are trained, the best ones, and those of all networks that answer together: as they are scored, and
 * as their file has them. */
static int weight_copies(const Settings *settings) {
    int own = settings->split_validation > 0 ? 2 : 1;
    return settings->members > 1 ? own + 2 * (int)settings->members : own;
}

/* What log spectrum takes: of each layer the gradients of all outputs, as floats, and one matrix, in double. */
static int64_t spectrum_bytes(const Model *model) {
    int64_t bytes = 0, matrix = 0, outputs = shape_count(model->layers.at[model->layers.count - 1]->out);
    int64_t rows = plus(outputs, NET_LANES - 1) / NET_LANES * NET_LANES;
    for (size_t i = 1; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        int64_t values = shape_count(layer->out), jacobian = times(values, outputs), weights = layer_parameters(layer);
        int64_t largest = jacobian > weights ? jacobian : weights;
        bytes = plus(bytes, times(times(values, rows), FLOAT));
        matrix = largest > matrix ? largest : matrix;
    }
    return plus(bytes, times(matrix, DOUBLE));
}

static Frame frame_of(const Model *model, int threads) {
    int64_t element = model->bytes_input ? 1 : FLOAT, batch = gradient_batch(model);
    int last = (int)model->layers.count - 1;
    while (last >= 0 && !waits_for_batch(model->layers.at[last])) last--;
    return (Frame){.gradient_batch = batch,
                   .batch = batch > NET_EVAL_BATCH ? batch : NET_EVAL_BATCH,
                   .last_waiting = last,
                   .row_bytes = times(shape_count(model->layers.at[0]->out), element),
                   .threads = threads,
                   .settings = &model->settings,
                   .copies = weight_copies(&model->settings)};
}

static void add_layer(Memory *memory, const Layer *layer, const Frame *frame) {
    for (size_t i = 0; i < layer->stored.count; i++) {
        const Stored *stored = layer->stored.at[i];
        int copies = stored->kept || stored_is_parameter(stored) ? frame->copies : 1;
        memory->weights = plus(memory->weights, times(stored_count(stored), FLOAT * copies));
        memory->gradients = plus(memory->gradients, times(gradient_size(frame->settings, stored), FLOAT));
        if (stored_is_parameter(stored) && settings_log(frame->settings, NET_SUBJECT_HISTOGRAMS).on)
            memory->gradients = plus(memory->gradients, times(stored_count(stored), COUNTED));
    }
    int64_t values = times(times(chunk_values(layer), NET_LANES * FLOAT), frame->threads);
    if (layer->index > frame->last_waiting) {
        memory->values = plus(memory->values, values);
    } else if (values > memory->values) { /* what is kept waits in the batch: a level's layers have scratch by turns */
        memory->values = values;
    }
    memory->batch = plus(memory->batch, times(times(batch_values(layer, frame), FLOAT), frame->gradient_batch));
}

static void add_up(Memory *memory) {
    int64_t total = plus(memory->weights, memory->gradients);
    memory->total = plus(plus(total, memory->values), plus(memory->batch, memory->data));
}

Memory model_memory(const Model *model, int threads) {
    Memory memory = {0};
    Frame frame = frame_of(model, threads);
    for (size_t i = 0; i < model->layers.count; i++) add_layer(&memory, model->layers.at[i], &frame);
    int64_t row = plus(frame.row_bytes, 2 * FLOAT); /* with label and number */
    memory.batch = plus(memory.batch, times(times(row, NET_LOADER_SLOTS), frame.batch));
    memory.batch = plus(memory.batch, times(row, probed_examples(&model->settings)));
    if (settings_log(&model->settings, NET_SUBJECT_SPECTRUM).on)
        memory.batch = plus(memory.batch, spectrum_bytes(model));
    int64_t train, all;
    count_examples(&model->settings, &train, &all);
    memory.data = times(all, plus(frame.row_bytes, FLOAT));
    add_up(&memory);
    return memory;
}

const char *bytes_text(Arena *arena, int64_t bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double size = (double)bytes;
    size_t unit = 0;
    while (size >= 1024 && unit + 1 < COUNT_OF(units)) {
        size /= 1024;
        unit++;
    }
    return arena_format(arena, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

/* The layer that takes most; *memory is what it takes. */
static const Layer *largest_layer(const Model *model, const Frame *frame, Memory *memory) {
    const Layer *largest = model->layers.at[0];
    *memory = (Memory){0};
    for (size_t i = 0; i < model->layers.count; i++) {
        Memory one = {0};
        add_layer(&one, model->layers.at[i], frame);
        add_up(&one);
        if (one.total <= memory->total) continue;
        largest = model->layers.at[i];
        *memory = one;
    }
    return largest;
}

bool model_check_memory(const Model *model, int threads, int64_t limit, Diags *diags) {
    Memory need = model_memory(model, threads);
    if (need.total <= limit) return true;
    Frame frame = frame_of(model, threads);
    Memory most;
    const Layer *layer = largest_layer(model, &frame, &most);
    Arena *arena = diags->arena;
    Diag *diag = diag_report(diags, layer->at, "too-much-memory",
                             "training '%s' would take some %s of memory, and there is %s; '%s' alone takes %s",
                             model->name, bytes_text(arena, need.total), bytes_text(arena, limit), layer->name,
                             bytes_text(arena, most.total));
    diag_note(diags, diag, "weights %s, gradients %s, values of 16 images %s for each of %d thread%s",
              bytes_text(arena, need.weights), bytes_text(arena, need.gradients),
              bytes_text(arena, need.values / threads), threads, threads == 1 ? "" : "s");
    diag_note(diags, diag, "batches of %lld images %s, data %s", (long long)frame.batch, bytes_text(arena, need.batch),
              bytes_text(arena, need.data));
    int64_t tensors = need.weights + need.gradients;
    diag_help(diags, diag, "%s, or give another limit with --memory",
              tensors >= need.values && tensors >= need.batch ? "make the layers smaller"
              : need.batch >= need.values                     ? "make the batch smaller"
                                                              : "make the maps smaller, with a stride or a pool");
    return false;
}
