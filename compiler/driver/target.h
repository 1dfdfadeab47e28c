/* Processors: what --cpu and --target name. */
#ifndef NETC_DRIVER_TARGET_H
#define NETC_DRIVER_TARGET_H

#include <stdio.h>

#include "compiler/base/target.h"

/* A back end's name for the processor that netc runs on; NULL after printing why there is none. */
typedef const char *HostName(Arena *arena);

/* The processors of --cpu auto on this kind of machine, most demanding first; gives how many. */
int target_ladder(Arena *arena, Target ladder[3]);
/* How another word for a machine is written, aarch64-linux-gnu for arm64 or one of its processors; NULL: it is none
 * that is known. */
const char *target_named(const char *name);
/* The processor `name` (NULL: any) of --target TRIPLE. False after filling *why, a usage error of --cpu, or with NULL
 * there when netc does not know that kind of machine. */
bool target_of_triple(Arena *arena, const char *triple, const char *name, Target *target, const char **why);
/* The processor `name` (NULL: native, which `host` names if there is one). False after filling *why, a usage error, or
 * with NULL there when `host` printed why. */
bool target_find(Arena *arena, const char *name, HostName *host, Target *target, const char **why);
/* One line: what is reckoned with for the processor. */
void target_print(const Target *target, FILE *out);

#endif
