/* The warnings [linear-layer] and [linear-output]: layers with weights that are linear because nobody said otherwise.
 * An activation that is written, `linear` too, on the layer or between it and the next one with weights, silences them.
 */
#ifndef NETC_LINEAR_H
#define NETC_LINEAR_H

#include "compiler/model/model.h"
#include "compiler/model/value.h"

/* Of a model without errors, whose cost is settled; cost_written: by a line of the file. */
void model_check_linear(Scope *scope, const Model *model, bool cost_written);

#endif
