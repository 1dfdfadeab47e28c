/* netc gradcheck: the derived gradients of a network against differences of its cost, in double. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "compiler/base/json.h"
#include "compiler/driver/examples.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/driver/weights.h"
#include "compiler/model/normalised.h"
#include "compiler/programs/gradcheck.h"
#include "runtime/base/wrap.h"

/* Entries of a tensor that are checked, examples they are checked with, and the terms of sums that all of them may take
 * together, which is some seconds. */
enum { ENTRIES = 20, EXAMPLES = 2, TERMS = 1 << 28 };

typedef struct {
    Arena *arena;
    const Options *options;
    const Model *model;
    GradCheck *check;
    int64_t examples;
    const char *source;     /* of the examples; NULL: they are made up, as */
    NetError missing;       /* says */
    const Trained *trained; /* the weights; NULL: they are made up, too */
    size_t tensors;
    GradCheckResult *result; /* by tensor */
    size_t worst;            /* the tensor with the largest error */
    bool fewer;              /* of some tensor than ENTRIES, as more would take long */
} Report;

static const char *grouped(const Report *report, int64_t number) {
    char text[NET_COUNT_TEXT];
    return arena_format(report->arena, "%s", net_count(text, (uint64_t)number));
}

static const char *dims_text(const Report *report, const Stored *stored) {
    const char *text = "";
    for (int d = 0; d < stored->rank; d++)
        text = arena_format(report->arena, "%s%s%lld", text, d ? "×" : "", (long long)stored->dim[d]);
    return text;
}

/* The place of an entry by dimension. */
static void place_of(const Stored *stored, int64_t entry, int64_t *place) {
    for (int d = stored->rank; d-- > 0; entry /= stored->dim[d]) place[d] = entry % stored->dim[d];
}

static const char *place_text(const Report *report, const Stored *stored, int64_t entry) {
    int64_t place[COUNT_OF(stored->dim)];
    const char *text = "[";
    place_of(stored, entry, place);
    for (int d = 0; d < stored->rank; d++)
        text = arena_format(report->arena, "%s%s%lld", text, d ? "," : "", (long long)place[d]);
    return arena_format(report->arena, "%s]", text);
}

static bool is_right(const GradCheckResult *result) { return result->error <= GRADCHECK_TOLERANCE; }

/* ---- the table ---- */

enum { TENSOR, SHAPE, CHECKED, KINKS, ERROR, WORST, COLUMNS, GAP = 3 };

static const char *const titles[COLUMNS] = {"tensor", "shape", "checked", "kinks", "error", "largest at"};

typedef struct {
    int width[COLUMNS];
} Widths;

static void print_row(const Widths *widths, const char *const cell[COLUMNS]) {
    for (int i = 0; i < COLUMNS; i++) {
        int blanks = widths->width[i] - net_text_width(cell[i]);
        bool right = i == CHECKED || i == KINKS || i == ERROR;
        printf("%*s%*s%s%*s", i > 0 ? GAP : 0, "", right ? blanks : 0, "", cell[i],
               right || i + 1 == COLUMNS ? 0 : blanks, "");
    }
    fputc('\n', stdout);
}

static const char *checked_text(const Report *report, int64_t checked, int64_t entries) {
    const char *of = grouped(report, entries);
    return checked == entries ? of : arena_format(report->arena, "%s of %s", grouped(report, checked), of);
}

static Widths measure(const Report *report) {
    Widths widths;
    for (int i = 0; i < COLUMNS; i++) widths.width[i] = net_text_width(titles[i]);
    widths.width[ERROR] = 7; /* "1.2e-10" */
    for (size_t i = 0; i < report->tensors; i++) {
        const Stored *stored = gradcheck_stored(report->check, i);
        int64_t entries = stored_count(stored), most = report->options->all ? entries : ENTRIES;
        const char *const cell[] = {stored->name, dims_text(report, stored),
                                    checked_text(report, entries < most ? entries : most, entries)};
        for (size_t k = 0; k < COUNT_OF(cell); k++) {
            int width = net_text_width(cell[k]);
            widths.width[k] = width > widths.width[k] ? width : widths.width[k];
        }
    }
    return widths;
}

