/* The words that the grammar itself knows, for the scanner and for help; all others are looked up in tables of layers
 * and settings. And what is no name, made one. */
#ifndef NETC_SYNTAX_WORDS_H
#define NETC_SYNTAX_WORDS_H

#include "compiler/base/base.h"

typedef struct {
    const char *name;
    int token;        /* of parse.y; 0: not reserved */
    const char *form; /* how it is written */
    const char *doc;
} FixedWord;
extern const FixedWord fixed_words[];
extern const size_t fixed_word_count;
/* The token of a reserved word, 0 of any other. */
int fixed_word_token(const char *text, size_t length);

/* The name nearest to what is written: LeNet_5 of "LeNet-5", net_2x of 2x; NULL: what is written is one, or nothing. */
const char *name_mended(Arena *arena, const char *text, size_t length);

#endif
