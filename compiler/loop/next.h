/* When stored tensors are replaced. See next.c. */
#ifndef NETC_NEXT_H
#define NETC_NEXT_H

#include "compiler/loop/layout.h"

/* Settles levels of the computes with `next` in a program's list, whose other levels are found, and which of them are
 * together: these follow each other then. BUG when there is no such order. */
void next_place(Program *p, Placed *list, size_t count);

#endif
