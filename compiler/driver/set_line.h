/* What a --set line says, before it is put into a model: for commands that give trainers some of it themselves. */
#ifndef NETC_DRIVER_SET_LINE_H
#define NETC_DRIVER_SET_LINE_H

#include "compiler/base/base.h"

/* The setting that a line is of, "epochs"; NULL: it cannot be read, which is told where it is put into a model. */
const char *set_line_name(Arena *arena, const char *line);
/* Whether a line takes the place of another: both are of one setting. Lines that log different things go together. */
bool set_line_replaces(Arena *arena, const char *line, const char *other);
/* Whether a line says what an option of trainers does: "epochs 3" and "optimizer sgd rate=1" are --epochs and --rate,
 * "log gradients every=5" is --log-every. */
bool set_line_says(Arena *arena, const char *line, const char *option);

#endif
