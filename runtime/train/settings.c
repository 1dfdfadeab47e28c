#include "runtime/train/settings.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/float.h"
#include "runtime/base/words.h"
#include "runtime/train/option_slips.h"

static bool in_range(const NetSetting *setting, double value) {
    return (setting->above ? value > setting->low : value >= setting->low) &&
           (setting->below ? value < setting->high : value <= setting->high);
}

/* Whether a text is a number that the setting may be. */
static bool is_value(const NetSetting *setting, const char *text, double *value) {
    bool whole = setting->kind == NET_SETTING_INTEGER;
    char *end = NULL;
    *value = strtod(text, &end);
    const char *allowed = whole ? "0123456789" : "+-.0123456789eE";
    return end != text && *end == '\0' && strspn(text, allowed) == strlen(text) && isfinite(*value) &&
           in_range(setting, *value) && (whole || !net_rounds_to_zero(*value));
}

/* What says elsewhere that there is no such limit. */
static bool is_none(const char *text) {
    static const char *const words[] = {"none", "None", "off", "no", "false", "inf", "infinity", "all"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], text) == 0) return true;
    }
    return false;
}

static bool wrong(const NetSetting *setting, const char *text, NetError *error) {
    char range[96];
    bool whole = setting->kind == NET_SETTING_INTEGER;
    if (!whole && net_rounds_to_zero(strtod(text, NULL))) {
        return net_fail(error, NET_USAGE, "--%s %s: a 32-bit float holds it as 0; the smallest above that is 1.4e-45",
                        setting->flag, text);
    }
    if (setting->high >= (double)FLT_MAX) {
        snprintf(range, sizeof range, "%s %.16g", setting->above ? "above" : "of at least", setting->low);
    } else if (setting->above) {
        snprintf(range, sizeof range, "above %.16g and %s%.16g", setting->low, setting->below ? "below " : "at most ",
                 setting->high);
    } else {
        snprintf(range, sizeof range, "from %.16g to %s%.16g", setting->low, setting->below ? "below " : "",
                 setting->high);
    }
    char seeds[NET_MEANT_TEXT];
    bool several = strpbrk(text, ",;:- ") != NULL || strstr(text, "..") != NULL; /* 1.5 is one number */
    if (several && strcmp(setting->flag, "seed") == 0 && net_seeds_meant(seeds, text)) {
        return net_fail(error, NET_USAGE, "--seed %s: expected one whole number; several seeds are --seeds %s", text,
                        seeds);
    }
    char meant[NET_NUMBER_TEXT], shown[NET_SETTING_TEXT];
    double value;
    bool known = net_number_meant(meant, text) && is_value(setting, meant, &value);
    if (setting->zero != NULL && is_none(text)) {
        known = true;
        snprintf(meant, sizeof meant, "%s", setting->zero);
    }
    double usual = setting->value != 0 ? setting->value : whole ? 1 : 0.1;
    return net_fail(error, NET_USAGE, "--%s %s: expected a %s %s%s%s%s%s--%s %s", setting->flag, text,
                    whole ? "whole number" : "number", range, setting->zero != NULL ? ", or '" : "",
                    setting->zero != NULL ? setting->zero : "", setting->zero != NULL ? "'" : "",
                    known ? "; write " : "; for example ", setting->flag,
                    known ? meant : net_setting_shown(setting, usual, shown));
}

bool net_setting_read(const NetSetting *setting, const char *text, double *value, NetError *error) {
    if (setting->zero != NULL && strcmp(text, setting->zero) == 0) {
        *value = 0;
        return true;
    }
    double number;
    if (!is_value(setting, text, &number)) {
        return wrong(setting, text, error);
    }
    *value = number;
    return true;
}

const char *net_setting_text(const NetSetting *setting, double value, char out[NET_SETTING_TEXT]) {
    if (setting->kind == NET_SETTING_WORD) {
        return setting->word;
    }
    snprintf(out, NET_SETTING_TEXT, setting->kind == NET_SETTING_INTEGER ? "%.0f" : "%.17g", value);
    return out;
}

const char *net_setting_shown(const NetSetting *setting, double value, char out[NET_SETTING_TEXT]) {
    if (setting->kind != NET_SETTING_REAL) {
        return value == 0 && setting->zero != NULL ? setting->zero : net_setting_text(setting, value, out);
    }
    snprintf(out, NET_SETTING_TEXT, "%g", value);
    return out;
}

bool net_setting_same(const NetSetting *a, const NetSetting *b) {
    return a->same != NULL && b->same != NULL && strcmp(a->same, b->same) == 0;
}
