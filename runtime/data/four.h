/* Four floats side by side. A loop over them is one over vectors with any compiler and at any level, and the numbers
 * are those that one float after the other would give. */
#ifndef NET_DATA_FOUR_H
#define NET_DATA_FOUR_H

#include <stdint.h>

enum { NET_FOUR = 4 };

typedef float NetFour __attribute__((vector_size(16)));
typedef int32_t NetFourIntegers __attribute__((vector_size(16)));
typedef int32_t NetFourIntegersAnywhere __attribute__((vector_size(16), aligned(4), may_alias));
typedef float NetTwo __attribute__((vector_size(8)));
typedef float NetTwoAnywhere __attribute__((vector_size(8), aligned(4), may_alias));
typedef float NetFourAnywhere __attribute__((vector_size(16), aligned(4), may_alias));

static inline NetFour net_four_load(const float *at) { return *(const NetFourAnywhere *)at; }
static inline void net_four_store(float *at, NetFour value) { *(NetFourAnywhere *)at = value; }

/* Two that lie beside each other at each of four places, their first and their second ones. */
static inline void net_four_pairs(const float *at, const int32_t place[NET_FOUR], NetFour *first, NetFour *second) {
    const NetTwo a = *(const NetTwoAnywhere *)(at + place[0]), b = *(const NetTwoAnywhere *)(at + place[1]);
    const NetTwo c = *(const NetTwoAnywhere *)(at + place[2]), d = *(const NetTwoAnywhere *)(at + place[3]);
    const NetFour low = __builtin_shufflevector(a, b, 0, 1, 2, 3), high = __builtin_shufflevector(c, d, 0, 1, 2, 3);
    *first = __builtin_shufflevector(low, high, 0, 2, 4, 6);
    *second = __builtin_shufflevector(low, high, 1, 3, 5, 7);
}

static inline NetFourIntegers net_four_load_integers(const int32_t *at) { return *(const NetFourIntegersAnywhere *)at; }

static inline void net_four_store_integers(int32_t *at, NetFourIntegers value) {
    *(NetFourIntegersAnywhere *)at = value;
}

static inline NetFour net_four(float value) { return (NetFour){value, value, value, value}; }

/* `a` where the mask's bits are set, else b. */
static inline NetFour net_four_choose(NetFourIntegers mask, NetFour a, NetFour b) {
    return (NetFour)((mask & (NetFourIntegers)a) | (~mask & (NetFourIntegers)b));
}

/* A length in whole vectors. */
static inline int64_t net_fours(int64_t length) { return (length + NET_FOUR - 1) / NET_FOUR * NET_FOUR; }

#endif
