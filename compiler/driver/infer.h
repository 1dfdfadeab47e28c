/* netc build --infer: outputs that hold a trained network. */
#ifndef NETC_DRIVER_INFER_H
#define NETC_DRIVER_INFER_H

#include "compiler/driver/options.h"

/* Whether --infer, --weights and --emit onnx go together; false after printing why. */
bool infer_check_options(Arena *arena, const Options *options, int *status);
/* The exit status, errors being printed. */
int infer_build(Arena *arena, Options *options);

#endif
