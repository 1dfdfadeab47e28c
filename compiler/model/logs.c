/* The setting log. Its lines are read by one table of options; what they say is kept by subject, as a setting of its
 * own with the numbers that trainers know:
 *
 *     log gradients weights every=epoch probe=1000        log gradients   every=epoch probe=1000
 *     log steps every=1                             ->    log weights     every=epoch
 *                                                         log steps       every=1
 *
 * A --set line takes the place of what the file says of its subjects. `log nothing` in the file is the only line, by
 * --set it takes the place of all of them. */
#include "compiler/model/logs.h"

#include "compiler/base/source.h"

static const char *const subject_words[] = {
#define SUBJECT(name, word, header, prefix, sources, doc) word,
#include "runtime/log/subjects.def"
#undef SUBJECT
    [NET_SUBJECTS] = "nothing", NULL};
static const char *const every_words[] = {"epoch", NULL};
enum { FORMAT_CSV, FORMAT_TENSORBOARD }; /* bits of LOG_FORMATS */
static const char *const format_words[] = {[FORMAT_CSV] = "csv", [FORMAT_TENSORBOARD] = "tensorboard", NULL};

enum { ROW_EVERY, ROW_FORMATS, ROW_PROBE, ROW_FULL, ROWS };
#define EVERY_DOC "steps between two rows of the logs, or epoch"
#define EVERY_ROW(word)      \
    {.name = "every",        \
     .type = OPTION_INTEGER, \
     .low = 1,               \
     .high = 1e9,            \
     .words = every_words,   \
     .doc = EVERY_DOC,       \
     .trainer = {.name = word "_every", .flag = "log-every", .argument = "N|epoch", .changes = "begins"}}
/* Trainers know the formats of all. */
#define FORMATS_ROW {.name = "formats", .type = OPTION_WORDS, .words = format_words}
#define PROBE_ROW(word)              \
    {.name = "probe",                \
     .type = OPTION_INTEGER,         \
     .low = 1,                       \
     .high = 1 << 30,                \
     .doc = "examples of the probe", \
     .trainer = {.name = word "_probe", .changes = "begins"}}
#define FULL_ROW(word)         \
    {.name = "full",           \
     .type = OPTION_BOOL,      \
     .standard = "false",      \
     .doc = "keep each value", \
     .trainer = {.name = word "_full", .changes = "begins"}}

