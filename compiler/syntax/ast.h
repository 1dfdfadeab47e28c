/* What was written: the tree of a .net file, every node with its span. No meaning here: names are not resolved,
 * numbers not computed, options not known. All nodes live in the arena given to ast_parse. */
#ifndef NETC_AST_H
#define NETC_AST_H

#include "compiler/base/diag.h"

enum { AST_MAX_DEPTH = 64 }; /* of nested blocks, and of nested values: walking the tree may recurse */

typedef enum {
    AST_NUMBER, /* number; integral when written without point or exponent */
    AST_NAME,   /* name */
    AST_CALL,   /* name( items ) */
    AST_NEGATE, /* - left */
    AST_ADD,
    AST_SUBTRACT,
    AST_MULTIPLY,
    AST_DIVIDE, /* left op right */
    AST_SHAPE,  /* dims: 5x5, 1x28x28 */
    AST_STRING, /* name: the text without quotes, escapes undone */
    AST_BOOL,   /* number: 0 or 1 */
    AST_LIST    /* [ items ] */
} AstValueKind;

typedef struct AstValue AstValue;
struct AstValue {
    AstValueKind kind;
    Span at;
    double number;
    bool integral;
    const char *name;
    AstValue *left, *right;
    VEC(AstValue *) items;
    VEC(int64_t) dims;
    uint32_t depth; /* of the tree from here: 1 for a leaf, at most AST_MAX_DEPTH */
};

typedef struct {
    const char *key; /* NULL for a positional */
    Span key_at;
    AstValue *value;
    Span at;
} AstArg;

typedef enum {
    AST_LET,       /* let name = value */
    AST_ALLOW,     /* allow "name" */
    AST_REPEAT,    /* repeat value { body } */
    AST_DEFAULT,   /* default name args */
    AST_STATEMENT, /* [label:] name args */
    AST_LABEL,     /* label: */
    AST_BROKEN,    /* could not be read, as was reported: only its place is known */
    AST_NETWORK,   /* network name { body } */
    AST_TRAIN      /* train [name] { body } */
} AstStmtKind;

typedef struct AstStmt AstStmt;
typedef VEC(AstStmt *) AstBody;
struct AstStmt {
    AstStmtKind kind;
    Span at; /* the whole statement; of a block: its opening line */
    const char *label;
    Span label_at;
    const char *name;
    Span name_at;
    AstValue *value;
    VEC(AstArg) args;
    AstBody body;
};

typedef struct {
    AstBody top; /* let, allow, network, train in file order */
} AstFile;

/* Reads the whole text; reports every syntax error it can separate. Never NULL: what was readable is there. The source
 * is diags->source or attached to it. */
AstFile *ast_parse(Arena *arena, const Source *source, Diags *diags);
/* The same for one line of a train block (`--set`) and for one value (`-D name=value`); NULL after an error. */
AstStmt *ast_parse_statement(Arena *arena, const Source *source, Diags *diags);
AstValue *ast_parse_value(Arena *arena, const Source *source, Diags *diags);
/* A stable text form of the tree, for tests (`--dump=ast`): the language itself, one statement a line, operations in
 * brackets. Reading it again gives the same tree. */
void ast_print(const AstFile *file, FILE *out);

#endif
