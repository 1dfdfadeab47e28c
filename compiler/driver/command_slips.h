/* What is said when the first word of the command line is no command. */
#ifndef NETC_DRIVER_COMMAND_SLIPS_H
#define NETC_DRIVER_COMMAND_SLIPS_H

#include "compiler/driver/options.h"

/* `argv` begins with that word. Prints one line; STATUS_USAGE. */
int command_unknown(Arena *arena, int argc, char **argv);

#endif
