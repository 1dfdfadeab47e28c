/* How good outputs are, compared with what was to come out: sums over images, and the line that is made of them. */
#ifndef NET_INFER_SCORE_H
#define NET_INFER_SCORE_H

#include "runtime/infer/network.h"

typedef struct {
    const NetNetwork *network;
    int64_t images;
    double correct, exact;                                /* answers, images whose answers are all right */
    double true_positive, false_positive, false_negative; /* of answers that are 0 or 1 */
    double squared, absolute;                             /* errors */
    /* owned, of each output: squared errors; the mean of what was to come out, and squared distances from it */
    double *errors, *mean, *spread;
} NetPredictScore;

/* After a failure nothing needs freeing. */
bool net_predict_score_begin(NetPredictScore *score, const NetNetwork *network, NetError *error);
void net_predict_score_free(NetPredictScore *score);

/* One image's outputs, and its class or its numbers, one an output. */
void net_predict_score_class(NetPredictScore *score, const float *outputs, uint32_t label);
void net_predict_score_numbers(NetPredictScore *score, const float *outputs, const float *wanted);

/* Prints the score: for people, or as JSON. */
void net_predict_score_print(const NetPredictScore *score, bool json);

#endif
