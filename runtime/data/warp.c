#include "runtime/data/warp.h"

#include "runtime/data/four.h"

#include <string.h>

enum {
    BEFORE = 1,
    BEHIND = 2,
    AROUND = BEFORE + BEHIND
}; /* zeros around the old picture: a neighbour always is there */

static int64_t span(const NetWarp *warp) { return warp->width + AROUND; }
static int64_t plane(const NetWarp *warp) { return (warp->height + AROUND) * span(warp); }

size_t net_warp_room(const NetWarp *warp) {
    return (size_t)(2 * warp->height * net_fours(warp->width) + warp->channels * plane(warp));
}

NetPlaces net_warp_places(const NetWarp *warp, float *room) {
    int64_t stride = net_fours(warp->width);
    return (NetPlaces){room, room + warp->height * stride, stride};
}

/* The old picture's planes, behind the places. */
static float *planes(const NetWarp *warp, float *room) { return room + 2 * warp->height * net_fours(warp->width); }

void net_warp_affine(const NetWarp *warp, const double m[6], float *room) {
    const NetPlaces places = net_warp_places(warp, room);
    const float a = (float)m[0], b = (float)m[1], c = (float)(m[2] + BEFORE);
    const float d = (float)m[3], e = (float)m[4], f = (float)(m[5] + BEFORE);
    for (int64_t y = 0; y < warp->height; y++) {
        const float column = b * (float)y + c, row = e * (float)y + f;
        float *u = places.u + y * places.stride, *v = places.v + y * places.stride;
        for (int64_t x = 0; x < places.stride; x += NET_FOUR) {
            const NetFour at = {(float)x, (float)(x + 1), (float)(x + 2), (float)(x + 3)};
            net_four_store(u + x, a * at + column);
            net_four_store(v + x, d * at + row);
        }
    }
}

/* Four places along a line, and how far each lies behind a whole one. */
typedef struct {
    NetFourIntegers whole;
    NetFour rest;
} Whole;

/* Beyond the zeros around the picture there are but zeros, beyond its edge there is but that. */
static inline Whole whole_of(const float *place, int64_t side, bool edge) {
    const NetFour low = net_four(edge ? BEFORE : 0), high = net_four((float)(side + (edge ? 0 : BEFORE)));
    NetFour at = net_four_load(place);
    at = net_four_choose(at < low, low, at);
    at = net_four_choose(at > high, high, at);
    NetFourIntegers whole = __builtin_convertvector(at, NetFourIntegers); /* no place is negative */
    return (Whole){whole, at - __builtin_convertvector(whole, NetFour)};
}

static inline NetFour between(NetFour first, NetFour second, NetFour share) { return first + share * (second - first); }

static void resample_four(const NetWarp *warp, const float *old, const float *u, const float *v, float *to,
                          int64_t count) {
    const Whole column = whole_of(u, warp->width, warp->edge), row = whole_of(v, warp->height, warp->edge);
    const int64_t values = warp->height * warp->width, line = span(warp);
    for (int64_t c = 0; c < warp->channels; c++) {
        const float *p[NET_FOUR];
        for (int i = 0; i < NET_FOUR; i++) p[i] = old + c * plane(warp) + row.whole[i] * line + column.whole[i];
        const NetFour above = between((NetFour){p[0][0], p[1][0], p[2][0], p[3][0]},
                                      (NetFour){p[0][1], p[1][1], p[2][1], p[3][1]}, column.rest);
        const NetFour below =
            between((NetFour){p[0][line], p[1][line], p[2][line], p[3][line]},
                    (NetFour){p[0][line + 1], p[1][line + 1], p[2][line + 1], p[3][line + 1]}, column.rest);
        const NetFour value = between(above, below, row.rest);
        if (count == NET_FOUR) {
            net_four_store(to + c * values, value);
        } else {
            for (int64_t i = 0; i < count; i++) to[c * values + i] = value[i];
        }
    }
}

void net_warp_apply(const NetWarp *warp, float *picture, float *room) {
    const NetPlaces places = net_warp_places(warp, room);
    float *old = planes(warp, room);
    for (int64_t c = 0; c < warp->channels; c++)
        for (int64_t y = 0; y < warp->height; y++)
            memcpy(old + c * plane(warp) + (y + BEFORE) * span(warp) + BEFORE,
                   picture + (c * warp->height + y) * warp->width, (size_t)warp->width * sizeof *old);
    for (int64_t y = 0; y < warp->height; y++) {
        for (int64_t x = 0; x < warp->width; x += NET_FOUR) {
            int64_t at = y * places.stride + x, left = warp->width - x;
            resample_four(warp, old, places.u + at, places.v + at, picture + y * warp->width + x,
                          left < NET_FOUR ? left : NET_FOUR);
        }
    }
}
