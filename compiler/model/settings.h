/* The settings of the train block: a table row each, read by the same mechanism as the options of layers. */
#ifndef NETC_SETTINGS_H
#define NETC_SETTINGS_H

#include "compiler/model/value.h"

typedef struct {
    Diags *diags;
    Settings *settings;
    const OptionValue *option; /* parallel to the kind's options */
    bool given;                /* false: this is the standard */
    Span at;                   /* the statement; without one, the train block or the network */
} SettingContext;

typedef struct {
    const char *name;
    const char *doc;
    const char *standard; /* the line that holds when none is written; NULL: the setting is off */
    const OptionSpec *options;
    size_t option_count;
    bool (*apply)(SettingContext *context); /* fills in the settings; false after reporting */
} SettingKind;
extern const SettingKind setting_kinds[];
extern const size_t setting_kind_count;
const SettingKind *setting_kind_find(const char *name); /* NULL: there is none */

/* A data set that netc knows by name, or a form of files. */
typedef struct {
    const char *name;
    const char *doc;
    bool files; /* the files are given as options (idx) */
    int rank;   /* of one example; 0: only the files tell */
    int64_t dim[3];
    int64_t classes; /* 0: only the files tell */
} DataKind;
extern const DataKind data_kinds[];
extern const size_t data_kind_count;
const DataKind *data_kind_find(const char *name);

/* Whether it is the name of a layer kind or of a setting. */
bool word_begins_statement(const char *word);

/* The statement that gave each setting, parallel to setting_kinds; NULL: the standard holds. */
typedef struct {
    const AstStmt *const *lines;
} SettingLines;

/* Reads the train block (NULL: there is none) and the --set lines into model->settings; --set texts are attached to
 * `source`. False after an error. The cost is left to settings_agree() when no line gives it. */
bool settings_read(Scope *scope, Model *model, const AstStmt *train, const ModelChanges *changes, Source *source,
                   SettingLines *result);
/* Checks settings against a network without errors (outputs and target, activation and cost, data and input), and
 * chooses the cost where no line does. */
void settings_agree(Scope *scope, Model *model, const SettingLines *lines);

/* Of a line such as "cost quadratic": the line that goes with the last layer so far instead; NULL: it does. */
const char *cost_that_suits(const Model *model, const char *line);

#endif
