/* The matrices of log spectrum: the network's weights, and the Jacobians of its last weighted inputs by what each layer
 * gives, at the first examples of the probe.
 *
 * The program `jacobian` leaves of each image the gradients of the one output that its label names. An example taken as
 * often as there are outputs, each time with the next label, is all rows of its Jacobians. */
#include <stdlib.h>
#include <string.h>

#include "runtime/train/param.h"
#include "runtime/train/trainer.h"

/* A batch of one example. */
typedef struct {
    NetBatch batch;
    char *input;
    uint32_t *label, *item;
    size_t row; /* bytes of an example */
} Repeated;

static bool open_repeated(const NetTrainer *trainer, Repeated *repeated, NetError *error) {
    const NetModel *model = trainer->model;
    size_t rows = (size_t)net_chunks(model->outputs) * NET_LANES;
    *repeated = (Repeated){.row = (size_t)model->input_size * (model->input_bytes ? 1 : sizeof(float))};
    repeated->input = net_alloc(rows, repeated->row, error);
    repeated->label = repeated->input != NULL ? net_alloc(rows, sizeof *repeated->label, error) : NULL;
    repeated->item = repeated->label != NULL ? net_alloc(rows, sizeof *repeated->item, error) : NULL;
    for (int64_t k = 0; repeated->item != NULL && k < model->outputs; k++) {
        repeated->label[k] = (uint32_t)k;
    }
    repeated->batch =
        (NetBatch){.input = repeated->input, .label = repeated->label, .item = repeated->item, .n = model->outputs};
    return repeated->item != NULL;
}

static void close_repeated(const Repeated *repeated) {
    free(repeated->input);
    free(repeated->label);
    free(repeated->item);
}

static void repeat(Repeated *repeated, const NetBatch *probe, int64_t example) {
    for (int64_t k = 0; k < repeated->batch.n; k++) {
        memcpy(repeated->input + (size_t)k * repeated->row,
               (const char *)probe->input + (size_t)example * repeated->row, repeated->row);
    }
}

/* The matrices of a weight, whose values are given. */
static bool take_matrices(NetTrainer *trainer, int row, const float *values, NetError *error) {
    double *matrix = net_spectrum_matrix(trainer->spectrum);
    const NetSpectrumRow *of = net_spectrum_row(trainer->spectrum, row);
    int64_t size = of->rows * of->columns;
    bool ok = true;
    for (int64_t m = 0; m < of->matrices && ok; m++) {
        for (int64_t k = 0; k < size; k++) {
            matrix[k] = (double)values[m * size + k];
        }
        ok = net_spectrum_take(trainer->spectrum, row, m, error);
    }
    return ok;
}

static bool take_weights(NetTrainer *trainer, NetError *error) {
    bool ok = true;
    for (int i = 0; i < net_spectrum_rows(trainer->spectrum) && ok; i++) {
        const NetParam *weight = net_spectrum_row(trainer->spectrum, i)->weight;
        if (weight != NULL) {
            const float *values = net_param_open(weight, net_trainer_buffer(trainer, weight), error);
            ok = values != NULL && take_matrices(trainer, i, values, error);
            net_param_close(weight, values);
        }
    }
    return ok;
}

/* Of an example, whose gradients lie in `values`. */
static bool take_jacobians(NetTrainer *trainer, int64_t example, NetError *error) {
    int64_t width = trainer->model->jacobian.batch_chunk / NET_LANES;
    double *matrix = net_spectrum_matrix(trainer->spectrum);
    for (int i = 0; i < net_spectrum_rows(trainer->spectrum); i++) {
        const NetSpectrumRow *row = net_spectrum_row(trainer->spectrum, i);
        if (row->entry == NULL) {
            continue;
        }
        for (int64_t k = 0; k < row->rows; k++) {
            const float *values = trainer->values + k * width + row->entry->at;
            for (int64_t c = 0; c < row->columns; c++) {
                matrix[k * row->columns + c] = (double)values[c];
            }
        }
        if (!net_spectrum_take(trainer->spectrum, i, example, error)) {
            return false;
        }
    }
    return true;
}

int64_t net_trainer_jacobians(const NetTrainer *trainer) {
    int64_t examples = trainer->probe->n;
    return examples < NET_JACOBIAN_EXAMPLES ? examples : NET_JACOBIAN_EXAMPLES;
}

bool net_trainer_spectrum(NetTrainer *trainer, NetError *error) {
    const NetProgram *program = &trainer->model->jacobian;
    Repeated repeated = {.row = 0};
    bool good = take_weights(trainer, error) && (!program->present || open_repeated(trainer, &repeated, error));
    for (int64_t i = 0; good && program->present && i < net_trainer_jacobians(trainer); i++) {
        repeat(&repeated, trainer->probe, i);
        net_trainer_run(trainer, program, &repeated.batch);
        good = take_jacobians(trainer, i, error);
    }
    close_repeated(&repeated);
    return good && net_spectrum_write(trainer->spectrum, trainer->place.step, &trainer->csv, error);
}
