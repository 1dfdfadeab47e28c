#include "compiler/syntax/loose.h"

#include <string.h>

typedef enum { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_STRING, TOKEN_SIGN } TokenKind;

typedef struct {
    TokenKind kind;
    char sign;          /* TOKEN_SIGN */
    const char *text;   /* of a string: what is between the quotes */
    size_t from, until; /* bytes of the line */
} Token;

typedef struct {
    Arena *arena;
    const char *text;
    VEC(Token) tokens;
    size_t next;
    int depth;
} Loose;

/* ---- words and signs ---- */

static bool is_letter(char c) { return (in_name(c) && !is_digit(c)) || (unsigned char)c >= 0x80; }

/* Signs that look like others, by their UTF-8 bytes; a NUL stands for a quotation mark. */
static const struct {
    const char *bytes;
    char sign;
} lookalikes[] = {
    {"×", '*'},  {"·", '*'},  {"−", '-'},  {"–", '-'},  {"—", '-'},  {"\u00A0", ' '}, {"“", 0},
    {"”", 0},    {"„", 0},    {"→", ','},  {"‘", 0},    {"’", 0},    {"«", 0},        {"»", 0},
    {"：", ':'}, {"，", ','}, {"（", '('}, {"）", ')'}, {"＝", '='},
};

/* The place in `lookalikes` of what stands here; COUNT_OF when it is itself. */
static size_t lookalike(const char *at) {
    size_t i = 0;
    while (i < COUNT_OF(lookalikes) && strncmp(at, lookalikes[i].bytes, strlen(lookalikes[i].bytes)) != 0) i++;
    return i;
}

/* The length of a quotation mark, 0: it is none. */
static size_t quote_at(const char *at) {
    if (*at == '"' || *at == '\'' || *at == '`') return 1;
    size_t i = lookalike(at);
    return i < COUNT_OF(lookalikes) && lookalikes[i].sign == 0 ? strlen(lookalikes[i].bytes) : 0;
}

static bool goes_on(const char *text, size_t at) {
    char c = text[at];
    if (is_digit(c)) return true;
    if (is_letter(c)) return lookalike(text + at) == COUNT_OF(lookalikes);
    if ((c != '.' && c != '-' && c != '/') || at == 0 || text[at - 1] == c) return false;
    return is_letter(text[at + 1]) || is_digit(text[at + 1]); /* nn.ReLU, cross-entropy, LeNet-5, data/train.idx */
}

static size_t number_end(const char *text, size_t at) {
    size_t start = at;
    if (strncmp(text + at, "10^", 3) == 0) at += text[at + 3] == '-' ? 4 : 3;
    while (is_digit(text[at]) || is_letter(text[at]) || text[at] == '.') {
        if (lookalike(text + at) < COUNT_OF(lookalikes)) break;
        at++;
        bool exponent = (text[at - 1] == 'e' || text[at - 1] == 'E') && at > start + 1 &&
                        (text[at] == '-' || text[at] == '+') && is_digit(text[at + 1]);
        at += exponent;
    }
    return text[at] == '%' ? at + 1 : at;
}

/* The dots and slashes a path begins with: ./, ../, ~/ or /. */
static size_t path_start(const char *text) {
    size_t length = strspn(text, "./~");
    return length > 0 && text[length - 1] == '/' && is_letter(text[length]) ? length : 0;
}

/* The / behind it divides: 1/sqrt(k). */
static bool ends_operand(char c) { return in_name(c) || c == ')'; }

static bool read_string(Loose *loose, size_t *at, Token *token) {
    size_t from = *at + quote_at(loose->text + *at), until = from;
    while (loose->text[until] && loose->text[until] != '\n' && !quote_at(loose->text + until)) until++;
    if (!quote_at(loose->text + until)) return false;
    token->kind = TOKEN_STRING;
    token->text = arena_copy(loose->arena, loose->text + from, until - from);
    *at = until + quote_at(loose->text + until);
    return true;
}

/* How many dashes begin an option of a command line. */
static size_t flag_dashes(const char *text, size_t at) {
    size_t dashes = strspn(text + at, "-");
    bool apart = at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t');
    const char *name = text + at + dashes;
    bool letter = dashes == 1 && is_letter(name[0]) && name[1] && strchr(" =", name[1]);
    return apart && (letter || (dashes == 2 && is_letter(name[0]))) ? dashes : 0;
}

