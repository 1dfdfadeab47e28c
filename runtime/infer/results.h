/* What becomes of outputs: lines for people or JSON, rows of an NPY file, a score. Status NET_ENVIRONMENT on failure.
 *
 *     line        PATH  CLASS  98.31 %            PATH[3]  CLASS  98.31 %     of a file with several images
 *     --all       PATH  CLASS 98.31 %  CLASS 1.02 %  …
 *     votes       PATH  CLASS  80.00 % of 5 votes
 *     no classes  PATH  0.25 -1 …
 *     NaN         PATH  no class  nan             and at the end an error, status NET_MODEL
 *     labels      98.74 %  (9,874 of 10,000; ± 0.11)      one line for all images that have labels
 *     values      RMSE 0.1047  (of 10,000)                the same of those that have values to give
 *
 * JSON has an object in place of each line. Outputs that are no probabilities are printed as numbers. Numbers of JSON
 * have 9 digits, which make the same float again. */
#ifndef NET_INFER_RESULTS_H
#define NET_INFER_RESULTS_H

#include "runtime/base/atomic.h"
#include "runtime/infer/network.h"
#include "runtime/infer/options.h"
#include "runtime/infer/score.h"

typedef struct {
    const NetNetwork *network;
    const NetInferOptions *options;
    NetFile *file;         /* -o, or NULL */
    int64_t rows;          /* images so far */
    NetPredictScore score; /* of images with labels */
    int64_t not_finite;    /* images with an output that is infinite or NaN */
    int64_t *order;        /* owned: classes, best first */
} NetResults;

/* The images first … first+count-1 of a file. */
typedef struct {
    const char *path;
    bool one; /* it has no others: no index is printed */
    int64_t first, count;
    const float *outputs;
    const uint32_t *labels; /* or NULL */
    const float *wanted;    /* numbers in place of them, one an output; or NULL */
} NetResultRows;

/* After a failure nothing needs closing. */
bool net_results_begin(NetResults *results, const NetNetwork *network, const NetInferOptions *options, NetError *error);
bool net_results_add(NetResults *results, const NetResultRows *rows, NetError *error);
/* Prints the score, puts the file in place. To be closed all the same. */
bool net_results_end(NetResults *results, NetError *error);
/* Frees all; a file that net_results_end has not put in place is as it was. */
void net_results_close(NetResults *results);

#endif
