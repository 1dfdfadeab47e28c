/* What other frameworks have and netc has not, and what comes near. */
#include "compiler/model/foreign.h"

#include <string.h>

#define NORMAL "'batchnorm' comes near: it normalizes over the batch"
#define EPOCHS "'epochs 30' counts passes over the training part"
#define LINES "layers are lines: 'dense 100 activation=relu'"
#define ADAM "'optimizer adam' comes near"
#define RMSPROP "'optimizer rmsprop' comes near"
#define SHARE_OF_RATE "floor= of the schedule is a share of rate=: 'schedule cosine floor=0.01'"
#define HIDDEN "'dense 100 activation=tanh' is the nearest layer"
#define FLAT "maps are read by dense as they are; 'flatten' makes a vector of them"
#define FUNCTION(name) name " comes near: 'activation " name "', or activation=" name " of a layer"
#define RECTIFY FUNCTION("relu")
#define REPORTED "cost (the loss) and accuracy are reported anyway, and written to epochs.csv; leave the line out"
#define MOVED "'augment shift=2 rotate=10' moves and turns each"
#define FOLDERS "folders of them are read, one a class: data images train=\"flowers\""
#define OWN_FILES \
    "own files are read as NumPy saves them: data npy x=\"x.npy\" y=\"y.npy\"; or in MNIST's format: data idx"

/* Words that are activations elsewhere: step and sign mean other things where none is expected. */
const Absent foreign_absent_activations[] = {
    {"maxout", "maxout", RECTIFY},
    {"relu6", "relu6", RECTIFY},
    {"prelu", "prelu", FUNCTION("leaky_relu")},
    {"rrelu", "rrelu", FUNCTION("leaky_relu")},
    {"crelu", "crelu", RECTIFY},
    {"thresholdedrelu", "thresholded relu", RECTIFY},
    {"hardsigmoid", "hard sigmoid", FUNCTION("sigmoid")},
    {"hardswish", "hard swish", FUNCTION("swish")},
    {"celu", "celu", FUNCTION("elu")},
    {"glu", "gated linear units", FUNCTION("swish")},
    {"sin", "sine", FUNCTION("tanh")},
    {"step", "step function", "its derivative is 0; " FUNCTION("sigmoid")},
    {"heaviside", "step function", "its derivative is 0; " FUNCTION("sigmoid")},
    {"sign", "step function", "its derivative is 0; " FUNCTION("tanh")},
    {"perceptronstep", "step function", "its derivative is 0; " FUNCTION("sigmoid")},
};
const size_t foreign_absent_activation_count = COUNT_OF(foreign_absent_activations);

