#include "runtime/base/orthogonal.h"

#include <stdlib.h>

#include "runtime/base/init.h"
#include "runtime/base/lapack.h"

/* Of a matrix of `rows` by `columns`, rows >= columns, column by column: Q, and in `diagonal` that of R. */
static bool decompose(const NetLapack *lapack, int rows, int columns, double *a, double *diagonal, NetError *error) {
    enum { BLOCK = 64 }; /* columns at a time */
    const int room = columns * BLOCK;
    int info = 0;
    double *tau = net_alloc((size_t)columns, sizeof *tau, error);
    double *work = tau != NULL ? net_alloc((size_t)room, sizeof *work, error) : NULL;
    if (work != NULL) {
        lapack->factor(&rows, &columns, a, &rows, tau, work, &room, &info);
        for (int c = 0; c < columns; c++) diagonal[c] = a[(size_t)c * (size_t)rows + (size_t)c];
        if (info == 0) lapack->form_q(&rows, &columns, &columns, a, &rows, tau, work, &room, &info);
    }
    bool good = work != NULL && info == 0;
    if (work != NULL && info != 0) net_fail(error, NET_ENVIRONMENT, "OpenBLAS refused argument %d", -info);
    free(work);
    free(tau);
    return good;
}

bool net_orthogonal_fill(double gain, uint64_t seed, uint32_t tensor, int64_t rows, int64_t columns, float *out,
                         NetError *error) {
    int64_t longer = rows > columns ? rows : columns, shorter = rows > columns ? columns : rows;
    NetLapack lapack;
    if (!net_lapack_find(&lapack, "init=orthogonal", error)) return false;
    double *a = net_alloc((size_t)(longer * shorter), sizeof *a, error);
    double *diagonal = a != NULL ? net_alloc((size_t)shorter, sizeof *diagonal, error) : NULL;
    bool good = diagonal != NULL;
    for (int64_t i = 0; good && i < longer * shorter; i++)
        a[i % shorter * longer + i / shorter] = net_init_normal(seed, tensor, i);
    good = good && decompose(&lapack, (int)longer, (int)shorter, a, diagonal, error);
    for (int64_t i = 0; good && i < rows * columns; i++) {
        int64_t row = i / columns, column = i % columns;
        int64_t along = rows > columns ? row : column, across = rows > columns ? column : row;
        double q = a[across * longer + along];
        out[i] = (float)(gain * (diagonal[across] < 0 ? -q : q));
    }
    free(diagonal);
    free(a);
    return good;
}
