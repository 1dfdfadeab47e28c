/* The experiments of chapters 5 and 6 of Nielsen's book, and a few more: one table.
 *
 * An experiment is a list of rows: a network, trained with each of several seeds, at one rate or at each of a list. Its
 * columns say what is read out of these trainings, its plots which curves are drawn. What stands in the texts is beside
 * it: of a row its number, of a curve its points (published.h). Nothing here can fail; all is constant. */
#ifndef NETC_EXPERIMENTS_EXPERIMENT_H
#define NETC_EXPERIMENTS_EXPERIMENT_H

#include "compiler/base/base.h"

/* What a number of a training is. Hidden layers are those of gradients.csv but the last. */
typedef enum {
    READ_RESULT,   /* the figure `name` of result.json */
    READ_EPOCH,    /* the column `name` of epochs.csv after epoch `at` */
    READ_FIRST,    /* the column `name` of gradients.csv in the first hidden layer, in the rows of step `at`, */
    READ_LAST,     /* in the last hidden layer, */
    READ_RATIO,    /* in the last one over the first, */
    READ_FACTOR,   /* from one hidden layer to the one before it: the geometric mean */
    READ_WEIGHT,   /* the mean of the tensor `name` in the last rows of weights.csv */
    READ_SPREAD,   /* the largest singular value over the smallest, of `name` in spectrum.csv ("weight", "jacobian"), in
                      the rows of step `at`: the geometric mean over the hidden layers */
    READ_JACOBIAN, /* the column `name` of spectrum.csv of the first hidden layer's Jacobian, in the rows of step `at`
                    */
    /* of the means of a row and those of the row it stands against: */
    READ_ERRORS, /* the share of the other's errors that are gone, by the column `name` */
    READ_GAP     /* the share of the other's ratio that is gone, on a logarithmic scale, by the column `name` */
} ReadKind;

enum { AT_END = -1 }; /* of READ_EPOCH and the rows of a step: the last there is */

typedef struct {
    const char *key;   /* in files */
    const char *title; /* of the column */
    ReadKind kind;
    const char *name;
    int at;
    bool share; /* written in per cent */
    bool tuned; /* of the rates that are tried the one that is best on the validation part, else the first */
} Column;

/* What is drawn: of all seeds the mean, with its deviation. */
typedef struct {
    const char *name; /* of its file */
    const char *title, *y_title;
    const char *row; /* a curve for each of its layers; NULL: one for each row */
    /* A column of gradients.csv, by step and hidden layer, of the Jacobians before the first step in spectrum.csv, by
     * hidden layer, or of epochs.csv, by epoch; the key of its curves, too. */
    const char *column;
    bool layers; /* it is one of gradients.csv */
    bool depth;  /* it is one of spectrum.csv */
    bool log, share;
} Plot;

enum { ROW_WORDS = 6, ROW_TEXTS = 6 };

typedef struct Row Row;
struct Row {
    const char *name;  /* in names of files and to be called by */
    const char *title; /* in tables */
    const char *model; /* one that ships with netc; NULL: nothing is trained, `compute` gives the numbers */
    const char *lets[ROW_WORDS], *sets[ROW_WORDS];
    int epochs;                       /* 0: as many as the model says */
    const char *against;              /* READ_ERRORS, READ_GAP: the name of the other row */
    const double *rates;              /* that are tried, ends with 0; NULL: that of the model */
    double text[ROW_TEXTS];           /* what the texts say, by column; 0: nothing */
    void (*compute)(double *numbers); /* by column */
};

typedef struct {
    const char *name, *title;
    const char *source; /* where it stands in the texts, and what the numbers beside ours are */
    const char *doc;    /* what it shows: sentences */
    const Row *rows;
    size_t row_count;
    const Column *columns;
    size_t column_count;
    const Plot *plots;
    size_t plot_count;
    int seeds;      /* 1 to this, unless --seeds says otherwise */
    double minutes; /* that it takes on two cores, about */
    /* How far the first column may lie from the text's number; both 0: they are not compared. */
    double below, above;
} Experiment;

extern const Experiment experiments[];
extern const size_t experiment_count;

/* NULL: there is none of that name. */
const Experiment *experiment_find(const char *name);
/* The row of that name, or NULL. */
const Row *experiment_row(const Experiment *experiment, const char *name);

/* The exercise on when gradients can avoid to vanish: the widest interval of a in which |wσ′(wa + b)| >= 1, and its w.
 */
void compute_bound(double *numbers);

#endif
