#include "runtime/base/signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t pending;

static void on_signal(int signal) {
    if (pending != 0) {
        _exit(128 + signal); /* files are as they were: none is written in place */
    }
    pending = signal;
}

static void on_pipe(int signal) { (void)signal; }

void net_signals_install(bool restart) {
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_flags = restart ? SA_RESTART : 0};
    action.sa_handler = on_signal;
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        struct sigaction old;
        if (sigaction(stops[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN) {
            continue; /* under nohup, or in a shell's background */
        }
        sigaction(stops[i], &action, NULL);
    }
    net_signals_hold_pipe(); /* no reason to lose a training */
}

/* A handler, not SIG_IGN: net_streams_close can then tell whether the program was started to ignore the signal. */
void net_signals_hold_pipe(void) {
    struct sigaction action = {.sa_flags = SA_RESTART};
    struct sigaction old;
    action.sa_handler = on_pipe;
    if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_DFL) {
        sigaction(SIGPIPE, &action, NULL);
    }
}

int net_signals_pending(void) { return pending; }
