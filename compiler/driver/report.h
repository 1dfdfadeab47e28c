/* Messages of the driver that are not about a place in a model, and the state of the standard streams.
 *
 * Results go to standard output, messages to standard error, one line each; on a
 * terminal wrapped at words. */
#ifndef NETC_DRIVER_REPORT_H
#define NETC_DRIVER_REPORT_H

#include "compiler/driver/options.h"

/* "netc COMMAND: text" (command may be NULL); returns STATUS_USAGE. */
int report_usage(const char *command, const char *format, ...) PRINTF_LIKE(2, 3);
/* "netc: text"; returns STATUS_ENVIRONMENT. */
int report_environment(const char *format, ...) PRINTF_LIKE(1, 2);
/* "netc: text", for what is worth a line but is no error. */
void report_note(const char *format, ...) PRINTF_LIKE(1, 2);

/* Whether to colour what goes to a stream: --color decides, else NO_COLOR, TERM=dumb and whether it is a terminal. */
bool report_color(const Options *options, FILE *stream);

/* Flushes standard output; when that fails, says so and returns STATUS_ENVIRONMENT instead of `status`. */
int report_close_streams(int status);

#endif
