/* An emitted model written by hand: softmax regression, 784 inputs and 10 classes, with every log there is. It follows
 * runtime/abi.h to the letter (slots, parts, dead lanes) and lets the runtime be tested without a compiler. With
 * BY_COLUMNS it is the same, with the weight by columns. */
#include <math.h>
#include <string.h>

#include "runtime/abi.h"

enum { IN = 784, OUT = 10, WEIGHTS = IN * OUT, SIZE = WEIGHTS + OUT };

#ifdef BY_COLUMNS
enum { LINE = NET_LANES, BIAS = IN * LINE };
#define WEIGHT_LINE ",\"line\":16"
#define BIAS_OFFSET "12544"
#define PARAM_SIZE "12560"
#else
enum { LINE = 0, BIAS = WEIGHTS };
#define WEIGHT_LINE ""
#define BIAS_OFFSET "7840"
#define PARAM_SIZE "7856"
#endif

/* Where a value is in `param`: the weights, row by row, then the biases. */
static int place(int i) {
    if (i >= WEIGHTS) return BIAS + i - WEIGHTS;
    return LINE > 0 ? i % IN * LINE + i / IN : i;
}

/* places in the log */
enum {
    BIAS_GRAD_SQ,
    WEIGHT_GRAD_SQ,
    WEIGHT_GRAD_MAX,
    WEIGHT_SQ,
    UPDATE_SQ,
    WEIGHT_SUM,
    WEIGHT_MIN,
    WEIGHT_MAX,
    WEIGHT_ZERO,
    BIAS_SUM,
    BIAS_SQ,
    BIAS_MIN,
    BIAS_MAX,
    BIAS_ZERO,
    DELTA,
    ACTIVE = DELTA + OUT,
    ONCE = ACTIVE + OUT
};
enum { COST, CORRECT, DELTA_SQ, SATURATED, CHUNK };

typedef struct {
    float x[IN][NET_LANES], delta[OUT][NET_LANES];
} Scratch;

static double *chunk_log(double *log, int64_t chunk) { return log + ONCE + chunk * CHUNK; }

/* Loads a chunk, and leaves delta = softmax - one-hot (0 in dead lanes) and the chunk's sums. */
static void forward(const float *param, Scratch *s, const void *input, const uint32_t *label, double *log, int64_t n,
                    int64_t chunk) {
    const uint8_t *row = (const uint8_t *)input + chunk * NET_LANES * IN;
    for (int lane = 0; lane < NET_LANES; lane++) {
        for (int k = 0; k < IN; k++) {
            s->x[k][lane] = (float)row[lane * IN + k] / 255.0f;
        }
    }
    for (int o = 0; o < OUT; o++) {
        float z[NET_LANES] = {0};
        for (int k = 0; k < IN; k++) {
            for (int lane = 0; lane < NET_LANES; lane++) {
                z[lane] += param[place(o * IN + k)] * s->x[k][lane];
            }
        }
        for (int lane = 0; lane < NET_LANES; lane++) {
            s->delta[o][lane] = z[lane] + param[place(WEIGHTS + o)];
        }
    }
    double *sum = chunk_log(log, chunk);
    memset(sum, 0, CHUNK * sizeof *sum);
    for (int lane = 0; lane < NET_LANES; lane++) {
        int64_t image = chunk * NET_LANES + lane;
        int best = 0;
        float total = 0;
        for (int o = 1; o < OUT; o++) {
            best = s->delta[o][lane] > s->delta[best][lane] ? o : best;
        }
        float top = s->delta[best][lane];
        for (int o = 0; o < OUT; o++) {
            total += expf(s->delta[o][lane] - top);
        }
        if (image < n) {
            sum[COST] += (double)(logf(total) - (s->delta[label[image]][lane] - top));
            sum[CORRECT] += (uint32_t)best == label[image];
        }
        for (int o = 0; o < OUT; o++) {
            float a = expf(s->delta[o][lane] - top) / total;
            float delta = a - (float)((uint32_t)o == label[image]);
            s->delta[o][lane] = image < n ? delta : 0;
            sum[DELTA_SQ] += (double)s->delta[o][lane] * (double)s->delta[o][lane];
            sum[SATURATED] += image < n && (a < 0.0025f || a > 0.9975f);
        }
    }
}

