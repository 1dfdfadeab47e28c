/* Bars of the layers' speeds of learning, live: lines above the one of the moving bar, drawn in place.
 *
 *     speed of learning, delta_rms from 1e-06 to 0.1
 *       hidden1  ██████▌                  1.27e-05
 *       hidden2  ████████████████▎        0.00143
 *
 * The scale is logarithmic, of whole decades: it widens with what comes and is never narrowed, so that bars move only
 * as their layers do. Of more layers than the terminal has lines the middle ones are left out. */
#ifndef NET_LOG_WATCH_H
#define NET_LOG_WATCH_H

#include <stdio.h>

#include "runtime/base/decades.h"
#include "runtime/train/model.h"

enum { NET_WATCH_LINES = 256 };

typedef struct {
    NetDecades decades;         /* of all values so far */
    int lines;                  /* that stand on the terminal, the last one not ended */
    int width[NET_WATCH_LINES]; /* columns of each */
} NetWatch;

void net_watch_begin(NetWatch *watch);

/* Prints and adds lines for the layers that have a value, each ended. `color`: before what
 * the bars are drawn of, "" for none; `plain` behind it. */
void net_watch_print(NetWatch *watch, FILE *out, const NetModel *model, const double *speeds, int columns, int rows,
                     const char *color, const char *plain);

/* Adds the line that ends the block, of so many columns. */
void net_watch_end(NetWatch *watch, int width);

/* Moves the cursor up to the block's first line, in a terminal that may have become narrower. */
void net_watch_return(const NetWatch *watch, FILE *out, int columns);

#endif
