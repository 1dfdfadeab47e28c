/* The wording of syntax errors: what was found, what could have stood there, and advice for common slips. */
#include "compiler/syntax/forms.h"
#include "compiler/syntax/reader.h"
#include "compiler/syntax/words.h"
#include "parse.h"
#include "runtime/base/words.h"

#include <string.h>

/* Outside of blocks statements are lines. */
static void add_broken_line(Reader *reader, uint32_t at) {
    const char *text = reader->source->text;
    uint32_t lo = at, hi = at;
    while (lo > 0 && text[lo - 1] != '\n') lo--;
    while (hi < reader->source->size && text[hi] != '\n' && text[hi] != '\r') hi++;
    AstStmt *broken = NEW(reader->arena, AstStmt);
    broken->kind = AST_BROKEN;
    broken->at = broken->name_at = (Span){lo, hi};
    vec_push(reader->arena, &reader->top, broken);
}

Diag *reader_error(Reader *reader, Span at, const char *kind, const char *format, ...) {
    reader->failed = true;
    va_list args;
    va_start(args, format);
    const char *message = arena_vformat(reader->arena, format, args);
    va_end(args);
    bool line = reader->scanner && reader->block_depth == 0 && reader->source->base == 0; /* not the encoding */
    if (line && !reader->hidden) add_broken_line(reader, at.lo);
    return diag_report(reader->hidden ? reader->hidden : reader->diags, at, kind, "%s", message);
}

void reader_hide(Reader *reader) {
    reader->hidden = NEW(reader->arena, Diags);
    *reader->hidden = (Diags){.arena = reader->arena, .source = reader->source};
}

const char *reader_place(Reader *reader, uint32_t offset) {
    uint32_t line, column;
    source_position(reader->source, offset, &line, &column);
    return arena_format(reader->arena, "line %u, column %u", (unsigned)line, (unsigned)column);
}

const char *reader_end_name(const Reader *reader) {
    return reader->source->base == 0 ? "the end of the file" : "the end of the text";
}

/* ---- what was expected ---- */

/* A set of tokens that has one name for people. Larger sets come first. */
typedef struct {
    const char *phrase;
    int tokens[16]; /* ends with 0 */
} Group;

static const Group groups[] = {
    {"a value, an option (name=value)",
     {T_NAME, T_CALL, T_NUMBER, T_SHAPE, T_STRING, T_TRUE, T_FALSE, '(', '[', T_NETWORK, T_TRAIN, T_LET, T_REPEAT,
      T_DEFAULT, T_ALLOW}},
    {"an option (name=value)", {T_NAME, T_NETWORK, T_TRAIN, T_LET, T_REPEAT, T_DEFAULT, T_ALLOW, T_TRUE, T_FALSE}},
    {"a value", {T_NAME, T_CALL, T_NUMBER, T_SHAPE, T_STRING, T_TRUE, T_FALSE, '(', '[', '-'}},
    {"a statement", {T_NAME, T_LET, T_ALLOW, T_REPEAT, T_DEFAULT}},
    {"'network', 'train', 'let' or 'allow'", {T_NETWORK, T_TRAIN, T_LET, T_ALLOW}},
    {"a number or a name", {T_NAME, T_CALL, T_NUMBER, '(', '-'}},
    {"a number or a name", {T_NAME, T_CALL, T_NUMBER, '('}},
    {"an operator", {'+', '-', '*', '/'}},
    {"a name", {T_NAME}},
    {"a string", {T_STRING}},
    {"'{'", {'{'}},
    {"'='", {'='}},
    {"':'", {':'}},
    {"','", {','}},
    {"')'", {')'}},
    {"']'", {']'}},
    {"the end of the line", {T_END}},
    {"'}'", {'}'}},
    {"the end of the file", {T_FILE_END}},
};

static bool take(TokenSet *set, const int *tokens, size_t count) {
    for (size_t i = 0; i < count && (i == 0 || tokens[i]); i++) {
        if (!set->has[tokens[i]]) return false;
    }
    for (size_t i = 0; i < count && (i == 0 || tokens[i]); i++) set->has[tokens[i]] = false;
    return true;
}

