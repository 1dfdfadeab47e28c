/* What a run's weights are wrong about, in a terminal: the classes that are taken for each other most often, and a few
 * of the pictures. */
#ifndef NETC_DRIVER_SHOW_MISTAKES_H
#define NETC_DRIVER_SHOW_MISTAKES_H

#include "compiler/driver/options.h"
#include "compiler/driver/runs.h"
#include "runtime/base/safetensors.h"

enum { EXAMPLES_USUAL = 4 };

/* Where nothing could be predicted, why; nothing of networks that do not tell classes. */
void show_mistakes(Arena *arena, const Run *run, const NetSafetensors *weights, int64_t examples, bool color,
                   FILE *out);

/* --examples; false after saying that it is no number. */
bool show_mistakes_examples(const Options *options, int64_t *examples, int *status);

#endif
