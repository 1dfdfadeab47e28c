#include "runtime/log/progress.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/signals.h"
#include "runtime/base/wrap.h"
#include "runtime/log/watch.h"

#define BAR_INTERVAL 0.1

enum { TEXT = 64, NUMBER = 32, BAR_LEAST = 8, BAR_MOST = 24, LINE_MOST = 80, TAG_WIDTH = 8 };

struct NetProgress {
    const NetModel *model;
    FILE *out;               /* of the lines */
    bool quiet, silent, bar; /* silent: notes are left out, too */
    bool color, bar_color;   /* of the lines, of the bar */
    bool drawn;              /* a bar stands on the terminal's line, below those of `watch` */
    double next;             /* when the bar may be drawn again */
    NetWatch watch;
};

typedef enum { STYLE_DIM, STYLE_BOLD, STYLE_GOOD, STYLE_BAR } Style;

static const char *const style_codes[] = {
    [STYLE_DIM] = "\033[2m", [STYLE_BOLD] = "\033[1m", [STYLE_GOOD] = "\033[32m", [STYLE_BAR] = "\033[36m"};

double net_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool wants_color(FILE *stream, int color) {
    const char *none = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (color != 0) {
        return color > 0;
    }
    return isatty(fileno(stream)) && (none == NULL || *none == '\0') && (term == NULL || strcmp(term, "dumb") != 0);
}

