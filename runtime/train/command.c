/* What a trainer's command line asks for: a run, one for each of several seeds, or an ensemble. */
#include <inttypes.h>

#include "runtime/base/processor.h"
#include "runtime/base/streams.h"
#include "runtime/base/wrap.h"
#include "runtime/train/ensemble.h"
#include "runtime/train/main.h"
#include "runtime/train/seeds.h"

/* One run, or the evaluation of weights: the exit status. */
static int run(NetTrainer *trainer, const NetModel *model, const NetOptions *options, NetError *error) {
    return net_trainer_new(trainer, model, options, error) ? net_trainer_go(trainer, error) : error->status;
}

static int run_one(const NetModel *model, const NetOptions *options, NetError *error) {
    NetTrainer trainer;
    int status = run(&trainer, model, options, error);
    net_trainer_free(&trainer);
    return status;
}

/* One run for each seed. A diverged one and one that does not meet --require do not end it: their line is printed here,
 * and the worse status is the whole command's. */
static int run_seeds(const NetModel *model, const NetOptions *options, NetError *error) {
    NetSeeds *seeds = net_seeds_new(model, options, error);
    int status = NET_OK;
    bool go_on = seeds != NULL;
    for (int64_t seed = options->seed_first; go_on && seed <= options->seed_last; seed++) {
        NetTrainer trainer;
        NetOptions one = *options;
        one.value[model->known[NET_KNOWN_SEED]] = (double)seed;
        int ended = run(&trainer, model, &one, error);
        net_seeds_add(seeds, &trainer);
        net_trainer_free(&trainer);
        go_on = ended == NET_OK || ended == NET_MODEL || ended == NET_REQUIRE;
        if (go_on && ended != NET_OK) {
            net_print_message(stderr, options->program, "seed %" PRId64 ": %s", seed, error->text);
            *error = (NetError){.status = NET_OK};
        }
        if (ended > 128 && seed < options->seed_last) {
            net_print_message(stderr, options->program,
                              "--seeds %" PRId64 "-%" PRId64 " trains the seeds that are left", seed + 1,
                              options->seed_last);
        }
        status = ended == NET_OK || (status == NET_MODEL && ended == NET_REQUIRE) ? status : ended;
    }
    bool reported = status == NET_OK || status == NET_MODEL || status == NET_REQUIRE || status > 128;
    if (seeds == NULL || (reported && !net_seeds_finish(seeds, error))) {
        status = error->status;
    }
    net_seeds_free(seeds);
    return status;
}

int net_trainer_main(int argc, char **argv, const NetCode *code) {
    NetError error = {0};
    NetModel model;
    NetOptions options;
    int status = NET_OK;
    const char *program = net_options_program(argc > 0 ? argv[0] : "trainer");
    net_streams_open();
    if (!net_model_decode(code, &model, &error)) {
        net_print_message(stderr, program, "%s", error.text);
        return error.status;
    }
    NetCommand command = net_options_parse(argc, argv, &model, &options, &error);
    if (command == NET_COMMAND_WRONG) {
        status = error.status;
    } else if (command == NET_COMMAND_TRAIN && code->self == NULL && !net_processor_check(model.needs, &error)) {
        status = error.status;
    } else if (command == NET_COMMAND_TRAIN) {
        net_signals_end();
        status = options.given[NET_OPTION_SEEDS] ? run_seeds(&model, &options, &error)
                 : model.compiled.members > 1    ? net_ensemble_run(&model, &options, &error)
                                                 : run_one(&model, &options, &error);
    }
    if (status == error.status && status != NET_OK) {
        net_print_message(stderr, program, "%s", error.text);
    }
    if (!net_streams_close(&error) && status == NET_OK) {
        net_print_message(stderr, program, "%s", error.text);
        status = NET_ENVIRONMENT;
    }
    net_model_free(&model);
    return status;
}
