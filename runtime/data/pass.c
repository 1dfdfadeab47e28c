#include "runtime/data/pass.h"

#include <string.h>

int64_t net_pass_rows(const NetData *data, const NetPass *pass) {
    int64_t rows = data->part[pass->part].count;
    return pass->limit > 0 && pass->limit < rows ? pass->limit : rows;
}

NetRow net_pass_row(const NetData *data, const NetPass *pass, int64_t row, NetRowType type, void *to) {
    const NetExample example = net_data_example(data, pass->part, row);
    if (type == data->type) {
        memcpy(to, example.values, data->row_bytes);
    } else {
        static const float scale = (float)(1.0 / 255); /* as kernels of bytes have it, to the same bits */
        float *values = to;
        for (int64_t i = 0; i < data->row_elements; i++) values[i] = (float)example.values[i] * scale;
    }
    return (NetRow){example.label, example.item, example.targets};
}
