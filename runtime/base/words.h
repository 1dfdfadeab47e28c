/* Words people mistype: how far apart two are, and which of a list was probably meant. Nothing here can fail. */
#ifndef NET_BASE_WORDS_H
#define NET_BASE_WORDS_H

/* Edits (insert, delete, replace) that turn one word into the other; beyond 32 bytes words count as far apart. */
int net_edit_distance(const char *a, const char *b);

/* The candidate nearest to a word, of which a third may be wrong; NULL when none is that near. */
const char *net_nearest_word(const char *word, const char *const *candidates, int count);

#endif
