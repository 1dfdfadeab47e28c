#include "runtime/data/shape.h"

#include <string.h>

static int64_t product(const int64_t *shape, int rank) {
    int64_t count = 1;
    for (int i = 0; i < rank; i++) count *= shape[i]; /* whoever read the sizes has checked that it fits */
    return count;
}

static bool same_sides(const int64_t *a, int a_rank, const int64_t *b, int b_rank) {
    int i = 0, k = 0;
    for (;; i++, k++) {
        while (i < a_rank && a[i] == 1) i++;
        while (k < b_rank && b[k] == 1) k++;
        if (i == a_rank || k == b_rank) return i == a_rank && k == b_rank;
        if (a[i] != b[k]) return false;
    }
}

/* Whether the input's first side counts channels of the example: a list of values has no order to get wrong. */
static bool same_channels(const int64_t *input, const int64_t *example, int rank) {
    return input[0] == 1 || rank == 1 || (rank >= 3 && example[rank - 3] == input[0]);
}

bool net_shape_maps(const int64_t *example, int rank, int64_t maps[3]) {
    if (rank != 2 && rank != 3) return false;
    maps[0] = rank == 3 ? example[0] : 1;
    memcpy(maps + 1, example + rank - 2, 2 * sizeof *maps);
    return true;
}

/* Whether the sides of one are those of the other in some order. */
static bool permuted(const int64_t a[3], const int64_t b[3]) {
    bool taken[3] = {false};
    for (int i = 0; i < 3; i++) {
        int k = 0;
        while (k < 3 && (taken[k] || a[i] != b[k])) k++;
        if (k == 3) return false;
        taken[k] = true;
    }
    return true;
}

NetShapeMatch net_shape_match(const int64_t *input, int input_rank, const int64_t *example, int rank) {
    int64_t maps[3];
    if (input_rank == 1) return product(example, rank) == input[0] ? NET_SHAPE_SUITS : NET_SHAPE_OTHER;
    if (same_sides(input, input_rank, example, rank) && same_channels(input, example, rank)) return NET_SHAPE_SUITS;
    if (!net_shape_maps(example, rank, maps)) return NET_SHAPE_OTHER;
    bool turned = rank == 3 && example[0] == input[1] && example[1] == input[2] && example[2] == input[0];
    if (turned && example[0] != 1) return NET_SHAPE_LAST; /* 1x28x28 is no row of 28 pixels in 28 channels */
    if (!permuted(input, maps)) return NET_SHAPE_OTHER;
    bool last = rank == 3 && example[2] < example[0] && example[2] < example[1];
    return last ? NET_SHAPE_LAST_INPUT_ORDER : NET_SHAPE_INPUT_ORDER;
}
