/* netc report: runs as one HTML file, and the figures by themselves. */
#include <string.h>
#include <sys/stat.h>

#include "compiler/driver/link.h"
#include "compiler/driver/option_slips.h"
#include "compiler/driver/report.h"
#include "compiler/report/export.h"
#include "runtime/base/error.h"
#include "runtime/base/paths.h"
#include "runtime/train/seeds.h"

/* RUN/report.html, or report.html in the folder that the first of several runs is in; of runs as they were named. */
static const char *path_of(Arena *arena, const Options *options, const Runs *runs) {
    if (options->output != NULL) {
        return options->output;
    }
    const char *folder = runs->at[0].folder, *slash = strrchr(folder, '/');
    if (runs->count == 1) {
        return arena_format(arena, "%s/report.html", folder);
    }
    return slash == NULL ? "report.html" : arena_format(arena, "%.*s/report.html", (int)(slash - folder), folder);
}

/* Whether it is a run or a folder of runs, those known already too. */
static bool holds_runs(Arena *arena, const char *path) {
    Runs own = {0};
    bool holds = runs_read(arena, path, &own) && own.count > 0;
    runs_free(&own);
    return holds;
}

static bool report_none(const char *path) {
    report_environment("%s: holds no runs; 'netc runs' lists those in runs", path);
    return false;
}

static bool read_all(Arena *arena, const Options *options, Runs *runs) {
    for (size_t i = 0; i < options->files.count; i++) {
        size_t before = runs->count;
        struct stat info;
        if (net_path_ends(options->files.at[i], ".net") && stat(options->files.at[i], &info) == 0 &&
            S_ISREG(info.st_mode)) {
            const char *word = shell_word(arena, options->files.at[i]);
            report_environment("%s is a model, a report is of a run; 'netc train %s' makes one, 'netc runs --model %s' "
                               "lists those there are",
                               options->files.at[i], word, word);
            return false;
        }
        if (!runs_read(arena, options->files.at[i], runs)) {
            return false;
        }
        bool beside = net_path_ends(options->files.at[i], NET_SEEDS_FILE); /* it comes with all there is in a folder */
        if (runs->count == before && !beside && !holds_runs(arena, options->files.at[i])) {
            return report_none(options->files.at[i]);
        }
    }
    return runs->count > 0 || report_none(options->files.at[0]);
}

static void say(const Options *options, const char *what, const char *where) {
    if (!options->quiet && !string_is(options->output, "-")) {
        printf("%-8s%s\n", what, where);
    }
}

/* Writes all that was asked for. */
static bool write_all(Arena *arena, const Options *options, const char *path, const Drawing *drawings,
                      const Text *page) {
    const struct {
        const char *what, *folder;
        bool (*write)(Arena *arena, const Drawing *drawings, const char *folder, size_t *count);
    } forms[] = {
        {"svg", options->svg, export_svg}, {"png", options->png, export_png}, {"csv", options->csv, export_csv}};
    bool good = export_page(path, page);
    if (good) {
        say(options, "report", path);
    }
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        size_t count = 0;
        bool written = forms[i].folder == NULL || forms[i].write(arena, drawings, forms[i].folder, &count);
        if (written && forms[i].folder != NULL) {
            say(options, forms[i].what, arena_format(arena, "%s  (%zu files)", forms[i].folder, count));
        }
        good = good && written;
    }
    return good;
}

static void free_drawings(Drawing *drawings) {
    for (size_t i = 0; i < figure_count; i++) {
        for (size_t k = 0; k < drawings[i].views.count; k++) {
            text_free(&drawings[i].views.at[k].svg);
            text_free(&drawings[i].views.at[k].csv);
        }
    }
}

int cmd_report(Arena *arena, Options *options) {
    Runs runs = {0};
    Report report;
    Text page = {0};
    tools_watch_signals();
    if (!read_all(arena, options, &runs)) {
        runs_free(&runs);
        return STATUS_ENVIRONMENT;
    }
    const char *path = path_of(arena, options, &runs);
    runs_order(arena, &runs);
    report_open(arena, &runs, &report);
    Drawing *drawings = NEW_ARRAY(arena, Drawing, figure_count);
    for (size_t i = 0; i < figure_count; i++) {
        figures[i]->draw(arena, &report, &drawings[i]);
    }
    page_write(arena, &report, drawings, &page);
    bool good = tools_interrupted() == 0 && write_all(arena, options, path, drawings, &page);
    text_free(&page);
    free_drawings(drawings);
    report_close(&report);
    runs_free(&runs);
    return tools_interrupted() != 0 ? 128 + tools_interrupted() : good ? STATUS_OK : STATUS_ENVIRONMENT;
}
