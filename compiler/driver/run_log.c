#include "compiler/driver/run_log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/base/atomic.h"

enum { LOG_LIMIT = 1 << 30 };

const char *const run_log_sources[] = {"probe", "epoch", "batch", NULL};

/* The cells of a line, `count` of them: what is more is left out, what is less is "". Ends them in place. */
static void cut(char *line, size_t count, const char **cells) {
    for (size_t i = 0; i < count; i++) {
        cells[i] = line;
        line += strcspn(line, ",");
        if (*line == ',') {
            *line++ = '\0';
        }
    }
    line[0] = '\0';
}

static size_t count_of(const char *text, char wanted) {
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += *text == wanted;
    }
    return count;
}

void run_log_read(Arena *arena, const Run *run, const char *file, RunLog *log) {
    const char *path = arena_format(arena, "%s/%s", run->folder, file);
    struct stat info;
    size_t size = 0;
    *log = (RunLog){.rows = 0};
    bool regular = stat(path, &info) == 0 && S_ISREG(info.st_mode);
    char *read = regular ? net_file_read(path, LOG_LIMIT, &size, NULL) : NULL;
    char *text = read != NULL && strlen(read) == size ? arena_copy(arena, read, size) : NULL;
    free(read);
    char *end = text == NULL ? NULL : strrchr(text, '\n');
    if (end == NULL) {
        return;
    }
    *end = '\0';
    size_t lines = count_of(text, '\n'); /* behind the first */
    char *line = text, *next = strchr(line, '\n');
    if (next != NULL) {
        *next = '\0';
    }
    size_t columns = count_of(line, ',') + 1;
    const char **titles = NEW_ARRAY(arena, const char *, columns);
    cut(line, columns, titles);
    for (size_t i = 0; i < columns; i++) {
        vec_push(arena, &log->columns, titles[i]);
    }
    log->cells = NEW_ARRAY(arena, const char *, lines *columns + 1);
    for (; next != NULL; log->rows++) {
        line = next + 1;
        next = strchr(line, '\n');
        if (next != NULL) {
            *next = '\0';
        }
        cut(line, columns, log->cells + log->rows * columns);
    }
}

int run_log_column(const RunLog *log, const char *name) {
    for (size_t i = 0; i < log->columns.count; i++) {
        if (string_is(log->columns.at[i], name)) {
            return (int)i;
        }
    }
    return -1;
}

const char *run_log_text(const RunLog *log, size_t row, int column) {
    return column < 0 ? "" : log->cells[row * log->columns.count + (size_t)column];
}

double run_log_number(const RunLog *log, size_t row, int column) {
    const char *text = run_log_text(log, row, column);
    char *end = NULL;
    double number = strtod(text, &end);
    return end != text && *end == '\0' ? number : (double)NAN;
}
