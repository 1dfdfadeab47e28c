/* The report as one HTML file: the figures with what is said of them, results and settings, a style for screens light
 * and dark, narrow and wide, and for paper, and a small script. It loads nothing, which its own policy forbids. */
#ifndef NETC_REPORT_PAGE_H
#define NETC_REPORT_PAGE_H

#include "compiler/report/figure.h"

/* drawings[i] is that of figures[i]. */
void page_write(Arena *arena, const Report *report, const Drawing *drawings, Text *out);

/* Lines of the style sheet and of the script. */
void page_style(Text *out);
void page_script(Text *out);

/* What the head of each has, by which one is told from other files. */
#define PAGE_MARK "<meta name=\"generator\" content=\"netc "

#endif
