#include "runtime/base/orthogonal.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "runtime/base/init.h"

/* LAPACK, column by column: QR, and Q of it. NULL in a program that is not linked with OpenBLAS. */
typedef void Factor(const int *m, const int *n, double *a, const int *lda, double *tau, double *work, const int *lwork,
                    int *info);
typedef void FormQ(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau, double *work,
                   const int *lwork, int *info);
typedef void SetThreads(int threads);
extern Factor dgeqrf_ __attribute__((weak));
extern FormQ dorgqr_ __attribute__((weak));
extern SetThreads openblas_set_num_threads __attribute__((weak));

static const char library[] = "libopenblas.so.0";

typedef struct {
    Factor *factor;
    FormQ *form_q;
    SetThreads *set_threads;
} Lapack;

static bool find_lapack(Lapack *lapack, NetError *error) {
    *lapack = (Lapack){&dgeqrf_, &dorgqr_, &openblas_set_num_threads};
    if (lapack->factor != NULL && lapack->form_q != NULL && lapack->set_threads != NULL) return true;
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle != NULL) {
        *(void **)&lapack->factor = dlsym(handle, "dgeqrf_");
        *(void **)&lapack->form_q = dlsym(handle, "dorgqr_");
        *(void **)&lapack->set_threads = dlsym(handle, "openblas_set_num_threads");
    }
    if (lapack->factor != NULL && lapack->form_q != NULL && lapack->set_threads != NULL) return true;
    return net_fail(error, NET_ENVIRONMENT, "init=orthogonal needs OpenBLAS, and there is no %s; install libopenblas0",
                    library);
}

/* Of a matrix of `rows` by `columns`, rows >= columns, column by column: Q, and in `diagonal` that of R. */
static bool decompose(const Lapack *lapack, int rows, int columns, double *a, double *diagonal, NetError *error) {
    enum { BLOCK = 64 }; /* columns at a time */
    const int room = columns * BLOCK;
    int info = 0;
    double *tau = net_alloc((size_t)columns, sizeof *tau, error);
    double *work = tau != NULL ? net_alloc((size_t)room, sizeof *work, error) : NULL;
    if (work != NULL) {
        lapack->set_threads(1);
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
    Lapack lapack;
    if (!find_lapack(&lapack, error)) return false;
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
