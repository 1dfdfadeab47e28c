/* Values of a checked model as they could be written: for dumps, where numbers are as people write them (number_text),
 * and for the description of a network that weight files keep (network.h), where they have the digits that give them
 * back (exact_text): equal texts, equal values. */
#ifndef NETC_OPTION_TEXT_H
#define NETC_OPTION_TEXT_H

#include "compiler/model/model.h"

typedef const char *NumberText(Arena *arena, double number);
/* 0.1, 0.035714285714285712 */
const char *exact_text(Arena *arena, double number);
/* "5x5" */
const char *pair_text(Arena *arena, const int64_t pair[2]);
/* "relu", "leaky_relu(0.01)" */
const char *activation_text(Arena *arena, NumberText *number, Activation activation);
/* An option's value, "" where it has none (OPTION_INIT: see recipe_text). */
const char *option_text(Arena *arena, NumberText *number, const OptionSpec *spec, const OptionValue *value);
/* "normal(0, 1)"; "data" for a statistic of the data, "values" for those that are listed. */
const char *recipe_text(Arena *arena, NumberText *number, Recipe recipe);

#endif
