#include "runtime/base/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

void net_streams_open(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
            /* For reading: what is written there then fails, and is reported, instead of vanishing. */
            if (open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd) _exit(NET_ENVIRONMENT);
        }
    }
    signal(SIGXFSZ, SIG_IGN); /* the programs it starts inherit this */
}

/* Why an earlier write failed, whose errno is gone; 0 where that cannot be told. */
static int why_failed(void) {
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (write(STDOUT_FILENO, "", 0) != 0) return errno;
    return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0 ? EPIPE : 0;
}

static void end_as_sigpipe_does(void) {
    struct sigaction action;
    if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
}

bool net_streams_close(NetError *error) {
    bool failed = ferror(stdout) != 0;
    int code = fflush(stdout) != 0 ? errno : 0;
    if (code == 0 && !failed) return true;
    if (code == 0) code = why_failed();
    if (code == EPIPE) end_as_sigpipe_does();
    clearerr(stdout); /* it is said once */
    return code != 0 ? net_fail_system(error, "standard output", "write", code)
                     : net_fail(error, NET_ENVIRONMENT, "standard output: cannot write: an earlier write failed");
}
