#include "compiler/driver/pipeline.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "compiler/driver/memory.h"
#include "compiler/driver/report.h"
#include "compiler/driver/show_weights.h"
#include "compiler/driver/tune.h"
#include "compiler/loop/lower.h"
#include "compiler/loop/schedule.h"
#include "compiler/model/memory.h"
#include "compiler/model/pytorch.h"
#include "compiler/model/rate_schedule.h"
#include "compiler/syntax/forms.h"
#include "runtime/base/paths.h"
#include "runtime/base/words.h"
#include "runtime/train/workers.h"

/* ---- the passes ---- */

static bool run_parse(Compilation *compilation) {
    const Source *source = compilation->source;
    const Form *form = form_of_file(source->text, source->size);
    if (form != NULL) {
        Diag *diag =
            diag_report(&compilation->diags, SPAN_NONE, "foreign-file", "this is %s; expected a .net text", form->name);
        const char *model = arena_format(compilation->arena, "%s.net", compilation->source->path);
        bool beside = access(model, F_OK) == 0; /* the model of a trainer: lenet.net of lenet */
        diag_help(&compilation->diags, diag, beside ? "did you mean '%s'?" : "%s", beside ? model : form->help);
        return false;
    }
    compilation->ast = ast_parse(compilation->arena, compilation->source, &compilation->diags);
    return true; /* errors are counted after the check, which may find more */
}

static void dump_ast(const Compilation *compilation, FILE *out) { ast_print(compilation->ast, out); }

/* A number more than the network has output indices would force nothing. */
static bool check_schedule(Compilation *compilation) {
    const GivenSchedules *given = compilation->given;
    int numbers = given == NULL ? 0 : given->numbers, most = FORCED_MAX - 1;
    for (size_t i = 1; i < compilation->model->layers.count; i++) {
        int rank = compilation->model->layers.at[i]->out.rank;
        most = rank > most ? rank : most;
    }
    if (numbers > most) {
        report_usage(compilation->command,
                     "--schedule %s: no layer of '%s' has maps; expected up to %d numbers, for "
                     "example --schedule %lldx%lld",
                     compilation->options->schedule, compilation->model->name, most, (long long)given->tile[0],
                     (long long)given->tile[2]);
        compilation->failure = STATUS_USAGE;
    }
    return numbers <= most;
}

static bool run_check(Compilation *compilation) {
    compilation->model = model_check(compilation->arena, compilation->source, compilation->ast, &compilation->changes,
                                     &compilation->diags);
    return compilation->model != NULL &&
           model_check_memory(compilation->model, net_workers_processors(), compilation->memory, &compilation->diags) &&
           (!compilation->options->pytorch || pytorch_check(compilation->model, &compilation->diags)) &&
           check_schedule(compilation);
}

static void dump_model(const Compilation *compilation, FILE *out) { model_print(compilation->model, out); }

bool pipeline_dumps(const Compilation *compilation, const char *name) {
    const Words *dumps = &compilation->options->dumps;
    for (size_t i = 0; i < dumps->count; i++) {
        if (string_is(dumps->at[i], name)) {
            return true;
        }
    }
    return false;
}

FILE *pipeline_schedule_out(const Compilation *compilation, const Target *target) {
    if (!pipeline_dumps(compilation, "schedule")) return NULL;
    target_print(target, stdout);
    return stdout;
}

static bool run_programs(Compilation *compilation) {
    compilation->programs = compilation->goal->build(compilation);
    return true;
}

static bool run_fuse(Compilation *compilation) {
    lower_passes(compilation->arena, compilation->programs);
    return true;
}

static void dump_programs(const Compilation *compilation, FILE *out) {
    for (int kind = 0; kind < PROGRAM_COUNT; kind++) {
        if (compilation->programs->program[kind] != NULL) {
            program_print(compilation->programs->program[kind], out);
        }
    }
}

static bool run_lower(Compilation *compilation) {
    compilation->goal->lower(compilation);
    const GivenSchedules *given = compilation->given;
    if (given == NULL) {
        return true;
    }
    const char *fault = schedules_fault(given);
    compilation->failure = fault != NULL ? report_usage(compilation->command, "--schedule: %s", fault) : STATUS_OK;
    return compilation->failure == STATUS_OK;
}

static void dump_loops(const Compilation *compilation, FILE *out) { compilation->goal->dump(compilation, out); }

