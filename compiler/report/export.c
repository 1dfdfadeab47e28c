#include "compiler/report/export.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/driver/link.h"
#include "compiler/driver/report.h"
#include "runtime/base/atomic.h"

static bool save(const char *path, const char *bytes, size_t size) {
    NetError error = {.status = NET_OK};
    return net_file_save(path, bytes, size, &error) || (report_environment("%s", error.text), false);
}

static bool make_folder(const char *folder) {
    NetError error = {.status = NET_OK};
    return net_folder_make(folder, &error) || (report_environment("%s", error.text), false);
}

/* Whether there is a file, or a pipe or a device, that is no report: it is not written over. */
static bool is_foreign(const char *path) {
    char start[1024] = "";
    struct stat info;
    if (stat(path, &info) != 0 || S_ISDIR(info.st_mode)) {
        return false; /* none, or writing it tells why */
    }
    if (!S_ISREG(info.st_mode)) {
        return true; /* a pipe has no beginning to be read before somebody writes */
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    size_t size = fread(start, 1, sizeof start - 1, file);
    fclose(file);
    return size > 0 && strstr(start, PAGE_MARK) == NULL;
}

bool export_page(const char *path, const Text *page) {
    if (string_is(path, "-")) {
        return fwrite(page->data, 1, page->length, stdout) == page->length;
    }
    if (is_foreign(path)) {
        report_environment("-o %s: there is a file that is no report of netc's; -o names another one", path);
        return false;
    }
    return save(path, page->data, page->length);
}

/* "FOLDER/speed-delta_rms.svg"; a view whose name is no plain word, such as that of a layer in a file from elsewhere,
 * goes by its number. */
static const char *file_of(Arena *arena, const char *folder, size_t figure, const Drawing *drawing, size_t k,
                           const char *ending) {
    const char *name = figures[figure]->name;
    const View *view = &drawing->views.at[k];
    for (const char *at = view->name; *at != '\0'; at++) {
        if (!in_name(*at)) {
            return arena_format(arena, "%s/%s-%zu.%s", folder, name, k, ending);
        }
    }
    return *view->name == '\0' ? arena_format(arena, "%s/%s.%s", folder, name, ending)
                               : arena_format(arena, "%s/%s-%s.%s", folder, name, view->name, ending);
}

static bool export_texts(Arena *arena, const Drawing *drawings, const char *folder, bool csv, size_t *count) {
    *count = 0;
    bool good = make_folder(folder);
    for (size_t i = 0; good && i < figure_count; i++) {
        for (size_t k = 0; good && k < drawings[i].views.count; k++) {
            const View *view = &drawings[i].views.at[k];
            const Text *text = csv ? &view->csv : &view->svg;
            good = save(file_of(arena, folder, i, &drawings[i], k, csv ? "csv" : "svg"), text->data, text->length);
            *count += good;
        }
    }
    return good;
}

bool export_svg(Arena *arena, const Drawing *drawings, const char *folder, size_t *count) {
    return export_texts(arena, drawings, folder, false, count);
}

bool export_csv(Arena *arena, const Drawing *drawings, const char *folder, size_t *count) {
    return export_texts(arena, drawings, folder, true, count);
}

static bool convert(const Tools *tools, const char *program, const View *view, const char *path) {
    NetError error = {.status = NET_OK};
    const char *from = tools_path(tools, "figure.svg"), *to = tools_path(tools, "figure.png");
    const char *const command[] = {program, "--zoom", "2", "--output", to, from, NULL};
    size_t size = 0;
    if (!save(from, view->svg.data, view->svg.length) || !tools_run(tools, command)) {
        return false;
    }
    char *bytes = net_file_read(to, SIZE_MAX / 2, &size, &error);
    bool good = bytes != NULL ? save(path, bytes, size) : (report_environment("%s", error.text), false);
    free(bytes);
    return good;
}

bool export_png(Arena *arena, const Drawing *drawings, const char *folder, size_t *count) {
    static const char *const names[] = {"rsvg-convert"};
    const char *program = program_find(arena, names, COUNT_OF(names));
    Tools tools;
    *count = 0;
    if (program == NULL) {
        report_environment("--png: found no program 'rsvg-convert', which makes pictures of drawings; install "
                           "librsvg2-bin, or write drawings with --svg %s",
                           folder);
        return false;
    }
    if (!make_folder(folder) || !tools_open_scratch(arena, false, &tools)) {
        return false;
    }
    bool good = true;
    for (size_t i = 0; good && i < figure_count; i++) {
        for (size_t k = 0; good && k < drawings[i].views.count; k++) {
            const View *view = &drawings[i].views.at[k];
            good = convert(&tools, program, view, file_of(arena, folder, i, &drawings[i], k, "png"));
            *count += good;
        }
    }
    tools_close(&tools);
    return good;
}
