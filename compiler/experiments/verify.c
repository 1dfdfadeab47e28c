#include "compiler/experiments/verify.h"

#include <stdlib.h>

#include "compiler/driver/link.h"
#include "compiler/driver/report.h"
#include "compiler/experiments/row_file.h"
#include "compiler/experiments/training.h"

typedef VEC(RowFile) Files;

/* The first training of a row that has come through its first epoch. */
static const json_t *trained(const RowFile *file) {
    size_t index;
    json_t *training;
    json_array_foreach(file->trainings, index, training) {
        if (json_is_string(json_object_get(training, "weights_sha256_epoch_1"))) {
            return training;
        }
    }
    return NULL;
}

static bool read_files(Plan *plan, Files *files) {
    for (size_t i = 0; i < plan->experiments.count; i++) {
        const Experiment *experiment = plan->experiments.at[i];
        for (size_t k = 0; k < experiment->row_count; k++) {
            RowFile file;
            if (!row_file_open(plan, experiment, &experiment->rows[k], true, &file)) {
                return false;
            }
            if (trained(&file) != NULL) {
                vec_push(plan->arena, files, file);
            } else {
                row_file_close(&file);
            }
        }
    }
    return true;
}

/* Why a key is another one. */
static const char *what_differs(const RowFile *file, const Setup *setup) {
    const char *data = json_string_value(json_object_get(file->root, "data_sha256"));
    const char *order = json_string_value(json_object_get(file->root, "order_hash"));
    return !string_is(data, setup->data_hash)     ? "the data are others"
           : !string_is(order, setup->order_hash) ? "sums are added in another order"
                                                  : "the model or its settings are others";
}

/* Prints what a row comes to now. */
static int verify(Plan *plan, const RowFile *file) {
    const json_t *training = trained(file);
    int64_t seed = json_integer_value(json_object_get(training, "seed"));
    double rate = json_number_value(json_object_get(training, "rate"));
    const char *stored = json_string_value(json_object_get(training, "weights_sha256_epoch_1"));
    int status = STATUS_OK;
    Setup setup;
    if (!setup_open(plan, file->row, &setup, &status)) {
        return status;
    }
    printf("%s %s, seed %lld: ", file->experiment->name, file->row->name, (long long)seed);
    fflush(stdout);
    if (!string_is(json_string_value(json_object_get(training, "key")), setup_key(plan->arena, &setup, seed, rate))) {
        printf("cannot be compared: %s now\n", what_differs(file, &setup));
        status = STATUS_MODEL;
    } else {
        const char *found = training_first(plan, &setup, seed, rate, &status);
        if (found == NULL) {
            printf("not trained\n");
        } else if (string_is(found, stored)) {
            printf("the same, %.16s\n", found);
        } else {
            printf("differs: %.16s, stored %.16s\n", found, stored);
            status = STATUS_MODEL;
        }
    }
    setup_close(&setup);
    return status;
}

int verify_rows(Plan *plan, int64_t count) {
    Files files = {0};
    int worst = read_files(plan, &files) ? STATUS_OK : STATUS_ENVIRONMENT;
    if (worst == STATUS_OK && files.count == 0) {
        worst = report_environment("%s: holds no results of these experiments that an epoch could be compared with; "
                                   "without --verify they are trained",
                                   plan->folder);
    }
    size_t rows = (size_t)count < files.count ? (size_t)count : files.count;
    for (size_t i = 0; i < rows && worst <= STATUS_MODEL; i++) {
        int status = verify(plan, &files.at[i * files.count / rows]);
        worst = status > worst ? status : worst;
    }
    for (size_t i = 0; i < files.count; i++) {
        row_file_close(&files.at[i]);
    }
    return worst;
}
