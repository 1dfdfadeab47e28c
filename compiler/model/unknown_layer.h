/* What is said of a statement whose first word is no kind of layer. */
#ifndef NETC_UNKNOWN_LAYER_H
#define NETC_UNKNOWN_LAYER_H

#include "compiler/syntax/ast.h"

void report_unknown_layer(Diags *diags, const AstStmt *stmt);

#endif
