/* All rows are shuffled. The j-th row that is met of a class with n of them then stands at (2j + 1) / 2n of the way,
 * and rows are sorted by that: the first tenth of the order has the first tenth of each class, to a row. */
#include "runtime/data/order.h"

#include "runtime/base/rng.h"

#include <stdlib.h>

typedef struct {
    uint64_t odd; /* 2j + 1 */
    uint64_t of;  /* n */
    uint32_t row, met;
} Place;

static int by_way(const void *a, const void *b) {
    const Place *x = a, *y = b;
    uint64_t left = x->odd * y->of, right = y->odd * x->of; /* below 2^64: counts are below 2^31 */
    if (left != right) return left < right ? -1 : 1;
    return x->met < y->met ? -1 : x->met > y->met;
}

static void stratify(const NetDataFile *file, Place *place, uint64_t *count, uint32_t *order) {
    size_t rows = (size_t)file->count;
    for (size_t i = 0; i < rows; i++) {
        uint32_t row = order[i];
        place[i] = (Place){.odd = 2 * count[file->labels[row]]++ + 1, .row = row, .met = (uint32_t)i};
    }
    for (size_t i = 0; i < rows; i++) place[i].of = count[file->labels[place[i].row]];
    qsort(place, rows, sizeof *place, by_way);
    for (size_t i = 0; i < rows; i++) order[i] = place[i].row;
}

uint32_t *net_order_draw(const NetDataFile *file, int64_t classes, uint64_t seed, uint32_t stream, NetError *error) {
    size_t rows = (size_t)file->count;
    uint32_t *order = net_alloc(rows, sizeof *order, error);
    if (order == NULL) return NULL;
    net_rng_permutation(seed, NET_RNG_SPLIT, stream, 0, (uint32_t)rows, order);
    if (classes == 0 || file->labels == NULL) return order;
    Place *place = net_alloc(rows, sizeof *place, error);
    uint64_t *count = net_alloc((size_t)classes, sizeof *count, error);
    bool ok = place != NULL && count != NULL;
    if (ok) stratify(file, place, count, order);
    free(place);
    free(count);
    if (ok) return order;
    free(order);
    return NULL;
}
