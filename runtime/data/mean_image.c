#include "runtime/data/mean_image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/signals.h"

/* Of every thousand pictures one may be beyond the bounds. Figures are counted by steps of a thousandth. */
enum { OF = 1000, STEPS = 1000, CORRELATIONS = 2 * STEPS + 1, OFFSETS = STEPS + 1 };

typedef struct {
    const NetData *data;
    float *x;                                           /* a picture */
    float *reduced;                                     /* the same, reduced */
    double *sum;                                        /* by place, of all pictures */
    int64_t correlation[CORRELATIONS], offset[OFFSETS]; /* pictures by figure */
} Work;

/* A row as the network sees it. */
static void load(Work *work, int64_t row) {
    const NetData *data = work->data;
    const unsigned char *values = net_data_example(data, NET_PART_TRAIN, row).values;
    if (data->type == NET_ROWS_F32) {
        memcpy(work->x, values, data->row_bytes);
        return;
    }
    for (int64_t i = 0; i < data->row_elements; i++) work->x[i] = (float)values[i] * (float)(1.0 / 255);
}

/* ---- the mean ---- */

static bool find_mean(Work *work, NetMeanImage *image, float *values) {
    const NetData *data = work->data;
    int64_t rows = data->part[NET_PART_TRAIN].count;
    image->low = INFINITY;
    image->high = -INFINITY;
    for (int64_t row = 0; row < rows; row++) {
        if (net_signals_pending() != 0) return false;
        load(work, row);
        for (int64_t i = 0; i < data->row_elements; i++) {
            work->sum[i] += (double)work->x[i];
            image->low = work->x[i] < image->low ? work->x[i] : image->low;
            image->high = work->x[i] > image->high ? work->x[i] : image->high;
        }
    }
    for (int64_t i = 0; i < data->row_elements; i++) work->x[i] = (float)(work->sum[i] / (double)rows);
    net_mean_image_reduce(image->shape, work->x, values);
    return true;
}

/* ---- how far pictures differ from it ---- */

static int64_t step_of(double value, int64_t steps) {
    double step = floor(value * (double)STEPS);
    return step < 0 ? 0 : step < (double)steps ? (int64_t)step : steps - 1;
}

static bool find_bounds(Work *work, NetMeanImage *image) {
    NetReference reference;
    int64_t rows = work->data->part[NET_PART_TRAIN].count, beyond = 0;
    net_reference_begin(&reference, image);
    for (int64_t row = 0; row < rows; row++) {
        NetLikeness likeness;
        if (net_signals_pending() != 0) return false;
        load(work, row);
        net_mean_image_reduce(image->shape, work->x, work->reduced);
        net_likeness(&reference, work->reduced, &likeness);
        work->correlation[step_of(likeness.correlation + 1, CORRELATIONS)]++;
        work->offset[step_of(likeness.offset, OFFSETS)]++;
    }
    int step = 0;
    while ((beyond += work->correlation[step]) <= rows / OF) step++;
    image->likeness = (float)((double)step / (double)STEPS - 1);
    step = OFFSETS - 1;
    beyond = 0;
    while ((beyond += work->offset[step]) <= rows / OF) step--;
    image->offset = (float)((double)(step + 1) / (double)STEPS);
    return true;
}

/* Rows and columns of numbers are pictures where they are bytes, or the network calls them so. */
static bool has_pictures(const NetData *data) {
    return (data->rank == 3 || data->type == NET_ROWS_U8) && net_mean_image_possible(data->picture);
}

/* Training saw ink that much farther off. */
static float widened(const NetMeanImage *image, double shift) {
    int64_t side = image->shape[1] < image->shape[2] ? image->shape[1] : image->shape[2];
    return (float)((double)image->offset + shift / (double)side);
}