static void print_result(const Report *report, const Widths *widths, size_t tensor) {
    const Stored *stored = gradcheck_stored(report->check, tensor);
    const GradCheckResult *result = &report->result[tensor];
    bool any = result->compared > 0;
    const char *const cell[COLUMNS] = {
        stored->name,
        dims_text(report, stored),
        checked_text(report, result->compared + result->kinks, result->entries),
        result->kinks > 0 ? grouped(report, result->kinks) : "",
        any ? arena_format(report->arena, "%.1e", result->error) : "",
        any ? place_text(report, stored, result->worst) : "",
    };
    print_row(widths, cell);
    fflush(stdout); /* one that takes long is seen to go on */
}

PRINTF_LIKE(1, 2) static void print_wrapped(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    net_vwrap_format(stdout, 0, 0, net_page_width(stdout), format, arguments);
    va_end(arguments);
    fputc('\n', stdout);
}

static void print_head(const Report *report) {
    printf("%s: the derived gradients against differences, in double\n\n", report->model->name);
    if (report->source != NULL)
        print_wrapped("examples   the first %lld of %s", (long long)report->examples, report->source);
    else /* why, without what training would do about it */
        print_wrapped("examples   %lld made-up ones: %.*s", (long long)report->examples,
                      (int)strcspn(report->missing.text, ";"), report->missing.text);
    if (report->trained != NULL)
        print_wrapped("weights    those of %s%s%s", report->trained->path, report->trained->epoch,
                      report->model->settings.members > 1 ? ", its first network" : "");
    else
        print_wrapped("weights    made-up ones, the same every time");
    fputc('\n', stdout);
}

static void print_foot(const Report *report) {
    const Stored *stored = gradcheck_stored(report->check, report->worst);
    const GradCheckResult *worst = &report->result[report->worst];
    int64_t kinks = 0;
    for (size_t i = 0; i < report->tensors; i++) kinks += report->result[i].kinks;
    fputc('\n', stdout);
    if (worst->compared > 0)
        printf("largest error %.1e, of %s%s: %.9g derived, %.9g by differences\n", worst->error, stored->name,
               place_text(report, stored, worst->worst), worst->derived, worst->difference);
    if (is_right(worst)) printf("all errors are at most %g\n", GRADCHECK_TOLERANCE);
    if (kinks > 0)
        print_wrapped("left out: %s of the entries, which stand at kinks: where a relu or a maximum turns",
                      grouped(report, kinks));
    if (report->fewer)
        print_wrapped("of some tensors fewer than %d entries were checked, as this network takes long to evaluate; "
                      "--all checks every one",
                      ENTRIES);
}

/* ---- JSON ---- */

static json_t *place_json(const Stored *stored, int64_t entry) {
    int64_t place[COUNT_OF(stored->dim)];
    json_t *list = json_array();
    place_of(stored, entry, place);
    for (int d = 0; d < stored->rank; d++) json_array_append_new(list, json_integer(place[d]));
    return list;
}

static json_t *shape_json(const Stored *stored) {
    json_t *list = json_array();
    for (int d = 0; d < stored->rank; d++) json_array_append_new(list, json_integer(stored->dim[d]));
    return list;
}

