/* What scanner, token filter and grammar share while one text is read. Private to compiler/syntax/.
 *
 *   reader.c  the encoding, then the parser.
 *   scan.l    bytes → raw tokens: numbers, names, newlines. Reports lexical errors and returns T_NET_YYerror for them,
 *             so that the parser recovers without a second message.
 *   tokens.c  raw tokens → what the grammar reads: newlines inside brackets are dropped, unclosed brackets and blocks
 *             are reported where they were opened and closed for the parser, nesting is bounded.
 *   parse.y   tokens → tree. No meaning is looked up.
 *   errors.c  the wording of a syntax error.
 *
 * A Reader owns nothing: nodes, names and messages live in its arena, the scanner is closed by reader_run(). */
#ifndef NETC_READER_H
#define NETC_READER_H

#include "compiler/syntax/ast.h"

typedef union {
    const char *name; /* NAME, CALL, STRING's text is in a value */
    AstValue *value;
    AstStmt *stmt;
    AstArg arg;
    Span span;
} TokenValue;

typedef struct {
    int kind; /* a token code of parse.y */
    Span at;
    TokenValue value;
} Token;

enum {
    TOKEN_CODES = 320,           /* every token code is smaller */
    READER_MAX_TOKENS = 1 << 18, /* of one text */
    READER_MAX_SIDES = 8,        /* of a shape */
    TOKEN_QUEUE = AST_MAX_DEPTH + 8
};

typedef struct {
    bool has[TOKEN_CODES];
} TokenSet;

/* An open '(' or '[' or '{'. */
typedef struct {
    Span at;
    char symbol;
    uint32_t indent; /* of the line that opens a block, in bytes */
} Opening;

typedef enum { HEADER_NONE, HEADER_OPEN, HEADER_ENDED } HeaderState;

typedef struct {
    Arena *arena;
    const Source *source;
    Diags *diags;
    bool failed;   /* some error was reported */
    Diags *hidden; /* takes errors that would only repeat one; NULL: there is nothing to hide */

    void *scanner;
    uint32_t offset; /* of the next byte to be scanned, in the numbering of spans */

    Token queue[TOKEN_QUEUE]; /* filtered, not yet delivered */
    size_t queue_first, queue_count;
    Token last;        /* put into the queue last */
    Token seen[3];     /* delivered: seen[0] is the token the parser looks at */
    uint32_t last_end; /* where the last delivered token that is no line end ends */
    size_t token_count;
    bool stopped;         /* deliver nothing more */
    bool newline_skipped; /* since `last`, inside brackets */
    size_t sign_run;      /* '-' in a row */
    size_t bracket_depth; /* may exceed AST_MAX_DEPTH: the rest is counted, not kept */
    Opening brackets[AST_MAX_DEPTH];
    size_t block_depth;
    Opening blocks[AST_MAX_DEPTH];
    size_t supplied_blocks; /* a '{' was missing, was reported and supplied: expect its '}' to be missing too */
    HeaderState header;
    Token header_first; /* the keyword of a block's opening line */
    Token header_end;
    size_t header_tokens;
    bool header_colon;    /* `network lenet:` or `network lenet (`, reported */
    bool header_mended;   /* `network LeNet-5`, reported: a name was supplied for what stands before the '{' */
    uint32_t followed;    /* up to where lines were followed for their indents, in bytes of the text */
    uint32_t line_indent; /* of the line there, as far as it was followed */
    bool line_begun;      /* something else than blanks stands before that place */
    Opening suspect;      /* a block that a '}' further left seems to have left open; no symbol: none */

    AstBody top;
    AstStmt *statement;
    AstValue *value;
} Reader;

/* reader.c: reads the text; `start` is one of the start tokens of parse.y. */
void reader_run(Reader *reader, int start);

/* scan.l */
void scanner_open(Reader *reader);
void scanner_close(Reader *reader);
Token scanner_next(Reader *reader);

/* tokens.c: makes the start token the first one; net_yylex delivers the rest */
void tokens_begin(Reader *reader, int start);

/* errors.c: the Diag, so that a help line can be added */
Diag *reader_error(Reader *reader, Span at, const char *kind, const char *format, ...) PRINTF_LIKE(4, 5);
/* What is wrong with the text from here on is known: until `hidden` is NULL again, errors are not shown. */
void reader_hide(Reader *reader);
/* The parser looked at seen[0] and expected others. */
void reader_unexpected(Reader *reader, const TokenSet *expected);
/* "line 3, column 14": the place of an offset, for a note */
const char *reader_place(Reader *reader, uint32_t offset);
/* "the end of the file"; texts from the command line are no files */
const char *reader_end_name(const Reader *reader);

#endif
