#include "runtime/data/resample.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/data/area.h"

enum { MOST_CHANNELS = 4 };

/* ---- one pixel ---- */

/* The colours that are wanted, one or three of them, and alpha, of `most` at most. */
typedef struct {
    uint32_t colour[3], alpha;
} Pixel;

static uint32_t sample(const unsigned char *at, size_t depth) {
    return depth == 2 ? (uint32_t)at[0] << 8 | at[1] : at[0];
}

static uint32_t luma(const uint32_t *colour) {
    return (
        uint32_t)((19595 * (uint64_t)colour[0] + 38470 * (uint64_t)colour[1] + 7471 * (uint64_t)colour[2] + 32768) >>
                  16);
}

static Pixel load(const NetPixels *pixels, const unsigned char *at, size_t channels) {
    uint32_t value[MOST_CHANNELS] = {0};
    size_t have = pixels->channels;
    for (size_t i = 0; i < have; i++) value[i] = sample(at + i * pixels->depth, pixels->depth);
    Pixel pixel = {{value[0], value[0], value[0]}, have % 2 == 0 ? value[have - 1] : UINT32_MAX};
    if (have >= 3) memcpy(pixel.colour, value, sizeof pixel.colour);
    if (channels < 3 && have >= 3) pixel.colour[0] = luma(value);
    return pixel;
}

/* ---- the same size ---- */

static void convert_pixel(const Pixel *pixel, uint32_t most, float *x, size_t plane, size_t channels) {
    float scale = (float)(1.0 / most);
    size_t colours = channels < 3 ? 1 : 3;
    bool mixed = colours == channels && pixel->alpha < most;
    for (size_t i = 0; i < colours; i++) {
        float light = (float)pixel->colour[i] * scale;
        x[i * plane] = mixed ? light * ((float)pixel->alpha * scale) : light;
    }
    if (channels > colours) x[colours * plane] = (float)(pixel->alpha < most ? pixel->alpha : most) * scale;
}

void net_pixels_convert(const NetPixels *pixels, size_t channels, float *x) {
    NetUpright seen = net_pixels_upright(pixels);
    for (size_t row = 0; row < seen.height; row++)
        for (size_t column = 0; column < seen.width; column++) {
            const unsigned char *at = seen.first + (ptrdiff_t)row * seen.down + (ptrdiff_t)column * seen.right;
            Pixel pixel = load(pixels, at, channels);
            convert_pixel(&pixel, pixels->depth == 2 ? 65535 : 255, x + row * seen.width + column,
                          seen.height * seen.width, channels);
        }
}

/* ---- another size ----
 *
 * Weights are integers (area.h). Values are colour times alpha, at most 2^32, and pictures have at most
 * NET_AREA_MOST pixels: sums are exact. */

/* The part that is kept: as much of the longer side as the ratio allows, at least a pixel. */
static void crop(NetSide *rows, NetSide *columns) {
    NetSide *longer = (uint64_t)columns->from * rows->to > (uint64_t)rows->from * columns->to ? columns : rows;
    const NetSide *shorter = longer == rows ? columns : rows;
    uint64_t kept = ((uint64_t)shorter->from * longer->to + shorter->to / 2) / shorter->to;
    if (kept < 1) kept = 1;
    if (kept >= longer->from) return;
    longer->first = (longer->from - (size_t)kept) / 2;
    longer->from = (size_t)kept;
}

typedef struct {
    const NetPixels *pixels;
    NetUpright seen;
    NetSide rows, columns;
    size_t channels, colours;
    uint32_t most;
    uint64_t *line; /* of one row of pixels: sums along it, [value][channel] */
    uint64_t *sum;  /* of one row of values */
} Resampling;

static void add_row(const Resampling *r, size_t row) {
    size_t column, value;
    memset(r->line, 0, r->columns.to * r->channels * sizeof *r->line);
    for (uint64_t at = 0; at < (uint64_t)r->columns.from * r->columns.to;) {
        uint64_t length = net_side_next(&r->columns, &at, &column, &value);
        const unsigned char *bytes = r->seen.first + (ptrdiff_t)row * r->seen.down + (ptrdiff_t)column * r->seen.right;
        Pixel pixel = load(r->pixels, bytes, r->channels);
        uint64_t alpha = pixel.alpha < r->most ? pixel.alpha : r->most;
        uint64_t *to = r->line + value * r->channels;
        for (size_t i = 0; i < r->colours; i++)
            to[i] += length * pixel.colour[i] * (r->colours == r->channels ? alpha : r->most);
        if (r->channels > r->colours) to[r->colours] += length * alpha * r->most;
    }
}

static void finish_row(const Resampling *r, size_t value_row, float *x) {
    static const float scale = (float)(1.0 / 255);
    uint64_t unit = (uint64_t)r->most * (r->most / 255) * r->rows.from * r->columns.from;
    size_t plane = r->rows.to * r->columns.to;
    for (size_t column = 0; column < r->columns.to; column++)
        for (size_t i = 0; i < r->channels; i++) {
            uint64_t byte = (r->sum[column * r->channels + i] + unit / 2) / unit;
            x[i * plane + value_row * r->columns.to + column] = (float)byte * scale;
        }
}

static void resample(const Resampling *r, float *x) {
    size_t count = r->columns.to * r->channels;
    size_t row, value, read = SIZE_MAX;
    memset(r->sum, 0, count * sizeof *r->sum);
    for (uint64_t at = 0; at < (uint64_t)r->rows.from * r->rows.to;) {
        uint64_t length = net_side_next(&r->rows, &at, &row, &value);
        if (row != read) add_row(r, row);
        read = row;
        for (size_t i = 0; i < count; i++) r->sum[i] += length * r->line[i];
        if (at % r->rows.from != 0) continue;
        finish_row(r, value, x);
        memset(r->sum, 0, count * sizeof *r->sum);
    }
}

bool net_pixels_resample(const NetPixels *pixels, size_t channels, size_t height, size_t width, float *x,
                         NetError *error) {
    NetUpright seen = net_pixels_upright(pixels);
    Resampling r = {.pixels = pixels,
                    .seen = seen,
                    .rows = {0, seen.height, height},
                    .columns = {0, seen.width, width},
                    .channels = channels,
                    .colours = channels < 3 ? 1 : 3,
                    .most = pixels->depth == 2 ? 65535 : 255};
    crop(&r.rows, &r.columns);
    r.line = net_alloc(width * channels, sizeof *r.line, error);
    r.sum = r.line != NULL ? net_alloc(width * channels, sizeof *r.sum, error) : NULL;
    bool ok = r.sum != NULL;
    if (ok) resample(&r, x);
    free(r.line);
    free(r.sum);
    return ok;
}
