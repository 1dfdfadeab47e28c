/* See experiment.h. The texts' numbers are those of the book and of what its program prints. */
#include "compiler/experiments/experiment.h"

#include "compiler/model/curve.h"

/* ---- chapter 5: depth ---- */

static const Column depth_columns[] = {
    {.key = "best_validation_accuracy", .title = "validation, best epoch", .kind = READ_RESULT, .share = true},
    {.key = "validation_accuracy", .title = "validation, last epoch", .kind = READ_RESULT, .share = true},
    {.key = "best_test_accuracy", .title = "test, best epoch", .kind = READ_RESULT, .share = true},
};
#define DEPTH(N, TITLE, TEXT)                                                                                      \
    {                                                                                                              \
        .name = #N, .title = TITLE, .model = "deep_sigmoid", .lets = {"depth=" #N}, .epochs = 30, .text = { TEXT } \
    }
static const Row depth_rows[] = {
    DEPTH(1, "1 hidden layer", 0.9648),
    DEPTH(2, "2 hidden layers", 0.9690),
    DEPTH(3, "3 hidden layers", 0.9657),
    DEPTH(4, "4 hidden layers", 0.9653),
};

/* ---- chapter 5: speed of learning ---- */

static const Column speed_columns[] = {
    {.key = "first_start", .title = "first layer, start", .kind = READ_FIRST, .name = "delta_norm"},
    {.key = "last_start", .title = "last layer, start", .kind = READ_LAST, .name = "delta_norm"},
    {.key = "factor_start", .title = "times a layer back", .kind = READ_FACTOR, .name = "delta_norm"},
    {.key = "ratio_start", .title = "last / first, start", .kind = READ_RATIO, .name = "delta_norm"},
    {.key = "ratio_end", .title = "last / first, step 499", .kind = READ_RATIO, .name = "delta_norm", .at = 499},
};
#define SPEED(N, ...)                                                                             \
    {                                                                                             \
        .name = #N, .title = #N " hidden layers", .model = "deep_sigmoid", .lets = {"depth=" #N}, \
        .sets = {"split train=1000", "batch full"}, .epochs = 500, .text = {                      \
            __VA_ARGS__                                                                           \
        }                                                                                         \
    }
static const Row speed_rows[] = {
    SPEED(2, 0.0657, 0.3092, 1 / 4.7, 4.7, 2.8),
    SPEED(3, 0.0118, 0.2831, 0.2045, 23.9, 14.7),
    SPEED(4, 0.00298, 0.2851, 0.2185, 95.8, 112.6),
};
#define SPEED_PLOT(N)                                    \
    {.name = "speed-" #N,                                \
     .title = "Speed of learning, " #N " hidden layers", \
     .y_title = "‖∂C/∂b‖",                               \
     .row = #N,                                          \
     .column = "delta_norm",                             \
     .layers = true,                                     \
     .log = true}
static const Plot speed_plots[] = {SPEED_PLOT(2), SPEED_PLOT(3), SPEED_PLOT(4)};

/* ---- chapter 5: one neuron a layer ---- */

static const Column exploding_columns[] = {
    {.key = "factor", .title = "times a layer back", .kind = READ_FACTOR, .name = "delta_norm"},
    {.key = "first", .title = "first layer", .kind = READ_FIRST, .name = "delta_norm"},
    {.key = "last", .title = "last layer", .kind = READ_LAST, .name = "delta_norm"},
};
static const Row exploding_rows[] = {
    {.name = "100", .title = "4 neurons, weights 100", .model = "exploding", .text = {25}},
};

static const Column bound_columns[] = {
    {.key = "width", .title = "widest interval of a"},
    {.key = "weight", .title = "at |w|"},
};

/* Half the width in z in which σ′(z) >= least. */
static double reach(Curve *curve, double least) {
    double inside = 0, outside = 100;
    for (int round = 0; round < 60; round++) {
        curve->z[0] = (inside + outside) / 2;
        curve_run(curve);
        *(curve->slope[0] >= least ? &inside : &outside) = curve->z[0];
    }
    return inside;
}

/* With z = wa + b the interval of z is as wide as σ′ >= 1/|w| holds, that of a narrower by w. It rises with w, then
 * falls: the top lies between two thirds of what is left, again and again. */
