/* The loop interpreter, which netc train runs in its own process. */
#include "compiler/driver/backend.h"

const Backend backend_interp = {.name = "interp", .called = "the interpreter"};
