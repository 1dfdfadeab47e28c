#include "runtime/log/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/log/crc32c.h"
#include "runtime/log/tfevents.pb-c.h"

enum { VALUES_MAX = 32, TAG = 1100 /* beyond what a row holds */, LENGTH = 8, CHECKSUM = 4 };

typedef struct {
    Tfevents__Summary__Value value[VALUES_MAX], *list[VALUES_MAX];
    char tag[VALUES_MAX][TAG];
    size_t count;
    int64_t step;
    const char *of; /* what the row is of, a layer's name in its text; NULL: the run */
    int of_length;
    const char *kind; /* what the figures are of besides, in its text; NULL: the usual */
    int kind_length;
} Row;

static void store(unsigned char *to, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++) {
        to[i] = (unsigned char)(value >> (8 * i));
    }
}

/* TFRecord's: a checksum of data that hold checksums of their own would be weak. */
static uint32_t masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + UINT32_C(0xa282ead8); }

/* length, its checksum, the message, its checksum; little end first. */
static bool write_record(NetAppend *file, Tfevents__Event *event, NetError *error) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    event->has_wall_time = true;
    event->wall_time = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    size_t size = tfevents__event__get_packed_size(event);
    unsigned char *record = net_alloc(LENGTH + CHECKSUM + size + CHECKSUM, 1, error);
    if (record == NULL) {
        return false;
    }
    unsigned char *message = record + LENGTH + CHECKSUM;
    tfevents__event__pack(event, message);
    store(record, size, LENGTH);
    store(record + LENGTH, masked(net_crc32c(record, LENGTH)), CHECKSUM);
    store(message + size, masked(net_crc32c(message, size)), CHECKSUM);
    bool ok = net_append_write(file, record, LENGTH + CHECKSUM + size + CHECKSUM, error);
    free(record);
    return ok;
}

bool net_events_begin(NetAppend *file, NetError *error) {
    Tfevents__Event event = TFEVENTS__EVENT__INIT;
    char version[] = "brain.Event:2";
    event.file_version = version;
    return write_record(file, &event, error);
}

static bool is(const char *column, size_t length, const char *name) {
    return strlen(name) == length && memcmp(column, name, length) == 0;
}

/* What a row is of, and when; true: the column is no figure. */
static bool take_key(Row *row, const char *column, size_t length, const char *cell, size_t size) {
    if (is(column, length, "step")) {
        row->step = strtoll(cell, NULL, 10);
    } else if (is(column, length, "of") || is(column, length, "source")) {
        bool told = is(column, length, "of") || is(cell, size, "probe");
        row->kind = told ? cell : NULL;
        row->kind_length = told ? (int)size : 0;
    } else if (is(column, length, "layer")) {
        row->of = cell;
        row->of_length = (int)size;
    } else {
        return is(column, length, "epoch");
    }
    return true;
}

/* "delta_norm/conv1"; "train_cost" is of a part: "cost/train". */
static void write_tag(char tag[TAG], const char *prefix, const char *column, size_t length, const Row *row) {
    static const char *const parts[] = {"train_", "validation_"};
    const char *of = row->of;
    int of_length = row->of_length;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t part = strlen(parts[i]);
        if (length > part && memcmp(column, parts[i], part) == 0) {
            of = column;
            of_length = (int)part - 1;
            column += part;
            length -= part;
        }
    }
    snprintf(tag, TAG, "%s%.*s%s%.*s%s%.*s", prefix, (int)length, column, row->kind != NULL ? "_" : "",
             row->kind_length, row->kind != NULL ? row->kind : "", of != NULL ? "/" : "", of_length,
             of != NULL ? of : "");
}

bool net_events_row(NetAppend *file, const char *prefix, const char *header, const char *text, NetError *error) {
    Row row = {.count = 0};
    Tfevents__Summary summary = TFEVENTS__SUMMARY__INIT;
    Tfevents__Event event = TFEVENTS__EVENT__INIT;
    const char *column = header;
    const char *cell = text;
    for (bool more = true; more && row.count < VALUES_MAX;) {
        size_t length = strcspn(column, ",\n");
        size_t size = strcspn(cell, ",\n");
        if (!take_key(&row, column, length, cell, size) && size > 0) {
            Tfevents__Summary__Value *value = &row.value[row.count];
            tfevents__summary__value__init(value);
            write_tag(row.tag[row.count], prefix, column, length, &row);
            value->tag = row.tag[row.count];
            value->has_simple_value = true;
            value->simple_value = strtof(cell, NULL);
            row.list[row.count++] = value;
        }
        more = column[length] == ',' && cell[size] == ',';
        column += length + 1;
        cell += size + 1;
    }
    summary.n_value = row.count;
    summary.value = row.list;
    event.has_step = true;
    event.step = row.step;
    event.summary = &summary;
    return row.count == 0 || write_record(file, &event, error);
}

bool net_events_histogram(NetAppend *file, int64_t step, const char *tag, const NetHistogram *histogram,
                          NetError *error) {
    Tfevents__HistogramProto histo = TFEVENTS__HISTOGRAM_PROTO__INIT;
    Tfevents__Summary__Value value = TFEVENTS__SUMMARY__VALUE__INIT, *list[] = {&value};
    Tfevents__Summary summary = TFEVENTS__SUMMARY__INIT;
    Tfevents__Event event = TFEVENTS__EVENT__INIT;
    double limit[NET_HISTOGRAM_BINS], count[NET_HISTOGRAM_BINS];
    char name[TAG];
    for (int i = 0; i < histogram->bins; i++) {
        limit[i] = histogram->edge[i + 1];
        count[i] = (double)histogram->count[i];
        histo.num += count[i];
    }
    histo.has_min = histo.has_max = histo.has_num = histo.has_sum = histo.has_sum_squares = true;
    histo.min = histogram->edge[0];
    histo.max = histogram->edge[histogram->bins];
    histo.sum = histogram->sum;
    histo.sum_squares = histogram->squares;
    histo.n_bucket_limit = histo.n_bucket = (size_t)histogram->bins;
    histo.bucket_limit = limit;
    histo.bucket = count;
    snprintf(name, sizeof name, "%s", tag);
    value.tag = name;
    value.histo = &histo;
    summary.n_value = 1;
    summary.value = list;
    event.has_step = true;
    event.step = step;
    event.summary = &summary;
    return write_record(file, &event, error);
}
