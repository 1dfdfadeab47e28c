/* The filter between scanner and grammar. It keeps the open brackets and blocks, and so knows
 *   - which newlines end a statement (those at bracket depth 0);
 *   - where an unclosed '(' was opened. It is closed, with a message, by '{', '}', ';', the end of the file, or a new
 *     line that begins with what cannot go on inside brackets;
 *   - where a '}' or the '{' of a block is missing: it is supplied, so that one slip gives one message.
 * Nesting, the number of tokens and runs of signs are bounded here, before the parser's stack could grow. */
#include "compiler/syntax/reader.h"
#include "compiler/syntax/words.h"
#include "parse.h"

#include "compiler/syntax/words.h"

#include <string.h>

static void push(Reader *reader, Token token) {
    ASSERT(reader->queue_count < TOKEN_QUEUE);
    reader->queue[(reader->queue_first + reader->queue_count++) % TOKEN_QUEUE] = token;
    reader->last = token;
    reader->newline_skipped = false;
}

static void push_made(Reader *reader, int kind, Span at) { push(reader, (Token){.kind = kind, .at = at}); }

static void stop(Reader *reader) {
    reader->stopped = true;
    reader->bracket_depth = reader->block_depth = 0;
}

/* ---- brackets ---- */

static const Opening *innermost_bracket(const Reader *reader) {
    size_t depth = reader->bracket_depth < AST_MAX_DEPTH ? reader->bracket_depth : AST_MAX_DEPTH;
    return &reader->brackets[depth - 1];
}

/* False when the nesting is too deep (reported once). */
static bool open_bracket(Reader *reader, const Token *token) {
    Opening opening = {{token->at.hi - 1, token->at.hi}, token->kind == '[' ? '[' : '(', 0};
    size_t depth = reader->bracket_depth++;
    if (depth < AST_MAX_DEPTH) {
        reader->brackets[depth] = opening;
        return true;
    }
    if (depth == AST_MAX_DEPTH) {
        reader_error(reader, opening.at, "too-deep", "brackets are nested more than %d deep", AST_MAX_DEPTH);
    }
    return false;
}

/* False when the innermost bracket is another one (reported). Then all up to the one meant are closed. */
static bool close_bracket(Reader *reader, const Token *token) {
    if (reader->bracket_depth == 0) return true; /* the parser says so */
    const Opening *opening = innermost_bracket(reader);
    char meant = token->kind == ')' ? '(' : '[';
    if (reader->bracket_depth > AST_MAX_DEPTH || opening->symbol == meant) {
        reader->bracket_depth--;
        return true;
    }
    Diag *diag = reader_error(reader, token->at, "unclosed-bracket", "'%c' does not close '%c'; expected '%c'",
                              token->kind, opening->symbol, meant == '[' ? ')' : ']');
    diag_note(reader->diags, diag, "'%c' was opened at %s", opening->symbol, reader_place(reader, opening->at.lo));
    size_t depth = reader->bracket_depth;
    while (depth > 0 && reader->brackets[depth - 1].symbol != meant) depth--;
    reader->bracket_depth = depth > 0 ? depth - 1 : reader->bracket_depth - 1;
    return false;
}

/* The statement ends here though a bracket is open. */
static void give_up_brackets(Reader *reader, const char *found) {
    const Opening *opening = innermost_bracket(reader);
    char close = opening->symbol == '(' ? ')' : ']';
    Diag *diag = reader_error(reader, opening->at, "unclosed-bracket",
                              "this '%c' is not closed; expected '%c' before %s", opening->symbol, close, found);
    diag_help(reader->diags, diag, "write '%c' where it ends", close);
    reader->bracket_depth = 0;
    push_made(reader, T_NET_YYerror, opening->at);
}

static bool ends_operand(int kind) {
    switch (kind) {
    case T_NAME:
    case T_NUMBER:
    case T_SHAPE:
    case T_STRING:
    case T_TRUE:
    case T_FALSE:
    case ')':
    case ']': return true;
    default: return false;
    }
}

