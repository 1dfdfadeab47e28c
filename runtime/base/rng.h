/* Random numbers by counting: Philox4x32-10 (Salmon et al., SC 2011).
 *
 * A number is a pure function of what it is for; there is no generator state, nothing to save or to lock, and no
 * dependence on threads or order. Nothing here can fail. All results are the same bits on every IEEE 754 machine:
 * only + - * / and sqrt of doubles are used, never libm's logarithm (compile with -ffp-contract=off).
 *
 * Key and counter of every stream:
 *
 *     key[0], key[1]  the seed's low and high 32 bits
 *     counter[3]      purpose << 24 | unit       unit: tensor, layer, …, below 2^24
 *     counter[0..2]   by purpose:
 *
 *     purpose          counter[0]          counter[1]           counter[2]   unit
 *     NET_RNG_LAYER    element / 4         item in data set     epoch        layer     dropout; words of net_random
 *     NET_RNG_INIT     element / 2, low    element / 2, high    0            tensor    two draws a block
 *     NET_RNG_SHUFFLE  place               attempt / 4          epoch        stream    permutations
 *     NET_RNG_SPLIT    place               attempt / 4          0            stream    splits that are shuffled
 *     NET_RNG_AUGMENT  draw / 4            item in data set     epoch        which     augmentation: data/augment.c
 */
#ifndef NET_BASE_RNG_H
#define NET_BASE_RNG_H

#include "runtime/abi.h"
#include "runtime/base/error.h"

typedef enum { NET_RNG_LAYER = 0, NET_RNG_INIT, NET_RNG_SHUFFLE, NET_RNG_SPLIT, NET_RNG_AUGMENT } NetRngPurpose;

/* One block: 128 random bits from a counter and a key. */
void net_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Block of stream (seed, purpose, unit) at counter a, b, c. */
void net_rng_block(uint64_t seed, NetRngPurpose purpose, uint32_t unit, uint32_t a, uint32_t b, uint32_t c,
                   uint32_t out[4]);

/* Blocks a … a + NET_LANES - 1 of it: out[w][l] is word w of block a + l. */
void net_rng_blocks(uint64_t seed, NetRngPurpose purpose, uint32_t unit, uint32_t a, uint32_t b, uint32_t c,
                    uint32_t out[4][NET_LANES]);

/* Uniform in [0, 1): a multiple of 2^-53. */
double net_rng_uniform(uint32_t high, uint32_t low);

/* Uniform in (0, 1): an odd multiple of 2^-53, symmetric about 1/2. */
double net_rng_open(uint32_t high, uint32_t low);

/* The standard normal's quantile of p, 0 < p < 1: Wichura's AS 241, PPND16, relative error about 1e-16. */
double net_rng_normal(double p);

/* Natural logarithm of x, a positive normal number: an error below 2 units in the last place, the same bits
 * everywhere. */
double net_rng_log(double x);

/* A random permutation of 0 … count-1 for (seed, purpose, stream, epoch): Fisher and Yates, without bias. */
void net_rng_permutation(uint64_t seed, NetRngPurpose purpose, uint32_t stream, uint32_t epoch, uint32_t count,
                         uint32_t *out);

#endif
