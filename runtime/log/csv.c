#include "runtime/log/csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/log/events.h"

/* NULL in a program that is linked without protobuf-c. */
extern bool net_events_begin(NetAppend *file, NetError *error) __attribute__((weak));
extern bool net_events_row(NetAppend *file, const char *prefix, const char *header, const char *row, NetError *error)
    __attribute__((weak));

/* prefix: of the tags that its columns have in event files; NULL: they are too many for curves. */
static const struct {
    const char *name, *header, *prefix;
} files[NET_CSV_FILES] = {
    [NET_CSV_EPOCHS] = {"epochs.csv", NULL, ""}, /* its header is NetCsv.epochs */
    [NET_CSV_GRADIENTS] = {"gradients.csv",
                           "step,epoch,source,layer,delta_norm,delta_rms,weight_grad_norm,"
                           "weight_grad_max,weight_norm,update_ratio,saturated,dead\n",
                           ""},
    [NET_CSV_NEURONS] = {"neurons.csv", "step,layer,neuron,delta\n", NULL},
    [NET_CSV_WEIGHTS] = {"weights.csv", "step,layer,mean,sd,min,max,zero\n", "weights_"},
    [NET_CSV_STEPS] = {"steps.csv", "step,epoch,rate,cost,gradient_norm,clipped\n", "step_"},
    [NET_CSV_EVENTS] = {"events.out.tfevents.netc", NULL, NULL},
};

const char *net_csv_name(NetCsvFile file) { return files[file].name; }

/* The columns of the figures, the first of which is the cost. */
static void name_figures(NetCsv *csv, const char *const *figures, int count) {
    char *at = csv->epochs, *end = at + sizeof csv->epochs;
    at += snprintf(at, sizeof csv->epochs, "epoch,step,seconds,images_per_second,rate,train_%s,penalty", figures[0]);
    for (int i = 1; i < 2 * count; i++) {
        at += snprintf(at, (size_t)(end - at), ",%s_%s", i < count ? "train" : "validation", figures[i % count]);
    }
    snprintf(at, (size_t)(end - at), "\n");
}

static const char *header_of(const NetCsv *csv, NetCsvFile file) {
    return file == NET_CSV_EPOCHS ? csv->epochs : files[file].header;
}

static bool begin(NetCsv *csv, NetCsvFile file, NetError *error) {
    const char *header = header_of(csv, file);
    return file == NET_CSV_EVENTS ? net_events_begin(csv->file[file], error)
                                  : net_append_write(csv->file[file], header, strlen(header), error);
}

bool net_csv_open(NetCsv *csv, const char *folder, const bool used[NET_CSV_FILES], const int64_t lengths[NET_CSV_FILES],
                  const char *const *scores, int count, NetError *error) {
    *csv = (NetCsv){0};
    name_figures(csv, scores, count);
    if (used[NET_CSV_EVENTS] && net_events_begin == NULL) {
        return net_fail(
            error, NET_ENVIRONMENT,
            "log formats=[csv, tensorboard] needs protobuf-c: link the trainer with -Wl,-u,net_events_begin and "
            "-lprotobuf-c, or let netc link it");
    }
    for (int i = 0; i < NET_CSV_FILES && lengths != NULL; i++) { /* all of them, before the first one is cut back */
        char *path = used[i] ? net_path_join(folder, files[i].name, error) : NULL;
        bool ok = !used[i] || (path != NULL && net_append_check(path, lengths[i], error));
        free(path);
        if (!ok) {
            return false;
        }
    }
    for (int i = 0; i < NET_CSV_FILES; i++) {
        if (!used[i]) {
            continue;
        }
        char *path = net_path_join(folder, files[i].name, error);
        int64_t length = lengths != NULL ? lengths[i] : 0;
        csv->file[i] = path != NULL ? net_append_open(path, length, error) : NULL;
        free(path);
        if (csv->file[i] == NULL || (length == 0 && !begin(csv, (NetCsvFile)i, error))) {
            net_csv_close(csv, NULL);
            return false;
        }
    }
    return true;
}

__attribute__((format(printf, 2, 3))) static void add_cell(NetCsvRow *row, const char *format, ...) {
    size_t room = sizeof row->text - row->length;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(row->text + row->length, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= room) {
        row->cut = true;
    } else {
        row->length += (size_t)length;
    }
}

void net_csv_text(NetCsvRow *row, const char *text) { add_cell(row, "%s,", text); }

void net_csv_integer(NetCsvRow *row, int64_t value) { add_cell(row, "%" PRId64 ",", value); }

void net_csv_number(NetCsvRow *row, double value) {
    if (value == 0) {
        add_cell(row, "0,"); /* never -0 */
    } else {
        add_cell(row, "%.9g,", value);
    }
}

void net_csv_empty(NetCsvRow *row) { add_cell(row, ","); }

bool net_csv_write(NetCsv *csv, NetCsvFile file, NetCsvRow *row, NetError *error) {
    if (row->cut || row->length == 0) {
        return net_fail(error, NET_ENVIRONMENT, "%s: a row has more than %zu bytes", files[file].name,
                        sizeof row->text);
    }
    row->text[row->length - 1] = '\n'; /* in place of the last cell's comma */
    NetAppend *events = files[file].prefix != NULL ? csv->file[NET_CSV_EVENTS] : NULL;
    bool ok = net_append_write(csv->file[file], row->text, row->length, error) &&
              (events == NULL || net_events_row(events, files[file].prefix, header_of(csv, file), row->text, error));
    row->length = 0;
    return ok;
}

bool net_csv_flush(NetCsv *csv, NetError *error) {
    for (int i = 0; i < NET_CSV_FILES; i++) {
        if (csv->file[i] != NULL && !net_append_flush(csv->file[i], error)) {
            return false;
        }
    }
    return true;
}

bool net_csv_sync(NetCsv *csv, NetError *error) {
    for (int i = 0; i < NET_CSV_FILES; i++) {
        if (csv->file[i] != NULL && !net_append_sync(csv->file[i], error)) {
            return false;
        }
    }
    return true;
}

int64_t net_csv_length(const NetCsv *csv, NetCsvFile file) {
    return csv->file[file] != NULL ? net_append_length(csv->file[file]) : 0;
}

bool net_csv_close(NetCsv *csv, NetError *error) {
    bool ok = true;
    for (int i = 0; i < NET_CSV_FILES; i++) {
        ok = net_append_close(csv->file[i], ok ? error : NULL) && ok;
        csv->file[i] = NULL;
    }
    return ok;
}