/* Drops what is possible but seldom the point: operators after a whole value, the end of a line before '{'. */
static void drop_minor(TokenSet *set) {
    bool operators = set->has['+'] && set->has['*'] && set->has['/'];
    bool others = set->has[T_END] || set->has['}'] || set->has[')'] || set->has[']'] || set->has['{'];
    if (operators && others) set->has['+'] = set->has['-'] = set->has['*'] = set->has['/'] = false;
    if (set->has['{'] || (set->has[T_LET] && !set->has[T_TRUE])) set->has[T_END] = false;
    if (set->has[T_NAME] && !set->has[T_NUMBER]) set->has[T_END] = false;
    if (set->has[T_END]) set->has['}'] = false;
    if (set->has[T_NETWORK] || set->has[T_END]) set->has[T_FILE_END] = false;
}

static const char *expectation(Reader *reader, const TokenSet *expected) {
    TokenSet set = *expected;
    drop_minor(&set);
    const char *phrases[COUNT_OF(groups)];
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        if (take(&set, groups[i].tokens, COUNT_OF(groups[i].tokens))) phrases[count++] = groups[i].phrase;
    }
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        const char *join = i == 0 ? "" : i + 1 == count ? " or " : ", ";
        text = arena_format(reader->arena, "%s%s%s", text, join, phrases[i]);
    }
    return text;
}

/* ---- what was found ---- */

enum { FOUND_MAX = 40 };

static bool is_semicolon(const Reader *reader, const Token *token) {
    return token->kind == T_END && reader->source->text[token->at.lo - reader->source->base] == ';';
}

/* The END or '}' that stands for the end of the text. */
static bool is_end_of_file(const Reader *reader, const Token *token) {
    bool empty = token->at.hi <= token->at.lo;
    return token->kind == T_FILE_END || (empty && token->at.lo >= reader->source->base + reader->source->size);
}

static bool is_reserved(int kind) {
    bool found = false;
    for (size_t i = 0; i < fixed_word_count; i++) found = found || (kind != 0 && fixed_words[i].token == kind);
    return found;
}

static const char *finding(Reader *reader, const Token *token) {
    if (is_end_of_file(reader, token)) return reader_end_name(reader);
    if (token->kind == T_END && !is_semicolon(reader, token)) return "the end of the line";
    if (token->kind == T_STRING) return "a string";
    size_t length;
    const char *text = source_slice(reader->source, token->at, &length);
    if (length > FOUND_MAX) return arena_format(reader->arena, "'%.*s...'", FOUND_MAX, text);
    const char *what = is_reserved(token->kind) ? "the reserved word " : "";
    return arena_format(reader->arena, "%s'%.*s'", what, (int)length, text);
}

/* ---- advice ---- */

static const char no_bracket[] = "there is no bracket open here";
static const char no_block[] = "a block follows 'network NAME', 'train' or 'repeat COUNT' only";

static const char *word_of(Reader *reader, const Token *token) {
    size_t length;
    const char *text = source_slice(reader->source, token->at, &length);
    if (token->kind == T_CALL) length--;
    return arena_copy(reader->arena, text, length > FOUND_MAX ? FOUND_MAX : length);
}

static bool in_arguments(const TokenSet *expected) { return expected->has[T_STRING] && expected->has[T_REPEAT]; }
static bool at_statement(const TokenSet *expected) { return expected->has[T_NAME] && expected->has[T_DEFAULT]; }
static bool at_top(const TokenSet *expected) { return expected->has[T_NETWORK] && !expected->has[T_NAME]; }

static char text_after(const Reader *reader, const Token *token) {
    const char *at = reader->source->text + (token->at.hi - reader->source->base);
    return at[strspn(at, " \t")];
}

static const char *const top_words[] = {"network", "train", "let", "allow"};

/* `netwrok`: what follows is netc's. */
static bool is_misspelt_top(Reader *reader, const Token *found) {
    return found->kind == T_NAME && net_nearest_word(word_of(reader, found), top_words, COUNT_OF(top_words));
}

/* What others call the block of settings. */
static const char *const train_words[] = {"train", "fit", "solver", "optimizer", "settings", "learn"};

