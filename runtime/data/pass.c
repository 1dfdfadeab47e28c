#include "runtime/data/pass.h"

#include <string.h>

static int64_t copies(const NetPass *pass) {
    return pass->augmenter != NULL ? net_augment_copies(net_augmenter_setting(pass->augmenter)) : 1;
}

int64_t net_pass_rows(const NetData *data, const NetPass *pass) {
    int64_t rows = data->part[pass->part].count * copies(pass);
    return pass->limit > 0 && pass->limit < rows ? pass->limit : rows;
}

bool net_pass_draws(const NetPass *pass) {
    return pass->augmenter != NULL && net_augment_draws(net_augmenter_setting(pass->augmenter));
}

size_t net_pass_room(const NetPass *pass) { return net_pass_draws(pass) ? net_augmenter_room(pass->augmenter) : 0; }

/* The copies of the fixed set follow each other: first all examples as they are. */
static uint32_t item_of(const NetData *data, const NetExample *example, int64_t copy) {
    int64_t examples = data->file[NET_FILE_TRAIN].count + data->file[NET_FILE_TEST].count;
    return (uint32_t)(example->item + copy * examples);
}

NetRow net_pass_row(const NetData *data, const NetPass *pass, int64_t row, NetRowType type, float *room, void *to) {
    const int64_t count = data->part[pass->part].count, copy = row / count;
    const NetExample example = net_data_example(data, pass->part, row % count);
    const NetRow made = {example.label, item_of(data, &example, copy), example.targets};
    if (type == data->type) {
        memcpy(to, example.values, data->row_bytes);
    } else {
        static const float scale = (float)(1.0 / 255); /* as kernels of bytes have it, to the same bits */
        float *values = to;
        for (int64_t i = 0; i < data->row_elements; i++) values[i] = (float)example.values[i] * scale;
    }
    if (copy > 0) net_augmenter_copy(pass->augmenter, copy, type == NET_ROWS_U8 ? 1 : sizeof(float), to);
    if (net_pass_draws(pass)) net_augmenter_draw(pass->augmenter, pass->seed, pass->epoch, made.item, to, room);
    return made;
}