void compute_bound(double *numbers) {
    Arena *arena = arena_new();
    Curve *curve = curve_new(arena, (Activation){.kind = activation_find("sigmoid")}, 1);
    double low = 4, high = 100;
    for (int round = 0; round < 80; round++) {
        double left = low + (high - low) / 3, right = high - (high - low) / 3;
        bool rises = reach(curve, 1 / left) / left < reach(curve, 1 / right) / right;
        *(rises ? &low : &high) = rises ? left : right;
    }
    numbers[0] = 2 * reach(curve, 1 / low) / low;
    numbers[1] = low;
    arena_free(arena);
}

static const Row bound_rows[] = {
    {.name = "sigmoid", .title = "|wσ′(wa + b)| ≥ 1", .compute = compute_bound, .text = {0.45, 6.9}},
};

static const Column identity_columns[] = {
    {.key = "test_rmse", .title = "RMSE, test", .kind = READ_RESULT},
    {.key = "w1", .title = "w₁", .kind = READ_WEIGHT, .name = "hidden"},
    {.key = "b1", .title = "b₁", .kind = READ_WEIGHT, .name = "hidden.bias"},
    {.key = "w2", .title = "w₂", .kind = READ_WEIGHT, .name = "output"},
    {.key = "b2", .title = "b₂", .kind = READ_WEIGHT, .name = "output.bias"},
};
static const Row identity_rows[] = {
    {.name = "neuron", .title = "w₂σ(w₁x + b₁) + b₂ ≈ x", .model = "identity_neuron"},
};

/* ---- chapter 3: small against large initial weights ---- */

static const Column weights_columns[] = {
    {.key = "first_epoch",
     .title = "validation, epoch 1",
     .kind = READ_EPOCH,
     .name = "validation_accuracy",
     .at = 1,
     .share = true},
    {.key = "validation_accuracy", .title = "epoch 30", .kind = READ_RESULT, .share = true},
    {.key = "saturated", .title = "saturated at the start", .kind = READ_FIRST, .name = "saturated", .share = true},
};
#define WEIGHTS(NAME, TITLE, WIDTH, START, ...)                                                               \
    {                                                                                                         \
        .name = NAME, .title = TITLE, .model = "deep", .epochs = 30,                                          \
        .lets = {"depth=1", "width=" WIDTH, "hidden=sigmoid", "start=" START, "bias=normal(0, 1)"}, .text = { \
            __VA_ARGS__                                                                                       \
        }                                                                                                     \
    }
static const Row weights_rows[] = {
    WEIGHTS("small-30", "30 units, N(0, 1/fan_in)", "30", "lecun_normal", 0.9270, 0.9650),
    WEIGHTS("large-30", "30 units, N(0, 1)", "30", "normal(0, 1)", 0.8643, 0.9637),
    WEIGHTS("small-100", "100 units, N(0, 1/fan_in)", "100", "lecun_normal", 0.9295, 0.9781),
    WEIGHTS("large-100", "100 units, N(0, 1)", "100", "normal(0, 1)", 0.8994, 0.9742),
};
static const Plot weights_plots[] = {
    {.name = "weights",
     .title = "Small against large initial weights",
     .y_title = "validation accuracy",
     .column = "validation_accuracy",
     .share = true},
};

/* ---- chapter 6 ---- */

static const Column score_columns[] = {
    {.key = "best_test_accuracy", .title = "test, best epoch", .kind = READ_RESULT, .share = true},
    {.key = "test_accuracy", .title = "test, last epoch", .kind = READ_RESULT, .share = true},
    {.key = "best_validation_accuracy", .title = "validation, best epoch", .kind = READ_RESULT, .share = true},
};
static const Row convolution_rows[] = {
    {.name = "dense", .title = "100 sigmoid", .model = "softmax_100", .text = {0.9780}},
    {.name = "one", .title = "conv 20, pool, 100 sigmoid", .model = "basic_conv", .text = {0.9878}},
    {.name = "two", .title = "the same with conv 40, pool", .model = "double_conv", .text = {0.9906}},
    {.name = "relu", .title = "the same with relu, λ = 0.1", .model = "double_conv_relu", .text = {0.9923}},
    {.name = "l2-pool", .title = "conv 20, L2 pool, 100 sigmoid", .model = "l2_pool"},
    {.name = "strides", .title = "strides in place of pools, relu", .model = "strided"},
    {.name = "three-maps", .title = "3 maps, pool, 10 sigmoid", .model = "three_maps"},
};