const Absent foreign_absences[] = {
    {"l2", "penalties of one layer", "'regularize l2=5' in the train block is for all"},
    {"l1", "penalties of one layer", "'regularize l1=5' in the train block is for all"},
    {"weights", "option for weights",
     "init= of a layer says how they begin, --weights FILE of 'netc train' gives trained ones; leave it out"},
    {"label", "option for names", "a label stands first: 'fc1: dense 100'"},
    {"savebest", "setting for checkpoints", "the best and the last weights are always kept; leave the line out"},
    {"iterations", "count of steps", EPOCHS},
    {"maxiter", "count of steps", EPOCHS},
    {"maxbatches", "count of steps", EPOCHS},
    {"steps", "count of steps", EPOCHS},
    {"for", "loop but repeat", "'repeat 3 { dense 100 activation=relu }' stands for three such layers"},
    {"while", "loop but repeat", "'repeat 3 { dense 100 activation=relu }' stands for three such layers"},
    {"if", "conditions", "repeat 1 { in its place takes the lines, repeat 0 { leaves them out; -D changes a let there"},
    {"def", "code", LINES},
    {"class", "code", LINES},
    {"enum", "code", LINES},
    {"struct", "code", LINES},
    {"typedef", "code", LINES},
    {"return", "code", LINES},
    {"import", "code", LINES},
    {"print", "setting for what is shown",
     "'netc show FILE' prints the layers, a trainer each epoch; leave the line out"},
    {"version", "version to name", "leave the line out"},
    {"warnings", "setting for warnings", "allow \"linear-layer\" silences a warning, by its name"},
    {"disallow", "setting for warnings", "allow \"linear-layer\" silences a warning, by its name"},
    {"ignore", "setting for warnings", "allow \"linear-layer\" silences a warning, by its name"},
    {"resize", "layers that resize", "leave it out; 'pool average 2x2' halves the sides"},
    {"evaluate", "setting for what is evaluated", "training ends with the test part of the data; leave the line out"},
    {"eval", "setting for what is evaluated", "training ends with the test part of the data; leave the line out"},
    {"test", "setting for what is evaluated", "training ends with the test part of the data; leave the line out"},
    {"mindelta", "threshold for a gain", "leave it out"},
    {"threshold", "threshold for a gain", "leave it out"},
    {"restore", "setting for what is kept", "the best and the last weights are always kept; leave it out"},
    {"restorebestweights", "setting for what is kept", "the best and the last weights are always kept; leave it out"},
    {"resume", "setting for a run to go on with", "a trainer takes --resume; leave the line out"},
    {"forward", "code", LINES},
    {"super", "code", LINES},
    {"end", "word that ends a block", "a block ends with '}'"},
    {"endnetwork", "word that ends a block", "a block ends with '}'"},
    {"endtrain", "word that ends a block", "a block ends with '}'"},
    {"endrepeat", "word that ends a block", "a block ends with '}'"},
    {"endfor", "word that ends a block", "a block ends with '}'"},
    {"done", "word that ends a block", "a block ends with '}'"},
    {"fi", "word that ends a block", "a block ends with '}'"},
    {"classificationlayer", "layer for the classes",
     "the cost goes with the last layer: 'dense 10 activation=softmax'"},
    {"verbose", "setting for messages", "a trainer takes --quiet; leave the line out"},
    {"reshape", "reshaping", FLAT},
    {"permute", "reshaping", FLAT},
    {"transpose", "reshaping", FLAT},
    {"squeeze", "reshaping", FLAT},
    {"unsqueeze", "reshaping", FLAT},
    {"deconv", "transposed convolution", "'conv 16 kernel=3x3 pad=same' keeps the size of the maps"},
    {"deconvolution", "transposed convolution", "'conv 16 kernel=3x3 pad=same' keeps the size of the maps"},
    {"deconvolutional", "transposed convolution", "'conv 16 kernel=3x3 pad=same' keeps the size of the maps"},
    {"convtranspose", "transposed convolution", "'conv 16 kernel=3x3 pad=same' keeps the size of the maps"},
    {"convtranspose2d", "transposed convolution", "'conv 16 kernel=3x3 pad=same' keeps the size of the maps"},
    {"conv2dtranspose", "transposed convolution", "'conv 16 kernel=3x3 pad=same' keeps the size of the maps"},
    {"conv1d", "one-dimensional convolution",
     "'conv 16 kernel=1x5' is one along rows; a signal is an input of one row, 'input 1x1x100'"},
    {"convolution1d", "one-dimensional convolution",
     "'conv 16 kernel=1x5' is one along rows; a signal is an input of one row, 'input 1x1x100'"},
    {"conv3d", "three-dimensional convolution", "'conv 16 kernel=3x3' takes depth as channels"},
    {"maxpool1d", "one-dimensional pooling", "give the input one row, then 'pool max 1x2'"},
    {"maxpool3d", "three-dimensional pooling", "'pool max 2x2'"},
    {"argmax", "layer that chooses the class",
     "leave it out: the class is the largest output of 'dense 10 activation=softmax'"},
    {"time", "limit of time in the file", "a trainer takes --time-limit 10m; leave the line out"},
    {"timelimit", "limit of time in the file", "a trainer takes --time-limit 10m; leave the line out"},
    {"niter", "count of steps", EPOCHS},
    {"numsteps", "count of steps", EPOCHS},
    {"upsample", "upsampling", "'conv 16 kernel=3x3 pad=same' keeps the size of the maps"},
    {"upsampling2d", "upsampling", "'conv 16 kernel=3x3 pad=same' keeps the size of the maps"},
    {"unpool", "unpooling", "'conv 16 kernel=3x3 pad=same' keeps the size of the maps"},
    {"maxunpool2d", "unpooling", "'conv 16 kernel=3x3 pad=same' keeps the size of the maps"},
    {"zeropadding2d", "layers that pad", "pad= of the conv that follows does it: 'conv 16 kernel=3x3 pad=1'"},
    {"zeropad2d", "layers that pad", "pad= of the conv that follows does it: 'conv 16 kernel=3x3 pad=1'"},
    {"cropping2d", "cropping", NULL},
    {"crop", "cropping", NULL},
    {"lstm", "recurrent layers", HIDDEN},
    {"gru", "recurrent layers", HIDDEN},
    {"rnn", "recurrent layers", HIDDEN},
    {"simplernn", "recurrent layers", HIDDEN},
    {"recurrent", "recurrent layers", HIDDEN},
    {"bidirectional", "recurrent layers", HIDDEN},
    {"timedistributed", "recurrent layers", HIDDEN},
    {"embedding", "embeddings", "'dense 100' on one-hot inputs is one"},
    {"attention", "attention", HIDDEN},
    {"selfattention", "attention", HIDDEN},
    {"multiheadattention", "attention", HIDDEN},
    {"transformer", "attention", HIDDEN},
    {"encoder", "attention", HIDDEN},
    {"layernorm", "layer normalization", NORMAL},
    {"layernormalization", "layer normalization", NORMAL},
    {"groupnorm", "group normalization", NORMAL},
    {"instancenorm", "instance normalization", NORMAL},
    {"instancenorm2d", "instance normalization", NORMAL},
    {"rmsnorm", "normalization by the root mean square", NORMAL},
    {"localresponsenorm", "local response normalization", NORMAL},
    {"lrn", "local response normalization", NORMAL},
    {"normalize", "layers that normalize", "mean= and std= of the input do it: 'input 1x28x28 mean=0.1307 std=0.3081'"},
    {"normalization", "layers that normalize",
     "mean= and std= of the input do it: 'input 1x28x28 mean=0.1307 std=0.3081'"},
    {"rescaling", "layers that rescale", "leave it out; std= of the input divides by more"},
    {"scale", "rescaling, as bytes are divided by 255 already", "leave it out; std= of the input divides by more"},
    {"multiply", "products of layers", "'add x' sums layers"},
    {"lambdalayer", "layers of code", NULL},
    {"gaussiannoise", "layers of noise", "'augment noise=0.1' in the train block adds some to the input"},
    {"alphadropout", "alpha dropout", "'dropout 0.2' comes near"},
    {"dropconnect", "drop-connect", "'dropout 0.2' comes near"},
    {"yolo", "detection layers", NULL},
    {"region", "detection layers", NULL},
    {"nadam", "Nadam", ADAM},
    {"adamax", "Adamax", ADAM},
    {"adagrad", "Adagrad", RMSPROP},
    {"adadelta", "Adadelta", RMSPROP},
    {"lbfgs", "L-BFGS", ADAM},
    {"multisteplr", "cuts of the rate at epochs of their own", "'schedule step every=10 factor=0.1' cuts it evenly"},
    {"milestones", "cuts of the rate at epochs of their own", "'schedule step every=10 factor=0.1' cuts it evenly"},
    {"polynomial", "power of a line for the rate", "'schedule one_cycle' comes near: it falls in a line"},
    {"cosineannealingwarmrestarts", "cycles of the rate that begin again", "'schedule cosine' is one of them"},
    {"cyclic", "cycles of the rate that begin again", "'schedule one_cycle' is one of them"},
    {"cycliclr", "cycles of the rate that begin again", "'schedule one_cycle' is one of them"},
    {"etamin", "lowest rate as a number of its own", SHARE_OF_RATE},
    {"minlr", "lowest rate as a number of its own", SHARE_OF_RATE},
    {"maxlr", "highest rate beside rate=", "'optimizer sgd rate=0.1' names it; leave it out"},
    {"tmax", "length of its own for a schedule", "its curve ends with the last epoch; leave it out"},
    {"totalsteps", "length of its own for a schedule", "its curve ends with the last epoch; leave it out"},
    {"pctstart", "share for a warm-up", "warmup= counts epochs: 'schedule one_cycle warmup=3'"},
    {"cooldown", "pause behind a cut of the rate", "patience= begins anew after each; leave it out"},
    {"mixup", "mixing of pictures", MOVED},
    {"cutmix", "mixing of pictures", MOVED},
    {"mosaic", "mixing of pictures", MOVED},
    {"colorjitter", "changes of colours", MOVED},
    {"randombrightness", "changes of colours", MOVED},
    {"randomcontrast", "changes of colours", MOVED},
    {"hue", "changes of colours", MOVED},
    {"brightness", "changes of colours", MOVED},
    {"contrast", "changes of colours", MOVED},
    {"randomverticalflip", "flip upside down", "'augment flip=horizontal' exchanges left and right"},
    {"verticalflip", "flip upside down", "'augment flip=horizontal' exchanges left and right"},
    {"flipud", "flip upside down", "'augment flip=horizontal' exchanges left and right"},
    {"autoaugment", "choice of augmentations", MOVED},
    {"randaugment", "choice of augmentations", MOVED},
    {"trivialaugment", "choice of augmentations", MOVED},
    {"agc", "clipping by the weights' own norm", "'clip norm=1' bounds the whole gradient"},
    {"normtype", "norms to choose", "'clip norm=1' takes the root of the sum of squares"},
    {"bagging", "drawing with replacement",
     "'ensemble 5' trains networks that begin and shuffle by seeds of their own"},
    {"elasticnet", "word for both penalties", "'regularize l1=1 l2=1' gives both"},
    {"hinge", "hinge loss", "'cost log_likelihood' with softmax comes near"},
    {"hingeloss", "hinge loss", "'cost log_likelihood' with softmax comes near"},
    {"kl", "Kullback-Leibler divergence", "'cost cross_entropy' with sigmoid comes near"},
    {"kldivergence", "Kullback-Leibler divergence", "'cost cross_entropy' with sigmoid comes near"},
    {"focal", "focal loss", "'cost log_likelihood' with softmax comes near"},
    {"ctc", "CTC loss", NULL},
    {"triplet", "triplet loss", NULL},
    {"cifar100", "CIFAR-100", OWN_FILES},
    {"imagenet", "ImageNet", OWN_FILES},
    {"svhn", "SVHN", OWN_FILES},
    {"emnist", "EMNIST", OWN_FILES},
    {"kmnist", "KMNIST", OWN_FILES},
    {"iris", "iris data", OWN_FILES},
    {"txt", "reader of text files yet", OWN_FILES},
    {"json", "reader of JSON files", OWN_FILES},
    {"mat", "reader of MATLAB files", OWN_FILES},
    {"pkl", "reader of pickles", OWN_FILES},
    {"hdf5", "reader of HDF5 files", OWN_FILES},
    {"parquet", "reader of Parquet files", OWN_FILES},
    {"jpg", "picture alone to train on", FOLDERS},
    {"npz", "reader of NumPy files", OWN_FILES},
    {"png", "picture alone to train on", FOLDERS},
    {"wandb", "service for logs", "'log gradients' writes CSV"},
    {"accuracy", "setting for what is reported", REPORTED},
    {"metric", "setting for what is reported", REPORTED},
    {"kfold", "cross-validation yet", "'split validation=0.1' holds one part back"},
    {"folds", "cross-validation yet", "'split validation=0.1' holds one part back"},
    {"crossvalidation", "cross-validation yet", "'split validation=0.1' holds one part back"},
    {"weightnorm", "weight normalization", NORMAL},
    {"spectralnorm", "spectral normalization", NORMAL},
    {"lrmult", "rates of one layer", "trainable=false keeps a layer as it is: 'dense 100 trainable=false'"},
    {"min", "pooling by the minimum", "'pool max 2x2' or 'pool average 2x2'"},
    {"metrics", "setting for what is reported", REPORTED},
    {"device", "devices to choose", "a trainer runs on the processor; --threads says on how many"},
    {"gpu", "code for GPUs", "a trainer runs on the processor; --threads says on how many"},
    {"cuda", "code for GPUs", "a trainer runs on the processor; --threads says on how many"},
    {"workers", "setting for threads", "a trainer takes --threads N"},
    {"numworkers", "setting for threads", "a trainer takes --threads N"},
    {"threads", "setting for threads", "a trainer takes --threads N"},
    {"shuffle", "setting for shuffling", "examples are always shuffled before an epoch; leave the line out"},
    {"precision", "other numbers than 32-bit floats", "leave the line out"},
    {"dtype", "other numbers than 32-bit floats", "leave the line out"},
    {"amp", "other numbers than 32-bit floats", "leave the line out"},
    {"callbacks", "callbacks", "'stop patience=5' ends a training that no longer gains"},
    {"save", "setting for what is kept", "the best and the last weights are always kept; leave the line out"},
    {"savemodel", "setting for what is kept", "the best and the last weights are always kept; leave the line out"},
    {"classes", "setting for the number of classes", "the last layer has one output a class, as 'dense 10' has"},
    {"numclasses", "setting for the number of classes", "the last layer has one output a class, as 'dense 10' has"},
    {"labels", "setting for labels alone", "data names both: data idx images=\"images.idx\" labels=\"labels.idx\""},
    {"images", "setting for images alone", "data names both: data idx images=\"images.idx\" labels=\"labels.idx\""},
    {"bias", "layers of biases", "each layer has its own: 'dense 100 bias=false' has none"},
    {"checkpoint", "setting for checkpoints", "the best and the last weights are always kept; leave the line out"},
    {"modelcheckpoint", "setting for checkpoints", "the best and the last weights are always kept; leave the line out"},
};

