#include "runtime/train/runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/atomic.h"

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* False when another process has the lock. `netc runs` takes it for a moment, to see whether a trainer has it: so a few
 * tries, over a tenth of a second. */
static bool take_lock(int fd) {
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; tries++) {
        if (tries == 5) {
            return false;
        }
        nanosleep(&pause, NULL);
    }
    return true;
}

bool net_run_locked(const char *folder) {
    char *path = net_path_join(folder, "lock", NULL);
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool locked = fd != -1 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (fd != -1) {
        close(fd);
    }
    free(path);
    return locked;
}

/* Removes what a trainer that was killed in the middle of writing left: nobody else writes here while we have the lock.
 * What cannot be removed does no harm. */
static void remove_unfinished(const char *folder) {
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return;
    }
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strcmp(entry->d_name, NET_RUN_FRESH) == 0 ||
            fnmatch("*.??????" NET_FILE_UNFINISHED, entry->d_name, 0) == 0) {
            unlinkat(dirfd(directory), entry->d_name, 0);
        }
    }
    closedir(directory);
}

bool net_run_open(const char *folder, NetRun *run, NetError *error) {
    *run = (NetRun){.folder = net_text(error, "%s", folder), .lock = -1};
    if (run->folder == NULL) {
        return false;
    }
    char *path = net_run_path(run, "lock", error);
    if (path == NULL) {
        net_run_close(run);
        return false;
    }
    run->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    bool ok = run->lock >= 0 || net_fail_system(error, path, "open it", errno);
    /* a file system without locks is no reason not to train */
    if (ok && !take_lock(run->lock)) {
        ok = net_fail(error, NET_ENVIRONMENT, "%s: another trainer is writing into this run [run-locked]", folder);
    }
    free(path);
    if (ok) {
        remove_unfinished(folder);
    } else {
        net_run_close(run);
    }
    return ok;
}

/* Points run_dir/latest at the run; anything there that is not a link stays as it is. */
static bool link_latest(const char *run_dir, const char *folder, NetError *error) {
    char *latest = net_path_join(run_dir, "latest", error);
    char *fresh = latest != NULL ? net_text(error, "%s.%ld.tmp", latest, (long)getpid()) : NULL;
    struct stat status;
    bool ok = fresh != NULL;
    if (ok && (lstat(latest, &status) != 0 || S_ISLNK(status.st_mode))) {
        const char *name = strrchr(folder, '/');
        unlink(fresh);
        if (symlink(name != NULL ? name + 1 : folder, fresh) == 0) { /* some file systems have no links */
            ok = net_file_rename(fresh, latest, error);
            if (!ok) {
                unlink(fresh);
            }
        }
    }
    free(fresh);
    free(latest);
    return ok;
}

bool net_run_create(const char *run_dir, const char *name, NetRun *run, NetError *error) {
    *run = (NetRun){.folder = NULL, .lock = -1};
    if (!net_folder_make(run_dir, error)) {
        return false;
    }
    time_t now = time(NULL);
    struct tm local;
    char date[16];
    if (localtime_r(&now, &local) == NULL || strftime(date, sizeof date, "%Y-%m-%d", &local) == 0) {
        return net_fail(error, NET_ENVIRONMENT, "the system's clock tells no date");
    }
    for (int number = 1; number < 1000000; number++) {
        const char *slash = *run_dir != '\0' && run_dir[strlen(run_dir) - 1] == '/' ? "" : "/";
        char *folder = net_text(error, "%s%s%s-%s-%d", run_dir, slash, name, date, number);
        if (folder == NULL) {
            return false;
        }
        if (mkdir(folder, 0777) == 0) {
            bool ok = net_run_open(folder, run, error) && link_latest(run_dir, folder, error);
            free(folder);
            if (!ok) {
                net_run_close(run);
            }
            return ok;
        }
        int code = errno;
        if (code != EEXIST) {
            net_fail_system(error, folder, "make this folder", code);
        }
        free(folder);
        if (code != EEXIST) {
            return false;
        }
    }
    return net_fail(error, NET_ENVIRONMENT, "%s holds a million runs of '%s' from today", run_dir, name);
}

