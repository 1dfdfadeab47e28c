/* The colours of figures.
 *
 * An SVG has each colour twice: as an attribute, which holds where it stands alone, on white, and as a class, by which
 * the page's style gives it the colour that goes with the reader's screen or paper. Series of different things take
 * hues that the colour-blind tell apart (Okabe and Ito's); layers take a ramp, which has an order, from the input to
 * the output. */
#ifndef NETC_REPORT_PALETTE_H
#define NETC_REPORT_PALETTE_H

#include "compiler/base/base.h"

enum { HUES = 7, RAMP = 16 };
typedef enum {
    COLOR_INK,   /* text */
    COLOR_DIM,   /* text of less weight */
    COLOR_LINE,  /* axes, frames */
    COLOR_GRID,  /* lines that help the eye */
    COLOR_PAPER, /* what a figure stands on */
    COLOR_PAGE,  /* what that stands on */
    COLOR_BAD,   /* what went wrong */
    COLOR_HUE,
    COLOR_RAMP = COLOR_HUE + HUES,
    COLORS = COLOR_RAMP + RAMP
} Color;

/* Of the i-th thing, and of layer i of so many. */
Color color_hue(size_t i);
Color color_layer(size_t i, size_t layers);

/* ` class="st-h0" stroke="#0072b2"`: attributes of an element, with a blank before them. */
void color_stroke(Text *out, Color color);
void color_fill(Text *out, Color color);

/* The style sheet that gives the classes their colours: on a light screen and on paper, and on a dark one. */
void palette_style(Text *out);

#endif
