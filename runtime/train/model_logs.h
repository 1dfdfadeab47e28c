/* The descriptor's part about logs: what programs leave in the log buffer, and the subjects that are logged. */
#ifndef NET_TRAIN_MODEL_LOGS_H
#define NET_TRAIN_MODEL_LOGS_H

#include "runtime/train/decoder.h"

/* "delta_sq" */
const char *net_log_name(NetLogKind kind);
/* The entry at a place of the program's. */
void net_decode_entry(NetDecoder *d, const json_t *item, NetProgram *program, int place);
/* Into the model's `compiled`; settings and programs are decoded. */
void net_decode_logs(NetDecoder *d);

#endif
