#include "compiler/experiments/lock.h"

#include <errno.h>
#include <sys/file.h>
#include <time.h>

static const double PAUSE = 0.005; /* seconds */

void lock_pause(void) {
    const struct timespec time = {.tv_nsec = (long)(1e9 * PAUSE)};
    nanosleep(&time, NULL);
}

bool lock_within(int fd, double seconds) {
    for (double waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; waited += PAUSE) {
        if (waited >= seconds) {
            return false;
        }
        lock_pause();
    }
    return true;
}
