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
extern bool net_events_histogram(NetAppend *file, int64_t step, const char *tag, const NetHistogram *histogram,
                                 NetError *error) __attribute__((weak));

NetCsvFile net_csv_of(NetSubjectName subject) { return (NetCsvFile)(NET_CSV_SUBJECTS + (int)subject); }

/* Of a file that has rows of its own; NULL: it is none of a subject. */
static const NetSubject *subject_of(NetCsvFile file) {
    return file >= NET_CSV_SUBJECTS ? &net_subjects[file - NET_CSV_SUBJECTS] : NULL;
}

const char *net_csv_name(NetCsvFile file, char out[NET_CSV_NAME]) {
    const NetSubject *subject = subject_of(file);
    if (file == NET_CSV_EVENTS) {
        return "events.out.tfevents.netc";
    }
    snprintf(out, NET_CSV_NAME, "%s.csv", subject != NULL ? subject->word : "epochs");
    return out;
}

/* The prefix of the tags that its columns have in event files; NULL: they are no curves. */
static const char *prefix_of(NetCsvFile file) { return file == NET_CSV_EPOCHS ? "" : subject_of(file)->prefix; }

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
    return file == NET_CSV_EPOCHS ? csv->epochs : subject_of(file)->header;
}

static bool begin(NetCsv *csv, NetCsvFile file, NetError *error) {
    if (file == NET_CSV_EVENTS) {
        return net_events_begin(csv->file[file], error);
    }
    const char *header = header_of(csv, file);
    return net_append_write(csv->file[file], header, strlen(header), error);
}

bool net_csv_open(NetCsv *csv, const char *folder, const bool used[NET_CSV_FILES], const int64_t lengths[NET_CSV_FILES],
                  const char *const *scores, int count, NetError *error) {
    char name[NET_CSV_NAME];
    *csv = (NetCsv){0};
    name_figures(csv, scores, count);
    if (used[NET_CSV_EVENTS] && net_events_begin == NULL) {
        return net_fail(
            error, NET_ENVIRONMENT,
            "log formats=[csv, tensorboard] needs protobuf-c: link the trainer with -Wl,-u,net_events_begin and "
            "-lprotobuf-c, or let netc link it");
    }
    for (int i = 0; i < NET_CSV_FILES && lengths != NULL; i++) { /* all of them, before the first one is cut back */
        char *path = used[i] ? net_path_join(folder, net_csv_name((NetCsvFile)i, name), error) : NULL;
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
        char *path = net_path_join(folder, net_csv_name((NetCsvFile)i, name), error);
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
        char name[NET_CSV_NAME];
        return net_fail(error, NET_ENVIRONMENT, "%s: a row has more than %zu bytes", net_csv_name(file, name),
                        sizeof row->text);
    }
    row->text[row->length - 1] = '\n'; /* in place of the last cell's comma */
    const char *prefix = prefix_of(file);
    NetAppend *events = prefix != NULL ? csv->file[NET_CSV_EVENTS] : NULL;
    bool ok = net_append_write(csv->file[file], row->text, row->length, error) &&
              (events == NULL || net_events_row(events, prefix, header_of(csv, file), row->text, error));
    row->length = 0;
    return ok;
}

bool net_csv_histogram(NetCsv *csv, int64_t step, const char *layer, const char *of, const NetHistogram *histogram,
                       NetError *error) {
    NetAppend *events = csv->file[NET_CSV_EVENTS];
    NetCsvRow row = {.length = 0};
    for (int i = 0; i < histogram->bins; i++) {
        net_csv_integer(&row, step);
        net_csv_text(&row, layer);
        net_csv_text(&row, of);
        net_csv_number(&row, histogram->edge[i]);
        net_csv_number(&row, histogram->edge[i + 1]);
        net_csv_integer(&row, histogram->count[i]);
        if (!net_csv_write(csv, net_csv_of(NET_SUBJECT_HISTOGRAMS), &row, error)) {
            return false;
        }
    }
    snprintf(row.text, sizeof row.text, "%s/%s", of, layer);
    return histogram->bins == 0 || events == NULL || net_events_histogram(events, step, row.text, histogram, error);
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
