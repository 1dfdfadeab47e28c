/* The mean image of a data set's training part, and its text in weights files: likeness.h says what it is for. */
#ifndef NET_DATA_MEAN_IMAGE_H
#define NET_DATA_MEAN_IMAGE_H

#include "runtime/data/data.h"
#include "runtime/data/likeness.h"

/* Sets *values, which free() releases, and image->values to it. A set that is no pictures gives 0 channels and NULL.
 * `shift`: pixels that training moves them at most. The same bits however the set was read. False when memory is short,
 * or once a signal asks to stop. */
bool net_mean_image_make(const NetData *data, double shift, NetMeanImage *image, float **values, NetError *error);

/* As JSON, as docs/formats.md has it; free() releases it. */
char *net_mean_image_text(const NetMeanImage *image, NetError *error);

/* Reads that; as net_mean_image_make. False without an error's text when it is none: the caller knows whose it is. */
bool net_mean_image_parse(const char *text, NetMeanImage *image, float **values);

#endif
