/* Comparing words that people type with those they may have meant. */
#ifndef NET_BASE_WORDS_H
#define NET_BASE_WORDS_H

/* Edits (insert, delete, replace) that turn one word into the other; long words count as far apart. */
int net_edit_distance(const char *a, const char *b);

#endif
