/* The list of figures. */
#include "compiler/report/figure.h"

#define FIGURE(NAME) &figure_##NAME,
const Figure *const figures[] = {FIGURES(FIGURE)};
#undef FIGURE
const size_t figure_count = COUNT_OF(figures);
