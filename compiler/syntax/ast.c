#include "compiler/syntax/ast.h"

#include "compiler/syntax/reader.h"
#include "parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static Reader *read_text(Arena *arena, const Source *source, Diags *diags, int start) {
    Reader *reader = NEW(arena, Reader);
    reader->arena = arena;
    reader->source = source;
    reader->diags = diags;
    reader_run(reader, start);
    return reader;
}

AstFile *ast_parse(Arena *arena, const Source *source, Diags *diags) {
    AstFile *file = NEW(arena, AstFile);
    file->top = read_text(arena, source, diags, T_START_FILE)->top;
    return file;
}

AstStmt *ast_parse_statement(Arena *arena, const Source *source, Diags *diags) {
    const Reader *reader = read_text(arena, source, diags, T_START_STATEMENT);
    return reader->failed ? NULL : reader->statement;
}

AstValue *ast_parse_value(Arena *arena, const Source *source, Diags *diags) {
    const Reader *reader = read_text(arena, source, diags, T_START_VALUE);
    return reader->failed ? NULL : reader->value;
}

/* ---- printing ---- */

static void print_value(const AstValue *value, FILE *out);

/* The shortest decimals that give the number back; a point or an exponent unless it was written as an integer. */
static void print_number(const AstValue *value, FILE *out) {
    if (value->integral) {
        fprintf(out, "%.0f", value->number);
        return;
    }
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value->number);
        if (strtod(text, NULL) == value->number) break;
    }
    fprintf(out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static void print_string(const char *text, FILE *out) {
    putc('"', out);
    for (; *text; text++) {
        switch (*text) {
        case '\n': fputs("\\n", out); break;
        case '\t': fputs("\\t", out); break;
        case '"': fputs("\\\"", out); break;
        case '\\': fputs("\\\\", out); break;
        default: putc(*text, out); break;
        }
    }
    putc('"', out);
}

static void print_items(const AstValue *value, FILE *out) {
    for (size_t i = 0; i < value->items.count; i++) {
        if (i) fputs(", ", out);
        print_value(value->items.at[i], out);
    }
}

static void print_operation(const AstValue *value, const char *symbol, FILE *out) {
    putc('(', out);
    print_value(value->left, out);
    fprintf(out, " %s ", symbol);
    print_value(value->right, out);
    putc(')', out);
}

static void print_value(const AstValue *value, FILE *out) {
    switch (value->kind) {
    case AST_NUMBER: print_number(value, out); break;
    case AST_NAME: fputs(value->name, out); break;
    case AST_BOOL: fputs(value->number != 0 ? "true" : "false", out); break;
    case AST_STRING: print_string(value->name, out); break;
    case AST_CALL:
        fprintf(out, "%s(", value->name);
        print_items(value, out);
        putc(')', out);
        break;
    case AST_LIST:
        putc('[', out);
        print_items(value, out);
        putc(']', out);
        break;
    case AST_SHAPE:
        for (size_t i = 0; i < value->dims.count; i++) fprintf(out, "%s%jd", i ? "x" : "", (intmax_t)value->dims.at[i]);
        break;
    case AST_NEGATE:
        fputs("(-", out);
        print_value(value->left, out);
        putc(')', out);
        break;
    case AST_ADD: print_operation(value, "+", out); break;
    case AST_SUBTRACT: print_operation(value, "-", out); break;
    case AST_MULTIPLY: print_operation(value, "*", out); break;
    case AST_DIVIDE: print_operation(value, "/", out); break;
    }
}

static void print_statement(const AstStmt *stmt, int indent, FILE *out);

static void print_block(const AstStmt *stmt, int indent, FILE *out) {
    fputs(" {\n", out);
    for (size_t i = 0; i < stmt->body.count; i++) print_statement(stmt->body.at[i], indent + 4, out);
    fprintf(out, "%*s}", indent, "");
}

static void print_args(const AstStmt *stmt, FILE *out) {
    for (size_t i = 0; i < stmt->args.count; i++) {
        const AstArg *arg = &stmt->args.at[i];
        putc(' ', out);
        if (arg->key) fprintf(out, "%s=", arg->key);
        print_value(arg->value, out);
    }
}

static void print_statement(const AstStmt *stmt, int indent, FILE *out) {
    fprintf(out, "%*s", indent, "");
    switch (stmt->kind) {
    case AST_LET:
        fprintf(out, "let %s = ", stmt->name);
        print_value(stmt->value, out);
        break;
    case AST_ALLOW:
        fputs("allow ", out);
        print_string(stmt->name, out);
        break;
    case AST_REPEAT:
        fputs("repeat ", out);
        print_value(stmt->value, out);
        print_block(stmt, indent, out);
        break;
    case AST_DEFAULT:
        fprintf(out, "default %s", stmt->name);
        print_args(stmt, out);
        break;
    case AST_STATEMENT:
        fprintf(out, "%s%s%s", stmt->label ? stmt->label : "", stmt->label ? ": " : "", stmt->name);
        print_args(stmt, out);
        break;
    case AST_LABEL: fprintf(out, "%s:", stmt->label); break;
    case AST_BROKEN: fputs("# not readable", out); break;
    case AST_NETWORK:
        fprintf(out, "network %s", stmt->name);
        print_block(stmt, indent, out);
        break;
    case AST_TRAIN:
        fputs("train", out);
        print_block(stmt, indent, out);
        break;
    }
    putc('\n', out);
}

void ast_print(const AstFile *file, FILE *out) {
    for (size_t i = 0; i < file->top.count; i++) print_statement(file->top.at[i], 0, out);
}
