#include "compiler/driver/picture_text.h"

#include <math.h>
#include <string.h>

#include "runtime/base/utf8.h"
#include "runtime/base/wrap.h"

/* Of a picture: lines and columns at most, columns of its title at least, and those between two. */
enum { LINES_MOST = 16, WIDEST = 38, TITLE = 8, GAP = 3 };
enum { GREYS = 24, FIRST_GREY = 232 }; /* of the terminal's 256 colours */

const char *short_text(Arena *arena, const char *text, int width) {
    char *copy = arena_copy(arena, text, strlen(text));
    net_utf8_plain(copy);
    if (net_text_width(copy) <= width) return copy;
    size_t length = strlen(copy);
    do {
        while (length > 0 && ((unsigned char)copy[--length] & 0xC0) == 0x80) continue;
        copy[length] = '\0';
    } while (length > 0 && net_text_width(copy) > width - 1);
    return arena_format(arena, "%s…", copy);
}

bool picture_shape(const NetData *data, int64_t shape[NET_DATA_RANK]) {
    memcpy(shape, data->shape, NET_DATA_RANK * sizeof *shape);
    if (data->rank == NET_DATA_RANK) return true;
    for (shape[0] = 1; data->type == NET_ROWS_U8 && shape[0] <= 3; shape[0] += 2) {
        shape[1] = shape[2] = (int64_t)sqrt((double)data->row_elements / (double)shape[0]);
        if (shape[1] > 3 && shape[0] * shape[1] * shape[2] == data->row_elements) return true;
    }
    return false;
}

/* ---- one picture ---- */

/* Columns and lines of it: two of its rows share a line. */
typedef struct {
    int width, lines;
} Size;

static Size size_of(int64_t rows, int64_t columns, int width) {
    int64_t wide = columns < width ? columns : width, high = (rows * wide + columns / 2) / columns;
    if (high > 2 * LINES_MOST) {
        high = 2 * LINES_MOST;
        wide = columns * high / rows;
    }
    return (Size){.width = wide > 0 ? (int)wide : 1, .lines = (int)(high / 2 + (high % 2 != 0 || high == 0))};
}

/* The mean of a part of a picture, over all channels; parts of one size cover it. */
static float mean_of(const float *x, int64_t channels, int64_t rows, int64_t columns, const int64_t row[2],
                     const int64_t column[2]) {
    double sum = 0;
    for (int64_t c = 0; c < channels; c++)
        for (int64_t i = row[0]; i < row[1]; i++)
            for (int64_t k = column[0]; k < column[1]; k++) sum += (double)x[(c * rows + i) * columns + k];
    return (float)(sum / (double)(channels * (row[1] - row[0]) * (column[1] - column[0])));
}

/* Part `place` of `count` equal ones, each at least one value. */
static void part_of(int64_t size, int64_t place, int64_t count, int64_t out[2]) {
    out[0] = place * size / count;
    out[1] = (place + 1) * size / count;
    if (out[1] == out[0]) out[1]++;
}

static void stretch(float *values, int64_t count) {
    float low = values[0], high = values[0];
    for (int64_t i = 1; i < count; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    double range = (double)high - (double)low; /* beyond the largest float */
    for (int64_t i = 0; i < count; i++) values[i] = range > 0 ? (float)(((double)values[i] - (double)low) / range) : 0;
}

/* Grey as dots: what each is too bright or too dark goes to those to its right and below (Floyd and Steinberg). */
static void make_dots(float *grey, int64_t rows, int64_t columns) {
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t k = 0; k < columns; k++) {
            float *at = &grey[i * columns + k], dot = *at >= 0.5f ? 1.0f : 0.0f, rest = *at - dot;
            *at = dot;
            if (k + 1 < columns) at[1] += rest * 7 / 16;
            if (i + 1 == rows) continue;
            if (k > 0) at[columns - 1] += rest * 3 / 16;
            at[columns] += rest * 5 / 16;
            if (k + 1 < columns) at[columns + 1] += rest / 16;
        }
    }
}

/* A line of dots, without blanks at its end; `down`: the row below, NULL: none. */
static const char *dots_line(Arena *arena, const float *up, const float *down, int64_t wide) {
    static const char *const blocks[] = {" ", "▀", "▄", "█"};
    const char *line = "", *all = "";
    for (int64_t k = 0; k < wide; k++) {
        int filled = (up[k] > 0) + 2 * (down && down[k] > 0);
        all = arena_format(arena, "%s%s", all, blocks[filled]);
        if (filled) line = all;
    }
    return line;
}

