/* Reading one PNG as the input of a network.
 *
 * The image must have the input's rows and columns; a flat input takes any image with as many values. The samples
 * become floats from 0 to 1 (8 bits: divided by 255, 16 bits: by 65535; fewer bits are spread over 8 first) and the
 * channels those of the network:
 *
 *     1   grey; colours by (19595 R + 38470 G + 7471 B) / 65536, rounded, as ITU-R 601 and most programs have it
 *     2   grey and alpha          3   red, green, blue          4   with alpha
 *
 * For 1 and 3 channels, alpha multiplies the values: a transparent pixel is black. Colour spaces and gamma are not
 * looked at. Errors have status NET_ENVIRONMENT. */
#ifndef NET_INFER_PNG_H
#define NET_INFER_PNG_H

#include "runtime/data/stream.h"
#include "runtime/infer/network.h"

enum { NET_PNG_MAGIC = 8, NET_PNG_SIZES = 24 /* bytes of a file after which its size is known */ };

bool net_png_magic(const unsigned char bytes[NET_PNG_MAGIC]);

/* Whether a PNG of these first bytes has the size of the input. */
bool net_png_fits(const unsigned char bytes[NET_PNG_SIZES], const NetInput *input);

/* Reads the whole image, to the end of the file; x gets input->count floats. */
bool net_png_read(NetStream *stream, const NetInput *input, float *x, NetError *error);

#endif
