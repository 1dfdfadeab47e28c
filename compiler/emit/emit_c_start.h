/* What emitted C begins with: the vectors and numbers of runtime/vec.h, or what is needed of runtime/vec_c99.h. */
#ifndef NETC_EMIT_C_START_H
#define NETC_EMIT_C_START_H

#include "compiler/base/target.h"
#include "compiler/loop/loop.h"

/* `plain`: the C99 that follows, without extensions; NULL: it is for gcc and clang. */
void emit_c_start(Text *out, const Code *code, const Target *target, const Text *plain);

#endif
