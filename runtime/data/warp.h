/* A picture whose places are moved: each place of the new picture has the value that the old one has at some other
 * place, between the four values around that (bilinear). Outside of the old one lie zeros, or its edge goes on.
 *
 * Places are columns u and rows v, one pair for each place of the new picture, in rows of `stride`; the first column
 * and the first row are 1. A float holds them, so that whole places are met exactly. Nothing here can fail. */
#ifndef NET_DATA_WARP_H
#define NET_DATA_WARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t channels, height, width;
    bool edge;
} NetWarp;

/* Where the places are, in a room that net_warp_room says the size of in floats: zeros before the first call, and
 * nobody else's until the last. */
typedef struct {
    float *u, *v;
    int64_t stride;
} NetPlaces;

size_t net_warp_room(const NetWarp *warp);
NetPlaces net_warp_places(const NetWarp *warp, float *room);

/* Places by an affine map of the new picture's: column x and row y, from 0, come from column m[0] x + m[1] y + m[2] and
 * row m[3] x + m[4] y + m[5] of the old one. */
void net_warp_affine(const NetWarp *warp, const double m[6], float *room);

/* The picture, channels of rows of values, becomes the new one. */
void net_warp_apply(const NetWarp *warp, float *picture, float *room);

#endif
