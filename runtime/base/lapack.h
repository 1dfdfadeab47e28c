/* What the runtime takes of LAPACK, in double, column by column: QR, Q of it, and singular values; by OpenBLAS, with
 * one thread, so that bits do not depend on their number.
 *
 * A program that is linked with OpenBLAS uses that, any other looks for it where the system keeps libraries. It has
 * other code for other processors, whose last bits may differ. */
#ifndef NET_BASE_LAPACK_H
#define NET_BASE_LAPACK_H

#include "runtime/base/error.h"

typedef void NetLapackFactor(const int *m, const int *n, double *a, const int *lda, double *tau, double *work,
                             const int *lwork, int *info);
typedef void NetLapackFormQ(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau,
                            double *work, const int *lwork, int *info);
/* Fortran gives the length of a text behind all else. */
typedef void NetLapackValues(const char *job, const int *m, const int *n, double *a, const int *lda, double *values,
                             double *u, const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork,
                             int *iwork, int *info, size_t job_length);

typedef struct {
    NetLapackFactor *factor; /* dgeqrf */
    NetLapackFormQ *form_q;  /* dorgqr */
    NetLapackValues *values; /* dgesdd */
} NetLapack;

/* False with *error filled (status NET_ENVIRONMENT): it is not there. `what` needs it: "init=orthogonal". */
bool net_lapack_find(NetLapack *lapack, const char *what, NetError *error);

#endif
