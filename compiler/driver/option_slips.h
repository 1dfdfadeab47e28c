/* What is said of words on netc's command line that mean nothing where they stand. Each function prints one line on
 * standard error and returns STATUS_USAGE; those that look first return STATUS_OK when there is nothing to be said. */
#ifndef NETC_DRIVER_OPTION_SLIPS_H
#define NETC_DRIVER_OPTION_SLIPS_H

#include "compiler/driver/option_table.h"

/* The words behind the command's name. */
typedef struct {
    Arena *arena;
    const Command *command;
    int argc;
    char **argv;
} CommandLine;

int slip_unknown_option(const CommandLine *line, const char *word);
/* A value that is none of the option's choices; `written`: the option's name or letter. */
int slip_wrong_choice(const CommandLine *line, const Option *option, const char *written, const char *value);
/* "--quiet=1", or "--dot m.dot" when `word` stands behind it. */
int slip_flag_value(const CommandLine *line, const Option *option, const char *word);
/* NAME=VALUE that is written in another way. */
int slip_pair(const CommandLine *line, const char *written, const char *value, const char *form);
/* Whether blanks cut the value of an option in two; `next` is the place of the word behind it. */
int slip_cut_value(const CommandLine *line, const Option *option, const char *written, const char *value, int next);
/* Whether the line of --set is two lines. */
int slip_set_line(const CommandLine *line, const char *text);
/* Whether the name of a file stands behind an option that prints. */
int slip_flag_file(const CommandLine *line, const Option *option, int next);
/* Whether the first word is a command, too, as in "netc train check m.net". */
int slip_second_command(const CommandLine *line);
/* More arguments than the command takes. */
int slip_extra_argument(const CommandLine *line, const Options *options);

/* A word as a shell takes it. */
const char *shell_word(Arena *arena, const char *word);

#endif
