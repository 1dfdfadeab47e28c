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

#endif
