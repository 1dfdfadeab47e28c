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
    return (size_t)(3 * warp->height * net_fours(warp->width) + warp->channels * plane(warp));
}

NetPlaces net_warp_places(const NetWarp *warp, float *room) {
    int64_t stride = net_fours(warp->width);
    return (NetPlaces){room, room + warp->height * stride, stride};
}

void net_warp_affine(const NetWarp *warp, const double m[6], float *room) {
    const NetPlaces places = net_warp_places(warp, room);
    const double before = BEFORE;
    const float a = (float)m[0], b = (float)m[1], c = (float)(m[2] + before);
    const float d = (float)m[3], e = (float)m[4], f = (float)(m[5] + before);
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

/* Four places along a line of `side`: whole ones, and how far each lies behind. Beyond the zeros around the picture
 * there are but zeros, beyond its edge there is but that. What is no number lies at the low end: nothing outside of the
 * picture is ever read. */
static inline NetFourIntegers part(float *place, NetFour low, NetFour high) {
    NetFour at = net_four_load(place);
    at = net_four_choose(at >= low, at, low);
    at = net_four_choose(at > high, high, at);
    const NetFourIntegers whole = __builtin_convertvector(at, NetFourIntegers); /* no place is negative */
    net_four_store(place, at - __builtin_convertvector(whole, NetFour));
    return whole;
}

/* Places become shares of the neighbours to the right and below; at[] says where the first of four lies in a plane. */
static void part_places(const NetWarp *warp, const NetPlaces *places, int32_t *at) {
    const float before = BEFORE, beyond = warp->edge ? 0 : before;
    const NetFour low = net_four(before - beyond);
    const NetFour right = net_four((float)warp->width + beyond), bottom = net_four((float)warp->height + beyond);
    const int32_t line = (int32_t)span(warp);
    float *u = places->u, *v = places->v;
    const int64_t count = warp->height * places->stride;
    for (int64_t i = 0; i < count; i += NET_FOUR) {
        const NetFourIntegers column = part(u + i, low, right), row = part(v + i, low, bottom);
        net_four_store_integers(at + i, row * line + column);
    }
}

static inline NetFour between(NetFour first, NetFour second, NetFour share) { return first + share * (second - first); }

/* Four values that lie between others of a plane. */
static inline NetFour value_of(const float *old, int64_t line, const int32_t *at, const float *u, const float *v) {
    NetFour corner[4];
    net_four_pairs(old, at, &corner[0], &corner[1]);
    net_four_pairs(old + line, at, &corner[2], &corner[3]);
    const NetFour share = net_four_load(u);
    return between(between(corner[0], corner[1], share), between(corner[2], corner[3], share), net_four_load(v));
}

static void resample(const float *old, int64_t line, const int32_t *at, const float *u, const float *v, int64_t width,
                     float *to) {
    int64_t x = 0;
    for (; x + NET_FOUR <= width; x += NET_FOUR) net_four_store(to + x, value_of(old, line, at + x, u + x, v + x));
    if (x == width) return;
    const NetFour last = value_of(old, line, at + x, u + x, v + x);
    for (int64_t i = x; i < width; i++) to[i] = last[i - x];
}

void net_warp_apply(const NetWarp *warp, float *picture, float *room) {
    const NetPlaces places = net_warp_places(warp, room);
    const int64_t line = span(warp), count = warp->height * places.stride;
    int32_t *at = (int32_t *)(void *)(places.v + count);
    float *old = places.v + 2 * count;
    part_places(warp, &places, at);
    for (int64_t c = 0; c < warp->channels; c++, old += plane(warp)) {
        float *to = picture + c * warp->height * warp->width;
        for (int64_t y = 0; y < warp->height; y++)
            memcpy(old + (y + BEFORE) * line + BEFORE, to + y * warp->width, (size_t)warp->width * sizeof *old);
        for (int64_t y = 0; y < warp->height; y++) {
            const int64_t first = y * places.stride;
            resample(old, line, at + first, places.u + first, places.v + first, warp->width, to + y * warp->width);
        }
    }
}
