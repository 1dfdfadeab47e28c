/* One picture, a PNG or a JPEG, as the input of a network: one rule for trainers and inference binaries.
 *
 * It is taken as a camera has noted that it is to be seen (Exif's orientation), must have the input's rows and columns
 * then, or is resampled to them where the input says so; a flat input takes any picture with as many values. Samples
 * become floats from 0 to 1 (8 bits: divided by 255, 16 bits: by 65535; fewer bits are spread over 8 first) and the
 * channels those of the network:
 *
 *     1   grey; colours by (19595 R + 38470 G + 7471 B) / 65536, rounded, as ITU-R 601 and most programs have it
 *     2   grey and alpha          3   red, green, blue          4   with alpha
 *
 * For 1 and 3 channels, alpha multiplies the values: a transparent pixel is black. Colour spaces and gamma are not
 * looked at.
 *
 * Resampling: the largest part with the input's ratio of sides, whole pixels in the centre, of which each value is the
 * mean over its area, rounded to a byte. A picture that has the size is left as it is, or only rounded so where the
 * input says that values are bytes: those of folders to train on are. The same bits everywhere: JPEG is decoded with
 * libjpeg's slow integer transform and its smooth upsampling, all sums are of integers. Errors have status
 * NET_ENVIRONMENT. */
#ifndef NET_DATA_PICTURE_H
#define NET_DATA_PICTURE_H

#include "runtime/data/shape.h"
#include "runtime/data/stream.h"

enum { NET_PICTURE_MAGIC = 8 };

/* What a file is that begins so: "a PNG image", "a JPEG image"; NULL: no picture of these forms. */
const char *net_picture_form(const unsigned char *head, size_t size);

/* Reads the whole picture, to its end in the file; x gets input->count floats. */
bool net_picture_read(NetStream *stream, const NetInput *input, float *x, NetError *error);

/* Reads it as it is, in whatever size: height x width values of grey, which free() releases. Behind what is transparent
 * lies white paper under dark ink, black under light. */
bool net_picture_read_grey(NetStream *stream, float **grey, size_t *height, size_t *width, NetError *error);

/* The channels, 1 or 3, rows and columns of a picture as its beginning tells them. */
bool net_picture_size(const char *path, int64_t shape[NET_INPUT_RANK], NetError *error);

/* After net_picture_read has failed, how many of the files still to come have the same fault, their size or their form:
 * puts that into the message. */
void net_picture_count_others(char *const *paths, int64_t count, const NetInput *input, NetError *error);

#endif
