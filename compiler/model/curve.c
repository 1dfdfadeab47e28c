/* See curve.h. */
#include "compiler/model/curve.h"

#include <math.h>

Curve *curve_new(Arena *arena, Activation activation, int64_t places) {
    const int64_t dim[] = {DIM_BATCH};
    Program *p = program_new(arena, activation.kind->name);
    Tensor *z = program_tensor(p, ROLE_INPUT, false, 1, dim, "z");
    Expr *at = e_at(p, z), *e = activation_value(p, activation, at);
    Tensor *value = program_map(p, "value", z, e), *slope = program_map(p, "slope", z, expr_derivative(p, e, at));
    Curve *curve = NEW(arena, Curve);
    curve->z = NEW_ARRAY(arena, double, places);
    curve->input = (EvalInput){.n = places, .batch = curve->z};
    curve->eval = eval_new(arena, p, &curve->input);
    curve->value = eval_values(curve->eval, value);
    curve->slope = eval_values(curve->eval, slope);
    return curve;
}

void curve_run(Curve *curve) { eval_run(curve->eval, NULL); }

/* The largest slope is looked for around 0, where activations bend; from there to either side the place where it falls
 * below its hundredth is found by halving. */
void curve_range(Activation activation, double *low, double *high) {
    enum { PLACES = 41, ROUNDS = 64, SIDES = 2 };
    const double spacing = 0.5, share = 0.01, far = 1000;
    Arena *arena = arena_new();
    Curve *around = curve_new(arena, activation, PLACES), *sides = curve_new(arena, activation, SIDES);
    for (int i = 0; i < PLACES; i++) around->z[i] = spacing * (i - PLACES / 2);
    curve_run(around);
    int top = 0;
    for (int i = 1; i < PLACES; i++)
        if (fabs(around->slope[i]) > fabs(around->slope[top])) top = i;
    double least = share * fabs(around->slope[top]);
    double inside[SIDES] = {around->z[top], around->z[top]}, outside[SIDES] = {-far, far};
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SIDES; i++) sides->z[i] = round == 0 ? outside[i] : (inside[i] + outside[i]) / 2;
        curve_run(sides);
        for (int i = 0; i < SIDES; i++) {
            bool flat = fabs(sides->slope[i]) < least;
            if (flat)
                outside[i] = sides->z[i];
            else
                inside[i] = sides->z[i];
            if (round == 0 && !flat) inside[i] = outside[i] = copysign(INFINITY, outside[i]);
        }
    }
    *low = inside[0];
    *high = inside[1];
    arena_free(arena);
}
