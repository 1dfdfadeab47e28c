/* What settings_agree() is made of: do settings and network suit each other? Asked of a network without errors. */
#ifndef NETC_AGREE_H
#define NETC_AGREE_H

#include "compiler/model/value.h"

/* ---- the lines of the train block (agree_lines.c) ---- */

/* A setting by its name, and an option of one. BUG: there is none. */
Setting *agree_setting(const Settings *settings, const char *name);
OptionValue *agree_option(const Setting *setting, const char *name);
/* The line that gives a setting; NULL: there is none. */
const AstStmt *agree_line(const Model *model, const char *name);
/* The place of an option in the table of a kind of layers; their number: there is none. */
size_t agree_option_place(const LayerKind *kind, const char *name);

/* Where a mismatch is reported: at the line or, without one, at the layer. */
Span agree_place(const AstStmt *line, const Layer *layer);
/* Where a layer is reported that a line of the train block does not suit: at the layer, which the note says the line
 * of; a line of --set is to blame itself. */
Span agree_blamed(const Scope *scope, const AstStmt *line, const Layer *layer);
void agree_note(Scope *scope, Diag *diag, const AstStmt *line);

/* ---- the outputs ---- */

/* The layer that gives the last one its outputs: it has the number of what it reads, unless it has weights. */
const Layer *agree_outputs_layer(const Layer *last);
/* The line of the last layer with another number of outputs, where it is dense, and with the activation, where it says
 * none; else such a line to end with. */
const char *agree_outputs_help(Scope *scope, const Layer *last, int64_t outputs, const char *function);
/* The same of one output a class. */
const char *agree_class_help(Scope *scope, const Layer *last, int64_t classes);

/* ---- what never comes about (agree_idle.c) ---- */

void agree_idle(Scope *scope, const Model *model);

/* ---- the data (agree_data.c) ---- */

/* How many classes the data has that is named, or about to be learned; 0: that is not known. */
int64_t agree_classes(const Model *model);
/* How many examples there are to train on, where the data is known; 0: it is not. */
int64_t agree_examples(const Model *model);
/* The same of an epoch: copies of examples count. */
int64_t agree_rows(const Model *model);
bool agree_has_test_file(const Settings *settings);

/* Report what does not suit. The target of a set that has classes comes first: */
void agree_target(Scope *scope, const Model *model);
/* `before`: the errors there were before anything was said of the last layer. */
void agree_data(Scope *scope, const Model *model, const Layer *last, size_t before);
void agree_class_names(Scope *scope, const Model *model, const Layer *last);
void agree_split(Scope *scope, const Model *model);

#endif
