#include "runtime/data/likeness.h"

#include <math.h>
#include <string.h>

#include "runtime/data/area.h"

/* Of the distance that is allowed: a pixel of 28, by which those who cut pictures out do not agree. */
#define SLACK (1.0 / 28)
#define OTHER_RANGE 16.0
/* Paper that is neither is none. */
#define DARK (1.0 / 3)
#define LIGHT (2.0 / 3)

bool net_mean_image_possible(const int64_t shape[3]) {
    return shape[0] >= 1 && shape[0] <= NET_MEAN_IMAGE_CHANNELS && shape[1] > 1 && shape[2] > 1;
}

/* ---- reducing ---- */

/* The longer side becomes 32, where it is more, the other one keeps the ratio. */
static void reduced_sides(const int64_t shape[3], size_t *rows, size_t *columns) {
    int64_t longer = shape[1] > shape[2] ? shape[1] : shape[2], side[2] = {shape[1], shape[2]};
    for (int i = 0; i < 2 && longer > NET_MEAN_IMAGE_SIDE; i++) {
        side[i] = (side[i] * NET_MEAN_IMAGE_SIDE + longer / 2) / longer;
        side[i] = side[i] > 0 ? side[i] : 1;
    }
    *rows = (size_t)side[0];
    *columns = (size_t)side[1];
}

int64_t net_mean_image_count(const int64_t shape[3]) {
    size_t rows, columns;
    reduced_sides(shape, &rows, &columns);
    return shape[0] * (int64_t)(rows * columns);
}

static void reduce_channel(const NetSide *rows, const NetSide *columns, const float *x, float *out) {
    double sum[NET_MEAN_IMAGE_SIDE * NET_MEAN_IMAGE_SIDE] = {0};
    size_t row, column, value_row, value;
    for (uint64_t at = 0; at < (uint64_t)rows->from * rows->to;) {
        uint64_t height = net_side_next(rows, &at, &row, &value_row);
        for (uint64_t along = 0; along < (uint64_t)columns->from * columns->to;) {
            uint64_t width = net_side_next(columns, &along, &column, &value);
            sum[value_row * columns->to + value] += (double)(height * width) * (double)x[row * columns->from + column];
        }
    }
    for (size_t i = 0; i < rows->to * columns->to; i++)
        out[i] = (float)(sum[i] / ((double)rows->from * (double)columns->from));
}

void net_mean_image_reduce(const int64_t shape[3], const float *x, float *out) {
    NetSide rows = {.from = (size_t)shape[1]}, columns = {.from = (size_t)shape[2]};
    reduced_sides(shape, &rows.to, &columns.to);
    size_t plane = rows.from * columns.from, reduced = rows.to * columns.to;
    for (int64_t c = 0; c < shape[0]; c++) {
        const float *from = x + (size_t)c * plane;
        float *to = out + (size_t)c * reduced;
        if (plane == reduced)
            memcpy(to, from, plane * sizeof *to);
        else
            reduce_channel(&rows, &columns, from, to);
    }
}

/* ---- sums ---- */

/* All counted from the lowest value of the training pictures: where they are far from 0, sums keep their digits. */
typedef struct {
    double values, squares, product; /* of values, of their squares, of them with the mean image's */
    double down, right;              /* of values times their row, their column */
    double low, high, border;        /* border: the mean of the outermost */
} Sums;

static double border_of(const NetReference *reference, const float *x) {
    int64_t rows = reference->rows, columns = reference->columns, count = 0;
    double sum = 0;
    for (int64_t c = 0; c < reference->channels; c++)
        for (int64_t row = 0; row < rows; row++) {
            bool whole = row == 0 || row + 1 == rows;
            for (int64_t column = 0; column < columns; column += whole || columns == 1 ? 1 : columns - 1, count++)
                sum += (double)x[(c * rows + row) * columns + column];
        }
    return sum / (double)count;
}

