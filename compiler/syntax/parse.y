/* The grammar of the .net language. It builds the tree and nothing else: names are not looked up, numbers not computed.
 *
 * Lists are left-recursive, so the stack stays flat; nesting is bounded by tokens.c. After an error the parser goes on
 * at the next END or '}': `stmts error END`. yyerrok is called there and nowhere earlier, because a default reduction
 * runs `error` rules before the rest of the wrong statement has been skipped. */
%require "3.8"
%define api.pure full
%define api.prefix {net_yy}
%define api.token.prefix {T_}
%define api.value.type {TokenValue}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%define parse.trace
%locations
%param {Reader *reader}
%expect 0
/* the generated parser counts errors and does not look at the count; clang warns */
%initial-action { (void)yynerrs; }

%code requires {
#include "compiler/syntax/reader.h"
}

%code provides {
int net_yylex(NET_YYSTYPE *value, NET_YYLTYPE *at, Reader *reader);
}

%code {
/* An empty rule lies at the end of what stands before it. */
#define YYLLOC_DEFAULT(Current, Rhs, N)                                                                                \
    ((Current).lo = (N) ? YYRHSLOC(Rhs, 1).lo : YYRHSLOC(Rhs, 0).hi,                                                   \
     (Current).hi = (N) ? YYRHSLOC(Rhs, N).hi : YYRHSLOC(Rhs, 0).hi)

static void net_yyerror(const Span *at, Reader *reader, const char *message);
static AstValue *operation(Reader *reader, Span at, AstValueKind kind, AstValue *left, AstValue *right);
static AstValue *sequence(Reader *reader, Span at, AstValueKind kind, const char *name, AstValue *items);
static AstValue *first_item(Reader *reader, AstValue *item);
static AstValue *add_item(Reader *reader, AstValue *items, AstValue *item);
static AstValue *truth(Reader *reader, Span at, bool value);
static AstStmt *statement(AstStmt *stmt, AstStmtKind kind, Span at, const char *name, Span name_at);
static AstStmt *labelled(AstStmt *stmt, const char *label, Span at);
static AstStmt *broken(Reader *reader, Span at, uint32_t end);
static AstStmt *let(Reader *reader, Span at, const char *name, Span name_at, AstValue *value);
static void add_statement(Reader *reader, AstStmt *block, AstStmt *stmt);
static void add_top(Reader *reader, AstStmt *stmt);
}

%token START_FILE START_STATEMENT START_VALUE
%token FILE_END 0 "the end of the file"
%token END "the end of the line"
%token <name> NAME CALL
%token <value> NUMBER SHAPE STRING
%token <name> NETWORK "network" TRAIN "train" LET "let" REPEAT "repeat" DEFAULT "default" ALLOW "allow"
%token <name> TRUE "true" FALSE "false"

%type <stmt> let allow network train body stmts last stmt args setting
%type <arg> arg pos
%type <value> value lit expr pexpr prim values list
%type <name> key

%left '+' '-'
%left '*' '/'
%precedence SIGN

%%

start
    : START_FILE items
    | START_STATEMENT ends setting ends  { reader->statement = $setting; }
    | START_VALUE ends value ends        { reader->value = $value; }
    ;

/* ---- the file ---- */

items
    : %empty
    | items END          { yyerrok; }
    | items let          { add_top(reader, $let); }
    | items allow        { add_top(reader, $allow); }
    | items network      { add_top(reader, $network); }
    | items train        { add_top(reader, $train); }
    | items error
    | items error body   /* the block of an unreadable opening line: its statements are checked, then dropped */
    ;

network : "network" NAME ends body
            { $$ = statement($body, AST_NETWORK, span_join(@1, @NAME), $NAME, @NAME); };

train   : "train" ends body
            { $$ = statement($body, AST_TRAIN, @1, NULL, @1); };

let     : "let" NAME '=' value
            { $$ = let(reader, @$, $NAME, @NAME, $value); };

allow   : "allow" STRING
            { $$ = statement(NEW(reader->arena, AstStmt), AST_ALLOW, @$, $STRING->name, @STRING); };

