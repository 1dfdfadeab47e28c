#include "compiler/model/foreign.h"

#include <ctype.h>
#include <string.h>

/* ---- layers ---- */

#define CONV "conv MAPS kernel=HxW"
#define CONV_ORDER "maps kernel stride pad"
#define WINDOW_ORDER "window stride pad"

static const ForeignHead layers[] = {
    {"conv", CONV, "conv", CONV_ORDER},
    {"conv2d", CONV, "conv", CONV_ORDER},
    {"convolution", CONV, "conv", CONV_ORDER},
    {"convolutional", CONV, "conv", CONV_ORDER},
    {"convolution2d", CONV, "conv", CONV_ORDER},
    {"convlayer", CONV, "conv", CONV_ORDER},
    {"convolution2dlayer", CONV, "conv", "kernel maps stride pad"}, /* MATLAB's order */
    {"maxpooling2dlayer", "pool max 2x2", "pool max", WINDOW_ORDER},
    {"averagepooling2dlayer", "pool average 2x2", "pool average", WINDOW_ORDER},
    {"relulayer", NULL, "activation relu", "-"},
    {"tanhlayer", NULL, "activation tanh", "-"},
    {"dropoutlayer", "dropout P", "dropout", "share"},
    {"imageinputlayer", "input CxHxW", "input", "shape"},
    {"cnn", CONV, "conv", CONV_ORDER},
    {"convpool", "conv MAPS kernel=HxW, then pool max 2x2", "conv", CONV_ORDER},
    {"convpoollayer", "conv MAPS kernel=HxW, then pool max 2x2", "conv", CONV_ORDER},
    {"pool", NULL, "pool", "method window stride pad"},
    {"pooling", "pool max 2x2", "pool max", WINDOW_ORDER},
    {"pool2d", "pool max 2x2", "pool max", WINDOW_ORDER},
    {"maxpool", "pool max 2x2", "pool max", WINDOW_ORDER},
    {"maxpool2d", "pool max 2x2", "pool max", WINDOW_ORDER},
    {"maxpooling", "pool max 2x2", "pool max", WINDOW_ORDER},
    {"maxpooling2d", "pool max 2x2", "pool max", WINDOW_ORDER},
    {"poolmax", "pool max 2x2", "pool max", WINDOW_ORDER},
    {"avgpool", "pool average 2x2", "pool average", WINDOW_ORDER},
    {"avgpool2d", "pool average 2x2", "pool average", WINDOW_ORDER},
    {"averagepool", "pool average 2x2", "pool average", WINDOW_ORDER},
    {"averagepool2d", "pool average 2x2", "pool average", WINDOW_ORDER},
    {"averagepooling", "pool average 2x2", "pool average", WINDOW_ORDER},
    {"averagepooling2d", "pool average 2x2", "pool average", WINDOW_ORDER},
    {"meanpool", "pool average 2x2", "pool average", WINDOW_ORDER},
    {"subsample", "pool max 2x2", "pool max", WINDOW_ORDER},
    {"max", "pool max 2x2", "pool max", WINDOW_ORDER},
    {"subsampling", "pool average 2x2", "pool average", WINDOW_ORDER},
    {"l2pool", "pool l2 2x2", "pool l2", WINDOW_ORDER},
    {"lppool2d", "pool l2 2x2", "pool l2", "- window stride"},
    {"globalpool", NULL, "pool average global", "- -"},
    {"globalavgpool", NULL, "pool average global", "- -"},
    {"globalavgpool2d", NULL, "pool average global", "- -"},
    {"globalaveragepool", NULL, "pool average global", "- -"},
    {"globalaveragepooling", NULL, "pool average global", "- -"},
    {"globalaveragepooling2d", NULL, "pool average global", "- -"},
    {"adaptiveavgpool", NULL, "pool average global", "- -"},
    {"adaptiveavgpool2d", NULL, "pool average global", "- -"},
    {"gap", NULL, "pool average global", "- -"},
    {"globalmaxpool", NULL, "pool max global", "- -"},
    {"globalmaxpooling", NULL, "pool max global", "- -"},
    {"globalmaxpooling2d", NULL, "pool max global", "- -"},
    {"adaptivemaxpool2d", NULL, "pool max global", "- -"},
    {"dense", "dense UNITS", "dense", "units activation"},
    {"linear", "dense UNITS", "dense", "units"},
    {"lazylinear", "dense UNITS", "dense", "units"},
    {"fc", "dense UNITS", "dense", "units activation"},
    {"full", "dense UNITS", "dense", "units activation"},
    {"fully", "dense UNITS", "dense", "units activation"},
    {"fullyconnected", "dense UNITS", "dense", "units activation"},
    {"fullyconnectedlayer", "dense UNITS", "dense", "units activation"},
    {"fclayer", "dense UNITS", "dense", "units activation"},
    {"connected", "dense UNITS", "dense", "units activation"},
    {"innerproduct", "dense UNITS", "dense", "units"},
    {"affine", "dense UNITS", "dense", "units activation"},
    {"gemm", "dense UNITS", "dense", "units"},
    {"densely", "dense UNITS", "dense", "units activation"},
    {"perceptron", "dense UNITS", "dense", "units activation"},
    {"layer", "dense UNITS", "dense", "units activation"},
    {"hidden", "dense UNITS", "dense", "units activation"},
    {"neurons", "dense UNITS", "dense", "units activation"},
    {"units", "dense UNITS", "dense", "units activation"},
    {"output", "dense UNITS activation=softmax", "dense activation=softmax", "units activation"},
    {"softmaxlayer", "dense UNITS activation=softmax", "dense activation=softmax", "units"},
    {"softmax", "dense UNITS activation=softmax", "dense activation=softmax", "units"},
    {"activation", NULL, "activation", "function"},
    {"act", NULL, "activation", "function"},
    {"nonlinearity", NULL, "activation", "function"},
    {"silu", NULL, "activation swish", "-"},
    {"leaky", NULL, "activation leaky_relu", "function"},
    {"logistic", NULL, "activation sigmoid", "-"},
    {"dropout", "dropout P", "dropout", "share"},
    {"dropout2d", "dropout P", "dropout", "share"},
    {"spatialdropout2d", "dropout P", "dropout", "share"},
    {"drop", "dropout P", "dropout", "share"},
    {"flatten", NULL, "flatten", "- -"},
    {"flat", NULL, "flatten", "- -"},
    {"ravel", NULL, "flatten", "- -"},
    {"view", NULL, "flatten", "- -"},
    {"input", "input CxHxW", "input", "shape"},
    {"inputlayer", "input CxHxW", "input", "shape"},
    {"inputshape", "input CxHxW", "input", "shape"},
    {"inputsize", "input CxHxW", "input", "shape"},
    {"inputdim", "input CxHxW", "input", "shape"},
    {"inputs", "input CxHxW", "input", "shape"},
    {"imagesize", "input CxHxW", "input", "shape"},
};

