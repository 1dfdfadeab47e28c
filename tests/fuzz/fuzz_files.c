/* libFuzzer target: the readers of what users bring along, idx files and safetensors.
 *
 * The first byte chooses the reader; the rest is the file, which lies in memory but has a path. What is read must be as
 * large as it says it is; what is not read must leave one line without a control character. */
#include "runtime/base/safetensors.h"
#include "runtime/data/idx.h"
#include "tests/fuzz/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { READERS = 4, MAX_SIZE = 1 << 16, MAX_ROWS = 1 << 20 };

/* Every byte that is promised is there. */
static unsigned touch(const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++) sum += at[i];
    return sum;
}

static unsigned read_images(const NetIdxSource *source, NetError *error) {
    NetIdxImages images;
    if (!net_idx_images(source, &images, error)) {
        check_error(error);
        return 0;
    }
    require(images.count > 0 && images.rank >= 1 && images.rank <= NET_DATA_RANK, "images have a rank");
    size_t row = images.type == NET_ROWS_U8 ? 1 : sizeof(float);
    for (int i = 0; i < images.rank; i++) row *= (size_t)images.shape[i];
    require(row == images.row_bytes, "a row has the bytes of its shape");
    unsigned sum = touch(images.rows, row * (size_t)images.count);
    free(images.rows);
    return sum;
}

static unsigned read_labels(const NetIdxSource *source, int64_t count, NetError *error) {
    uint32_t *labels = NULL;
    if (!net_idx_labels(source, count, &labels, error)) {
        check_error(error);
        return 0;
    }
    unsigned sum = touch(labels, (size_t)count * sizeof *labels);
    free(labels);
    return sum;
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
    const NetIdxSource on_disk = {.path = path}, in_memory = {.path = "memory", .bytes = data + 1, .size = size - 1};
    switch (data[0] % READERS) {
    case 0: read_images(&on_disk, &error); break;
    case 1: read_labels(&on_disk, data[1], &error); break;
    case 2: read_images(&in_memory, &error); break;
    default: read_tensors(path, &error); break;
    }
    close(file);
    return 0;
}