/* ---- blocks ---- */

body    : open stmts last '}'
            { $$ = $stmts; add_statement(reader, $$, $last); yyerrok; };

open    : '{'            { yyerrok; };

stmts
    : %empty             { $$ = NEW(reader->arena, AstStmt); }
    | stmts END          { $$ = $1; yyerrok; }
    | stmts stmt END     { $$ = $1; add_statement(reader, $$, $stmt); }
    | stmts error END    { $$ = $1; yyerrok; add_statement(reader, $$, broken(reader, @error, @END.lo)); }
    ;

last
    : %empty             { $$ = NULL; }
    | stmt
    | error              { $$ = broken(reader, @error, @error.hi); }
    ;

ends    : %empty | ends END;

stmt
    : let
    | allow
    | "repeat" expr ends body
        {
            $$ = statement($body, AST_REPEAT, span_join(@1, @expr), NULL, @1);
            $$->value = $expr;
        }
    | "default" NAME args
        { $$ = statement($args, AST_DEFAULT, @$, $NAME, @NAME); }
    | setting
    | NAME ':' NAME args
        { $$ = labelled(statement($args, AST_STATEMENT, @$, $3, @3), $1, @1); }
    | NAME ':'
        { $$ = labelled(statement(NEW(reader->arena, AstStmt), AST_LABEL, @$, NULL, @1), $1, @1); }
    | error body
        { $$ = broken(reader, @$, @body.hi); } /* a line that opens what is no block, with its block */
    ;

setting : NAME args      { $$ = statement($args, AST_STATEMENT, @$, $NAME, @NAME); };

/* ---- values and options ---- */

args
    : %empty             { $$ = NEW(reader->arena, AstStmt); }
    | args arg           { $$ = $1; vec_push(reader->arena, &$$->args, $arg); }
    ;

arg
    : pos
    | key '=' value      { $$ = (AstArg){.key = $key, .key_at = @key, .value = $value, .at = @$}; }
    ;

key     : NAME | "network" | "train" | "let" | "repeat" | "default" | "allow" | "true" | "false";

pos
    : pexpr              { $$ = (AstArg){.key_at = @$, .value = $1, .at = @$}; }
    | lit                { $$ = (AstArg){.key_at = @$, .value = $1, .at = @$}; }
    ;

value   : expr | lit;

lit
    : SHAPE
    | STRING
    | "true"             { $$ = truth(reader, @$, true); }
    | "false"            { $$ = truth(reader, @$, false); }
    | '[' list ']'       { $$ = sequence(reader, @$, AST_LIST, NULL, $list); }
    ;

list    : %empty         { $$ = NULL; }
        | values;

values
    : value              { $$ = first_item(reader, $1); }
    | values ',' value   { $$ = add_item(reader, $1, $3); }
    ;

expr
    : prim
    | '-' expr %prec SIGN { $$ = operation(reader, @$, AST_NEGATE, $2, NULL); }
    | expr '+' expr       { $$ = operation(reader, @$, AST_ADD, $1, $3); }
    | expr '-' expr       { $$ = operation(reader, @$, AST_SUBTRACT, $1, $3); }
    | expr '*' expr       { $$ = operation(reader, @$, AST_MULTIPLY, $1, $3); }
    | expr '/' expr       { $$ = operation(reader, @$, AST_DIVIDE, $1, $3); }
    ;

/* a positional value does not begin with a sign: `conv 20 -5` is `conv 15` */
pexpr
    : prim
    | pexpr '+' expr      { $$ = operation(reader, @$, AST_ADD, $1, $3); }
    | pexpr '-' expr      { $$ = operation(reader, @$, AST_SUBTRACT, $1, $3); }
    | pexpr '*' expr      { $$ = operation(reader, @$, AST_MULTIPLY, $1, $3); }
    | pexpr '/' expr      { $$ = operation(reader, @$, AST_DIVIDE, $1, $3); }
    ;