static float lane_sum(const float *v) {
    float t[8];
    for (int width = 8; width > 0; width /= 2) {
        for (int i = 0; i < width; i++) {
            t[i] = width == 8 ? v[i] + v[i + 8] : t[i] + t[i + width];
        }
    }
    return t[0];
}

static void train_slot(const void *self, float *param, float *state, float *grad, float *batch, float *scratch,
                       const void *input, const uint32_t *label, const float *target, const uint32_t *item,
                       const float *scalar, double *log, int64_t n, int64_t task, int64_t part, int64_t parts,
                       void *team) {
    (void)self, (void)state, (void)batch, (void)target, (void)item, (void)scalar, (void)part, (void)parts, (void)team;
    Scratch *s = (Scratch *)(void *)scratch;
    float *g = grad + task * SIZE;
    int64_t chunks = (n + NET_LANES - 1) / NET_LANES;
    for (int64_t chunk = task; chunk < chunks; chunk += NET_SLOTS) {
        forward(param, s, input, label, log, n, chunk);
        for (int o = 0; o < OUT; o++) {
            for (int k = 0; k < IN; k++) {
                float product[NET_LANES];
                for (int lane = 0; lane < NET_LANES; lane++) {
                    product[lane] = s->delta[o][lane] * s->x[k][lane];
                }
                g[o * IN + k] = (chunk == task ? 0 : g[o * IN + k]) + lane_sum(product);
            }
            g[WEIGHTS + o] = (chunk == task ? 0 : g[WEIGHTS + o]) + lane_sum(s->delta[o]);
        }
    }
}

