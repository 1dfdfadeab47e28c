/* Signals that ask a program to stop: INT, TERM and HUP, but those the program was started to ignore. The first is
 * only noted; a second ends the process at once, with status 128 + its number. */
#ifndef NET_BASE_SIGNALS_H
#define NET_BASE_SIGNALS_H

#include <stdbool.h>

/* restart: system calls go on after the signal; else a read that waits fails with EINTR. */
void net_signals_install(bool restart);

/* A reader of standard output that has gone does not end the program: net_streams_close does, at its end. Part of
 * net_signals_install. */
void net_signals_hold_pipe(void);

/* The signal that came, or 0. */
int net_signals_pending(void);

#endif
