/* What programs of other frameworks have an option for, and netc, its trainers and its predictors have not. */
#include <string.h>

#include "runtime/base/words.h"

#define FLOATS "all numbers are 32-bit floats; leave it out"
#define PRUNING "netc has no pruning; leave it out"
#define ONE_MACHINE "netc trains on one machine; leave it out"
#define CURVES "'netc report runs/latest' draws the curves of a run"
#define SHUFFLED "the examples are shuffled anew for each epoch; leave it out"
#define AUGMENTED "what is made of pictures is a line of the train block: 'augment shift=2 rotate=10'"
#define SCHEDULE "how the rate changes is a line of the train block: 'schedule cosine warmup=1'"
#define CLIPPING "a bound on the gradient is a line of the train block: 'clip norm=1'"
#define ACCUMULATED "netc adds up no gradients of several batches; a larger batch is the same"
#define ADAM "the optimizer is a line of the train block: 'optimizer adam beta1=0.9 beta2=0.999'"
#define ASKED "netc asks no questions; leave it out"
#define KEPT "the last and the best weights are always kept; leave it out"
#define LAST_LAYER "the last layer says how many outputs there are; leave it out"
#define SERVER "netc makes programs that run and end, no servers; leave it out"
#define GPU "netc makes code for processors, not for GPUs; leave it out"
#define FAST "the code is compiled anyway; leave it out"
#define LOADER "data is read ahead anyway; leave it out"

static const NetAlias absent[] = {
    {"quantize", FLOATS},
    {"quantise", FLOATS},
    {"quantization", FLOATS},
    {"quant", FLOATS},
    {"int8", FLOATS},
    {"int4", FLOATS},
    {"uint8", FLOATS},
    {"fp16", FLOATS},
    {"fp32", FLOATS},
    {"fp64", FLOATS},
    {"half", FLOATS},
    {"float16", FLOATS},
    {"float64", FLOATS},
    {"double", FLOATS},
    {"bf16", FLOATS},
    {"bfloat16", FLOATS},
    {"amp", FLOATS},
    {"mixed-precision", FLOATS},
    {"precision", FLOATS},
    {"dtype", FLOATS},
    {"prune", PRUNING},
    {"pruning", PRUNING},
    {"sparsity", PRUNING},
    {"sparse", PRUNING},
    {"distill", "netc has no distillation; leave it out"},
    {"distributed", ONE_MACHINE},
    {"ddp", ONE_MACHINE},
    {"world-size", ONE_MACHINE},
    {"rank", ONE_MACHINE},
    {"local-rank", ONE_MACHINE},
    {"nodes", ONE_MACHINE},
    {"tensorboard", "'log gradients formats=[csv, tensorboard]' in the train block writes files for it"},
    {"wandb", CURVES},
    {"mlflow", CURVES},
    {"plot", CURVES},
    {"curves", CURVES},
    {"shuffle", SHUFFLED},
    {"no-shuffle", SHUFFLED},
    {"augment", AUGMENTED},
    {"augmentation", AUGMENTED},
    {"flip", AUGMENTED},
    {"rotate", AUGMENTED},
    {"mixup", "netc mixes no pictures; leave it out"},
    {"scheduler", SCHEDULE},
    {"lr-scheduler", SCHEDULE},
    {"lr-schedule", SCHEDULE},
    {"lr-decay", SCHEDULE},
    {"schedule", SCHEDULE},
    {"warmup", SCHEDULE},
    {"warmup-epochs", SCHEDULE},
    {"warmup-steps", SCHEDULE},
    {"gamma", SCHEDULE},
    {"step-lr", SCHEDULE},
    {"cosine", SCHEDULE},
    {"clip", CLIPPING},
    {"clip-grad", CLIPPING},
    {"grad-clip", CLIPPING},
    {"max-grad-norm", CLIPPING},
    {"accumulate", ACCUMULATED},
    {"grad-accum", ACCUMULATED},
    {"gradient-accumulation-steps", ACCUMULATED},
    {"adam", ADAM},
    {"beta1", ADAM},
    {"beta2", ADAM},
    {"betas", ADAM},
    {"force", ASKED},
    {"f", ASKED},
    {"overwrite", ASKED},
    {"yes", ASKED},
    {"y", ASKED},
    {"interactive", ASKED},
    {"save-every", KEPT},
    {"save-freq", KEPT},
    {"save-best", KEPT},
    {"checkpoint-every", KEPT},
    {"num-classes", LAST_LAYER},
    {"n-classes", LAST_LAYER},
    {"nc", LAST_LAYER},
    {"serve", SERVER},
    {"server", SERVER},
    {"port", SERVER},
    {"host", SERVER},
    {"watch", "netc looks at no file twice; leave it out"},
    {"gpu", GPU},
    {"gpus", GPU},
    {"cuda", GPU},
    {"device", GPU},
    {"ptx", GPU},
    {"mps", GPU},
    {"jit", FAST},
    {"compile", FAST},
    {"release", FAST},
    {"fast", FAST},
    {"pin-memory", LOADER},
    {"prefetch", LOADER},
    {"num-samples", "a whole part of the data is taken; leave it out"},
    {"config", "netc reads no configuration files; leave it out"},
    {"yaml", "netc reads no configuration files; leave it out"},
    {"cfg", "netc reads no configuration files; leave it out"},
    {"no-cache", "what a trainer is made of is compared each time; leave it out"},
    {"clean", "what a trainer is made of is compared each time; leave it out"},
    {"log-level", "leave it out; there is one level"},
    {"log-file", "leave it out; the shell writes what is printed to a file: >log.txt 2>&1"},
};

const char *net_foreign_option(const char *word, const NetAlias *aliases, size_t count) {
    const char *here = net_find_alias(word, aliases, count);
    return here != NULL ? here : net_find_alias(word + strspn(word, "-"), absent, sizeof absent / sizeof *absent);
}
