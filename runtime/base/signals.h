/* Signals that ask a program to stop: INT, TERM and HUP, but those the program was started to ignore. The first is
 * only noted; a second ends the process at once, with status 128 + its number. */
#ifndef NET_BASE_SIGNALS_H
#define NET_BASE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Until net_signals_install: the first ends the process, which has nothing yet that is worth to be kept. */
void net_signals_end(void);

/* restart: system calls go on after the signal; else a read that waits fails with EINTR. */
void net_signals_install(bool restart);

/* A reader of standard output that has gone does not end the program: net_streams_close does, at its end. Part of
 * the two above. */
void net_signals_hold_pipe(void);

/* While a file is written that would stay behind half-done: the first of these signals is noted, whatever the program
 * does with them otherwise, and gets its due with the release: then it may be the program's end. A second one ends it
 * at once. Not within each other. */
enum { NET_STOPS = 3 };
typedef struct {
    struct sigaction before[NET_STOPS];
} NetSignalsHeld;
void net_signals_hold(NetSignalsHeld *held);
void net_signals_release(const NetSignalsHeld *held);

/* The signal that came, noted or held, or 0. */
int net_signals_pending(void);

/* Whether the program was stopped and made to go on (CONT) since this was asked last. */
bool net_signals_resumed(void);

#endif
