/* One statement of the network or line of the train block: whose options it gives, and whether it could stand there.
 * The checker builds the model on this; mend.c asks it about the lines it proposes. */
#ifndef NETC_STATEMENT_H
#define NETC_STATEMENT_H

#include "compiler/model/layer.h"
#include "compiler/model/options.h"
#include "compiler/model/settings.h"

OptionOwner layer_kind_owner(const LayerKind *kind);
/* `variant`: what the first word of its line chose; NULL: nothing. */
OptionOwner setting_kind_owner(Arena *arena, const SettingKind *kind, const Variant *variant);
/* The same by the name of the kind; false: there is none. A setting's has the options of the row that `word` chooses;
 * without one those of all rows, none of which is required. */
bool layer_owner(const char *name, OptionOwner *owner);
bool setting_owner(Arena *arena, const char *name, const char *word, OptionOwner *owner);

/* Reads what is written over what is in `values`, and fills in the rest. False after reporting. */
bool statement_read(Scope *scope, const OptionOwner *owner, const AstStmt *stmt, OptionValue *values);
/* Reads a line of the train block into the settings; `given`: it was written, not a standard. False after reporting. */
bool setting_apply(Scope *scope, Settings *settings, const SettingKind *kind, const AstStmt *line, bool given);

/* Whether a statement could stand in the network, or a line in the train block. What is wrong is reported to the
 * scope's diagnostics. */
bool layer_statement_good(Scope *scope, const AstStmt *stmt);
bool setting_line_good(Scope *scope, const AstStmt *line);

#endif
