#include "runtime/data/table_rows.h"

#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/cache.h"

typedef struct {
    NetTable *table;
    const NetTableWish *wish;
    NetClassNames *names;
    NetDataFile *file;
    int64_t count; /* rows that are done */
    size_t room;   /* that there is memory for, of what they are to give */
} Making;

/* ---- rows ---- */

static bool enlarge(void **memory, size_t rows, size_t row_bytes, NetError *error) {
    size_t bytes;
    void *larger = net_multiply(rows, row_bytes, &bytes) ? realloc(*memory, bytes) : NULL;
    if (larger == NULL) return net_fail(error, NET_ENVIRONMENT, "out of memory: %zu rows of a table", rows);
    *memory = larger;
    return true;
}

/* Room for what one more row is to give. */
static bool reserve(Making *making, NetError *error) {
    enum { FIRST = 256 };
    NetTargetKind target = making->wish->target;
    NetDataFile *file = making->file;
    if ((size_t)making->count < making->room) return true;
    size_t wanted = making->room == 0 ? FIRST : 2 * making->room;
    void *label = file->labels, *value = file->targets;
    size_t values = making->table->columns->targets * sizeof *file->targets;
    bool ok = (target != NET_TARGET_CLASS || enlarge(&label, wanted, sizeof *file->labels, error)) &&
              (target != NET_TARGET_VALUES || enlarge(&value, wanted, values, error));
    file->labels = label;
    file->targets = value;
    if (ok) making->room = wanted;
    return ok;
}

static bool read_target(const Making *making, NetError *error) {
    const NetTable *table = making->table;
    const NetTableWish *wish = making->wish;
    size_t row = (size_t)making->count, targets = table->columns->targets;
    if (wish->target == NET_TARGET_CLASS)
        return table->chosen ? net_table_meet(table, making->names, &making->file->labels[row], error)
                             : net_table_class(table, &wish->classes, making->names, &making->file->labels[row], error);
    for (size_t i = 0; wish->target == NET_TARGET_VALUES && i < targets; i++)
        if (!net_table_value(table, i, &making->file->targets[row * targets + i], error)) return false;
    return true;
}

static bool read_rows(Making *making, float *x, NetCacheSink *sink, NetError *error) {
    NetTable *table = making->table;
    const char *path = table->csv.stream->path;
    for (bool more = true;; making->count++) {
        if (!net_table_next(table, x, &more, error)) return false;
        if (!more) break;
        if (making->count == INT32_MAX)
            return net_fail(error, NET_ENVIRONMENT, "%s: more than %d rows", path, INT32_MAX);
        if (!reserve(making, error) || !read_target(making, error) || !net_cache_add(sink, x, 1, error)) return false;
    }
    return making->count > 0 || net_fail(error, NET_ENVIRONMENT, "%s has no rows below its names [short-file]", path);
}

static bool make_rows(void *context, NetCacheSink *sink, NetError *error) {
    Making *making = context;
    const NetTableWish *wish = making->wish;
    float *x = net_alloc(making->table->columns->inputs, sizeof *x, error);
    bool ok = x != NULL && read_rows(making, x, sink, error);
    if (ok && making->table->chosen && wish->target == NET_TARGET_CLASS)
        ok = net_table_settle(making->table, &wish->classes, making->names, making->file->labels, making->count, error);
    free(x);
    return ok;
}

/* ---- what a file must begin with ---- */

static bool check_targets(const NetTable *table, const NetTableWish *wish, NetError *error) {
    char shown[NET_COLUMN_SHOWN];
    return wish->target == NET_TARGET_NONE || table->places.targets ||
           net_fail(error, NET_ENVIRONMENT, "%s has no column %s [unknown-column]", table->csv.stream->path,
                    net_columns_shown(table->columns, table->columns->target[0], shown));
}

/* What makes columns and input agree: ignored are those that are so already, and those of texts. */
static void advise(NetTable *table, const NetTableWish *wish, char *out, size_t size) {
    const NetColumns *columns = table->columns;
    bool values = net_table_peek(table);
    char list[256] = "", text[NET_COLUMN_SHOWN];
    size_t texts = 0, used = 0;
    bool many = false; /* too many to be listed */
    for (size_t i = 0; values && i < columns->count && !many; i++) {
        bool found = net_table_is_text(table, i);
        texts += found;
        if (!found && columns->role[i] != NET_COLUMN_IGNORED) continue;
        const char *written = net_columns_written(columns, i, text);
        many = used + strlen(written) + 3 > sizeof list;
        if (!many) used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", written);
    }
    size_t left = columns->inputs - texts;
    if (many || texts == 0 || left == 0)
        snprintf(out, size, "write 'input %zu', or name columns in ignore=[…]", columns->inputs);
    else if ((int64_t)left == wish->inputs)
        snprintf(out, size, "texts are no inputs: write 'ignore=[%s]'", list);
    else
        snprintf(out, size, "texts are no inputs: write 'ignore=[%s]' and 'input %zu'", list, left);
}

