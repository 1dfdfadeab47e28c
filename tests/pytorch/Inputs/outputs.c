/* What a network answers: linked with one emitted model and the runtime, in place of the trainer's main().
 *
 *     outputs FOLDER [TRAINER OPTION]...
 *
 * begins a run as a trainer would (so --weights, --rename and --skip do what they do there) and writes, in place of
 * training, the test part's rows to FOLDER/rows and the outputs of the program `predict` for them, floats, to
 * FOLDER/outputs. */
#include "runtime/train/trainer.h"

#include <stdlib.h>

static FILE *create(const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        exit(NET_ENVIRONMENT);
    }
    return file;
}

static bool answer(NetTrainer *trainer, FILE *rows, FILE *outputs, NetError *error) {
    const NetModel *model = trainer->model;
    const NetPass pass = {.part = NET_PART_TEST, .batch = NET_EVAL_BATCH};
    size_t row = (size_t)model->input_size * (model->input_bytes ? 1 : sizeof(float));
    if (!net_loader_start(trainer->loader, &pass, error)) {
        return false;
    }
    for (const NetBatch *batch; (batch = net_loader_next(trainer->loader)) != NULL;) {
        net_trainer_run(trainer, &model->predict, batch);
        fwrite(batch->input, row, (size_t)batch->n, rows);
        fwrite(trainer->values, sizeof(float), (size_t)(batch->n * model->outputs), outputs);
    }
    return true;
}

int main(int argc, char **argv) {
    const NetCode code = {net_abi, net_model, (size_t)net_model_size, net_kernel, NULL};
    NetError error = {0};
    NetModel model = {0};
    NetOptions options;
    NetTrainer trainer = {0};
    if (argc < 2) {
        return NET_USAGE;
    }
    bool ok = net_model_decode(&code, &model, &error) &&
              net_options_parse(argc - 1, argv + 1, &model, &options, &error) == NET_COMMAND_TRAIN &&
              net_trainer_new(&trainer, &model, &options, &error);
    if (ok) {
        FILE *rows = create(argv[1], "rows"), *outputs = create(argv[1], "outputs");
        ok = answer(&trainer, rows, outputs, &error);
        ok = (fclose(rows) == 0) & (fclose(outputs) == 0) && ok;
    }
    if (!ok) {
        fprintf(stderr, "outputs: %s\n", error.text);
    }
    net_trainer_free(&trainer);
    net_model_free(&model);
    return ok ? NET_OK : error.status;
}
