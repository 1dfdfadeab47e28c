/* The values of -D, which replace lets outside the blocks. */
#ifndef NETC_DEFINES_H
#define NETC_DEFINES_H

#include "compiler/model/model.h"

/* A value of -D by the let it replaces. */
typedef struct {
    const char *name;
    const AstValue *value; /* NULL: it could not be parsed */
} Override;

typedef struct {
    Override *at;
    size_t count;
} Overrides;

/* Reads those of the command line; a let that the file has not, and a value that is none, is reported. */
Overrides read_defines(Arena *arena, Diags *diags, const AstFile *file, const ModelChanges *changes, Source *source);

#endif
