/* Words people mistype: how far apart two are, and which of a list was probably meant. Nothing here can fail. */
#ifndef NET_BASE_WORDS_H
#define NET_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Damerau-Levenshtein: inserted, deleted, replaced and swapped letters that turn one word into the other; beyond 64
 * bytes words count as far apart. */
int net_edit_distance(const char *a, const char *b);

/* The candidate nearest to `word`, or NULL when none is near enough to be meant (a third of its length, at most 3).
 * Capitals do not matter. */
const char *net_nearest_word(const char *word, const char *const *candidates, size_t count);

/* Whether each of `words` is a word of `list`; blanks part them in both. */
bool net_words_hold(const char *list, const char *words);

/* What other programs call an option, and what it is here. */
typedef struct {
    const char *word; /* in lower case, words joined by '-' */
    const char *here; /* "--rate", or a sentence */
} NetAlias;

/* What stands for a word typed with '-' or '_' between its parts; NULL: it is not in the table. */
const char *net_find_alias(const char *word, const NetAlias *aliases, size_t count);

/* The same, and what netc and its programs have no option for, which is one table for all of them. */
const char *net_foreign_option(const char *word, const NetAlias *aliases, size_t count);

/* The n-th part of a word that hyphens or underscores join, from 0: first the ends ("threads" of "num-threads"), the
 * longest first, then the beginnings. False: there are no more. */
enum { NET_PART = 64 };
bool net_word_part(char out[NET_PART], const char *word, int n);

/* What follows the dashes, where a word begins with some that are no '-', as copied from a web page; NULL: it does not.
 */
const char *net_after_wrong_dash(const char *word);

enum { NET_ADVICE = 400 };

/* A sentence with `file` in place of its word FILE; NULL leaves that. Returns out. */
const char *net_with_file(char out[NET_ADVICE], const char *sentence, const char *file);

/* How a message about an unknown option goes on: by what stands for it (`here` of a NetAlias), else by the nearest
 * option there is, with or without its dashes. A sentence is shown with its file. NULL: neither is known. */
const char *net_option_advice(char out[NET_ADVICE], const char *here, const char *nearest, const char *file);

/* A number that is written in another way, as "0,01", "3k", "1_000", "10%" or "1e3", in plain digits. False: it is
 * none, or has no such form. */
enum { NET_NUMBER_TEXT = 32 };
bool net_number_meant(char out[NET_NUMBER_TEXT], const char *text);

#endif
