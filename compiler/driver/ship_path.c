/* What the outputs of netc build --infer are called, and which files they must not take the place of. */
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/report.h"
#include "compiler/driver/ship.h"
#include "compiler/driver/system_names.h"
#include "compiler/emit/library.h"
#include "runtime/train/runs.h"
#include "runtime/train/weight_file.h"

typedef struct {
    const char *name; /* a format for the network's */
    bool header;      /* one goes beside it */
} Form;

static const Form forms[] = {
    [EMIT_EXE] = {"%s-predict", false}, [EMIT_OBJ] = {"%s.o", true},      [EMIT_LIB] = {"lib%s.a", true},
    [EMIT_SHARED] = {"lib%s.so", true}, [EMIT_C] = {"%s.c", true},        [EMIT_LLVM] = {"%s.ll", false},
    [EMIT_ASM] = {"%s.s", false},       [EMIT_ONNX] = {"%s.onnx", false},
};

/* What an output is called: its file's name without what the form puts around it ("lib", ".so" and a version behind
 * that), or else without its ending. The header beside it has that name. */
static const char *output_name(Arena *arena, const char *path, const char *form) {
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1, *hole = strchr(form, '%');
    const char *ending = hole + strlen("%s"), *end = NULL;
    size_t before = (size_t)(hole - form);
    if (strncmp(name, form, before) == 0 && name[before] != '\0' && name[before] != '.') {
        name += before;
    }
    for (const char *at = name; (at = strstr(at, ending)) != NULL && end == NULL; at++) {
        const char *rest = at + strlen(ending);
        end = rest[strspn(rest, ".0123456789")] == '\0' ? at : NULL;
    }
    end = end != NULL ? end : strrchr(name, '.');
    return arena_copy(arena, name, end == NULL || end == name ? strlen(name) : (size_t)(end - name));
}

static const char *header_path(Arena *arena, const char *path, const char *stem) {
    const char *slash = strrchr(path, '/');
    return arena_format(arena, "%.*s%s.h", slash == NULL ? 0 : (int)(slash - path) + 1, path, stem);
}

/* Whether there is a file that netc has not made as a header. */
static bool is_foreign_header(const char *path) {
    char line[512];
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false; /* none, or writing it tells why */
    }
    bool ours = fgets(line, sizeof line, file) != NULL && strstr(line, HEADER_MARK) != NULL;
    fclose(file);
    return !ours;
}

/* Whether `path` is what the network is made of. */
static bool is_input(const Compilation *compilation, const char *path) {
    const char *word = compilation->options->weights;
    char *weights = word == NULL ? NULL : net_weights_path(NET_RUN_DIR, word, NULL);
    bool found = output_is(path, compilation->source->path) || (weights != NULL && output_is(path, weights));
    free(weights);
    return found;
}

/* The path with "_net" behind its output's name. */
static const char *renamed(Arena *arena, const char *path, const char *name) {
    const char *slash = strrchr(path, '/'), *end = strstr(slash == NULL ? path : slash, name) + strlen(name);
    return arena_format(arena, "%.*s_net%s", (int)(end - path), path, end);
}

/* Why the header cannot be written; NULL: it can. */
static const char *header_fault(const Shipment *shipment) {
    if (shipment->header == NULL) {
        return NULL;
    }
    if (string_is(shipment->header, shipment->path)) {
        return "the header takes that name";
    }
    const char *what = is_input(shipment->compilation, shipment->header) ? "of which it is made"
                       : is_foreign_header(shipment->header)             ? "which netc has not made"
                                                                         : NULL;
    return what == NULL ? NULL
                        : arena_format(shipment->compilation->arena,
                                       "the header beside it would take the place of %s, %s", shipment->header, what);
}

bool ship_path(Shipment *shipment, int *status) {
    const Compilation *compilation = shipment->compilation;
    const Model *model = compilation->model;
    Arena *arena = compilation->arena;
    const Form *form = &forms[compilation->emit];
    const char *given = compilation->options->output;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    shipment->name = arena_format(arena, form->name, model->name);
#pragma GCC diagnostic pop
    shipment->path = given != NULL ? given : shipment->name;
    shipment->stem = output_name(arena, shipment->path, form->name);
    bool beside = form->header && !string_is(shipment->path, "-");
    shipment->header = beside ? header_path(arena, shipment->path, shipment->stem) : NULL;
    if (is_input(compilation, shipment->path)) {
        *status =
            report_usage(compilation->command, "-o %s: it is made of that file; -o names another one", shipment->path);
        return false;
    }
    const char *taken = system_name(arena, shipment->header, shipment->path);
    if (taken != NULL) {
        const char *other = given != NULL ? renamed(arena, shipment->path, shipment->stem) : model->name;
        *status = report_usage(compilation->command,
                               "%s: a file of the system has that name, and a compiler told to look here would take "
                               "this one; %s%s%s",
                               taken, given != NULL ? "name another file: -o " : "call the network '", other,
                               given != NULL ? "" : "_net'");
        return false;
    }
    const char *fault = header_fault(shipment);
    if (fault != NULL) {
        *status = report_usage(compilation->command, "-o %s: %s; -o names another file", shipment->path, fault);
    }
    return fault == NULL;
}
