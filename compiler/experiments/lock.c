#include "compiler/experiments/lock.h"

#include <errno.h>
#include <sys/file.h>
#include <time.h>

enum { PAUSE_MILLISECONDS = 5 };

void lock_pause(void) {
    const struct timespec time = {.tv_nsec = PAUSE_MILLISECONDS * 1000 * 1000};
    nanosleep(&time, NULL);
}

bool lock_within(int fd, double seconds) {
    for (double waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
         waited += PAUSE_MILLISECONDS / 1000.0) {
        if (waited >= seconds) {
            return false;
        }
        lock_pause();
    }
    return true;
}
