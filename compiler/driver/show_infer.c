#include "compiler/driver/show_infer.h"

#include "compiler/base/json.h"
#include "compiler/driver/memory.h"
#include "compiler/driver/report.h"
#include "compiler/driver/ship.h"
#include "runtime/base/error.h"

bool show_infer_check(const Options *options, int *status) {
    const char *const names[] = {"--until", "--target", "--cpu", "--max-flash", "--max-ram"};
    const char *const values[] = {options->until, options->target, options->cpu, options->max_flash, options->max_ram};
    for (size_t i = 0; i < COUNT_OF(names) && !options->infer; i++) {
        if (values[i] != NULL) {
            *status = report_usage("show", "%s is about a trained network in use; it goes with --infer", names[i]);
            return false;
        }
    }
    const char *form = options->pytorch     ? "--pytorch"
                       : options->dot       ? "--dot"
                       : options->gradients ? "--gradients"
                                            : NULL;
    if (options->infer && form != NULL) {
        *status = report_usage("show", "--infer is about code, %s about the model; keep one", form);
        return false;
    }
    return true;
}

/* "241.0 KiB" */
static const char *bytes_text(Arena *arena, int64_t bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 1024 && unit + 1 < COUNT_OF(units); unit++) {
        value /= 1024;
    }
    return arena_format(arena, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

static int64_t multiply_adds(Arena *arena, const Model *model, const Layer *until) {
    const bool *needed = model_needed(arena, model, until);
    int64_t count = 0;
    for (int i = 0; i <= until->index; i++) {
        count += needed[i] ? model->layers.at[i]->multiply_adds : 0;
    }
    return count * model->settings.members;
}

static const char *processors_text(Arena *arena, const Compilation *compilation) {
    const char *text = compilation->options->target != NULL ? compilation->options->target : compilation->target[0].cpu;
    for (int i = 1; i < compilation->targets; i++) {
        text = arena_format(arena, "%s, %s", text, compilation->target[i].cpu);
    }
    return text;
}

static void print_text(const Compilation *compilation, const ShipSizes *sizes) {
    Arena *arena = compilation->arena;
    const Model *model = compilation->model;
    char adds[NET_COUNT_TEXT];
    printf("%s, in use: the output of '%s'\n\n", model->name, compilation->until->name);
    printf("weights        %10s    %s of values, packed for whole vectors\n", bytes_text(arena, sizes->weights),
           bytes_text(arena, sizes->values));
    printf("code           %10s    for %s\n", bytes_text(arena, sizes->code), processors_text(arena, compilation));
    printf("flash          %10s    both, read only\n", bytes_text(arena, sizes->weights + sizes->code));
    printf("workspace      %10s    for one image; %s to take many at a time\n", bytes_text(arena, sizes->workspace_one),
           bytes_text(arena, sizes->workspace));
    printf("multiply-adds  %10s    an image\n",
           net_count(adds, (uint64_t)multiply_adds(arena, model, compilation->until)));
}

static void print_json(const Compilation *compilation, const ShipSizes *sizes) {
    const Model *model = compilation->model;
    json_t *processors = json_array();
    for (int i = 0; i < compilation->targets; i++) {
        json_array_append_new(processors, json_string(compilation->target[i].cpu));
    }
    json_t *object = json_pack(
        "{s:s, s:s, s:s?, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "name", model->name, "output", compilation->until->name,
        "target", compilation->options->target, "processors", processors, "value_bytes", (json_int_t)sizes->values,
        "weight_bytes", (json_int_t)sizes->weights, "code_bytes", (json_int_t)sizes->code, "workspace_one_bytes",
        (json_int_t)sizes->workspace_one, "workspace_bytes", (json_int_t)sizes->workspace, "multiply_adds",
        (json_int_t)multiply_adds(compilation->arena, model, compilation->until));
    json_print(object, 15, stdout);
}

static bool parse_limit(const char *name, const char *text, int64_t *limit, int *status) {
    *limit = INT64_MAX;
    if (text == NULL || memory_size(text, limit)) {
        return true;
    }
    *status = report_usage("show", "%s %s: expected a size such as 512K or 1.5M", name, text);
    return false;
}

static bool check_limit(Arena *arena, const char *option, const char *text, const char *what, int64_t bytes,
                        int64_t limit) {
    if (bytes <= limit) {
        return true;
    }
    report_note("%s %s, more than %s %s [over-budget]", what, bytes_text(arena, bytes), option, text);
    return false;
}

int show_infer(Compilation *compilation) {
    Arena *arena = compilation->arena;
    Options options = *compilation->options;
    Shipment shipment = {.compilation = compilation};
    ShipSizes sizes;
    int64_t flash, ram;
    int status;
    if (!parse_limit("--max-flash", options.max_flash, &flash, &status) ||
        !parse_limit("--max-ram", options.max_ram, &ram, &status)) {
        return status;
    }
    options.emit = emits[EMIT_OBJ].name;
    compilation->options = &options;
    compilation->goal = &goal_infer;
    if (!pipeline_target(compilation, &status) || !pipeline_run(compilation, LEVEL_MODEL, &status) ||
        !ship_until(compilation, &status) || !pipeline_run(compilation, LEVEL_LOOPS, &status)) {
        return status;
    }
    status = ship_measure(&shipment, &sizes);
    if (status != STATUS_OK) {
        return status;
    }
    if (options.json) {
        print_json(compilation, &sizes);
    } else {
        print_text(compilation, &sizes);
    }
    bool good = check_limit(arena, "--max-flash", options.max_flash, "weights and code take",
                            sizes.weights + sizes.code, flash);
    good = check_limit(arena, "--max-ram", options.max_ram, "the workspace for one image takes", sizes.workspace_one,
                       ram) &&
           good;
    return good ? STATUS_OK : STATUS_MODEL;
}