/* ---- settings ---- */

static const ForeignHead settings[] = {
    {"learningrate", NULL, "optimizer sgd", "rate"},
    {"learning", NULL, "optimizer sgd", "rate"},
    {"opt", NULL, "optimizer", "method rate"},
    {"early", NULL, "stop", "patience"},
    {"weight", NULL, "regularize", "weight_decay"},
    {"initiallearningrate", NULL, "optimizer sgd", "rate"},
    {"baselr", NULL, "optimizer sgd", "rate"},
    {"rate", NULL, "optimizer sgd", "rate"},
    {"lr", NULL, "optimizer sgd", "rate"},
    {"eta", NULL, "optimizer sgd", "rate"},
    {"alpha", NULL, "optimizer sgd", "rate"},
    {"η", NULL, "optimizer sgd", "rate"},
    {"α", NULL, "optimizer sgd", "rate"},
    {"stepsize", NULL, "optimizer sgd", "rate"},
    {"sgd", NULL, "optimizer sgd", "rate"},
    {"gd", NULL, "optimizer sgd", "rate"},
    {"gradientdescent", NULL, "optimizer sgd", "rate"},
    {"optimizer", NULL, "optimizer", "method rate"},
    {"optimiser", NULL, "optimizer", "method rate"},
    {"optim", NULL, "optimizer", "method rate"},
    {"solver", NULL, "optimizer", "method rate"},
    {"solvertype", NULL, "optimizer", "method rate"},
    {"cost", NULL, "cost", "function"},
    {"loss", NULL, "cost", "function"},
    {"lossfn", NULL, "cost", "function"},
    {"lossfunction", NULL, "cost", "function"},
    {"criterion", NULL, "cost", "function"},
    {"objective", NULL, "cost", "function"},
    {"costfunction", NULL, "cost", "function"},
    {"error", NULL, "cost", "function"},
    {"mse", NULL, "cost quadratic", "-"},
    {"mseloss", NULL, "cost quadratic", "-"},
    {"crossentropy", NULL, "cost cross_entropy", "-"},
    {"crossentropyloss", NULL, "cost log_likelihood", "-"},
    {"nllloss", NULL, "cost log_likelihood", "-"},
    {"bceloss", NULL, "cost cross_entropy", "-"},
    {"batch", NULL, "batch", "size"},
    {"batchsize", NULL, "batch", "size"},
    {"minibatch", NULL, "batch", "size"},
    {"minibatchsize", NULL, "batch", "size"},
    {"bs", NULL, "batch", "size"},
    {"epochs", NULL, "epochs", "count"},
    {"epoch", NULL, "epochs", "count"},
    {"numepochs", NULL, "epochs", "count"},
    {"nepochs", NULL, "epochs", "count"},
    {"nepoch", NULL, "epochs", "count"},
    {"maxepochs", NULL, "epochs", "count"},
    {"maxepoch", NULL, "epochs", "count"},
    {"nbepoch", NULL, "epochs", "count"},
    {"trains", NULL, "epochs", "count"},
    {"data", NULL, "data", "set images labels test_images test_labels"},
    {"dataset", NULL, "data", "set"},
    {"datasets", NULL, "data", "set"},
    {"traindata", NULL, "data", "set"},
    {"trainingdata", NULL, "data", "set"},
    {"datafile", NULL, "data idx images=\"images.idx\" labels=\"labels.idx\"", "images labels test_images test_labels"},
    {"split", NULL, "split", "train validation test"},
    {"validation", NULL, "split", "validation"},
    {"validationsplit", NULL, "split", "validation"},
    {"validationfraction", NULL, "split", "validation"},
    {"valsplit", NULL, "split", "validation"},
    {"testsize", NULL, "split", "test"},
    {"trainsize", NULL, "split", "train"},
    {"regularize", NULL, "regularize", "l2"},
    {"regularise", NULL, "regularize", "l2"},
    {"regularization", NULL, "regularize", "l2"},
    {"regularizer", NULL, "regularize", "l2"},
    {"weightdecay", NULL, "regularize", "weight_decay"},
    {"decay", NULL, "regularize", "weight_decay"},
    {"wd", NULL, "regularize", "weight_decay"},
    {"l2", NULL, "regularize", "l2"},
    {"l2regularization", NULL, "regularize", "l2"},
    {"l1", NULL, "regularize", "l1"},
    {"lambda", NULL, "regularize", "l2"},
    {"lmbda", NULL, "regularize", "l2"},
    {"λ", NULL, "regularize", "l2"},
    {"penalty", NULL, "regularize", "l2"},
    {"stop", NULL, "stop", "patience"},
    {"patience", NULL, "stop", "patience"},
    {"earlystopping", NULL, "stop", "patience"},
    {"earlystop", NULL, "stop", "patience"},
    {"seed", NULL, "seed", "number"},
    {"randomseed", NULL, "seed", "number"},
    {"randomstate", NULL, "seed", "number"},
    {"manualseed", NULL, "seed", "number"},
    {"setseed", NULL, "seed", "number"},
    {"rng", NULL, "seed", "number"},
    {"target", NULL, "target", "kind -"},
    {"targets", NULL, "target", "kind"},
    {"log", NULL, "log", "subject"},
    {"logging", NULL, "log", "subject"},
};