bool net_mean_image_make(const NetData *data, double shift, NetMeanImage *image, float **values, NetError *error) {
    *image = (NetMeanImage){0};
    *values = NULL;
    if (!has_pictures(data)) return true;
    memcpy(image->shape, data->picture, sizeof image->shape);
    size_t count = (size_t)net_mean_image_count(image->shape), elements = (size_t)data->row_elements;
    Work *work = net_alloc(1, sizeof *work, error);
    if (work == NULL) return false;
    work->data = data;
    work->x = net_alloc(elements, sizeof *work->x, error);
    work->reduced = work->x != NULL ? net_alloc(count, sizeof *work->reduced, error) : NULL;
    work->sum = work->reduced != NULL ? net_alloc(elements, sizeof *work->sum, error) : NULL;
    *values = work->sum != NULL ? net_alloc(count, sizeof **values, error) : NULL;
    image->values = *values;
    bool made = *values != NULL && find_mean(work, image, *values) && find_bounds(work, image);
    if (made) {
        image->offset = widened(image, shift);
    } else if (*values != NULL) {
        net_fail(error, 128 + net_signals_pending(), "interrupted");
        free(*values);
        *values = NULL;
    }
    free(work->sum);
    free(work->reduced);
    free(work->x);
    free(work);
    return made;
}

/* ---- as text ---- */

/* Each float with the digits that give it back; the bounds are thousandths. */
char *net_mean_image_text(const NetMeanImage *image, NetError *error) {
    enum { NUMBER = 20, HEAD = 256 };
    int64_t count = net_mean_image_count(image->shape);
    size_t room = HEAD + (size_t)count * NUMBER;
    char *text = net_alloc(room, 1, error);
    if (text == NULL) return NULL;
    int length = snprintf(text, room,
                          "{\"shape\": [%lld, %lld, %lld], \"low\": %.9g, \"high\": %.9g, \"likeness\": %.6g, "
                          "\"offset\": %.6g, \"values\": [",
                          (long long)image->shape[0], (long long)image->shape[1], (long long)image->shape[2],
                          (double)image->low, (double)image->high, (double)image->likeness, (double)image->offset);
    for (int64_t i = 0; i < count; i++)
        length +=
            snprintf(text + length, room - (size_t)length, "%s%.9g", i == 0 ? "" : ", ", (double)image->values[i]);
    snprintf(text + length, room - (size_t)length, "]}");
    return text;
}

static bool take_number(const json_t *object, const char *key, float *out) {
    const json_t *number = json_object_get(object, key);
    *out = (float)json_number_value(number);
    return json_is_number(number) && isfinite(*out);
}

static bool take_shape(const json_t *list, int64_t shape[3]) {
    bool ok = json_is_array(list) && json_array_size(list) == 3;
    for (size_t i = 0; ok && i < 3; i++) {
        const json_t *side = json_array_get(list, i);
        shape[i] = json_integer_value(side);
        ok = json_is_integer(side) && shape[i] >= 1 && shape[i] <= UINT16_MAX + 1;
    }
    return ok && net_mean_image_possible(shape);
}

static bool take_values(const json_t *list, int64_t count, float **values) {
    bool ok = json_is_array(list) && json_array_size(list) == (size_t)count;
    *values = ok ? net_alloc((size_t)count, sizeof **values, NULL) : NULL;
    for (int64_t i = 0; *values != NULL && i < count && ok; i++) {
        const json_t *number = json_array_get(list, (size_t)i);
        (*values)[i] = (float)json_number_value(number);
        ok = json_is_number(number) && isfinite((*values)[i]);
    }
    return ok && *values != NULL;
}

bool net_mean_image_parse(const char *text, NetMeanImage *image, float **values) {
    json_t *object = json_loads(text, 0, NULL);
    *image = (NetMeanImage){0};
    *values = NULL;
    bool ok = take_shape(json_object_get(object, "shape"), image->shape) && take_number(object, "low", &image->low) &&
              take_number(object, "high", &image->high) && take_number(object, "likeness", &image->likeness) &&
              take_number(object, "offset", &image->offset) &&
              take_values(json_object_get(object, "values"), net_mean_image_count(image->shape), values);
    json_decref(object);
    image->values = *values;
    if (ok) return true;
    free(*values);
    *values = NULL;
    *image = (NetMeanImage){0};
    return false;
}
