/* The words that the grammar itself knows, for help. All others are looked up in tables of layers and settings. */
#ifndef NETC_SYNTAX_WORDS_H
#define NETC_SYNTAX_WORDS_H

#include <stddef.h>

typedef struct {
    const char *name;
    int token;        /* of parse.y; 0: not reserved */
    const char *form; /* how it is written */
    const char *doc;
} FixedWord;
extern const FixedWord fixed_words[]; /* in scan.l */
extern const size_t fixed_word_count;

#endif
