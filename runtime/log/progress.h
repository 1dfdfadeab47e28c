/* What a person sees while a trainer runs.
 *
 *     epoch  3/10 [=================>      ] 71 %   42,318 images/s   cost 0.0713   left 0:11
 *     epoch  3/10  train 98.71 % (0.0698)  val 98.66 % (0.0712)  1.42 s  left 0:10
 *     test    98.74 %  (9,874 of 10,000; ± 0.11)  last epoch
 *
 * Lines are results and go to standard output (with json: to standard error, as standard output then holds JSON
 * alone). The moving bar goes to standard error, when that is a terminal that can move (TERM is not "dumb"); it is
 * gone before anything else is printed. Colour only on a terminal, unless asked for, and never with NO_COLOR set.
 * `quiet` leaves all of it out but messages. Nothing here can fail but the allocation; whether standard output took all
 * is for the caller to ask at the end. */
#ifndef NET_LOG_PROGRESS_H
#define NET_LOG_PROGRESS_H

#include "runtime/train/score.h"

typedef struct NetProgress NetProgress;

typedef struct {
    int64_t epoch, epochs;
    double share;         /* of the epoch, 0 to 1 */
    double speed;         /* images a second */
    NetScore score;       /* so far in this epoch */
    double left;          /* seconds until the end of the run; below 0: not known */
    int64_t seed;         /* shown when one of several; -1: not */
    const double *speeds; /* of the layers, which are drawn above the bar (watch.h); NULL: they are not */
} NetBar;

typedef struct {
    int64_t epoch, epochs;
    NetScore train, validation; /* validation.n 0: there is none */
    bool best;                  /* the best on the validation part so far */
    double seconds;             /* of this epoch, evaluation included */
    double left;                /* as in NetBar */
} NetEpochLine;

/* color: -1 never, 0 on a terminal, 1 always. */
NetProgress *net_progress_new(const NetModel *model, bool quiet, bool json, int color, NetError *error);
void net_progress_free(NetProgress *progress);

/* "tag     text", where the tag is one word or empty; on a terminal wrapped at words. Left out when quiet. */
void net_progress_line(NetProgress *progress, const char *tag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* From now on only the bar and messages, as for one run of several. */
void net_progress_hush(NetProgress *progress);

/* A message on standard error: "program: text"; where --quiet asks for one line, but for "note: …". */
void net_progress_note(NetProgress *progress, const char *program, const char *text);

/* Whether standard error is a terminal on which the bar can move. */
bool net_progress_moves(void);

/* Draws the bar, at most ten times a second; free to call after each step. */
void net_progress_bar(NetProgress *progress, const NetBar *bar);

/* Whether net_progress_bar would draw: what it shows need not be computed otherwise. */
bool net_progress_due(const NetProgress *progress);

/* At most 80 columns while epochs have up to 6 digits, 8 more with the 10 digits they may have: the costs in brackets,
 * the times left out where they do not fit. */
void net_progress_epoch(NetProgress *progress, const NetEpochLine *line);

/* "TAG   98.74 %  (9,874 of 10,000; ± 0.11)  which": a result. */
void net_progress_score(NetProgress *progress, const char *tag, const NetScore *score, const char *which);

enum { NET_SCORE_TEXT = 96 };
/* The score as people read it: "98.71 %", "RMSE 0.1234"; with a deviation of at least 0: "98.71 ± 0.21 %". */
const char *net_score_text(const NetModel *model, char out[NET_SCORE_TEXT], double value, double deviation);

void net_progress_saved(NetProgress *progress, const char *folder);

/* Takes the bar away: before others print, and at the end. */
void net_progress_clear(NetProgress *progress);

/* Seconds of a clock that never jumps. */
double net_clock(void);

#endif
