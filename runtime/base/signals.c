#include "runtime/base/signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const int stops[NET_STOPS] = {SIGINT, SIGTERM, SIGHUP};

static volatile sig_atomic_t pending, waiting, resumed;

static void on_signal(int signal) {
    if (pending != 0) {
        _exit(128 + signal); /* files are as they were: none is written in place */
    }
    pending = signal;
}

static void on_resume(int signal) {
    (void)signal;
    resumed = 1;
}

static void on_pipe(int signal) { (void)signal; }

static void on_end(int signal) { _exit(128 + signal); }

static void on_held(int signal) {
    if (waiting != 0) _exit(128 + signal);
    waiting = signal;
}

static void handle_stops(void (*handler)(int), int flags) {
    struct sigaction action = {.sa_flags = flags};
    action.sa_handler = handler;
    sigfillset(&action.sa_mask);
    for (int i = 0; i < NET_STOPS; i++) {
        struct sigaction old;
        if (sigaction(stops[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN) {
            continue; /* under nohup, or in a shell's background */
        }
        sigaction(stops[i], &action, NULL);
    }
}

void net_signals_end(void) {
    handle_stops(on_end, 0);
    net_signals_hold_pipe();
}

void net_signals_install(bool restart) {
    struct sigaction action = {.sa_flags = SA_RESTART};
    action.sa_handler = on_resume;
    sigaction(SIGCONT, &action, NULL);
    handle_stops(on_signal, restart ? SA_RESTART : 0);
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

void net_signals_hold(NetSignalsHeld *held) {
    for (int i = 0; i < NET_STOPS; i++) sigaction(stops[i], NULL, &held->before[i]);
    handle_stops(on_held, 0);
}

void net_signals_release(const NetSignalsHeld *held) {
    for (int i = 0; i < NET_STOPS; i++) sigaction(stops[i], &held->before[i], NULL);
    int signal = waiting;
    waiting = 0;
    if (signal != 0) raise(signal);
}

int net_signals_pending(void) { return pending != 0 ? pending : waiting; }

bool net_signals_resumed(void) {
    bool was = resumed != 0;
    resumed = 0;
    return was;
}