static bool opens_train(const char *word) {
    for (size_t i = 0; i < COUNT_OF(train_words); i++) {
        if (strncmp(word, train_words[i], strlen(train_words[i])) == 0) return true; /* training_options */
    }
    return false;
}

/* Blocks for what is done with a trained network. */
static bool is_use(const char *word) {
    static const char *const words[] = {"test", "valid", "eval", "predict", "infer", "deploy", "serve"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strncmp(word, words[i], strlen(words[i])) == 0) return true; /* testing, evaluate */
    }
    return false;
}

/* The name before the '{' that ends the line: `model LeNet {`, `LeNet {`; NULL: the line opens no block, or one whose
 * word is only misspelt. */
static const char *opened_name(Reader *reader, const Token *found) {
    static const char *const openers[] = {"network", "train"};
    const char *line = reader->source->text + (found->at.lo - reader->source->base);
    size_t length = strcspn(line, "\r\n{");
    if ((found->kind != T_NAME && found->kind != T_CALL) || line[length] != '{') return NULL;
    if (net_nearest_word(word_of(reader, found), openers, COUNT_OF(openers))) return NULL;
    while (length > 0 && strchr(" ():=", line[length - 1])) length--; /* def lenet() {, lenet: { */
    size_t start = length;
    while (start > 0 && in_name(line[start - 1])) start--;
    if (start == length) return NULL;
    const char *name = arena_copy(reader->arena, line + start, length - start);
    for (size_t i = 0; i < COUNT_OF(top_words); i++) { /* m = network {, void train() { */
        if (string_is(top_words[i], name)) return opens_train(name) ? name : word_of(reader, found);
    }
    return name;
}

/* Words that bring another file in. */
static bool includes_file(Reader *reader, const Token *found) {
    static const char *const words[] = {"include", "import", "use", "using", "source", "require", "load", "extends"};
    const char *word = word_of(reader, found), *line = reader->source->text + (found->at.hi - reader->source->base);
    size_t length = strcspn(line, "\r\n");
    bool named = memchr(line, '"', length) || memchr(line, '\'', length) || memchr(line, '<', length);
    bool bare = strspn(line, " \tabcdefghijklmnopqrstuvwxyz_/.") == length && !string_is(word, "import");
    for (size_t i = 0; i < COUNT_OF(words) && (named || bare) && length > 0; i++) {
        if (string_is(words[i], word)) return true;
    }
    return false;
}

/* An unreadable word at file level: the first of what may be many such lines. */
static void advise_top(Reader *reader, Diag *diag, const Token *found) {
    const char *word = word_of(reader, found);
    const Source *source = reader->source;
    uint32_t at = found->at.lo - source->base;
    const Form *form = form_of_line(source->text + at, source->size - at);
    if (found->kind == '[') { /* [train] of TOML and INI */
        diag_help(reader->diags, diag, "a block is written 'train { ... }' or 'network NAME { ... }'");
        reader_hide(reader);
        return;
    }
    if (found->kind == '}') {
        diag_help(reader->diags, diag, "no block is open here: there is one '}' too many");
        return;
    }
    if (found->kind == ',') {
        diag_help(reader->diags, diag, "leave it out: a block ends with '}' alone");
        reader_hide(reader);
        return;
    }
    if (found->kind == T_NAME && includes_file(reader, found)) {
        diag_note(reader->diags, diag,
                  "netc has no way to include a file: one file holds the network and its settings");
        diag_help(reader->diags, diag, "leave the line out, and write the layers into this file");
        return;
    }
    const char *name = form ? NULL : opened_name(reader, found);
    if (name && is_use(word)) {
        diag_note(reader->diags, diag, "netc has no block for using a network");
        diag_help(
            reader->diags, diag,
            "leave the block out: training ends with the test part; 'netc build FILE --infer' makes a program that "
            "predicts");
        return;
    }
    if (name) {
        bool train = opens_train(word) || opens_train(name);
        diag_help(reader->diags, diag, "write '%s%s {'", train ? "train" : "network ", train ? "" : name);
        return;
    }
    if (form) {
        diag_note(reader->diags, diag, "this looks like %s", form->name);
        diag_help(reader->diags, diag, "%s",
                  form_is_code(form) ? "leave it out: a file holds the network and its settings" : form->help);
    } else if (is_misspelt_top(reader, found)) {
        diag_suggest(reader->diags, diag, word, top_words, COUNT_OF(top_words));
        return;
    } else if (found->kind == T_NAME && text_after(reader, found) == '=') {
        diag_help(reader->diags, diag, "a name is given a value by 'let %s = ...'", word);
    } else {
        diag_help(reader->diags, diag, "layers stand inside 'network NAME { ... }', settings inside 'train { ... }'");
    }
    reader_hide(reader);
}

