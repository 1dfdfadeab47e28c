/* Dead computes: those whose result reaches no log, no output and no parameter. */
#include "compiler/passes/passes.h"

typedef struct {
    bool *live;
} Marks;

static void mark(void *context, Expr *read) { ((Marks *)context)->live[read->tensor->id] = true; }

void pass_dce(Program *p) {
    Arena *scratch = arena_new();
    Marks marks = {NEW_ARRAY(scratch, bool, p->tensors.count)};
    bool *kept = NEW_ARRAY(scratch, bool, p->computes.count);
    for (size_t i = p->computes.count; i-- > 0;) {
        Compute *c = p->computes.at[i];
        Role role = c->out->role;
        kept[i] = c->next || role == ROLE_LOG || role == ROLE_OUTPUT || marks.live[c->out->id];
        if (!kept[i]) continue;
        expr_reads(p, c->e, mark, &marks);
        expr_reads(p, c->post, mark, &marks);
    }
    size_t count = 0;
    for (size_t i = 0; i < p->computes.count; i++)
        if (kept[i]) p->computes.at[count++] = p->computes.at[i];
    p->computes.count = count;
    arena_free(scratch);
}
