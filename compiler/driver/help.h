/* What any word of the language means, from the tables of which netc is made. */
#ifndef NETC_DRIVER_HELP_H
#define NETC_DRIVER_HELP_H

#include "compiler/driver/options.h"

/* Prints all that a word means; false: nothing is known about it. */
bool help_word(Arena *arena, const char *word, FILE *out);
/* The words that help is given on. */
Words help_topics(Arena *arena);
bool words_have(const Words *words, const char *word);

#endif
