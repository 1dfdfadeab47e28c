#include "runtime/log/spectrum.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/lapack.h"
#include "runtime/base/safetensors.h"
#include "runtime/base/singular.h"

static const char file_name[] = "spectrum.safetensors";
static const char step_name[] = "step";

struct NetSpectrum {
    const NetModel *model;
    NetSpectrumRow *row;
    int rows;
    double *matrix, *values; /* one matrix; the values of all rows at this time, `width` of them */
    int64_t width;
    bool full;
    int64_t times, room; /* kept so far, and room for */
    int64_t *step;       /* of each time */
    double *kept;        /* [times][width] */
};

static int64_t least(const NetSpectrumRow *row) { return row->rows < row->columns ? row->rows : row->columns; }

static int64_t count_of(const NetSpectrumRow *row) { return row->matrices * least(row); }

static const char *of_name(const NetSpectrumRow *row) { return row->weight != NULL ? "weight" : "jacobian"; }

/* The layer's weight, if that is a linear map; tensors are named LAYER.PART. */
static const NetParam *weight_of(const NetModel *model, int layer) {
    const char *name = model->layer[layer].name;
    size_t length = strlen(name);
    for (int i = 0; i < model->tensors; i++) {
        const NetParam *param = &model->tensor[i];
        if (param->matrices > 0 && strncmp(param->name, name, length) == 0 && param->name[length] == '.') {
            return param;
        }
    }
    return NULL;
}

static void list_rows(NetSpectrum *spectrum, int64_t examples) {
    const NetModel *model = spectrum->model;
    for (int layer = 0; layer < model->layers; layer++) {
        const NetParam *weight = weight_of(model, layer);
        const NetLogEntry *entry = net_program_entry(&model->jacobian, NET_LOG_JACOBIAN, layer);
        if (weight != NULL) {
            spectrum->row[spectrum->rows++] = (NetSpectrumRow){.layer = layer,
                                                               .weight = weight,
                                                               .matrices = weight->matrices,
                                                               .rows = weight->shape[0] / weight->matrices,
                                                               .columns = weight->size / weight->shape[0]};
        }
        if (entry != NULL) {
            spectrum->row[spectrum->rows++] = (NetSpectrumRow){
                .layer = layer, .entry = entry, .matrices = examples, .rows = model->outputs, .columns = entry->count};
        }
    }
}

static bool make_room(NetSpectrum *spectrum, NetError *error) {
    size_t largest = 0;
    for (int i = 0; i < spectrum->rows; i++) {
        const NetSpectrumRow *row = &spectrum->row[i];
        size_t size;
        if (!net_multiply((size_t)row->rows, (size_t)row->columns, &size)) {
            return net_fail(error, NET_ENVIRONMENT, "out of memory");
        }
        largest = size > largest ? size : largest;
        spectrum->width += count_of(row);
    }
    spectrum->matrix = net_alloc(largest, sizeof(double), error);
    spectrum->values = net_alloc((size_t)spectrum->width, sizeof(double), error);
    double *values = spectrum->values;
    for (int i = 0; i < spectrum->rows && values != NULL; i++) {
        spectrum->row[i].values = values;
        values += count_of(&spectrum->row[i]);
    }
    return spectrum->matrix != NULL && spectrum->values != NULL;
}

NetSpectrum *net_spectrum_new(const NetModel *model, int64_t examples, NetError *error) {
    NetLapack lapack; /* asked for here, so that a trainer that lacks it says so before it has begun */
    if (!net_lapack_find(&lapack, "log spectrum", error)) {
        return NULL;
    }
    NetSpectrum *spectrum = net_alloc(1, sizeof *spectrum, error);
    if (spectrum == NULL) {
        return NULL;
    }
    spectrum->model = model;
    spectrum->full = model->compiled.log[NET_SUBJECT_SPECTRUM].full;
    spectrum->row = net_alloc(2 * (size_t)model->layers, sizeof *spectrum->row, error);
    if (spectrum->row != NULL) {
        list_rows(spectrum, examples);
    }
    if (spectrum->row == NULL || !make_room(spectrum, error)) {
        net_spectrum_free(spectrum);
        return NULL;
    }
    return spectrum;
}

void net_spectrum_free(NetSpectrum *spectrum) {
    if (spectrum != NULL) {
        free(spectrum->row);
        free(spectrum->matrix);
        free(spectrum->values);
        free(spectrum->step);
        free(spectrum->kept);
        free(spectrum);
    }
}

int net_spectrum_rows(const NetSpectrum *spectrum) { return spectrum->rows; }

const NetSpectrumRow *net_spectrum_row(const NetSpectrum *spectrum, int row) { return &spectrum->row[row]; }

