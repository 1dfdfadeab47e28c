/* Weights of an ensemble: one file for all its networks. What network k calls conv1.weight is "k.conv1.weight", k from
 * 1, and the metadata says how many they are ("ensemble").
 *
 * A view is a file of one network, as the rest of the runtime reads it: the tensors of that network, by its own names.
 * It borrows all but its list of tensors, and the file must outlive it. */
#ifndef NET_TRAIN_WEIGHT_MEMBER_H
#define NET_TRAIN_WEIGHT_MEMBER_H

#include "runtime/base/safetensors.h"

#define NET_MEMBERS_KEY "ensemble"
#define NET_COMBINE_KEY "combine"

enum { NET_COMBINE_TEXT = 96 };

/* Whether a file is of so many networks as are wanted; 1: of one. Otherwise an error with status NET_ENVIRONMENT, whose
 * advice begins with `command`, what takes --set: "netc train small.net". NULL: there is none. */
bool net_weights_suit(const NetSafetensors *file, int64_t members, const char *command, NetError *error);

/* Says into `out` how the networks of the file answered together in training, where that is not as `combine` has it:
 * "mean" or "vote". False: it is, or the file does not say. */
bool net_weights_combine_differs(const NetSafetensors *file, int64_t members, const char *combine,
                                 char out[NET_COMBINE_TEXT]);

/* The view of one of `members` networks of a file that suits them. net_weights_view_free releases it. */
bool net_weights_view(const NetSafetensors *file, int64_t members, int64_t member, NetSafetensors *view,
                      NetError *error);
void net_weights_view_free(NetSafetensors *view);

/* Puts the files of the networks of an ensemble, in their order, into one: of the metadata what they all say, and
 * `combine`. `hash` becomes that of all values. */
bool net_weights_join(const NetSafetensors *files, int64_t members, const char *combine, const char *path,
                      char hash[65], NetError *error);

#endif
