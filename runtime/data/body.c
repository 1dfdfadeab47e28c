#include "runtime/data/body.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_PIECE = 1 << 20 };

/* Reads up to `capacity` bytes in all; false after a failure, or where there are fewer. */
static bool fill(NetStream *stream, const NetArray *array, unsigned char *body, size_t *filled, size_t capacity,
                 NetError *error) {
    size_t got = 0;
    if (!net_stream_read(stream, body + *filled, capacity - *filled, &got, error)) return false;
    *filled += got;
    return *filled == capacity || net_array_wrong_length(array, stream->path, *filled, false, error);
}

static bool check_end(NetStream *stream, const NetArray *array, NetError *error) {
    bool more;
    if (!net_stream_end(stream, &more, error)) return false;
    return !more || net_array_wrong_length(array, stream->path, array->bytes, true, error);
}

bool net_body_read(NetStream *stream, const NetArray *array, unsigned char **body, NetError *error) {
    size_t capacity = array->bytes < FIRST_PIECE ? array->bytes : FIRST_PIECE, filled = 0;
    *body = net_alloc(capacity, 1, error);
    bool ok = *body != NULL && fill(stream, array, *body, &filled, capacity, error);
    while (ok && filled < array->bytes) {
        capacity = array->bytes - filled < 3 * filled ? array->bytes : 4 * filled;
        unsigned char *larger = net_alloc(capacity, 1, error);
        if (larger != NULL) memcpy(larger, *body, filled);
        free(*body);
        *body = larger;
        ok = larger != NULL && fill(stream, array, larger, &filled, capacity, error);
    }
    ok = ok && check_end(stream, array, error);
    if (ok) return true;
    free(*body);
    *body = NULL;
    return false;
}
