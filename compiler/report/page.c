#include "compiler/report/page.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "compiler/driver/run_columns.h"
#include "compiler/report/run_command.h"
#include "compiler/report/svg.h"
#include "runtime/base/error.h"
#include "runtime/base/moments.h"
#include "runtime/train/score.h"

static void element(Text *out, const char *tag, const char *text) {
    text_printf(out, "<%s>", tag);
    xml_text(out, text);
    text_printf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

/* ---- results ---- */

static const char *status_text(const Run *run) {
    return string_is(run->status, "time_limit") ? "stopped by its time limit" : run->status;
}

static const char *time_text(Arena *arena, double seconds) {
    long whole = lround(seconds);
    return seconds < 60     ? arena_format(arena, "%.1f s", seconds)
           : seconds < 3600 ? arena_format(arena, "%ld min %ld s", whole / 60, whole % 60)
                            : arena_format(arena, "%ld h %ld min", whole / 3600, whole / 60 % 60);
}

/* A figure of results by its name there: shares in per cent. */
static const char *value_text(Arena *arena, const char *name, double value, double sd) {
    bool share = net_figure_field_is_share(name);
    if (isnan(sd)) {
        return share ? share_text(arena, value) : reading_text(arena, value);
    }
    return share ? arena_format(arena, "%.2f ± %.2f %%", 100 * value, 100 * sd)
                 : arena_format(arena, "%s ± %.2g", reading_text(arena, value), sd);
}

/* "validation accuracy" of "best_validation_accuracy". */
static const char *figure_title(Arena *arena, const char *name) {
    char *text = arena_copy(arena, name, strlen(name));
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '_' ? ' ' : *at;
    }
    return text;
}

static void tile(Text *out, const char *title, const char *value) {
    text_puts(out, "<div class=\"tile\"><b>");
    xml_text(out, value);
    text_puts(out, "</b><span>");
    xml_text(out, title);
    text_puts(out, "</span></div>");
}

static void tiles(Arena *arena, const Run *run, Text *out) {
    static const Show shows[] = {SHOW_TEST, SHOW_VALIDATION};
    text_puts(out, "<div class=\"tiles\">");
    for (size_t i = 0; i < COUNT_OF(shows); i++) {
        const Field *field = run_shown_field(run, shows[i]);
        if (field != NULL) {
            tile(out, figure_title(arena, field->name), value_text(arena, field->name, field->number, (double)NAN));
        }
    }
    const Field *best = field_find(&run->figures, "best_test_accuracy"),
                *seconds = field_find(&run->figures, "seconds");
    const Field *epochs = field_find(&run->figures, "epochs"), *asked = field_find(&run->settings, "epochs");
    const Field *parameters = field_find(&run->figures, "parameters");
    const double most = 1e15; /* in a file of a run there may be any number */
    char count[NET_COUNT_TEXT];
    if (best != NULL) {
        tile(out, "test accuracy at the best epoch", share_text(arena, best->number));
    }
    if (epochs != NULL) {
        bool more = asked != NULL && asked->number > epochs->number;
        tile(out, "epochs", more ? arena_format(arena, "%s of %s", epochs->text, asked->text) : epochs->text);
    }
    if (seconds != NULL && fabs(seconds->number) < most) {
        tile(out, "of training", time_text(arena, seconds->number));
    }
    if (parameters != NULL && parameters->number >= 0 && parameters->number < most) {
        tile(out, "parameters", net_count(count, (uint64_t)parameters->number));
    }
    text_puts(out, "</div>\n");
}

/* Of a group: the mean of a figure, with the deviation of several. */
static const char *group_value(Arena *arena, const Group *group, Show show) {
    NetMoments moments = {.count = 0};
    const char *name = "";
    for (size_t i = 0; i < group->members.count; i++) {
        const Run *run = group->members.at[i]->run;
        bool counted = i > 0 && group->members.at[i - 1]->run == run; /* with another network of the ensemble */
        const Field *field = counted ? NULL : run_shown_field(run, show);
        if (field != NULL && isfinite(field->number)) {
            net_moments_add(&moments, field->number);
            name = field->name;
        }
    }
    return moments.count == 0 ? "–" : value_text(arena, name, moments.mean, net_moments_sd(&moments));
}

