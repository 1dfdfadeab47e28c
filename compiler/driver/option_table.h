/* The rows of netc's options; `option_doc` (options.h) shows them to others. */
#ifndef NETC_DRIVER_OPTION_TABLE_H
#define NETC_DRIVER_OPTION_TABLE_H

#include "compiler/driver/options.h"

typedef enum {
    ARG_FLAG,   /* bool */
    ARG_TEXT,   /* const char *, one of .choices when there are any */
    ARG_LIST,   /* Words */
    ARG_DEFINE, /* NAME=VALUE, each name once */
    ARG_RENAME, /* Words: OLD=NEW, where NEW may be empty */
    ARG_WARNING /* what follows -W */
} ArgKind;

/* Trainers have an option of that name: `netc train` hands it on. */
enum { TRAINERS_TOO = 1 << 16 };

typedef struct {
    const char *name;   /* "--output", or NULL */
    const char *letter; /* "-o", or NULL */
    ArgKind kind;
    const char *value; /* "FILE"; NULL: takes none */
    size_t offset;     /* in Options */
    unsigned mask;     /* the commands that take it */
    bool developer;    /* shown by `netc help developer` alone */
    const char *const *choices;
    const char *doc;
} Option;

extern const Option option_table[];
extern const size_t option_table_count;

/* The option that a word begins, of those that some command of the mask takes, and the value within the word ("8" of
 * "-Dn=8"; NULL: there is none). NULL: no option. */
const Option *option_find(const char *word, unsigned mask, const char **value);

#endif