prim
    : NUMBER
    | NAME
        {
            $$ = truth(reader, @$, false);
            $$->kind = AST_NAME;
            $$->name = $NAME;
        }
    | CALL values ')'     { $$ = sequence(reader, @$, AST_CALL, $CALL, $values); }
    | '(' expr ')'        { $$ = $expr; }
    ;

%%

/* ---- nodes ---- */

static AstValue *bounded(Reader *reader, AstValue *value) {
    if (value->depth <= AST_MAX_DEPTH) return value;
    reader_error(reader, value->at, "too-deep", "the expression is more than %d operations deep", AST_MAX_DEPTH);
    return truth(reader, value->at, false);
}

static AstValue *operation(Reader *reader, Span at, AstValueKind kind, AstValue *left, AstValue *right) {
    AstValue *value = NEW(reader->arena, AstValue);
    value->kind = kind;
    value->at = at;
    value->left = left;
    value->right = right;
    value->depth = 1 + (right && right->depth > left->depth ? right->depth : left->depth);
    return bounded(reader, value);
}

static AstValue *sequence(Reader *reader, Span at, AstValueKind kind, const char *name, AstValue *items) {
    AstValue *value = items ? items : NEW(reader->arena, AstValue);
    value->kind = kind;
    value->at = at;
    value->name = name;
    value->depth++;
    return bounded(reader, value);
}

static AstValue *first_item(Reader *reader, AstValue *item) {
    return add_item(reader, NEW(reader->arena, AstValue), item);
}

static AstValue *add_item(Reader *reader, AstValue *items, AstValue *item) {
    vec_push(reader->arena, &items->items, item);
    if (item->depth > items->depth) items->depth = item->depth;
    return items;
}

static AstValue *truth(Reader *reader, Span at, bool value) {
    AstValue *node = NEW(reader->arena, AstValue);
    node->kind = AST_BOOL;
    node->at = at;
    node->number = value;
    node->depth = 1;
    return node;
}

static AstStmt *statement(AstStmt *stmt, AstStmtKind kind, Span at, const char *name, Span name_at) {
    stmt->kind = kind;
    stmt->at = at;
    stmt->name = name;
    stmt->name_at = name_at;
    return stmt;
}

static AstStmt *labelled(AstStmt *stmt, const char *label, Span at) {
    stmt->label = label;
    stmt->label_at = at;
    return stmt;
}

static AstStmt *broken(Reader *reader, Span at, uint32_t end) {
    if (end < at.lo) end = at.lo;
    return statement(NEW(reader->arena, AstStmt), AST_BROKEN, (Span){at.lo, end}, NULL, at);
}

static AstStmt *let(Reader *reader, Span at, const char *name, Span name_at, AstValue *value) {
    AstStmt *stmt = statement(NEW(reader->arena, AstStmt), AST_LET, at, name, name_at);
    stmt->value = value;
    return stmt;
}

static void add_statement(Reader *reader, AstStmt *block, AstStmt *stmt) {
    if (stmt) vec_push(reader->arena, &block->body, stmt);
}

static void add_top(Reader *reader, AstStmt *stmt) { vec_push(reader->arena, &reader->top, stmt); }

/* ---- errors ---- */

/* Called by the parser under this very name, whatever the prefix. */
static int yyreport_syntax_error(const yypcontext_t *context, Reader *reader) {
    yysymbol_kind_t symbols[YYNTOKENS];
    int count = yypcontext_expected_tokens(context, symbols, YYNTOKENS);
    if (count < 0) return count;
    TokenSet expected = {0};
    for (int code = 0; code < TOKEN_CODES; code++) {
        for (int i = 0; i < count; i++) expected.has[code] |= YYTRANSLATE(code) == symbols[i];
    }
    reader_unexpected(reader, &expected);
    return 0;
}

/* What Bison reports by itself: that its stack cannot grow. */
static void net_yyerror(const Span *at, Reader *reader, const char *message) {
    reader_error(reader, *at, "too-deep", "the text is nested too deeply to be read (%s)", message);
}
