#include "runtime/base/lapack.h"

#include <dlfcn.h>

/* NULL in a program that is not linked with OpenBLAS. */
typedef void SetThreads(int threads);
extern NetLapackFactor dgeqrf_ __attribute__((weak));
extern NetLapackFormQ dorgqr_ __attribute__((weak));
extern NetLapackValues dgesdd_ __attribute__((weak));
extern SetThreads openblas_set_num_threads __attribute__((weak));

static const char library[] = "libopenblas.so.0";

static bool use(const NetLapack *lapack, SetThreads *set_threads) {
    bool whole = lapack->factor != NULL && lapack->form_q != NULL && lapack->values != NULL && set_threads != NULL;
    if (whole) {
        set_threads(1);
    }
    return whole;
}

bool net_lapack_find(NetLapack *lapack, const char *what, NetError *error) {
    *lapack = (NetLapack){&dgeqrf_, &dorgqr_, &dgesdd_};
    if (use(lapack, &openblas_set_num_threads)) {
        return true;
    }
    SetThreads *set_threads = NULL;
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle != NULL) {
        *(void **)&lapack->factor = dlsym(handle, "dgeqrf_");
        *(void **)&lapack->form_q = dlsym(handle, "dorgqr_");
        *(void **)&lapack->values = dlsym(handle, "dgesdd_");
        *(void **)&set_threads = dlsym(handle, "openblas_set_num_threads");
    }
    return use(lapack, set_threads) ||
           net_fail(error, NET_ENVIRONMENT, "%s needs OpenBLAS, and there is no %s; install libopenblas0", what,
                    library);
}
