/* Kernels that differ in their nests' schedules alone, made into shared objects and timed nest by nest.
 *
 * They run in this process on buffers of zeros, which stay zeros or harmless numbers however often they are run, each
 * nest by a kernel of its own, so that a clock can be read in between: one chunk in the program's order, so that a nest
 * finds in the caches what it finds there in use. They take turns, so that whatever else the machine does meets all
 * alike, and count by their least times. */
#ifndef NETC_DRIVER_RACE_H
#define NETC_DRIVER_RACE_H

#include "compiler/driver/backend.h"

/* A nest as one of a code's kernels runs it. */
typedef struct {
    int kernel, nest;
} Step;

/* What is run, and on what. */
typedef struct {
    const Code *code;
    int64_t images;             /* of a batch */
    int64_t size[BUFFER_COUNT]; /* elements, for so many images */
} Course;

typedef struct Race Race;

/* A race of `most` codes over `steps` nests. */
Race *race_new(Arena *arena, size_t steps, int most);
/* Makes a shared object of these nests and adds it. As many steps for each code, of equal nests. `from` says how code
 * is made, but for the code. False after printing why. */
bool race_enter(Race *race, const Tools *tools, const Generation *from, const Course *course, const Step *steps);
/* Times all that entered, in two halves one after the other; false when an interrupt came, or after printing why there
 * is no memory for it. */
bool race_run(Race *race);
/* The least seconds of a step, in a half of the rounds. */
double race_time(const Race *race, int racer, size_t step, int half);
/* Closes the objects and frees the buffers. */
void race_end(Race *race);

#endif
