/* A network in use, for one kind of processor or for several. */
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "runtime/abi.h"

static bool find_machine(Compilation *compilation, int *status) {
    const char *triple = compilation->options->target, *why;
    compilation->targets = 1;
    bool found = target_of_triple(compilation->arena, triple, compilation->options->cpu, &compilation->target[0], &why);
    if (!found && why == NULL && target_named(triple) != NULL) {
        *status = report_usage(compilation->command,
                               "--target %s: it is written %s, and goes with --emit obj, lib, shared or c", triple,
                               target_named(triple));
        return false;
    }
    if (!found && why == NULL) {
        *status = report_usage(compilation->command,
                               "--target %s: netc builds for this kind of machine and for aarch64-linux-gnu; for "
                               "any other 'netc build --infer --emit c' prints plain C99, for the compiler there",
                               triple);
        return false;
    }
    if (compilation->emit == EMIT_EXE) {
        *status = report_usage("build",
                               "--target %s: netc makes programs for this kind of machine alone; --emit obj, "
                               "lib, shared or c makes what a program there is linked with",
                               triple);
        return false;
    }
    if (!found) {
        *status = report_usage(compilation->command, "--cpu: %s", why);
    }
    return found;
}

static bool find_targets(Compilation *compilation, int *status) {
    const Options *options = compilation->options;
    const char *cpu = options->cpu, *why = NULL;
    Emit emit = compilation->emit;
    bool one = emit == EMIT_C || emit == EMIT_ASM || emit == EMIT_LLVM;
    compilation->plain = emit == EMIT_C && (string_is(cpu, "generic") || (cpu == NULL && options->target == NULL));
    if (options->target != NULL) {
        return find_machine(compilation, status);
    }
    if (one && string_is(cpu, "auto")) {
        *status = report_usage(compilation->command, "--emit %s is code for one kind of processor; name it with --cpu",
                               options->emit);
        return false;
    }
    if (cpu == NULL && emit == EMIT_C) {
        cpu = "generic";
    }
    if ((cpu == NULL && !one) || string_is(cpu, "auto")) {
        compilation->targets = target_ladder(compilation->arena, compilation->target);
        return true;
    }
    compilation->targets = 1;
    if (!target_find(compilation->arena, cpu, compilation->backend->host, &compilation->target[0], &why)) {
        *status = why == NULL ? STATUS_ENVIRONMENT : report_usage(compilation->command, "--cpu: %s", why);
        return false;
    }
    return true;
}

static Programs *build(const Compilation *compilation) {
    return programs_build_inference(compilation->arena, compilation->model, compilation->until);
}

static LowerOptions options_of(const Compilation *compilation, Arena *arena, const Target *target) {
    char *exports = arena_format(arena, "%s_%s", compilation->model->name, target->cpu);
    for (char *c = exports; *c; c++) {
        *c = *c == '-' || *c == '.' ? '_' : *c;
    }
    return (LowerOptions){.target = *target, .exports = exports, .plain = compilation->plain};
}

static void lower(Compilation *compilation) {
    for (int i = 0; i < compilation->targets; i++) {
        const Target *target = &compilation->target[i];
        LowerOptions options = options_of(compilation, compilation->arena, target);
        options.given = compilation->given;
        options.schedule_out = pipeline_schedule_out(compilation, target);
        bool last_resort = i > 0 && i + 1 == compilation->targets; /* old processors: small code matters more */
        compilation->inference[i] = lower_inference(compilation->arena, compilation->programs, &options, !last_resort);
    }
}

static void course(const Compilation *compilation, Arena *arena, GivenSchedules *given, Survey *survey,
                   Course *course) {
    LowerOptions options = options_of(compilation, arena, &compilation->target[0]);
    options.given = given;
    options.survey = survey;
    const Inference *inference = lower_inference(arena, compilation->programs, &options, true);
    const int64_t rows = CALL_CHUNKS * NET_LANES;
    *course = (Course){.code = inference->code, .images = rows};
    course->size[BUFFER_PARAM] = inference->packing.size;
    course->size[BUFFER_STATE] = inference->state_size;
    course->size[BUFFER_SCRATCH] = inference->scratch_size;
    course->size[BUFFER_INPUT] = rows * shape_count(compilation->model->layers.at[0]->out);
    course->size[BUFFER_BATCH] = rows * shape_count(compilation->until->out);
}

static void dump(const Compilation *compilation, FILE *out) {
    for (int i = 0; i < compilation->targets; i++) {
        loop_print(compilation->inference[i]->code, out);
    }
}

const Goal goal_infer = {.target = find_targets, .build = build, .lower = lower, .dump = dump, .course = course};