/* Of so many levels that of a share; what is no share, such as NAN, is the next or the lowest. */
static int level_of(float share, int levels) {
    return share > 0 ? (int)((share < 1 ? share : 1) * ((float)levels - 0.001F)) : 0;
}

static int grey_of(float share) { return FIRST_GREY + level_of(share, GREYS); }

/* The upper half is the ink of a block, the lower one its ground. */
static const char *grey_line(Arena *arena, const float *up, const float *down, int64_t wide) {
    const char *line = "";
    int ink = -1, ground = -1;
    for (int64_t k = 0; k < wide; k++) {
        int above = grey_of(up[k]), below = down ? grey_of(down[k]) : -1;
        if (above != ink) line = arena_format(arena, "%s\033[38;5;%dm", line, above);
        if (below != ground) line = arena_format(arena, "%s\033[48;5;%dm", line, below);
        line = arena_format(arena, "%s▀", line);
        ink = above;
        ground = below;
    }
    return arena_format(arena, "%s\033[0m", line);
}

static const char **lines_of(Arena *arena, const float *x, const int64_t shape[NET_DATA_RANK], Size size, bool color) {
    int64_t rows = shape[1], high = 2 * (int64_t)size.lines < rows ? 2 * (int64_t)size.lines : rows, wide = size.width;
    float *grey = NEW_ARRAY(arena, float, (size_t)(high * wide));
    for (int64_t i = 0; i < high; i++) {
        for (int64_t k = 0; k < wide; k++) {
            int64_t row[2], column[2];
            part_of(rows, i, high, row);
            part_of(shape[2], k, wide, column);
            grey[i * wide + k] = mean_of(x, shape[0], rows, shape[2], row, column);
        }
    }
    stretch(grey, high * wide);
    if (!color) make_dots(grey, high, wide);
    const char **lines = NEW_ARRAY(arena, const char *, (size_t)size.lines);
    for (int64_t i = 0; i < size.lines; i++) {
        const float *up = grey + 2 * i * wide, *down = 2 * i + 1 < high ? up + wide : NULL;
        lines[i] = (color ? grey_line : dots_line)(arena, up, down, wide);
    }
    return lines;
}

/* ---- several ---- */

/* Those of one row of pictures: titles, then line by line, without blanks at the end of one. */
static void print_beside(Arena *arena, const PictureText *pictures, int count, const int64_t shape[NET_DATA_RANK],
                         Size size, bool color, FILE *out) {
    const char ***lines = NEW_ARRAY(arena, const char **, (size_t)count);
    int column = (size.width > TITLE ? size.width : TITLE) + GAP;
    for (int line = -1; line < size.lines; line++) {
        int blanks = 0;
        fputc('\n', out);
        for (int i = 0; i < count; i++) {
            if (line < 0) lines[i] = lines_of(arena, pictures[i].x, shape, size, color);
            const char *text = line < 0 ? short_text(arena, pictures[i].title, column - GAP) : lines[i][line];
            int width = line >= 0 && color ? size.width : net_text_width(text);
            if (*text != '\0') fprintf(out, "%*s%s", blanks, "", text);
            blanks = (*text != '\0' ? 0 : blanks) + column - width;
        }
    }
    fputc('\n', out);
}

void picture_text_print(Arena *arena, const PictureText *pictures, int count, const int64_t shape[NET_DATA_RANK],
                        int page, bool color, FILE *out) {
    Size size = size_of(shape[1], shape[2], page < WIDEST ? page : WIDEST);
    int column = (size.width > TITLE ? size.width : TITLE) + GAP, each = (page + GAP) / column;
    each = each < 1 ? 1 : each;
    for (int first = 0; first < count; first += each) {
        int some = count - first < each ? count - first : each;
        print_beside(arena, pictures + first, some, shape, size, color, out);
    }
}

const char *level_text(float share) {
    static const char *const levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    return levels[level_of(share, COUNT_OF(levels))];
}

const char *signal_text(Arena *arena, const float *x, int64_t count, int width) {
    int64_t wide = count < width ? count : width > 1 ? width : 1;
    float *mean = NEW_ARRAY(arena, float, (size_t)wide);
    const char *line = "";
    for (int64_t k = 0; k < wide; k++) {
        int64_t column[2], row[2] = {0, 1};
        part_of(count, k, wide, column);
        mean[k] = mean_of(x, 1, 1, count, row, column);
    }
    stretch(mean, wide);
    for (int64_t k = 0; k < wide; k++) line = arena_format(arena, "%s%s", line, level_text(mean[k]));
    return line;
}
