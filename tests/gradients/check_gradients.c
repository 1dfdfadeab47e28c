/* Checks derived gradients against differences (compiler/programs/gradcheck.h) for entries of every parameter of every
 * model in models/ and in Inputs/. More than 10 % of them at kinks is a failure.
 *
 *     check_gradients [FILE.net]        one file alone, from the project's root */
#include "compiler/model/activation.h"
#include "compiler/programs/gradcheck.h"
#include "tests/gradients/example.h"

/* A sanitizer looks at how memory is used, not at numbers: the small models show it all. */
#ifdef __SANITIZE_ADDRESS__
enum { MODELS = 0 };
#else
enum { MODELS = 1 };
#endif

enum { TERMS = 1 << 26 }; /* of sums, for all tensors of a model: a large one has fewer samples */

typedef struct {
    Example example;
    int64_t images, samples;
} Case;

static const char in[] = "tests/gradients/Inputs/";

static bool check_case(const Case *one) {
    Arena *arena = arena_new();
    const char *title = example_title(arena, &one->example);
    const Model *model = example_model(arena, &one->example);
    GradCheck *check = gradcheck_new(arena, model, sample_new(arena, model, one->images));
    const int64_t *count = gradcheck_affordable(check, one->samples, TERMS);
    GradCheckResult all = {0};
    int failures = 0;
    size_t tensors = 0;
    for (const Stored *w; (w = gradcheck_stored(check, tensors)); tensors++) {
        GradCheckResult result = gradcheck_run(check, tensors, count[tensors]);
        all.compared += result.compared;
        all.kinks += result.kinks;
        all.error = fmax(all.error, result.error);
        if (result.error <= GRADCHECK_TOLERANCE) continue;
        printf("FAILED: %s: %s: entry %lld: error %.2g (%.9g derived, %.9g by differences)\n", title, w->name,
               (long long)result.worst, result.error, result.derived, result.difference);
        failures++;
    }
    if (9 * all.kinks > all.compared) {
        printf("FAILED: %s: of %lld entries %lld are at kinks\n", title, (long long)(all.compared + all.kinks),
               (long long)all.kinks);
        failures++;
    }
    printf("%s: %zu tensors, %lld entries, %lld at kinks, error %.2g\n", title, tensors, (long long)all.compared,
           (long long)all.kinks, all.error);
    fflush(stdout);
    arena_free(arena);
    return failures == 0;
}

int main(int argc, char **argv) {
    static const char *const costs[][2] = {{"linear", "cost quadratic"},
                                           {"tanh", "cost quadratic"},
                                           {"sigmoid", "cost quadratic"},
                                           {"sigmoid", "cost cross_entropy"},
                                           {"softmax", "cost log_likelihood"}};
    Arena *arena = arena_new();
    Example *list;
    VEC(Case) cases = {0};
    size_t count = argc > 1 || !MODELS ? 0 : example_files(arena, "models", &list);
    for (size_t i = 0; i < count; i++) vec_push(arena, &cases, ((Case){list[i], 1, 3}));
    count = argc > 1 ? 0 : example_files(arena, "tests/gradients/Inputs", &list);
    for (size_t i = 0; i < count; i++) vec_push(arena, &cases, ((Case){list[i], 3, 40}));
    for (size_t i = 0; i < activation_count && argc == 1; i++) {
        const ActivationKind *kind = &activations[i];
        const char *act = kind->parameter ? arena_format(arena, "%s(%g)", kind->name, kind->low + 0.7) : kind->name;
        if (kind->across) continue; /* on the last layer only */
        Example each = {arena_format(arena, "%sactivations.net", in), "act", act, NULL};
        vec_push(arena, &cases, ((Case){each, 3, 40}));
    }
    for (size_t i = 0; i < COUNT_OF(costs) && argc == 1; i++) {
        Example each = {arena_format(arena, "%soutputs.net", in), "act", costs[i][0], costs[i][1]};
        vec_push(arena, &cases, ((Case){each, 3, 40}));
    }
    if (argc > 1) vec_push(arena, &cases, ((Case){{argv[1], NULL, NULL, NULL}, 3, 40}));
    int failed = 0;
    for (size_t i = 0; i < cases.count; i++) failed += !check_case(&cases.at[i]);
    printf("%zu models, %d failed\n", cases.count, failed);
    bool none = cases.count == 0;
    arena_free(arena);
    return failed > 0 || none;
}
