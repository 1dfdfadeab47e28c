/* What the fuzz targets of file readers share: the input as a file, and what every refusal must be. */
#ifndef TESTS_FUZZ_FILE_H
#define TESTS_FUZZ_FILE_H

#include "runtime/base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static inline void require(bool condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "violated: %s\n", what);
        abort();
    }
}

static inline void check_line(const char *text) {
    require(text[0] != '\0', "the text says something");
    for (const char *at = text; *at != '\0'; at++) require((unsigned char)*at >= ' ', "the text is one line");
}

static inline void check_error(const NetError *error) {
    require(error->status == NET_ENVIRONMENT, "a failure has a status");
    check_line(error->text);
}

/* A file in memory that has a path; the caller closes it. */
static inline int open_bytes(char path[32], const uint8_t *data, size_t size) {
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    require(file >= 0 && write(file, data, size) == (ssize_t)size, "the file is written");
    snprintf(path, 32, "/proc/self/fd/%d", file);
    return file;
}

#endif