static bool read_token(Loose *loose, size_t *at) {
    const char *text = loose->text;
    size_t start = *at;
    Token token = {.kind = TOKEN_SIGN, .sign = text[start], .from = start};
    size_t other = lookalike(text + start);
    if (quote_at(text + start)) {
        if (!read_string(loose, at, &token)) return false;
    } else if (other < COUNT_OF(lookalikes)) {
        token.sign = lookalikes[other].sign;
        *at += strlen(lookalikes[other].bytes);
        if (token.sign == ' ') return true;
    } else if (is_digit(text[start]) || (text[start] == '.' && is_digit(text[start + 1]))) {
        *at = number_end(text, start);
        token.kind = TOKEN_NUMBER;
        if (text[*at] == ' ' && text[*at + 1] == '%' && !is_digit(text[*at + 2 + strspn(text + *at + 2, " ")])) {
            token.text = arena_format(loose->arena, "%.*s%%", (int)(*at - start), text + start); /* 50 % */
            *at += 2;
        }
    } else if (is_letter(text[start]) || (path_start(text + start) && !(start > 0 && ends_operand(text[start - 1])))) {
        *at += path_start(text + start);
        while (goes_on(text, *at)) ++*at;
        token.kind = TOKEN_WORD;
    } else if (text[start] == '<' && text[start + 1] == '-') {
        token.sign = '=';
        *at += 2;
    } else if ((text[start] == '=' || text[start] == '-') && text[start + 1] == '>') {
        token.sign = ',';
        *at += 2;
    } else if (flag_dashes(text, start) > 0) {
        *at += flag_dashes(text, start); /* --kernel 5x5, -k 5 */
        return true;
    } else if (text[start] == '$' && (is_letter(text[start + 1]) || text[start + 1] == '{')) {
        ++*at; /* $k and ${k} of a shell */
        return true;
    } else {
        ++*at;
    }
    token.until = *at;
    if (!token.text) token.text = arena_copy(loose->arena, text + start, *at - start);
    vec_push(loose->arena, &loose->tokens, token);
    return true;
}

static bool split(Loose *loose) {
    const char *text = loose->text;
    for (size_t at = 0; text[at];) {
        if (text[at] == '#' || (text[at] == '/' && text[at + 1] == '/')) {
            at += strcspn(text + at, "\n");
        } else if (strchr(" \t\r\n\\", text[at])) {
            at++;
        } else if (!read_token(loose, &at)) {
            return false;
        }
    }
    size_t end = strlen(text);
    vec_push(loose->arena, &loose->tokens, ((Token){.kind = TOKEN_END, .from = end, .until = end}));
    return true;
}

/* ---- values ---- */

static const Token *look(const Loose *loose, size_t ahead) {
    size_t last = loose->tokens.count - 1;
    return &loose->tokens.at[loose->next + ahead < last ? loose->next + ahead : last];
}
static bool is_sign(const Token *token, char sign) { return token->kind == TOKEN_SIGN && token->sign == sign; }
static bool take_sign(Loose *loose, char sign) {
    if (!is_sign(look(loose, 0), sign)) return false;
    loose->next++;
    return true;
}

static LooseValue *new_value(Loose *loose, LooseKind kind, const char *text) {
    LooseValue *value = NEW(loose->arena, LooseValue);
    value->kind = kind;
    value->text = text;
    return value;
}

static LooseValue *read_value(Loose *loose);

/* id,len behind `ignore=`: a comma between words without a blank, of which none begins an option of its own. */
static bool joins_words(const Loose *loose, const LooseValue *first) {
    const Token *comma = look(loose, 0), *word = look(loose, 1), *mark = look(loose, 2);
    bool words = (first->kind == LOOSE_WORD || first->kind == LOOSE_STRING) &&
                 (word->kind == TOKEN_WORD || word->kind == TOKEN_STRING);
    bool close = loose->tokens.at[loose->next - 1].until == comma->from && comma->until == word->from;
    return loose->depth == 0 && words && close && is_sign(comma, ',') && !is_sign(mark, '=') && !is_sign(mark, '(');
}

static LooseValue *read_joined(Loose *loose, LooseValue *first, size_t from) {
    LooseValue *group = new_value(loose, LOOSE_GROUP, NULL);
    vec_push(loose->arena, &group->items, ((LooseArg){.value = first}));
    while (joins_words(loose, first)) {
        loose->next++;
        LooseValue *next = read_value(loose);
        if (!next) return NULL;
        vec_push(loose->arena, &group->items, ((LooseArg){.value = next}));
    }
    size_t until = loose->tokens.at[loose->next - 1].until;
    group->raw = arena_copy(loose->arena, loose->text + from, until - from);
    return group;
}

