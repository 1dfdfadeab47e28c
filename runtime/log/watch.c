#include "runtime/log/watch.h"

#include <math.h>
#include <string.h>

#include "runtime/base/wrap.h"

/* Columns of a layer's name, of a bar and of the number behind it; the block's first line and its last. */
enum { NAME_MOST = 24, BAR_MOST = 60, NUMBER = 10, AROUND = 2, MARGINS = 6 };

void net_watch_begin(NetWatch *watch) { *watch = (NetWatch){.decades = NET_DECADES_NONE}; }

static bool is_shown(double speed) { return isfinite(speed); }

static void widen(NetWatch *watch, const NetModel *model, const double *speeds) {
    for (int i = 0; i < model->layers; i++) {
        if (is_shown(speeds[i]) && speeds[i] > 0) {
            net_decades_widen(&watch->decades, log10(speeds[i]));
        }
    }
}

static void add_line(NetWatch *watch, FILE *out, int width) {
    fputs("\033[K\n", out);
    if (watch->lines < NET_WATCH_LINES) {
        watch->width[watch->lines++] = width;
    }
}

static void print_bar(const NetWatch *watch, FILE *out, double speed, int columns) {
    char bar[NET_BAR_TEXT];
    int used = net_decades_bar(&watch->decades, speed > 0 ? log10(speed) : (double)-INFINITY, columns, bar);
    fprintf(out, "%s%*s", bar, columns - used, "");
}

static void print_layer(NetWatch *watch, FILE *out, const char *name, double speed, int name_columns, int columns,
                        const char *color, const char *plain) {
    int bar = columns - name_columns - NUMBER - MARGINS;
    bar = bar < BAR_MOST ? bar : BAR_MOST;
    int cut = (int)strlen(name) > name_columns ? name_columns : (int)strlen(name);
    fprintf(out, "  %.*s%*s  ", cut, name, name_columns - cut, "");
    if (bar > 0) {
        fputs(color, out);
        print_bar(watch, out, speed, bar);
        fputs(plain, out);
    }
    fprintf(out, "  %-*.3g", NUMBER, speed);
    add_line(watch, out, name_columns + (bar > 0 ? bar : 0) + NUMBER + MARGINS);
}

/* Of `count` layers those shown: `first` from the beginning, and so many that the rest comes after a line for the
 * middle. */
static int shown_first(int count, int room) { return count <= room ? count : room / 2; }

void net_watch_print(NetWatch *watch, FILE *out, const NetModel *model, const double *speeds, int columns, int rows,
                     const char *color, const char *plain) {
    int count = 0, names = 0, place = 0, room = rows - AROUND - 1;
    widen(watch, model, speeds);
    room = room < NET_WATCH_LINES - AROUND ? room : NET_WATCH_LINES - AROUND;
    for (int i = 0; i < model->layers; i++) {
        int width = (int)strlen(model->layer[i].name);
        count += is_shown(speeds[i]);
        names = is_shown(speeds[i]) && width > names ? width : names;
    }
    names = names < NAME_MOST ? names : NAME_MOST;
    names = names < (columns - NUMBER - MARGINS - 1) / 2 ? names : (columns - NUMBER - MARGINS - 1) / 2;
    if (count == 0 || room < 3 || columns < NUMBER + 12 || watch->decades.low > watch->decades.high) {
        return;
    }
    char title[96], scale[NET_DECADES_TEXT];
    int first = shown_first(count, room), last = count <= room ? 0 : room - first - 1;
    int width = snprintf(title, sizeof title, "speed of learning, delta_rms from %s",
                         net_decades_text(&watch->decades, " to ", scale));
    width = width < columns - 1 ? width : columns - 1;
    fprintf(out, "%.*s", width, title);
    add_line(watch, out, width);
    for (int i = 0; i < model->layers; i++) {
        if (!is_shown(speeds[i])) {
            continue;
        }
        if (place < first || place >= count - last) {
            print_layer(watch, out, model->layer[i].name, speeds[i], names, columns - 1, color, plain);
        } else if (place == first) {
            width = fprintf(out, "  ... %d more", count - first - last);
            add_line(watch, out, width);
        }
        place++;
    }
}

void net_watch_end(NetWatch *watch, int width) {
    if (watch->lines < NET_WATCH_LINES) {
        watch->width[watch->lines++] = width;
    }
}

void net_watch_return(const NetWatch *watch, FILE *out, int columns) {
    int rows = -1; /* the cursor is on the last one */
    for (int i = 0; i < watch->lines; i++) {
        rows += watch->width[i] > columns && columns > 0 ? (watch->width[i] + columns - 1) / columns : 1;
    }
    if (rows > 0) {
        fprintf(out, "\033[%dA", rows);
    }
}
