#include "runtime/data/like_mnist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/area.h"

enum { SIDE = NET_LIKE_MNIST_SIDE, BOX = 20, MIDDLE = 14, LEAST_INK = 64, ALL_INK = 255 };

typedef struct {
    const float *grey;
    size_t height, width;
    double paper, reach; /* reach: the distance of the farthest ink, below 0 where it is darker; 0: there is none */
    size_t top, left, rows, columns; /* the smallest box with all ink */
} Picture;

/* ---- paper and ink ---- */

static int compare(const void *a, const void *b) {
    float left = *(const float *)a, right = *(const float *)b;
    return (left > right) - (left < right);
}

/* Of an even number the smaller of the two in the middle. */
static bool find_paper(Picture *picture, NetError *error) {
    size_t height = picture->height, width = picture->width, count = 0;
    float *edge = net_alloc(2 * (height + width), sizeof *edge, error);
    if (edge == NULL) return false;
    for (size_t row = 0; row < height; row++) {
        bool whole = row == 0 || row + 1 == height;
        for (size_t column = 0; column < width; column += whole || width == 1 ? 1 : width - 1)
            edge[count++] = picture->grey[row * width + column];
    }
    qsort(edge, count, sizeof *edge, compare);
    picture->paper = (double)edge[(count - 1) / 2];
    free(edge);
    return true;
}

static void find_reach(Picture *picture) {
    double low = picture->paper, high = low;
    for (size_t i = 0; i < picture->height * picture->width; i++) {
        double value = (double)picture->grey[i];
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    bool dark = picture->paper - low > high - picture->paper;
    picture->reach = dark ? low - picture->paper : high - picture->paper;
}

static unsigned ink_at(const Picture *picture, size_t row, size_t column) {
    double distance = (double)picture->grey[row * picture->width + column] - picture->paper;
    double share = distance / picture->reach; /* at most 1 */
    unsigned ink = share > 0 ? (unsigned)floor(share * (double)ALL_INK + 0.5) : 0;
    return ink < LEAST_INK ? 0 : ink;
}

static void find_box(Picture *picture) {
    size_t bottom = 0, right = 0;
    picture->top = picture->height;
    picture->left = picture->width;
    for (size_t row = 0; row < picture->height; row++)
        for (size_t column = 0; column < picture->width; column++) {
            if (ink_at(picture, row, column) == 0) continue;
            picture->top = row < picture->top ? row : picture->top;
            picture->left = column < picture->left ? column : picture->left;
            bottom = row;
            right = column > right ? column : right;
        }
    picture->rows = bottom + 1 - picture->top;
    picture->columns = right + 1 - picture->left;
}

/* ---- fitting ---- */

static void fit(const Picture *picture, unsigned box[BOX][BOX]) {
    size_t longer = picture->rows > picture->columns ? picture->rows : picture->columns;
    size_t above = (longer - picture->rows) / 2, before = (longer - picture->columns) / 2;
    const NetSide side = {.from = longer, .to = BOX};
    uint64_t sum[BOX][BOX] = {{0}}, unit = (uint64_t)longer * longer;
    size_t row, column, i, k;
    for (uint64_t at = 0; at < (uint64_t)longer * BOX;) {
        uint64_t height = net_side_next(&side, &at, &row, &i);
        if (row < above || row - above >= picture->rows) continue;
        for (uint64_t along = 0; along < (uint64_t)longer * BOX;) {
            uint64_t width = net_side_next(&side, &along, &column, &k);
            if (column < before || column - before >= picture->columns) continue;
            sum[i][k] += height * width * ink_at(picture, picture->top + row - above, picture->left + column - before);
        }
    }
    for (i = 0; i < BOX; i++)
        for (k = 0; k < BOX; k++) box[i][k] = (unsigned)((sum[i][k] + unit / 2) / unit);
}

/* Where the box begins along a side, so that the middle of its mass is nearest to the middle: `moment` is the sum of
 * mass times place. */
static size_t place(uint64_t mass, uint64_t moment) {
    uint64_t twice = (2 * MIDDLE + 1) * mass; /* floor(MIDDLE - moment / mass + 1/2) */
    size_t at = mass == 0 ? (SIDE - BOX) / 2 : 2 * moment >= twice ? 0 : (size_t)((twice - 2 * moment) / (2 * mass));
    return at < SIDE - BOX ? at : SIDE - BOX;
}

bool net_like_mnist(const float *grey, size_t height, size_t width, float *x, NetError *error) {
    Picture picture = {.grey = grey, .height = height, .width = width};
    unsigned box[BOX][BOX];
    uint64_t mass = 0, down = 0, across = 0;
    memset(x, 0, NET_LIKE_MNIST_VALUES * sizeof *x);
    if (!find_paper(&picture, error)) return false;
    find_reach(&picture);
    if (!(fabs(picture.reach) > 0)) return true;
    find_box(&picture);
    fit(&picture, box);
    for (size_t i = 0; i < BOX; i++)
        for (size_t k = 0; k < BOX; k++) {
            mass += box[i][k];
            down += i * box[i][k];
            across += k * box[i][k];
        }
    size_t top = place(mass, down), left = place(mass, across);
    for (size_t i = 0; i < BOX; i++)
        for (size_t k = 0; k < BOX; k++) x[(top + i) * SIDE + left + k] = (float)box[i][k] * (float)(1.0 / 255);
    return true;
}
