/* Runs as a table on a terminal, made to fit it. */
#ifndef NETC_DRIVER_RUN_TABLE_H
#define NETC_DRIVER_RUN_TABLE_H

#include "compiler/driver/run_columns.h"

/* `sorted`: the column they are sorted by, which is shown in any case; NULL: none. */
void run_table_print(Arena *arena, const Options *options, const Runs *runs, const Runs *groups, const Column *sorted);

#endif
