/* SVG as text: what all figures are written with. Texts of any bytes become harmless ones; numbers are short. */
#ifndef NETC_REPORT_SVG_H
#define NETC_REPORT_SVG_H

#include "compiler/report/palette.h"

/* Text of any bytes as XML and HTML take it, in and outside of attributes: what marks up is escaped, and what acts on a
 * screen is spelled out. */
void xml_text(Text *out, const char *text);

/* A place on a drawing: one digit behind the point, none where it is 0. */
void svg_number(Text *out, double value);

/* `name="12.5"` with a blank before it. */
void svg_attribute(Text *out, const char *name, double value);

/* <svg> of that size with what it is called, for those who hear it, on a ground of its own; `attributes` more of its
 * own, each with a blank before it, "" for none. */
void svg_begin(Text *out, double width, double height, const char *title, const char *attributes);
void svg_end(Text *out);

/* Where a text's place is within it. */
typedef enum { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END } Anchor;
typedef enum { TEXT_PLAIN, TEXT_BOLD, TEXT_SMALL } TextStyle;
void svg_label(Text *out, double x, double y, Anchor anchor, Color color, TextStyle style, const char *text);

void svg_rect(Text *out, double x, double y, double width, double height, double opacity, Color color);
void svg_line(Text *out, double x1, double y1, double x2, double y2, Color color);

/* Columns of a page that a text of the size of labels takes, about. */
double svg_text_width(const char *text);

/* "0.0123", "1.5e-07": a number as people read it; "98.71 %" of a share. */
const char *reading_text(Arena *arena, double value);
const char *share_text(Arena *arena, double value);

#endif