/* `schedule` is a step of lowering, which prints it itself. */
const Pass passes[] = {
    {"ast", "scan and parse the text", LEVEL_AST, run_parse, dump_ast},
    {"model", "resolve layers, shapes and settings", LEVEL_MODEL, run_check, dump_model},
    {"tensor", "build the tensor programs, with their gradients", LEVEL_TENSOR, run_programs, dump_programs},
    {"fuse", "simplify and fuse the tensor programs", LEVEL_TENSOR, run_fuse, dump_programs},
    {"tune", "measure schedules on this processor (--tune)", LEVEL_TENSOR, tune_run, tune_dump},
    {"schedule", "choose the schedule of each nest", LEVEL_LOOPS, NULL, NULL},
    {"loops", "lower the programs to loop nests", LEVEL_LOOPS, run_lower, dump_loops},
};
const size_t pass_count = COUNT_OF(passes);

/* ---- opening ---- */

enum { LEAST_MEMORY = 1 << 10 }; /* bytes; the smallest trainer takes more */

static bool check_pass_name(const char *command, const char *option, const char *name, int *status) {
    const char *names[COUNT_OF(passes)];
    for (size_t i = 0; i < COUNT_OF(passes); i++) {
        names[i] = passes[i].name;
        if (string_is(name, names[i])) {
            return true;
        }
    }
    const char *nearest = net_nearest_word(name, names, COUNT_OF(passes));
    *status = nearest == NULL
                  ? report_usage(command, "%s: there is no pass '%s'; 'netc help developer' lists them", option, name)
                  : report_usage(command, "%s: there is no pass '%s'; did you mean '%s'?", option, name, nearest);
    return false;
}

/* A dump of a pass that the command does not come to would be empty. */
static bool check_dump(const char *command, const Options *options, const char *name, int *status) {
    size_t dumped = 0, last = pass_count - 1;
    if (!check_pass_name(command, "--dump", name, status)) return false;
    while (!string_is(passes[dumped].name, name)) dumped++;
    for (size_t i = 0; options->stop_after != NULL && i < pass_count; i++)
        if (string_is(passes[i].name, options->stop_after)) last = i;
    const bool looks = string_is(command, "check") || string_is(command, "data") || string_is(command, "gradcheck") ||
                       (string_is(command, "show") && !options->infer);
    if (looks && passes[dumped].level > LEVEL_MODEL) {
        *status =
            report_usage(command, "--dump=%s: 'netc %s' ends before that pass; 'netc build' has it", name, command);
    } else if (string_is(name, "tune") && !options->tune) {
        *status = report_usage(command, "--dump=tune prints what --tune measures; add that");
    } else if (dumped > last) {
        *status = report_usage(command, "--dump=%s: --stop-after=%s ends before that pass; write --stop-after=%s", name,
                               options->stop_after, name);
    } else {
        return true;
    }
    return false;
}

