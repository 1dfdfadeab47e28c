/* main() of an inference binary: linked with one compiled network (predictor.h).
 *
 * Files are read, predicted and printed in order, a batch at a time; the first that cannot be read ends the program.
 * An IDX label file right behind a file of images is about those. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/processor.h"
#include "runtime/base/signals.h"
#include "runtime/base/streams.h"
#include "runtime/base/wrap.h"
#include "runtime/data/images.h"
#include "runtime/data/label_file.h"
#include "runtime/data/picture.h"
#include "runtime/infer/notes.h"
#include "runtime/infer/options.h"
#include "runtime/infer/predictor.h"
#include "runtime/infer/results.h"

enum { BATCH = 256, LEAST_BATCH = 16, BATCH_BYTES = 4 << 20 };

typedef struct {
    const NetNetwork *network;
    const NetInferOptions *options;
    NetResults results;
    NetNotes notes;
    NetLabels labels; /* without a path: there are none */
    float *wanted;    /* numbers in their place; labels.count is how many images have them */
    int64_t labelled; /* images that have got theirs */
    int64_t room;     /* images that x and y hold */
    float *x, *y;
    void *workspace;
    NetColumns columns; /* of tables */
    NetClassNames names;
} Program;

/* ---- memory ---- */

/* Images of a batch: as many as should be in memory at a time. */
static int64_t batch_size(const NetNetwork *network) {
    int64_t most = BATCH_BYTES / (network->input.count * (int64_t)sizeof(float));
    return most > BATCH ? BATCH : most < LEAST_BATCH ? LEAST_BATCH : most;
}

/* A single image takes little; a batch takes its memory when the first file with many images comes. */
static bool reserve(Program *program, int64_t images, NetError *error) {
    if (program->room >= images) return true;
    size_t inputs, outputs;
    free(program->x);
    free(program->y);
    program->x = program->y = NULL;
    if (!net_multiply((size_t)images, (size_t)program->network->input.count, &inputs) ||
        !net_multiply((size_t)images, (size_t)program->network->outputs, &outputs))
        return net_fail(error, NET_ENVIRONMENT, "out of memory");
    program->x = net_alloc(inputs, sizeof *program->x, error);
    program->y = program->x != NULL ? net_alloc(outputs, sizeof *program->y, error) : NULL;
    program->room = images;
    return program->y != NULL;
}

/* ---- labels ---- */

/* Whether there are labels for so many images, and when these are all, no others. */
static bool check_labels(const Program *program, int64_t images, bool all, NetError *error) {
    const NetLabels *labels = &program->labels;
    bool enough = labels->path == NULL || (all ? images == labels->count : images <= labels->count);
    return enough || net_labels_count(labels->path, labels->count, images, error);
}

static bool read_labels(Program *program, const char *path, NetError *error) {
    const NetNetwork *network = program->network;
    const NetLabelForm form = {.source = {.path = path},
                               .classes = {.count = network->classes, .outputs = network->outputs},
                               .input = &network->input};
    if (network->compared == NET_COMPARED_CLASSES) return net_labels_read(&program->labels, &form, error);
    program->labels = (NetLabels){.path = path};
    return net_targets_read(&form, network->outputs, &program->wanted, &program->labels.count, error);
}

static void free_labels(Program *program) {
    net_labels_free(&program->labels);
    free(program->wanted);
    program->wanted = NULL;
    program->labels.path = NULL;
}

/* The labels of the file at `at`: the next one may hold them. */
static bool find_labels(Program *program, int at, bool *paired, NetError *error) {
    const NetInferOptions *options = program->options;
    const NetNetwork *network = program->network;
    *paired = options->labels == NULL && !options->raw && at + 1 < options->file_count &&
              net_labels_file(options->files[at + 1]);
    if (!*paired) return true;
    const char *path = options->files[at + 1];
    if (!net_network_is_compared(network))
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is a label file, and the outputs of '%s' are no classes [no-classes]", path, network->name);
    program->labelled = 0;
    return read_labels(program, path, error);
}

/* ---- files ---- */

/* The outputs of so many images, which are those of the one network; all that is printed, written and counted is made
 * of them. */
static void find_outputs(Program *program, int64_t count) {
    if (count == 1)
        net_predict(program->x, program->y, program->workspace);
    else
        net_predict_batch(program->x, program->y, count, program->workspace);
}

