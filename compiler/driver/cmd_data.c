/* netc data: the runtime's table of data sets, and what a set is that a model or a data line names. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/driver/examples.h"
#include "compiler/driver/link.h"
#include "compiler/driver/option_slips.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/driver/show_data.h"
#include "compiler/model/data_line.h"
#include "compiler/model/mend.h"
#include "compiler/model/settings.h"
#include "compiler/model/targets.h"
#include "runtime/base/paths.h"
#include "runtime/base/utf8.h"
#include "runtime/data/cache_list.h"
#include "runtime/data/fetch.h"
#include "runtime/data/sets.h"

enum { FLOAT_DIGITS = 9 }; /* that tell any two floats apart */

static int failed(const NetError *error) {
    if (error->status == NET_USAGE) {
        return report_usage("data", "%s", error->text);
    }
    return report_environment("%s", error->text);
}

static bool is_interrupted(void) { return tools_interrupted() != 0; }

/* ---- what a set is ---- */

static json_t *options_of(const NetDataRequest *request) { return (json_t *)(uintptr_t)request->options; }

static void print(Arena *arena, const Options *options, DataShown *shown, const char *why) {
    if (options->quiet) return;
    if (!options->json) {
        shown->color = report_color(options, stdout);
        show_data(arena, shown, stdout);
        return;
    }
    json_t *object = show_data_json(arena, shown);
    json_put(object, "suits", shown->verdict ? json_boolean(!why) : NULL);
    json_put(object, "why", why ? json_string(why) : NULL);
    json_print(object, FLOAT_DIGITS, stdout);
}

/* Reads the set as it is, whatever the network. */
static bool open_as_it_is(NetDataRequest *request, NetData *data, NetError *error) {
    request->train = request->validation = request->test = 0;
    request->order = "file";
    request->split_kind = NULL;
    request->answers = false;
    return net_data_look(request, error) && net_data_open(request, data, error);
}

/* Whether each number that is to be learned is 0 or 1: answers, as `target labels` has them. */
static bool are_answers(const NetData *data) {
    bool answers = true;
    for (int64_t row = 0; row < data->part[NET_PART_TRAIN].count && answers; row++) {
        const float *targets = net_data_example(data, NET_PART_TRAIN, row).targets;
        for (int64_t i = 0; i < data->targets && answers; i++) answers = targets[i] == 0 || targets[i] == 1;
    }
    return answers;
}

/* The first and the last line of a network for it. */
static const char *advice(Arena *arena, const NetDataRequest *request, const NetData *data, const char *targets) {
    char shape[NET_SHAPE_TEXT];
    const char *first = arena_format(arena, "'input %s'", net_shape(shape, request->shape, request->rank));
    if (request->classes > 1)
        return arena_format(arena, "a network for it begins with %s and ends with 'dense %lld activation=softmax'",
                            first, (long long)request->classes);
    bool answers = request->targets > 0 && are_answers(data);
    if (answers)
        return arena_format(arena,
                            "a network for it begins with %s and ends with 'dense %lld activation=sigmoid'; its train "
                            "block has 'target labels', as all that is to be learned is 0 or 1",
                            first, (long long)request->targets);
    if (request->targets > 0)
        return arena_format(arena,
                            "a network for it begins with %s and ends with 'dense %lld'; its train block has 'target "
                            "values'",
                            first, (long long)request->targets);
    if (targets) return arena_format(arena, "nothing is to be learned yet: write target= and one of %s", targets);
    return arena_format(arena, "a network for it begins with %s", first);
}

