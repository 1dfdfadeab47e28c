/* How a picture compares with those that a network has learned from: with their mean image. Nothing here can fail.
 *
 * Both are reduced by area to at most 32 x 32 of a channel. Two figures say how a picture compares: its correlation
 * with the mean image, which is negative where light and dark have changed places, and how far its ink lies from that
 * of the mean image, by the centres of mass. Ink is what stands out from the paper, which is light or dark as the
 * outermost pixels are.
 *
 * `likeness` and `offset` are what all but one in a thousand of the training pictures keep to, as training moves them
 * (augment shift=). So whatever a set is of,
 * and be it one without any paper, hardly a picture of its kind goes beyond. */
#ifndef NET_DATA_LIKENESS_H
#define NET_DATA_LIKENESS_H

#include <stdbool.h>
#include <stdint.h>

enum { NET_MEAN_IMAGE_SIDE = 32, NET_MEAN_IMAGE_CHANNELS = 4 };

typedef struct {
    int64_t shape[3];    /* of the pictures: channels, rows, columns; 0 channels: there is no mean image */
    float low, high;     /* of their values */
    float likeness;      /* the least correlation with the mean image */
    float offset;        /* the greatest distance between the centres of ink, as a share of a side */
    const float *values; /* the mean image, reduced: net_mean_image_count of them; borrowed */
} NetMeanImage;

/* Whether pictures of this shape can have a mean image. */
bool net_mean_image_possible(const int64_t shape[3]);

/* Values of a picture of this shape once it is reduced, and these: x is [channel][row][column]. */
int64_t net_mean_image_count(const int64_t shape[3]);
void net_mean_image_reduce(const int64_t shape[3], const float *x, float *out);

/* A mean image as pictures are compared with it. */
typedef struct {
    const NetMeanImage *of;
    int64_t channels, rows, columns; /* reduced */
    double mean, spread;             /* of its values above `low`: the sum of squared distances from the mean */
    bool light;                      /* its paper is */
    double centre[2];                /* of its ink: row, column */
} NetReference;

void net_reference_begin(NetReference *reference, const NetMeanImage *image);

typedef struct {
    double correlation; /* 0: one of the two is of one value */
    double offset;      /* the larger of those down and to the right, as a share of the side */
    double low, high;   /* of the values */
    double paper;       /* the mean of the outermost pixels, from 0, the lowest value, to 1 */
} NetLikeness;

/* Compares a reduced picture. */
void net_likeness(const NetReference *reference, const float *reduced, NetLikeness *likeness);

/* What is to be said of a picture. Only one of them is: what comes first leaves no sense to what follows. */
typedef enum {
    NET_ALIKE,
    NET_OTHER_RANGE, /* its values are spread sixteen times as far, or a sixteenth of it */
    NET_INVERTED,    /* its paper is in the dark third where the others' is light, or the reverse, and its correlation
                        is negative and below `likeness` */
    NET_UNCENTRED,   /* its ink is more than `offset` and a 28th of the side away */
    NET_VERDICTS
} NetVerdict;

NetVerdict net_verdict(const NetReference *reference, const NetLikeness *likeness);

#endif