bool net_progress_moves(void) {
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

NetProgress *net_progress_new(const NetModel *model, bool quiet, bool json, int color, NetError *error) {
    NetProgress *progress = net_alloc(1, sizeof *progress, error);
    if (progress == NULL) {
        return NULL;
    }
    progress->model = model;
    progress->out = json ? stderr : stdout;
    progress->quiet = progress->silent = quiet;
    progress->bar = !quiet && net_progress_moves();
    net_watch_begin(&progress->watch);
    progress->color = wants_color(progress->out, color);
    progress->bar_color = wants_color(stderr, color);
    return progress;
}

void net_progress_free(NetProgress *progress) { free(progress); }

static const char *style(const NetProgress *progress, Style which) { return progress->color ? style_codes[which] : ""; }

static const char *plain(const NetProgress *progress) { return progress->color ? "\033[0m" : ""; }

/* Sets the cursor where the bar and what stands above it begin. Where the program was stopped and goes on, the shell
 * has written below them. */
static void return_to_bar(NetProgress *progress, FILE *out) {
    bool resumed = net_signals_resumed();
    if (progress->drawn && !resumed) {
        net_watch_return(&progress->watch, out, net_terminal_width(stderr));
    }
    progress->watch.lines = 0;
    progress->drawn = false;
}

/* Of one line, or of all that follow. */
static const char *erase(int lines) { return lines > 1 ? "\033[J" : "\033[K"; }

void net_progress_clear(NetProgress *progress) {
    if (progress->drawn) {
        int lines = progress->watch.lines;
        return_to_bar(progress, stderr);
        fprintf(stderr, "\r%s", erase(lines));
        fflush(stderr);
        progress->next = lines > 1 ? 0 : progress->next; /* the layers' bars are there all the time */
    }
}

/* The line's first column. */
static void print_tag(NetProgress *progress, const char *tag) {
    net_progress_clear(progress);
    fprintf(progress->out, "%s%-*s%s ", style(progress, STYLE_DIM), TAG_WIDTH - 1, tag, plain(progress));
}

static void end_line(NetProgress *progress) {
    fputc('\n', progress->out);
    fflush(progress->out); /* a line is seen when it is known, in a pipe too */
}

void net_progress_line(NetProgress *progress, const char *tag, const char *format, ...) {
    if (progress->quiet) {
        return;
    }
    print_tag(progress, tag);
    va_list arguments;
    va_start(arguments, format);
    net_vwrap_format(progress->out, TAG_WIDTH, TAG_WIDTH, net_message_width(progress->out), format, arguments);
    va_end(arguments);
    end_line(progress);
}

void net_progress_hush(NetProgress *progress) { progress->quiet = true; }

void net_progress_note(NetProgress *progress, const char *program, const char *text) {
    if (progress != NULL && progress->silent && strncmp(text, "note: ", strlen("note: ")) == 0) {
        return;
    }
    if (progress != NULL) {
        net_progress_clear(progress);
        fflush(progress->out);
    }
    net_print_message(stderr, program, "%s", text);
}

/* 0:09, 12:34 or 1:02:03; "-" when it is not known. */
static const char *clock_text(char out[TEXT], double seconds) {
    if (!(seconds >= 0 && seconds < 1e9)) {
        snprintf(out, TEXT, "-");
        return out;
    }
    int64_t whole = (int64_t)(seconds + 0.5);
    if (whole >= 3600) {
        snprintf(out, TEXT, "%" PRId64 ":%02" PRId64 ":%02" PRId64, whole / 3600, whole / 60 % 60, whole % 60);
    } else {
        snprintf(out, TEXT, "%" PRId64 ":%02" PRId64, whole / 60, whole % 60);
    }
    return out;
}

/* Four decimals, fewer of numbers of several digits, where they say something; else three digits. */
static const char *cost_text(char out[NUMBER], double cost) {
    double size = fabs(cost);
    if ((size < 0.001 || size >= 1000) && size != 0) {
        snprintf(out, NUMBER, "%.3g", cost);
    } else {
        snprintf(out, NUMBER, "%.*f", size < 10 ? 4 : size < 100 ? 3 : 2, cost);
    }
    return out;
}

const char *net_score_text(const NetModel *model, char out[NET_SCORE_TEXT], double value, double deviation) {
    NetFigure measure = net_model_measure(model);
    const char *name = net_figure_title(measure);
    char number[2][NUMBER];
    if (net_figure_is_share(measure) && deviation >= 0) {
        snprintf(out, NET_SCORE_TEXT, "%.2f ± %.2f %%", 100 * value, 100 * deviation);
    } else if (net_figure_is_share(measure)) {
        snprintf(out, NET_SCORE_TEXT, "%.2f %%", 100 * value);
    } else if (deviation >= 0) {
        snprintf(out, NET_SCORE_TEXT, "%s %s ± %s", name, cost_text(number[0], value), cost_text(number[1], deviation));
    } else {
        snprintf(out, NET_SCORE_TEXT, "%s %s", name, cost_text(number[0], value));
    }
    return out;
}

static const char *score_text(const NetModel *model, char out[NET_SCORE_TEXT], const NetScore *score) {
    return net_score_text(model, out, net_score_value(model, score), -1);
}

static int digits(int64_t value) {
    int count = 1;
    for (; value >= 10; value /= 10) {
        count++;
    }
    return count;
}

/* "98.71 % (0.0698)", "0.2007 (144.47)" or "0.0698": accuracy or RMSE with the cost in brackets, or the cost. */
static const char *part_text(const NetModel *model, char out[TEXT], const NetScore *score) {
    char value[NUMBER];
    char cost[NUMBER];
    cost_text(cost, net_score_cost(score));
    NetFigure measure = net_model_measure(model);
    if (measure == NET_FIGURE_COST) {
        snprintf(out, TEXT, "%s", cost);
    } else if (net_figure_is_share(measure)) {
        snprintf(out, TEXT, "%.2f %% (%s)", 100 * net_score_value(model, score), cost);
    } else {
        snprintf(out, TEXT, "%s (%s)", cost_text(value, net_score_value(model, score)), cost);
    }
    return out;
}

/* The moving bar, in so many columns; returns how many it takes. */
static int print_bar(const NetProgress *progress, FILE *out, const NetBar *bar, int room) {
    char head[2 * TEXT];
    char tail[4 * TEXT];
    char speed[NET_COUNT_TEXT];
    char number[NUMBER];
    char score[TEXT];
    char left[TEXT];
    char seed[TEXT] = "";
    if (bar->seed >= 0) {
        snprintf(seed, sizeof seed, "seed %" PRId64 "  ", bar->seed);
    }
    snprintf(head, sizeof head, "%sepoch %*" PRId64 "/%" PRId64 " ", seed, digits(bar->epochs), bar->epoch,
             bar->epochs);
    clock_text(left, bar->left);
    int percent = (int)(100 * bar->share);
    if (bar->speeds != NULL) {
        snprintf(tail, sizeof tail, " %2d %%   train %s   left %s", percent,
                 part_text(progress->model, score, &bar->score), left);
    } else {
        snprintf(tail, sizeof tail, " %2d %%   %s images/s   cost %s   left %s", percent,
                 net_count(speed, bar->speed >= 0 && bar->speed < 1e15 ? (uint64_t)bar->speed : 0),
                 cost_text(number, net_score_cost(&bar->score)), left);
    }
    int length = (int)strlen(head), width = room - length - (int)strlen(tail) - 2;
    width = width > BAR_MOST ? BAR_MOST : width;
    fprintf(out, "%s%s%s", progress->bar_color ? style_codes[STYLE_DIM] : "", head,
            progress->bar_color ? "\033[0m" : "");
    if (width >= BAR_LEAST) {
        char body[BAR_MOST + 1];
        int full = (int)(bar->share * width);
        for (int i = 0; i < width; i++) {
            body[i] = i < full ? '=' : i == full ? '>' : ' ';
        }
        body[width] = '\0';
        fprintf(out, "[%s%s%s]%s", progress->bar_color ? style_codes[STYLE_BAR] : "", body,
                progress->bar_color ? "\033[0m" : "", tail);
        return length + width + 2 + (int)strlen(tail);
    }
    return length + fprintf(out, "%.*s", room > length ? room - length : 0, tail);
}

bool net_progress_due(const NetProgress *progress) { return progress->bar && net_clock() >= progress->next; }

void net_progress_bar(NetProgress *progress, const NetBar *bar) {
    if (!net_progress_due(progress)) {
        return;
    }
    progress->next = net_clock() + BAR_INTERVAL;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size); /* all at once: nothing flickers */
    if (out == NULL) {
        return;
    }
    int before = progress->watch.lines;
    return_to_bar(progress, out);
    fputc('\r', out);
    int columns = net_terminal_width(stderr);
    if (bar->speeds != NULL) {
        net_watch_print(&progress->watch, out, progress->model, bar->speeds, columns, net_terminal_height(stderr),
                        progress->bar_color ? style_codes[STYLE_BAR] : "", progress->bar_color ? "\033[0m" : "");
    }
    net_watch_end(&progress->watch, print_bar(progress, out, bar, columns - 1));
    fputs(erase(before), out);
    if (fclose(out) == 0) {
        fwrite(text, 1, size, stderr);
        fflush(stderr);
        progress->drawn = true;
    }
    free(text);
}