/* Whether rows of a table are compared with what it says of them. With --all they are looked at one by one. */
static bool scores_table(const Program *program, const NetImages *images) {
    return images->tabular != NULL && images->table.places.targets && net_network_is_compared(program->network) &&
           !program->options->all;
}

/* The targets of a table are those of the network. */
static bool check_table(const Program *program, const NetImages *images, NetError *error) {
    const NetNetwork *network = program->network;
    if (!scores_table(program, images)) return true;
    if (program->options->labels != NULL)
        return net_fail(error, NET_USAGE, "labels are given twice, by --labels %s and by a column of %s; keep one",
                        program->options->labels, images->stream.path);
    size_t wanted = network->compared == NET_COMPARED_CLASSES ? 1 : (size_t)network->outputs;
    return program->columns.targets == wanted ||
           net_fail(error, NET_ENVIRONMENT, "this binary is damaged: its table cannot be [selftest-failed]");
}

static bool predict_batch(Program *program, const char *path, const NetImages *images, int64_t count, NetError *error) {
    const NetLabels *labels = &program->labels;
    if (!check_labels(program, program->labelled + count, false, error)) return false;
    find_outputs(program, count);
    NetResultRows rows = {
        .path = path,
        .one = images->one,
        .first = images->done - count,
        .count = count,
        .outputs = program->y,
        .labels = labels->at != NULL ? labels->at + program->labelled : NULL,
        .wanted = program->wanted != NULL ? program->wanted + program->labelled * program->network->outputs : NULL};
    if (scores_table(program, images)) {
        bool classes = program->network->compared == NET_COMPARED_CLASSES;
        rows.labels = classes ? images->label : NULL;
        rows.wanted = classes ? NULL : images->value;
    }
    program->labelled += count;
    net_notes_add(&program->notes, &rows, program->x);
    return net_results_add(&program->results, &rows, error);
}

static bool predict_images(Program *program, const char *path, NetImages *images, bool last, NetError *error) {
    int64_t batch = batch_size(program->network);
    if (images->count >= 0 && !check_labels(program, program->labelled + images->count, last, error)) return false;
    if (!reserve(program, images->count >= 0 && images->count < batch ? images->count : batch, error)) return false;
    for (;;) {
        int64_t got;
        if (net_signals_pending() != 0) return false;
        if (!net_images_next(images, program->x, program->room, &got, error)) return false;
        if (got == 0) return true;
        if (!predict_batch(program, path, images, got, error)) return false;
    }
}

/* Of images that have another size, what makes them fit. Always false. */
static bool advise_size(const Program *program, const NetImages *images, NetError *error) {
    static const char kind[] = " [image-size]";
    size_t length = strlen(error->text), end = sizeof kind - 1;
    bool size = length > end && strcmp(error->text + length - end, kind) == 0;
    if (!size || program->options->like_mnist || !net_network_learned_digits(program->network)) return false;
    if (!net_images_could_fit(images)) return false;
    error->text[length - end] = '\0';
    return net_fail(error, error->status, "%s; --like-mnist makes it fit%s", error->text, kind);
}

/* The file at `at`, with its labels; *at is then the next one. */
static bool predict_file(Program *program, int *at, NetError *error) {
    const NetInferOptions *options = program->options;
    const char *path = options->files[*at];
    NetImages images;
    bool paired;
    const NetNetwork *network = program->network;
    const NetImagesTable table = {.form = {.separator = network->separator, .header = network->header},
                                  .columns = &program->columns,
                                  .classes = {.count = network->classes, .outputs = network->outputs},
                                  .names = &program->names};
    const NetImagesForm form = {
        .source = {.path = path}, .raw = options->raw, .like_mnist = options->like_mnist, .table = &table};
    if (!net_images_open(&images, &form, &network->input, error)) return advise_size(program, &images, error);
    bool ok = check_table(program, &images, error) && find_labels(program, *at, &paired, error) &&
              predict_images(program, path, &images, paired || *at + 1 == options->file_count, error);
    if (!ok && images.format != NULL && images.format->begin == NULL)
        net_picture_count_others((char *const *)options->files + *at + 1, options->file_count - *at - 1, images.input,
                                 error);
    net_images_close(&images);
    if (!ok) return advise_size(program, &images, error);
    *at += paired ? 2 : 1;
    if (!paired) return true;
    ok = check_labels(program, program->labelled, true, error);
    free_labels(program);
    return ok;
}

