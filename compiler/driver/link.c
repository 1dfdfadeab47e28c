#include "compiler/driver/link.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/driver/report.h"
#include "runtime/base/paths.h"
#include "runtime/base/signals.h"

#ifndef NETC_TRAINER_CC
#define NETC_TRAINER_CC "gcc"
#endif
#ifndef NETC_TRAINER_FLAGS
#define NETC_TRAINER_FLAGS ""
#endif

/* ---- signals ---- */

static volatile sig_atomic_t pending;

static void on_signal(int number) { pending = number; }

int tools_interrupted(void) { return pending; }

static const int stops[] = {SIGINT, SIGTERM, SIGHUP};

void tools_watch_signals(void) {
    for (size_t i = 0; i < COUNT_OF(stops); i++) {
        struct sigaction old;
        if (sigaction(stops[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL) {
            struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
            sigaction(stops[i], &action, NULL);
        }
    }
    net_signals_hold_pipe();
}

int tools_leave_signals(void) {
    for (size_t i = 0; i < COUNT_OF(stops); i++) {
        struct sigaction old;
        if (sigaction(stops[i], NULL, &old) == 0 && old.sa_handler == on_signal) {
            struct sigaction action = {.sa_handler = SIG_DFL};
            sigaction(stops[i], &action, NULL);
        }
    }
    return pending;
}

/* ---- finding ---- */

static bool is_program(const char *path) {
    struct stat info;
    return access(path, X_OK) == 0 && stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static const char *program_path(Arena *arena, const char *name) {
    if (strchr(name, '/') != NULL) {
        return is_program(name) ? name : NULL;
    }
    const char *path = getenv("PATH");
    path = path == NULL ? "/usr/local/bin:/usr/bin:/bin" : path;
    for (;;) {
        size_t length = strcspn(path, ":");
        const char *full =
            length == 0 ? arena_format(arena, "./%s", name) : arena_format(arena, "%.*s/%s", (int)length, path, name);
        if (is_program(full)) {
            return full;
        }
        if (path[length] == '\0') {
            return NULL;
        }
        path += length + 1;
    }
}

const char *program_find(Arena *arena, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *path = names[i] == NULL ? NULL : program_path(arena, names[i]);
        if (path != NULL) {
            return path;
        }
    }
    return NULL;
}

const char *program_folder(Arena *arena) {
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *slash = NULL;
    if (length > 0) {
        self[length] = '\0';
        slash = strrchr(self, '/');
    }
    return slash == NULL ? NULL : arena_copy(arena, self, (size_t)(slash - self));
}

const char *library_folder(Arena *arena) {
    const char *given = getenv("NETC_LIB");
    const char *beside = program_folder(arena);
    const char *installed = beside == NULL ? NULL : arena_format(arena, "%s/../lib/netc", beside);
    bool named = given != NULL && *given != '\0';
    const char *places[] = {named ? given : beside, named ? given : installed};
    for (size_t i = 0; i < COUNT_OF(places) && (named || beside != NULL); i++) {
        if (access(arena_format(arena, "%s/libnetrt.a", places[i]), R_OK) == 0) {
            return places[i];
        }
    }
    if (named) {
        report_environment("no libnetrt.a in %s, which NETC_LIB names", given);
    } else {
        report_environment("libnetrt.a, the runtime of trainers, is neither in %s nor in %s; NETC_LIB names another "
                           "folder",
                           beside == NULL ? "netc's folder" : beside, beside == NULL ? "../lib/netc" : installed);
    }
    return NULL;
}

/* ---- the scratch folder ---- */

/* The path of the C compiler; NULL after printing why. */
static const char *find_compiler(Arena *arena, const char *cc) {
    const char *environment = getenv("CC");
    const char *const one[] = {cc != NULL ? cc : environment};
    const char *const usual[] = {NETC_TRAINER_CC, "gcc", "cc", "clang", "clang-19"};
    if (cc != NULL || (environment != NULL && *environment != '\0')) {
        const char *named = program_find(arena, one, 1);
        if (named == NULL) {
            report_environment("there is no program '%s', which %s names as the C compiler", one[0],
                               cc != NULL ? "--cc" : "the variable CC");
        }
        return named;
    }
    const char *found = program_find(arena, usual, COUNT_OF(usual));
    if (found == NULL) {
        report_environment("found no C compiler (gcc, cc or clang), which links the trainer; install gcc, or name "
                           "one with --cc");
    }
    return found;
}

bool tools_open(Arena *arena, const char *cc, bool verbose, Tools *tools) {
    const char *compiler = find_compiler(arena, cc);
    if (compiler == NULL || !tools_open_scratch(arena, verbose, tools)) {
        return false;
    }
    tools->cc = compiler;
    return true;
}

bool tools_open_scratch(Arena *arena, bool verbose, Tools *tools) {
    *tools = (Tools){.arena = arena, .verbose = verbose};
    const char *base = getenv("TMPDIR");
    char *folder = arena_format(arena, "%s/netc-XXXXXX", base == NULL || *base == '\0' ? "/tmp" : base);
    tools_watch_signals();
    if (mkdtemp(folder) == NULL) {
        report_environment("cannot make a temporary folder %s: %s", folder, strerror(errno));
        return false;
    }
    tools->folder = folder;
    return true;
}

void tools_close(Tools *tools) {
    DIR *folder = tools->folder == NULL ? NULL : opendir(tools->folder);
    if (folder == NULL) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (!string_is(entry->d_name, ".") && !string_is(entry->d_name, "..")) {
            unlinkat(dirfd(folder), entry->d_name, 0);
        }
    }
    closedir(folder);
    rmdir(tools->folder);
    tools->folder = NULL;
}

const char *tools_path(const Tools *tools, const char *name) {
    return arena_format(tools->arena, "%s/%s", tools->folder, name);
}

/* ---- running ---- */

static void print_command(const char *const *command) {
    for (size_t i = 0; command[i] != NULL; i++) {
        bool plain = command[i][0] != '\0' && strpbrk(command[i], " \t\n\"'\\$`*?[](){}<>|&;#~!") == NULL;
        fprintf(stderr, plain ? "%s%s" : "%s'%s'", i == 0 ? "" : " ", command[i]);
    }
    fputc('\n', stderr);
}

bool tools_run(const Tools *tools, const char *const *command) {
    if (pending != 0) {
        return false;
    }
    if (tools->verbose) {
        print_command(command);
    }
    fflush(stdout);
    pid_t child;
    int error = posix_spawnp(&child, command[0], NULL, NULL, (char *const *)(uintptr_t)command, environ);
    if (error != 0) {
        report_environment("cannot start %s: %s", command[0], strerror(error));
        return false;
    }
    int state = 0;
    while (waitpid(child, &state, 0) == -1 && errno == EINTR) {
    }
    if (WIFEXITED(state) && WEXITSTATUS(state) == 0) {
        return pending == 0;
    }
    if (pending == 0) {
        const char *how = WIFEXITED(state) ? arena_format(tools->arena, "status %d", WEXITSTATUS(state))
                                           : arena_format(tools->arena, "signal %d (%s)", WTERMSIG(state),
                                                          strsignal(WTERMSIG(state)));
        report_environment("%s ended with %s%s", command[0], how, tools->verbose ? "" : "; -v shows the command");
    }
    return false;
}

static void add_words(const Tools *tools, Words *command, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        vec_push(tools->arena, command, words[i]);
    }
}

