/* The files of a report: the page, and each figure's views by themselves, as NAME.svg or NAME-VIEW.svg and so on. Each
 * is written whole or not at all. All functions print why they fail and return false. */
#ifndef NETC_REPORT_EXPORT_H
#define NETC_REPORT_EXPORT_H

#include "compiler/report/page.h"

bool export_page(const char *path, const Text *page);

/* Into a folder, which is made if it is not there; *count becomes how many were written. */
bool export_svg(Arena *arena, const Drawing *drawings, const char *folder, size_t *count);
bool export_csv(Arena *arena, const Drawing *drawings, const char *folder, size_t *count);
/* As PNG, of two pixels to a unit, by rsvg-convert. */
bool export_png(Arena *arena, const Drawing *drawings, const char *folder, size_t *count);

#endif
