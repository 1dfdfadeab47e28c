#include "compiler/report/picture.h"

#include <math.h>

#include "compiler/driver/picture_text.h"

bool picture_of(const NetData *data, Picture *picture) {
    int64_t shape[NET_DATA_RANK];
    bool found = picture_shape(data, shape) && data->row_elements <= 1 << 20;
    *picture = found ? (Picture){(int)shape[0], (int)shape[1], (int)shape[2]} : (Picture){0, 0, 0};
    return found && (picture->channels == 1 || picture->channels == 3) && picture->rows > 1;
}

void picture_draw_values(const float *values, Picture picture, double x, double y, double side, Text *out) {
    Arena *arena = arena_new();
    int plane = picture.rows * picture.columns;
    unsigned char *pixels = NEW_ARRAY(arena, unsigned char, plane *picture.channels);
    for (int i = 0; i < plane * picture.channels; i++) {
        float share = values[i] > 1 ? 1 : values[i] > 0 ? values[i] : 0;
        pixels[i % plane * picture.channels + i / plane] =
            (unsigned char)lrintf(255 * (picture.channels == 1 ? 1 - share : share));
    }
    svg_image(out, x, y, side, side, pixels, picture.columns, picture.rows, picture.channels);
    arena_free(arena);
}

void picture_draw(const Predictions *predictions, int64_t example, Picture picture, double x, double y, double side,
                  Text *out) {
    Arena *arena = arena_new(); /* an example may be large, and there are many */
    int64_t size = predictions->data.row_elements;
    float *values = NEW_ARRAY(arena, float, size);
    predictions_example(predictions, example, values);
    float low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < size && predictions->data.type != NET_ROWS_U8; i++) {
        low = fminf(low, values[i]);
        high = fmaxf(high, values[i]);
    }
    for (int64_t i = 0; i < size && low < high; i++) {
        values[i] = (values[i] - low) / (high - low);
    }
    picture_draw_values(values, picture, x, y, side, out);
    arena_free(arena);
}