/* ---- options, and words that are values ---- */

static const ForeignWord words[] = {
    {"padding", "pad", false},
    {"autopad", "pad", false},
    {"kernelsize", "kernel", false},
    {"kernelsize", "window", false},
    {"poolsize", "window", false},
    {"size", "kernel", false},
    {"size", "window", false},
    {"size", "units", false},
    {"window", "kernel", false},
    {"kernel", "window", false},
    {"filtersize", "kernel", false},
    {"filter", "kernel", false},
    {"k", "kernel", false},
    {"k", "window", false},
    {"ksize", "kernel", false},
    {"ksize", "window", false},
    {"filters", "maps", false},
    {"nfilters", "maps", false},
    {"numfilters", "maps", false},
    {"featuremaps", "maps", false},
    {"channels", "maps", false},
    {"outchannels", "maps", false},
    {"out", "maps", false},
    {"out", "units", false},
    {"features", "maps", false},
    {"features", "units", false},
    {"numoutput", "maps", false},
    {"numoutput", "units", false},
    {"output", "units", false},
    {"outputs", "units", false},
    {"neurons", "units", false},
    {"nodes", "units", false},
    {"n", "units", false},
    {"nout", "units", false},
    {"outfeatures", "units", false},
    {"numhidden", "units", false},
    {"hiddensize", "units", false},
    {"outputdim", "units", false},
    {"width", "units", false},
    {"strides", "stride", false},
    {"step", "stride", false},
    {"p", "pad", false},
    {"step", "rate", false},
    {"s", "stride", false},
    {"act", "activation", false},
    {"activationfn", "activation", false},
    {"nonlinearity", "activation", false},
    {"activation", "function", false},
    {"type", "method", false},
    {"mode", "method", false},
    {"pool", "method", false},
    {"initializer", "init", false},
    {"initialiser", "init", false},
    {"kernelinit", "init", false},
    {"kernelinitializer", "init", false},
    {"weightinit", "init", false},
    {"weightsinit", "init", false},
    {"winit", "init", false},
    {"weightfiller", "init", false},
    {"biasinitializer", "bias_init", false},
    {"biasfiller", "bias_init", false},
    {"binit", "bias_init", false},
    {"usebias", "bias", false},
    {"withbias", "bias", false},
    {"biasterm", "bias", false},
    {"nobias", "bias", true},
    {"frozen", "trainable", true},
    {"freeze", "trainable", true},
    {"requiresgrad", "trainable", false},
    {"sd", "std", false},
    {"stdev", "std", false},
    {"learningrate", "rate", false},
    {"lr", "rate", false},
    {"eta", "rate", false},
    {"alpha", "rate", false},
    {"stepsize", "rate", false},
    {"η", "rate", false},
    {"p", "share", false},
    {"rate", "share", false},
    {"prob", "share", false},
    {"probability", "share", false},
    {"drop", "share", false},
    {"dropoutratio", "share", false},
    {"keep", "share", true},
    {"keepprob", "share", true},
    {"inputshape", "shape", false},
    {"size", "shape", false},
    {"dim", "shape", false},
    {"size", "size", false},
    {"batchsize", "size", false},
    {"n", "count", false},
    {"num", "count", false},
    {"max", "count", false},
    {"value", "number", false},
    {"lmbda", "l2", false},
    {"lambda", "l2", false},
    {"λ", "l2", false},
    {"wd", "weight_decay", false},
    {"decay", "weight_decay", false},
    {"val", "validation", false},
    {"valid", "validation", false},
    {"dev", "validation", false},
    {"validationsplit", "validation", false},
    {"training", "train", false},
    {"testing", "test", false},
    {"testsize", "test", false},
    {"name", "set", false},
    {"x", "images", false},
    {"trainimages", "images", false},
    {"y", "labels", false},
    {"trainlabels", "labels", false},
    {"testx", "test_images", false},
    {"testy", "test_labels", false},
    {"epochs", "patience", false},
    {"wait", "patience", false},
    {"metric", "monitor", false},
    {"valloss", "cost", false},
    {"loss", "cost", false},
    {"valacc", "accuracy", false},
    {"valaccuracy", "accuracy", false},
    {"acc", "accuracy", false},
    {"interval", "every", false},
    {"freq", "every", false},
    {"each", "every", false},
    {"ridge", "l2", false},
    {"lasso", "l1", false},
    {"file", "images", false},
    {"path", "images", false},
    {"train", "images", false},
    {"test", "test_images", false},
    /* activations */
    {"silu", "swish", false},
    {"identity", "linear", false},
    {"none", "linear", false},
    {"logistic", "sigmoid", false},
    {"sigm", "sigmoid", false},
    {"σ", "sigmoid", false},
    {"hyperbolictangent", "tanh", false},
    {"fannsigmoidsymmetric", "tanh", false},
    {"fannsigmoid", "sigmoid", false},
    {"fannlinear", "linear", false},
    {"rectify", "relu", false},
    {"rectifier", "relu", false},
    {"rectifiedlinear", "relu", false},
    {"leaky", "leaky_relu", false},
    {"lrelu", "leaky_relu", false},
    {"logsoftmax", "softmax", false},
    /* methods of pool */
    {"avg", "average", false},
    {"mean", "average", false},
    {"ave", "average", false},
    {"maximum", "max", false},
    {"all", "full", false},
    /* initialisers */
    {"xavier", "glorot_uniform", false},
    {"xavieruniform", "glorot_uniform", false},
    {"xaviernormal", "glorot_normal", false},
    {"glorot", "glorot_uniform", false},
    {"he", "he_normal", false},
    {"msra", "he_normal", false},
    {"kaiming", "he_normal", false},
    {"kaimingnormal", "he_normal", false},
    {"kaiminguniform", "he_uniform", false},
    {"variancescaling", "fan_in_uniform", false},
    {"lecun", "lecun_normal", false},
    {"gaussian", "normal", false},
    {"n", "normal", false},
    {"u", "uniform", false},
    {"randn", "normal", false},
    {"randomnormal", "normal", false},
    {"truncatednormal", "normal", false},
    {"randomuniform", "uniform", false},
    {"zero", "zeros", false},
    /* costs */
    {"mse", "quadratic", false},
    {"mseloss", "quadratic", false},
    {"meansquarederror", "quadratic", false},
    {"squarederror", "quadratic", false},
    {"euclidean", "quadratic", false},
    {"l2loss", "quadratic", false},
    {"bce", "cross_entropy", false},
    {"bceloss", "cross_entropy", false},
    {"bcewithlogitsloss", "cross_entropy", false},
    {"binarycrossentropy", "cross_entropy", false},
    {"nll", "log_likelihood", false},
    {"xent", "log_likelihood", false},
    {"ce", "log_likelihood", false},
    {"softmaxcrossentropy", "log_likelihood", false},
    {"softmaxcrossentropywithlogits", "log_likelihood", false},
    {"softmaxloss", "log_likelihood", false},
    {"logloss", "log_likelihood", false},
    {"nllloss", "log_likelihood", false},
    {"softmaxwithloss", "log_likelihood", false},
    {"crossentropyloss", "log_likelihood", false},
    {"categoricalcrossentropy", "log_likelihood", false},
    {"sparsecategoricalcrossentropy", "log_likelihood", false},
    /* optimizers, sets, targets */
    {"gd", "sgd", false},
    {"gradientdescent", "sgd", false},
    {"fashionmnist", "fashion_mnist", false},
    {"fmnist", "fashion_mnist", false},
    {"fashion", "fashion_mnist", false},
    {"classification", "class", false},
    {"classes", "class", false},
    {"label", "class", false},
    {"onehot", "class", false},
    {"labels", "class", false},
    {"autoencoder", "input", false},
    {"reconstruction", "input", false},
    {"gradient", "gradients", false},
    {"grads", "gradients", false},
};

