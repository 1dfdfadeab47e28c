/* Means over areas: a side of a picture that becomes shorter or longer. Nothing here can fail.
 *
 * Along one side, `from` pixels become `to` values. Counted in parts of which a pixel is `to` and a value `from`, both
 * begin and end at whole numbers: so weights are integers, and all that a value is made of weighs `from`. */
#ifndef NET_DATA_AREA_H
#define NET_DATA_AREA_H

#include <stddef.h>
#include <stdint.h>

enum { NET_AREA_MOST = 1 << 27 }; /* pixels of a picture, so that sums of 64 bits hold what becomes of it */

typedef struct {
    size_t first, from, to; /* the pixels are first … first+from-1 */
} NetSide;

/* Goes on to the next piece of a side, which is all of one pixel and of one value: its length. The pieces begin at 0
 * and end at from * to. */
static inline uint64_t net_side_next(const NetSide *side, uint64_t *at, size_t *pixel, size_t *value) {
    uint64_t pixel_end = (*at / side->to + 1) * side->to, value_end = (*at / side->from + 1) * side->from;
    uint64_t begin = *at;
    *pixel = side->first + (size_t)(begin / side->to);
    *value = (size_t)(begin / side->from);
    *at = pixel_end < value_end ? pixel_end : value_end;
    return *at - begin;
}

#endif
