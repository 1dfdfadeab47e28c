#include "compiler/report/svg.h"

#include <math.h>
#include <string.h>

#include "compiler/base/utf8.h"
#include "runtime/base/wrap.h"

/* Of labels. */
static const double HEIGHT = 12;

void xml_text(Text *out, const char *text) {
    Arena *arena = arena_new();
    for (const char *at = utf8_clean(arena, text, strlen(text)); *at != '\0'; at++) {
        if (strncmp(at, "\xEF\xBF\xBE", 3) == 0 ||
            strncmp(at, "\xEF\xBF\xBF", 3) == 0) { /* XML has no place for them */
            text_puts(out, at[2] == '\xBE' ? "\\u{fffe}" : "\\u{ffff}");
            at += 2;
            continue;
        }
        switch (*at) {
        case '&': text_puts(out, "&amp;"); break;
        case '<': text_puts(out, "&lt;"); break;
        case '>': text_puts(out, "&gt;"); break;
        case '"': text_puts(out, "&quot;"); break;
        case '\'': text_puts(out, "&#39;"); break;
        default: text_add(out, at, 1);
        }
    }
    arena_free(arena);
}

void svg_number(Text *out, double value) {
    double tenths = round(value * 10);
    if (tenths == 0) {
        text_puts(out, "0");
    } else if (fmod(tenths, 10) == 0) {
        text_printf(out, "%.0f", tenths / 10);
    } else {
        text_printf(out, "%.1f", tenths / 10);
    }
}

void svg_attribute(Text *out, const char *name, double value) {
    text_printf(out, " %s=\"", name);
    svg_number(out, value);
    text_puts(out, "\"");
}

void svg_begin(Text *out, double width, double height, const char *title, const char *attributes) {
    text_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ");
    svg_number(out, width);
    text_puts(out, " ");
    svg_number(out, height);
    text_puts(out, "\"");
    svg_attribute(out, "width", width);
    svg_attribute(out, "height", height);
    /* What has attributes is something to work with, not one picture. A <title> would pop up over what is pointed at.
     */
    text_printf(out, " role=\"%s\" aria-label=\"", *attributes == '\0' ? "img" : "group");
    xml_text(out, title);
    text_printf(out,
                "\" font-family=\"system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif\" "
                "font-size=\"%.0f\"%s>\n",
                HEIGHT, attributes);
    svg_rect(out, 0, 0, width, height, 1, COLOR_PAPER);
}

void svg_end(Text *out) { text_puts(out, "</svg>\n"); }

void svg_label(Text *out, double x, double y, Anchor anchor, Color color, TextStyle style, const char *text) {
    static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    static const char *const styles[] = {"", " font-weight=\"600\"", " font-size=\"10.5\""};
    text_puts(out, "<text");
    svg_attribute(out, "x", x);
    svg_attribute(out, "y", y);
    text_printf(out, "%s%s", anchors[anchor], styles[style]);
    color_fill(out, color);
    text_puts(out, ">");
    xml_text(out, text);
    text_puts(out, "</text>\n");
}

void svg_rect(Text *out, double x, double y, double width, double height, double opacity, Color color) {
    text_puts(out, "<rect");
    svg_attribute(out, "x", x);
    svg_attribute(out, "y", y);
    svg_attribute(out, "width", width);
    svg_attribute(out, "height", height);
    color_fill(out, color);
    if (opacity < 1) {
        text_printf(out, " fill-opacity=\"%.3g\"", opacity);
    }
    text_puts(out, "/>\n");
}

void svg_line(Text *out, double x1, double y1, double x2, double y2, Color color) {
    text_puts(out, "<path d=\"M");
    svg_number(out, x1);
    text_puts(out, " ");
    svg_number(out, y1);
    text_puts(out, "L");
    svg_number(out, x2);
    text_puts(out, " ");
    svg_number(out, y2);
    text_puts(out, "\"");
    color_stroke(out, color);
    text_puts(out, "/>\n");
}

double svg_text_width(const char *text) { return 0.56 * HEIGHT * net_text_width(text); }

const char *reading_text(Arena *arena, double value) {
    if (isnan(value)) {
        return "–";
    }
    return value != 0 && fabs(value) < 1e-4 ? arena_format(arena, "%.3g", value) : arena_format(arena, "%.4g", value);
}

const char *share_text(Arena *arena, double value) {
    return isnan(value) ? "–" : arena_format(arena, "%.2f %%", 100 * value);
}
