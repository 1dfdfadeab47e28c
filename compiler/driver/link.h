/* Tools and files on the way to an output: a scratch folder, the C compiler, a file that is written whole or not at
 * all. Programs are started with posix_spawnp, never through a shell.
 *
 * All functions that can fail print why (as report_environment does) and return false. An interrupt (INT, TERM, HUP)
 * ends the work at the next step, with everything temporary removed. */
#ifndef NETC_DRIVER_LINK_H
#define NETC_DRIVER_LINK_H

#include "compiler/base/base.h"
#include "runtime/base/atomic.h"

typedef struct {
    Arena *arena;
    const char *cc;     /* the C compiler; NULL after tools_open_scratch */
    const char *folder; /* scratch, made by tools_open */
    bool verbose;
} Tools;

/* Finds the C compiler (`cc`, else what CC names, else gcc, cc or clang) and makes a scratch folder. */
bool tools_open(Arena *arena, const char *cc, bool verbose, Tools *tools);
/* The same for outputs that need no C compiler. */
bool tools_open_scratch(Arena *arena, bool verbose, Tools *tools);
/* Removes the scratch folder with the files in it. */
void tools_close(Tools *tools);
/* "FOLDER/name" in the scratch folder. */
const char *tools_path(const Tools *tools, const char *name);
/* Runs a command (a list that ends with NULL) to its end. */
bool tools_run(const Tools *tools, const char *const *command);
/* Libraries that only some trainers need. */
typedef struct {
    const char *openblas; /* what takes it: "init=orthogonal"; NULL: nothing */
    bool protobuf;        /* protobuf-c: log formats=[csv, tensorboard] */
} Needs;
/* Links object files with the runtime into a trainer. */
bool tools_link(const Tools *tools, const char *const *objects, size_t count, Needs needs, const char *output);

/* Links an inference object (names of runtime/infer/predictor.h) with the program around it. */
bool tools_link_inference(const Tools *tools, const char *object, bool static_link, const char *output);

/* From now on INT, TERM and HUP ask to stop; a second one of a kind ends the process, and a reader of standard output
 * that has gone does not. tools_open does this. */
void tools_watch_signals(void);
/* The signal that asked to stop, or 0. */
int tools_interrupted(void);
/* The same, and from now on they end the process again: what is started in its place would know nothing of one that
 * was only noted. */
int tools_leave_signals(void);

/* The folder netc itself is in; NULL: the system does not say. */
const char *program_folder(Arena *arena);
/* Folder of libnetrt.a and modules: NETC_LIB, else beside netc, else ../lib/netc from there. NULL after printing why.
 */
const char *library_folder(Arena *arena);
/* The first of `names` that is a program in PATH, or NULL. */
const char *program_find(Arena *arena, const char *const *names, size_t count);

/* An output: made in the scratch folder, then written whole or not at all. */
typedef struct {
    const char *made; /* its tools write here */
    NetFile *file;    /* NULL: standard output */
} Output;

/* Whether an output would take the place of this file, which is there. */
bool output_is(const char *path, const char *file);
/* `path` as the user gave it; "-" is standard output. `name`: a file that a folder there could hold. */
bool output_open(const Tools *tools, const char *path, const char *name, Output *output);
/* Puts it in place, executable or not. */
bool output_commit(Output *output, bool executable);
void output_discard(Output *output);

#endif