static const OptionSpec subject_rows[NET_SUBJECTS][ROWS] = {
#define SUBJECT(id, word, header, prefix, sources, doc) \
    [NET_SUBJECT_##id] = {EVERY_ROW(word), FORMATS_ROW, PROBE_ROW(word), FULL_ROW(word)},
#include "runtime/log/subjects.def"
#undef SUBJECT
};
static const char *const subject_lines[NET_SUBJECTS] = {
#define SUBJECT(id, word, header, prefix, sources, doc) [NET_SUBJECT_##id] = "log " word,
#include "runtime/log/subjects.def"
#undef SUBJECT
};

const OptionSpec log_options[LOG_OPTIONS] = {
    [LOG_SUBJECTS] = {.name = "subject",
                      .type = OPTION_WORDS,
                      .positional = true,
                      .required = true,
                      .words = subject_words,
                      .doc =
#define SUBJECT(id, word, header, prefix, sources, doc) word ": " doc "; "
#include "runtime/log/subjects.def"
#undef SUBJECT
                          "or several of them; nothing: none, whatever a file says when --set says it",
                      .example = "log gradients",
                      .trainer = {.name = "log", .changes = "adds"}},
    [LOG_EVERY] = {.name = "every",
                   .type = OPTION_INTEGER,
                   .low = 1,
                   .high = 1e9,
                   .standard = "epoch",
                   .words = every_words,
                   .doc = EVERY_DOC,
                   .trainer = {.flag = "log-every", .argument = "N|epoch"}},
    [LOG_PROBE] = {.name = "probe",
                   .type = OPTION_INTEGER,
                   .low = 1,
                   .high = 1 << 30,
                   .doc =
                       "gradients: also those of the first N training examples, as often as every= says; activations "
                       "and neurons: of so many, by itself of 1000; spectrum: of the first 8 of them",
                   .example = "probe=1000"},
    [LOG_FULL] = {.name = "full",
                  .type = OPTION_BOOL,
                  .standard = "false",
                  .doc = "spectrum: all singular values, in spectrum.safetensors",
                  .example = "log spectrum full=true"},
    [LOG_FORMATS] = {.name = "formats",
                     .type = OPTION_WORDS,
                     .standard = "[csv]",
                     .words = format_words,
                     .doc = "files to write, for all logs: csv in any case, tensorboard beside it",
                     .example = "formats=[csv, tensorboard]",
                     .trainer = {.name = "log_formats", .changes = "adds"}},
};

static bool takes_probe(size_t subject) { return net_subject_probes((NetSubjectName)subject); }

static bool takes_full(size_t subject) { return (net_subjects[subject].sources & NET_FROM_JACOBIAN) != 0; }

OptionOwner log_owner(NetSubjectName subject) {
    return (OptionOwner){.name = subject_lines[subject],
                         .options = subject_rows[subject],
                         .count = takes_full(subject)    ? ROWS
                                  : takes_probe(subject) ? ROW_FULL
                                                         : ROW_PROBE};
}

LogSubject settings_log(const Settings *settings, NetSubjectName subject) {
    const Setting *setting = &settings->log[subject];
    if (!setting->on) return (LogSubject){0};
    int64_t probe = takes_probe(subject) ? setting->values[ROW_PROBE].integer : 0;
    return (LogSubject){.on = true,
                        .every = setting->values[ROW_EVERY].integer,
                        .probe = probe == 0 ? net_subject_probe(subject) : probe,
                        .asks = probe > 0,
                        .line = setting->line};
}

int64_t settings_probe(const Settings *settings) {
    int64_t most = 0;
    for (size_t i = 0; i < NET_SUBJECTS; i++) {
        LogSubject log = settings_log(settings, (NetSubjectName)i);
        if (log.probe > most) most = log.probe;
    }
    return most;
}

/* ---- a line ---- */
static bool is_set(const Diags *diags, const AstStmt *line) {
    return line && source_of(diags->source, line->at.lo) != diags->source;
}

/* Where the other line of the log is that does not go with this one. */
static void note_first(SettingContext *context, Diag *diag, const AstStmt *first) {
    Diags *diags = context->diags;
    const Source *where = source_of(diags->source, first->at.lo);
    uint32_t number, column;
    source_position(diags->source, first->at.lo, &number, &column);
    if (is_set(diags, first))
        diag_note(diags, diag, "first by %s '%s'", where->path, where->text);
    else
        diag_note(diags, diag, "first in line %u", (unsigned)number);
}

/* Whether the subject's line is to stay: a --set line goes before the file's. A second of either kind is an error. */
static bool keeps_line(SettingContext *context, size_t subject, bool *good) {
    const Setting *setting = &context->settings->log[subject];
    Diags *diags = context->diags;
    if (!setting->on || (is_set(diags, context->line) && !is_set(diags, setting->line))) return false;
    Diag *diag = diag_report(diags, context->option[LOG_SUBJECTS].at, "duplicate-setting", "%s is logged twice",
                             subject_words[subject]);
    note_first(context, diag, setting->line);
    if (!is_set(diags, setting->line)) diag_help(diags, diag, "name it in one of them");
    *good = false;
    return true;
}

static void take(SettingContext *context, size_t subject) {
    Setting *setting = &context->settings->log[subject];
    OptionOwner owner = log_owner((NetSubjectName)subject);
    setting->owner = owner;
    setting->values = NEW_ARRAY(context->diags->arena, OptionValue, ROWS);
    setting->values[ROW_EVERY] = context->option[LOG_EVERY];
    setting->values[ROW_FORMATS] = context->option[LOG_FORMATS];
    if (takes_probe(subject)) setting->values[ROW_PROBE] = context->option[LOG_PROBE];
    if (takes_full(subject)) setting->values[ROW_FULL] = context->option[LOG_FULL];
    setting->line = context->line;
    setting->on = true;
}

/* Whether the option is given and no subject of its line takes it. */
static bool is_idle(const SettingContext *context, int option, bool (*takes)(size_t subject)) {
    bool idle = context->option[option].given;
    for (size_t i = 0; i < NET_SUBJECTS; i++)
        idle = idle && !(((context->option[LOG_SUBJECTS].set >> i) & 1) && takes(i));
    return idle;
}

static bool check_taken(SettingContext *context) {
    const OptionValue *probe = &context->option[LOG_PROBE], *full = &context->option[LOG_FULL];
    if (is_idle(context, LOG_PROBE, takes_probe)) {
        diag_report(context->diags, probe->at, "conflicting-options",
                    "probe= measures gradients, activations, neurons and the spectrum; write 'log gradients "
                    "probe=%lld'",
                    (long long)probe->integer);
        return false;
    }
    if (!is_idle(context, LOG_FULL, takes_full)) return true;
    diag_report(context->diags, full->at, "conflicting-options",
                "full= keeps the singular values of log spectrum; write 'log spectrum full=%s'",
                full->flag ? "true" : "false");
    return false;
}

/* What all lines that hold name, as the values of the last. */
static void sum_up(SettingContext *context) {
    Settings *settings = context->settings;
    OptionValue *all = context->option;
    all[LOG_SUBJECTS].set = 0;
    all[LOG_FORMATS].set = 1 << FORMAT_CSV;
    for (size_t i = 0; i < NET_SUBJECTS; i++) {
        const Setting *setting = &settings->log[i];
        if (!setting->on) continue;
        all[LOG_SUBJECTS].set |= UINT32_C(1) << i;
        all[LOG_FORMATS].set |= setting->values[ROW_FORMATS].set;
    }
    settings->log_events = (all[LOG_FORMATS].set >> FORMAT_TENSORBOARD) & 1;
}

static bool fail_nothing(SettingContext *context, const AstStmt *first) {
    Diag *diag = diag_report(context->diags, context->option[LOG_SUBJECTS].at, "conflicting-options",
                             "log nothing stands alone: nothing is to be logged, and something is");
    if (first) note_first(context, diag, first);
    diag_help(context->diags, diag, "leave one of them out");
    return false;
}

/* `log nothing`: by --set in place of what the file says, and other --set lines say what is logged. */
static bool log_nothing(SettingContext *context) {
    Settings *settings = context->settings;
    const OptionValue *option = context->option;
    bool set = is_set(context->diags, context->line);
    if (option[LOG_SUBJECTS].set != UINT32_C(1) << NET_SUBJECTS) return fail_nothing(context, NULL);
    for (size_t i = LOG_SUBJECTS + 1; i < LOG_OPTIONS; i++) {
        if (!option[i].given) continue;
        Diag *diag = diag_report(context->diags, option[i].at, "conflicting-options",
                                 "%s= says how something is logged, and nothing is", log_options[i].name);
        diag_help(context->diags, diag, "write 'log nothing'");
        return false;
    }
    for (size_t i = 0; i < NET_SUBJECTS; i++) {
        Setting *setting = &settings->log[i];
        if (!setting->on || (set && is_set(context->diags, setting->line))) continue;
        if (!set) return fail_nothing(context, setting->line);
        setting->on = false;
    }
    if (!set) settings->no_log = context->line;
    sum_up(context);
    return true;
}

bool log_apply(SettingContext *context) {
    const OptionValue *option = context->option;
    if ((option[LOG_SUBJECTS].set >> NET_SUBJECTS) & 1) return log_nothing(context);
    if (context->settings->no_log && !is_set(context->diags, context->line))
        return fail_nothing(context, context->settings->no_log);
    if (!((option[LOG_FORMATS].set >> FORMAT_CSV) & 1)) {
        diag_report(context->diags, option[LOG_FORMATS].at, "bad-value",
                    "the CSV files are written in any case; write formats=[csv, tensorboard]");
        return false;
    }
    if (!check_taken(context)) return false;
    bool good = true;
    for (size_t i = 0; i < NET_SUBJECTS; i++) {
        bool named = (option[LOG_SUBJECTS].set >> i) & 1;
        if (named && !keeps_line(context, i, &good)) take(context, i);
    }
    sum_up(context);
    return good;
}

/* ---- the lines together ---- */
bool settings_agree_probe(Diags *diags, Settings *settings) {
    int64_t asked = 0;
    for (size_t i = 0; i < NET_SUBJECTS; i++) {
        LogSubject log = settings_log(settings, (NetSubjectName)i);
        if (log.asks && asked == 0) asked = log.probe;
        if (!log.asks || log.probe == asked) continue;
        Diag *diag = diag_report(diags, log.line->at, "conflicting-options",
                                 "probe=%lld here and probe=%lld in another line: there is one probe for all logs",
                                 (long long)log.probe, (long long)asked);
        diag_help(diags, diag, "write probe=%lld here too", (long long)asked);
        return false;
    }
    for (size_t i = 0; i < NET_SUBJECTS && asked > 0; i++) {
        LogSubject log = settings_log(settings, (NetSubjectName)i);
        if (!log.on || log.asks || net_subject_probe((NetSubjectName)i) == 0) continue;
        OptionValue *probe = &settings->log[i].values[ROW_PROBE];
        probe->given = true;
        probe->integer = asked;
        probe->real = (double)asked;
    }
    return true;
}
