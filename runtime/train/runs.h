/* Run folders: RUN-DIR/NAME-YYYY-MM-DD-N, with RUN-DIR/latest linking to the newest.
 *
 * A NetRun holds its folder's lock (on the file `lock` in it) from opening to closing: two trainers never write into
 * one folder, and a killed one leaves no lock behind. Errors have status NET_ENVIRONMENT. */
#ifndef NET_TRAIN_RUNS_H
#define NET_TRAIN_RUNS_H

#include <stdint.h>

#include "runtime/base/error.h"

/* Where runs are, unless --run-dir says otherwise. */
#define NET_RUN_DIR "runs"

typedef struct {
    char *folder; /* owned */
    int lock;     /* the lock file's descriptor, -1 without */
} NetRun;

/* Makes a new folder under run_dir (made too when missing), locks it and links `latest` to it. */
bool net_run_create(const char *run_dir, const char *name, NetRun *run, NetError *error);

/* The name a checkpoint has until it takes the newest one's place. */
#define NET_RUN_FRESH "checkpoint-new.safetensors"

/* Locks a folder that exists and removes unfinished files from it; an error when another process has the lock. */
bool net_run_open(const char *folder, NetRun *run, NetError *error);

/* Whether a trainer has the lock of a folder. Asking means holding it for a moment; a trainer that starts waits for
 * that.
 */
bool net_run_locked(const char *folder);

/* The newest run of a name, by date and number; free() releases it. NULL without an error when there is none. */
char *net_run_latest(const char *run_dir, const char *name, NetError *error);

/* The run a user means by a word, wherever one is named: the run's folder of that path, or if the word is the path of
 * no file, the folder of that name in run_dir, or the newest run of that name, "first", or of that name and number,
 * "first-2"; with a folder before it, the newest there. A folder of that path that is no run's is taken only where
 * there is no such run. free() releases it. NULL without an error when there is none. */
char *net_run_find(const char *run_dir, const char *word, NetError *error);

/* Whether a trainer that is to resume may write into a folder: it is a run's, or empty. Otherwise an error that says
 * what it holds. */
bool net_run_takes(const char *folder, NetError *error);

/* Ensembles: a folder whose networks are runs in it, ENSEMBLE/member-1 and so on. */

/* How many networks a run is of: 1, if it is no ensemble; 0: it has not begun. */
int64_t net_run_members(const char *folder);
/* The folder of a member; free() releases it. */
char *net_run_member(const char *ensemble, int64_t member, NetError *error);
/* The ensemble that a run is a member of; free() releases it. NULL without an error: of none. */
char *net_run_ensemble(const char *folder, NetError *error);

/* "folder/file" of a run; free() releases it. */
char *net_run_path(const NetRun *run, const char *file, NetError *error);

/* Gives the lock back and frees. A NetRun of {NULL, -1} is fine. */
void net_run_close(NetRun *run);

#endif
