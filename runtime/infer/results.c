#include "runtime/infer/results.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/paths.h"
#include "runtime/base/utf8.h"
#include "runtime/base/wrap.h"
#include "runtime/data/npy.h"

/* ---- text ---- */

/* The control characters of ASCII and of ISO 6429, whose U+009B is "ESC [" in one. */
static bool is_control(uint32_t code) { return code < ' ' || (code >= 0x7F && code <= 0x9F); }

/* Names of files may hold anything: controls, and bytes that are no characters, reach no terminal. */
static void print_plain(const char *text) {
    uint32_t code;
    size_t left = strlen(text);
    for (size_t length; left > 0; text += length, left -= length) {
        length = net_utf8_decode(text, left, &code);
        if (length > 0 && !is_control(code))
            fwrite(text, 1, length, stdout);
        else
            putchar('?');
        if (length == 0) length = 1;
    }
}

static void print_json_string(const char *text) {
    uint32_t code;
    size_t left = strlen(text);
    putchar('"');
    for (size_t length; left > 0; text += length, left -= length) {
        length = net_utf8_decode(text, left, &code);
        if (length == 0)
            fputs("\\ufffd", stdout);
        else if (is_control(code))
            printf("\\u%04x", (unsigned)code);
        else
            printf("%s%.*s", *text == '"' || *text == '\\' ? "\\" : "", (int)length, text);
        if (length == 0) length = 1;
    }
    putchar('"');
}

static void print_json_number(float value) {
    if (isfinite(value))
        printf("%.9g", (double)value);
    else
        fputs("null", stdout);
}

/* ---- one image ---- */

typedef struct {
    const char *path;
    bool one;
    int64_t index;
    const float *outputs;
} Image;

/* Sorts the classes by probability; equal ones stay in order. */
static void sort_classes(const NetResults *results, const float *outputs) {
    const NetNetwork *network = results->network;
    int64_t *order = results->order;
    for (int64_t i = 0; i < network->classes; i++) {
        float mine = net_network_probability(network, outputs, i);
        int64_t to = i;
        for (; to > 0 && net_network_probability(network, outputs, order[to - 1]) < mine; to--)
            order[to] = order[to - 1];
        order[to] = i;
    }
}

/* A line of results, which on a terminal goes on in another one where it does not fit. */
typedef struct {
    int width, column; /* width 0: any */
} Line;

enum { LINE_INDENT = 4 };

/* Room for what is printed next, behind so many blanks: none of it is split. */
static void make_room(Line *line, int blanks, int columns) {
    if (line->width > 0 && line->column + blanks + columns > line->width) {
        printf("\n%*s", LINE_INDENT, "");
        line->column = LINE_INDENT;
    } else {
        printf("%*s", blanks, "");
        line->column += blanks;
    }
    line->column += columns;
}

static void print_class(const NetResults *results, const Image *image, int64_t class, const char *between, Line *line) {
    double value = (double)net_network_probability(results->network, image->outputs, class);
    const char *name = results->network->class_names[class];
    char text[64];
    if (results->network->voters > 0)
        snprintf(text, sizeof text, "%s%.2f %% of %lld votes", between, 100 * value,
                 (long long)results->network->voters);
    else if (results->network->probabilities)
        snprintf(text, sizeof text, "%s%.2f %%", between, 100 * value);
    else
        snprintf(text, sizeof text, "%s%.6g", between, value);
    make_room(line, 2, net_text_width(name) + (int)strlen(text));
    print_plain(name);
    fputs(text, stdout);
}

/* Without the sign of a NaN, which says nothing. */
static void print_output(float value, int blanks, Line *line) {
    char text[32] = "nan";
    if (!isnan(value)) snprintf(text, sizeof text, "%.6g", (double)value);
    make_room(line, blanks, (int)strlen(text));
    fputs(text, stdout);
}

static void print_line(const NetResults *results, const Image *image) {
    const NetNetwork *network = results->network;
    Line line = {.width = net_terminal_width(stdout), .column = net_text_width(image->path)};
    print_plain(image->path);
    if (!image->one) line.column += printf("[%lld]", (long long)image->index);
    if (network->classes == 0) {
        for (int64_t i = 0; i < network->outputs; i++) {
            print_output(image->outputs[i], i > 0 ? 1 : 2, &line);
        }
    } else if (!net_network_numbers(network, image->outputs)) {
        fputs("  no class  nan", stdout);
    } else if (results->options->all) {
        sort_classes(results, image->outputs);
        for (int64_t i = 0; i < network->classes; i++) {
            print_class(results, image, results->order[i], " ", &line);
        }
    } else {
        print_class(results, image, net_network_class(network, image->outputs), "  ", &line);
    }
    putchar('\n');
}

static void print_json_class(const NetResults *results, const Image *image, int64_t class) {
    const NetNetwork *network = results->network;
    const char *what = network->voters > 0 ? "share_of_votes" : network->probabilities ? "probability" : "output";
    if (class < 0) {
        printf("\"class\":null,\"name\":null,\"%s\":null", what);
        return;
    }
    printf("\"class\":%lld,\"name\":", (long long)class);
    print_json_string(network->class_names[class]);
    printf(",\"%s\":", what);
    print_json_number(net_network_probability(results->network, image->outputs, class));
}

