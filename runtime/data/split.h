/* How many rows of the files go to each part. What is asked for: 0, not given; below 1, a share; else a count. */
#ifndef NET_DATA_SPLIT_H
#define NET_DATA_SPLIT_H

#include "runtime/data/data.h"

typedef enum {
    NET_SPLIT_SOME, /* the shares leave rows, or there are none */
    NET_SPLIT_ALL,  /* they add up to 1 */
    NET_SPLIT_OVER  /* to more */
} NetSplitShares;

/* What the shares of the training file add up to, in *sum too; 0.7 + 0.2 + 0.1 is 1. The test part is one of them
 * unless it has a file of its own. */
NetSplitShares net_split_shares(const double asked[NET_PARTS], bool test_file, double *sum);

/* The rows of each part. A share is rounded to the nearest number of rows; where the shares are all there is of the
 * file, so that every row is in one part: rounded down, then one more for the largest remainders, of equal ones the
 * first. False when the parts do not fit, or one that was asked for is empty. */
bool net_split_rows(const double asked[NET_PARTS], int64_t train_rows, int64_t test_rows, int64_t count[NET_PARTS]);

#endif