static const long long RANK_NUMBERS = 1000000000;

/* Reads "NAME-YYYY-MM-DD-N": a number that grows with date and N; -1 when it is something else. */
static long long run_rank(const char *entry, const char *name) {
    size_t length = strlen(name);
    int year = 0;
    int month = 0;
    int day = 0;
    int number = 0;
    int end = 0;
    if (strncmp(entry, name, length) != 0 ||
        sscanf(entry + length, "-%4d-%2d-%2d-%9d%n", &year, &month, &day, &number, &end) != 4 ||
        entry[length + (size_t)end] != '\0' || year < 0 || month < 0 || day < 0 || number < 0) {
        return -1;
    }
    return ((year * 100LL + month) * 100 + day) * RANK_NUMBERS + number;
}

enum { ANY_NUMBER = -1 };

/* The newest run of a name whose number is that one. */
static char *newest(const char *run_dir, const char *name, long long number, NetError *error) {
    DIR *directory = opendir(run_dir);
    if (directory == NULL) {
        return NULL;
    }
    char best[NAME_MAX + 1] = "";
    long long best_rank = -1;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        long long rank = run_rank(entry->d_name, name);
        if (rank > best_rank && (number == ANY_NUMBER || rank % RANK_NUMBERS == number)) {
            best_rank = rank;
            snprintf(best, sizeof best, "%s", entry->d_name);
        }
    }
    closedir(directory);
    return best_rank >= 0 ? net_path_join(run_dir, best, error) : NULL;
}

char *net_run_latest(const char *run_dir, const char *name, NetError *error) {
    return newest(run_dir, name, ANY_NUMBER, error);
}

/* "first" or, as `netc runs` writes it on a narrow terminal, "first-2". */
static char *find_newest(const char *run_dir, const char *word, NetError *error) {
    char *found = net_run_latest(run_dir, word, error);
    char *name = found == NULL ? net_text(error, "%s", word) : NULL;
    char *dash = name != NULL ? strrchr(name, '-') : NULL;
    if (dash != NULL && dash[1] != '\0' && strlen(dash) < 10 && strspn(dash + 1, "0123456789") == strlen(dash + 1)) {
        *dash = '\0';
        found = newest(run_dir, name, strtol(dash + 1, NULL, 10), error);
    }
    free(name);
    return found;
}

static bool holds(const char *folder, const char *file) {
    char *path = net_path_join(folder, file, NULL);
    bool found = path != NULL && access(path, F_OK) == 0;
    free(path);
    return found;
}

/* Whether a folder is a run's: it holds the first file that a trainer writes or, copied, one to go on from. */
static bool is_run(const char *folder) {
    static const char *const files[] = {"lock", "config.json", "checkpoint.safetensors", "weights.safetensors",
                                        "best.safetensors"};
    bool found = false;
    for (size_t i = 0; i < sizeof files / sizeof *files && !found; i++) {
        found = holds(folder, files[i]);
    }
    return found;
}

/* The newest run of the name that a word, maybe with a folder before it, ends in. */
static char *find_named(const char *run_dir, const char *word, NetError *error) {
    char *folder = net_text(error, "%s", word);
    char *slash = folder != NULL ? strrchr(folder, '/') : NULL;
    if (slash != NULL) {
        *slash = '\0';
    }
    char *found = folder == NULL  ? NULL
                  : slash == NULL ? find_newest(run_dir, word, error)
                                  : find_newest(slash == folder ? "/" : folder, slash + 1, error);
    free(folder);
    return found;
}

