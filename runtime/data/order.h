/* A drawn order of a file's rows, in which every run of rows has about the shares of the classes that the file has:
 * parts cut from it are stratified. */
#ifndef NET_DATA_ORDER_H
#define NET_DATA_ORDER_H

#include "runtime/data/data.h"

/* The places of all rows, in an order that depends on labels, seed and stream alone; free() releases it. With `classes`
 * 0 rows have none, and any order is as good. */
uint32_t *net_order_draw(const NetDataFile *file, int64_t classes, uint64_t seed, uint32_t stream, NetError *error);

#endif
