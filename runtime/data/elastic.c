#include "runtime/data/elastic.h"

#include "runtime/base/elementary.h"
#include "runtime/data/four.h"

#include <math.h>
#include <stdlib.h>

#define E 0x1.5bf0a8b145769p+1

enum { FIELDS = 2 };

bool net_elastic_init(NetElastic *elastic, double alpha, double sigma, int64_t height, int64_t width, NetError *error) {
    int64_t radius = (int64_t)(3 * sigma + 0.5);
    double sum = 0;
    *elastic = (NetElastic){.height = height, .width = width, .stride = net_fours(width)};
    elastic->radius[0] = radius < width ? radius : width - 1;
    elastic->radius[1] = radius < height ? radius : height - 1;
    elastic->margin = net_fours(elastic->radius[0]);
    elastic->scale = (float)(alpha * 0x1p-16);
    elastic->weight = net_alloc((size_t)radius + 1, sizeof *elastic->weight, error);
    if (elastic->weight == NULL) return false;
    for (int64_t k = radius; k >= 0; k--) sum += (k > 0 ? 2 : 1) * net_power(E, -(double)(k * k) / (2 * sigma * sigma));
    for (int64_t k = 0; k <= radius; k++)
        elastic->weight[k] = (float)(net_power(E, -(double)(k * k) / (2 * sigma * sigma)) / sum);
    return true;
}

void net_elastic_free(NetElastic *elastic) {
    free(elastic->weight);
    *elastic = (NetElastic){0};
}

/* A field as it is drawn, rows within margins of zeros; and smoothed along its rows, with rows of zeros above and
 * below. */
static int64_t drawn_span(const NetElastic *elastic) { return elastic->stride + 2 * elastic->margin; }
static int64_t drawn_size(const NetElastic *elastic) { return elastic->height * drawn_span(elastic); }
static int64_t smoothed_size(const NetElastic *elastic) {
    return (elastic->height + 2 * elastic->radius[1]) * elastic->stride;
}

size_t net_elastic_room(const NetElastic *elastic) {
    return FIELDS * (size_t)(drawn_size(elastic) + smoothed_size(elastic) + elastic->stride);
}

/* One row of both fields: to[x] = w[0] from[x] + sum(k) w[k] (from[x - k step] + from[x + k step]). */
static void smooth_row(const float *weight, int64_t radius, int64_t step, const float *from[FIELDS], int64_t count,
                       float *to[FIELDS]) {
    for (int64_t x = 0; x < count; x += NET_FOUR) {
        const float *a = from[0] + x, *b = from[1] + x;
        NetFour w = net_four(weight[0]), first = w * net_four_load(a), second = w * net_four_load(b);
        for (int64_t k = 1; k <= radius; k++) {
            w = net_four(weight[k]);
            first += w * (net_four_load(a - k * step) + net_four_load(a + k * step));
            second += w * (net_four_load(b - k * step) + net_four_load(b + k * step));
        }
        net_four_store(to[0] + x, first);
        net_four_store(to[1] + x, second);
    }
}

/* One row of both fields: uniform in (-1, 1) times 2^16, which are the odd numbers there. */
static void draw_row(const uint32_t *word, int64_t width, float *columns, float *rows) {
    int64_t x = 0;
    for (; x + NET_FOUR <= width; x += NET_FOUR) {
        const NetFourIntegers bits = net_four_load_integers((const int32_t *)word + x);
        const NetFourIntegers low = 2 * (bits & 0xFFFF) - 0xFFFF, high = 2 * (bits >> 16 & 0xFFFF) - 0xFFFF;
        net_four_store(columns + x, __builtin_convertvector(low, NetFour));
        net_four_store(rows + x, __builtin_convertvector(high, NetFour));
    }
    for (; x < width; x++) {
        columns[x] = (float)(2 * (int32_t)(word[x] & 0xFFFF) - 0xFFFF);
        rows[x] = (float)(2 * (int32_t)(word[x] >> 16) - 0xFFFF);
    }
}

static void add_row(float scale, const float *moved, int64_t count, float *place) {
    for (int64_t x = 0; x < count; x += NET_FOUR)
        net_four_store(place + x, net_four_load(place + x) + scale * net_four_load(moved + x));
}

void net_elastic_move(const NetElastic *elastic, const uint32_t *word, float *u, float *v, float *room) {
    const int64_t stride = elastic->stride, above = elastic->radius[1] * stride;
    float *field[FIELDS] = {room, room + drawn_size(elastic)};
    float *smoothed[FIELDS] = {field[1] + drawn_size(elastic), field[1] + drawn_size(elastic) + smoothed_size(elastic)};
    float *moved[FIELDS] = {smoothed[1] + smoothed_size(elastic), smoothed[1] + smoothed_size(elastic) + stride};
    for (int64_t y = 0; y < elastic->height; y++) {
        int64_t at = y * drawn_span(elastic) + elastic->margin, to = above + y * stride;
        draw_row(word + y * elastic->width, elastic->width, field[0] + at, field[1] + at);
        smooth_row(elastic->weight, elastic->radius[0], 1, (const float *[]){field[0] + at, field[1] + at}, stride,
                   (float *[]){smoothed[0] + to, smoothed[1] + to});
    }
    for (int64_t y = 0; y < elastic->height; y++) {
        int64_t at = above + y * stride;
        smooth_row(elastic->weight, elastic->radius[1], stride, (const float *[]){smoothed[0] + at, smoothed[1] + at},
                   stride, moved);
        add_row(elastic->scale, moved[0], stride, u + y * stride);
        add_row(elastic->scale, moved[1], stride, v + y * stride);
    }
}
