/* The file that was probably meant by a path that names none. */
#ifndef NETC_DRIVER_NEAR_PATH_H
#define NETC_DRIVER_NEAR_PATH_H

#include "compiler/base/base.h"

/* "; did you mean 'd.net'?", for the end of a message: the file beside it with that name before ".net", or else the one
 * whose name is nearest. "" when the path exists, or nothing is near. */
const char *near_path_question(Arena *arena, const char *path);

#endif
