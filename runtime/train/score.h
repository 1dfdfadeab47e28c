/* Scores: sums over examples, and what they become.
 *
 * Sums are added chunk by chunk in order, in double, so a score does not depend on how a pass is cut into batches of
 * whole chunks, nor on threads. Nothing here can fail. */
#ifndef NET_TRAIN_SCORE_H
#define NET_TRAIN_SCORE_H

#include "runtime/train/model.h"

typedef struct {
    double cost, correct, squared_error, absolute_error; /* sums over the examples */
    int64_t n;                                           /* examples; 0: there is no score */
} NetScore;

/* What a network is judged by. */
typedef enum {
    NET_MEASURE_ACCURACY, /* share of examples classified right: higher is better */
    NET_MEASURE_RMSE,     /* root mean square error of an output: lower is better */
    NET_MEASURE_COST      /* neither is logged: mean cost, lower is better */
} NetMeasure;

NetMeasure net_model_measure(const NetModel *model);

/* Its name in files: "accuracy", "rmse" or "cost". */
const char *net_measure_name(NetMeasure measure);

/* Adds what one run of a program over n examples left in the log. */
void net_score_add(const NetModel *model, const NetProgram *program, const double *log, int64_t n, NetScore *score);

/* Mean cost of an example, without penalty. */
double net_score_cost(const NetScore *score);

/* Accuracy, RMSE or mean cost. */
double net_score_value(const NetModel *model, const NetScore *score);

/* Mean absolute error of an output. */
double net_score_mae(const NetModel *model, const NetScore *score);

/* The figures of a score, by their names in files: "cost", then "accuracy", or "rmse" and perhaps "mae". Returns how
 * many there are. */
enum { NET_FIGURES = 3 };
int net_score_names(const NetModel *model, const char *names[NET_FIGURES]);
double net_score_figure(const NetModel *model, const NetScore *score, int figure);

/* What chooses the best epoch, for people: "accuracy", "RMSE" or "cost". */
const char *net_model_monitor(const NetModel *model);

/* Whether a is strictly better than b; every score is better than none. Compared is the cost under
 * `stop monitor=cost`, else the model's measure. */
bool net_score_better(const NetModel *model, const NetScore *a, const NetScore *b);

#endif