const size_t foreign_absence_count = COUNT_OF(foreign_absences);

const Absent *foreign_absent_value(const char *word, bool activation) {
    const Absent *table = activation ? foreign_absent_activations : foreign_absences;
    size_t count = activation ? foreign_absent_activation_count : foreign_absence_count;
    for (size_t i = 0; i < count; i++) {
        if (foreign_same(table[i].word, word)) return &table[i];
    }
    return NULL;
}

const Absent *foreign_absent(const char *word) {
    const Absent *absent = foreign_absent_value(word, false);
    if (!absent) absent = foreign_absent_value(word, true);
    enum { PART_MIN = 2, PART_MAX = 32 };
    for (const char *at = word; *at && !absent && strchr(word, '_');) { /* lstm_cell, conv_transpose */
        size_t length = strcspn(at, "_");
        char part[PART_MAX + 1] = "";
        if (length >= PART_MIN && length <= PART_MAX) memcpy(part, at, length);
        if (part[0]) absent = foreign_absent_value(part, false);
        at += length + (at[length] == '_');
    }
    return absent;
}

bool foreign_is_read(const Absent *absent) {
    return strstr(absent->what, "reader of") || strstr(absent->what, "to train on");
}

const Absent *foreign_absent_reader(Arena *arena, const char *path) {
    const char *dot = strrchr(path, '.');
    if (!dot || strchr(dot, '/') || dot[1] == '\0') return NULL;
    if (strncmp(dot, ".idx", 4) == 0 || string_is(dot, ".npy") || string_is(dot, ".csv") || string_is(dot, ".bin") ||
        string_is(dot, ".gz") || string_is(dot, ".ubyte"))
        return NULL;
    const Absent *known = foreign_absent_value(dot + 1, false);
    if (known) return known;
    Absent *absent = NEW(arena, Absent);
    *absent = (Absent){dot + 1, arena_format(arena, "reader of files that end in '%s'", dot), OWN_FILES};
    return absent;
}
