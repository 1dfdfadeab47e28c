#include "runtime/base/singular.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "runtime/base/lapack.h"

/* Asked with a room of -1, LAPACK says how much it wants. */
enum { ASK = -1 };

static bool decompose(const NetLapack *lapack, int rows, int columns, double *a, double *values, NetError *error) {
    const int least = rows < columns ? rows : columns;
    const int one = 1, ask = ASK;
    int info = 0;
    int room = 0;
    double wanted = 0;
    double nothing[1];
    int *order = net_alloc(8 * (size_t)least, sizeof *order, error); /* as LAPACK has it */
    if (order == NULL) {
        return false;
    }
    lapack->values("N", &rows, &columns, a, &rows, values, nothing, &one, nothing, &one, &wanted, &ask, order, &info,
                   1);
    double *work = wanted < INT_MAX ? net_alloc((size_t)wanted, sizeof *work, error) : NULL;
    if (info == 0 && work != NULL) {
        room = (int)wanted;
        lapack->values("N", &rows, &columns, a, &rows, values, nothing, &one, nothing, &one, work, &room, order, &info,
                       1);
    }
    free(order);
    free(work);
    if (info != 0) {
        return net_fail(error, NET_ENVIRONMENT, "OpenBLAS finds no singular values of a matrix of %d by %d: dgesdd %d",
                        rows, columns, info);
    }
    return room > 0 || net_fail(error, NET_ENVIRONMENT, "out of memory");
}

bool net_singular_values(double *matrix, int64_t rows, int64_t columns, double *values, NetError *error) {
    NetLapack lapack;
    int64_t least = rows < columns ? rows : columns;
    bool finite = true;
    for (int64_t i = 0; i < rows * columns; i++) {
        finite = finite && isfinite(matrix[i]);
    }
    if (!finite) {
        for (int64_t i = 0; i < least; i++) {
            values[i] = (double)NAN;
        }
        return true;
    }
    if (rows > INT_MAX || columns > INT_MAX) {
        return net_fail(error, NET_ENVIRONMENT, "a matrix of so many rows or columns has no singular values here");
    }
    /* row by row is the transposed matrix column by column: its singular values are the same */
    return net_lapack_find(&lapack, "log spectrum", error) &&
           decompose(&lapack, (int)columns, (int)rows, matrix, values, error);
}

static int falling(const void *a, const void *b) {
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left < right) - (left > right);
}

/* Of values that fall: the share p from the smallest on. */
static double quantile(const double *values, int64_t count, double p) {
    double place = (1 - p) * (double)(count - 1);
    int64_t first = (int64_t)floor(place);
    int64_t next = first + 1 < count ? first + 1 : first;
    double part = place - (double)first;
    return part == 0 ? values[first] : values[first] + part * (values[next] - values[first]);
}

NetSpectrumFigures net_spectrum_figures(double *values, int64_t count) {
    double sum = 0;
    double entropy = 0;
    for (int64_t i = 0; i < count; i++) {
        sum += values[i];
    }
    for (int64_t i = 0; i < count && isnan(sum); i++) {
        values[i] = sum;
    }
    qsort(values, (size_t)count, sizeof *values, falling);
    for (int64_t i = 0; i < count && sum > 0; i++) {
        double share = values[i] / sum;
        entropy -= share > 0 ? share * log(share) : 0;
    }
    return (NetSpectrumFigures){
        .largest = values[0],
        .upper = quantile(values, count, 0.75),
        .median = quantile(values, count, 0.5),
        .lower = quantile(values, count, 0.25),
        .smallest = values[count - 1],
        .effective_rank = sum > 0 ? exp(entropy) : sum, /* NAN as it is */
    };
}
