/* Averages of the weights: the setting `average`.
 *
 * Everything that training changes and that weights files keep, trained parameters and running statistics, gets a row
 * of its layer for its average over the steps. The average takes its place outside of training: it is scored, and
 * weights files have it under the tensor's name. How it follows stands in compiler/programs/average.c. */
#ifndef NETC_AVERAGE_H
#define NETC_AVERAGE_H

#include "compiler/model/model.h"

/* What trainers know the number by; 0: there are no averages. */
#define AVERAGE_DECAY "average_decay"

/* Adds the rows, if the train block asks for them. Nothing here can fail. */
void average_store(Arena *arena, Model *model);

#endif
