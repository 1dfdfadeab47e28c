/* The data set `digits`, linked into the program (runtime/data/digits/README.md says what it is).
 *
 * The compressed files are taken in by the assembler when digits.c is compiled: from the project's root, or from
 * anywhere with -DNET_SOURCE_ROOT='"…"'. Nothing can fail at run time. */
#ifndef NET_DATA_DIGITS_H
#define NET_DATA_DIGITS_H

#include "runtime/data/stream.h"

/* Training images and labels, test images and labels. */
void net_digits_sources(NetSource out[4]);

#endif
