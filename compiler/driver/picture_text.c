#include "compiler/driver/picture_text.h"

enum { LINES_MOST = 16 };

PictureSize picture_text_size(int64_t rows, int64_t columns, int width) {
    int64_t wide = columns < width ? columns : width, high = (rows * wide + columns / 2) / columns;
    if (high > 2 * LINES_MOST) {
        high = 2 * LINES_MOST;
        wide = columns * high / rows;
    }
    return (PictureSize){.width = wide > 0 ? (int)wide : 1, .lines = (int)(high / 2 + (high % 2 != 0 || high == 0))};
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

const char **picture_text(Arena *arena, const float *x, int64_t channels, int64_t rows, int64_t columns,
                          PictureSize size) {
    static const char *const blocks[] = {" ", "▀", "▄", "█"};
    int64_t high = 2 * (int64_t)size.lines < rows ? 2 * (int64_t)size.lines : rows, wide = size.width;
    float *grey = NEW_ARRAY(arena, float, (size_t)(high * wide));
    for (int64_t i = 0; i < high; i++) {
        for (int64_t k = 0; k < wide; k++) {
            int64_t row[2], column[2];
            part_of(rows, i, high, row);
            part_of(columns, k, wide, column);
            grey[i * wide + k] = mean_of(x, channels, rows, columns, row, column);
        }
    }
    stretch(grey, high * wide);
    make_dots(grey, high, wide);
    const char **lines = NEW_ARRAY(arena, const char *, (size_t)size.lines);
    for (int64_t i = 0; i < size.lines; i++) {
        const char *line = "", *all = "";
        for (int64_t k = 0; k < wide; k++) {
            bool up = 2 * i < high && grey[2 * i * wide + k] > 0,
                 down = 2 * i + 1 < high && grey[(2 * i + 1) * wide + k] > 0;
            all = arena_format(arena, "%s%s", all, blocks[up + 2 * down]);
            if (up || down) line = all;
        }
        lines[i] = line;
    }
    return lines;
}

const char *level_text(float share) {
    static const char *const levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    return levels[(int)(share * (COUNT_OF(levels) - 0.001f))];
}

const char *bar_text(Arena *arena, double value, double low, double high, int columns) {
    const char *bar = "";
    double share = high > low ? (value - low) / (high - low) : 0;
    for (int i = 0; i < 1 + (int)((columns - 1) * share); i++) bar = arena_format(arena, "%s█", bar);
    return bar;
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