/* `name=value`, `name: value`, or a value. */
static bool read_arg(Loose *loose, LooseArg *arg) {
    const Token *name = look(loose, 0), *mark = look(loose, 1);
    bool step = name->kind == TOKEN_NUMBER && is_sign(mark, ':') && loose->depth > 0; /* {0: 0.1, 10: 0.01} */
    bool json = name->kind == TOKEN_STRING && is_sign(mark, ':');
    bool named = step || json || (name->kind == TOKEN_WORD && (is_sign(mark, '=') || is_sign(mark, ':')));
    *arg = (LooseArg){.key = named && !step ? name->text : NULL};
    if (named) loose->next += 2;
    if (named) take_sign(loose, '='); /* == and := */
    const Token *next = look(loose, 0);
    bool empty = named && loose->depth == 0 &&
                 (next->kind == TOKEN_END || (next->kind == TOKEN_WORD && is_sign(look(loose, 1), '=')));
    arg->value = empty ? new_value(loose, LOOSE_OTHER, NULL) : read_value(loose); /* pad= activation=relu */
    if (empty) arg->value->raw = "";
    if (named && arg->value && joins_words(loose, arg->value)) arg->value = read_joined(loose, arg->value, next->from);
    return arg->value != NULL;
}

/* What stands before a closing bracket. */
static bool read_items(Loose *loose, LooseValue *list, char close) {
    while (!take_sign(loose, close)) {
        if (look(loose, 0)->kind == TOKEN_END) return true; /* dropout(0.5 */
        if (take_sign(loose, ',')) continue;
        LooseArg item;
        if (!read_arg(loose, &item)) return false;
        vec_push(loose->arena, &list->items, item);
    }
    return true;
}

static LooseValue *read_group(Loose *loose, char close) {
    LooseValue *group = new_value(loose, LOOSE_GROUP, NULL);
    loose->next++;
    if (!read_items(loose, group, close)) return NULL;
    bool alone = group->items.count == 1 && !group->items.at[0].key;
    return alone ? group->items.at[0].value : group;
}

/* Dense(10)(x) of Keras: what it is applied to is the line above, if it is one layer. */
static LooseValue *read_call(Loose *loose, const char *name) {
    LooseValue *call = new_value(loose, LOOSE_CALL, name);
    loose->next++;
    if (!read_items(loose, call, ')')) return NULL;
    while (take_sign(loose, '(')) {
        call->applied = new_value(loose, LOOSE_GROUP, NULL);
        if (!read_items(loose, call->applied, ')')) return NULL;
    }
    return call;
}

/* 0,1 and 5,5 and 60,000: a comma between digits without a blank. */
static bool joined_by_comma(const Loose *loose) {
    const Token *comma = look(loose, 0), *after = look(loose, 1);
    bool sign = is_sign(comma, ',') && comma->until == comma->from + 1; /* no arrow: 1->16 */
    return loose->depth == 1 && sign && after->kind == TOKEN_NUMBER && after->from == comma->until && loose->next > 0 &&
           loose->tokens.at[loose->next - 1].until == comma->from;
}

static LooseValue *read_number(Loose *loose, const char *text) {
    LooseValue *number = new_value(loose, LOOSE_NUMBER, text);
    if (!joined_by_comma(loose)) return number;
    LooseValue *group = new_value(loose, LOOSE_GROUP, ",");
    vec_push(loose->arena, &group->items, ((LooseArg){.value = number}));
    while (joined_by_comma(loose)) {
        const char *next = look(loose, 1)->text;
        vec_push(loose->arena, &group->items, ((LooseArg){.value = new_value(loose, LOOSE_NUMBER, next)}));
        loose->next += 2;
    }
    return group;
}

/* `(int)(width / 4)` */
static bool is_cast(const Loose *loose) {
    static const char *const types[] = {"int", "long", "float", "double", "unsigned", "size_t"};
    bool brackets = is_sign(look(loose, 0), '(') && is_sign(look(loose, 2), ')'), type = false;
    for (size_t i = 0; i < COUNT_OF(types) && brackets; i++) type = type || string_is(look(loose, 1)->text, types[i]);
    const Token *next = look(loose, 3);
    return type && (is_sign(next, '(') || next->kind == TOKEN_WORD || next->kind == TOKEN_NUMBER);
}

