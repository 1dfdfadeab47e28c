/* libFuzzer target: the readers of what users bring along to train on, IDX, NPY and CIFAR, and of safetensors.
 *
 * The first byte chooses the reader; the rest is the file, which lies in memory but has a path. What is read must be as
 * large as it says it is; what is not read must leave one line without a control character. */
#include "runtime/base/safetensors.h"
#include "runtime/data/cifar.h"
#include "runtime/data/examples.h"
#include "runtime/data/label_file.h"
#include "runtime/data/request.h"
#include "tests/fuzz/file.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { READERS = 6, MAX_SIZE = 1 << 16, MAX_ROWS = 1 << 20 };

/* Every byte that is promised is there. */
static unsigned touch(const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++) sum += at[i];
    return sum;
}

static const NetDataRequest requests[] = {
    {.rank = 3, .shape = {1, 4, 4}, .classes = 7, .outputs = 7},
    {.rank = 3, .shape = {3, 4, 4}, .targets = 2},
    {.rank = 1, .shape = {48}},
    {.rank = 3, .shape = {3, 32, 32}, .classes = 10, .outputs = 10},
};

/* A pair of files to train on, of which one is this. */
static void read_examples(const NetDataRequest *request, const NetExampleFiles *files) {
    NetData data = {0};
    NetError error = {0};
    if (net_examples_read(request, files, NET_FILE_TRAIN, &data, &error)) {
        const NetDataFile *file = &data.file[NET_FILE_TRAIN];
        require(file->count > 0 && data.row_bytes > 0, "there are examples");
        touch(file->rows, data.row_bytes * (size_t)file->count);
        for (int64_t i = 0; data.type == NET_ROWS_F32 && i < file->count * data.row_elements; i++) {
            float value;
            memcpy(&value, file->rows + (size_t)i * sizeof value, sizeof value);
            require(isfinite(value), "values are finite");
        }
        require(file->labels != NULL || file->targets != NULL, "something is to be given");
    } else {
        check_error(&error);
    }
    net_data_close(&data);
}

static void read_labels(const NetDataRequest *request, const NetSource *source, const char *only) {
    const NetInput input = net_request_input(request);
    const NetLabelForm form = {
        .source = *source, .only = only, .classes = {request->classes, request->outputs}, .input = &input};
    NetError error = {0};
    NetLabels labels;
    float *targets;
    int64_t count;
    if (request->targets > 0) {
        if (net_targets_read(&form, request->targets, &targets, &count, &error)) {
            for (int64_t i = 0; i < count * request->targets; i++) require(isfinite(targets[i]), "targets are finite");
            free(targets);
        } else {
            check_error(&error);
        }
    } else if (net_labels_read(&labels, &form, &error)) {
        for (int64_t i = 0; request->classes > 0 && i < labels.count; i++)
            require(labels.at[i] < request->classes, "labels are classes");
        net_labels_free(&labels);
    } else {
        check_error(&error);
    }
}

static void read_batch(const NetSource *source) {
    NetData data = {0};
    NetError error = {0};
    if (net_cifar_read(&requests[3], source, 1, NET_FILE_TRAIN, &data, &error))
        touch(data.file[NET_FILE_TRAIN].rows, data.row_bytes * (size_t)data.file[NET_FILE_TRAIN].count);
    else
        check_error(&error);
    net_data_close(&data);
}

static unsigned read_tensors(const char *path, NetError *error) {
    NetSafetensors file;
    if (!net_safetensors_read(path, &file, error)) {
        check_error(error);
        return 0;
    }
    unsigned sum = 0;
    for (size_t i = 0; i < file.count; i++) {
        const NetTensor *tensor = &file.tensors[i];
        int64_t elements = net_tensor_elements(tensor);
        require(elements >= 0 && tensor->rank >= 0 && tensor->rank <= NET_TENSOR_RANK, "a tensor has a shape");
        sum += touch(tensor->data, (size_t)elements * net_type_size(tensor->type));
        require(net_safetensors_find(&file, tensor->name) != NULL, "a tensor is found by its name");
        float *values = elements <= MAX_ROWS ? net_alloc((size_t)elements, sizeof *values, NULL) : NULL;
        if (values != NULL && !net_tensor_floats(&file, tensor, values, elements, error)) check_error(error);
        free(values);
    }
    for (size_t i = 0; i < file.metadata_count; i++)
        require(net_safetensors_metadata(&file, file.metadata[i].key) != NULL, "metadata is found by its key");
    if (!net_safetensors_verify(&file, error)) check_error(error);
    net_safetensors_free(&file);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > MAX_SIZE) return -1;
    NetError error = {0};
    char path[32];
    int file = open_bytes(path, data + 1, size - 1);
    const NetSource on_disk = {.path = path}, in_memory = {.path = "memory", .bytes = data + 1, .size = size - 1};
    const NetDataRequest *request = &requests[data[0] / READERS % (sizeof requests / sizeof *requests)];
    const char *only = data[0] & 128 ? "NPY" : "IDX";
    switch (data[0] % READERS) {
    case 0: read_examples(request, &(NetExampleFiles){.x = on_disk, .only = only}); break;
    case 1: read_labels(request, &on_disk, only); break;
    case 2: read_examples(request, &(NetExampleFiles){.x = in_memory, .only = only, .channels_last = true}); break;
    case 3: read_tensors(path, &error); break;
    case 4: read_examples(request, &(NetExampleFiles){.x = on_disk, .only = only, .channels_last = true}); break;
    default: read_batch(&on_disk); break;
    }
    close(file);
    return 0;
}
