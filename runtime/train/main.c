/* main() of a stand-alone trainer: linked with one emitted model and the runtime. */
#include "runtime/train/main.h"

int main(int argc, char **argv) {
    NetCode code = {
        .abi = net_abi,
        .descriptor = net_model,
        .descriptor_size = (size_t)net_model_size,
        .kernel = net_kernel,
        .self = NULL,
    };
    return net_trainer_main(argc, argv, &code);
}