double *net_spectrum_matrix(NetSpectrum *spectrum) { return spectrum->matrix; }

bool net_spectrum_take(NetSpectrum *spectrum, int row, int64_t matrix, NetError *error) {
    const NetSpectrumRow *at = &spectrum->row[row];
    return net_singular_values(spectrum->matrix, at->rows, at->columns, at->values + matrix * least(at), error);
}

/* ---- a time ---- */

/* Room for one more time. */
static bool grow(NetSpectrum *spectrum, NetError *error) {
    if (spectrum->times < spectrum->room) {
        return true;
    }
    int64_t room = spectrum->room > 0 ? 2 * spectrum->room : 16;
    size_t values;
    bool fits = net_multiply((size_t)room, (size_t)spectrum->width, &values);
    int64_t *step = fits ? net_alloc((size_t)room, sizeof *step, error) : NULL;
    double *kept = step != NULL ? net_alloc(values, sizeof *kept, error) : NULL;
    if (kept == NULL) {
        free(step);
        return fits || net_fail(error, NET_ENVIRONMENT, "out of memory");
    }
    if (spectrum->times > 0) {
        memcpy(step, spectrum->step, (size_t)spectrum->times * sizeof *step);
        memcpy(kept, spectrum->kept, (size_t)(spectrum->times * spectrum->width) * sizeof *kept);
    }
    free(spectrum->step);
    free(spectrum->kept);
    spectrum->step = step;
    spectrum->kept = kept;
    spectrum->room = room;
    return true;
}

static bool keep(NetSpectrum *spectrum, int64_t step, NetError *error) {
    if (!grow(spectrum, error)) {
        return false;
    }
    spectrum->step[spectrum->times] = step;
    memcpy(spectrum->kept + spectrum->times * spectrum->width, spectrum->values,
           (size_t)spectrum->width * sizeof(double));
    spectrum->times++;
    return true;
}

/* The figures of a row's values, which are sorted: of a Jacobian those of each example, as means. */
static NetSpectrumFigures figures_of(const NetSpectrumRow *row) {
    if (row->weight != NULL) {
        return net_spectrum_figures(row->values, count_of(row));
    }
    NetSpectrumFigures sum = {0};
    for (int64_t i = 0; i < row->matrices; i++) {
        NetSpectrumFigures one = net_spectrum_figures(row->values + i * least(row), least(row));
        sum.largest += one.largest;
        sum.upper += one.upper;
        sum.median += one.median;
        sum.lower += one.lower;
        sum.smallest += one.smallest;
        sum.effective_rank += one.effective_rank;
    }
    double n = (double)row->matrices;
    return (NetSpectrumFigures){sum.largest / n, sum.upper / n,    sum.median / n,
                                sum.lower / n,   sum.smallest / n, sum.effective_rank / n};
}

bool net_spectrum_write(NetSpectrum *spectrum, int64_t step, NetCsv *csv, NetError *error) {
    for (int i = 0; i < spectrum->rows; i++) {
        const NetSpectrumRow *at = &spectrum->row[i];
        NetSpectrumFigures figures = figures_of(at);
        NetCsvRow row = {.length = 0};
        net_csv_integer(&row, step);
        net_csv_text(&row, spectrum->model->layer[at->layer].name);
        net_csv_text(&row, of_name(at));
        net_csv_integer(&row, at->weight != NULL ? count_of(at) : least(at));
        net_csv_number(&row, figures.largest);
        net_csv_number(&row, figures.upper);
        net_csv_number(&row, figures.median);
        net_csv_number(&row, figures.lower);
        net_csv_number(&row, figures.smallest);
        net_csv_number(&row, figures.effective_rank);
        if (!net_csv_write(csv, net_csv_of(NET_SUBJECT_SPECTRUM), &row, error)) {
            return false;
        }
    }
    return !spectrum->full || keep(spectrum, step, error);
}

/* ---- the file of all values ---- */

enum { NAME = NET_CSV_NAME + 1024 };

/* "conv1.weight", [times, values]; "conv1.jacobian", [times, examples, values]. */
static NetTensor tensor_of(const NetSpectrum *spectrum, int row, int64_t times, char name[NAME]) {
    const NetSpectrumRow *at = &spectrum->row[row];
    snprintf(name, NAME, "%s.%s", spectrum->model->layer[at->layer].name, of_name(at));
    NetTensor tensor = {.name = name, .type = NET_F64, .rank = 2, .shape = {times, count_of(at)}};
    if (at->weight == NULL) {
        tensor.rank = 3;
        tensor.shape[1] = at->matrices;
        tensor.shape[2] = least(at);
    }
    return tensor;
}