static LooseValue *read_primary(Loose *loose) {
    const Token *token = look(loose, 0);
    switch (token->kind) {
    case TOKEN_NUMBER: loose->next++; return read_number(loose, token->text);
    case TOKEN_STRING: loose->next++; return new_value(loose, LOOSE_STRING, token->text);
    case TOKEN_WORD:
        loose->next++;
        return is_sign(look(loose, 0), '(') ? read_call(loose, token->text) : new_value(loose, LOOSE_WORD, token->text);
    case TOKEN_SIGN: break;
    case TOKEN_END: return NULL;
    }
    if (is_cast(loose)) {
        loose->next += 3;
        return read_primary(loose);
    }
    if (token->sign == '(') return read_group(loose, ')');
    if (token->sign == '[') return read_group(loose, ']');
    if (token->sign == '{') return read_group(loose, '}');
    if (token->sign != '-' && token->sign != '+') return NULL;
    loose->next++;
    LooseValue *value = read_primary(loose);
    if (!value || value->kind != LOOSE_NUMBER) return NULL;
    if (token->sign == '-') value->text = arena_format(loose->arena, "-%s", value->text);
    return value;
}

/* '*' for *, × and an x between blanks; another operator as itself; 0: none. */
static char operator_at(const Loose *loose) {
    const Token *token = look(loose, 0), *after = look(loose, 1);
    if (token->kind == TOKEN_SIGN && strchr("*/+-", token->sign)) return token->sign;
    bool by = token->kind == TOKEN_WORD &&
              (string_is(token->text, "x") || string_is(token->text, "X") || string_is(token->text, "by"));
    bool names = loose->next > 0 && loose->tokens.at[loose->next - 1].kind == TOKEN_WORD && after->kind == TOKEN_WORD;
    return by && (after->kind == TOKEN_NUMBER || names) ? '*' : 0; /* k x k */
}

static LooseValue *read_operands(Loose *loose) {
    LooseValue *first = read_primary(loose);
    if (!first || !operator_at(loose)) return first;
    LooseValue *product = new_value(loose, LOOSE_PRODUCT, NULL);
    vec_push(loose->arena, &product->items, ((LooseArg){.value = first}));
    for (char sign; (sign = operator_at(loose)) != 0;) {
        loose->next++;
        LooseValue *operand = read_primary(loose);
        if (!operand) return NULL;
        if (sign != '*') product->kind = LOOSE_OTHER;
        vec_push(loose->arena, &product->items, ((LooseArg){.value = operand}));
    }
    return product;
}

static LooseValue *read_value(Loose *loose) {
    if (loose->depth == LOOSE_MAX_DEPTH) return NULL;
    loose->depth++;
    size_t from = look(loose, 0)->from;
    LooseValue *value = read_operands(loose);
    loose->depth--;
    if (value && !value->raw) { /* what stood alone in brackets has its own */
        size_t until = loose->tokens.at[loose->next - 1].until;
        value->raw = arena_copy(loose->arena, loose->text + from, until - from);
    }
    return value;
}

const char *loose_last_part(const char *name) {
    for (const char *at = name; *at; at++) {
        if ((*at == '.' || *at == '/') && at[1]) name = at + 1;
    }
    return name;
}

LooseValue *loose_value(Arena *arena, const char *text) {
    Loose loose = {.arena = arena, .text = text};
    if (strlen(text) > LOOSE_MAX_LENGTH || !split(&loose)) return NULL;
    LooseValue *value = read_value(&loose);
    return look(&loose, 0)->kind == TOKEN_END ? value : NULL;
}

/* ---- the line ---- */

static bool is_word(const Token *token, const char *word) {
    return token->kind == TOKEN_WORD && string_is(token->text, word);
}

/* `(fc1): Linear(…)`, as PyTorch prints a model; its numbers are no names. */
static bool read_printed_label(Loose *loose, LooseLine *line) {
    const Token *name = look(loose, 1);
    bool brackets = is_sign(look(loose, 0), '(') && is_sign(look(loose, 2), ')') && is_sign(look(loose, 3), ':');
    if (!brackets || (name->kind != TOKEN_WORD && name->kind != TOKEN_NUMBER)) return false;
    if (name->kind == TOKEN_WORD) line->label = name->text;
    loose->next += 4;
    return true;
}

