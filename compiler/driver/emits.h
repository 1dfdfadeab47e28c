/* What --emit names: the files that netc build makes. */
#ifndef NETC_DRIVER_EMITS_H
#define NETC_DRIVER_EMITS_H

#include "compiler/driver/pipeline.h"

/* False after reporting an output that the backend does not have, or a name that misleads. */
bool emit_check(const Compilation *compilation, int *status);
/* The file an output goes to when -o does not say: lenet5, lenet5.o, lenet5.c, lenet5.ll, lenet5.s. */
const char *emit_file(const Compilation *compilation);
/* What -O says. */
int emit_level(const Options *options);
/* Makes the output of compilation->code, a file in the scratch folder. */
bool emit_make(const Compilation *compilation, const Tools *tools, const char *path);
/* Writes the output of compilation->code to `path`, whole or not at all. The exit status, errors being printed. */
int emit_write(const Compilation *compilation, const Tools *tools, const char *path);

#endif
