#include "compiler/syntax/words.h"
#include "parse.h"

#include <string.h>

/* ---- fixed words ---- */

const FixedWord fixed_words[] = {
    {"network", T_NETWORK, "network NAME { ... }", "the layers, in the order of the data; once in a file"},
    {"train", T_TRAIN, "train { ... }", "the settings of the training; 'netc help settings' lists them"},
    {"let", T_LET, "let NAME = VALUE", "a name for a value, to the end of its block; -D gives those outside another"},
    {"repeat", T_REPEAT, "repeat COUNT { ... }", "the layers in braces, COUNT times in a row"},
    {"default", T_DEFAULT, "default KIND OPTION=VALUE ...", "options of the layers of a kind that follow in the block"},
    {"allow", T_ALLOW, "allow \"NAME\"", "silences a warning, by the name in its brackets"},
    {"true", T_TRUE, "OPTION=true", "yes, of an option that is yes or no"},
    {"false", T_FALSE, "OPTION=false", "no, of an option that is yes or no"},
    {"sqrt", 0, "sqrt(VALUE)", "the square root, in expressions; they know + - * / too"},
};
const size_t fixed_word_count = COUNT_OF(fixed_words);

int fixed_word_token(const char *text, size_t length) {
    for (size_t i = 0; i < fixed_word_count; i++) {
        bool same = strlen(fixed_words[i].name) == length && memcmp(fixed_words[i].name, text, length) == 0;
        if (same) return fixed_words[i].token;
    }
    return 0;
}

/* ---- names ---- */

const char *name_mended(Arena *arena, const char *text, size_t length) {
    size_t good = 0;
    while (good < length && in_name(text[good])) good++;
    if (good == length && !is_digit(text[0])) return NULL;
    char name[64] = "net_";
    size_t start = 4, used = start, from = 0;
    while (from < length && !in_name(text[from])) from++;
    for (size_t i = from; i < length && used + 1 < sizeof name; i++) {
        if (in_name(text[i])) {
            name[used++] = text[i];
        } else if (name[used - 1] != '_') {
            name[used++] = '_';
        }
    }
    while (used > start && name[used - 1] == '_') used--;
    bool digit = is_digit(name[start]);
    if (digit) start = 0;
    return used <= 4 ? NULL : arena_copy(arena, name + start, used - start);
}
