/* A picture of a figure, drawn, scanned or photographed, as MNIST's makers made theirs: light ink on dark paper, fitted
 * into 20x20 with its ratio of sides kept, its centre of mass in the middle of 28x28.
 *
 *     paper       the median of the outermost pixels
 *     ink         what is on that side of the paper where some pixel is farthest from it: 255 where it is farthest,
 *                 0 at the paper and on its other side, rounded; less than 64, a quarter, is paper too
 *     fitted      the smallest box with all ink, in the middle of a square as long as its longer side, becomes 20x20:
 *                 the mean over the area of each value, rounded
 *     centred     moved by whole pixels, so that the centre of mass is nearest to row and column 14, counted from 0,
 *                 and no ink leaves the 28x28
 *
 * A picture of one colour has no ink, and becomes paper. The same bits everywhere; all but the first two steps are sums
 * of integers. */
#ifndef NET_DATA_LIKE_MNIST_H
#define NET_DATA_LIKE_MNIST_H

#include "runtime/base/error.h"

enum { NET_LIKE_MNIST_SIDE = 28, NET_LIKE_MNIST_VALUES = NET_LIKE_MNIST_SIDE * NET_LIKE_MNIST_SIDE };

/* `grey` has height * width values, at most NET_AREA_MOST (area.h), all finite, of any range; x gets
 * NET_LIKE_MNIST_VALUES from 0 to 1. False when memory is short. */
bool net_like_mnist(const float *grey, size_t height, size_t width, float *x, NetError *error);

#endif
