#include "compiler/driver/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int report_usage(const char *command, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fflush(stdout);
    fprintf(stderr, "netc%s%s: ", command == NULL ? "" : " ", command == NULL ? "" : command);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return STATUS_USAGE;
}

static void print_line(const char *format, va_list args) {
    fflush(stdout);
    fputs("netc: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

int report_environment(const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_line(format, args);
    va_end(args);
    return STATUS_ENVIRONMENT;
}

void report_note(const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_line(format, args);
    va_end(args);
}

bool report_color(const Options *options, FILE *stream) {
    if (options->color != NULL && !string_is(options->color, "auto")) {
        return string_is(options->color, "always");
    }
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    bool plain = (no_color != NULL && *no_color != '\0') || terminal == NULL || string_is(terminal, "dumb");
    return !plain && isatty(fileno(stream)) == 1;
}

void report_open_streams(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
            /* For reading: what is written there then fails, and is reported, instead of vanishing. */
            if (open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd) {
                _exit(STATUS_ENVIRONMENT);
            }
        }
    }
}

int report_close_streams(int status) {
    bool failed = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) != 0 || failed) {
        const char *why = errno == EBADF ? "it is closed" : errno != 0 ? strerror(errno) : "a write failed";
        return report_environment("cannot write to standard output: %s", why);
    }
    return status;
}
