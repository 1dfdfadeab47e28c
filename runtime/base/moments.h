/* Mean and standard deviation of a sample, by Welford's method. */
#ifndef NET_BASE_MOMENTS_H
#define NET_BASE_MOMENTS_H

#include <math.h>

typedef struct {
    double mean, squares; /* squares: of the distances from the mean */
    int count;
} NetMoments;

static inline void net_moments_add(NetMoments *moments, double value) {
    double change = value - moments->mean;
    moments->count++;
    moments->mean += change / moments->count;
    moments->squares += change * (value - moments->mean);
}

/* n - 1 in its denominator; NAN with fewer than two values. */
static inline double net_moments_sd(const NetMoments *moments) {
    return moments->count > 1 ? sqrt(moments->squares / (moments->count - 1)) : (double)NAN;
}

#endif
