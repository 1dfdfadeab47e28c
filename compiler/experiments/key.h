/* By what a training is known: all that its numbers depend on, and nothing else.
 *
 * A key is the SHA-256 of the order of all sums (which holds how a step and what it begins with are computed), of how
 * tensors begin, of the layers' and the train block's options, the split, the rate's schedule, the hash of the data and
 * the seed. No version, path or machine is in it, nothing of how things are shown, and not what is logged. What is off
 * or says what holds without a word is left out: so keys stay what they are when netc learns something new.
 * Nothing here can fail; all lives in the arena, an identity is its owner's. */
#ifndef NETC_EXPERIMENTS_KEY_H
#define NETC_EXPERIMENTS_KEY_H

#include <jansson.h>

#include "compiler/model/model.h"

/* A new object: what all trainings of a model have in common. `descriptor` is that of its trainer. */
json_t *key_identity(Arena *arena, const Model *model, const json_t *descriptor, const char *data_hash);

enum { KEY_DIGITS = 16 };
/* Of one training. */
const char *key_of(Arena *arena, json_t *identity, int64_t seed, int64_t epochs, double rate);
/* Of something made of a text, as keys are. */
const char *key_digits(Arena *arena, const char *text);

/* What is logged, as text: equal texts, equal logs. */
const char *key_logs(Arena *arena, const Settings *settings);
/* Whether a step's rate depends on how many epochs there are to be: then the first is another one in a longer training.
 */
bool key_looks_ahead(Arena *arena, const Settings *settings);

#endif
