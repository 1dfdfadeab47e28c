/* The standard streams of a program: open when it begins, and standard output whole when it ends. */
#ifndef NET_BASE_STREAMS_H
#define NET_BASE_STREAMS_H

#include "runtime/base/error.h"

/* Standard streams that were closed are opened on /dev/null, so that no file takes their place and gets what is
 * printed. Where that is not possible the process ends with status NET_ENVIRONMENT. */
void net_streams_open(void);

/* Flushes standard output; false when any of it was not written, "standard output: cannot write: REASON" with status
 * NET_ENVIRONMENT. When its reader has gone the process ends as SIGPIPE ends it, silently, unless it was started to
 * ignore that signal. */
bool net_streams_close(NetError *error);

#endif
