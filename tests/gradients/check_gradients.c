/* Checks derived gradients against central differences, both in the double evaluator:
 *
 *     dC/dw  ~  (C(w + h) - C(w - h)) / 2h,    C the cost summed over a batch,    h = 1e-5
 *
 * for sampled entries of every parameter of every model in models/ and in Inputs/. The error is that of the sampled
 * vector, ||difference|| / max(||one||, ||other||, 1e-8), at most 1e-6. Entries where a comparison or the place of a
 * maximum changes between w - h and w + h are left out; more than 10 % of them is a failure.
 *
 *     check_gradients [FILE.net]        one file alone, from the project's root */
#include "compiler/model/activation.h"
#include "compiler/tensor/eval.h"
#include "tests/gradients/example.h"

#define H 1e-5
#define TOLERANCE 1e-6

/* A sanitizer looks at how memory is used, not at numbers: the small models show it all. */
#ifdef __SANITIZE_ADDRESS__
enum { MODELS = 0 };
#else
enum { MODELS = 1 };
#endif

typedef struct {
    Example example;
    int64_t images, samples;
} Case;

static const char in[] = "tests/gradients/Inputs/";

typedef struct {
    Arena *arena;
    const char *title;
    EvalInput input;
    double *param; /* input.param */
    int64_t failures, skipped, sampled;
} Check;

static double summed(const Eval *eval, const Tensor *cost) {
    double sum = 0;
    for (int64_t n = 0; n < eval_count(eval, cost); n++) sum += eval_values(eval, cost)[n];
    return sum;
}

static void check_tensor(Check *check, Eval *eval, const Tensor *cost, const Tensor *w, const double *gradient,
                         int64_t samples) {
    int64_t size = tensor_count(w), skipped = 0, count = size < samples ? size : samples;
    double difference = 0, ours = 0, theirs = 0;
    eval_again(eval, w, cost);
    uint64_t choices = eval_choices(eval);
    for (int64_t s = 0; s < count; s++) {
        int64_t i = size <= samples ? s : (int64_t)((double)size * example_uniform(STREAM_SAMPLE, w->offset + s));
        double *entry = &check->param[w->offset + i], old = *entry;
        *entry = old + H;
        eval_again(eval, w, cost);
        double above = summed(eval, cost);
        bool smooth = eval_choices(eval) == choices;
        *entry = old - H;
        eval_again(eval, w, cost);
        double below = summed(eval, cost);
        smooth = smooth && eval_choices(eval) == choices;
        *entry = old;
        if (!smooth) {
            skipped++;
            continue;
        }
        double slope = (above - below) / ((old + H) - (old - H));
        difference += (slope - gradient[i]) * (slope - gradient[i]);
        theirs += slope * slope;
        ours += gradient[i] * gradient[i];
    }
    eval_again(eval, w, cost);
    check->skipped += skipped;
    check->sampled += count;
    double scale = fmax(fmax(sqrt(theirs), sqrt(ours)), 1e-8), error = sqrt(difference) / scale;
    if (error <= TOLERANCE) return;
    printf("FAILED: %s: %s: error %.2g (norms %.6g by differences, %.6g derived)\n", check->title, w->name, error,
           sqrt(theirs), sqrt(ours));
    check->failures++;
}

static bool check_case(const Case *one) {
    Arena *arena = arena_new();
    Check check = {.arena = arena, .title = example_title(arena, &one->example)};
    Programs *programs = programs_build(arena, example_model(arena, &one->example));
    example_fill(arena, programs, one->images, &check.input);
    check.param = (double *)(uintptr_t)check.input.param;
    Program *train = programs->program[PROGRAM_TRAIN];
    const Tensor *cost = programs->cost[PROGRAM_TRAIN];
    Eval *whole = eval_new(arena, train, &check.input), *forward = eval_new(arena, train, &check.input);
    eval_run(whole, NULL);
    eval_run(forward, cost);
    int64_t tensors = 0;
    for (size_t i = 0; i < programs->wanted[PROGRAM_TRAIN].count; i++) {
        const Tensor *w = programs->wanted[PROGRAM_TRAIN].at[i], *g = programs->gradient[PROGRAM_TRAIN][i];
        if (w->role != ROLE_PARAM) continue;
        if (!g) {
            printf("FAILED: %s: %s has no gradient\n", check.title, w->name);
            check.failures++;
            continue;
        }
        check_tensor(&check, forward, cost, w, eval_values(whole, g), one->samples);
        tensors++;
    }
    if (10 * check.skipped > check.sampled) {
        printf("FAILED: %s: %lld of %lld entries are not smooth\n", check.title, (long long)check.skipped,
               (long long)check.sampled);
        check.failures++;
    }
    printf("%s: %lld tensors, %lld entries, %lld left out\n", check.title, (long long)tensors, (long long)check.sampled,
           (long long)check.skipped);
    fflush(stdout);
    arena_free(arena);
    return check.failures == 0;
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
