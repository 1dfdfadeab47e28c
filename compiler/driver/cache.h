/* What netc keeps from one run to the next, by the SHA-256 of all that went into it: trainers that were built, what was
 * measured of processors (native.h), and schedules that were found the quickest (tune.h).
 *
 * Trainers lie in netc/trainers of the cache folder ($XDG_CACHE_HOME, else ~/.cache), one file each, put there by a
 * rename. After the trainer, which does not mind, comes a SHA-256 of it and of the entry's name: what does not have it
 * (a file that was cut short or changed, one of another form) is not taken. When they are more than CACHE_BYTES
 * together, the ones unused for longest go, but none used within the last hour. Without a usable cache folder nothing
 * is kept, and that is no error. */
#ifndef NETC_DRIVER_CACHE_H
#define NETC_DRIVER_CACHE_H

#include "compiler/base/base.h"
#include "runtime/base/atomic.h"

enum { CACHE_BYTES = 256 << 20 };

typedef struct CacheKey CacheKey;
CacheKey *cache_key_new(Arena *arena);
/* Adds a text (NULL: none) to the key; the texts' borders count. */
void cache_key_text(CacheKey *key, const char *text);
void cache_key_bytes(CacheKey *key, const char *bytes, size_t size);
/* Adds a file's path, size, time and place: enough to notice that a tool or a library was replaced. */
void cache_key_file(CacheKey *key, const char *path);

/* The path of the entry in netc/KIND, present or not; NULL when there is no cache folder. */
#define CACHE_TRAINERS "trainers"
#define CACHE_PROCESSORS "processors"
#define CACHE_SCHEDULES "schedules"
const char *cache_path(Arena *arena, const char *kind, const CacheKey *key);
typedef enum { CACHE_ABSENT, CACHE_SPOILT, CACHE_WHOLE } CacheState;
/* Opens the entry, sets its time of use; -1 when there is none that is whole. One that is spoilt is removed. */
int cache_open(const char *path, CacheState *state);
/* Makes an entry of a trainer. */
bool cache_keep(const char *path, const char *trainer, NetError *error);
/* Removes what is too much, except `keep`. */
void cache_trim(Arena *arena, const char *keep);

#endif
