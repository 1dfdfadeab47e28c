#include "runtime/base/init.h"

#include "runtime/base/rng.h"

#include <math.h>
#include <string.h>

static const char *const kind_names[] = {
    [NET_INIT_NORMAL] = "normal",         [NET_INIT_UNIFORM] = "uniform", [NET_INIT_CONSTANT] = "constant",
    [NET_INIT_CENTRE] = "centre",         [NET_INIT_DATA] = "data",       [NET_INIT_VALUES] = "values",
    [NET_INIT_ORTHOGONAL] = "orthogonal", [NET_INIT_COPY] = "copy"};

bool net_init_recipe(const char *kind, double a, double b, NetInit *out, NetError *error) {
    if (!isfinite(a) || !isfinite(b))
        return net_fail(error, NET_ENVIRONMENT, "model descriptor: init '%s' with a value that is not finite", kind);
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++)
        if (strcmp(kind, kind_names[i]) == 0) {
            *out = (NetInit){.kind = (NetInitKind)i, .a = a, .b = b};
            if (out->kind == NET_INIT_UNIFORM && (float)a >= (float)b && a != b)
                return net_fail(error, NET_ENVIRONMENT, "model descriptor: init uniform(%g, %g) is empty", a, b);
            return true;
        }
    return net_fail(error, NET_ENVIRONMENT,
                    "model descriptor: unknown init '%s', expected normal, uniform, constant, centre, data, values, "
                    "orthogonal or copy",
                    kind);
}

/* a <= v < b must hold of the float too, whose rounding may reach b. */
static float uniform_value(double a, double b, double u) {
    double v = a + (b - a) * u;
    float rounded = (float)v;
    if (rounded >= (float)b && a < b) rounded = nextafterf((float)b, -INFINITY);
    return rounded;
}

double net_init_normal(uint64_t seed, uint32_t tensor, int64_t i) {
    uint32_t words[4];
    uint64_t block = (uint64_t)i / 2;
    net_rng_block(seed, NET_RNG_INIT, tensor, (uint32_t)block, (uint32_t)(block >> 32), 0, words);
    const uint32_t *pair = words + i % 2 * 2;
    return net_rng_normal(net_rng_open(pair[0], pair[1]));
}

void net_init_fill(const NetInit *init, uint64_t seed, uint32_t tensor, int64_t first, int64_t count, float *out) {
    bool drawn = init->kind == NET_INIT_NORMAL || init->kind == NET_INIT_UNIFORM;
    float fixed = init->kind == NET_INIT_CONSTANT ? (float)init->a : 0.0f;
    uint32_t words[4] = {0};
    for (int64_t i = 0; i < count; i++) {
        if (!drawn) {
            out[i] = init->kind == NET_INIT_VALUES ? (float)init->values[first + i] : fixed;
            continue;
        }
        uint64_t element = (uint64_t)(first + i);
        uint64_t block = element / 2;
        if (i == 0 || element % 2 == 0)
            net_rng_block(seed, NET_RNG_INIT, tensor, (uint32_t)block, (uint32_t)(block >> 32), 0, words);
        const uint32_t *pair = words + element % 2 * 2;
        if (init->kind == NET_INIT_NORMAL)
            out[i] = (float)(init->a + init->b * net_rng_normal(net_rng_open(pair[0], pair[1])));
        else
            out[i] = uniform_value(init->a, init->b, net_rng_uniform(pair[0], pair[1]));
    }
}