static bool begins_operand(int kind) {
    switch (kind) {
    case T_CALL:
    case '(':
    case '[': return true;
    case ')':
    case ']': return false;
    default: return ends_operand(kind);
    }
}

static bool begins_block_statement(int kind) {
    switch (kind) {
    case T_NETWORK:
    case T_TRAIN:
    case T_LET:
    case T_REPEAT:
    case T_DEFAULT:
    case T_ALLOW: return true;
    default: return false;
    }
}

/* Two operands in a row never stand inside brackets: a new line that makes them is a new statement. */
static bool line_leaves_brackets(const Reader *reader, const Token *token) {
    if (!reader->newline_skipped) return false;
    return begins_block_statement(token->kind) || (ends_operand(reader->last.kind) && begins_operand(token->kind));
}

/* ---- blocks ---- */

/* Goes on to a place, no nearer than the last, and knows then how its line begins. */
static void follow_line(Reader *reader, uint32_t offset) {
    const char *text = reader->source->text;
    for (uint32_t until = offset - reader->source->base; reader->followed < until; reader->followed++) {
        char c = text[reader->followed];
        if (c == '\n') {
            reader->line_indent = 0;
            reader->line_begun = false;
        } else if (!reader->line_begun && (c == ' ' || c == '\t')) {
            reader->line_indent++;
        } else {
            reader->line_begun = true;
        }
    }
}

/* A '}' further left than the line that opened the innermost block closes an outer one in the writer's eyes. */
static void suspect_block(Reader *reader, const Token *token) {
    const Opening *innermost = &reader->blocks[reader->block_depth - 1];
    follow_line(reader, token->at.lo);
    bool left = !reader->line_begun && reader->line_indent < innermost->indent;
    if (left && !reader->suspect.symbol) reader->suspect = *innermost;
}

static void open_block(Reader *reader, Span at) {
    if (reader->block_depth == AST_MAX_DEPTH) {
        reader_error(reader, at, "too-deep", "blocks are nested more than %d deep", AST_MAX_DEPTH);
        stop(reader);
        return;
    }
    follow_line(reader, at.lo);
    reader->blocks[reader->block_depth++] = (Opening){at, '{', reader->line_indent};
    push_made(reader, '{', at);
}

/* Where the block that opens behind `at` ends, or NULL: it is not closed. Comments may hold braces. */
static const char *block_end(const char *at) {
    int depth = 0;
    for (; *at; at++) {
        if (*at == '#') at += strcspn(at, "\n");
        if (*at == '{') depth++;
        if (*at == '}' && --depth <= 0) return depth == 0 ? at + 1 : NULL;
        if (*at == '\0') break;
    }
    return NULL;
}

/* `train { ... }` before the '}' of the network: that one comes behind it. */
static bool stands_inside(const Reader *reader, const Token *train) {
    if (train->kind != T_TRAIN || reader->block_depth != 1 || reader->supplied_blocks > 0) return false;
    const char *at = block_end(reader->source->text + (train->at.hi - reader->source->base));
    while (at && *at && strchr(" \t\r\n;#", *at)) at += *at == '#' ? strcspn(at, "\n") : 1;
    return at && *at == '}';
}

/* Where a block ends in the writer's eyes: the offset of the first line before `limit` that is indented no more than
 * the one that opens it, or the limit. *inside: that some line is indented more. */
static uint32_t end_by_indent(const Reader *reader, const Opening *open, uint32_t limit, bool *inside) {
    const char *text = reader->source->text - reader->source->base;
    *inside = false;
    for (uint32_t at = open->at.hi; at < limit;) {
        at += (uint32_t)strcspn(text + at, "\n") + 1;
        if (at >= limit) break;
        uint32_t indent = (uint32_t)strspn(text + at, " \t");
        if (strchr("\r\n#", text[at + indent])) continue;
        if (indent <= open->indent) return at + indent < limit ? at + indent : limit;
        *inside = true;
    }
    return limit;
}

