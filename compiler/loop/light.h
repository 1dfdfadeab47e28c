/* Which nests take next to no time: steps of a few biases, what follows a mean. Together they are a thousandth of a
 * program's work or less, and printers need take no pains over them. */
#ifndef NETC_LIGHT_H
#define NETC_LIGHT_H

#include "compiler/loop/loop.h"

/* The nests that a program runs, and what each takes. */
typedef struct {
    int nest;
    int64_t work; /* split_work() */
} NestRun;
typedef VEC(NestRun) NestRuns;

/* Before any program is looked at: all nests are light. */
void light_begin(Code *code);
/* Those that are not in a program that runs again and again: all but as many of the least as take a thousandth of it
 * together. Sorts the runs. */
void light_settle(Code *code, NestRuns *runs);

#endif