/* What cells of tables can be: classes by their names, where these are more than their numbers. */
static bool begin_tables(Program *program, NetError *error) {
    const NetNetwork *network = program->network;
    bool numbers = true;
    char number[NET_COUNT_TEXT];
    for (int64_t i = 0; numbers && i < network->classes; i++) {
        snprintf(number, sizeof number, "%lld", (long long)i);
        numbers = strcmp(network->class_names[i], number) == 0;
    }
    for (int64_t i = 0; !numbers && i < network->classes; i++) {
        const char *name = network->class_names[i];
        if (!net_class_names_add(&program->names, name, strlen(name), 0, error)) return false;
    }
    return net_network_columns(network, &program->columns, error);
}

/* A table brings its targets with it. */
static bool check_own_labels(const Program *program, NetError *error) {
    const NetInferOptions *options = program->options;
    bool own = false;
    for (int i = 0; options->labels != NULL && i < options->file_count; i++)
        own = own || strcmp(options->files[i], options->labels) == 0;
    if (!own || program->columns.targets == 0) return true;
    return net_fail(error, NET_USAGE,
                    "--labels %s: that is the file of inputs, whose column of targets is compared by itself; leave "
                    "--labels out",
                    options->labels);
}

static bool predict_files(Program *program, NetError *error) {
    const NetInferOptions *options = program->options;
    if (!begin_tables(program, error) || !check_own_labels(program, error)) return false;
    if (options->labels != NULL && !read_labels(program, options->labels, error)) return false;
    program->workspace = net_alloc(program->network->workspace, 1, error);
    if (program->workspace == NULL) return false;
    for (int at = 0; at < options->file_count;) {
        if (!predict_file(program, &at, error)) return false;
    }
    if (!check_labels(program, program->labelled, true, error)) return false;
    bool ok = net_results_end(&program->results, error);
    net_notes_print(&program->notes);
    return ok;
}

/* ---- the program ---- */

static bool selftest(const NetNetwork *network, const NetInferOptions *options, NetError *error) {
    if (net_predict_selftest() != 0)
        return net_fail(error, NET_ENVIRONMENT,
                        "selftest: the stored image of '%s' does not give its stored outputs; the binary is damaged, "
                        "or this processor computes wrongly [selftest-failed]",
                        network->name);
    if (!options->quiet) printf("%s: the stored image gives its stored outputs\n", network->name);
    return true;
}

static bool run(const NetNetwork *network, const NetInferOptions *options, NetError *error) {
    if (options->help)
        net_infer_print_help(options, network);
    else if (options->version)
        net_infer_print_version(network);
    if (options->help || options->version) return true;
    if (!net_processor_check(net_predict_processor, error)) return false;
    if (options->selftest) return selftest(network, options, error);
    Program program = {.network = network, .options = options};
    if (options->output != NULL) net_signals_install(false); /* so that the file begun is removed */
    if (!net_results_begin(&program.results, network, options, error)) return false;
    bool ok = net_notes_begin(&program.notes, network, options, error) && predict_files(&program, error);
    net_results_close(&program.results);
    net_notes_free(&program.notes);
    free_labels(&program);
    net_columns_free(&program.columns);
    net_class_names_free(&program.names);
    free(program.workspace);
    free(program.x);
    free(program.y);
    return ok;
}

int main(int argc, char **argv) {
    NetNetwork network;
    NetInferOptions options = {.program = net_infer_program(argc, argv)};
    NetError error = {0};
    net_streams_open();
    bool ok = net_network_open(&network, &error) && net_infer_options_parse(argc, argv, &network, &options, &error) &&
              run(&network, &options, &error);
    if (ok) ok = net_streams_close(&error);
    if (!ok && net_signals_pending() == 0) net_print_message(stderr, options.program, "%s", error.text);
    net_infer_options_free(&options);
    net_network_close(&network);
    return net_signals_pending() != 0 && !ok ? 128 + net_signals_pending() : ok ? NET_OK : error.status;
}