static bool check_inputs(NetTable *table, const NetTableWish *wish, NetError *error) {
    char have[NET_COUNT_TEXT], want[NET_COUNT_TEXT], advice[512];
    size_t inputs = table->columns->inputs;
    if ((int64_t)inputs == wish->inputs) return true;
    advise(table, wish, advice, sizeof advice);
    return net_fail(error, NET_ENVIRONMENT, "%s has %s column%s for inputs, input is %s; %s [image-size]",
                    table->csv.stream->path, net_count(have, inputs), net_plural(inputs),
                    net_count(want, (uint64_t)wish->inputs), advice);
}

static bool begin(NetTable *table, NetStream *stream, const NetTableWish *wish, NetColumns *columns, NetError *error) {
    return net_table_begin(table, stream, &wish->form, columns, error) && check_inputs(table, wish, error) &&
           check_targets(table, wish, error);
}

/* ---- a file ---- */

enum { FORM = SHA256_DIGEST_STRING_LENGTH + 8 };

/* All that decides what rows of bytes become: where columns are, and the classes there are. */
static const char *form_of(const NetTable *table, const NetTableWish *wish, const NetClassNames *names,
                           char out[FORM]) {
    SHA2_CTX context;
    char digits[SHA256_DIGEST_STRING_LENGTH];
    const NetColumns *columns = table->columns;
    const uint64_t about[] = {(unsigned char)wish->form.separator,
                              table->begun,
                              wish->target,
                              columns->inputs,
                              columns->targets,
                              table->chosen,
                              (uint64_t)names->count};
    SHA256Init(&context);
    SHA256Update(&context, (const uint8_t *)about, sizeof about);
    for (size_t i = 0; i < columns->inputs + columns->targets; i++) {
        uint64_t place = table->places.at[i];
        SHA256Update(&context, (const uint8_t *)&place, sizeof place);
    }
    for (int64_t i = 0; i < names->count; i++)
        SHA256Update(&context, (const uint8_t *)names->at[i].name, strlen(names->at[i].name) + 1);
    SHA256End(&context, digits);
    snprintf(out, FORM, "csv %s", digits);
    return out;
}

static bool get_rows(Making *making, NetError *error) {
    char form[FORM];
    const NetTableWish *wish = making->wish;
    const NetColumns *columns = making->table->columns;
    const int64_t inputs = (int64_t)columns->inputs;
    bool class = wish->target == NET_TARGET_CLASS;
    const NetCacheWish rows = {.paths = &making->table->csv.stream->path,
                               .count = 1,
                               .form = form_of(making->table, wish, making->names, form),
                               .type = NET_ROWS_F32,
                               .rank = 1,
                               .shape = &inputs,
                               .classes = class ? wish->classes.count : 0,
                               .targets = wish->target == NET_TARGET_VALUES ? (int64_t)columns->targets : 0,
                               .names = class && making->table->chosen ? making->names : NULL};
    return net_cache_rows(&rows, make_rows, making, making->file, error);
}

bool net_table_read(NetDataFile *file, const char *path, const NetTableWish *wish, NetColumns *columns,
                    NetClassNames *names, NetError *error) {
    NetStream stream;
    NetTable table;
    Making making = {.table = &table, .wish = wish, .names = names, .file = file};
    if (!net_stream_open(&stream, path, error)) return false;
    bool ok = begin(&table, &stream, wish, columns, error) && get_rows(&making, error);
    net_table_end(&table);
    net_stream_close(&stream);
    return ok;
}

bool net_table_check(const char *path, const NetTableWish *wish, NetColumns *columns, NetError *error) {
    NetStream stream;
    NetTable table;
    if (!net_stream_open(&stream, path, error)) return false;
    bool ok = begin(&table, &stream, wish, columns, error);
    net_table_end(&table);
    net_stream_close(&stream);
    return ok;
}
