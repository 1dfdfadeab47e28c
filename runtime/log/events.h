/* TensorBoard's event files: TFRecords of protobuf messages (tfevents.proto), each with masked CRC-32C checksums.
 *
 * A row of a CSV file becomes one event, at the row's step and the time of writing, with a scalar for each column that
 * is a figure. Its tag is the column's name with a prefix of the file's, then what the row is of: `delta_norm/conv1` of
 * a row of conv1; where the row's source is the probe, `delta_norm_probe/conv1`, where it says what it is of,
 * `spectrum_median_jacobian/conv1`. Columns of a part are under what is
 * measured: train_cost is `cost/train`. So a new column, or a new file, needs nothing here. A histogram is one event.
 *
 * protobuf-c writes the bytes, and a trainer is linked with it only when its model asks for such files: the rest of the
 * runtime (csv.c) refers to this module weakly. Errors name the file. */
#ifndef NET_LOG_EVENTS_H
#define NET_LOG_EVENTS_H

#include "runtime/base/atomic.h"
#include "runtime/log/histogram.h"

/* The record that a file begins with. */
bool net_events_begin(NetAppend *file, NetError *error);

/* A row of a CSV file with this header line. */
bool net_events_row(NetAppend *file, const char *prefix, const char *header, const char *row, NetError *error);

bool net_events_histogram(NetAppend *file, int64_t step, const char *tag, const NetHistogram *histogram,
                          NetError *error);

#endif
