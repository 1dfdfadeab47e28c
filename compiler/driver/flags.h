/* What a word means on a command line: the options of netc's commands and of trainers, and the words they take. */
#ifndef NETC_DRIVER_FLAGS_H
#define NETC_DRIVER_FLAGS_H

#include "compiler/driver/options.h"

/* "weights" of "--weights", "quiet" of "-q"; any other word is as it was. */
const char *flag_name(const char *word);
/* Whose option it is that a word begins, "'netc build', 'netc show'"; NULL: no option. */
const char *flag_owners(Arena *arena, const char *word);
/* Prints each option of that name and each option that takes that word, with whose it is; how many there are. `more`:
 * behind something else. */
size_t flags_print(Arena *arena, const char *word, bool more, FILE *out);
/* Adds the names of the options and the words they take that are not there yet. */
void flags_names(Arena *arena, Words *names);

#endif