static void group_table(Arena *arena, const Report *report, Text *out) {
    text_puts(out, "<div class=\"scroll\"><table><thead><tr><th>run</th><th class=\"n\">runs</th><th class=\"n\">"
                   "validation</th><th class=\"n\">test</th><th>status</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < report->groups.count; i++) {
        const Group *group = &report->groups.at[i];
        bool alike = true;
        for (size_t k = 1; k < group->members.count; k++) {
            alike = alike && string_is(group->members.at[k]->run->status, group->members.at[0]->run->status);
        }
        text_puts(out, "<tr>");
        element(out, "td", group->label);
        text_printf(out, "<td class=\"n\">%zu</td>", group->runs);
        element(out, "td class=\"n\"", group_value(arena, group, SHOW_VALIDATION));
        element(out, "td class=\"n\"", group_value(arena, group, SHOW_TEST));
        element(out, "td", alike ? status_text(group->members.at[0]->run) : "several");
        text_puts(out, "</tr>\n");
    }
    text_puts(out, "</tbody></table></div>\n");
}

/* ---- head ---- */

static const char *title_of(Arena *arena, const Report *report) {
    const Run *run = report->chosen->run;
    if (report->runs->count == 1) {
        return report_run_name(report, run);
    }
    const Field *model = field_find(&run->settings, "model");
    bool same = model != NULL && !runs_differ_in(report->runs, "model");
    return same ? arena_format(arena, "%s, %zu runs", model->text, report->runs->count)
                : arena_format(arena, "%zu runs", report->runs->count);
}

static const char *date_text(Arena *arena, double seconds) {
    time_t whole = (time_t)seconds;
    struct tm date;
    return gmtime_r(&whole, &date) == NULL ? ""
                                           : arena_format(arena, "%04d-%02d-%02d %02d:%02d UTC", date.tm_year + 1900,
                                                          date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min);
}

static bool has_bands(const Report *report) {
    bool found = false;
    for (size_t i = 0; i < report->groups.count; i++) {
        found = found || report->groups.at[i].members.count > 1;
    }
    return found;
}

/* "first on digits · done · begun 2026-11-21 10:00 UTC", of what is known of it. */
static const char *about_run(Arena *arena, const Run *run) {
    const Field *model = field_find(&run->settings, "model"), *data = field_find(&run->settings, "data");
    const char *date = date_text(arena, run->started), *text = "";
    const char *parts[] = {model == NULL  ? data == NULL ? "" : data->text
                           : data == NULL ? model->text
                                          : arena_format(arena, "%s on %s", model->text, data->text),
                           status_text(run), *date == '\0' ? "" : arena_format(arena, "begun %s", date)};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (*parts[i] != '\0') {
            text = *text == '\0' ? parts[i] : arena_format(arena, "%s · %s", text, parts[i]);
        }
    }
    return text;
}

/* The runs that no mean counts; NULL: there are none. */
static const char *repeats_text(Arena *arena, const Report *report) {
    const char *names = NULL;
    bool several = false;
    for (size_t i = 0; i < report->groups.count; i++) {
        const Group *group = &report->groups.at[i];
        for (size_t k = 0; k < group->repeats.count; k++) {
            const char *name = report_run_name(report, group->repeats.at[k]);
            several = names != NULL;
            names = several ? arena_format(arena, "%s, %s", names, name) : name;
        }
    }
    return names == NULL ? NULL
                         : arena_format(arena, "Left out, as %s another run with the same seed: %s.",
                                        several ? "they repeat" : "it repeats", names);
}

/* What the several runs of a page have to do with its figures. */
static const char *about_runs(Arena *arena, const Report *report) {
    const char *text = arena_format(arena, "What is of one run alone is of %s, %s.",
                                    report_run_name(report, report->chosen->run), report->chosen_as);
    const char *repeats = repeats_text(arena, report);
    return repeats == NULL ? text : arena_format(arena, "%s %s", text, repeats);
}

static void head(Arena *arena, const Report *report, Text *out) {
    const Run *run = report->chosen->run;
    text_puts(out, "<header><h1>");
    xml_text(out, title_of(arena, report));
    text_puts(out, "</h1>\n<p class=\"dim\">");
    xml_text(out, report->runs->count == 1 ? about_run(arena, run) : about_runs(arena, report));
    if (has_bands(report)) {
        xml_text(out, report->runs->count == 1 ? ". " : " ");
        xml_text(out,
                 "A curve with a band is a mean over runs that differ in nothing but the seed, or over the networks "
                 "of an ensemble; the band is one standard deviation to either side.");
    }
    text_puts(out, "</p>\n");
    if (string_is(run->status, "running") || string_is(run->status, "stopped")) {
        text_puts(out, "<p class=\"note\">");
        xml_text(out, string_is(run->status, "running")
                          ? "The run goes on: netc report, called again, shows what has come since."
                          : "The run was stopped before its end and can be resumed (--resume).");
        text_puts(out, "</p>\n");
    } else if (string_is(run->status, "diverged")) {
        text_puts(out, "<p class=\"note bad\">The training diverged: a cost or a weight was no longer finite.</p>\n");
    } else if (string_is(run->status, "empty") || string_is(run->status, "broken")) {
        text_puts(out, "<p class=\"note bad\">The run holds nothing that can be read, or damaged files.</p>\n");
    }
    if (report->runs->count == 1) {
        tiles(arena, run, out);
    } else {
        group_table(arena, report, out);
    }
    text_puts(out, "</header>\n");
}