/* Says where the '}' of an open block belongs: by the indents, where these tell, else before `next`. */
static void report_unclosed(Reader *reader, const Opening *open, const Token *next, const char *found) {
    const char *behind = reader->source->text + (open->at.hi - reader->source->base);
    bool lines, begun = !strchr("\r\n#", behind[strspn(behind, " \t")]); /* repeat 2 { dense 30 */
    uint32_t end = end_by_indent(reader, open, next->at.lo, &lines);
    bool nearer = end < next->at.lo, told = nearer && (lines || begun);
    if (told) {
        uint32_t line, column;
        source_position(reader->source, end, &line, &column);
        found = arena_format(reader->arena, "line %u", (unsigned)line);
    }
    Diag *diag =
        reader_error(reader, open->at, "unclosed-block", "this '{' is not closed; expected '}' before %s", found);
    if (!told && next->kind != T_FILE_END) {
        diag_note(reader->diags, diag, "%s is at %s", found, reader_place(reader, next->at.lo));
    }
    const char *place = !told && next->kind == T_FILE_END ? "at" : "above";
    if (nearer && !told && open->at.lo != reader->blocks[0].at.lo) {
        diag_help(reader->diags, diag, "write '}' in a line of its own behind the last line that is to be repeated");
    } else if (told && !lines) {
        diag_help(reader->diags, diag, "write '}' at the end of the line that opens it");
    } else {
        diag_help(reader->diags, diag, "write '}' in a line of its own %s %s", place, found);
    }
}

/* Closes every open block before `next`. After a '{' was supplied the missing '}' is its echo: no message. */
static void give_up_blocks(Reader *reader, const Token *next, const char *found) {
    const Opening *open = reader->suspect.symbol ? &reader->suspect : &reader->blocks[reader->block_depth - 1];
    if (reader->supplied_blocks == 0) report_unclosed(reader, open, next, found);
    reader->supplied_blocks = 0;
    reader->suspect.symbol = 0;
    for (; reader->block_depth > 0; reader->block_depth--) push_made(reader, '}', (Span){next->at.lo, next->at.lo});
}

static bool at_statement_start(const Reader *reader) {
    int kind = reader->last.kind;
    return kind == T_START_FILE || kind == T_END || kind == '{' || kind == '}';
}

/* What follows a token in the text, blanks skipped. */
static const char *text_after(const Reader *reader, const Token *token) {
    const char *at = reader->source->text + (token->at.hi - reader->source->base);
    return at + strspn(at, " \t");
}

/* At the end of the line but for a comment, or at a '{'. */
static bool ends_header(const char *text) { return *text == '\0' || strchr("\r\n#{", *text); }

/* `network`, `train` or `repeat` where it opens a block, not as the name of an option or a wrong label. */
static bool is_header(const Reader *reader, const Token *token) {
    bool keyword = token->kind == T_NETWORK || token->kind == T_TRAIN || token->kind == T_REPEAT;
    if (!keyword || !at_statement_start(reader)) return false;
    const char *next = text_after(reader, token);
    if (*next == '=') return token->kind == T_NETWORK && reader->block_depth == 0;
    return *next != ':' || ends_header(next + 1 + strspn(next + 1, " \t"));
}

/* The opening line is whole but for its '{'. */
static bool header_is_whole(const Reader *reader) {
    switch (reader->header_first.kind) {
    case T_NETWORK: return reader->header_tokens == 2 && reader->header_end.kind == T_NAME;
    case T_TRAIN: return reader->header_tokens == 1;
    default: return reader->header_tokens >= 2 && ends_operand(reader->header_end.kind);
    }
}

/* How the opening line is written, and where its block ends if it has no '}' of its own: it was left out as the '{'
 * was, where the next line that is not indented more is none with a '}' below the opening line. */