/* Runs the linker with these words and what all links need. */
static bool run_linker(const Tools *tools, Words *command) {
    if (NETC_TRAINER_FLAGS[0] != '\0') {
        vec_push(tools->arena, command, NETC_TRAINER_FLAGS);
    }
    vec_push(tools->arena, command, NULL);
    return tools_run(tools, command->at);
}

bool tools_link_inference(const Tools *tools, const char *object, bool static_link, const char *output) {
    const char *folder = library_folder(tools->arena);
    if (folder == NULL) {
        return false;
    }
    const char *library = arena_format(tools->arena, "%s/libnetinfer.a", folder);
    const char *const words[] = {tools->cc,     static_link ? "-static" : "-pie",
                                 "-s",          "-Wl,--gc-sections,-z,noseparate-code",
                                 "-o",          output,
                                 object,        library,
                                 "-l:libpng.a", "-l:libjpeg.a",
                                 "-l:libz.a",   "-lm"};
    Words command = {0};
    add_words(tools, &command, words, COUNT_OF(words));
    return run_linker(tools, &command);
}

bool tools_link(const Tools *tools, const char *const *objects, size_t count, Needs needs, const char *output) {
    const char *folder = library_folder(tools->arena);
    if (folder == NULL) {
        return false;
    }
    const char *library = arena_format(tools->arena, "%s/libnetrt.a", folder);
    const char *const start[] = {tools->cc, "-o", output};
    const char *const all[] = {"-l:libjansson.a", "-l:libpng.a", "-l:libjpeg.a", "-l:libz.a",
                               "-l:libmd.a",      "-lpthread",   "-lm"};
    Words command = {0};
    add_words(tools, &command, start, COUNT_OF(start));
    add_words(tools, &command, objects, count);
    /* the runtime refers to both weakly: a trainer that does not need them does without */
    if (needs.protobuf) { /* of an archive only what is asked for is taken */
        vec_push(tools->arena, &command, "-Wl,-u,net_events_begin");
    }
    vec_push(tools->arena, &command, library);
    if (needs.protobuf) {
        vec_push(tools->arena, &command, "-l:libprotobuf-c.a");
    }
    add_words(tools, &command, all, COUNT_OF(all));
    if (needs.openblas != NULL) {
        vec_push(tools->arena, &command, "-Wl,--no-as-needed");
        vec_push(tools->arena, &command, "-lopenblas");
    }
    bool linked = run_linker(tools, &command);
    if (!linked && needs.openblas != NULL && tools_interrupted() == 0) {
        report_note("%s takes OpenBLAS; where the linker does not find it, libopenblas-dev is missing", needs.openblas);
    }
    if (!linked && needs.protobuf && tools_interrupted() == 0) {
        report_note(
            "log formats=[csv, tensorboard] takes protobuf-c; where the linker does not find it, libprotobuf-c-dev "
            "is missing");
    }
    return linked;
}