static void print_json(const NetResults *results, const Image *image) {
    const NetNetwork *network = results->network;
    fputs("{\"file\":", stdout);
    print_json_string(image->path);
    printf(",\"index\":%lld,", (long long)image->index);
    if (network->classes == 0) {
        fputs("\"outputs\":[", stdout);
        for (int64_t i = 0; i < network->outputs; i++) {
            if (i > 0) putchar(',');
            print_json_number(image->outputs[i]);
        }
        putchar(']');
    } else {
        print_json_class(results, image, net_network_class(network, image->outputs));
    }
    if (results->options->all) {
        sort_classes(results, image->outputs);
        fputs(",\"classes\":[", stdout);
        for (int64_t i = 0; i < network->classes; i++) {
            fputs(i == 0 ? "{" : ",{", stdout);
            print_json_class(results, image, results->order[i]);
            putchar('}');
        }
        putchar(']');
    }
    fputs("}\n", stdout);
}

/* ---- all ---- */

bool net_results_begin(NetResults *results, const NetNetwork *network, const NetInferOptions *options,
                       NetError *error) {
    *results = (NetResults){.network = network, .options = options};
    if (!net_predict_score_begin(&results->score, network, error)) return false;
    results->order = net_alloc((size_t)network->classes, sizeof *results->order, error);
    bool ok = results->order != NULL;
    if (ok && options->output != NULL) {
        static const char room[NET_NPY_HEADER];
        results->file = net_file_create(options->output, error);
        char advice[NET_PATH_ADVICE];
        if (results->file == NULL)
            net_fail(error, error->status, "%s%s", error->text, net_output_advice(advice, options->output, "out.npy"));
        ok = results->file != NULL && net_file_write(results->file, room, sizeof room, error);
    }
    if (!ok) net_results_close(results);
    return ok;
}

/* NPY files are little-endian, as the header says. */
static bool write_rows(NetResults *results, const float *outputs, size_t count, NetError *error) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &outputs[i], sizeof bits);
        unsigned char bytes[4];
        for (int k = 0; k < 4; k++) bytes[k] = (unsigned char)(bits >> 8 * k);
        if (!net_file_write(results->file, bytes, sizeof bytes, error)) return false;
    }
    return true;
}

static bool check_printed(NetError *error) {
    return fflush(stdout) == 0 || net_fail_system(error, "standard output", "write", errno);
}

bool net_results_add(NetResults *results, const NetResultRows *rows, NetError *error) {
    int64_t outputs = results->network->outputs;
    for (int64_t i = 0; i < rows->count; i++) {
        const Image image = {rows->path, rows->one, rows->first + i, rows->outputs + i * outputs};
        results->not_finite += !net_network_finite(results->network, image.outputs);
        if (rows->labels != NULL) {
            net_predict_score_class(&results->score, image.outputs, rows->labels[i]);
        } else if (rows->wanted != NULL) {
            net_predict_score_numbers(&results->score, image.outputs, rows->wanted + i * outputs);
        } else if (results->file == NULL) {
            results->options->json ? print_json(results, &image) : print_line(results, &image);
        }
    }
    results->rows += rows->count;
    if (results->file != NULL && !write_rows(results, rows->outputs, (size_t)(rows->count * outputs), error))
        return false;
    return check_printed(error);
}

static bool finish_file(NetResults *results, NetError *error) {
    char header[NET_NPY_HEADER];
    NetFile *file = results->file;
    net_npy_header(header, results->rows, results->network->outputs);
    if (!net_file_overwrite(file, 0, header, sizeof header, error)) return false;
    results->file = NULL;
    return net_file_commit(file, error);
}

/* Said after all the rest: what was printed and written is what the network gives. */
static bool check_numbers(const NetResults *results, NetError *error) {
    char some[NET_COUNT_TEXT], all[NET_COUNT_TEXT];
    if (results->not_finite == 0) return true;
    return net_fail(error, NET_MODEL,
                    "outputs of %s of %s image%s are infinite or no numbers (NaN): sums grew beyond what a float holds "
                    "[not-finite]",
                    net_count(some, (uint64_t)results->not_finite), net_count(all, (uint64_t)results->rows),
                    results->rows == 1 ? "" : "s");
}

bool net_results_end(NetResults *results, NetError *error) {
    const NetInferOptions *options = results->options;
    if (results->score.images > 0) net_predict_score_print(&results->score, options->json);
    if (results->file == NULL) return check_printed(error) && check_numbers(results, error);
    if (!finish_file(results, error)) return false;
    char rows[NET_COUNT_TEXT], columns[NET_COUNT_TEXT];
    if (!options->quiet && !options->json) {
        fputs("saved  ", stdout);
        print_plain(options->output);
        printf("  (%s x %s)\n", net_count(rows, (uint64_t)results->rows),
               net_count(columns, (uint64_t)results->network->outputs));
    }
    return check_printed(error) && check_numbers(results, error);
}

void net_results_close(NetResults *results) {
    net_file_discard(results->file);
    free(results->order);
    net_predict_score_free(&results->score);
}