static const char *header_help(Reader *reader, const char *head, size_t length) {
    const char *line = arena_format(reader->arena, "write '%.*s {'", (int)length, head);
    follow_line(reader, reader->header_end.at.hi);
    Opening open = {reader->header_end.at, '{', reader->line_indent};
    uint32_t limit = reader->source->base + (uint32_t)reader->source->size, number, column;
    bool inside;
    uint32_t end = end_by_indent(reader, &open, limit, &inside);
    const char *text = reader->source->text + (end - reader->source->base);
    source_position(reader->source, end, &number, &column);
    if (end < limit && *text == '}' && column == open.indent + 1) return line;
    if (inside && end < limit) {
        return arena_format(reader->arena, "%s, and '}' in a line of its own above line %u", line, (unsigned)number);
    }
    if (inside) return arena_format(reader->arena, "%s, and '}' at %s", line, reader_end_name(reader));
    return reader->header_first.kind == T_REPEAT
               ? arena_format(reader->arena, "%s, and '}' behind the last line that is to be repeated", line)
               : line;
}

/* A newline may stand before '{', so the END behind an opening line waits until the next token is seen. */
static void finish_header(Reader *reader, const Token *token) {
    reader->header = HEADER_NONE;
    if (token->kind == '{') return;
    uint32_t end = reader->header_end.at.hi;
    if (token->kind == T_FILE_END || token->kind == '}' || !header_is_whole(reader)) {
        push_made(reader, T_END, (Span){end, end});
        return;
    }
    const Diags *diags = reader->diags;
    const Diag *last = diags->list.count > 0 ? diags->list.at[diags->list.count - 1] : NULL;
    bool said = reader->header_first.kind == T_REPEAT && !reader->header_colon && last &&
                last->at.lo >= reader->header_first.at.lo; /* of this line: one word is enough */
    if (said) {
        push_made(reader, T_END, (Span){end, end});
        return;
    }
    if (!reader->header_colon) {
        size_t length;
        const char *head = source_slice(reader->source, (Span){reader->header_first.at.lo, end}, &length);
        bool brief = length <= 40 && !memchr(head, '\n', length);
        if (!brief) length = reader->header_first.at.hi - reader->header_first.at.lo;
        Diag *diag = reader_error(reader, (Span){end, end}, "syntax-error",
                                  "expected '{' after '%.*s', found a new line", (int)length, head);
        diag_help(reader->diags, diag, "%s", brief ? header_help(reader, head, length) : "a block is written { ... }");
    }
    open_block(reader, (Span){end, end});
    reader->supplied_blocks++;
}

/* `network lenet:` and `network lenet (` as other languages open a block */
static bool is_header_colon(const Reader *reader, const Token *token) {
    bool colon = (token->kind == ':' || token->kind == '(') && reader->header == HEADER_OPEN;
    return colon && header_is_whole(reader) && ends_header(text_after(reader, token));
}

/* ---- the name of the network ---- */

/* Reports a name that is none, such as LeNet-5, and supplies one, so that the block is checked. */
static void mend_network_name(Reader *reader, const Token *network) {
    const char *text = text_after(reader, network);
    size_t length = strcspn(text, "{}(:;#\r\n");
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) length--;
    const char *name = length > 0 ? name_mended(reader->arena, text, length) : NULL;
    if (!name && length > 0 && text[length] == '(')
        name = arena_copy(reader->arena, text, length); /* LeNet(nn.Module) */
    bool reserved = false;
    for (size_t i = 0; i < fixed_word_count && !name; i++) {
        reserved = fixed_words[i].token != 0 && strlen(fixed_words[i].name) == length &&
                   strncmp(fixed_words[i].name, text, length) == 0;
        if (reserved) name = arena_format(reader->arena, "net_%s", fixed_words[i].name);
    }
    if (!name) return;
    uint32_t lo = (uint32_t)(text - reader->source->text) + reader->source->base;
    Span at = {lo, lo + (uint32_t)length};
    Diag *diag = reader_error(reader, at, "syntax-error", "expected a name (letters, digits and '_'), found %s'%.*s'",
                              reserved ? "the reserved word " : "", (int)(length > 40 ? 40 : length), text);
    diag_help(reader->diags, diag, "write 'network %s {'", name);
    reader_hide(reader);
    reader->header_mended = true;
    Token made = {.kind = T_NAME, .at = at, .value.name = name};
    push(reader, made);
    reader->header_end = made;
    reader->header_tokens = 2;
}