/* ---- figures ---- */

static bool is_shown(const Figure *row, const Drawing *drawing) {
    return drawing->views.count > 0 || drawing->missing != NULL || row->needs != NULL;
}

static void views(const Drawing *drawing, Text *out) {
    if (drawing->views.count > 1) {
        text_puts(out, "<div class=\"views\" role=\"group\" aria-label=\"view\">");
        for (size_t i = 0; i < drawing->views.count; i++) {
            text_printf(out, "<button type=\"button\" data-v=\"%zu\" aria-pressed=\"%s\">", i,
                        i == 0 ? "true" : "false");
            xml_text(out, drawing->views.at[i].title);
            text_puts(out, "</button>");
        }
        text_puts(out, "</div>");
    }
}

static void missing(Arena *arena, const Report *report, const Figure *row, const Drawing *drawing, Text *out) {
    bool log = drawing->missing == NULL;
    text_puts(out, "<p class=\"missing\">");
    xml_text(out, log ? arena_format(arena, "This takes %s, which was not logged. What brings it: ", row->needs)
                      : report_reason(report, drawing->missing));
    if (log) {
        text_puts(out, "<code>");
        xml_text(out, report_command(report, row->line));
        text_puts(out, "</code>");
    }
    text_puts(out, "</p>\n");
}

/* The views that lack the same runs as the i-th, "'linear', 'logarithmic'"; `all`: whether those are all. NULL: one
 * before it does, or it lacks none. */
static const char *lacking_alike(Arena *arena, const Drawing *drawing, size_t i, bool *all) {
    const char *runs = drawing->views.at[i].left_out, *titles = NULL;
    *all = runs != NULL;
    for (size_t k = 0; k < drawing->views.count && runs != NULL; k++) {
        const View *view = &drawing->views.at[k];
        bool same = string_is(view->left_out, runs);
        *all = *all && same;
        if (same && k < i) {
            return NULL;
        }
        if (same) {
            titles = titles == NULL ? arena_format(arena, "'%s'", view->title)
                                    : arena_format(arena, "%s, '%s'", titles, view->title);
        }
    }
    return titles;
}

/* The runs that views of a figure have no numbers of; NULL: there are none. */
static const char *left_out(Arena *arena, const Drawing *drawing) {
    const char *text = NULL;
    for (size_t i = 0; i < drawing->views.count; i++) {
        bool all;
        const char *titles = lacking_alike(arena, drawing, i, &all), *runs = drawing->views.at[i].left_out;
        if (titles != NULL) {
            const char *place = all ? "drawn" : arena_format(arena, "in %s", titles);
            const char *one = arena_format(arena, "Not %s, as their logs lack the numbers: %s.", place, runs);
            text = text == NULL ? one : arena_format(arena, "%s %s", text, one);
        }
    }
    return text;
}

static void caption(const char *text, Text *out) {
    if (text != NULL) {
        text_puts(out, " <span>");
        xml_text(out, text);
        text_puts(out, "</span>");
    }
}

static void figure(Arena *arena, const Report *report, const Figure *row, const Drawing *drawing, Text *out) {
    bool drawn = drawing->views.count > 0;
    text_printf(out, "<figure id=\"%s\"%s><div class=\"top\">", row->name,
                !drawn      ? " class=\"absent\""
                : row->wide ? " class=\"wide\""
                            : "");
    element(out, "h3", drawing->title != NULL ? drawing->title : row->title);
    views(drawing, out);
    text_puts(out, "</div>\n");
    if (!drawn) {
        missing(arena, report, row, drawing, out);
    }
    for (size_t i = 0; i < drawing->views.count; i++) {
        text_printf(out, "<div class=\"view\" data-v=\"%zu\"%s>", i, i == 0 ? "" : " hidden");
        text_add(out, drawing->views.at[i].svg.data, drawing->views.at[i].svg.length);
        text_puts(out, "</div>\n");
    }
    if (drawn) {
        text_puts(out, "<figcaption>");
        xml_text(out, row->doc);
        caption(drawing->caption, out);
        caption(left_out(arena, drawing), out);
        text_puts(out, "</figcaption>");
    }
    text_puts(out, "</figure>\n");
}

/* ---- settings ---- */