/* Pictures whose channels come last, as TensorFlow has them, if no order= says what comes first; else "". */
static const char *order_advice(Arena *arena, const Settings *settings, const NetDataRequest *request,
                                const char *line) {
    enum { CHANNELS = 4 }; /* that pictures have at most, and fewer than rows and columns */
    const int64_t *side = request->shape;
    char sides[NET_SHAPE_TEXT];
    bool order = string_is(settings->data_kind, "npy") && !settings_option(settings, "data", "order");
    bool last = request->rank == 3 && side[2] <= CHANNELS && side[0] > CHANNELS && side[1] > CHANNELS;
    if (!order || !last) return "";
    return arena_format(arena, "; if these are %lld channels of %s, they come last: netc data %s", (long long)side[2],
                        net_shape(sides, side, 2),
                        shell_word(arena, arena_format(arena, "%s order=channels_last", line)));
}

/* "a/1.png is 48x64, input is 48x48" where no network asks and the first picture is the measure: the line lacks a size.
 * NULL: something else is wrong. */
static const char *lacks_size(Arena *arena, const Settings *settings, const NetDataRequest *request,
                              const NetError *error, const char *line) {
    const char *end = strstr(error->text, ", input is ");
    if (!string_is(settings->data_kind, "images") || settings_option(settings, "data", "size") || !end) return NULL;
    long long rows = (long long)request->shape[1], columns = (long long)request->shape[2];
    const char *sized = shell_word(arena, arena_format(arena, "%s size=%lldx%lld", line, rows, columns));
    return arena_format(arena,
                        "%.*s, the first picture is %lldx%lld; of several sizes size=HxW makes one: netc data %s "
                        "[image-size]",
                        (int)(end - error->text), error->text, rows, columns, sized);
}

static int show_line(Arena *arena, const Options *options, const char *line) {
    Diags diags;
    NetData data;
    NetError error = {0};
    bool one = false;
    const Settings *settings = data_line_read(arena, line, &diags);
    if (!settings) {
        const char *meant = mend_lone_setting(arena, diags.source);
        if (meant && diags.list.count > 0)
            diag_help(&diags, diags.list.at[0], "write netc data '%s'", meant + strlen("data "));
        diags_print(&diags, stderr, DIAG_FORMAT_TEXT, report_color(options, stderr));
        return STATUS_MODEL;
    }
    bool learns = settings_option(settings, "data", "target") != NULL;
    const char *targets = learns ? NULL : data_line_targets(arena, settings, NULL, &one);
    if (targets && one)
        return report_usage("data", "no column is to be learned, and '%s' holds texts: write 'target=%s'", targets,
                            targets);
    NetDataRequest request = {
        .kind = settings->data_kind, .options = data_line_json(settings), .data_dir = options->data_dir};
    bool ok = open_as_it_is(&request, &data, &error);
    json_decref(options_of(&request));
    if (!ok) {
        const char *lacking = lacks_size(arena, settings, &request, &error, line);
        return lacking ? report_environment("%s", lacking) : failed(&error);
    }
    const char *verdict = options->json ? NULL : advice(arena, &request, &data, targets);
    if (verdict) verdict = arena_format(arena, "%s%s", verdict, order_advice(arena, settings, &request, line));
    print(arena, options, &(DataShown){.data = &data, .verdict = verdict}, NULL);
    net_data_close(&data);
    return STATUS_OK;
}

/* The set of a model as a trainer would have it; one that does not suit the network as it is, and why. */
static int show_model(Arena *arena, const Options *options, const char *path) {
    Compilation compilation;
    NetData data;
    NetError error = {0}, reason = {0};
    int status = STATUS_OK;
    if (!pipeline_open(arena, "data", options, path, &compilation, &status) ||
        !pipeline_run(&compilation, LEVEL_MODEL, &status))
        return status;
    const Model *model = compilation.model;
    NetDataRequest request = examples_request(arena, model);
    bool suits = net_data_open(&request, &data, &error);
    bool shown = suits || open_as_it_is(&request, &data, &reason);
    json_decref(options_of(&request));
    if (shown) {
        const char *verdict =
            arena_format(arena, "the network '%s' %s it", model->name, suits ? "takes" : "does not take");
        bool itself = target_kinds[model->settings.target].reads == READS_INPUT;
        DataShown about = {.data = &data, .parts = suits, .itself = itself, .verdict = verdict};
        print(arena, options, &about, suits ? NULL : error.text);
        net_data_close(&data);
    }
    return suits ? STATUS_OK : failed(&error);
}

