/* The averages of the weights, for the setting `average decay=D` (Polyak and Juditsky 1992, with a decay): of each
 * tensor w that training changes, be it by the step or by the data,
 *
 *     a  <-  d a  +  (1 - d) w        d = min(D, (1 + s)/(10 + s))
 *
 * where w on the right has made its step and s steps were done before it. An average begins at the first w; the second
 * bound lets it leave that behind soon. Steps and gradients are those of w: nothing in training reads an average. */
#include "compiler/model/average.h"
#include "compiler/programs/parts.h"

#define SHARE "min(" AVERAGE_DECAY ", (1 + s) / (10 + s))"

void average_all(Build *build) {
    Program *p = build->program;
    const Model *model = build->model;
    for (size_t i = 0; i < model->stored.count; i++) {
        const Stored *stored = model->stored.at[i];
        Expr *next = build->next[i];
        if (!stored->average || !next) continue;
        const Tensor *w = build->stored[i]; /* the average is read with its dimensions */
        Expr *a = e_at(p, build_stored_as(build, stored->average, w->rank, w->dim));
        build_next(build, stored->average,
                   e_add(p, e_mul(p, e_scalar(p, SHARE), a), e_mul(p, e_scalar(p, "1 - " SHARE), next)));
    }
}
