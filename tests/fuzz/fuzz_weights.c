/* libFuzzer target: --weights, from a file to the buffers of a network: names, --rename and --skip, shapes,
 * conversions, the input's statistics.
 *
 * The bits of the first byte choose options; the rest is the file. What is loaded is finite and lies in its buffers;
 * what is refused leaves one line; notes, about a conversion and about another function, are a line each. */
#include "runtime/train/trainer.h"
#include "tests/fuzz/file.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_SIZE = 1 << 16, PARAMS = 27 + 3 + 60 + 5, STATE = 2 };

/* The network of tests/pytorch/Inputs/stored.net, its input centred and scaled by the data. */
static NetParam tensors[] = {
    {.name = "input.mean",
     .kept = "input_mean",
     .metadata = true,
     .in_state = true,
     .size = 1,
     .dims = 1,
     .shape = {1}},
    {.name = "input.std",
     .kept = "input_std",
     .metadata = true,
     .in_state = true,
     .offset = 1,
     .size = 1,
     .dims = 1,
     .shape = {1}},
    {.name = "conv1.weight", .kept = "conv1.weight", .size = 27, .dims = 4, .shape = {3, 1, 3, 3}},
    {.name = "conv1.bias", .kept = "conv1.bias", .offset = 27, .size = 3, .dims = 1, .shape = {3}},
    {.name = "fc.weight", .kept = "fc.weight", .offset = 30, .size = 60, .dims = 2, .shape = {5, 12}},
    {.name = "fc.bias", .kept = "fc.bias", .offset = 90, .size = 5, .dims = 1, .shape = {5}},
};

static const char network[] =
    "[{\"name\":\"input\",\"kind\":\"input\",\"use\":{\"shape\":\"1x12x10\",\"mean\":\"data\",\"std\":\"data\"}},"
    "{\"name\":\"conv1\",\"kind\":\"conv\",\"from\":\"input\",\"use\":{\"maps\":\"3\",\"activation\":\"relu\"}},"
    "{\"name\":\"pool1\",\"kind\":\"pool\",\"from\":\"conv1\",\"use\":{\"method\":\"max\"}},"
    "{\"name\":\"fc\",\"kind\":\"dense\",\"from\":\"pool1\",\"use\":{\"units\":\"5\"}}]";

static const char *const renames[] = {"module=", "0=conv1", "fc=out", "a.b=fc", "conv1=fc"};
static const char *const skips[] = {"fc", "norm", "conv1"};

static NetOptions make_options(unsigned bits, const char *path) {
    NetOptions options = {.program = "fuzz", .run_dir = "/nonexistent", .weights = path};
    for (size_t i = 0; i < sizeof renames / sizeof *renames; i++, bits >>= 1) {
        if ((bits & 1) != 0) options.rename.at[options.rename.count++] = renames[i];
    }
    for (size_t i = 0; i < sizeof skips / sizeof *skips; i++, bits >>= 1) {
        if ((bits & 1) != 0) options.skip.at[options.skip.count++] = skips[i];
    }
    return options;
}

/* Loads with the notes caught in *notes, which the caller frees. */
static bool load(NetTrainer *trainer, char **notes, NetError *error) {
    FILE *kept = stderr;
    size_t length = 0;
    stderr = open_memstream(notes, &length);
    if (stderr == NULL) abort();
    bool ok = net_trainer_load_weights(trainer, error);
    fclose(stderr);
    stderr = kept;
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > MAX_SIZE) return -1;
    tensors[0].init.kind = tensors[1].init.kind = NET_INIT_DATA;
    NetModel model = {.name = "fuzz",
                      .text = "",
                      .tensors = sizeof tensors / sizeof *tensors,
                      .tensor = tensors,
                      .network = json_loads(network, 0, NULL)};
    require(model.network != NULL, "the network can be read");
    float *param = calloc(PARAMS, sizeof *param), *state = calloc(STATE, sizeof *state);
    if (param == NULL || state == NULL) abort();
    char path[32];
    int file = open_bytes(path, data + 1, size - 1);
    NetError error = {0};
    NetTrainer trainer = {.model = &model, .options = make_options(data[0], path), .param = param, .state = state};
    trainer.progress = net_progress_new(&model, true, false, -1, &error);
    require(trainer.progress != NULL, "there is memory");
    char *notes = NULL;
    if (!load(&trainer, &notes, &error)) {
        bool usage = error.status == NET_USAGE && trainer.options.rename.count > 0; /* of a layer that there is not */
        usage ? check_line(error.text) : check_error(&error);
    }
    if (error.status == NET_OK) {
        for (int i = 0; i < PARAMS; i++) require(isfinite(param[i]), "weights are finite");
        for (int i = 0; i < STATE; i++) require(isfinite(state[i]), "statistics are finite");
        require(state[1] >= 0, "a deviation is not negative");
    }
    int lines = 0;
    for (char *note = notes, *end; *note != '\0'; note = end + 1, lines++) {
        end = strchr(note, '\n');
        require(end != NULL && lines < 2, "there is a note of either sort");
        *end = '\0';
        check_line(note);
    }
    free(notes);
    net_progress_free(trainer.progress);
    json_decref(model.network);
    free(param);
    free(state);
    close(file);
    return 0;
}
