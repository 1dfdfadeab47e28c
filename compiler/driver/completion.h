/* Completion for shells: scripts made from the tables of commands and options, of netc and of trainers.
 *
 * They are made by `netc help --completion SHELL`; `make install` puts them where the shells look. */
#ifndef NETC_DRIVER_COMPLETION_H
#define NETC_DRIVER_COMPLETION_H

#include "compiler/driver/options.h"

/* Prints the script for "bash" or "zsh". */
void completion_print(Arena *arena, const char *shell, FILE *out);

#endif
