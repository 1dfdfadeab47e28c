/* Elastic deformation: every place of a picture is moved a little, its neighbours much the same way (Simard, Steinkraus
 * and Platt 2003, "Best practices for convolutional neural networks applied to visual document analysis").
 *
 * Two fields, of columns and of rows, begin as uniform numbers in (-1, 1), one a place, are smoothed by a gaussian
 * whose weights add up to 1, with 0 outside of the picture, and are multiplied by alpha. Weights end at 3 sigma,
 * rounded. The order of all sums is settled and made of whole vectors: the same bits on every processor. */
#ifndef NET_DATA_ELASTIC_H
#define NET_DATA_ELASTIC_H

#include "runtime/base/error.h"

typedef struct {
    int64_t height, width;
    int64_t stride;    /* of coordinates: the width in whole vectors */
    int64_t radius[2]; /* the gaussian's, along rows and along columns: no further than the picture */
    int64_t margin;    /* zeros before and behind a row of the fields, in whole vectors */
    float scale;       /* what smoothed whole numbers are multiplied by */
    float *weight;     /* the gaussian's, by distance; owned */
} NetElastic;

/* sigma is NET_AUGMENT_SIGMA_LEAST (augment.h) or more. After a failure, as before it, net_elastic_free is allowed. */
bool net_elastic_init(NetElastic *elastic, double alpha, double sigma, int64_t height, int64_t width, NetError *error);
void net_elastic_free(NetElastic *elastic);

/* Floats that a caller lends: zeros before the first call, and nobody else's until the last. */
size_t net_elastic_room(const NetElastic *elastic);

/* Adds the displacements to height rows of `stride` columns u and rows v. The low half of word[y * width + x] is what
 * the column of a place is drawn by, the high half its row. */
void net_elastic_move(const NetElastic *elastic, const uint32_t *word, float *u, float *v, float *room);

#endif
