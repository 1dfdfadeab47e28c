/* Words people mistype: how far apart two are, and which of a list was probably meant. Nothing here can fail. */
#ifndef NET_BASE_WORDS_H
#define NET_BASE_WORDS_H

#include <stddef.h>

/* Damerau-Levenshtein: inserted, deleted, replaced and swapped letters that turn one word into the other; beyond 64
 * bytes words count as far apart. */
int net_edit_distance(const char *a, const char *b);

/* The candidate nearest to `word`, or NULL when none is near enough to be meant (a third of its length, at most 3).
 * Capitals do not matter. */
const char *net_nearest_word(const char *word, const char *const *candidates, size_t count);

/* What other programs call an option, and what it is here. */
typedef struct {
    const char *word; /* in lower case, words joined by '-' */
    const char *here; /* "--rate", or a sentence */
} NetAlias;

/* What stands for a word typed with '-' or '_' between its parts; NULL: it is not in the table. */
const char *net_find_alias(const char *word, const NetAlias *aliases, size_t count);

/* What follows the dashes, where a word begins with some that are no '-', as copied from a web page; NULL: it does not.
 */
const char *net_after_wrong_dash(const char *word);

/* How a message about an unknown option goes on: by what stands for it (`here` of a NetAlias), else by the nearest
 * option there is, with or without its dashes. NULL: neither is known. */
enum { NET_ADVICE = 200 };
const char *net_option_advice(char out[NET_ADVICE], const char *here, const char *nearest);

#endif
