/* netc show --infer: what a network takes where it is used. */
#ifndef NETC_DRIVER_SHOW_INFER_H
#define NETC_DRIVER_SHOW_INFER_H

#include "compiler/driver/pipeline.h"

/* Whether the options of `netc show` go together; false after printing why. */
bool show_infer_check(const Options *options, int *status);
/* Of a compilation that was opened; the exit status, errors being printed. */
int show_infer(Compilation *compilation);

#endif
