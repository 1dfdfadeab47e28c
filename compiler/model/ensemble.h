/* Several networks that answer together: the setting `ensemble N combine=mean|vote`. */
#ifndef NETC_ENSEMBLE_H
#define NETC_ENSEMBLE_H

#include "compiler/model/model.h"

/* How their outputs become one: a NET_COMBINE_… of runtime/base/combine.h. */
int ensemble_combine(const Model *model);

#endif
