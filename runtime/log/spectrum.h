/* The rows of spectrum.csv, and with full=true all singular values, in spectrum.safetensors beside it.
 *
 * At a time when the log is due, whoever has the matrices gives them one after the other, and then ends the time. A row
 * is of a layer's weight (one matrix or, of a convolution with groups, one a group: their values are taken together) or
 * of the Jacobian behind the layer (one matrix an example: its figures are means over these).
 *
 * What full=true keeps is in memory, and in the file as of the last checkpoint. Trainers are linked with OpenBLAS where
 * they log this (lapack.h). */
#ifndef NET_LOG_SPECTRUM_H
#define NET_LOG_SPECTRUM_H

#include "runtime/log/csv.h"
#include "runtime/train/model.h"

typedef struct {
    int layer;                /* of NetModel.layer */
    const NetParam *weight;   /* NULL: it is a Jacobian, */
    const NetLogEntry *entry; /* which lies so in the rows of the program's outputs */
    int64_t matrices;         /* so many, each of */
    int64_t rows, columns;    /* this size */
    double *values;           /* of each min(rows, columns) */
} NetSpectrumRow;

typedef struct NetSpectrum NetSpectrum;

/* examples: of which there are Jacobians. */
NetSpectrum *net_spectrum_new(const NetModel *model, int64_t examples, NetError *error);
void net_spectrum_free(NetSpectrum *spectrum);

/* The rows, in the order of the layers. */
int net_spectrum_rows(const NetSpectrum *spectrum);
const NetSpectrumRow *net_spectrum_row(const NetSpectrum *spectrum, int row);

/* Where the caller puts a matrix, row by row, before it is taken in: the number of one of a row's. */
double *net_spectrum_matrix(NetSpectrum *spectrum);
bool net_spectrum_take(NetSpectrum *spectrum, int row, int64_t matrix, NetError *error);
/* All are taken in: writes the rows of this time. */
bool net_spectrum_write(NetSpectrum *spectrum, int64_t step, NetCsv *csv, NetError *error);

/* The file of all values in a run's folder: written, where there are some; read by a resumed run, of which `step` steps
 * are done. Nothing without full=true. */
bool net_spectrum_save(const NetSpectrum *spectrum, const char *folder, NetError *error);
bool net_spectrum_restore(NetSpectrum *spectrum, const char *folder, int64_t step, NetError *error);

#endif
