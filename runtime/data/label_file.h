/* What examples are to give, in a file of its own: IDX labels or an NPY array, of one value an example. */
#ifndef NET_DATA_LABEL_FILE_H
#define NET_DATA_LABEL_FILE_H

#include "runtime/data/labels.h"
#include "runtime/data/shape.h"
#include "runtime/data/stream.h"

typedef struct {
    NetSource source;
    const char *only;      /* the format it must have, by its name; NULL: any */
    NetClasses classes;    /* what labels may be; without any they are not checked */
    const NetInput *input; /* of the examples: to tell them from labels */
} NetLabelForm;

typedef struct {
    const char *path; /* borrowed */
    uint32_t *at;     /* owned; each below the number of classes */
    int64_t count;
} NetLabels;

/* Whether a file begins as an IDX label file. One that cannot be read, or is a pipe, does not. */
bool net_labels_file(const char *path);

/* Reads all: integers that are classes. Errors have status NET_ENVIRONMENT; nothing needs freeing then. */
bool net_labels_read(NetLabels *labels, const NetLabelForm *form, NetError *error);
void net_labels_free(NetLabels *labels);

/* Reads `values` finite floats an example, whatever the type of number, which free() releases. */
bool net_targets_read(const NetLabelForm *form, int64_t values, float **out, int64_t *count, NetError *error);

#endif
