/* The rate of each step of a trainer that is linked with this, in double: STEPS of an epoch, EPOCHS, CUTS so far. */
#include <stdio.h>
#include <stdlib.h>

#include "runtime/train/options.h"
#include "runtime/train/rate.h"

int main(int argc, char **argv) {
    const NetCode code = {.abi = net_abi,
                          .descriptor = net_model,
                          .descriptor_size = (size_t)net_model_size,
                          .kernel = net_kernel};
    NetModel model;
    NetOptions options;
    NetError error;
    if (argc != 4 || !net_model_decode(&code, &model, &error)) {
        return 1;
    }
    net_options_default(argv[0], &model, &options);
    int64_t steps = atoll(argv[1]), epochs = atoll(argv[2]);
    for (int64_t done = 0; done < steps * epochs; done++) {
        NetStep step = {.value = options.value, .m = 10, .n = 10 * steps, .steps = steps, .done = done};
        step.cuts = atoll(argv[3]);
        printf("%a\n", net_rate(&model, &step));
    }
    net_model_free(&model);
    return 0;
}
