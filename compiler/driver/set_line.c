#include "compiler/driver/set_line.h"

#include <string.h>

#include "compiler/model/statement.h"

/* NULL: it cannot be read. */
static const AstStmt *parsed(Arena *arena, const char *line) {
    Source *source = source_from_text(arena, "--set", line, strlen(line));
    Diags diags = {.arena = arena, .source = source};
    const AstStmt *stmt = source ? ast_parse_statement(arena, source, &diags) : NULL;
    return stmt && stmt->kind == AST_STATEMENT ? stmt : NULL;
}

const char *set_line_name(Arena *arena, const char *line) {
    const AstStmt *stmt = parsed(arena, line);
    return stmt ? stmt->name : NULL;
}

static bool logs(const AstStmt *stmt, const char *subject) {
    for (size_t i = 0; i < stmt->args.count; i++) {
        if (!stmt->args.at[i].key && string_is(stmt->args.at[i].value->name, subject)) return true;
    }
    return false;
}

bool set_line_replaces(Arena *arena, const char *line, const char *other) {
    const AstStmt *stmt = parsed(arena, line), *theirs = parsed(arena, other);
    if (!stmt || !theirs || !string_is(stmt->name, theirs->name)) return false;
    bool same = !string_is(stmt->name, "log");
    for (size_t i = 0; i < theirs->args.count && !same; i++)
        same = !theirs->args.at[i].key && logs(stmt, theirs->args.at[i].value->name);
    return same;
}

/* The row of a setting's option that an argument gives; NULL: none. */
static const OptionSpec *given_option(const OptionOwner *owner, const AstArg *arg, size_t *place) {
    if (!arg->key)
        return *place < owner->count && owner->options[*place].positional ? option_at(owner, (*place)++) : NULL;
    for (size_t i = 0; i < option_count(owner); i++) {
        if (string_is(option_at(owner, i)->name, arg->key)) return option_at(owner, i);
    }
    return NULL;
}

bool set_line_says(Arena *arena, const char *line, const char *option) {
    const AstStmt *stmt = parsed(arena, line);
    OptionOwner owner;
    if (!stmt || !setting_owner(arena, stmt->name, NULL, &owner)) return false;
    bool says = string_is(stmt->name, option); /* --data */
    size_t place = 0;
    for (size_t i = 0; i < stmt->args.count && !says; i++) {
        const OptionSpec *spec = given_option(&owner, &stmt->args.at[i], &place);
        says = spec && spec->trainer.flag && string_is(spec->trainer.flag, option);
    }
    return says;
}
