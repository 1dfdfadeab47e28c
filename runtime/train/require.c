#include "runtime/train/require.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/words.h"
#include "runtime/train/score.h"

static const char *const relations[] = {
    [NET_AT_LEAST] = ">=", [NET_ABOVE] = ">", [NET_AT_MOST] = "<=", [NET_BELOW] = "<"};

/* Those that an evaluation has, too, come first. */
static const char *const plain_names[] = {"parameters", "epochs",  "steps",
                                          "best_epoch", "seconds", "images_per_second"};
static const char *const prefixes[] = {"train", "validation", "test", "best_validation", "best_test"};

enum { CONDITION = 64 };

enum {
    PLAIN = sizeof plain_names / sizeof *plain_names,
    PREFIXES = sizeof prefixes / sizeof *prefixes,
    EVALUATED_PLAIN = 1,
    EVALUATED_PREFIXES = 3,
    NAMES = PLAIN + PREFIXES * NET_FIGURES
};

/* The condition that is meant by one in another form: "0.9", "accuracy=0.9", "val_acc >= 90%", "test_accuracy => 0.9".
 * The figure and its relation follow from each other where one is missing; false: there is no number. */
static bool condition_meant(char out[CONDITION], const char *text) {
    static const char digits[] = "0123456789";
    const char *number = text + strcspn(text, digits);
    bool cost = strstr(text, "cost") != NULL || strstr(text, "loss") != NULL;
    bool figure = cost || strstr(text, "acc") != NULL || strspn(text, "<>=. ") == (size_t)(number - text);
    if (*number == '\0' || !figure) return false;
    if (number > text && number[-1] == '.') number--;
    char *end;
    double bound = strtod(number, &end);
    if (*end == '%' || (!cost && bound > 1)) bound /= 100;
    if (!cost && bound > 1) return false;
    const char *part = strstr(text, "val") != NULL ? "validation" : strstr(text, "train") != NULL ? "train" : "test";
    bool less = strchr(text, '<') != NULL || (cost && strchr(text, '>') == NULL);
    snprintf(out, CONDITION, "%s_%s%s%g", part, cost ? "cost" : "accuracy", less ? "<=" : ">=", bound);
    return true;
}

static bool wrong_form(const char *text, NetError *error) {
    char meant[CONDITION];
    if (condition_meant(meant, text)) {
        return net_fail(error, NET_USAGE,
                        "--require '%s': expected a figure of result.json, one of >= > <= <, and a number; write "
                        "--require '%s'",
                        text, meant);
    }
    if (strpbrk(text, "<>=0123456789") == NULL) {
        return net_fail(
            error, NET_USAGE,
            "--require '%s': expected a figure of result.json, one of >= > <= <, and a number, in quotes, as the "
            "shell takes > and < itself, for example --require 'test_accuracy>=0.97'",
            text);
    }
    return net_fail(error, NET_USAGE,
                    "--require '%s': expected a figure of result.json, one of >= > <= <, and a number, for example "
                    "--require 'test_accuracy>=0.97'",
                    text);
}

bool net_requirement_read(const char *text, NetRequirement *requirement, NetError *error) {
    const char *name = text + strspn(text, " ");
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789");
    const char *at = name + length + strspn(name + length, " ");
    if (length == 0 || length >= sizeof requirement->name || (*at != '>' && *at != '<')) {
        return wrong_form(text, error);
    }
    bool equal = at[1] == '=';
    *requirement = (NetRequirement){.relation = *at == '>' ? (equal ? NET_AT_LEAST : NET_ABOVE)
                                                           : (equal ? NET_AT_MOST : NET_BELOW)};
    memcpy(requirement->name, name, length);
    at += equal ? 2 : 1;
    at += strspn(at, " ");
    char *end = NULL;
    requirement->bound = strtod(at, &end);
    size_t digits = strspn(at, "+-.0123456789eE");
    if (end == at || (size_t)(end - at) != digits || end[strspn(end, " ")] != '\0' || !isfinite(requirement->bound)) {
        return wrong_form(text, error);
    }
    if (strstr(requirement->name, "accuracy") != NULL && (requirement->bound > 1 || requirement->bound < 0)) {
        return net_fail(
            error, NET_USAGE,
            "--require '%s': an accuracy is a fraction from 0 to 1, as in result.json; write --require '%s%s%g'", text,
            requirement->name, relations[requirement->relation],
            requirement->bound > 1 && requirement->bound <= 100 ? requirement->bound / 100 : 0.97);
    }
    return true;
}

/* All names of figures that a result of this model, or an evaluation's, can have; `room` holds those made here. */
static int known_names(const NetModel *model, bool evaluate, char room[NAMES][48], const char *names[NAMES]) {
    NetFigure figures[NET_FIGURES];
    int each = net_model_figures(model, figures);
    int count = 0;
    bool several = model->compiled.members > 1; /* which together have no cost, and are not measured while training */
    for (int i = several && !evaluate; i < (evaluate ? EVALUATED_PREFIXES : PREFIXES); i++) {
        for (int k = several; k < each; k++) {
            snprintf(room[count], sizeof room[count], "%s_%s", prefixes[i], net_figure_name(figures[k]));
            names[count] = room[count];
            count++;
        }
    }
    for (int i = 0; i < (evaluate ? EVALUATED_PLAIN : PLAIN); i++) {
        bool of_all = strcmp(plain_names[i], "parameters") == 0 || strcmp(plain_names[i], "seconds") == 0;
        if (!several || of_all) {
            names[count++] = plain_names[i];
        }
    }
    return count;
}

