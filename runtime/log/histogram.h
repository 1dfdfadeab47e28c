/* Values counted in equal bins between their extremes.
 *
 *     value x is in bin floor((x - low) / (high - low) 30), the largest in the last one
 *
 * each step in double precision, as the edges are: low + i (high - low) / 30. Edges are rounded, too: a value that lies
 * on one by them may be counted on its other side. Where all values are the same there is one bin, of no
 * width; what is not finite is left out, and where nothing is left there are none. Nothing can fail. */
#ifndef NET_LOG_HISTOGRAM_H
#define NET_LOG_HISTOGRAM_H

#include <stdint.h>

enum { NET_HISTOGRAM_BINS = 30 };

typedef struct {
    int bins;
    double edge[NET_HISTOGRAM_BINS + 1];
    int64_t count[NET_HISTOGRAM_BINS];
    double sum, squares; /* of the values, added in their order */
} NetHistogram;

/* Of `count` values, each divided by `by` first. */
void net_histogram_fill(NetHistogram *histogram, const double *values, int64_t count, double by);

#endif
