/* How the work of a chunk is split over the workers that share it, and how many are worth it. See split.c. */
#ifndef NETC_SPLIT_H
#define NETC_SPLIT_H

#include "compiler/loop/schedule.h"

/* What is known of a program's kernels so far, and of the present one's nests. */
typedef struct Sharing {
    size_t tensors;
    int *holder, *maker; /* by tensor id: which of the workers has made it; in which kernel, counted from 1 */
    int kernel;
    bool always;           /* see split_sharing() */
    bool splits;           /* it is long enough that some of its nests may be */
    bool far;              /* what a chunk takes does not stay in a worker's cache */
    double alone, shared;  /* what one worker takes, and two, in multiply-adds of 16 lanes */
    double all_alone, all; /* the same of the kernels before, each by as many as are quicker */
    int meetings;
} Sharing;
/* `always`: nests of short kernels are split, too, as those of a longer program are, so that equal ones stay equal. */
Sharing *split_sharing(Arena *arena, const Layout *layout, bool always);
/* Kernels of chunks, one after the other, nests in between. Gives the most workers that a chunk is worth; 1: it is
 * quicker alone. */
void split_begin_kernel(Sharing *sharing, int64_t work);
int split_end_kernel(Sharing *sharing);
/* Whether it is worth it for the whole program. */
bool split_gains(const Sharing *sharing);

/* What a group takes for a chunk of images, or without images. */
int64_t split_work(const Group *group);
/* The most workers that work is worth which is split by elements. */
int split_part_workers(int64_t work);
/* Whether so many elements do not stay in a worker's cache: then it is worth them even where one worker has made all
 * that is read. */
bool split_is_far(int64_t elements);

#endif