/* ---- outputs ---- */

bool output_is(const char *path, const char *file) {
    struct stat a, b;
    return stat(path, &a) == 0 && stat(file, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino &&
           S_ISREG(a.st_mode);
}

bool output_open(const Tools *tools, const char *path, const char *name, Output *output) {
    NetError error;
    char advice[NET_PATH_ADVICE];
    *output = (Output){.made = tools_path(tools, "output")};
    if (string_is(path, "-")) {
        return true;
    }
    output->file = net_file_create(path, &error);
    if (output->file == NULL) {
        report_environment("%s%s", error.text, net_output_advice(advice, path, name));
    }
    return output->file != NULL;
}

/* Copies what was made in the scratch folder. */
static bool copy_made(const Output *output, NetError *error) {
    FILE *in = fopen(output->made, "rb");
    char buffer[1 << 14];
    size_t count;
    bool good = in != NULL;
    while (good && (count = fread(buffer, 1, sizeof buffer, in)) > 0) {
        if (output->file == NULL) {
            fwrite(buffer, 1, count, stdout); /* a failure shows when standard output is closed */
        } else if (!net_file_write(output->file, buffer, count, error)) {
            fclose(in);
            return false;
        }
    }
    if (!good || ferror(in) != 0) {
        good = net_fail_system(error, output->made, "read", errno);
    }
    if (in != NULL) {
        fclose(in);
    }
    return good;
}

bool output_commit(Output *output, bool executable) {
    NetError error;
    if (pending != 0) {
        output_discard(output);
        return false;
    }
    bool good = copy_made(output, &error);
    if (good && output->file != NULL) {
        if (executable) {
            net_file_executable(output->file);
        }
        good = net_file_commit(output->file, &error);
        output->file = NULL;
    }
    output_discard(output);
    if (!good && pending == 0) {
        report_environment("%s", error.text);
    }
    return good;
}

void output_discard(Output *output) {
    net_file_discard(output->file);
    output->file = NULL;
}
