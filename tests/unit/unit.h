/* What the unit tests share: cmocka's includes in the order it wants, and a folder for files that is made before the
 * tests of a program and removed after them. */
#ifndef NET_TESTS_UNIT_H
#define NET_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/error.h"

static inline int unit_folder_make(void **state) {
    const char *base = getenv("TMPDIR");
    char name[512];
    snprintf(name, sizeof name, "%s/netc-unit-XXXXXX", base == NULL ? "/tmp" : base);
    if (mkdtemp(name) == NULL) return -1;
    *state = strdup(name);
    return *state == NULL ? -1 : 0;
}

static inline int unit_remove(const char *path, const struct stat *about, int kind, struct FTW *walk) {
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline int unit_folder_remove(void **state) {
    int code = nftw(*state, unit_remove, 8, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return code;
}

/* The path of a file in the folder, in a buffer of the caller's. */
static inline const char *unit_path(char out[512], void **state, const char *name) {
    snprintf(out, 512, "%s/%s", (const char *)*state, name);
    return out;
}

static inline void unit_write(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* An error was set and its text contains `part`. */
static inline void unit_says(const NetError *error, const char *part) {
    if (error->status == NET_OK || strstr(error->text, part) == NULL)
        fail_msg("status %d, \"%s\" does not contain \"%s\"", error->status, error->text, part);
}

/* A fault of netc's own ends the program: `act` does, in a child, whose last words contain `part`. */
static inline void unit_aborts(void (*act)(void *context), void *context, const char *part) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        act(context);
        _exit(0);
    }
    close(ends[1]);
    char said[1024];
    size_t length = 0;
    for (ssize_t got; (got = read(ends[0], said + length, sizeof said - 1 - length)) > 0;) length += (size_t)got;
    said[length] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || strstr(said, part) == NULL)
        fail_msg("status %d, '%s' without '%s'", status, said, part);
}

#endif
