/* Four floats side by side. A loop over them is one over vectors with any compiler and at any level, and the numbers
 * are those that one float after the other would give. */
#ifndef NET_DATA_FOUR_H
#define NET_DATA_FOUR_H

#include <stdint.h>

enum { NET_FOUR = 4 };

typedef float NetFour __attribute__((vector_size(16)));
typedef int32_t NetFourIntegers __attribute__((vector_size(16)));
typedef float NetFourAnywhere __attribute__((vector_size(16), aligned(4), may_alias));

static inline NetFour net_four_load(const float *at) { return *(const NetFourAnywhere *)at; }
static inline void net_four_store(float *at, NetFour value) { *(NetFourAnywhere *)at = value; }

static inline NetFour net_four(float value) { return (NetFour){value, value, value, value}; }

/* `a` where the mask's bits are set, else b. */
static inline NetFour net_four_choose(NetFourIntegers mask, NetFour a, NetFour b) {
    return (NetFour)((mask & (NetFourIntegers)a) | (~mask & (NetFourIntegers)b));
}

/* A length in whole vectors. */
static inline int64_t net_fours(int64_t length) { return (length + NET_FOUR - 1) / NET_FOUR * NET_FOUR; }

#endif