static Sums sums_of(const NetReference *reference, const float *x) {
    double lowest = (double)reference->of->low;
    Sums sums = {.low = INFINITY, .high = -INFINITY, .border = border_of(reference, x) - lowest};
    const float *mean = reference->of->values;
    for (int64_t c = 0; c < reference->channels; c++)
        for (int64_t row = 0; row < reference->rows; row++) {
            double line = 0;
            for (int64_t column = 0; column < reference->columns; column++) {
                double value = (double)*x++ - lowest;
                line += value;
                sums.squares += value * value;
                sums.product += value * ((double)*mean++ - lowest);
                sums.right += value * (double)column;
                sums.low = value < sums.low ? value : sums.low;
                sums.high = value > sums.high ? value : sums.high;
            }
            sums.values += line;
            sums.down += line * (double)row;
        }
    return sums;
}

static double count_of(const NetReference *reference) {
    return (double)(reference->channels * reference->rows * reference->columns);
}

static bool is_light(const Sums *sums) { return sums->border > (sums->low + sums->high) / 2; }

/* The centre of mass of what stands out from the paper; false where nothing does. */
static bool centre_of(const NetReference *reference, const Sums *sums, double centre[2]) {
    double count = count_of(reference), paper = is_light(sums) ? sums->high : sums->low;
    double ink = sums->values - paper * count;
    if (!(sums->low < sums->high)) return false;
    centre[0] = (sums->down - paper * count * (double)(reference->rows - 1) / 2) / ink;
    centre[1] = (sums->right - paper * count * (double)(reference->columns - 1) / 2) / ink;
    return true;
}

/* The sum of squared distances from the mean; 0 where all values are one. */
static double spread_of(const NetReference *reference, const Sums *sums) {
    return sums->low < sums->high ? sums->squares - sums->values * sums->values / count_of(reference) : 0;
}

/* ---- comparing ---- */

void net_reference_begin(NetReference *reference, const NetMeanImage *image) {
    size_t rows, columns;
    reduced_sides(image->shape, &rows, &columns);
    *reference =
        (NetReference){.of = image, .channels = image->shape[0], .rows = (int64_t)rows, .columns = (int64_t)columns};
    Sums sums = sums_of(reference, image->values);
    reference->mean = sums.values / count_of(reference);
    reference->spread = spread_of(reference, &sums);
    reference->light = is_light(&sums);
    centre_of(reference, &sums, reference->centre);
}

void net_likeness(const NetReference *reference, const float *reduced, NetLikeness *likeness) {
    Sums sums = sums_of(reference, reduced);
    double spread = spread_of(reference, &sums), centre[2];
    double lowest = (double)reference->of->low;
    *likeness = (NetLikeness){.low = sums.low + lowest, .high = sums.high + lowest};
    if (sums.low < sums.high) likeness->paper = (sums.border - sums.low) / (sums.high - sums.low);
    if (spread > 0 && reference->spread > 0)
        likeness->correlation = (sums.product - sums.values * reference->mean) / sqrt(spread * reference->spread);
    if (!centre_of(reference, &sums, centre)) return;
    double down = fabs(centre[0] - reference->centre[0]) / (double)reference->rows;
    double right = fabs(centre[1] - reference->centre[1]) / (double)reference->columns;
    likeness->offset = down > right ? down : right;
}

NetVerdict net_verdict(const NetReference *reference, const NetLikeness *likeness) {
    const NetMeanImage *image = reference->of;
    double spread = likeness->high - likeness->low, usual = (double)image->high - (double)image->low;
    double least = image->likeness < 0 ? (double)image->likeness : 0;
    if (!(spread > 0) || !(usual > 0)) return NET_ALIKE; /* a picture of one value says nothing */
    if (spread > usual * OTHER_RANGE || spread * OTHER_RANGE < usual) return NET_OTHER_RANGE;
    bool other = reference->light ? likeness->paper < DARK : likeness->paper > LIGHT;
    if (other && likeness->correlation < least) return NET_INVERTED;
    return likeness->offset > (double)image->offset + SLACK ? NET_UNCENTRED : NET_ALIKE;
}
