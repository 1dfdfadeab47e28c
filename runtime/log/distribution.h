/* A row of mean, deviation, extremes and share of zeros: those of weights.csv and activations.csv. */
#ifndef NET_LOG_DISTRIBUTION_H
#define NET_LOG_DISTRIBUTION_H

#include "runtime/log/logged.h"

/* The file, and the sums that the row is made of. */
typedef struct {
    NetSubjectName subject;
    NetLogKind sum, squares, min, max, zero;
} NetDistribution;

/* None when the program does not have them. */
bool net_distribution_write(const NetDistribution *of, const NetModel *model, const NetLogged *at, int layer,
                            const char *suffix, NetCsv *csv, NetError *error);

#endif