/* The values of one row at all times lie apart in memory: they are copied together, or parted again. */
static void copy_row(const NetSpectrum *spectrum, int row, int64_t times, double *kept, double *together, bool part) {
    const NetSpectrumRow *at = &spectrum->row[row];
    int64_t count = count_of(at);
    for (int64_t t = 0; t < times; t++) {
        double *one = kept + t * spectrum->width + (at->values - spectrum->values);
        memcpy(part ? one : together + t * count, part ? together + t * count : one, (size_t)count * sizeof *one);
    }
}

bool net_spectrum_save(const NetSpectrum *spectrum, const char *folder, NetError *error) {
    if (spectrum == NULL || spectrum->times == 0) {
        return true;
    }
    size_t count = (size_t)spectrum->rows + 1;
    NetTensor *tensors = net_alloc(count, sizeof *tensors, error);
    char(*names)[NAME] = tensors != NULL ? net_alloc(count, sizeof *names, error) : NULL;
    double *values =
        names != NULL ? net_alloc((size_t)(spectrum->times * spectrum->width), sizeof *values, error) : NULL;
    char *path = values != NULL ? net_path_join(folder, file_name, error) : NULL;
    bool good = path != NULL;
    double *at = values;
    for (int i = 0; good && i < spectrum->rows; i++) {
        tensors[i] = tensor_of(spectrum, i, spectrum->times, names[i]);
        tensors[i].data = at;
        copy_row(spectrum, i, spectrum->times, spectrum->kept, at, false);
        at += spectrum->times * count_of(&spectrum->row[i]);
    }
    if (good) {
        tensors[spectrum->rows] = (NetTensor){
            .name = step_name, .type = NET_I64, .rank = 1, .shape = {spectrum->times}, .data = spectrum->step};
        good = net_safetensors_write(path, tensors, count, NULL, 0, false, error);
    }
    free(path);
    free(values);
    free(names);
    free(tensors);
    return good;
}

static bool take_row(NetSpectrum *spectrum, int row, const NetSafetensors *file, int64_t times, double *kept,
                     NetError *error) {
    char name[NAME];
    NetTensor expected = tensor_of(spectrum, row, times, name);
    const NetTensor *found = net_safetensors_find(file, name);
    bool alike = found != NULL && found->rank == expected.rank &&
                 memcmp(found->shape, expected.shape, (size_t)expected.rank * sizeof *expected.shape) == 0;
    if (!alike) {
        return net_fail(error, NET_ENVIRONMENT, "%s: it has no values of %s as this run logs them [other-network]",
                        file->path, name);
    }
    double *together = net_alloc((size_t)(times * count_of(&spectrum->row[row])), sizeof *together, error);
    bool good = together != NULL &&
                net_tensor_copy(file, found, NET_F64, together, times * count_of(&spectrum->row[row]), error);
    if (good) {
        copy_row(spectrum, row, times, kept, together, true);
    }
    free(together);
    return good;
}

/* Keeps what is of the steps before `step`: the rest a killed run has done beyond its checkpoint. */
static bool take_times(NetSpectrum *spectrum, const NetSafetensors *file, int64_t step, NetError *error) {
    const NetTensor *steps = net_safetensors_find(file, step_name);
    int64_t times = steps != NULL ? net_tensor_elements(steps) : 0;
    size_t size;
    if (times == 0 || !net_multiply((size_t)times, (size_t)spectrum->width, &size)) {
        return net_fail(error, NET_ENVIRONMENT, "%s: it does not say of which steps it is", file->path);
    }
    spectrum->step = net_alloc((size_t)times, sizeof *spectrum->step, error);
    spectrum->kept = spectrum->step != NULL ? net_alloc(size, sizeof *spectrum->kept, error) : NULL;
    bool good = spectrum->kept != NULL && net_tensor_copy(file, steps, NET_I64, spectrum->step, times, error);
    for (int i = 0; good && i < spectrum->rows; i++) {
        good = take_row(spectrum, i, file, times, spectrum->kept, error);
    }
    spectrum->room = good ? times : 0;
    for (int64_t t = 0; good && t < times && spectrum->step[t] < step; t++) {
        spectrum->times++;
    }
    return good;
}

bool net_spectrum_restore(NetSpectrum *spectrum, const char *folder, int64_t step, NetError *error) {
    if (spectrum == NULL || !spectrum->full) {
        return true;
    }
    NetSafetensors file;
    char *path = net_path_join(folder, file_name, error);
    bool good = path != NULL && net_safetensors_read(path, &file, error);
    free(path);
    if (good) {
        good = take_times(spectrum, &file, step, error);
        net_safetensors_free(&file);
    }
    return good;
}
