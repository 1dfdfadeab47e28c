/* The values of a stored tensor, whichever of the two ways kernels have it lie in its buffer: in their order, or by
 * columns ("line", docs/formats.md), which is theirs alone. All else has a tensor's values in their order, from here.
 *
 * `buffer` is the whole of `param` or of `state`, as NetParam.in_state says, and the caller's. What can fail is memory,
 * and only for a tensor that lies by columns. */
#ifndef NET_TRAIN_PARAM_H
#define NET_TRAIN_PARAM_H

#include "runtime/train/model.h"

/* Copies the param->size values out of the buffer, or into it, where nothing is left in what lies between columns. */
void net_param_get(const NetParam *param, const float *buffer, float *out);
void net_param_put(const NetParam *param, const float *values, float *buffer);

/* The values to read: in the buffer itself, if they lie there in their order, else a copy. NULL: no memory.
 * net_param_close ends it, of NULL too. */
const float *net_param_open(const NetParam *param, const float *buffer, NetError *error);
void net_param_close(const NetParam *param, const float *values);

/* The same to change: they are in the buffer when net_param_settle has ended it. */
float *net_param_edit(const NetParam *param, float *buffer, NetError *error);
void net_param_settle(const NetParam *param, float *values, float *buffer);

/* Whether all values are finite. */
bool net_param_finite(const NetParam *param, const float *buffer);

/* A whole buffer in the form of checkpoints, which does not depend on where kernels have tensors (NetParam.place,
 * NetModel.plain): the tensors that lie in its first `count` elements. */
void net_params_get(const NetModel *model, bool in_state, const float *buffer, int64_t count, float *out);
void net_params_put(const NetModel *model, bool in_state, const float *values, int64_t count, float *buffer);

#endif
