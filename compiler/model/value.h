/* Values: lets and their blocks, expressions.
 *
 * An evaluated value is an AstValue without operators and without names of lets: a number, a word (AST_NAME that is no
 * let), a shape, a string, a bool, a call of a word with evaluated arguments, or a list of evaluated values. It lies at
 * the place where it is used.
 *
 * A Scope holds the lets that are visible and counts the work done, so that no text, however written, keeps the
 * checker busy for long: after scope_spent() is true everything fails, one error says so. */
#ifndef NETC_VALUE_H
#define NETC_VALUE_H

#include "compiler/model/model.h"

typedef struct {
    const char *name;
    uint64_t hash;
    const AstValue *value; /* NULL: had an error, whoever uses it stays silent */
    Span at;               /* of the name */
    int block;             /* how deep the block is in which it stands; 0 is the file */
} Let;

typedef struct {
    Arena *arena;
    Diags *diags;
    VEC(Let) lets;
    int block;
    int64_t work;        /* what is left of the budget */
    const AstFile *file; /* all there is, for advice; or NULL */
    const Model *model;  /* what is known of it so far, for advice; or NULL */
    Span told;           /* lines that a hint made one of: what is wrong in them is said */
    struct Trial *trial; /* tries what is about to be advised; NULL: no advice is asked for */
} Scope;

void scope_init(Scope *scope, Arena *arena, Diags *diags);
void scope_enter(Scope *scope);
void scope_leave(Scope *scope);
/* Uses up some of the budget; false when it is spent (reported once, at `at`). */
bool scope_spend(Scope *scope, int64_t work, Span at);
bool scope_spent(const Scope *scope);
/* For when looking up a let was what used up the rest: that reports nothing. */
void scope_report_spent(Scope *scope, Span at);

/* Makes a let of the innermost block. An unusable name or a second let of the name in the block is reported. */
void scope_let(Scope *scope, const char *name, Span name_at, const AstValue *value);
const Let *scope_find(Scope *scope, const char *name);
/* The names of the visible lets, for suggestions. */
const char *const *scope_names(Scope *scope, size_t *count);

/* Adds to a report that there is no such let what may help: one further down, or a similar name. */
void scope_advise(Scope *scope, Diag *diag, const char *name, Span at);

/* NULL after an error was reported, or where a let without value is used. */
const AstValue *scope_evaluate(Scope *scope, const AstValue *value);

/* "10.5", "5x5", "normal(0, 1)": for messages; long values are cut. */
const char *value_text(Arena *arena, const AstValue *value);
/* A number as people write it, to six digits unless it has up to nine: 0.1, 5e-05, 65536. */
const char *number_text(Arena *arena, double number);
/* Whether the value is a number without a fraction that an int64_t holds exactly. */
bool value_is_whole(const AstValue *value);

/* Words that mean something as a value, and layer kinds: no let may have such a name. */
bool word_is_known(const char *word);

#endif