typedef struct {
    const char *word, *owner, *here;
} Rewriting;

static const Rewriting rewritings[] = {
    {"normalize", "input", "mean=data std=data"},       {"normalise", "input", "mean=data std=data"},
    {"normalized", "input", "mean=data std=data"},      {"normalization", "input", "mean=data std=data"},
    {"standardize", "input", "mean=data std=data"},     {"standardise", "input", "mean=data std=data"},
    {"standardization", "input", "mean=data std=data"},
};

static const char *const idle[] = {
    "in", "inchannels", "infeatures", "numclasses", "inputdim", "inputshape", "batchinputshape", "dataformat", "dtype",
    "device", "inplace", "name", "dim", "axis", "startdim", "enddim", "verbose", "shuffle", "bottom", "top", "ceilmode",
    "paddingmode",
    /* units */
    "units", "neurons", "nodes", "steps", "classes", "examples", "samples", "images", "pixels", "px", "epochs", "maps",
    "filters", "channels", "features", "outputs", "layer",
    /* words between others */
    "with", "and", "then", "of", "after", "using", "reduction"};

const ForeignTables foreign_tables = {
    .layers = layers,
    .settings = settings,
    .words = words,
    .layer_count = COUNT_OF(layers),
    .setting_count = COUNT_OF(settings),
    .word_count = COUNT_OF(words),
};

