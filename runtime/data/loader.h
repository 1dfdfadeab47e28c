/* Batches, prepared ahead by a thread of the loader's own.
 *
 *     NetLoader *loader = net_loader_new(&data, NET_ROWS_U8, &error);
 *     NetPass pass = {.part = NET_PART_TRAIN, .shuffle = true, .seed = 1, .epoch = e, .batch = 64};
 *     if (net_loader_start(loader, &pass, &error))
 *         for (const NetBatch *b; (b = net_loader_next(loader)) != NULL;)
 *             step(b->input, b->label, b->target, b->item, b->n);
 *     net_loader_free(loader);
 *
 * One thread at a time calls these functions. Which rows a batch holds depends on the pass alone, never on timing. The
 * loader's thread blocks all signals. The NetData must outlive the loader. What can fail: memory and starting the
 * thread, in net_loader_new and net_loader_start.
 *
 * Rows that are drawn (augmentation) have a price. Where no processor is left for the loader's thread, it would take
 * the time of one of the threads that train, and the others would wait for that one: there all of them make the rows of
 * a batch when it is asked for. Where one is left, they help when the batch is not ready. */
#ifndef NET_DATA_LOADER_H
#define NET_DATA_LOADER_H

#include "runtime/data/pass.h"

enum { NET_LOADER_SLOTS = 3 }; /* batches, or portions of small ones: one in use, one ready, one being filled */

typedef struct NetLoader NetLoader;

/* Threads that share work: `each` has all of them call work(argument, number), 0 <= number < count, and returns when
 * the last has come back. */
typedef struct {
    void (*each)(void *context, void (*work)(void *argument, int number), void *argument);
    void *context;
    int count;
    bool spare; /* there is a processor beside theirs */
} NetCrew;

/* Arrays are aligned to 64 bytes and hold ceil(n/16)*16 rows, those from n on zero. Valid until the next call. */
typedef struct {
    const void *input;     /* rows of the loader's type */
    const uint32_t *label; /* class of each row */
    const float *target;   /* NetData.targets a row; NULL: the data has none */
    const uint32_t *item;  /* number of each row in the data set */
    int64_t n;             /* rows, at least 1 */
    int64_t step;          /* its place in the epoch, from 0 */
} NetBatch;

/* `type` is what the model's kernels read. Bytes of the data become floats divided by 255 where floats are asked for;
 * data of floats for a model of bytes is an error. */
NetLoader *net_loader_new(const NetData *data, NetRowType type, NetError *error);

/* Ends a pass; from the next one on rows that are drawn are made by a crew. */
void net_loader_share(NetLoader *loader, const NetCrew *crew);

/* Begins a pass, giving up one that is not finished. */
bool net_loader_start(NetLoader *loader, const NetPass *pass, NetError *error);

/* The next batch, or NULL when the pass is over (or none was begun). */
const NetBatch *net_loader_next(NetLoader *loader);

/* Ends a pass early; the loader can start another. */
void net_loader_stop(NetLoader *loader);

/* Ends the thread and frees all. NULL is fine. */
void net_loader_free(NetLoader *loader);

/* Batches in a pass over a part, first_step not subtracted: ceil(rows / batch). 0 for an empty part. */
int64_t net_loader_steps(const NetData *data, const NetPass *pass);

#endif