static bool apply_warning_options(Compilation *compilation, int *status) {
    const Words *warnings = &compilation->options->warnings;
    for (size_t i = 0; i < warnings->count; i++) {
        const char *word = warnings->at[i];
        if (string_is(word, "error")) {
            compilation->diags.warnings_are_errors = true;
        } else if (strncmp(word, "no-", 3) != 0) {
            bool all = string_is(word, "all") || string_is(word, "extra");
            const char *name =
                strncmp(word, "no", 2) == 0 && diag_kind_find(word + 2) ? word + 2 : "vanishing-gradient";
            *status = all ? report_usage(compilation->command,
                                         "-W%s: all warnings are shown anyway; leave it out, or write -Werror", word)
                          : report_usage(compilation->command,
                                         "-W%s: expected -Werror or -Wno-NAME, for example -Wno-%s", word, name);
            return false;
        } else if (!diags_allow(&compilation->diags, word + 3)) {
            VEC(const char *) names = {0};
            for (size_t k = 0; k < diag_kind_count; k++) {
                if (diag_kinds[k].severity == SEVERITY_WARNING) {
                    vec_push(compilation->arena, &names, diag_kinds[k].name);
                }
            }
            const char *nearest = net_nearest_word(word + 3, names.at, names.count);
            if (diag_kind_find(word + 3) != NULL) {
                *status =
                    report_usage(compilation->command,
                                 "-W%s: that is an error, and only warnings are silenced; 'netc explain %s' says how "
                                 "to mend it",
                                 word, word + 3);
                return false;
            }
            *status = report_usage(compilation->command, "-W%s: there is no warning '%s'%s%s%s", word, word + 3,
                                   nearest == NULL ? "; 'netc explain' lists them" : "; did you mean '",
                                   nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?");
            return false;
        }
    }
    return true;
}

/* The diagnostics, and what the command line changes of the source's model. */
static void take_changes(Compilation *compilation) {
    const Options *options = compilation->options;
    compilation->diags = (Diags){.arena = compilation->arena, .source = compilation->source};
    compilation->changes = (ModelChanges){.defines = options->defines.at,
                                          .define_count = options->defines.count,
                                          .sets = options->sets.at,
                                          .set_count = options->sets.count,
                                          .data_dir = options->data_dir,
                                          .purpose = options->infer                             ? PURPOSE_USE
                                                     : string_is(compilation->command, "train") ? PURPOSE_TRAIN
                                                                                                : PURPOSE_LOOK};
}

bool pipeline_open_source(Arena *arena, const char *command, const Options *options, Source *source,
                          Compilation *compilation, int *status) {
    *compilation = (Compilation){.arena = arena,
                                 .command = command,
                                 .options = options,
                                 .path = source->path,
                                 .memory = INT64_MAX,
                                 .source = source};
    take_changes(compilation);
    return apply_warning_options(compilation, status);
}

bool pipeline_open(Arena *arena, const char *command, const Options *options, const char *path,
                   Compilation *compilation, int *status) {
    *compilation = (Compilation){.arena = arena, .command = command, .options = options, .path = path};
    if (options->stop_after != NULL && !check_pass_name(command, "--stop-after", options->stop_after, status)) {
        return false;
    }
    for (size_t i = 0; i < options->dumps.count; i++) {
        if (!check_dump(command, options, options->dumps.at[i], status)) {
            return false;
        }
    }
    if (string_is(command, "show") || string_is(command, "gradcheck") || string_is(command, "data") || options->infer) {
        compilation->memory = INT64_MAX; /* what cannot be trained here can be looked at, and used */
    } else if (!memory_limit(options->memory, &compilation->memory)) {
        *status = report_usage(command, "--memory %s: expected a size such as 512M or 1.5G", options->memory);
        return false;
    } else if (compilation->memory < LEAST_MEMORY) {
        *status = report_usage(command,
                               "--memory %s: those are %lld bytes, too few for any trainer; a size has a unit, such "
                               "as 512M or 1.5G",
                               options->memory, (long long)compilation->memory);
        return false;
    }
    const char *why = NULL;
    bool standard_input = string_is(path, "-");
    const char *what = standard_input ? NULL : show_weights_what(path);
    if (what != NULL && string_is(what, "a run")) { /* of a file its content tells, when it is read */
        const char *beside = arena_format(arena, "%s.net", path);
        if (access(beside, R_OK) == 0) {
            *status = report_environment("%s is a run, expected a model; did you mean %s?", path, beside);
            return false;
        }
        *status = report_environment("%s is a run, expected a model (FILE.net); 'netc show %s' prints what is in it",
                                     path, path);
        return false;
    }
    Source *head;
    compilation->source =
        standard_input ? source_read_file(arena, stdin, "<stdin>", &head, &why) : source_read(arena, path, &head, &why);
    if (head != NULL && form_of_file(head->text, head->size) != NULL) {
        compilation->source = head; /* weights and archives may be larger than any text: their beginning tells all */
    }
    if (compilation->source == NULL) {
        char advice[NET_PATH_ADVICE] = "";
        bool lost = !standard_input && *net_path_advice(advice, path) == '\0' && access(path, F_OK) != 0;
        bool run = string_is(command, "show") && !net_path_ends(path, ".net");
        size_t name = strcspn(path, "=");
        if (lost && name > 0 && path[name] == '=' && path[name + 1] != '\0') {
            *status = report_environment("cannot read %s: %s; a let is set by -D %s", path, why, path);
            return false;
        }
        *status = report_environment("cannot read %s: %s%s", standard_input ? "standard input" : path, why,
                                     !lost ? advice
                                     : run ? "; 'netc runs' lists the runs there are"
                                           : "; 'netc new NAME' writes a model to begin with");
        return false;
    }
    take_changes(compilation);
    return apply_warning_options(compilation, status);
}

/* A tile, lines, or a file of lines: what --schedule says. */
static bool read_schedule(Compilation *compilation, int *status) {
    const char *text = compilation->options->schedule, *why;
    for (size_t i = 0; schedule_variant(i) != NULL; i++) {
        if (string_is(text, schedule_variant(i)->name)) {
            *status = report_usage(compilation->command,
                                   "--schedule %s: it takes the tile of sums; that of the learning rate is a line of "
                                   "the train block: --set 'schedule cosine'",
                                   text);
            return false;
        }
    }
    GivenSchedules *given = compilation->given = NEW(compilation->arena, GivenSchedules);
    if (schedules_parse(compilation->arena, text, given)) {
        return true;
    }
    if (strpbrk(text, "./") == NULL && access(text, F_OK) != 0) {
        *status =
            report_usage(compilation->command,
                         "--schedule %s: expected up to %d numbers of at least 1 whose product is at most %d, for "
                         "example --schedule 4x5, lines that --dump=schedule prints, or a file of them",
                         text, FORCED_MAX, TILE_MAX);
        return false;
    }
    struct stat is;
    const bool folder = stat(text, &is) == 0 && S_ISDIR(is.st_mode);
    const Source *file = folder ? NULL : source_read(compilation->arena, text, NULL, &why);
    if (file == NULL) {
        *status = report_environment("cannot read %s: %s", text,
                                     folder ? "is a folder, not a file of what --dump=schedule prints" : why);
        return false;
    }
    if (!schedules_parse(compilation->arena, file->text, given) || given->numbers > 0) {
        *status =
            report_usage(compilation->command, "--schedule %s: no line of it is as --dump=schedule prints them", text);
        return false;
    }
    return true;
}

bool pipeline_target(Compilation *compilation, int *status) {
    const Options *options = compilation->options;
    if (options->schedule != NULL && !read_schedule(compilation, status)) {
        return false;
    }
    compilation->emit = emit_of(options->emit);
    compilation->backend = backend_find(options->backend, compilation->emit);
    if (compilation->backend->missing != NULL) {
        *status = report_environment("%s", compilation->backend->missing);
        return false;
    }
    return compilation->goal->target(compilation, status) && tune_check(compilation, status);
}

/* ---- running ---- */

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void print_diagnostics(const Compilation *compilation) {
    const Options *options = compilation->options;
    DiagFormat format = string_is(options->diagnostics, "json")     ? DIAG_FORMAT_JSON
                        : string_is(options->diagnostics, "github") ? DIAG_FORMAT_GITHUB
                                                                    : DIAG_FORMAT_TEXT;
    /* For programs the findings are what `netc check` is for. */
    bool result = format != DIAG_FORMAT_TEXT && string_is(compilation->command, "check");
    FILE *out = result ? stdout : stderr;
    fflush(stdout);
    diags_print(&compilation->diags, out, format, report_color(options, out));
}

static bool failed(const Compilation *compilation) {
    const Diags *diags = &compilation->diags;
    return diags->errors > 0 || (diags->warnings_are_errors && diags->warnings > 0);
}

/* After --stop-after=NAME with a pass that is part of a later one, that one still runs: it prints the dump. */
static bool is_last(const Compilation *compilation, size_t index) {
    const char *name = compilation->options->stop_after;
    for (size_t i = index + 1; name != NULL && i-- > 0 && (i == index || passes[i].run == NULL);) {
        if (string_is(passes[i].name, name)) {
            return true;
        }
    }
    return false;
}

static bool run_pass(Compilation *compilation, size_t index) {
    const Pass *pass = &passes[index];
    double start = now();
    bool good = pass->run(compilation);
    if (compilation->options->time) {
        fprintf(stderr, "netc: %-8s %8.3f ms  %s\n", pass->name, 1e3 * (now() - start), pass->doc);
    }
    if (good && pass->dump != NULL && pipeline_dumps(compilation, pass->name)) {
        pass->dump(compilation, stdout);
    }
    return good;
}

bool pipeline_report(Compilation *compilation, int *status) {
    print_diagnostics(compilation);
    bool good = !failed(compilation);
    compilation->diags.list.count = compilation->diags.errors = compilation->diags.warnings = 0;
    if (!good) {
        *status = STATUS_MODEL;
    }
    return good;
}

bool pipeline_run(Compilation *compilation, Level level, int *status) {
    bool good = true;
    for (; good && !compilation->stopped && compilation->next < pass_count; compilation->next++) {
        size_t i = compilation->next;
        if (passes[i].level > level) {
            break;
        }
        if (passes[i].run == NULL) {
            continue;
        }
        good = run_pass(compilation, i);
        compilation->stopped = is_last(compilation, i);
        if (!compilation->printed && (passes[i].level >= LEVEL_MODEL || compilation->stopped || !good)) {
            compilation->printed = true;
            good = pipeline_report(compilation, status) && good;
        }
    }
    *status = good ? STATUS_OK : compilation->failure != STATUS_OK ? compilation->failure : STATUS_MODEL;
    return good && !compilation->stopped;
}
