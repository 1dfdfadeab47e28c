/* What a program writes to: its standard streams are open when it begins, and standard output is whole when it ends. */
#ifndef NET_BASE_STREAMS_H
#define NET_BASE_STREAMS_H

#include "runtime/base/error.h"

/* Standard streams that were closed are opened on /dev/null, so that no file takes their place and gets what is
 * printed. Where that is not possible the process ends with status NET_ENVIRONMENT. A write beyond the limit on the
 * sizes of files (ulimit -f) fails from now on, like one on a full disk, instead of ending the process. */
void net_streams_open(void);

/* Flushes standard output; false when any of it was not written, "standard output: cannot write: REASON" with status
 * NET_ENVIRONMENT. When its reader has gone the process ends as SIGPIPE ends it, silently, unless it was started to
 * ignore that signal. */
bool net_streams_close(NetError *error);

#endif