static const char *advice_statement(Reader *reader, const Token *found) {
    const char *word = word_of(reader, found);
    if (found->kind == T_CALL) {
        return arena_format(reader->arena, "layers and settings take their values without brackets: '%s VALUE'", word);
    }
    if (is_reserved(found->kind) && text_after(reader, found) == ':') {
        return arena_format(reader->arena, "'%s' is reserved and cannot be a label", word);
    }
    if (is_reserved(found->kind) && text_after(reader, found) == '=') {
        return "an option stands in the line of its statement; a line that ends in '\\' goes on in the next";
    }
    if (found->kind == ')' || found->kind == ']') return no_bracket;
    if (found->kind == '{' && reader->seen[1].kind == '{') {
        reader->supplied_blocks++; /* its '}' is one too few */
        return "one '{' is enough";
    }
    if (found->kind == '{') return no_block;
    return "a statement begins with the kind of a layer, the name of a setting, or a label";
}

/* What follows a sign on its line, without a comment. */
static const char *rest_of_line(Reader *reader, const Token *sign) {
    const char *at = reader->source->text + (sign->at.hi - reader->source->base);
    at += strspn(at, " \t:=");
    size_t length = strcspn(at, "#;}\r\n");
    while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t')) length--;
    return arena_copy(reader->arena, at, length > FOUND_MAX ? FOUND_MAX : length);
}

static const char *advice_arguments(Reader *reader, const Token *found, const Token *before) {
    const char *previous = word_of(reader, before);
    bool first = before->kind == T_NAME && (reader->seen[2].kind == T_END || reader->seen[2].kind == '{');
    switch (found->kind) {
    case ',': return "values and options are separated by blanks; a list is written [1, 2], a shape 5x5";
    case '=':
        if (first) {
            const char *value = rest_of_line(reader, found);
            return arena_format(reader->arena,
                                "a name is given a value by 'let %s = %s'; that of a setting stands without '='",
                                previous, value);
        }
        if (reader->seen[2].kind == T_DEFAULT) {
            return arena_format(reader->arena, "a kind of layer stands before the option: 'default dense %s=%s'",
                                previous, rest_of_line(reader, found));
        }
        return NULL;
    case ':':
        if (before->kind == T_NAME) return arena_format(reader->arena, "an option is written '%s=VALUE'", previous);
        return NULL;
    case '-':
    case '+': return "a value that has no name cannot begin with a sign";
    case '{': return no_block;
    case ')':
    case ']': return no_bracket;
    default: return NULL;
    }
}

static const char *advice_value(Reader *reader, const Token *found, const Token *before) {
    if (found->kind == '=' && before->kind == '=') return "one '=' is enough";
    if (found->kind == '*' && before->kind == '*') return "there is no power operator";
    if (found->kind == ')' && before->kind == T_CALL) {
        const char *word = word_of(reader, before);
        return arena_format(reader->arena, "a word without parameters takes no brackets: '%s'", word);
    }
    return NULL;
}

/* `normal (0, 1)`: with the blank it is no call, and a comma cannot stand in the brackets. */
static bool is_parted_call(const Reader *reader) {
    if (reader->bracket_depth == 0 || reader->bracket_depth > AST_MAX_DEPTH) return false;
    uint32_t at = reader->brackets[reader->bracket_depth - 1].at.lo - reader->source->base;
    const char *text = reader->source->text;
    if (text[at] != '(' || at < 2 || (text[at - 1] != ' ' && text[at - 1] != '\t')) return false;
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) at--;
    return at > 0 && in_name(text[at - 1]);
}