#define SHIFTED "augment shift=1 expand=true"
#define ONE_LAYER(UNITS, TEXT)                                                                                \
    {                                                                                                         \
        .name = "one-" UNITS, .title = "relu, " UNITS, .model = "double_conv_relu", .lets = {"units=" UNITS}, \
        .sets = {SHIFTED}, .text = {                                                                          \
            TEXT                                                                                              \
        }                                                                                                     \
    }
#define TWO_LAYERS(UNITS, TEXT)                                                                              \
    {                                                                                                        \
        .name = "two-" UNITS, .title = "relu, two layers of " UNITS, .model = "wide_dropout",                \
        .lets = {"units=" UNITS, "share=0"}, .sets = {SHIFTED, "regularize l2=1.0"}, .epochs = 60, .text = { \
            TEXT                                                                                             \
        }                                                                                                    \
    }
static const Row expanded_rows[] = {
    ONE_LAYER("100", 0.9937),  ONE_LAYER("300", 0.9946),  ONE_LAYER("1000", 0.9943),
    TWO_LAYERS("100", 0.9943), TWO_LAYERS("300", 0.9948), TWO_LAYERS("1000", 0.9947),
};
static const Row dropout_rows[] = {
    {.name = "1000",
     .title = "two layers of 1000 with dropout",
     .model = "wide_dropout",
     .sets = {SHIFTED},
     .text = {0.9960}},
};
static const Row vote_rows[] = {
    {.name = "five",
     .title = "five of those, majority vote",
     .model = "wide_dropout",
     .sets = {SHIFTED, "ensemble 5 combine=vote"},
     .text = {0.9967}},
};

/* ---- what became of deep networks ---- */

static const double rates[] = {0.1, 0.01, 0.03, 0.3, 1, 0};
static const Column activation_columns[] = {
    {.key = "best_test_accuracy", .title = "test", .kind = READ_RESULT, .share = true},
    {.key = "best_test_accuracy", .title = "test at the best rate", .kind = READ_RESULT, .share = true, .tuned = true},
    {.key = "errors", .title = "errors gone", .kind = READ_ERRORS, .name = "best_test_accuracy", .share = true},
    {.key = "errors_tuned",
     .title = "at the best rates",
     .kind = READ_ERRORS,
     .name = "best_test_accuracy",
     .share = true,
     .tuned = true},
    {.key = "ratio_start", .title = "last / first, start", .kind = READ_RATIO, .name = "delta_norm"},
    {.key = "gap", .title = "gap closed", .kind = READ_GAP, .name = "ratio_start", .share = true},
    {.key = "saturated_start", .title = "saturated, start", .kind = READ_LAST, .name = "saturated", .share = true},
    {.key = "saturated_end",
     .title = "saturated, end",
     .kind = READ_LAST,
     .name = "saturated",
     .at = AT_END,
     .share = true},
    {.key = "best_validation_accuracy", .title = "validation", .kind = READ_RESULT, .share = true},
};
#define TRIED(NAME, TITLE, DEPTH, HIDDEN, START, BIAS)                         \
    {.name = NAME "-" DEPTH,                                                   \
     .title = TITLE ", " DEPTH " layers",                                      \
     .model = "deep",                                                          \
     .lets = {"depth=" DEPTH, "hidden=" HIDDEN, "start=" START, "bias=" BIAS}, \
     .rates = rates,                                                           \
     .against = "sigmoid-" DEPTH}
#define TRIED_AT(DEPTH)                                                                           \
    TRIED("sigmoid", "sigmoid as in the text", DEPTH, "sigmoid", "lecun_normal", "normal(0, 1)"), \
        TRIED("sigmoid-xavier", "sigmoid, Xavier", DEPTH, "sigmoid", "glorot_uniform", "zeros"),  \
        TRIED("tanh", "tanh, Xavier", DEPTH, "tanh", "glorot_uniform", "zeros"),                  \
        TRIED("softsign", "softsign, Xavier", DEPTH, "softsign", "glorot_uniform", "zeros"),      \
        TRIED("relu-xavier", "relu, Xavier", DEPTH, "relu", "glorot_uniform", "zeros"),           \
        TRIED("relu", "relu, He", DEPTH, "relu", "he_normal", "zeros")