/* `conv1 = Conv2D(…)`, `fc: dense 10`, `epochs: 3`, `name: fc1 dense 30`. */
static void read_mark(Loose *loose, LooseLine *line) {
    if (read_printed_label(loose, line)) return;
    const Token *name = look(loose, 0), *mark = look(loose, 1);
    if (name->kind != TOKEN_WORD && name->kind != TOKEN_STRING) return;
    if (!is_sign(mark, ':') && !is_sign(mark, '=')) return;
    loose->next += 2;
    take_sign(loose, '=');
    if (string_is(name->text, "type") && look(loose, 0)->kind != TOKEN_SIGN) return; /* - type: dense */
    line->marked = loose_last_part(name->text);
    const Token *first = look(loose, 0), *second = look(loose, 1);
    bool named = string_is(line->marked, "name") && second->kind == TOKEN_WORD;
    if (named && (first->kind == TOKEN_WORD || first->kind == TOKEN_STRING)) {
        line->label = line->marked = first->text;
        loose->next++;
    } else if (first->kind == TOKEN_WORD && (is_sign(mark, ':') || !is_sign(second, '('))) {
        line->label = line->marked; /* not of x = F.relu(x) */
    }
}

/* model.add(Dense(10)): the layer is the argument. */
static void unwrap(LooseLine *line) {
    static const char *const wrappers[] = {"add", "append", "Sequential", "compile"};
    for (size_t i = 0; i < COUNT_OF(wrappers); i++) {
        bool one = line->called && line->args.count == 1 && line->args.at[0].value->kind == LOOSE_CALL;
        if (!one || !string_is(line->head, wrappers[i])) continue;
        const LooseValue *call = line->args.at[0].value;
        line->head = loose_last_part(call->text);
        line->args.at = call->items.at;
        line->args.count = call->items.count;
        return;
    }
}

/* `dense: [120, relu]`: all that is to be said of one layer. */
static bool is_mixed(const LooseLine *line, const LooseValue *group) {
    bool word = false, number = false;
    for (size_t i = 0; i < group->items.count; i++) {
        const LooseArg *item = &group->items.at[i];
        word = word || item->key || item->value->kind == LOOSE_WORD;
        number = number || item->value->kind == LOOSE_NUMBER;
    }
    return line->marked && line->args.count == 0 && word && number;
}

bool loose_read(Arena *arena, const char *text, size_t length, LooseLine *line) {
    *line = (LooseLine){.label = NULL};
    if (length > LOOSE_MAX_LENGTH || memchr(text, '\0', length)) return false;
    Loose loose = {.arena = arena, .text = arena_copy(arena, text, length)};
    if (!split(&loose)) return false;
    line->standard = is_word(look(&loose, 0), "default") || is_word(look(&loose, 0), "defaults");
    loose.next += line->standard;
    while (take_sign(&loose, '-') || take_sign(&loose, '*') || take_sign(&loose, '@')) continue; /* --lr 0.1, a list */
    read_mark(&loose, line);
    const Token *head = look(&loose, 0);
    bool option = line->marked && is_sign(look(&loose, 1), '='); /* conv: filters=32 */
    bool word = head->kind == TOKEN_WORD || (head->kind == TOKEN_STRING && !line->marked);
    if (word && !option) {
        line->head = loose_last_part(head->text);
        loose.next++;
        if (is_sign(look(&loose, 0), '(') && !is_cast(&loose)) {
            loose.depth++;
            LooseValue *call = read_call(&loose, line->head);
            loose.depth--;
            if (!call) return false;
            line->called = true;
            line->args.at = call->items.at;
            line->args.count = line->args.capacity = call->items.count;
            line->applied = call->applied;
            unwrap(line);
        }
    }
    while (look(&loose, 0)->kind != TOKEN_END) {
        if (take_sign(&loose, ',') || take_sign(&loose, ';') || take_sign(&loose, '@')) continue;
        bool shift = is_sign(look(&loose, 0), '>') && is_sign(look(&loose, 1), '>');
        if (shift) return false; /* width >> 1 */
        if (take_sign(&loose, ':') || take_sign(&loose, '>') || take_sign(&loose, '|') || take_sign(&loose, '&'))
            continue;
        if (is_sign(look(&loose, 0), '{') && look(&loose, 1)->kind == TOKEN_END) break; /* it would open a block */
        LooseArg arg;
        if (!read_arg(&loose, &arg)) return false;
        bool map =
            !arg.key && arg.value->kind == LOOSE_GROUP && (arg.value->raw[0] == '{' || is_mixed(line, arg.value));
        for (size_t i = 0; map && i < arg.value->items.count; i++) { /* dense: {units: 30, activation: relu} */
            vec_push(arena, &line->args, arg.value->items.at[i]);
        }
        if (!map) vec_push(arena, &line->args, arg);
    }
    return line->head || line->marked || line->args.count > 0;
}
