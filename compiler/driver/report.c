#include "compiler/driver/report.h"

#include <stdlib.h>
#include <unistd.h>

#include "runtime/base/streams.h"
#include "runtime/base/wrap.h"

static void print_line(const char *command, const char *format, va_list args) {
    char program[32];
    snprintf(program, sizeof program, "netc%s%s", command == NULL ? "" : " ", command == NULL ? "" : command);
    fflush(stdout);
    net_vprint_message(stderr, program, format, args);
}

int report_usage(const char *command, const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_line(command, format, args);
    va_end(args);
    return STATUS_USAGE;
}

int report_environment(const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_line(NULL, format, args);
    va_end(args);
    return STATUS_ENVIRONMENT;
}

void report_note(const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_line(NULL, format, args);
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

int report_close_streams(int status) {
    NetError error;
    return net_streams_close(&error) ? status : report_environment("%s", error.text);
}
