/* The network this program holds: what predictor.h gives as numbers and one text. */
#ifndef NET_INFER_NETWORK_H
#define NET_INFER_NETWORK_H

#include "runtime/base/error.h"
#include "runtime/data/likeness.h"
#include "runtime/data/shape.h"
#include "runtime/data/table.h"

typedef struct {
    const char *name;
    const char *version; /* of the netc that compiled it */
    NetInput input;
    int64_t picture[3];      /* channels, rows, columns, where inputs are pictures; else 0 */
    NetMeanImage mean_image; /* of those that it has learned from; 0 channels: not known */
    int64_t outputs;
    int64_t classes;          /* 0: the outputs are no classes. 2 with one output: that of class 1 */
    bool probabilities;       /* of classes: the outputs are such */
    int64_t voters;           /* networks that outputs are shares of the votes of; 0: they are no such */
    int64_t compared;         /* what the outputs can be compared with: a NET_COMPARED_… (predictor.h) */
    const char **class_names; /* owned */
    const char *column_text;  /* of the table it was trained on, one after another, each ended by a NUL */
    size_t column_count;      /* 0: it was trained on none */
    char separator;           /* of tables */
    NetHeader header;         /* and whether their first row has names */
    size_t workspace;         /* bytes of one call */
} NetNetwork;

/* False when memory is short, or when the numbers cannot be. net_network_close frees what is there in any case. */
bool net_network_open(NetNetwork *network, NetError *error);
void net_network_close(NetNetwork *network);

/* Whether there is something to compare outputs with. */
bool net_network_is_compared(const NetNetwork *network);

/* Whether its inputs are pictures of MNIST's form. */
bool net_network_is_like_mnist(const NetNetwork *network);

/* Whether those it has learned from are such as --like-mnist makes, too: in their mean image the four pixels around the
 * 20x20 that a figure is fitted into are dark, less than a tenth of the lightest place. Other pictures can have the
 * same form: clothes that fill it, or dark ink on white. */
bool net_network_learned_digits(const NetNetwork *network);

/* The columns of a table for it; inputs without names where it was trained on none. net_columns_free releases them,
 * after a failure too. */
bool net_network_columns(const NetNetwork *network, NetColumns *columns, NetError *error);

/* Whether none of one image's outputs is a NaN. */
bool net_network_numbers(const NetNetwork *network, const float *outputs);

/* Whether none is infinite either. */
bool net_network_finite(const NetNetwork *network, const float *outputs);

/* The class of one image's outputs, -1 where one of them is a NaN; classes must not be 0. Of equal outputs the first
 * counts. */
int64_t net_network_class(const NetNetwork *network, const float *outputs);
/* How likely a class is; the output itself where outputs are no probabilities. */
float net_network_probability(const NetNetwork *network, const float *outputs, int64_t class);

#endif
