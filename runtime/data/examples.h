/* Reading one file of examples, and what they are to give, into a NetDataFile: mapped where it can be, else converted
 * into memory. */
#ifndef NET_DATA_EXAMPLES_H
#define NET_DATA_EXAMPLES_H

#include "runtime/data/data.h"
#include "runtime/data/stream.h"

typedef struct {
    NetSource x, y;   /* y without a path: there is none */
    const char *only; /* the format of both (format.h) */
    bool channels_last;
} NetExampleFiles;

/* Reads a pair of files into data->file[which] and settles type and size of rows, or checks them where the training
 * file has settled them. net_data_close frees what a failure leaves. */
bool net_examples_read(const NetDataRequest *request, const NetExampleFiles *files, NetDataFileName which,
                       NetData *data, NetError *error);

/* Of rows that were read otherwise: settles their type and size, or checks them. `path` is for the message. */
bool net_examples_settle(const NetDataRequest *request, NetRowType type, const char *path, NetDataFileName which,
                         NetData *data, NetError *error);

/* Gives the classes names of their own, which are copied: data->classes of them. */
bool net_examples_name_classes(NetData *data, const char *const *names, NetError *error);

/* Labels of 0, for examples that are to give nothing. */
bool net_examples_unlabelled(NetDataFile *file, NetError *error);

#endif
