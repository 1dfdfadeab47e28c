#include "compiler/driver/show_mistakes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/link.h"
#include "compiler/driver/picture_text.h"
#include "compiler/driver/predictions.h"
#include "compiler/driver/report.h"
#include "runtime/base/wrap.h"
#include "runtime/train/weight_file.h"

/* Pairs of classes that are listed, examples that may be asked for, columns of a class's name in a list. */
enum { PAIRS = 5, EXAMPLES_MOST = 1000, NAME = 20 };

bool show_mistakes_examples(const Options *options, int64_t *examples, int *status) {
    char *end = NULL;
    const char *text = options->examples;
    *examples = EXAMPLES_USUAL;
    if (text == NULL) {
        return true;
    }
    errno = 0;
    *examples = strtoll(text, &end, 10);
    bool good = errno == 0 && *text != '\0' && strspn(text, "0123456789") == strlen(text) && *examples <= EXAMPLES_MOST;
    if (!good) {
        *status = report_usage("show", "--examples %s: expected a whole number from 0 to %d, for example --examples 12",
                               text, (int)EXAMPLES_MOST);
    }
    return good;
}

typedef struct {
    int64_t is, said, count;
} Pair;
typedef VEC(Pair) Pairs;

static int compare(const void *a, const void *b) {
    const Pair *left = a, *right = b;
    int64_t difference = right->count - left->count;
    difference = difference != 0 ? difference : left->is != right->is ? left->is - right->is : left->said - right->said;
    return (difference > 0) - (difference < 0);
}

/* What is taken for what, the most frequent first; of each class how many there are. */
static Pairs find_pairs(Arena *arena, const Predictions *predictions, int64_t *examples) {
    Pairs pairs = {0};
    int64_t n = predictions->classes;
    const int64_t *count = predictions_confusion(arena, predictions);
    for (int64_t i = 0; i < n * n; i++) {
        examples[i / n] += count[i];
        if (i / n != i % n && count[i] > 0) {
            vec_push(arena, &pairs, ((Pair){i / n, i % n, count[i]}));
        }
    }
    if (pairs.count > 0) {
        qsort(pairs.at, pairs.count, sizeof *pairs.at, compare);
    }
    return pairs;
}

/* "4 → 9" */
static const char *pair_text(Arena *arena, const Predictions *predictions, int64_t is, int64_t said) {
    return arena_format(arena, "%s → %s", short_text(arena, predictions_class(arena, predictions, is), NAME),
                        short_text(arena, predictions_class(arena, predictions, said), NAME));
}

static void print_pairs(Arena *arena, const Predictions *predictions, FILE *out) {
    int64_t *examples = NEW_ARRAY(arena, int64_t, predictions->classes);
    Pairs pairs = find_pairs(arena, predictions, examples);
    size_t shown = pairs.count < PAIRS ? pairs.count : PAIRS;
    int width = 0;
    for (size_t i = 0; i < shown; i++) {
        int own = net_text_width(pair_text(arena, predictions, pairs.at[i].is, pairs.at[i].said));
        width = own > width ? own : width;
    }
    for (size_t i = 0; i < shown; i++) {
        const Pair *pair = &pairs.at[i];
        const char *text = pair_text(arena, predictions, pair->is, pair->said);
        fprintf(out, "  %s%*s  %lld of %lld\n", text, width - net_text_width(text), "", (long long)pair->count,
                (long long)examples[pair->is]);
    }
    if (pairs.count > shown) {
        fprintf(out, "  … and %zu more pairs\n", pairs.count - shown);
    }
}

static void print_examples(Arena *arena, const Predictions *predictions, const Mistakes *mistakes, int64_t examples,
                           bool color, FILE *out) {
    int64_t shape[NET_DATA_RANK];
    int count = (int)(examples < (int64_t)mistakes->count ? examples : (int64_t)mistakes->count);
    if (count == 0 || !picture_shape(&predictions->data, shape)) {
        return;
    }
    PictureText *pictures = NEW_ARRAY(arena, PictureText, count);
    for (int i = 0; i < count; i++) {
        int64_t example = mistakes->at[i].example;
        float *x = NEW_ARRAY(arena, float, predictions->data.row_elements);
        predictions_example(predictions, example, x);
        pictures[i] = (PictureText){
            x, pair_text(arena, predictions, predictions->label[example], predictions->class_of[example])};
    }
    if (count < (int)mistakes->count) {
        fprintf(out, "\nthe %d it was surest of (--examples N shows N)\n", count);
    }
    picture_text_print(arena, pictures, count, shape, net_page_width(out), color, out);
}

void show_mistakes(Arena *arena, const Run *run, const NetSafetensors *weights, int64_t examples, bool color,
                   FILE *out) {
    Network *network = NEW(arena, Network);
    Predictions predictions;
    char epoch[NET_WEIGHTS_EPOCH], wrong[NET_COUNT_TEXT];
    network_open(arena, run, NULL, network);
    if (network->model != NULL && model_classes(network->model) == 0) {
        return;
    }
    predictions_make(arena, run, network, weights->path, &predictions);
    if (tools_interrupted() != 0) {
        return;
    }
    fputs("\nmistakes\n  ", out);
    if (predictions.missing != NULL) {
        net_wrap_format(out, 2, 2, net_page_width(out), "not known: %s", predictions.missing);
        fputc('\n', out);
        return;
    }
    Mistakes mistakes = predictions_mistakes(arena, &predictions);
    const char *slash = strrchr(weights->path, '/');
    net_wrap_format(out, 2, 2, net_page_width(out), "%s of %s, by %s%s", net_count(wrong, (uint64_t)mistakes.count),
                    predictions.about, slash == NULL ? weights->path : slash + 1, net_weights_epoch(weights, epoch));
    fputc('\n', out);
    print_pairs(arena, &predictions, out);
    print_examples(arena, &predictions, &mistakes, examples, color, out);
    predictions_free(&predictions);
}
