/* What a compiled network is to the program around it (runtime/infer/main.c): numbers, one text and functions, made by
 * `netc build --infer`. No struct crosses.
 *
 * Inputs are floats, one image after another, each in C, H, W order; bytes of a file are divided by 255 first, as
 * (float)byte * (float)(1.0 / 255). Outputs are floats, `outputs` for each image. Both lie at any address that
 * floats may. The workspace is memory of the given size, at any address, whose contents do not matter; it belongs to
 * one call at a time. Nothing here reads a file, and the self-test alone may allocate or fail. */
#ifndef NET_INFER_PREDICTOR_H
#define NET_INFER_PREDICTOR_H

#include <stdint.h>

enum {
    NET_PREDICT_INPUTS,          /* floats of one image */
    NET_PREDICT_OUTPUTS,         /* floats of its result */
    NET_PREDICT_WORKSPACE_BYTES, /* of one call */
    NET_PREDICT_CLASSES,         /* class names; 0: there are none. 2 with one output: above 0.5 is class 1 */
    NET_PREDICT_PROBABILITIES,   /* 1: the outputs are probabilities of the classes; 0: other numbers */
    NET_PREDICT_RANK,            /* of the input: 1 or 3 */
    NET_PREDICT_SHAPE,           /* three dimensions, those beyond the rank 1 */
    NET_PREDICT_PICTURES = NET_PREDICT_SHAPE + 3, /* what becomes of them: NET_PICTURES_… */
    NET_PREDICT_COLUMNS,                          /* of the table it was trained on, as the text says; 0: none */
    NET_PREDICT_SEPARATOR,                        /* of tables, a character */
    NET_PREDICT_HEADER,                           /* whether their first row has names: NetHeader of data/table.h */
    NET_PREDICT_CHANNELS_LAST, /* 1: examples of arrays are rows, columns, channels, as those that were learned */
    NET_PREDICT_TARGET,        /* what outputs can be compared with: a NET_COMPARED_… */
    NET_PREDICT_VOTERS,        /* networks whose votes the outputs are the shares of; 0: they are no such */
    NET_PREDICT_PICTURE,       /* channels, rows and columns of inputs that are pictures, of a flat input too; else 0 */
    NET_PREDICT_MEAN_IMAGE = NET_PREDICT_PICTURE + 3, /* 1: net_predict_mean_image says what they were in training */
    NET_PREDICT_NUMBERS
};

enum { NET_PICTURES_FLOATS, NET_PICTURES_BYTES, NET_PICTURES_RESAMPLED /* to the shape, and bytes */ };
enum {
    NET_COMPARED_CLASSES, /* a class, if there are any; else nothing */
    NET_COMPARED_VALUES,  /* numbers, one an output */
    NET_COMPARED_LABELS   /* the same, each 0 or 1 */
};

extern const int64_t net_predict_number[NET_PREDICT_NUMBERS];
/* Strings, each ended by a NUL: the network's name, netc's version, then the class names, then the columns as
 * net_columns_text (data/columns.h) has them. */
extern const char net_predict_text[];

/* Of a NetMeanImage (data/likeness.h): low, high, likeness, offset, then the values; one 0 where there is none. */
enum { NET_MEAN_LOW, NET_MEAN_HIGH, NET_MEAN_LIKENESS, NET_MEAN_OFFSET, NET_MEAN_VALUES };
extern const float net_predict_mean_image[];

/* The processor the code takes, as x86-64-v4; empty: any of this kind of machine. */
extern const char net_predict_processor[];

void net_predict(const float *x, float *y, void *workspace);
/* The same for n images; equal bits. */
void net_predict_batch(const float *x, float *y, int64_t n, void *workspace);
/* 0: one stored image gives its stored result. May allocate, and gives -1 where it cannot. */
int net_predict_selftest(void);

#endif
