/* netc show FILE.safetensors|RUN: what a weights file holds, whoever wrote it, and how the run went that it is of. */
#ifndef NETC_DRIVER_SHOW_WEIGHTS_H
#define NETC_DRIVER_SHOW_WEIGHTS_H

#include "compiler/driver/options.h"

/* What a path is that no model can be: "a weights file" (safetensors, by its name or its first bytes), "a run", "a
 * folder"; NULL: neither. A word that is nothing by itself may be the name of a run in runs/. */
const char *show_weights_what(const char *path);
/* Prints it, as text or with --json; the exit status. */
int show_weights(Arena *arena, const Options *options, const char *path);

#endif