static const Row activation_rows[] = {TRIED_AT("4"), TRIED_AT("10")};
static const Plot activation_plots[] = {
    {.name = "activations-saturated",
     .title = "Saturated units of 4 sigmoid layers as in the text",
     .y_title = "saturated",
     .row = "sigmoid-4",
     .column = "saturated",
     .layers = true,
     .share = true},
    {.name = "activations-speed",
     .title = "Speed of learning of 10 sigmoid layers as in the text",
     .y_title = "‖∂C/∂b‖",
     .row = "sigmoid-10",
     .column = "delta_norm",
     .layers = true,
     .log = true},
    {.name = "activations-tanh",
     .title = "Speed of learning of 10 tanh layers with Xavier's start",
     .y_title = "‖∂C/∂b‖",
     .row = "tanh-10",
     .column = "delta_norm",
     .layers = true,
     .log = true},
};

static const Column orthogonal_columns[] = {
    {.key = "best_test_accuracy", .title = "test", .kind = READ_RESULT, .share = true},
    {.key = "ratio_start", .title = "last / first, start", .kind = READ_RATIO, .name = "delta_norm"},
    {.key = "gap", .title = "gap closed", .kind = READ_GAP, .name = "ratio_start", .share = true},
    {.key = "weight_spread", .title = "σ of weights, largest / smallest", .kind = READ_SPREAD, .name = "weight"},
    {.key = "jacobian_spread", .title = "σ of Jacobians, largest / smallest", .kind = READ_SPREAD, .name = "jacobian"},
    {.key = "jacobian_median", .title = "first Jacobian, median σ", .kind = READ_JACOBIAN, .name = "median"},
    {.key = "jacobian_rank", .title = "its effective rank", .kind = READ_JACOBIAN, .name = "effective_rank"},
};
static const Plot orthogonal_plots[] = {
    {.name = "orthogonal",
     .title = "In how many of 10 directions the outputs hear each hidden layer before the first step",
     .y_title = "effective rank of the Jacobian",
     .column = "effective_rank",
     .depth = true},
};
#define START(NAME, TITLE, HIDDEN, START)                                                                  \
    {                                                                                                      \
        .name = HIDDEN "-" NAME, .title = HIDDEN ", " TITLE, .model = "deep", .against = HIDDEN "-xavier", \
        .sets = {"log spectrum"}, .lets = {                                                                \
            "depth=10",                                                                                    \
            "hidden=" HIDDEN,                                                                              \
            "start=" START                                                                                 \
        }                                                                                                  \
    }
static const Row orthogonal_rows[] = {
    START("xavier", "Xavier", "tanh", "glorot_uniform"),
    START("orthogonal", "orthogonal", "tanh", "orthogonal"),
    START("xavier", "Xavier", "sigmoid", "glorot_uniform"),
    START("orthogonal", "orthogonal", "sigmoid", "orthogonal"),
};

/* ---- the table ---- */

