#include "compiler/report/run_command.h"

#include <string.h>

#include "compiler/driver/option_slips.h"
#include "compiler/model/settings.h"
#include "runtime/base/paths.h"
#include "runtime/log/subjects.h"

static const char *with_option(Arena *arena, const char *text, const char *option, const char *value) {
    return arena_format(arena, "%s --%s %s", text, option, shell_word(arena, value));
}

/* What stands behind the word that a line begins with, and blanks. */
static const char *next_word(const char *line) {
    line += strcspn(line, " \t");
    return line + strspn(line, " \t");
}

static bool begins_with(const char *line, const char *word, size_t length) {
    return strncmp(line, word, length) == 0 && !in_name(line[length]);
}

/* Whether a --set line is a log of what `line` is one of: a subject stands in one line alone. */
static bool logs_the_same(const char *set, const char *line) {
    const char *subject = next_word(line), *word = set + strspn(set, " \t");
    bool found = false, log = begins_with(word, "log", 3);
    for (word = next_word(word); log && *word != '\0' && !found; word = next_word(word)) {
        found = begins_with(word, subject, strcspn(subject, " "));
    }
    return found;
}

/* The line, with the probe that the run has: there is one for all logs. What log spectrum has by itself is none. */
static const char *with_probe(const Report *report, const char *line) {
    static const char option[] = " probe=";
    const char *found = strstr(line, option);
    const Fields *settings = &report->chosen->run->settings;
    for (size_t i = 0; found != NULL && i < settings->count; i++) {
        const Field *field = &settings->at[i];
        bool own = string_is(field->name, "spectrum_probe") && field->number == (double)NET_JACOBIAN_EXAMPLES;
        if (net_path_ends(field->name, "_probe") && field->number >= 1 && !own) {
            return arena_format(report->arena, "%.*s%s%s", (int)(found - line), line, option, field->text);
        }
    }
    return line;
}

/* The data, where they are others than the model says or somewhere else, and the weights it began with. */
static const char *with_data(const Report *report, const char *text) {
    Arena *arena = report->arena;
    const json_t *settings = json_object_get(report->chosen->run->config, "settings");
    const char *data = json_string_value(json_object_get(settings, "data"));
    const char *weights = json_string_value(json_object_get(settings, "weights"));
    const Model *model = report->network.model;
    if (data != NULL && model != NULL && !string_is(data, model->settings.data_kind)) {
        text = with_option(arena, text, "data", data);
    }
    if (report->predictions.data_dir != NULL) {
        text = with_option(arena, text, "data-dir", report->predictions.data_dir);
    }
    return weights == NULL ? text : with_option(arena, text, "weights", weights);
}

/* The options that gave settings another value than the model's text with its --set lines has; how often it logs is
 * another thing here. */
static const char *with_settings(const Report *report, const char *text) {
    const Run *run = report->chosen->run;
    const Model *model = report->network.model;
    Words given = {0};
    for (TrainerSetting at = {0}; model != NULL && settings_next(&model->settings, &at);) {
        const TrainerWords *words = &at.spec->trainer;
        const json_t *value = json_object_get(json_object_get(run->config, "settings"), words->name);
        const Field *field = field_find(&run->settings, words->name);
        if (words->flag == NULL || settings_of_logs(words->name) || field == NULL || !json_is_number(value) ||
            json_number_value(value) == at.value->real) {
            continue;
        }
        bool known = false; /* several settings may have an option in common */
        for (size_t i = 0; i < given.count; i++) {
            known = known || string_is(given.at[i], words->flag);
        }
        if (!known) {
            vec_push(report->arena, &given, words->flag);
            text = with_option(report->arena, text, words->flag, field->text);
        }
    }
    return text;
}

const char *report_command(const Report *report, const char *line) {
    Arena *arena = report->arena;
    const json_t *model = json_object_get(report->chosen->run->config, "model");
    const char *path = json_string_value(json_object_get(model, "path")), *key;
    const char *text = arena_format(arena, "netc train %s", shell_word(arena, path == NULL ? "FILE" : path));
    size_t index;
    json_t *value;
    json_object_foreach(json_object_get(model, "lets"), key, value) {
        if (json_is_string(value)) {
            const char *define = arena_format(arena, "%s=%s", key, json_string_value(value));
            text = arena_format(arena, "%s -D %s", text, shell_word(arena, define));
        }
    }
    json_array_foreach(run_sets(report->chosen->run), index, value) {
        const char *set = json_string_value(value);
        if (set != NULL && !logs_the_same(set, line)) {
            text = arena_format(arena, "%s --set %s", text, shell_word(arena, set));
        }
    }
    text = with_data(report, text);
    text = with_settings(report, text);
    return arena_format(arena, "%s --set %s", text, shell_word(arena, with_probe(report, line)));
}
