/* Paths people mistype: what a file that is not there may have been meant to be, and what an ending promises. Reads
 * folders, changes nothing, cannot fail. */
#ifndef NET_BASE_PATHS_H
#define NET_BASE_PATHS_H

#include <stdbool.h>

enum { NET_PATH_ADVICE = 512 };

/* How a message that there is no such file goes on: "; did you mean 'small.net'?". "": the file is there, or nothing
 * is known. */
const char *net_path_advice(char out[NET_PATH_ADVICE], const char *path);

/* Whether a path ends like that, with something before it; capitals do not matter. */
bool net_path_ends(const char *path, const char *ending);

/* The ending of a name that promises one form of file, and what that form is: ".csv" and "a table of text". NULL: it
 * promises nothing. */
typedef struct {
    const char *ending, *what;
} NetEnding;
const NetEnding *net_path_ending(const char *path);

/* How a message that an output cannot be written goes on, whose path -o names: "; write -o DIR/NAME" for a folder. */
const char *net_output_advice(char out[NET_PATH_ADVICE], const char *path, const char *name);

#endif
