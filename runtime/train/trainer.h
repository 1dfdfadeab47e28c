/* A training run, as the files of this folder share it. Inside the runtime; the way in is net_trainer_main
 * (main.h).
 *
 * setup.c fills a NetTrainer from the model and the command line, trainer.c runs its programs and keeps its clock,
 * train.c walks through the epochs, evaluate.c scores, checkpoint.c saves and restores, weights.c reads and writes
 * weight files, report.c writes config.json and result.json, run.c is all of one run; seeds.c sums up the runs of
 * several seeds, ensemble.c makes one network of several. All that a resumed run needs is in `place`, the buffers
 * param, state, best_param and best_state, and the gradient log's sums: what is added here must be added to
 * checkpoint.c.
 *
 * NetTrainer owns all it points to but the model; net_trainer_free releases it at any stage of its setup. */
#ifndef NET_TRAIN_TRAINER_H
#define NET_TRAIN_TRAINER_H

#include "runtime/base/safetensors.h"
#include "runtime/base/signals.h"
#include "runtime/data/loader.h"
#include "runtime/log/logs.h"
#include "runtime/log/progress.h"
#include "runtime/log/spectrum.h"
#include "runtime/train/options.h"
#include "runtime/train/runs.h"
#include "runtime/train/scalars.h"
#include "runtime/train/score.h"
#include "runtime/train/weight_hash.h"
#include "runtime/train/workers.h"

/* Where the training stands. Epochs count from 1; epoch 0 is the untrained network, which has no steps to do: its
 * position is its end. */
typedef struct {
    int64_t epoch;    /* in progress; beyond the last one: all is done */
    int64_t position; /* its steps done */
    int64_t step;     /* all steps done */
    int64_t best_epoch;
    int64_t cuts, cut_epoch;       /* by schedule plateau: how many so far, after which epoch the last one */
    double seconds, epoch_seconds; /* since the start of the run, of the epoch; up to the last stop of the clock */
    NetScore running;              /* the epoch's sums so far, measured while training */
    NetScore train, validation;    /* of the last whole epoch */
    NetScore best;                 /* on the validation part, after best_epoch; n 0: there is none */
} NetPlace;

typedef struct {
    const NetModel *model;
    NetOptions options;            /* as used */
    NetOptions defaults;           /* the model's own, for the checkpoint */
    char *kept_data, *kept_folder; /* own strings that `options` took from a checkpoint */
    NetData data;
    NetAugmenter *augmenter; /* of the training part; NULL: its examples stay as they are */
    NetLoader *loader;
    NetLoader *probe_loader; /* holds the batch of the probe */
    const NetBatch *probe;   /* the examples probed; NULL: none are */
    NetWorkers *workers;
    NetRun run;
    NetCsv csv;
    NetLogs *logs;
    NetSpectrum *spectrum; /* NULL: it is not logged */
    NetProgress *progress;
    bool resumed;
    json_t *result;                       /* what result.json holds, once it is known */
    char weights_hash[NET_WEIGHTS_HASH];  /* of the last weights, once training is over; else "" */
    int64_t n;                            /* examples of an epoch, copies of them included */
    int64_t batch;                        /* examples of a whole batch, at most n */
    int64_t steps;                        /* of an epoch: ceil(n / batch) */
    float *param, *state, *grad, *values; /* the kernels' buffers; `values` is their `batch` */
    float *best_param, *best_state;       /* NULL without a validation part */
    double *spread[NET_PARTS];            /* the variance of each number to learn, by part; NULL where none is asked */
    double *log;
    char *mean_image; /* as weights files have it; NULL: not yet made, or the data is no pictures */
    bool described;   /* whether that has been seen */
    float scalar[NET_SCALARS_ROOM];
    NetPlace place;
    double started; /* when this process began with the run: for the time limit */
    double clock;   /* when place.seconds was last brought up to date */
    double begun;   /* when this process began to train, and at which step: for the time left */
    int64_t begun_step;
    double saved;               /* when the last checkpoint was written */
    double checkpoint_interval; /* seconds: 10, or what the environment says (checkpoint.h) */
} NetTrainer;

/* The scores of a result; n 0 where there is none. */
typedef struct {
    NetScore train, validation, test, best_test;
} NetFinal;

/* How a piece of work ended. */
typedef enum {
    NET_WENT_ON,
    NET_STOPPED,   /* by a signal: the state is whole, and can be saved */
    NET_TIMED_OUT, /* by --time-limit: the same */
    NET_FAILED     /* *error says why */
} NetOutcome;

/* setup.c: everything up to the first step, resumed or new; the first checkpoint is written. With --evaluate there is
 * no run: all that is there are the weights. */
bool net_trainer_new(NetTrainer *trainer, const NetModel *model, const NetOptions *options, NetError *error);
void net_trainer_free(NetTrainer *trainer);

/* The folder of the run that --resume means, which free() releases; NULL: there is none, and none was named, so that a
 * new one starts, which is said. False when it is no run, or none that this trainer can go on with. */
bool net_trainer_find_run(const NetOptions *options, NetProgress *progress, char **folder, NetError *error);

/* Gives tensors that begin as copies of others the values that these have. */
bool net_trainer_copy_tensors(NetTrainer *trainer, NetError *error);

