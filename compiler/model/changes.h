/* Errors in what the command line changes of a model. */
#ifndef NETC_MODEL_CHANGES_H
#define NETC_MODEL_CHANGES_H

#include "compiler/base/diag.h"
#include "compiler/syntax/ast.h"

/* Gives a help line to each error in a -D value or a --set line that has none. */
void changes_help(Diags *diags, const AstFile *file, const Source *source);

#endif
