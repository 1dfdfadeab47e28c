/* The file that was probably meant by a path that names none. */
#ifndef NETC_DRIVER_NEAR_PATH_H
#define NETC_DRIVER_NEAR_PATH_H

#include "compiler/base/base.h"

/* A file beside it whose name is the nearest, or the same with an ending in front of which it stops: d.net for d. NULL
 * when the path exists, or nothing is near. */
const char *near_path(Arena *arena, const char *path);
/* "; did you mean 'd.net'?", "" when there is nothing near: for the end of a message. */
const char *near_path_question(Arena *arena, const char *path);

#endif