/* True when the token was taken. */
static bool filter_header(Reader *reader, const Token *token) {
    if (reader->header_mended) {
        bool over = token->kind == '{' || token->kind == '}' || token->kind == T_END || token->kind == T_FILE_END;
        if (!over) return true;
        reader->header_mended = false;
        reader->hidden = NULL;
    }
    if (reader->header != HEADER_NONE && token->kind == T_END) {
        reader->header = HEADER_ENDED;
        return true;
    }
    if (reader->header == HEADER_ENDED) finish_header(reader, token);
    if (token->kind == '{' || token->kind == '}') reader->header = HEADER_NONE;
    if (is_header_colon(reader, token)) {
        reader->header_colon = true;
        size_t length;
        Span head = {reader->header_first.at.lo, reader->header_end.at.hi};
        const char *text = source_slice(reader->source, head, &length);
        Diag *diag = reader_error(reader, token->at, "syntax-error", "expected '{', found '%c'", token->kind);
        diag_help(reader->diags, diag, "%s",
                  length > 80 ? "a block is written { ... }" : header_help(reader, text, length));
        return true;
    }
    if (reader->header == HEADER_OPEN) {
        reader->header_end = *token;
        reader->header_tokens++;
    }
    return false;
}

/* Whether the line that opens a block is one of `train`. */
static bool opens_train(const Reader *reader, const Opening *open) {
    const char *text = reader->source->text, *at = text + (open->at.lo - reader->source->base);
    while (at > text && at[-1] != '\n' && at[-1] != '}') at--;
    at += strspn(at, " \t");
    return strncmp(at, "train", strlen("train")) == 0 && !in_name(at[strlen("train")]);
}

static void begin_header(Reader *reader, const Token *token) {
    if (stands_inside(reader, token)) {
        bool twice = opens_train(reader, &reader->blocks[0]);
        Diag *diag = reader_error(reader, token->at, "syntax-error", "'train' stands in the %s block",
                                  twice ? "train" : "network");
        diag_help(reader->diags, diag, "%s",
                  twice ? "leave 'train {' and its '}' out: what it says is a line of this block"
                        : "it stands behind it: move the last '}' of the file above 'train'");
        reader->surplus_block = true;
        reader->block_depth = 0;
        push_made(reader, '}', (Span){token->at.lo, token->at.lo});
    } else if (token->kind != T_REPEAT && reader->block_depth > 0) {
        give_up_blocks(reader, token, token->kind == T_NETWORK ? "'network'" : "'train'");
    }
    reader->header = HEADER_OPEN;
    reader->header_first = reader->header_end = *token;
    reader->header_tokens = 1;
    reader->header_colon = false;
}

/* ---- the filter ---- */

static bool is_semicolon(const Reader *reader, const Token *token) {
    return token->kind == T_END && reader->source->text[token->at.lo - reader->source->base] == ';';
}

