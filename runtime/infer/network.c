#include "runtime/infer/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/like_mnist.h"
#include "runtime/infer/predictor.h"

static bool possible_pictures(const NetNetwork *network) {
    const int64_t *shape = network->picture;
    size_t plane, count;
    if (shape[0] == 0) return net_predict_number[NET_PREDICT_MEAN_IMAGE] == 0;
    bool sides = shape[0] > 0 && shape[1] > 0 && shape[2] > 0;
    return sides && net_multiply((size_t)shape[1], (size_t)shape[2], &plane) &&
           net_multiply(plane, (size_t)shape[0], &count) && (int64_t)count == network->input.count &&
           (network->mean_image.shape[0] == 0 || net_mean_image_possible(shape));
}

/* The numbers come from the compiler; a binary that was put together wrongly should say so all the same. */
static bool possible(const NetNetwork *network) {
    const NetInput *input = &network->input;
    size_t count = 1;
    for (int i = 0; i < NET_INPUT_RANK; i++) {
        if (input->shape[i] < 1 || !net_multiply(count, (size_t)input->shape[i], &count)) return false;
    }
    bool classes = network->classes == 0 || network->classes == network->outputs ||
                   (network->classes == 2 && network->outputs == 1);
    return (input->rank == 1 || input->rank == NET_INPUT_RANK) && count <= INT32_MAX &&
           (int64_t)count == input->count && network->outputs > 0 && network->outputs <= INT32_MAX && classes &&
           possible_pictures(network);
}

static void take_mean_image(NetNetwork *network) {
    const float *from = net_predict_mean_image;
    network->mean_image = (NetMeanImage){.low = from[NET_MEAN_LOW],
                                         .high = from[NET_MEAN_HIGH],
                                         .likeness = from[NET_MEAN_LIKENESS],
                                         .offset = from[NET_MEAN_OFFSET],
                                         .values = from + NET_MEAN_VALUES};
    memcpy(network->mean_image.shape, network->picture, sizeof network->mean_image.shape);
}

bool net_network_open(NetNetwork *network, NetError *error) {
    const int64_t *number = net_predict_number;
    *network = (NetNetwork){
        .name = net_predict_text,
        .version = net_predict_text + strlen(net_predict_text) + 1,
        .input = {.rank = (int)number[NET_PREDICT_RANK],
                  .count = number[NET_PREDICT_INPUTS],
                  .resample = number[NET_PREDICT_PICTURES] == NET_PICTURES_RESAMPLED,
                  .bytes = number[NET_PREDICT_PICTURES] != NET_PICTURES_FLOATS,
                  .channels_last = number[NET_PREDICT_CHANNELS_LAST] != 0},
        .outputs = number[NET_PREDICT_OUTPUTS],
        .classes = number[NET_PREDICT_CLASSES],
        .probabilities = number[NET_PREDICT_PROBABILITIES] != 0,
        .voters = number[NET_PREDICT_VOTERS],
        .compared = number[NET_PREDICT_TARGET],
        .workspace = (size_t)number[NET_PREDICT_WORKSPACE_BYTES],
        .column_count = (size_t)number[NET_PREDICT_COLUMNS],
        .separator = (char)number[NET_PREDICT_SEPARATOR],
        .header = (NetHeader)number[NET_PREDICT_HEADER],
    };
    memcpy(network->input.shape, number + NET_PREDICT_SHAPE, sizeof network->input.shape);
    memcpy(network->picture, number + NET_PREDICT_PICTURE, sizeof network->picture);
    if (number[NET_PREDICT_MEAN_IMAGE] != 0) take_mean_image(network);
    if (!possible(network))
        return net_fail(error, NET_ENVIRONMENT, "this binary is damaged: its network cannot be [selftest-failed]");
    network->class_names = net_alloc((size_t)network->classes, sizeof *network->class_names, error);
    if (network->class_names == NULL) return false;
    const char *at = network->version;
    for (int64_t i = 0; i < network->classes; i++) {
        at += strlen(at) + 1;
        network->class_names[i] = at;
    }
    network->column_text = at + strlen(at) + 1;
    return true;
}

void net_network_close(NetNetwork *network) { free(network->class_names); }

bool net_network_is_compared(const NetNetwork *network) {
    return network->classes > 0 || network->compared != NET_COMPARED_CLASSES;
}

bool net_network_is_like_mnist(const NetNetwork *network) {
    static const int64_t shape[3] = {1, NET_LIKE_MNIST_SIDE, NET_LIKE_MNIST_SIDE};
    return memcmp(network->picture, shape, sizeof shape) == 0;
}

bool net_network_learned_digits(const NetNetwork *network) {
    enum { SIDE = NET_LIKE_MNIST_SIDE, BORDER = 4, SHARE = 10 };
    const NetMeanImage *image = &network->mean_image;
    double sum = 0, most = 0;
    int64_t count = 0;
    if (!net_network_is_like_mnist(network) || image->shape[0] == 0) return false;
    for (int64_t i = 0; i < SIDE * SIDE; i++) { /* it is not reduced: it is no larger */
        int64_t row = i / SIDE, column = i % SIDE;
        bool inside = row >= BORDER && row < SIDE - BORDER && column >= BORDER && column < SIDE - BORDER;
        double ink = (double)image->values[i] - (double)image->low;
        sum += inside ? 0 : ink;
        count += !inside;
        most = ink > most ? ink : most;
    }
    return sum * (double)SHARE < most * (double)count;
}

bool net_network_columns(const NetNetwork *network, NetColumns *columns, NetError *error) {
    const char *at = network->column_text;
    if (network->column_count == 0) return net_columns_plain(columns, (size_t)network->input.count, error);
    const char **texts = net_alloc(network->column_count, sizeof *texts, error);
    for (size_t i = 0; texts != NULL && i < network->column_count; i++, at += strlen(at) + 1) texts[i] = at;
    *columns = (NetColumns){0};
    bool ok = texts != NULL && net_columns_parse(columns, texts, network->column_count, error);
    free(texts);
    return ok && ((int64_t)columns->inputs == network->input.count ||
                  net_fail(error, NET_ENVIRONMENT, "this binary is damaged: its table cannot be [selftest-failed]"));
}

bool net_network_numbers(const NetNetwork *network, const float *outputs) {
    for (int64_t i = 0; i < network->outputs; i++) {
        if (isnan(outputs[i])) return false;
    }
    return true;
}

bool net_network_finite(const NetNetwork *network, const float *outputs) {
    for (int64_t i = 0; i < network->outputs; i++) {
        if (!isfinite(outputs[i])) return false;
    }
    return true;
}

int64_t net_network_class(const NetNetwork *network, const float *outputs) {
    if (!net_network_numbers(network, outputs)) return -1;
    if (network->outputs == 1) return outputs[0] > 0.5f ? 1 : 0;
    int64_t best = 0;
    for (int64_t i = 1; i < network->outputs; i++) {
        if (outputs[i] > outputs[best]) best = i;
    }
    return best;
}

float net_network_probability(const NetNetwork *network, const float *outputs, int64_t class) {
    if (network->outputs > 1) return outputs[class];
    return class == 1 ? outputs[0] : 1.0f - outputs[0];
}