/* Whether a condition is about one of these figures. */
static bool is_known(const NetRequirement *wanted, const char *const *names, int count) {
    bool known = false;
    for (int i = 0; i < count && !known; i++) {
        known = strcmp(names[i], wanted->name) == 0;
    }
    return known;
}

bool net_require_check(const NetModel *model, const NetOptions *options, NetError *error) {
    const NetWords *conditions = &options->require;
    char room[NAMES][48];
    const char *names[NAMES];
    int count = known_names(model, options->evaluate, room, names);
    for (int i = 0; i < conditions->count; i++) {
        NetRequirement wanted, instead;
        if (!net_requirement_read(conditions->at[i], &wanted, error)) {
            return false;
        }
        if (is_known(&wanted, names, count)) {
            continue;
        }
        const char *nearest = net_nearest_word(wanted.name, names, (size_t)count);
        if (nearest != NULL) {
            return net_fail(error, NET_USAGE, "--require '%s': a result has no '%s'; did you mean '%s'?",
                            conditions->at[i], wanted.name, nearest);
        }
        char meant[CONDITION], list[400] = "";
        if (condition_meant(meant, conditions->at[i]) && net_requirement_read(meant, &instead, NULL) &&
            is_known(&instead, names, count)) {
            return net_fail(error, NET_USAGE, "--require '%s': a result has no '%s'; write --require '%s'",
                            conditions->at[i], wanted.name, meant);
        }
        for (int k = 0; k < count; k++) {
            size_t length = strlen(list);
            snprintf(list + length, sizeof list - length, "%s%s", k > 0 ? ", " : "", names[k]);
        }
        return net_fail(error, NET_USAGE, "--require '%s': a result has no '%s'; it has %s", conditions->at[i],
                        wanted.name, list);
    }
    return true;
}

bool net_require_parts(const NetData *data, const NetWords *conditions, NetError *error) {
    for (int i = 0; i < conditions->count; i++) {
        NetRequirement wanted;
        if (!net_requirement_read(conditions->at[i], &wanted, error)) {
            return false;
        }
        bool best = strncmp(wanted.name, "best_", 5) == 0;
        bool validation = best || strncmp(wanted.name, "validation_", 11) == 0;
        bool test = strstr(wanted.name, "test_") == wanted.name + (best ? 5 : 0);
        if (validation && data->part[NET_PART_VALIDATION].count == 0) {
            return net_fail(error, NET_USAGE,
                            "--require '%s': there is no validation part; add --set 'split validation=0.1'",
                            conditions->at[i]);
        }
        if (test && data->part[NET_PART_TEST].count == 0) {
            return net_fail(error, NET_USAGE, "--require '%s': the data has no test part", conditions->at[i]);
        }
    }
    return true;
}

static bool is_met(const NetRequirement *wanted, const json_t *found) {
    double value = json_number_value(found);
    if (!json_is_number(found)) {
        return false;
    }
    switch (wanted->relation) {
    case NET_AT_LEAST: return value >= wanted->bound;
    case NET_ABOVE: return value > wanted->bound;
    case NET_AT_MOST: return value <= wanted->bound;
    case NET_BELOW: return value < wanted->bound;
    }
    return false;
}

json_t *net_require_list(const NetWords *conditions, const json_t *result) {
    json_t *list = conditions->count > 0 ? json_array() : NULL;
    for (int i = 0; list != NULL && i < conditions->count; i++) {
        NetRequirement wanted;
        if (net_requirement_read(conditions->at[i], &wanted, NULL)) {
            const json_t *found = json_object_get(result, wanted.name);
            json_array_append_new(list, json_pack("{s:s, s:o, s:b}", "condition", conditions->at[i], "found",
                                                  json_is_number(found) ? json_deep_copy(found) : json_null(), "met",
                                                  is_met(&wanted, found)));
        }
    }
    return list;
}

bool net_require_met(const NetWords *conditions, const json_t *result, NetError *error) {
    char text[NET_ERROR_TEXT / 2] = "";
    for (int i = 0; i < conditions->count; i++) {
        NetRequirement wanted;
        if (!net_requirement_read(conditions->at[i], &wanted, error)) {
            return false;
        }
        const json_t *found = json_object_get(result, wanted.name);
        if (is_met(&wanted, found)) {
            continue;
        }
        char value[32] = "nothing";
        if (json_is_number(found)) {
            snprintf(value, sizeof value, "%.6g", json_number_value(found));
        }
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s%s%g, found %s", length > 0 ? "; " : "", wanted.name,
                 relations[wanted.relation], wanted.bound, value);
    }
    return text[0] == '\0' || net_fail(error, NET_REQUIRE, "required %s [not-met]", text);
}