static void setting(Text *out, const char *name, const char *text, bool differs) {
    text_puts(out, differs ? "<tr class=\"differs\">" : "<tr>");
    element(out, "th", name);
    bool hash = strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
    element(out, hash ? "td class=\"hash\"" : "td", text);
    text_puts(out, "</tr>\n");
}

/* What a network is trained without, in all runs. */
static bool is_off(const Report *report, const Field *field) {
    static const char *const off[] = {"0", "none", "false"};
    bool found = false;
    for (size_t i = 0; i < COUNT_OF(off); i++) {
        found = found || string_is(field->text, off[i]);
    }
    return found && !string_is(field->name, "seed") && !runs_differ_in(report->runs, field->name);
}

static size_t fields(const Report *report, bool off, Text *out) {
    const Fields *all = &report->chosen->run->settings;
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (is_off(report, &all->at[i]) == off) {
            setting(out, all->at[i].name, all->at[i].text, runs_differ_in(report->runs, all->at[i].name));
            count++;
        }
    }
    return count;
}

static void settings(Arena *arena, const Report *report, Text *out) {
    const Run *run = report->chosen->run;
    const json_t *versions = json_object_get(run->config, "versions");
    const char *key;
    size_t index;
    json_t *value;
    text_puts(out,
              "<figure id=\"settings\"><div class=\"top\"><h3>Settings</h3></div>\n<table class=\"pairs\"><tbody>\n");
    fields(report, false, out);
    json_array_foreach(run_sets(run), index, value) {
        if (json_is_string(value)) {
            const char *line = json_string_value(value);
            setting(out, "--set", line, !report_all_have_set(report, line));
        }
    }
    json_object_foreach((json_t *)(uintptr_t)versions, key, value) {
        setting(out, arena_format(arena, "version: %s", key),
                json_is_string(value) ? json_string_value(value)
                                      : arena_format(arena, "%lld", (long long)json_integer_value(value)),
                false);
    }
    if (report->hash[0] != '\0') {
        setting(out, arena_format(arena, "SHA-256 of %s", report->weights_about), report->hash, false);
    }
    text_puts(out, "</tbody></table>\n");
    Text off = {0};
    size_t count = fields(report, true, &off);
    if (count > 0) {
        text_printf(out, "<details><summary>%zu that are 0, none or false</summary><table class=\"pairs\"><tbody>\n",
                    count);
        text_add(out, off.data, off.length);
        text_puts(out, "</tbody></table></details>\n");
    }
    text_free(&off);
    text_puts(out, "<figcaption>");
    xml_text(out, report->runs->count == 1 ? "As they were used."
                                           : arena_format(arena, "Of %s; those in which the runs differ stand out.",
                                                          report_run_name(report, run)));
    text_puts(out, "</figcaption></figure>\n");
    const char *text = json_string_value(json_object_get(json_object_get(run->config, "model"), "text"));
    if (text != NULL) { /* line by line: what acts on a screen is spelled out, a newline is none of that */
        text_puts(out, "<figure id=\"model\" class=\"wide-text\"><details><summary>The model's text</summary><pre>");
        for (size_t length; *text != '\0'; text += length + (text[length] == '\n')) {
            length = strcspn(text, "\n");
            xml_text(out, arena_copy(arena, text, length));
            text_puts(out, "\n");
        }
        text_puts(out, "</pre></details></figure>\n");
    }
}

void page_write(Arena *arena, const Report *report, const Drawing *drawings, Text *out) {
    const char *section = "";
    text_puts(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n" PAGE_MARK NETC_VERSION
                   "\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
                   "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>");
    xml_text(out, title_of(arena, report));
    text_puts(out, " · netc report</title>\n<style>\n");
    palette_style(out);
    page_style(out);
    text_puts(out, "</style>\n</head>\n<body>\n<main>\n");
    head(arena, report, out);
    for (size_t i = 0; i < figure_count; i++) {
        if (!is_shown(figures[i], &drawings[i])) {
            continue;
        }
        if (!string_is(section, figures[i]->section)) {
            text_puts(out, *section == '\0' ? "" : "</div></section>\n");
            section = figures[i]->section;
            text_puts(out, "<section>");
            element(out, "h2", section);
            text_puts(out, "<div class=\"grid\">\n");
        }
        figure(arena, report, figures[i], &drawings[i], out);
    }
    settings(arena, report, out);
    text_puts(out, "</div></section>\n</main>\n<footer>Made by netc " NETC_VERSION
                   ". The numbers are in the run's files; netc report --csv DIR writes those of each figure.</footer>\n"
                   "<script>\n");
    page_script(out);
    text_puts(out, "</script>\n</body>\n</html>\n");
}
