/* How C writes the values of a nest, so that it reads as a person would have written it:
 *
 *     const float v8 = param[80];            const f32x16 v9 = v_splat(param[80]);
 *     const f32x16 v1 = m6;                  m6 = v_fma(v9, v7, m6);
 *     const f32x16 v9 = v_splat(v8);
 *     const f32x16 v10 = v_fma(v9, v7, v1);
 *     m6 = v10;
 *
 * What is computed, and in which order, stays as it was: a number is written inside the operation that uses it only
 * where it stood directly before it, but for others that go into the same. Vectors keep their names: runtime/vec.h
 * makes macros of their operations, which would work them out for each of their parts. */
#ifndef NETC_SPELLING_H
#define NETC_SPELLING_H

#include "compiler/loop/loop.h"

typedef enum {
    SPELL_NAME,    /* a name of its own: v8 */
    SPELL_PLACE,   /* where it is used, once: it has no statement */
    SPELL_VARIABLE /* the variable that it is read from or goes into: m6 */
} Spell;

typedef struct {
    Spell how;
    int variable;       /* SPELL_VARIABLE */
    const Value *value; /* its definition */
} Spelling;

/* One of each value, by number, in the arena. `plain`: a float's arithmetic rounds only where it is assigned (x87), so
 * of numbers only those from memory and constants are written in their place. */
const Spelling *spell_nest(Arena *arena, const Nest *nest, bool plain);
/* Whether the statement is one in C: not a value written elsewhere, nor the assignment of a value that is in the
 * variable already. */
bool spell_stands(const Spelling *spelling, const Stmt *stmt);

#endif
