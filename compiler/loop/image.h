/* Programs for one image: which dimension of each value lies innermost.
 *
 * Without images in the lanes, the lanes of a compute run over the innermost dimension of what it writes: units of a
 * dense layer, and for maps either the maps,
 *
 *     y[o, i, j] = sum(c,u,v) w[c,u,v][o] * x[c, i+u, j+v]        weights are vectors, x one number for all lanes
 *
 * or the columns,
 *
 *     y[o, i, j] = sum(c,u,v) w[o,c,u,v] * x[c, i+u][j+v]         x is vectors, a weight one number for all lanes
 *
 * whichever wastes less: 6 maps fill 6 of 16 lanes, 28 columns 28 of 32. Orders of sums are not touched. */
#ifndef NETC_IMAGE_H
#define NETC_IMAGE_H

#include "compiler/loop/layout.h"

/* Sets place[].lane_dim of all values and parameters of a program that is otherwise not yet placed. */
void image_choose_lanes(Layout *layout);
/* Where what the caller gave is copied only for sums that read it number by number, takes the copy out of the list: it
 * lies where the input does (Place.copy_of). */
void image_skip_copies(Layout *layout);

#endif
