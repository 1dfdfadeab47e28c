/* All values of an array at once. */
#ifndef NET_DATA_BODY_H
#define NET_DATA_BODY_H

#include "runtime/data/array.h"

/* Reads the array->bytes that follow the header, to the end of the stream, into *body, which free() releases. Memory
 * grows with what has been read, so that a header's promise alone costs nothing. */
bool net_body_read(NetStream *stream, const NetArray *array, unsigned char **body, NetError *error);

#endif