char *net_run_find(const char *run_dir, const char *word, NetError *error) {
    bool beside = is_folder(word);
    if (beside && is_run(word)) {
        return net_text(error, "%s", word);
    }
    if (!beside && access(word, F_OK) == 0) {
        return NULL; /* a file comes before a name */
    }
    char *inside = net_path_join(run_dir, word, error);
    if (inside == NULL) {
        return NULL;
    }
    if (is_folder(inside) && (!beside || is_run(inside))) {
        return inside;
    }
    free(inside);
    char *found = find_named(run_dir, word, error);
    return found != NULL || !beside ? found : net_text(error, "%s", word);
}

bool net_run_takes(const char *folder, NetError *error) {
    char first[NAME_MAX + 1] = "", run[NAME_MAX + 1] = "";
    DIR *directory = is_run(folder) ? NULL : opendir(folder);
    if (directory == NULL) {
        return true; /* what cannot be read is said when it is opened */
    }
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            continue;
        }
        char *path = net_path_join(folder, name, NULL);
        if (path != NULL && is_folder(path) && is_run(path) && strcmp(name, run) > 0) {
            snprintf(run, sizeof run, "%s", name);
        }
        free(path);
        if (*first == '\0' || strcmp(name, first) < 0) {
            snprintf(first, sizeof first, "%s", name);
        }
    }
    closedir(directory);
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    if (*run != '\0') {
        return net_fail(error, NET_ENVIRONMENT,
                        "--resume %s: that is a folder of runs; name one of them, for example --resume %s%s%s [no-run]",
                        folder, folder, slash, run);
    }
    return *first == '\0' || net_fail(error, NET_ENVIRONMENT,
                                      "--resume %s: that folder is no run's, it holds '%s'; expected the folder or the "
                                      "name of a run, or an empty folder [no-run]",
                                      folder, first);
}

/* ---- ensembles ---- */

#define MEMBER "member-"

char *net_run_member(const char *ensemble, int64_t member, NetError *error) {
    char name[32];
    snprintf(name, sizeof name, MEMBER "%" PRId64, member);
    return net_path_join(ensemble, name, error);
}

/* What a run's config.json says; 0: nothing. */
static int64_t configured_members(const char *folder) {
    enum { LIMIT = 1 << 26 };
    size_t size;
    char *path = net_path_join(folder, "config.json", NULL);
    char *text = path != NULL ? net_file_read(path, LIMIT, &size, NULL) : NULL;
    json_t *config = text != NULL ? json_loads(text, 0, NULL) : NULL;
    int64_t members = json_integer_value(json_object_get(json_object_get(config, "settings"), "ensemble"));
    json_decref(config);
    free(text);
    free(path);
    return members;
}

int64_t net_run_members(const char *folder) {
    char *first = net_run_member(folder, 1, NULL);
    bool several = first != NULL && is_folder(first);
    int64_t members = several ? configured_members(folder) : holds(folder, "checkpoint.safetensors");
    if (several && members < 2) { /* the first member's file is written before the ensemble's */
        members = configured_members(first);
        members = members < 2 ? 2 : members;
    }
    free(first);
    return members;
}

char *net_run_ensemble(const char *folder, NetError *error) {
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') {
        length--;
    }
    char *whole = net_text(error, "%.*s", (int)length, folder);
    char *slash = whole != NULL ? strrchr(whole, '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : whole;
    const char *number = name != NULL && strncmp(name, MEMBER, strlen(MEMBER)) == 0 ? name + strlen(MEMBER) : NULL;
    if (number == NULL || *number == '\0' || number[strspn(number, "0123456789")] != '\0') {
        free(whole);
        return NULL;
    }
    if (slash == NULL) {
        strcpy(whole, ".");
    } else {
        slash[slash == whole] = '\0';
    }
    return whole;
}

char *net_run_path(const NetRun *run, const char *file, NetError *error) {
    return net_path_join(run->folder, file, error);
}

void net_run_close(NetRun *run) {
    if (run->lock >= 0) {
        close(run->lock);
    }
    free(run->folder);
    *run = (NetRun){.folder = NULL, .lock = -1};
}
