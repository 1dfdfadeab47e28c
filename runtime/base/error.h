/* Errors, checked sizes and allocation: what every other module of the runtime stands on.
 *
 * A function that can fail takes a NetError, returns false (or NULL) and leaves one line for the user in it: what,
 * where, what was expected. The caller owns the NetError; nothing in it needs freeing. A function never prints and
 * never ends the process. A NetError is written by the first failure only if the caller stops there, as it should:
 * a later net_fail replaces the text. Passing NULL is allowed where the reason does not matter. */
#ifndef NET_BASE_ERROR_H
#define NET_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The statuses a trainer exits with. */
enum {
    NET_OK = 0,
    NET_MODEL = 1,       /* an error in the model, or a training that diverged */
    NET_USAGE = 2,       /* a wrong command line */
    NET_ENVIRONMENT = 3, /* a file, a tool, the disk, memory, a data set */
    NET_REQUIRE = 4      /* --require was not met */
};

enum {
    NET_ERROR_TEXT = 2048, /* bytes of an error's text, longer ones are cut */
    NET_COUNT_TEXT = 32,   /* bytes net_count needs */
    NET_SHAPE_TEXT = 128   /* bytes net_shape needs for 8 dimensions */
};

typedef struct {
    int status;                /* NET_OK, or why it failed */
    char text[NET_ERROR_TEXT]; /* one line, no newline at the end, UTF-8 */
} NetError;

/* Sets the status and the text, with '?' for control characters and what is not UTF-8; always returns false, so that
 * `return net_fail(…)` reads as it is meant. */
bool net_fail(NetError *error, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: "PATH: cannot DO: strerror(code)" with status NET_ENVIRONMENT, and
 * what may have been meant by a path that leads nowhere. */
bool net_fail_system(NetError *error, const char *path, const char *doing, int code);

/* a * b and a + b; false when the result does not fit, *out is then 0. */
bool net_multiply(size_t a, size_t b, size_t *out);
bool net_add(size_t a, size_t b, size_t *out);

/* count * size bytes aligned to 64, zeroed; free() releases them. A count of 0 gives a valid pointer. NULL and an
 * error when memory is short or the product does not fit. */
void *net_alloc(size_t count, size_t size, NetError *error);

/* A formatted string of the length it needs; free() releases it. NULL and an error when memory is short. */
char *net_text(NetError *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "folder/name"; name alone when it is absolute or the folder is NULL or empty. As net_text. */
char *net_path_join(const char *folder, const char *name, NetError *error);

/* Writes 47040000 as "47,040,000"; returns out. */
const char *net_count(char out[NET_COUNT_TEXT], uint64_t value);

/* What a noun ends in after that number: "" after 1, else "s". */
static inline const char *net_plural(uint64_t value) { return value == 1 ? "" : "s"; }

/* Writes a shape as "1x28x28" ("scalar" without dimensions); returns out. */
const char *net_shape(char out[NET_SHAPE_TEXT], const int64_t *shape, int rank);

#endif
