/* The table of what a data line can name: a form of files, or a set that netc knows (sets.h). A new form is a row. */
#ifndef NET_DATA_KINDS_H
#define NET_DATA_KINDS_H

#include "runtime/data/data.h"

typedef struct {
    const char *name; /* NULL: all named sets */
    /* Finds and reads the files: fills source, licence and class names, type and row sizes, and the files. What it has
     * filled before it fails, net_data_close frees. */
    bool (*read)(const NetDataRequest *request, NetData *data, NetError *error);
    /* The rows that a network learns from such files without loss, where they can be looked at now; else those that are
     * told by the form alone. A network that reads floats takes both. */
    NetRowType (*type)(const NetDataRequest *request);
    /* What the files are, whatever the network: sets rank, shape, classes, outputs and targets of the request, so that
     * reading takes them. Where the request has classes or targets before, a table's target is taken for that. */
    bool (*look)(NetDataRequest *request, NetError *error);
    /* Whether the files that are there begin as reading them would want it, told without reading on; NULL: nothing is
     * to be seen before. */
    bool (*check)(const NetDataRequest *request, NetError *error);
    bool mixed; /* the order of the files is nobody's word: parts are drawn from it unless `split` says otherwise */
} NetDataKind;

/* NULL: there is neither a form nor a set of that name. */
const NetDataKind *net_data_kind(const char *name);

#endif
