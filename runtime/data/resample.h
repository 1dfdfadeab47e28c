/* A picture's values as a network reads them: its channels, its size. Nothing here can fail but for memory. */
#ifndef NET_DATA_RESAMPLE_H
#define NET_DATA_RESAMPLE_H

#include "runtime/data/pixels.h"

/* x[channel][row][column] of a picture as it is, `channels` (1 to 4) of them. */
void net_pixels_convert(const NetPixels *pixels, size_t channels, float *x);

/* The same, height x width of it, and each value rounded to a byte, also of a picture of that size: see picture.h. */
bool net_pixels_resample(const NetPixels *pixels, size_t channels, size_t height, size_t width, float *x,
                         NetError *error);

#endif