/* Inside brackets. True when the token was taken. */
static bool filter_brackets(Reader *reader, const Token *token) {
    if (reader->bracket_depth == 0) return false;
    if (token->kind == T_FILE_END) {
        give_up_brackets(reader, reader_end_name(reader));
    } else if (token->kind == '{' || token->kind == '}') {
        give_up_brackets(reader, token->kind == '{' ? "'{'" : "'}'");
    } else if (is_semicolon(reader, token)) {
        give_up_brackets(reader, "';'");
    } else if (token->kind == T_END) {
        reader->newline_skipped = true;
        return true;
    } else if (line_leaves_brackets(reader, token)) {
        uint32_t end = reader->last.at.hi;
        give_up_brackets(reader, "the end of the line");
        push_made(reader, T_END, (Span){end, end});
        reader->header = HEADER_NONE;
    }
    return false;
}

static void push_sign(Reader *reader, const Token *token) {
    if (++reader->sign_run <= AST_MAX_DEPTH) {
        push(reader, *token);
        return;
    }
    if (reader->sign_run == AST_MAX_DEPTH + 1) {
        reader_error(reader, token->at, "too-deep", "more than %d signs in a row", AST_MAX_DEPTH);
        push_made(reader, T_NET_YYerror, token->at);
    }
}

static void filter(Reader *reader, const Token *token) {
    if (filter_brackets(reader, token)) return;
    if (filter_header(reader, token)) return;
    if (reader->stopped) return;
    if (is_header(reader, token)) begin_header(reader, token);
    if (begins_block_statement(token->kind) && reader->block_depth == 0 && at_statement_start(reader)) {
        reader->hidden = NULL;
    }
    if (token->kind != '-') reader->sign_run = 0;
    switch (token->kind) {
    case T_FILE_END:
        if (reader->block_depth > 0) give_up_blocks(reader, token, reader_end_name(reader));
        push(reader, *token);
        break;
    case '{': open_block(reader, token->at); break;
    case '}':
        if (reader->block_depth == 0 && reader->surplus_block) {
            reader->surplus_block = false;
            break;
        }
        if (reader->block_depth > 0) suspect_block(reader, token);
        if (reader->block_depth > 0) reader->block_depth--;
        if (reader->block_depth == 0) reader->suspect.symbol = 0;
        push(reader, *token);
        break;
    case '(':
    case '[':
    case T_CALL:
        if (open_bracket(reader, token)) {
            push(reader, *token);
        } else {
            push_made(reader, T_NET_YYerror, token->at);
        }
        break;
    case ')':
    case ']':
        if (close_bracket(reader, token)) {
            push(reader, *token);
        } else {
            push_made(reader, T_NET_YYerror, token->at);
        }
        break;
    case '-': push_sign(reader, token); break;
    case T_NETWORK:
        push(reader, *token);
        if (reader->header == HEADER_OPEN) mend_network_name(reader, token);
        break;
    default: push(reader, *token); break;
    }
}

static Token next_token(Reader *reader) {
    while (reader->queue_count == 0) {
        if (diags_full(reader->diags)) stop(reader);
        if (reader->stopped) return (Token){.at = {reader->offset, reader->offset}};
        Token token = scanner_next(reader);
        if (++reader->token_count > READER_MAX_TOKENS) {
            reader_error(reader, token.at, "too-long", "the text has more than %d words and signs", READER_MAX_TOKENS);
            stop(reader);
            continue;
        }
        filter(reader, &token);
    }
    Token token = reader->queue[reader->queue_first];
    reader->queue_first = (reader->queue_first + 1) % TOKEN_QUEUE;
    reader->queue_count--;
    return token;
}

int net_yylex(NET_YYSTYPE *value, NET_YYLTYPE *at, Reader *reader) {
    if (reader->seen[0].kind != T_END && reader->seen[0].kind != T_FILE_END) reader->last_end = reader->seen[0].at.hi;
    Token token = next_token(reader);
    reader->seen[2] = reader->seen[1];
    reader->seen[1] = reader->seen[0];
    reader->seen[0] = token;
    *value = token.value;
    *at = token.at;
    return token.kind;
}

void tokens_begin(Reader *reader, int start) {
    push_made(reader, start, (Span){reader->offset, reader->offset});
    reader->seen[0].at = reader->last.at;
}
