/* Bytes to read once, from front to back: a file or standard input, plain or packed with gzip, or gzip in memory.
 *
 *     NetStream stream;
 *     if (!net_stream_open(&stream, path, &error)) …
 *     … net_stream_read(&stream, bytes, size, &got, &error) …
 *     net_stream_close(&stream);
 *
 * Whether it is packed is seen from the bytes, not from the name. A gzip file that is cut short just ends: whoever
 * knows how many bytes there should be has the better message. Errors have status NET_ENVIRONMENT. */
#ifndef NET_DATA_STREAM_H
#define NET_DATA_STREAM_H

#include <zlib.h>

#include "runtime/base/error.h"

enum { NET_STREAM_PEEK = 32 };

typedef struct {
    const char *path; /* for messages; borrowed */
    gzFile file;      /* NULL: from memory */
    z_stream memory;
    bool ended;
    bool cut;     /* the packed bytes ended too early: their checksum was not seen */
    int64_t size; /* bytes of a plain file; -1: packed, a pipe, … */
    int64_t read; /* bytes handed out */
    unsigned char peeked[NET_STREAM_PEEK];
    size_t peek_at, peek_end;
} NetStream;

/* Where bytes come from: a file, or memory when `bytes` is set. */
typedef struct {
    const char *path; /* also the name in messages */
    const unsigned char *bytes;
    size_t size;
} NetSource;

bool net_stream_open_source(NetStream *stream, const NetSource *source, NetError *error);

/* A file. A folder is an error. */
bool net_stream_open(NetStream *stream, const char *path, NetError *error);
/* Standard input. */
bool net_stream_open_input(NetStream *stream, NetError *error);
/* gzip in memory, which must stay there. */
bool net_stream_open_memory(NetStream *stream, const char *path, const void *bytes, size_t size, NetError *error);
void net_stream_close(NetStream *stream);

/* Reads at most `size` bytes, fewer only at the end. */
bool net_stream_read(NetStream *stream, void *out, size_t size, size_t *got, NetError *error);

/* Whether nothing follows, where nothing should: sets *more. A gzip file that is cut short there is an error. */
bool net_stream_end(NetStream *stream, bool *more, NetError *error);

/* The next bytes, at most NET_STREAM_PEEK, which will be read again; fewer only at the end. */
bool net_stream_peek(NetStream *stream, void *out, size_t size, size_t *got, NetError *error);

/* The first bytes of a file, unpacked. False when it cannot be read, or is a pipe or the like: what is read of those is
 * gone. */
bool net_stream_head(const char *path, void *out, size_t size, size_t *got);

/* Bytes not read yet, or -1 when only reading can tell. */
int64_t net_stream_left(const NetStream *stream);

/* The message when what follows a header is not the `promised` bytes, which are `what` ("10,000 of 28x28"): `got` of
 * them are there, or all and then more. Always false. */
bool net_stream_wrong_length(const char *path, size_t promised, const char *what, size_t got, bool more,
                             NetError *error);

#endif
