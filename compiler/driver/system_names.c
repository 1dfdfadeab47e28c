#include "compiler/driver/system_names.h"

#include <string.h>

/* C17 and C23, what C++ adds under such names, POSIX, and what Linux has in the same folder. */
static const char *const headers[] = {
    "assert",    "complex",  "ctype",    "errno",    "fenv",     "float",       "inttypes",  "iso646",    "limits",
    "locale",    "math",     "setjmp",   "signal",   "stdalign", "stdarg",      "stdatomic", "stdbit",    "stdbool",
    "stdckdint", "stddef",   "stdint",   "stdio",    "stdlib",   "stdnoreturn", "string",    "tgmath",    "threads",
    "time",      "uchar",    "wchar",    "wctype",   "aio",      "aliases",     "alloca",    "byteswap",  "cpio",
    "crypt",     "devctl",   "dirent",   "dlfcn",    "elf",      "endian",      "err",       "error",     "execinfo",
    "fcntl",     "features", "fmtmsg",   "fnmatch",  "ftw",      "getopt",      "glob",      "grp",       "iconv",
    "ifaddrs",   "langinfo", "libgen",   "libintl",  "link",     "malloc",      "mcheck",    "memory",    "monetary",
    "mqueue",    "ndbm",     "netdb",    "nl_types", "obstack",  "paths",       "poll",      "pthread",   "pty",
    "pwd",       "re_comp",  "regex",    "regexp",   "resolv",   "sched",       "search",    "semaphore", "sgtty",
    "shadow",    "spawn",    "strings",  "stropts",  "syscall",  "sysexits",    "syslog",    "tar",       "termio",
    "termios",   "trace",    "ucontext", "ulimit",   "unistd",   "utime",       "utmp",      "utmpx",     "values",
    "wait",      "wordexp",
};

/* Of the C library, of compilers, and of what trainers and programs here are linked with. */
static const char *const libraries[] = {
    "anl",      "asan",    "atomic", "c",      "crypt",  "dl",     "g",        "gcc",   "gcc_eh", "gcc_s", "gfortran",
    "gomp",     "jansson", "m",      "mcheck", "md",     "mvec",   "netinfer", "netrt", "nsl",    "png",   "pthread",
    "quadmath", "resolv",  "rt",     "ssp",    "stdc++", "supc++", "tsan",     "ubsan", "util",   "z",
};

static bool is_one(Arena *arena, const char *path, const char *form, const char *const *names, size_t count) {
    const char *slash = strrchr(path, '/');
    const char *file = slash == NULL ? path : slash + 1;
    size_t before = strcspn(form, "*"), length = strlen(file), after = strlen(form) - before - 1;
    if (length <= before + after || strncmp(file, form, before) != 0 ||
        strcmp(file + length - after, form + before + 1) != 0) {
        return false;
    }
    const char *name = arena_copy(arena, file + before, length - before - after);
    for (size_t i = 0; i < count; i++) {
        if (string_is(name, names[i])) {
            return true;
        }
    }
    return false;
}

const char *system_name(Arena *arena, const char *header, const char *output) {
    if (header != NULL && is_one(arena, header, "*.h", headers, COUNT_OF(headers))) {
        return header;
    }
    bool library = is_one(arena, output, "lib*.a", libraries, COUNT_OF(libraries)) ||
                   is_one(arena, output, "lib*.so", libraries, COUNT_OF(libraries));
    return library ? output : NULL;
}
