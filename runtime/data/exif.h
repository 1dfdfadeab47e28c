/* The orientation a camera has noted in a picture: the one entry of Exif that changes what is seen. */
#ifndef NET_DATA_EXIF_H
#define NET_DATA_EXIF_H

#include <stddef.h>

/* Of a TIFF header with its first directory, as Exif begins after its name: 1 to 8, and 1, which is upright, where
 * there is no such entry or the bytes are none. */
int net_exif_orientation(const unsigned char *bytes, size_t size);

#endif