/* ---- the command ---- */

static bool is_line(const char *argument) { return strpbrk(argument, " \t=") != NULL; }

static bool is_there(const char *path) {
    struct stat about;
    return stat(path, &about) == 0;
}

/* A file of data has no line that says what it is: the line for it, to be shown. NULL: it is none. */
static const char *line_for(Arena *arena, const char *name) {
    struct stat about;
    if (net_data_set(name) != NULL || stat(name, &about) != 0) return NULL;
    const char *path = net_utf8_plain(arena_copy(arena, name, strlen(name)));
    if (S_ISDIR(about.st_mode)) return arena_format(arena, "images train=\"%s\"", path);
    if (net_path_ends(path, ".npy")) return arena_format(arena, "npy x=\"%s\"", path);
    if (net_path_ends(path, ".csv") || net_path_ends(path, ".tsv"))
        return arena_format(arena, "csv train=\"%s\"", path);
    return NULL;
}

int cmd_data(Arena *arena, Options *options) {
    NetError error = {0};
    if (options->cache || options->clear_cache) {
        if (options->files.count > 0 || options->json || (options->cache && options->clear_cache)) {
            return report_usage("data", "--%s stands alone", options->cache ? "cache" : "clear-cache");
        }
        return (options->cache ? net_cache_list : net_cache_clear)(stdout, &error) ? STATUS_OK : failed(&error);
    }
    if (options->files.count == 0 && options->data_dir != NULL) {
        return report_usage("data", "--data-dir is about a model or a data line: 'netc data FILE.net --data-dir DIR'");
    }
    if (options->files.count == 0 && (options->defines.count > 0 || options->sets.count > 0)) {
        return report_usage("data", "-D and --set are about a model: 'netc data FILE.net'");
    }
    if (options->files.count == 0) {
        return net_data_list(stdout, options->json, &error) ? STATUS_OK : failed(&error);
    }
    const char *name = options->files.at[0];
    bool model = net_path_ends(name, ".net") || (net_data_set(name) == NULL && is_there(name));
    const char *line = model ? line_for(arena, name) : NULL;
    if (line != NULL) {
        return report_usage("data", "that is no model; a data line in quotes says what it is: netc data '%s'", line);
    }
    if (!model && (options->defines.count > 0 || options->sets.count > 0)) {
        return report_usage("data", "-D and --set are about a model, and '%s' is none", name);
    }
    if (model || is_line(name)) {
        return (model ? show_model : show_line)(arena, options, name);
    }
    if (options->data_dir != NULL) {
        return report_usage("data",
                            "--data-dir is about files that are there; sets go to the data folder: 'XDG_DATA_HOME="
                            "DIR netc data %s'",
                            name);
    }
    if (options->json) {
        return report_usage("data", "--json lists the sets, or shows the one of a model: 'netc data FILE.net --json'");
    }
    if (net_data_set(name) == NULL && (net_path_ending(name) != NULL || strchr(name, '/') != NULL)) {
        char advice[NET_PATH_ADVICE];
        return report_environment("%s: cannot open: %s%s", name, strerror(ENOENT), net_path_advice(advice, name));
    }
    const char *meant =
        net_data_set(name) == NULL ? net_data_meant(name) : NULL; /* the rest is for the runtime to say */
    if (meant != NULL) {
        return report_usage("data", "unknown data set '%s'; did you mean '%s'? [unknown-data]", name, meant);
    }
    FILE *progress = options->quiet ? NULL : stderr;
    tools_watch_signals();
    if (net_data_fetch(name, progress, is_interrupted, &error)) {
        return STATUS_OK;
    }
    int status = failed(&error);
    return is_interrupted() ? 128 + tools_interrupted() : status;
}
