/* Notes about pictures that look unlike those that the network has learned from (data/likeness.h): one line at the end,
 * on standard error, of all files together. None is printed where no more than one in a hundred is so, as there are
 * such in any set, under --quiet, or where the network does not know what it has learned from. With --like-mnist
 * pictures without any ink are told of in place of that. */
#ifndef NET_INFER_NOTES_H
#define NET_INFER_NOTES_H

#include "runtime/infer/network.h"
#include "runtime/infer/options.h"
#include "runtime/infer/results.h"

/* Pictures of which there is one thing to say, and the first of them. */
typedef struct {
    int64_t count, index;
    const char *path;
    bool one;         /* index says nothing: its file holds no others */
    double low, high; /* its values */
} NetNoted;

typedef struct {
    const NetNetwork *network;
    const NetInferOptions *options;
    NetReference reference;
    float *reduced; /* owned; NULL: pictures are not looked at */
    int64_t pictures;
    NetNoted noted[NET_VERDICTS];
    NetNoted blank; /* those without ink */
} NetNotes;

/* False when memory is short. */
bool net_notes_begin(NetNotes *notes, const NetNetwork *network, const NetInferOptions *options, NetError *error);
/* The pictures of `rows`, as the network has read them. Paths are borrowed until the notes are printed. */
void net_notes_add(NetNotes *notes, const NetResultRows *rows, const float *x);
void net_notes_print(const NetNotes *notes);
void net_notes_free(NetNotes *notes);

#endif
