/* libFuzzer target: files given to an inference binary: NPY, IDX and bare floats as images, NPY and IDX as labels.
 *
 * The first byte chooses the network's input and what the file is read as; the rest is the file. What is handed out
 * must be finite floats, as many as promised; what is not read must leave one line without a control character. */
#include "tests/fuzz/infer.h"

#include "runtime/data/label_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > FUZZ_MAX_SIZE) return -1;
    char path[32];
    int file = fuzz_file(data + 1, size - 1, path);
    if ((data[0] & 3) == 3) {
        NetLabels labels;
        NetError error = {0};
        const NetLabelForm form = {
            .source = {.path = path}, .classes = {data[0] >> 2, data[0] >> 2}, .input = &fuzz_inputs[0]};
        net_labels_file(path);
        if (net_labels_read(&labels, &form, &error)) {
            for (int64_t i = 0; i < labels.count && form.classes.count > 0; i++) /* without any they are not checked */
                fuzz_require(labels.at[i] < form.classes.count, "labels are in range");
            net_labels_free(&labels);
        } else {
            fuzz_check_error(&error);
        }
    } else {
        fuzz_images(path, &fuzz_inputs[data[0] >> 2 & 3], (data[0] & 3) == 2);
    }
    close(file);
    return 0;
}