static float merged(const float *grad, int64_t n, int i) {
    int64_t used = (n + NET_LANES - 1) / NET_LANES;
    float v[NET_SLOTS];
    for (int g = 0; g < NET_SLOTS; g++) {
        v[g] = g < used ? grad[g * SIZE + i] : 0;
    }
    return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

static float stepped(const float *param, const float *grad, const float *scalar, int64_t n, int i) {
    return (i < WEIGHTS ? scalar[1] : 1) * param[place(i)] - scalar[0] * merged(grad, n, i);
}

static void train_part(const void *self, float *param, float *state, float *grad, float *batch, float *scratch,
                       const void *input, const uint32_t *label, const float *target, const uint32_t *item,
                       const float *scalar, double *log, int64_t n, int64_t task, int64_t part, int64_t parts,
                       void *team) {
    (void)self, (void)state, (void)batch, (void)scratch, (void)input, (void)label, (void)target, (void)item, (void)log;
    (void)task, (void)team;
    for (int i = (int)(SIZE * part / parts); i < (int)(SIZE * (part + 1) / parts); i++) {
        param[place(i)] = stepped(param, grad, scalar, n, i);
    }
    for (int k = 0; LINE > 0 && part == 0 && k < IN; k++) {
        for (int o = OUT; o < LINE; o++) {
            param[k * LINE + o] = NAN; /* means nothing, and is to get nowhere */
        }
    }
}

static void log_bias(const void *self, float *param, float *state, float *grad, float *batch, float *scratch,
                     const void *input, const uint32_t *label, const float *target, const uint32_t *item,
                     const float *scalar, double *log, int64_t n, int64_t task, int64_t part, int64_t parts,
                     void *team) {
    (void)self, (void)param, (void)state, (void)batch, (void)scratch, (void)input, (void)label, (void)target,
        (void)item;
    (void)scalar, (void)task, (void)part, (void)parts, (void)team;
    log[BIAS_GRAD_SQ] = 0;
    for (int o = 0; o < OUT; o++) {
        double g = (double)merged(grad, n, WEIGHTS + o);
        log[BIAS_GRAD_SQ] += g * g;
        log[DELTA + o] = g;
        log[ACTIVE + o] = g > 0;
    }
}

static void log_all(const void *self, float *param, float *state, float *grad, float *batch, float *scratch,
                    const void *input, const uint32_t *label, const float *target, const uint32_t *item,
                    const float *scalar, double *log, int64_t n, int64_t task, int64_t part, int64_t parts,
                    void *team) {
    log_bias(self, param, state, grad, batch, scratch, input, label, target, item, scalar, log, n, task, part, parts,
             team);
    for (int i = WEIGHT_GRAD_SQ; i < DELTA; i++) {
        log[i] = 0;
    }
    log[WEIGHT_MIN] = log[WEIGHT_MAX] = (double)param[place(0)];
    log[BIAS_MIN] = log[BIAS_MAX] = (double)param[place(WEIGHTS)];
    for (int i = 0; i < SIZE; i++) {
        double g = (double)merged(grad, n, i);
        double w = (double)param[place(i)];
        double change = (double)stepped(param, grad, scalar, n, i) - w;
        if (i < WEIGHTS) {
            log[WEIGHT_GRAD_SQ] += g * g;
            log[WEIGHT_GRAD_MAX] = fabs(g) > log[WEIGHT_GRAD_MAX] ? fabs(g) : log[WEIGHT_GRAD_MAX];
            log[UPDATE_SQ] += change * change;
        }
        log[i < WEIGHTS ? WEIGHT_SQ : BIAS_SQ] += w * w;
        log[i < WEIGHTS ? WEIGHT_SUM : BIAS_SUM] += w;
        log[i < WEIGHTS ? WEIGHT_ZERO : BIAS_ZERO] += w == 0;
        double *least = &log[i < WEIGHTS ? WEIGHT_MIN : BIAS_MIN];
        double *most = &log[i < WEIGHTS ? WEIGHT_MAX : BIAS_MAX];
        *least = w < *least ? w : *least;
        *most = w > *most ? w : *most;
    }
}

static void eval_chunk(const void *self, float *param, float *state, float *grad, float *batch, float *scratch,
                       const void *input, const uint32_t *label, const float *target, const uint32_t *item,
                       const float *scalar, double *log, int64_t n, int64_t task, int64_t part, int64_t parts,
                       void *team) {
    (void)self, (void)state, (void)grad, (void)batch, (void)target, (void)item, (void)scalar, (void)part, (void)parts,
        (void)team;
    forward(param, (Scratch *)(void *)scratch, input, label, log, n, task);
}

NetKernel *const net_kernel[] = {train_slot, train_part, eval_chunk, log_bias, log_all};

#define ENTRY(name, layer, per, at, count, elements)                                                      \
    "{\"name\":\"" name "\",\"layer\":\"" layer "\",\"per\":\"" per "\",\"at\":" #at ",\"count\":" #count \
    ",\"elements\":" #elements "}"
#define EVERY                                                                                             \
    "\"type\":\"integer\",\"value\":0,\"low\":1,\"flag\":\"log-every\",\"argument\":\"N|epoch\",\"doc\":" \
    "\"\",\"high\":1e9,\"zero\":\"epoch\",\"changes\":\"begins\"},"
#define PROBE "\"type\":\"integer\",\"value\":500,\"changes\":\"begins\"},"
#define SCORES ENTRY("cost", "", "chunk", 0, 1, 1) "," ENTRY("correct", "", "chunk", 1, 1, 1)
#define ONCE_ENTRY(name, at) "," ENTRY(name, "dense1", "once", at, 1, 7840)
#define BIAS_ENTRY(name, at) "," ENTRY(name, "dense1", "once", at, 1, 10)
#define LOGS                                                                                           \
    BIAS_ENTRY("bias_grad_sq", 0)                                                                      \
    ONCE_ENTRY("weight_grad_sq", 1)                                                                    \
    ONCE_ENTRY("weight_grad_max", 2)                                                                   \
    ONCE_ENTRY("weight_sq", 3)                                                                         \
    "," ENTRY("delta_sq", "dense1", "chunk", 2, 1, 10) "," ENTRY("saturated", "dense1", "chunk", 3, 1, \
                                                                 10) "," ENTRY("active", "dense1", "once", 24, 10, 1)

#pragma GCC diagnostic ignored "-Woverlength-strings" /* every compiler we use takes it */
const char net_model[] =
    "{\"abi\":8,\"netc\":\"0.1.0\",\"name\":\"softmax\",\"kernels\":5,"
    "\"input\":{\"shape\":[784],\"type\":\"u8\"},\"outputs\":10,\"classes\":10,\"target\":\"class\",\"targets\":0,"
    "\"layers\":[{\"name\":\"dense1\",\"kind\":\"dense\",\"shape\":[10],\"activation\":\"softmax\"}],"
    "\"tensors\":["
    "{\"name\":\"dense1.weight\",\"role\":\"weight\",\"buffer\":\"param\",\"offset\":0,\"size\":7840,"
    "\"shape\":[10,784]" WEIGHT_LINE ","
    "\"trained\":true,\"kept\":\"dense1.weight\",\"decays\":true,\"init\":{\"kind\":\"normal\",\"a\":0,\"b\":0.0357}},"
    "{\"name\":\"dense1.bias\",\"role\":\"bias\",\"buffer\":\"param\",\"offset\":" BIAS_OFFSET
    ",\"size\":10,\"shape\":[10],"
    "\"trained\":true,\"kept\":\"dense1.bias\",\"decays\":false,\"init\":{\"kind\":\"constant\",\"a\":0,\"b\":0}}],"
    "\"sizes\":{\"param\":" PARAM_SIZE ",\"state\":0,\"grad_slot\":7850,\"grad\":62800,\"scratch\":12704,"
    "\"log_once\":34,\"log_chunk\":4},"
    "\"scalars\":[\"rate / m\",\"1 - rate * (l2 / n + weight_decay)\"],\"random\":false,"
    "\"penalty\":{\"squares\":\"(l2 / n + weight_decay) / 2\"},"
    "\"programs\":{"
    "\"train\":{\"phases\":[{\"kernel\":0,\"tasks\":\"slot\"},{\"kernel\":3,\"tasks\":\"once\"},"
    "{\"kernel\":1,\"tasks\":\"part\",\"workers\":64}],\"log\":[" SCORES BIAS_ENTRY(
        "bias_grad_sq",
        0) "]},"
           "\"train_log\":{\"phases\":[{\"kernel\":0,\"tasks\":\"slot\"},{\"kernel\":4,\"tasks\":\"once\"},"
           "{\"kernel\":1,\"tasks\":\"part\",\"workers\":64}],\"log\":[" SCORES LOGS ONCE_ENTRY("update_sq", 4)
               ONCE_ENTRY("weight_sum", 5) ONCE_ENTRY("weight_min", 6) ONCE_ENTRY("weight_max", 7) ONCE_ENTRY(
                   "weight_zero", 8) BIAS_ENTRY("bias_sum", 9) BIAS_ENTRY("bias_sq", 10) BIAS_ENTRY("bias_min", 11)
                   BIAS_ENTRY("bias_max", 12) BIAS_ENTRY(
                       "bias_zero",
                       13) "]},"
                           "\"probe\":{\"phases\":[{\"kernel\":0,\"tasks\":\"slot\"},{\"kernel\":4,\"tasks\":"
                           "\"once\"}],\"log\":[" SCORES LOGS "," ENTRY(
                               "delta", "dense1", "once", 14, 10,
                               1) "]},"
                                  "\"eval\":{\"phases\":[{\"kernel\":2,\"tasks\":\"chunk\"}],\"log\":[" SCORES "]}},"
                                  "\"data\":{\"kind\":\"digits\"},\"split\":{\"train\":0,\"validation\":1000,\"test\":"
                                  "0},\"settings\":["
                                  "{\"name\":\"cost\",\"line\":\"cost\",\"key\":\"\",\"type\":\"word\",\"value\":\"log_"
                                  "likelihood\"},"
                                  "{\"name\":\"optimizer\",\"line\":\"optimizer\",\"key\":\"\",\"type\":\"word\","
                                  "\"value\":\"sgd\"},"
                                  "{\"name\":\"rate\",\"line\":\"optimizer "
                                  "sgd\",\"key\":\"rate\",\"type\":\"real\",\"value\":0.1,\"low\":0,\"flag\":\"rate\","
                                  "\"argument\":\"R\",\"doc\":\"\",\"above\":true},"
                                  "{\"name\":\"l2\",\"line\":\"regularize\",\"key\":\"l2\",\"type\":\"real\",\"value\":"
                                  "0.5,\"low\":0,\"flag\":\"l2\",\"argument\":\"L\",\"doc\":\"\",\"same\":\"decay\"},"
                                  "{\"name\":\"l1\",\"line\":\"regularize\",\"key\":\"l1\",\"type\":\"real\",\"value\":"
                                  "0,\"low\":0,\"flag\":\"l1\",\"argument\":\"L\",\"doc\":\"\"},"
                                  "{\"name\":\"weight_decay\",\"line\":\"regularize\",\"key\":\"weight_decay\","
                                  "\"type\":\"real\",\"value\":0,\"low\":0,\"flag\":\"weight-decay\",\"argument\":"
                                  "\"D\",\"doc\":\"\",\"same\":\"decay\"},"
                                  "{\"name\":\"batch\",\"line\":\"batch\",\"key\":\"\",\"type\":\"integer\",\"value\":"
                                  "64,\"low\":1,\"flag\":\"batch\",\"argument\":\"N|full\",\"doc\":\"\",\"high\":1e9,"
                                  "\"zero\":\"full\"},"
                                  "{\"name\":\"epochs\",\"line\":\"epochs\",\"key\":\"\",\"type\":\"integer\","
                                  "\"value\":3,\"low\":0,\"flag\":\"epochs\",\"argument\":\"N\",\"doc\":\"\",\"high\":"
                                  "1e9,\"changes\":\"freely\"},"
                                  "{\"name\":\"patience\",\"line\":\"stop\",\"key\":\"patience\",\"type\":\"integer\","
                                  "\"value\":0,\"low\":1,\"flag\":\"patience\",\"argument\":\"N|never\",\"doc\":\"\","
                                  "\"high\":1e9,\"zero\":\"never\",\"changes\":\"freely\"},"
                                  "{\"name\":\"monitor\",\"line\":\"stop\",\"key\":\"monitor\",\"type\":\"word\","
                                  "\"value\":\"accuracy\"},"
                                  "{\"name\":\"seed\",\"line\":\"seed\",\"key\":\"\",\"type\":\"integer\",\"value\":1,"
                                  "\"low\":0,\"flag\":\"seed\",\"argument\":\"S\",\"doc\":\"\"},"
                                  "{\"name\":\"ensemble\",\"line\":\"ensemble\",\"key\":\"\",\"type\":\"integer\","
                                  "\"value\":1,\"low\":1,\"high\":1000},"
                                  "{\"name\":\"combine\",\"line\":\"ensemble\",\"key\":\"combine\",\"type\":\"word\","
                                  "\"value\":\"mean\"},"
                                  "{\"name\":\"class_weights\",\"line\":\"cost\",\"key\":\"class_weights\","
                                  "\"type\":\"word\",\"value\":\"none\"},"
                                  "{\"name\":\"log\",\"line\":\"log\",\"key\":\"\",\"type\":\"word\",\"value\":"
                                  "\"gradients weights neurons\"},"
                                  "{\"name\":\"log_formats\",\"line\":\"log\",\"key\":\"formats\",\"type\":\"word\","
                                  "\"value\":\"csv tensorboard\"},"
                                  "{\"name\":\"gradients_every\",\"line\":\"log gradients\",\"key\":\"every\"," EVERY
                                  "{\"name\":\"gradients_probe\",\"line\":\"log gradients\",\"key\":\"probe\"," PROBE
                                  "{\"name\":\"weights_every\",\"line\":\"log weights\",\"key\":\"every\"," EVERY
                                  "{\"name\":\"neurons_every\",\"line\":\"log neurons\",\"key\":\"every\"," EVERY
                                  "{\"name\":\"neurons_probe\",\"line\":\"log neurons\",\"key\":\"probe\","
                                  "\"type\":\"integer\",\"value\":500,\"changes\":\"begins\"}"
                                  "],"
                                  "\"text\":\"network softmax { input 784; dense 10 activation=softmax "
                                  "}\",\"path\":\"models/softmax.net\","
                                  "\"order_hash\":\"0123456789abcdef\",\"backend\":\"hand\",\"cpu\":\"generic\"}";

const int64_t net_abi = NET_ABI;
const int64_t net_model_size = sizeof net_model - 1;
