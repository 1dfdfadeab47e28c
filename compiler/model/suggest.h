/* Help for a word that is not known where it stands. */
#ifndef NETC_SUGGEST_H
#define NETC_SUGGEST_H

#include "compiler/base/diag.h"

/* Adds what was probably meant: an alias, else what netc has none of, else the nearest candidate. */
void suggest_word(Diags *diags, Diag *diag, const char *word, const char *const *candidates, size_t count);

#endif
