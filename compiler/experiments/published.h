/* Curves of the texts, to lay ours over. Nothing here can fail; all is constant. */
#ifndef NETC_EXPERIMENTS_PUBLISHED_H
#define NETC_EXPERIMENTS_PUBLISHED_H

#include <stddef.h>

typedef struct {
    const char *experiment, *row, *column; /* which they go with */
    const char *layer;                     /* "": the column is none of a layer */
    size_t count;
    const float *x, *y;
} Published;

/* NULL: there is none. */
const Published *published_find(const char *experiment, const char *row, const char *column, const char *layer);

#endif