/* trainer.c: the buffer that a tensor lies in; param.h has its values there. */
float *net_trainer_buffer(const NetTrainer *trainer, const NetParam *param);

/* The step that comes next, over m images. */
NetStep net_trainer_step(const NetTrainer *trainer, int64_t m);

/* Runs a program over a batch; the log is cleared first, and the scalars become those of the step that comes next, over
 * this batch. Its two parts: up to where parameters change, and from there. */
void net_trainer_run(NetTrainer *trainer, const NetProgram *program, const NetBatch *batch);
void net_trainer_run_to_commit(NetTrainer *trainer, const NetProgram *program, const NetBatch *batch);
void net_trainer_run_commit(NetTrainer *trainer, const NetProgram *program, const NetBatch *batch);

/* Brings place.seconds and place.epoch_seconds up to now. */
void net_trainer_tick(NetTrainer *trainer);

/* Opens the logs that the model asks for in the run's folder; lengths: what each is cut back to, or NULL: they begin.
 */
bool net_trainer_open_logs(NetTrainer *trainer, const int64_t lengths[NET_CSV_FILES], NetError *error);

/* evaluate.c: scores the present weights on a part, in file order. */
NetOutcome net_trainer_evaluate(NetTrainer *trainer, NetPartName part, NetScore *score, NetError *error);

/* The same for all parts, with a line for each. */
NetOutcome net_trainer_evaluate_all(NetTrainer *trainer, NetFinal *final, NetError *error);

/* jacobian.c: takes the spectrum of the present weights and writes its rows; of how many examples it has Jacobians. */
bool net_trainer_spectrum(NetTrainer *trainer, NetError *error);
int64_t net_trainer_jacobians(const NetTrainer *trainer);

/* train.c: all epochs to the end. */
NetOutcome net_trainer_train(NetTrainer *trainer, NetError *error);

/* Whether the validation part has not gained for as many epochs as `stop` waits for: training is over. */
bool net_trainer_out_of_patience(const NetTrainer *trainer);

/* run.c: trains to the end, tests and writes down what came of it, or, with --evaluate, scores the weights: the exit
 * status. A diverged run and one that does not meet --require have a result, too. */
int net_trainer_go(NetTrainer *trainer, NetError *error);

/* weights.c: reads the file that --weights names into the buffers; writes a weight file into the run's folder, after so
 * many epochs (with a fraction, where the time limit cut one). */
bool net_trainer_load_weights(NetTrainer *trainer, NetError *error);
/* Its two parts: reads the file, which must be of as many networks as the trainer makes and which net_safetensors_free
 * releases; takes the weights, those of options.member where they are of several. */
bool net_trainer_read_weights(const NetTrainer *trainer, NetSafetensors *file, NetError *error);
bool net_trainer_take_weights(NetTrainer *trainer, const NetSafetensors *file, NetError *error);
/* Makes, once, what weights files say of the pictures they are from: what a weight file is written with. */
NetOutcome net_trainer_describe_pictures(NetTrainer *trainer, NetError *error);
bool net_trainer_save_weights(NetTrainer *trainer, const char *name, double epoch, const float *param,
                              const float *state, NetError *error);
/* Fills in weights_hash, from the present weights. */
bool net_trainer_weights_hash(NetTrainer *trainer, NetError *error);

/* report.c: config.json at the start, in the folder of a run, result.json at the end. `status` is "done", "time_limit",
 * "diverged" or, without a run and so without a file, "evaluated". The result stays in trainer->result. */
bool net_trainer_write_config(NetTrainer *trainer, const NetRun *run, NetError *error);
bool net_trainer_write_result(NetTrainer *trainer, const char *status, const NetFinal *final, NetError *error);

/* What came of an ensemble: the figures of its last and best weights, the results of its networks. */
typedef struct {
    const char *status;
    const NetRun *run; /* NULL: weights were evaluated */
    NetFinal last, best;
    const char *weights_hash; /* of the last weights of all; "" where there are none */
    int64_t seed;             /* the first */
    json_t *members;
} NetEnsembleResult;

/* Its result.json, made and written; with --json it is printed, too. */
json_t *net_report_ensemble(const NetTrainer *trainer, const NetEnsembleResult *result);
bool net_report_save_result(const NetOptions *options, const NetRun *run, const json_t *result, NetError *error);

/* Prints what a quiet run does: "test_accuracy 0.94", as result.json has it. */
void net_report_print(const NetModel *model, const json_t *result);

/* The figure that a result comes down to, by its name there: what the network is judged by, on the test part or,
 * without one, on the validation or the training part. False: the result has none. */
enum { NET_FIGURE_NAME = 48 };
bool net_report_figure(const NetModel *model, const json_t *result, char name[NET_FIGURE_NAME]);

/* describe.c: the lines that a training begins with: model, data, what is made of it, how it is learned. */
void net_trainer_describe(const NetTrainer *trainer);

/* advice.c: notes about data that is oddly cut, and about a training that does not learn. */
void net_trainer_advise_data(const NetTrainer *trainer);
void net_trainer_advise_epoch(const NetTrainer *trainer);

#endif
