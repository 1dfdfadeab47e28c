/* Writing files: whole or not at all (NetFile), and logs that grow by appending (NetAppend).
 *
 * Every write, sync and rename of the runtime goes through this module; so a reader never sees half a file, and a
 * test can make any one of these calls fail (see NET_FAULT below). Each object belongs to one thread. Errors name
 * the target's path and the system's reason, with status NET_ENVIRONMENT.
 *
 * NET_FAULT is a hook for tests: with NET_FAULT=k in the environment the k-th write, sync or rename of the process,
 * counting from 1, fails: a write stores half its bytes and reports ENOSPC, the others report EIO. */
#ifndef NET_BASE_ATOMIC_H
#define NET_BASE_ATOMIC_H

#include "runtime/base/error.h"

typedef struct NetFile NetFile;
typedef struct NetAppend NetAppend;

/* How the names of files that are being written end: PATH.XXXXXX and this. A process that is killed leaves them. */
#define NET_FILE_UNFINISHED ".tmp"

/* Starts writing `path`: opens a temporary file beside it, or beside what a symbolic link there leads to. Nothing is
 * seen at `path` before net_file_commit; a device or a pipe there gets all bytes then. */
NetFile *net_file_create(const char *path, NetError *error);

/* Adds bytes at the end. After a failure only net_file_discard makes sense. */
bool net_file_write(NetFile *file, const void *bytes, size_t size, NetError *error);
bool net_file_printf(NetFile *file, NetError *error, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Replaces bytes written before, for a header that is known only at the end. As net_file_write. */
bool net_file_overwrite(NetFile *file, uint64_t offset, const void *bytes, size_t size, NetError *error);

/* Bytes written so far. */
uint64_t net_file_length(const NetFile *file);

/* Whether it takes its place in a folder; a device or a pipe has none. */
bool net_file_in_folder(const NetFile *file);

/* Whoever may read the file may also run it, when it is committed. */
void net_file_executable(NetFile *file);

/* Syncs the file, renames it to its target, syncs the folder. Frees `file` whether or not it succeeds; on failure the
 * temporary file is gone and what stood at the target before still does (only a failed sync of the folder comes after
 * the rename: then the new file stands there, whole, but may not survive a power cut). */
bool net_file_commit(NetFile *file, NetError *error);

/* Gives up: removes the temporary file, frees `file`. NULL is fine. */
void net_file_discard(NetFile *file);

/* All in one: `path` holds exactly these bytes, or is as it was. */
bool net_file_save(const char *path, const void *bytes, size_t size, NetError *error);

/* Renames within one file system, then syncs the target's folder. Replaces what stands at `to`. */
bool net_file_rename(const char *from, const char *to, NetError *error);

/* Makes a folder and those above it. One that exists is fine. */
bool net_folder_make(const char *path, NetError *error);

/* Reads a whole file of at most `limit` bytes; free() releases the result, which ends with a NUL beyond *size. */
char *net_file_read(const char *path, size_t limit, size_t *size, NetError *error);

/* Whether the log at `path` can be cut back to that many bytes; an error when it has fewer. Changes nothing. */
bool net_append_check(const char *path, int64_t length, NetError *error);

/* Opens a log for appending. length >= 0: cuts it back to that many bytes first, an error when it has fewer (a resumed
 * run); -1: keeps what is there. One that is absent is made unless length is above 0. */
NetAppend *net_append_open(const char *path, int64_t length, NetError *error);

/* Adds bytes. They are buffered (64 KiB) until the buffer is full or net_append_flush. */
bool net_append_write(NetAppend *log, const void *bytes, size_t size, NetError *error);
bool net_append_printf(NetAppend *log, NetError *error, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Hands the buffer to the system, so that other programs see it; net_append_sync also waits until it is on disk. */
bool net_append_flush(NetAppend *log, NetError *error);
bool net_append_sync(NetAppend *log, NetError *error);

/* Length of the log in bytes with all that was added, flushed or not: what a checkpoint notes after a sync. */
int64_t net_append_length(const NetAppend *log);

/* Flushes, closes and frees, whether or not the flush succeeds. NULL is fine. */
bool net_append_close(NetAppend *log, NetError *error);

/* Counts faults anew from 1: for tests that inject several in one process. */
void net_fault_restart(void);

#endif
