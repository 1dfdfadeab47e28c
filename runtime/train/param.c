#include "runtime/train/param.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many rows are copied at once, all columns of them: a line of the cache that values by columns come from or go to
 * is then used up before it leaves. */
enum { ROWS = NET_LANES };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

void net_param_get(const NetParam *param, const float *buffer, float *out) {
    const float *from = buffer + param->offset;
    if (param->line == 0) {
        memcpy(out, from, (size_t)param->size * sizeof *out);
        return;
    }
    int64_t rows = param->shape[0], columns = param->size / rows;
    for (int64_t first = 0; first < rows; first += ROWS) {
        int64_t end = least(first + ROWS, rows);
        for (int64_t c = 0; c < columns; c++) {
            for (int64_t r = first; r < end; r++) {
                out[r * columns + c] = from[c * param->line + r];
            }
        }
    }
}

void net_param_put(const NetParam *param, const float *values, float *buffer) {
    float *to = buffer + param->offset;
    if (param->line == 0) {
        memcpy(to, values, (size_t)param->size * sizeof *to);
        return;
    }
    int64_t rows = param->shape[0], columns = param->size / rows;
    for (int64_t first = 0; first < param->line; first += ROWS) {
        int64_t end = least(first + ROWS, param->line);
        for (int64_t c = 0; c < columns; c++) {
            for (int64_t r = first; r < end; r++) {
                to[c * param->line + r] = r < rows ? values[r * columns + c] : 0;
            }
        }
    }
}

float *net_param_edit(const NetParam *param, float *buffer, NetError *error) {
    if (param->line == 0) {
        return buffer + param->offset;
    }
    float *values = net_alloc((size_t)param->size, sizeof *values, error);
    if (values != NULL) {
        net_param_get(param, buffer, values);
    }
    return values;
}

void net_param_settle(const NetParam *param, float *values, float *buffer) {
    if (param->line > 0 && values != NULL) {
        net_param_put(param, values, buffer);
        free(values);
    }
}

const float *net_param_open(const NetParam *param, const float *buffer, NetError *error) {
    return net_param_edit(param, (float *)(uintptr_t)buffer, error);
}

void net_param_close(const NetParam *param, const float *values) {
    if (param->line > 0) {
        free((float *)(uintptr_t)values);
    }
}

bool net_param_finite(const NetParam *param, const float *buffer) {
    const float *from = buffer + param->offset;
    int64_t run = param->line > 0 ? param->shape[0] : param->size; /* as they lie, column by column */
    for (int64_t at = 0; at < param->room; at += param->line > 0 ? param->line : param->size) {
        for (int64_t k = 0; k < run; k++) {
            if (!isfinite(from[at + k])) {
                return false;
            }
        }
    }
    return true;
}

void net_params_get(const NetModel *model, bool in_state, const float *buffer, int64_t count, float *out) {
    for (const NetParam *param = model->tensor; param < model->tensor + model->tensors; param++) {
        if (param->in_state == in_state && param->place < count) {
            net_param_get(param, buffer, out + param->place);
        }
    }
}

void net_params_put(const NetModel *model, bool in_state, const float *values, int64_t count, float *buffer) {
    for (const NetParam *param = model->tensor; param < model->tensor + model->tensors; param++) {
        if (param->in_state == in_state && param->place < count) {
            net_param_put(param, values + param->place, buffer);
        }
    }
}