/* `repeat 3 dense 30`: the block in one line. */
static const char *advice_block(Reader *reader, const Token *found) {
    size_t length;
    Span head = {reader->header_first.at.lo, reader->seen[1].at.hi};
    const char *text = source_slice(reader->source, head, &length);
    const char *rest = reader->source->text + (found->at.lo - reader->source->base);
    size_t body = strcspn(rest, "#;}\r\n");
    while (body > 0 && (rest[body - 1] == ' ' || rest[body - 1] == ':')) body--;
    if (found->kind == T_NAME && length + body < 2 * FOUND_MAX && !memchr(rest, '{', body)) {
        return arena_format(reader->arena, "write '%.*s { %.*s }'", (int)length, text, (int)body, rest);
    }
    return arena_format(reader->arena, "write '%.*s {'", (int)(length > FOUND_MAX ? FOUND_MAX : length), text);
}

static const char *advice(Reader *reader, const Token *found, const TokenSet *expected) {
    const Token *before = &reader->seen[1];
    bool operator= found->kind == '+' || found->kind == '-' || found->kind == '*' || found->kind == '/';
    if (before->kind == T_SHAPE && operator) return "a shape cannot be calculated with; write a list: [5*k, 5*k]";
    if (found->kind == ',' && expected->has[')'] && is_parted_call(reader)) {
        return "a call has no blank before its '(': normal(0, 1)";
    }
    if (in_arguments(expected)) return advice_arguments(reader, found, before);
    if (at_statement(expected)) return advice_statement(reader, found);
    if (expected->has['{'] && reader->header_first.kind == T_REPEAT) return advice_block(reader, found);
    if (expected->has['{'] && (before->kind == T_TRAIN || reader->header_first.kind == T_TRAIN)) {
        return "write 'train {' (the block of settings has no name)";
    }
    if (expected->has['{']) return "a block is written { ... }, its '{' in the line that opens it";
    if (expected->has[T_NUMBER]) return advice_value(reader, found, before);
    if (before->kind == T_DEFAULT) return "a kind of layer stands after it: 'default dense activation=relu'";
    if (expected->has[T_NAME] && is_reserved(found->kind)) return "a reserved word cannot be a name";
    if (expected->has[T_NAME] && before->kind == T_NETWORK) return "a network has a name: 'network lenet {'";
    if (expected->has[T_STRING] && found->kind == T_NAME) {
        const char *name = reader->source->text + (found->at.lo - reader->source->base);
        return arena_format(reader->arena, "the name of a warning stands in quotes: \"%.*s\"",
                            (int)strcspn(name, " \t\r\n;#}"), name);
    }
    return NULL;
}

void reader_unexpected(Reader *reader, const TokenSet *expected) {
    if (reader->stopped) return; /* the end the parser sees is not the text's */
    Token found = reader->seen[0];
    const char *what = finding(reader, &found);
    /* the end of a line is shown behind its last word, not behind a comment or on the next line */
    bool line_end = found.kind == T_END && !is_semicolon(reader, &found);
    Span at = found.at;
    if (line_end || is_end_of_file(reader, &found)) at = (Span){reader->last_end, reader->last_end};
    if (at_top(expected) && is_misspelt_top(reader, &found)) reader->hidden = NULL;
    Diag *diag = reader_error(reader, at, "syntax-error", "expected %s, found %s", expectation(reader, expected), what);
    if (reader->bracket_depth > 0 && reader->bracket_depth <= AST_MAX_DEPTH) {
        const Opening *opening = &reader->brackets[reader->bracket_depth - 1];
        bool own = found.kind == T_CALL || found.kind == '(' || found.kind == '[';
        if (opening->at.lo < at.lo && !own) {
            diag_note(reader->diags, diag, "inside the '%c' of %s", opening->symbol,
                      reader_place(reader, opening->at.lo));
        }
    }
    if (at_top(expected) && !reader->hidden) {
        advise_top(reader, diag, &found);
        return;
    }
    const char *help = advice(reader, &found, expected);
    if (help) diag_help(reader->diags, diag, "%s", help);
}