#define ROWS(NAME) .rows = NAME##_rows, .row_count = COUNT_OF(NAME##_rows)
#define COLUMNS(NAME) .columns = NAME##_columns, .column_count = COUNT_OF(NAME##_columns)
#define PLOTS(NAME) .plots = NAME##_plots, .plot_count = COUNT_OF(NAME##_plots)
const Experiment experiments[] = {
    {.name = "depth",
     .title = "Is deeper better?",
     .source = "Chapter 5; the text's numbers are of one run each, on the validation part.",
     .doc = "deep_sigmoid with 1 to 4 hidden layers of 30. More layers do not help: the first ones hardly learn.",
     ROWS(depth),
     COLUMNS(depth),
     .seeds = 5,
     .minutes = 4,
     .below = 0.003,
     .above = 0.003},
    {.name = "speed",
     .title = "Speed of learning",
     .source = "Chapter 5; the text's numbers are of one unseeded run each.",
     .doc = "The first 1,000 images, all in each step, 500 steps: how fast the biases of each hidden layer change "
            "(‖∂C/∂b‖). In the drawings the text's curves are dashed.",
     ROWS(speed),
     COLUMNS(speed),
     PLOTS(speed),
     .seeds = 10,
     .minutes = 3},
    {.name = "exploding",
     .title = "The exploding gradient",
     .source = "Chapter 5.",
     .doc = "One neuron a layer, all weights 100, biases such that every weighted input is 0 for the first image: each "
            "layer back multiplies the gradient by 100/4.",
     ROWS(exploding),
     COLUMNS(exploding),
     .seeds = 1,
     .minutes = 0.1},
    {.name = "bound",
     .title = "How narrow the way out is",
     .source = "Chapter 5, the first of its exercises.",
     .doc = "A gradient does not vanish where |wσ′(wa + b)| is at least 1; this is the widest interval of a for which "
            "that can be. Computed, not trained: σ′ is the derivative that netc takes of its sigmoid.",
     ROWS(bound),
     COLUMNS(bound),
     .seeds = 1},
    {.name = "identity",
     .title = "A neuron that does nothing",
     .source = "Chapter 5, an exercise.",
     .doc = "Trained to give back each pixel.",
     ROWS(identity),
     COLUMNS(identity),
     .seeds = 1,
     .minutes = 0.1},
    {.name = "weights",
     .title = "Small against large initial weights",
     .source = "Chapter 3; the text's numbers are of one run each.",
     .doc = "Large weights saturate the hidden units: the network begins far behind, and ends near. In the drawing the "
            "text's curves are dashed.",
     ROWS(weights),
     COLUMNS(weights),
     PLOTS(weights),
     .seeds = 3,
     .minutes = 4},
    {.name = "convolution",
     .title = "Convolutional networks",
     .source = "Chapter 6; the texts' numbers are the test accuracy at the epoch that is best on the validation part.",
     .doc = "The networks of chapter 6 on the 50,000 images as they are, and three of this project.",
     ROWS(convolution),
     COLUMNS(score),
     .seeds = 3,
     .minutes = 30,
     .below = 0.001,
     .above = 1},
    {.name = "expanded",
     .title = "Expanded data",
     .source = "Chapter 6, as above.",
     .doc = "Each image and its shifts by a pixel in four directions: 250,000.",
     ROWS(expanded),
     COLUMNS(score),
     .seeds = 1,
     .minutes = 120,
     .below = 0.0015,
     .above = 1},
    {.name = "dropout",
     .title = "Dropout",
     .source = "Chapter 6, as above.",
     .doc = "The book's best single network, on expanded data.",
     ROWS(dropout),
     COLUMNS(score),
     .seeds = 1,
     .minutes = 20,
     .below = 0.0015,
     .above = 1},
    {.name = "vote",
     .title = "The vote of five",
     .source = "Chapter 6: 9,967 of 10,000.",
     .doc = "Five of the networks with dropout; the class that most of them name.",
     ROWS(vote),
     COLUMNS(score),
     .seeds = 1,
     .minutes = 100,
     .below = 0.0015,
     .above = 1},
    {.name = "activations",
     .title = "Other activations, other starts",
     .source = "Glorot and Bengio 2010, He and others 2015; the texts give no numbers.",
     .doc = "Networks of 4 and of 10 hidden layers of 30, 10 epochs: at the same rate (0.1), and at the best of 0.01, "
            "0.03, 0.1, 0.3 and 1 by the validation part. Errors gone: the share of the errors of the sigmoid as in "
            "the text that this network does not make. Gap closed: 1 - |ln r / ln r'|, r being the ratio of the last "
            "hidden layer's speed of learning to the first one's at the start, r' that of the sigmoid. Saturated: the "
            "share of units of the last hidden layer whose slope is below 1 % of the largest.",
     ROWS(activation),
     COLUMNS(activation),
     PLOTS(activation),
     .seeds = 3,
     .minutes = 15},
    {.name = "orthogonal",
     .title = "Orthogonal starts",
     .source = "Saxe and others 2014; the texts give no numbers.",
     .doc =
         "10 hidden layers of 30, 10 epochs. σ are singular values before the first step: of the layers' weights, and "
         "of the Jacobians of the last weighted inputs by each hidden layer's outputs, the ratios as geometric means "
         "over the hidden layers; the first Jacobian is that of all layers but the first. Orthogonal weights stretch "
         "all directions alike; how far the products of ten layers do too is the activation's.",
     ROWS(orthogonal),
     COLUMNS(orthogonal),
     PLOTS(orthogonal),
     .seeds = 3,
     .minutes = 3},
};
const size_t experiment_count = COUNT_OF(experiments);

const Experiment *experiment_find(const char *name) {
    for (size_t i = 0; i < experiment_count; i++) {
        if (string_is(experiments[i].name, name)) {
            return &experiments[i];
        }
    }
    return NULL;
}

const Row *experiment_row(const Experiment *experiment, const char *name) {
    for (size_t i = 0; i < experiment->row_count; i++) {
        if (string_is(experiment->rows[i].name, name)) {
            return &experiment->rows[i];
        }
    }
    return NULL;
}
