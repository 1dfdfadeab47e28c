#include "compiler/report/palette.h"

typedef struct {
    const char *name, *light, *dark;
} Row;

static const Row rows[COLOR_RAMP] = {
    [COLOR_INK] = {"ink", "#1c1e21", "#e8e6e3"},     [COLOR_DIM] = {"dim", "#5f6670", "#a3a9b2"},
    [COLOR_LINE] = {"line", "#9aa1ab", "#6b727c"},   [COLOR_GRID] = {"grid", "#e6e8eb", "#2e3237"},
    [COLOR_PAPER] = {"paper", "#ffffff", "#1b1d20"}, [COLOR_PAGE] = {"page", "#f6f7f8", "#121315"},
    [COLOR_BAD] = {"bad", "#b3261e", "#ff8a80"},     [COLOR_HUE + 0] = {"h0", "#0072b2", "#4aa8e0"},
    [COLOR_HUE + 1] = {"h1", "#d55e00", "#f2863a"},  [COLOR_HUE + 2] = {"h2", "#00875f", "#2fc299"},
    [COLOR_HUE + 3] = {"h3", "#b5568c", "#e296bf"},  [COLOR_HUE + 4] = {"h4", "#c98a00", "#f0b840"},
    [COLOR_HUE + 5] = {"h5", "#3d9bd1", "#8fd0f5"},  [COLOR_HUE + 6] = {"h6", "#666666", "#b5b5b5"},
};

Color color_hue(size_t i) { return (Color)(COLOR_HUE + i % HUES); }

Color color_layer(size_t i, size_t layers) {
    size_t place = layers < 2 ? 0 : i * (RAMP - 1) / (layers - 1);
    return (Color)(COLOR_RAMP + (place < RAMP ? place : RAMP - 1));
}

/* The map "plasma", of even steps for the eye with or without colour: the part of it that stands out on white, and that
 * on black. */
static void ramp(size_t i, bool dark, char out[8]) {
    static const unsigned char plasma[][3] = {{13, 8, 135},   {65, 4, 157},   {106, 0, 168},  {143, 13, 164},
                                              {177, 42, 144}, {204, 71, 120}, {225, 100, 98}, {242, 132, 75},
                                              {252, 166, 54}, {252, 206, 37}, {240, 249, 33}};
    const size_t last = COUNT_OF(plasma) - 1;
    double from = dark ? 0.38 : 0.0, to = dark ? 1.0 : 0.78;
    double at = (from + (to - from) * (double)i / (RAMP - 1)) * (double)last;
    size_t k = (size_t)at < last ? (size_t)at : last - 1;
    int rgb[3];
    for (int c = 0; c < 3; c++) {
        rgb[c] = (int)(plasma[k][c] + (at - (double)k) * (plasma[k + 1][c] - plasma[k][c]) + 0.5);
    }
    snprintf(out, 8, "#%02x%02x%02x", (unsigned)rgb[0] & 0xFF, (unsigned)rgb[1] & 0xFF, (unsigned)rgb[2] & 0xFF);
}

typedef struct {
    char name[8], light[8], dark[8];
} Named;

static Named named(Color color) {
    Named result;
    if (color < COLOR_RAMP) {
        snprintf(result.name, sizeof result.name, "%s", rows[color].name);
        snprintf(result.light, sizeof result.light, "%s", rows[color].light);
        snprintf(result.dark, sizeof result.dark, "%s", rows[color].dark);
    } else {
        snprintf(result.name, sizeof result.name, "r%d", (int)(color - COLOR_RAMP) % 100);
        ramp((size_t)(color - COLOR_RAMP), false, result.light);
        ramp((size_t)(color - COLOR_RAMP), true, result.dark);
    }
    return result;
}

void color_stroke(Text *out, Color color) {
    Named row = named(color);
    text_printf(out, " class=\"st-%s\" stroke=\"%s\"", row.name, row.light);
}

void color_fill(Text *out, Color color) {
    Named row = named(color);
    text_printf(out, " class=\"fi-%s\" fill=\"%s\"", row.name, row.light);
}

static void variables(Text *out, bool dark) {
    for (int color = 0; color < COLORS; color++) {
        Named row = named((Color)color);
        text_printf(out, "--%s:%s;", row.name, dark ? row.dark : row.light);
    }
}

void palette_style(Text *out) {
    text_puts(out, ":root{color-scheme:light dark;");
    variables(out, false);
    text_puts(out, "}\n@media screen and (prefers-color-scheme:dark){:root{");
    variables(out, true);
    text_puts(out, "}}\n");
    for (int color = 0; color < COLORS; color++) {
        Named row = named((Color)color);
        text_printf(out, ".st-%s{stroke:var(--%s)}.fi-%s{fill:var(--%s)}\n", row.name, row.name, row.name, row.name);
    }
}
