/* Labels of images: an IDX label file, or an NPY array of integers of any shape. */
#ifndef NET_INFER_LABELS_H
#define NET_INFER_LABELS_H

#include "runtime/infer/network.h"

typedef struct {
    const char *path; /* borrowed */
    uint32_t *at;     /* owned; each below the number of classes */
    int64_t count;
} NetLabels;

/* Whether a file begins as an IDX label file. One that cannot be read, or is a pipe, does not. */
bool net_labels_file(const char *path);

/* Reads all and checks it against the network's classes. Errors have status NET_ENVIRONMENT; nothing needs freeing
 * then. */
bool net_labels_read(NetLabels *labels, const char *path, const NetNetwork *network, NetError *error);
void net_labels_free(NetLabels *labels);

#endif
