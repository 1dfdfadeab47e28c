/* Scores: sums over examples, and the figures that are made of them.
 *
 * Sums are added chunk by chunk in order, in double, so a score does not depend on how a pass is cut into batches of
 * whole chunks, nor on threads (the squares of each output, for R2, are summed by the batch). Which figures a network
 * has follows from what its programs log. Nothing here can fail. */
#ifndef NET_TRAIN_SCORE_H
#define NET_TRAIN_SCORE_H

#include "runtime/data/loader.h"
#include "runtime/train/model.h"

/* sum[NET_LOG_SQUARED_ERRORS] is of each output's squares over its variance, and the mean of that over the outputs. */
typedef struct {
    double sum[NET_LOG_SCORES]; /* over the examples, by what is logged */
    int64_t n;                  /* examples; 0: there is no score */
} NetScore;

/* In the order in which they are reported; the first that a network has beside the cost is what it is judged by. */
typedef enum {
    NET_FIGURE_COST,     /* mean of an example, without penalty */
    NET_FIGURE_ACCURACY, /* share of examples classified right, or of all answers to them */
    NET_FIGURE_EXACT,    /* share of examples of which all answers are right */
    NET_FIGURE_F1,       /* 2tp / (2tp + fp + fn), of all answers */
    NET_FIGURE_RMSE,     /* root mean square error of an output */
    NET_FIGURE_MAE,      /* mean absolute error of an output */
    NET_FIGURE_R2,       /* 1 - (squared errors of an output) / (its variance), mean over the outputs */
    NET_FIGURES
} NetFigure;

/* The figures a network has, the cost first. Returns how many there are. */
int net_model_figures(const NetModel *model, NetFigure figures[NET_FIGURES]);

/* What a network is judged by: the figure behind the cost, or the cost. */
NetFigure net_model_measure(const NetModel *model);

/* What chooses the best epoch: `stop monitor=`. */
NetFigure net_model_monitor(const NetModel *model);

/* Its name in files, "rmse"; for people, "RMSE"; whether it is a share, which people read in per cent. */
const char *net_figure_name(NetFigure figure);
const char *net_figure_title(NetFigure figure);
bool net_figure_is_share(NetFigure figure);
/* Whether a field of files that ends in a figure's name, as "best_test_accuracy" does, is a share. */
bool net_figure_field_is_share(const char *field);

/* The figure of that name in files; -1: there is none. */
int net_figure_find(const char *name);

/* Adds what one run of a program over n examples left in the log. `spread` has the variance of each number that is to
 * come out, over the part that the examples are of; NULL where nothing is made of it. */
void net_score_add(const NetModel *model, const NetProgram *program, const double *log, int64_t n, const double *spread,
                   NetScore *score);

/* Adds what comes of a batch's outputs, of all its rows, to all sums but the cost's: what the program `eval` logs. */
void net_score_add_outputs(const NetModel *model, const NetBatch *batch, const float *outputs, const double *spread,
                           NetScore *score);

/* The value of a figure; not a number (NaN) where it has none, such as R2 of numbers that are all equal. */
double net_score_figure(const NetModel *model, const NetScore *score, NetFigure figure);
double net_score_cost(const NetScore *score);
double net_score_value(const NetModel *model, const NetScore *score); /* of the measure */

/* Whether a is strictly better than b by what is monitored; every score is better than none. */
bool net_score_better(const NetModel *model, const NetScore *a, const NetScore *b);

#endif