/* No number, where one is not finite: JSON has none. */
static json_t *real(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *result_json(const Report *report, size_t tensor) {
    const Stored *stored = gradcheck_stored(report->check, tensor);
    const GradCheckResult *result = &report->result[tensor];
    json_t *object = json_object();
    json_put(object, "name", json_string(stored->name));
    json_put(object, "shape", shape_json(stored));
    json_put(object, "entries", json_integer(result->entries));
    json_put(object, "compared", json_integer(result->compared));
    json_put(object, "kinks", json_integer(result->kinks));
    bool any = result->compared > 0;
    json_put(object, "error", any ? real(result->error) : NULL);
    json_put(object, "at", any ? place_json(stored, result->worst) : NULL);
    json_put(object, "derived", any ? real(result->derived) : NULL);
    json_put(object, "difference", any ? real(result->difference) : NULL);
    return object;
}

static void print_json(const Report *report) {
    json_t *object = json_object(), *list = json_array();
    for (size_t i = 0; i < report->tensors; i++) json_array_append_new(list, result_json(report, i));
    json_put(object, "name", json_string(report->model->name));
    json_put(object, "examples", json_integer(report->examples));
    json_put(object, "data", report->source != NULL ? json_string(report->source) : NULL);
    json_put(object, "weights", report->trained != NULL ? json_string(report->trained->path) : NULL);
    json_put(object, "tolerance", json_real(GRADCHECK_TOLERANCE));
    json_put(object, "right", json_boolean(is_right(&report->result[report->worst])));
    json_put(object, "tensors", list);
    json_print(object, 9, stdout);
}

/* ---- the command ---- */

static void check_all(Report *report, bool table) {
    Widths widths = measure(report);
    const int64_t *count = report->options->all ? NULL : gradcheck_affordable(report->check, ENTRIES, TERMS);
    if (table) print_row(&widths, titles);
    for (size_t i = 0; i < report->tensors; i++) {
        int64_t entries = stored_count(gradcheck_stored(report->check, i));
        GradCheckResult *result = &report->result[i];
        *result = gradcheck_run(report->check, i, count != NULL ? count[i] : entries);
        report->fewer = report->fewer || (count != NULL && count[i] < entries && count[i] < ENTRIES);
        if (!(result->error <= report->result[report->worst].error)) report->worst = i;
        if (table) print_result(report, &widths, i);
    }
}

/* Puts trained values in the place of a sample's made-up ones. What has an average is kept as that. */
static void take_weights(const Trained *trained, Sample *sample) {
    for (size_t i = 0; i < trained->model->stored.count; i++) {
        const Stored *stored = trained->model->stored.at[i];
        const float *values = trained->values[stored->average != NULL ? stored->average->row : stored->row];
        double *out = (stored_is_parameter(stored) ? sample->param : sample->state) + stored->offset;
        for (int64_t k = 0; values != NULL && k < stored_count(stored); k++) out[k] = (double)values[k];
    }
}

static int judge(const Report *report) {
    const GradCheckResult *worst = &report->result[report->worst];
    if (is_right(worst)) return STATUS_OK;
    const Stored *stored = gradcheck_stored(report->check, report->worst);
    report_note("the gradient of %s%s is derived as %.9g, by differences it is %.9g; no model can be to blame, it is a "
                "fault of netc: please report it with the model",
                stored->name, place_text(report, stored, worst->worst), worst->derived, worst->difference);
    return STATUS_MODEL;
}

int cmd_gradcheck(Arena *arena, Options *options) {
    Compilation compilation;
    int status = STATUS_OK;
    Trained trained;
    if (options->json && options->quiet) return report_usage("gradcheck", "--json prints what -q leaves out; keep one");
    if (options->renames.count > 0 && options->weights == NULL)
        return report_usage("gradcheck", "--rename is about the file of --weights, which is not given");
    if (!pipeline_open(arena, "gradcheck", options, options->files.at[0], &compilation, &status) ||
        !pipeline_run(&compilation, LEVEL_MODEL, &status))
        return status;
    const Model *model = compilation.model;
    const Layer *needs;
    int64_t least = model_least_batch(model, &needs);
    Report report = {.arena = arena, .options = options, .model = model};
    report.examples = least > EXAMPLES ? least : EXAMPLES;
    Sample *sample = sample_new(arena, model, report.examples);
    examples_load(arena, model, sample, &report.source, &report.missing);
    if (options->weights != NULL) {
        if (!weights_load(&compilation, &trained, &status) || !weights_judge(&compilation, &trained, &status))
            return status;
        take_weights(&trained, sample);
        report.trained = &trained;
    }
    report.check = gradcheck_new(arena, model, sample);
    while (gradcheck_stored(report.check, report.tensors) != NULL) report.tensors++;
    report.result = NEW_ARRAY(arena, GradCheckResult, report.tensors + 1);
    bool table = !options->json && !options->quiet;
    if (table) print_head(&report);
    check_all(&report, table);
    if (table) print_foot(&report);
    if (options->json) print_json(&report);
    return judge(&report);
}
