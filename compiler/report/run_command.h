/* The command that makes a report's run once more, with a log that it lacks. */
#ifndef NETC_REPORT_RUN_COMMAND_H
#define NETC_REPORT_RUN_COMMAND_H

#include "compiler/report/report.h"

/* `netc train FILE` with what decides the chosen run's network, data and training, and `--set 'LINE'`, to be typed. */
const char *report_command(const Report *report, const char *line);

#endif
