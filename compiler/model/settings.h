/* The settings of the train block: a table row each, read by the same mechanism as the options of layers. */
#ifndef NETC_SETTINGS_H
#define NETC_SETTINGS_H

#include "compiler/model/value.h"
#include "runtime/log/subjects.h"

/* A smaller l2 is one of Keras and Caffe, which do not divide it by the number of examples. */
#define LEAST_L2 0.05

/* What trainers know the settings of the training cost by. */
#define CLASS_WEIGHTS "class_weights"
#define LABEL_SMOOTHING "label_smoothing"
/* What they know the number of an ensemble's networks by, and how many there may be. */
#define ENSEMBLE "ensemble"
#define ENSEMBLE_MOST 1000
/* What the last layer keeps of the numbers to learn. */
#define TARGET_MEAN "target_mean"
#define TARGET_STD "target_std"

typedef struct {
    Diags *diags;
    Settings *settings;
    OptionValue *option; /* parallel to the kind's options, then to the variant's */
    Span at;             /* the statement; without one, the train block or the network */
    const AstStmt *line; /* NULL: a default */
} SettingContext;

/* What the first word of a setting chooses: a row with options of its own. */
typedef struct {
    const char *name;
    const char *doc;
    const OptionSpec *options;
    size_t option_count;
    bool (*check)(SettingContext *context); /* of its options together; false after reporting; NULL: all go together */
} Variant;

typedef struct {
    const char *name;
    const char *doc;
    const char *standard; /* the line that holds when none is written; NULL: the setting is off */
    const OptionSpec *options;
    size_t option_count;
    const Variant *(*variant)(size_t place); /* parallel to the first option's words; NULL: it has none */
    bool some;                               /* one of its options must be given */
    bool several;                            /* it may have several lines, that `apply` puts together */
    bool (*apply)(SettingContext *context);  /* what the compiler decides by it; false after reporting; NULL: nothing */
} SettingKind;
extern const SettingKind setting_kinds[];
extern const size_t setting_kind_count;
const SettingKind *setting_kind_find(const char *name); /* NULL: there is none */
/* Space for all settings of a model, off. */
void settings_new(Arena *arena, Settings *settings);
/* What the line of a setting gives an option; NULL: nothing. */
const OptionValue *settings_option(const Settings *settings, const char *name, const char *option);

/* A data set that netc knows by name, or a form of files. */
typedef struct {
    Variant variant;
    bool lists;               /* its examples are lists of numbers: pictures only where the input says so */
    bool bytes;               /* its examples are bytes, of which a network sees 0 to 1 */
    const char *x, *y, *test; /* options that name the files: to train on, what these are to give, to test; or NULL */
    int rank;                 /* of one example; 0: only the files tell */
    int64_t dim[3];
    int64_t classes; /* 0: only the files tell */
} DataKind;
extern const DataKind data_kinds[];
extern const size_t data_kind_count;
extern const char *const data_words[]; /* their names */
const DataKind *data_kind_find(const char *name);

/* Whether it is the name of a layer kind or of a setting. */
bool word_begins_statement(const char *word);

/* Reads the train block (NULL: there is none) and the --set lines into model->settings; --set texts are attached to
 * `source`. False after an error. The cost is left to settings_agree() when no line gives it. */
bool settings_read(Scope *scope, Model *model, const AstStmt *train, const ModelChanges *changes, Source *source);
/* All settings off but for the lines that hold when none is written. */
void settings_begin(Scope *scope, Settings *settings);
/* Reads a line `data …` that stands alone, with the standards of all else. False after an error. */
bool settings_read_data(Scope *scope, Settings *settings, const AstStmt *line);
/* Gives the last layer rows for what is kept beside the network: the weights of classes, the scale of the numbers. */
void settings_store(Arena *arena, Model *model);
/* Checks settings against a network without errors (outputs and target, activation and cost, data and input), and
 * chooses the cost where no line does. */
void settings_agree(Scope *scope, Model *model);

/* A subject of logs: whether it is logged, how often (in steps; 0: every epoch), the examples of its probe (0: none),
 * if there are as many, and whether a line asks for them. */
typedef struct {
    bool on, asks;
    int64_t every, probe;
    const AstStmt *line; /* that says so */
} LogSubject;
LogSubject settings_log(const Settings *settings, NetSubjectName subject);
/* The examples of the probe, which all subjects share; 0: there is none. */
int64_t settings_probe(const Settings *settings);
/* Gives the subjects that cannot be without a probe that of the others. False after reporting that lines ask for
 * different ones. */
bool settings_agree_probe(Diags *diags, Settings *settings);

/* What trainers know of the train block, one after the other; false: that was all. An option of a word's own row takes
 * the place of one with the same name elsewhere: weight_decay is adamw's there, not regularize's. */
typedef struct {
    const Setting *setting;
    const OptionSpec *spec;
    OptionValue *value;
} TrainerSetting;
bool settings_next(const Settings *settings, TrainerSetting *at);
/* The number that trainers know by this name; 0 for a word in its place, 1 for true. BUG: there is none. */
double settings_number(const Settings *settings, const char *name);
/* The word that trainers know by this name. BUG: there is none. */
const char *settings_word(const Settings *settings, const char *name);
/* The same of the tables, without a model: every option that some trainer has on its command line. */
const OptionSpec *settings_flagged(size_t place); /* NULL: there are no more */
/* Whether what trainers know by this name says what is logged: it changes nothing in a training. */
bool settings_of_logs(const char *name);
/* One that several rows describe alike comes once. */
const OptionSpec *settings_flag(size_t place);

/* Of a line such as "cost quadratic": the line that goes with the last layer so far instead, and the function that does
 * not; NULL: it does. */
const char *cost_that_suits(Arena *arena, const Model *model, const char *line, const char **replaced);

#endif