/* ---- looking up ---- */

enum { FOLDED_MAX = 64 };

/* Lower case without '_' and '-': how names of other frameworks are compared. */
static void fold_word(char to[FOLDED_MAX], const char *from) {
    size_t length = 0;
    for (; *from && length + 1 < FOLDED_MAX; from++) {
        if (*from != '_' && *from != '-') to[length++] = (char)tolower((unsigned char)*from);
    }
    to[length] = '\0';
}

bool foreign_same(const char *a, const char *b) {
    char first[FOLDED_MAX], second[FOLDED_MAX];
    fold_word(first, a);
    fold_word(second, b);
    return strcmp(first, second) == 0;
}

static const ForeignHead *head_find(const ForeignHead *heads, size_t count, const char *word) {
    for (size_t i = 0; i < count; i++) {
        if (foreign_same(heads[i].word, word)) return &heads[i];
    }
    return NULL;
}

const ForeignHead *foreign_layer(const char *word) { return head_find(layers, COUNT_OF(layers), word); }
const ForeignHead *foreign_setting(const char *word) { return head_find(settings, COUNT_OF(settings), word); }

const char *foreign_options(const char *owner, const char *word) {
    for (size_t i = 0; i < COUNT_OF(rewritings); i++) {
        if (string_is(rewritings[i].owner, owner) && foreign_same(rewritings[i].word, word)) return rewritings[i].here;
    }
    return NULL;
}

bool foreign_is_idle(const char *word) {
    for (size_t i = 0; i < COUNT_OF(idle); i++) {
        if (foreign_same(idle[i], word)) return true;
    }
    return false;
}

const char *word_alias(const char *word, const char *const *candidates, size_t count, bool *turned) {
    *turned = false;
    for (size_t i = 0; i < count; i++) {
        if (foreign_same(candidates[i], word)) return candidates[i];
    }
    for (size_t k = 0; k < COUNT_OF(words); k++) {
        if (!foreign_same(words[k].word, word)) continue;
        *turned = words[k].turned;
        for (size_t i = 0; i < count; i++) {
            if (string_is(words[k].here, candidates[i])) return candidates[i];
        }
    }
    return NULL;
}
