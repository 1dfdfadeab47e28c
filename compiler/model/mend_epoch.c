#include "compiler/model/mend_epoch.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/model/settings.h"
#include "runtime/data/sets.h"
#include "runtime/data/split.h"

bool mend_counts_epochs(const OptionSpec *spec) { return string_is(spec->trainer.argument, "EPOCHS"); }

/* The line of a setting in the train block; NULL: there is none. */
static const AstStmt *line_of(const Scope *scope, const char *setting) {
    for (size_t i = 0; scope->file && i < scope->file->top.count; i++) {
        const AstStmt *block = scope->file->top.at[i];
        for (size_t k = 0; block->kind == AST_TRAIN && k < block->body.count; k++) {
            const AstStmt *line = block->body.at[k];
            if (line->kind == AST_STATEMENT && string_is(line->name, setting)) return line;
        }
    }
    return NULL;
}

/* An option's value, the first one without a name for NULL; NULL: it is not given, or cannot be read. */
static const AstValue *value_of(const Scope *scope, const char *setting, const char *option) {
    const AstStmt *line = line_of(scope, setting);
    for (size_t i = 0; line && i < line->args.count; i++) {
        const AstArg *arg = &line->args.at[i];
        if (option ? !string_is(arg->key, option) : arg->key != NULL) continue;
        Diags diags = {.arena = scope->arena, .source = scope->diags->source};
        Scope quiet = *scope;
        quiet.diags = &diags;
        quiet.trial = NULL;
        return scope_evaluate(&quiet, arg->value);
    }
    return NULL;
}

static double number_of(const Scope *scope, const char *setting, const char *option) {
    const AstValue *value = value_of(scope, setting, option);
    return value && value->kind == AST_NUMBER ? value->number : 0;
}

/* Of a line, or of the one that holds without it. */
static double usual_number(const Scope *scope, const char *setting) {
    const char *standard = setting_kind_find(setting)->standard + strlen(setting);
    double number = number_of(scope, setting, NULL);
    return number > 0 ? number : strtod(standard, NULL);
}

double mend_epochs(const Scope *scope) { return usual_number(scope, "epochs"); }

int64_t mend_epoch_steps(const Scope *scope) {
    const AstValue *data = value_of(scope, "data", NULL), *batch = value_of(scope, "batch", NULL);
    const NetDataSet *set = line_of(scope, "data") == NULL           ? net_data_set("digits")
                            : data != NULL && data->kind == AST_NAME ? net_data_set(data->name)
                                                                     : NULL;
    const double asked[NET_PARTS] = {number_of(scope, "split", "train"), number_of(scope, "split", "validation"),
                                     number_of(scope, "split", "test")};
    int64_t rows[NET_PARTS];
    if (!set || !net_split_rows(asked, set->train_count, set->test_count, rows)) return 0;
    if (batch && batch->kind == AST_NAME) return 1; /* full */
    double examples = usual_number(scope, "batch"); /* as written, of any size */
    if (!(examples >= 1)) return 0;
    if (examples >= (double)rows[NET_PART_TRAIN]) return 1;
    return (rows[NET_PART_TRAIN] + (int64_t)examples - 1) / (int64_t)examples;
}