void net_progress_epoch(NetProgress *progress, const NetEpochLine *line) {
    if (progress->quiet) {
        return;
    }
    NetFigure measure = net_model_measure(progress->model);
    bool share = net_figure_is_share(measure); /* per cent say what it is */
    char head[TEXT];
    char train[TEXT];
    char validation[TEXT] = "";
    char spent[TEXT];
    char left[TEXT + 8] = "";
    char clock[TEXT];
    FILE *out = progress->out;
    snprintf(head, sizeof head, "%*" PRId64 "/%" PRId64 "  train %s%s", digits(line->epochs), line->epoch, line->epochs,
             share ? "" : net_figure_title(measure), share ? "" : " ");
    part_text(progress->model, train, &line->train);
    if (line->seconds < 60) {
        snprintf(spent, sizeof spent, "  %.*f s", line->seconds < 10 ? 2 : 1, line->seconds);
    } else {
        snprintf(spent, sizeof spent, "  %.32s", clock_text(clock, line->seconds));
    }
    if (line->epoch < line->epochs) {
        snprintf(left, sizeof left, "  left %s", clock_text(clock, line->left));
    }
    int room = LINE_MOST - (int)(strlen("epoch ") + strlen(head) + strlen(train));
    net_progress_clear(progress);
    fprintf(out, "%sepoch%s %s%s", style(progress, STYLE_DIM), plain(progress), head, train);
    if (line->validation.n > 0) {
        part_text(progress->model, validation, &line->validation);
        fprintf(out, "  val %s%s%s", line->best ? style(progress, STYLE_GOOD) : "", validation,
                line->best ? plain(progress) : "");
        room -= (int)(strlen("  val ") + strlen(validation));
    }
    /* the times have what is left; epochs.csv has the first of them too */
    bool fits = (int)strlen(left) <= room, both = (int)(strlen(spent) + strlen(left)) <= room;
    fprintf(out, "%s%s", both ? spent : "", fits ? left : "");
    end_line(progress);
}

/* What an accuracy is of: "9,874 of 10,000; ± 0.11". */
static void print_right(const NetProgress *progress, const NetScore *score) {
    char right[NET_COUNT_TEXT];
    char all[NET_COUNT_TEXT];
    double share = net_score_value(progress->model, score);
    double answers = floor(score->sum[NET_LOG_CORRECT] / share + 0.5); /* an example may have several */
    double count = share > 0 ? answers : (double)score->n;
    double error = sqrt(share * (1 - share) / count);
    fprintf(progress->out, "%s of %s; ± %.2f", net_count(right, (uint64_t)score->sum[NET_LOG_CORRECT]),
            net_count(all, (uint64_t)count), 100 * error);
}

/* The figures beside what a network is judged by: "; MAE 0.05, R2 0.98". */
static void print_others(const NetProgress *progress, const NetScore *score) {
    NetFigure figures[NET_FIGURES];
    int count = net_model_figures(progress->model, figures);
    for (int i = 2; i < count; i++) {
        char number[NUMBER];
        double value = net_score_figure(progress->model, score, figures[i]);
        fprintf(progress->out, "%s %s ", i == 2 ? ";" : ",", net_figure_title(figures[i]));
        if (net_figure_is_share(figures[i])) {
            fprintf(progress->out, "%.2f %%", 100 * value);
        } else {
            fprintf(progress->out, "%s", cost_text(number, value));
        }
    }
}

void net_progress_score(NetProgress *progress, const char *tag, const NetScore *score, const char *which) {
    char text[NET_SCORE_TEXT];
    char all[NET_COUNT_TEXT];
    if (progress->quiet) {
        return;
    }
    print_tag(progress, tag);
    fprintf(progress->out, "%s%s%s  (", style(progress, STYLE_BOLD), score_text(progress->model, text, score),
            plain(progress));
    if (net_figure_is_share(net_model_measure(progress->model))) {
        print_right(progress, score);
    } else {
        fprintf(progress->out, "%s example%s", net_count(all, (uint64_t)score->n), net_plural((uint64_t)score->n));
    }
    print_others(progress, score);
    fprintf(progress->out, ")  %s", which);
    end_line(progress);
}

void net_progress_saved(NetProgress *progress, const char *folder) {
    net_progress_line(progress, "saved", "%s", folder);
}
