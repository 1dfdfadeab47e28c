/* netc new: a model file to begin with, the small one of starter.net or a copy of another. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "compiler/driver/link.h"
#include "compiler/driver/report.h"
#include "compiler/driver/shipped.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/words.h"
#include "runtime/base/atomic.h"
#include "runtime/base/paths.h"
#include "runtime/base/words.h"

/* Its network is called NAME. */
static const char *const starter[] = {
#include "starter_text.inc"
};

static bool ends_in_net(const char *word) {
    size_t length = strlen(word);
    return length > 4 && string_is(word + length - 4, ".net");
}

/* ---- names ---- */

/* The network of a text, NULL: there is none. Spans are offsets into the text. */
static const AstStmt *find_network(Arena *arena, const char *text) {
    Source *source = source_from_text(arena, "new", text, strlen(text));
    Diags diags = {.arena = arena, .source = source};
    if (source == NULL) {
        return NULL;
    }
    const AstFile *file = ast_parse(arena, source, &diags);
    for (size_t i = 0; i < file->top.count && diags.errors == 0; i++) {
        if (file->top.at[i]->kind == AST_NETWORK) {
            return file->top.at[i];
        }
    }
    return NULL;
}

static bool is_network_name(Arena *arena, const char *name) {
    const AstStmt *network = find_network(arena, arena_format(arena, "network %s { input 1 }", name));
    return network != NULL && string_is(network->name, name);
}

/* ---- shipped models ---- */

static int unknown_model(Arena *arena, const char *name) {
    Words names = shipped_models(arena);
    if (names.count == 0) {
        return report_environment(
            "--from %s: that would be one of the models that ship with netc, and %s; a .net file of "
            "yours can be named by its path",
            name, shipped_advice(arena));
    }
    const char *beside = arena_format(arena, "%s.net", name);
    if (access(beside, R_OK) == 0) {
        return report_usage("new", "--from %s: no model of that name ships with netc; the file here is --from %s", name,
                            beside);
    }
    Text list = {0};
    for (size_t i = 0; i < names.count; i++) {
        text_printf(&list, "%s%s", i == 0 ? "" : ", ", names.at[i]);
    }
    const char *nearest = net_nearest_word(name, names.at, names.count);
    int status = nearest != NULL
                     ? report_usage("new", "--from %s: there is no such model; did you mean '%s'? (%s)", name, nearest,
                                    list.data)
                     : report_usage("new", "--from %s: there is no such model; there are %s", name, list.data);
    text_free(&list);
    return status;
}

/* ---- texts ---- */

/* The text with its network called `to`, in commands of its comments too ("from.net"). */
static const char *renamed(Arena *arena, const char *text, const AstStmt *network, const char *to) {
    Text out = {0};
    const char *from = network->name;
    size_t length = strlen(from);
    for (const char *at = text; *at != '\0';) {
        bool begins = at == text || !in_name(at[-1]);
        bool whole = begins && strncmp(at, from, length) == 0 && !in_name(at[length]);
        bool name = at - text == network->name_at.lo;
        bool program = at - text >= 2 && strncmp(at - 2, "./", 2) == 0;
        if (whole && (name || program || strncmp(at + length, ".net", 4) == 0)) {
            text_puts(&out, to);
            at += length;
        } else {
            text_add(&out, at++, 1);
        }
    }
    const char *copy = arena_copy(arena, out.data == NULL ? "" : out.data, out.length);
    text_free(&out);
    return copy;
}

static const char *starter_text(Arena *arena, const char *name) {
    Text text = {0};
    for (size_t i = 0; i < COUNT_OF(starter); i++) {
        text_printf(&text, "%s\n", starter[i]);
    }
    const char *copy = arena_copy(arena, text.data, text.length);
    text_free(&text);
    const char *named = renamed(arena, copy, find_network(arena, copy), name);
    return arena_format(arena, "# %s%s", name, named + strlen("# NAME"));
}

/* The text of --from; NULL after printing why, with *status set. */
static const char *copied_text(Arena *arena, const char *from, const char *name, int *status) {
    bool file = strchr(from, '/') != NULL || ends_in_net(from);
    const char *path = file ? from : shipped_model(arena, from);
    if (path == NULL) {
        *status = unknown_model(arena, from);
        return NULL;
    }
    const char *why;
    Source *source = source_read(arena, path, NULL, &why);
    if (source == NULL) {
        char advice[NET_PATH_ADVICE];
        *status = report_environment("cannot read %s: %s%s", path, why, net_path_advice(advice, path));
        return NULL;
    }
    const char *text = arena_copy(arena, source->text, source->size);
    const AstStmt *network = find_network(arena, text);
    if (network == NULL || strlen(text) != source->size) {
        *status =
            report_usage("new", "--from %s: it is no model without errors; 'netc check %s' says more", from, path);
        return NULL;
    }
    return renamed(arena, text, network, name);
}

/* ---- the command ---- */

/* Makes the file, which must not exist; nothing is left of one that could not be written. */
static int write_new(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd == -1 && errno == EEXIST) {
        return report_environment("%s exists, and is not overwritten; give another name", path);
    }
    if (fd == -1) {
        char advice[NET_PATH_ADVICE] = "";
        int code = errno;
        return report_environment("%s: cannot write: %s%s", path, strerror(code),
                                  code == ENOENT ? net_output_advice(advice, path, path) : "");
    }
    close(fd);
    NetError error;
    if (net_file_save(path, text, strlen(text), &error)) {
        return STATUS_OK;
    }
    unlink(path);
    return report_environment("%s", error.text);
}

int cmd_new(Arena *arena, Options *options) {
    const char *word = options->files.at[0];
    const char *base = arena_copy(arena, word, strlen(word) - (ends_in_net(word) ? 4 : 0));
    const char *path = arena_format(arena, "%s.net", base);
    const char *slash = strrchr(base, '/');
    const char *name = slash == NULL ? base : slash + 1;
    if (!is_network_name(arena, name)) {
        const char *other = name_mended(arena, name, strlen(name));
        other = other != NULL ? other : *name == '\0' ? "mine" : arena_format(arena, "%s_net", name);
        bool better = is_network_name(arena, other);
        return report_usage("new", "'%s' cannot be the name of a network (letters, digits and '_')%s%s%s", name,
                            better ? "; how about '" : "", better ? other : "", better ? "'?" : "");
    }
    int status = STATUS_OK;
    const char *text =
        options->from == NULL ? starter_text(arena, name) : copied_text(arena, options->from, name, &status);
    if (text == NULL) {
        return status;
    }
    status = write_new(path, text);
    if (status == STATUS_OK) {
        printf("wrote   %s\n"
               "next    netc show %s      its layers\n"
               "        netc train %s     train it\n",
               path, path, path);
    }
    return status;
}
