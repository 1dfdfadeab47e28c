#include "compiler/model/mend_let.h"

#include <string.h>

#include "compiler/model/foreign.h"
#include "compiler/model/mend_line.h"

const char *mend_let(Scope *scope, char *text, size_t length, bool file) {
    static const char *const words[] = {"let",    "const",  "var", "val",   "int",   "float", "double",
                                        "export", "define", "set", "local", "final", "mut",   "static"};
    LooseLine line;
    char *quotient = strstr(text, "//"); /* Python's 7 // 2 */
    if (quotient && strspn(quotient + 2, " ") + strspn(quotient + 2 + strspn(quotient + 2, " "), "0123456789") ==
                        strlen(quotient + 2)) {
        memmove(quotient, quotient + 1, strlen(quotient));
        length = strlen(text);
    }
    size_t start = strspn(text, " \t");
    bool declared = false, known = true;
    while (known) { /* const int k = 5 */
        size_t word = strspn(text + start, "abcdefghijklmnopqrstuvwxyz");
        known = false;
        for (size_t i = 0; i < (file || declared ? COUNT_OF(words) : 1) && strchr(" \t", text[start + word]); i++) {
            known = known || (strlen(words[i]) == word && memcmp(words[i], text + start, word) == 0);
        }
        if (known) start += word + strspn(text + start + word, " \t");
        declared = declared || known;
    }
    if ((!declared && !file) || start > length) return NULL;
    if (!loose_read(scope->arena, text + start, length - start, &line)) return NULL;
    const char *name = line.marked ? line.marked : line.head;
    size_t first = line.marked && line.head ? 0 : 1; /* the values after it: let k = 5, j = 6 */
    if ((!declared && !line.marked) || !name || line.args.count < first) return NULL;
    const char *more = "";
    for (size_t i = first; i < line.args.count; i++) {
        const LooseArg *arg = &line.args.at[i];
        const char *value = arg->key ? mend_any(&(MendWords){.arena = scope->arena}, arg->value) : NULL;
        if (!value) return NULL;
        more = arena_format(scope->arena, "%s; let %s = %s", more, mend_name(scope->arena, arg->key), value);
    }
    line.args.count = first;
    const char *written = line.head;
    if (line.args.count == 1 && line.args.at[0].key) return NULL;
    if (line.args.count == 1) written = mend_any(&(MendWords){.arena = scope->arena}, line.args.at[0].value);
    const char *usable = mend_name(scope->arena, name);
    if (!written || word_is_known(usable)) return NULL;
    const char *let = arena_format(scope->arena, "let %s = %s%s", usable, written, more);
    Source *source = source_from_text(scope->arena, "hint", let, strlen(let));
    Diags diags = {.arena = scope->arena, .source = source};
    ast_parse(scope->arena, source, &diags);
    return diags.errors == 0 ? let : NULL;
}

bool mend_begins_let(const char *text, size_t length) {
    return strncmp(text, "let", 3) == 0 && (length == 3 || text[3] == ' ');
}

const char *mend_let_name(Arena *arena, const char *text) {
    text += strspn(text, " ");
    size_t length = 0;
    while (in_name(text[length])) length++;
    return length > 0 && !is_digit(text[0]) ? arena_copy(arena, text, length) : NULL;
}
