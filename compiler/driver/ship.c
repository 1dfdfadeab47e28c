/* Kernels for each processor, as objects, and the functions around them; merged into one object that shows nothing but
 * these functions, so that several networks fit into one program. */
#include "compiler/driver/ship.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/report.h"
#include "compiler/emit/library.h"
#include "compiler/loop/interp.h"
#include "compiler/loop/lower.h"
#include "runtime/base/atomic.h"
#include "runtime/base/words.h"
#include "runtime/data/sets.h"

enum { ALIGNMENT = 64, FLOATS = ALIGNMENT / 4, FILE_LIMIT = INT32_MAX };
/* With AVX2 bodies of half the usual length are as quick, and the code is a third shorter. */
enum { MANY_REGISTERS = 32, SHORT_BODY = 320 };

/* ---- the plan ---- */
static const Layer *find_until(Arena *arena, const Model *model, const char *command, const char *label, int *status) {
    if (label == NULL) {
        return model->layers.at[model->layers.count - 1];
    }
    const char **names = NEW_ARRAY(arena, const char *, model->layers.count);
    for (size_t i = 0; i < model->layers.count; i++) {
        names[i] = model->layers.at[i]->name;
        if (string_is(label, names[i])) {
            return model->layers.at[i];
        }
    }
    const char *nearest = net_nearest_word(label, names, model->layers.count);
    *status = nearest != NULL
                  ? report_usage(command, "--until: there is no layer '%s'; did you mean '%s'?", label, nearest)
                  : report_usage(command, "--until: there is no layer '%s'; 'netc show' lists them", label);
    return NULL;
}

static bool find_processors(Arena *arena, const Options *options, Shipment *shipment, int *status) {
    const char *cpu = options->cpu, *command = shipment->command;
    bool generic = string_is(cpu, "generic") || (cpu == NULL && options->target == NULL);
    shipment->plain = shipment->emit == EMIT_C && generic;
    bool one = shipment->emit == EMIT_C || shipment->emit == EMIT_ASM || shipment->emit == EMIT_LLVM;
    if (shipment->triple != NULL) {
        shipment->processors = 1;
        if (!processor_target(shipment->triple, &shipment->processor[0])) {
            *status = report_usage(command,
                                   "--target %s: netc builds for this kind of machine and for "
                                   "aarch64-linux-gnu",
                                   shipment->triple);
            return false;
        }
        if (shipment->emit == EMIT_EXE) {
            *status = report_usage("build",
                                   "--target %s: netc makes programs for this kind of machine alone; --emit obj, "
                                   "lib, shared or c makes what a program there is linked with",
                                   shipment->triple);
            return false;
        }
        if (cpu != NULL && !string_is(cpu, "auto") && !string_is(cpu, "generic")) {
            *status = report_usage(command, "--cpu %s is no processor of %s; leave --cpu out", cpu, shipment->triple);
            return false;
        }
        return true;
    }
    if (one && string_is(cpu, "auto")) {
        *status =
            report_usage(command, "--emit %s is code for one kind of processor; name it with --cpu", options->emit);
        return false;
    }
    if (cpu == NULL && shipment->emit == EMIT_C) {
        cpu = "generic";
    }
    if ((cpu == NULL && !one) || string_is(cpu, "auto")) {
        shipment->processors = processor_ladder(arena, shipment->processor);
        return true;
    }
    const char *why = NULL;
    shipment->processors = 1;
    if (!processor_find(arena, cpu, shipment->llvm, &shipment->processor[0], &why)) {
        *status = report_usage(command, "--cpu: %s", why);
        return false;
    }
    return true;
}

bool ship_plan(Arena *arena, const Model *model, const Options *options, Shipment *shipment, int *status) {
    shipment->options = options;
    shipment->triple = options->target;
    shipment->until = find_until(arena, model, shipment->command, options->until, status);
    return shipment->until != NULL && find_processors(arena, options, shipment, status);
}

/* ---- what goes in ---- */
static float *trained_params(Arena *arena, const Programs *programs, const Trained *trained) {
    float *params = NEW_ARRAY(arena, float, programs->param_size + 1);
    for (size_t i = 0; i < programs->stored.count; i++) {
        const Stored *stored = &programs->stored.at[i];
        for (size_t k = 0; k < trained->tensors.count && !stored->in_state; k++) {
            const TrainedTensor *tensor = &trained->tensors.at[k];
            if (!string_is(tensor->param->name, stored->name)) {
                continue;
            }
            ASSERT(tensor->count == stored->size);
            memcpy(params + stored->offset, tensor->values, (size_t)stored->size * sizeof *params);
        }
    }
    return params;
}

static void fill_statistics(const Programs *programs, const Trained *trained, float *state) {
    for (size_t i = 0; i < programs->stored.count; i++) {
        const Stored *stored = &programs->stored.at[i];
        const float *values = string_is(stored->role, "input_mean") ? trained->mean : trained->std;
        if (stored->in_state) {
            memcpy(state + stored->offset, values, (size_t)stored->size * sizeof *state);
        }
    }
}

static int64_t round_up(int64_t count) { return (count + FLOATS - 1) / FLOATS * FLOATS; }

static float *aligned_floats(Arena *arena, int64_t count) {
    char *at = arena_alloc(arena, (size_t)count * sizeof(float) + ALIGNMENT, 1);
    return (float *)(void *)(at + (ALIGNMENT - (uintptr_t)at % ALIGNMENT) % ALIGNMENT);
}

static void name_classes(Arena *arena, const Trained *trained, const Layer *until, Library *library) {
    const Model *model = trained->model;
    const Layer *last = model->layers.at[model->layers.count - 1];
    if (until != last || model->settings.target != TARGET_CLASS) {
        return;
    }
    library->class_count = library->outputs == 1 ? 2 : (size_t)library->outputs;
    const NetDataSet *set = net_data_set(model->settings.data_kind);
    const char **names = NEW_ARRAY(arena, const char *, library->class_count);
    for (size_t i = 0; i < library->class_count; i++) {
        bool of_set = set != NULL && set->class_names != NULL && library->class_count == 10;
        names[i] = trained->class_count == library->class_count ? trained->classes[i]
                   : of_set                                     ? set->class_names[i]
                                                                : arena_format(arena, "%zu", i);
    }
    library->classes = names;
}

/* The stored image of the self-test, and what the loop interpreter makes of it. */
static void make_example(Arena *arena, const Inference *inference, Library *library) {
    float *x = NEW_ARRAY(arena, float, library->inputs), *y = NEW_ARRAY(arena, float, library->outputs);
    for (int64_t i = 0; i < library->inputs; i++) {
        x[i] = (float)((uint32_t)(i * 2654435761u) >> 24) / 255;
    }
    float *weights = aligned_floats(arena, library->weight_count);
    float *scratch = aligned_floats(arena, inference->scratch_size);
    memcpy(weights, library->weights, (size_t)library->weight_count * sizeof *weights);
    Interp *interp = interp_new(arena, inference->code);
    interp_kernel(interp_self(interp, (size_t)inference->one), weights, weights + library->state_offset, NULL, y,
                  scratch, x, NULL, NULL, NULL, NULL, 1, 0, 1);
    library->example = x;
    library->result = y;
}

/* Without `trained` all weights are 0, and there are no names and no example. */
static Library make_library(Arena *arena, const Model *model, const Trained *trained, const Shipment *shipment) {
    const Shape in = model->layers.at[0]->out;
    Programs *programs = programs_build_inference(arena, model, shipment->until);
    Library library = {.name = model->name,
                       .netc = NETC_VERSION,
                       .codes = shipment->processors,
                       .inputs = shape_count(in),
                       .outputs = shape_count(shipment->until->out),
                       .rank = in.rank,
                       .program = shipment->emit == EMIT_EXE,
                       .plain = shipment->plain};
    const Inference *first = NULL;
    for (int d = 0; d < 3; d++) {
        library.shape[d] = d < in.rank ? in.dim[d] : 1;
    }
    lower_passes(programs);
    for (int i = 0; i < shipment->processors; i++) {
        const Processor *processor = &shipment->processor[i];
        const LowerOptions options = {.cpu = processor->cpu,
                                      .fma = processor->fma,
                                      .vector_registers = processor->vector_registers,
                                      .body_max = processor->vector_registers < MANY_REGISTERS ? SHORT_BODY : 0,
                                      .force_schedule = shipment->options->schedule,
                                      .schedule_out = shipment->schedules ? stdout : NULL};
        bool last_resort = i > 0 && i + 1 == shipment->processors; /* old processors: small code matters more */
        Inference *inference = lower_inference(arena, programs, &options, !last_resort);
        char *exports = arena_format(arena, "%s_%s", model->name, processor->cpu);
        for (char *c = exports; *c; c++) {
            *c = *c == '-' || *c == '.' ? '_' : *c;
        }
        inference->code->exports = exports;
        library.code[i] = (LibraryCode){inference->code, inference->one, inference->batch, processor->level};
        first = i == 0 ? inference : first;
        ASSERT(inference->packing.size == first->packing.size);
        if (inference->scratch_size * 4 + ALIGNMENT > library.workspace) {
            library.workspace = inference->scratch_size * 4 + ALIGNMENT;
        }
        if (inference->one_size * 4 + ALIGNMENT > library.workspace_one) {
            library.workspace_one = inference->one_size * 4 + ALIGNMENT;
        }
    }
    library.state_offset = round_up(first->packing.size);
    library.weight_count = library.state_offset + round_up(programs->state_size);
    float *weights = NEW_ARRAY(arena, float, library.weight_count + 1);
    library.weights = weights;
    if (trained == NULL) {
        library.example = library.result = weights;
        return library;
    }
    memcpy(weights, packing_fill(arena, &first->packing, trained_params(arena, programs, trained)),
           (size_t)first->packing.size * sizeof *weights);
    fill_statistics(programs, trained, weights + library.state_offset);
    name_classes(arena, trained, shipment->until, &library);
    make_example(arena, first, &library);
    return library;
}

/* ---- files ---- */
static bool save(const char *path, const void *data, size_t size) {
    FILE *file = fopen(path, "wb");
    bool good = file != NULL && fwrite(data, 1, size, file) == size;
    good = file != NULL && fclose(file) == 0 && good;
    return good || (report_environment("cannot write %s: %s", path, strerror(errno)), false);
}

static bool save_text(const char *path, Text *text) {
    bool good = save(path, text->data, text->length);
    text_free(text);
    return good;
}

static Generation generation(const Shipment *shipment, const Library *library, int i) {
    return (Generation){.code = library->code[i].code,
                        .processor = &shipment->processor[i],
                        .llvm = shipment->llvm,
                        .plain = shipment->plain,
                        .level = backend_level(shipment->options)};
}

/* A program of the tools for the kind of machine that is built for: "aarch64-linux-gnu-objcopy". */
static const char *binary_tool(const Tools *tools, const Shipment *shipment, const char *name) {
    const char *own = shipment->triple != NULL ? arena_format(tools->arena, "%s-%s", shipment->triple, name) : name;
    const char *const names[] = {own, arena_format(tools->arena, "llvm-%s", name),
                                 arena_format(tools->arena, "llvm-%s-19", name)};
    const char *found = program_find(tools->arena, names, COUNT_OF(names));
    if (found == NULL) {
        report_environment("found no program '%s', which puts objects together; install binutils%s", own,
                           shipment->triple != NULL ? " for that kind of machine" : "");
    }
    return found;
}

/* One object with everything, which shows the public names alone. */
static bool write_object(const Tools *tools, const Shipment *shipment, const Library *library, const char *path) {
    Arena *arena = tools->arena;
    const char *weights = tools_path(tools, "weights.bin"), *source = tools_path(tools, "functions.c");
    const char *names = tools_path(tools, "names"), *merged = tools_path(tools, "merged.o");
    const char *functions = tools_path(tools, "functions.o"), *objcopy = binary_tool(tools, shipment, "objcopy");
    Text text = {0}, list = {0};
    emit_interface(library, weights, &text);
    emit_public_names(library, &list);
    if (objcopy == NULL || !save(weights, library->weights, (size_t)library->weight_count * sizeof(float)) ||
        !save_text(source, &text) || !save_text(names, &list)) {
        return false;
    }
    Processor any = shipment->processor[library->codes - 1];
    any.level = NULL; /* what asks which processor it is must run on all */
    Generation plain = {.processor = &any, .level = 2};
    VEC(const char *) merge = {0};
    const char *const start[] = {tools->cc, "-r", "-nostdlib", "-o", merged, functions};
    for (size_t i = 0; i < COUNT_OF(start); i++) {
        vec_push(arena, &merge, start[i]);
    }
    if (!backend_compile_c(tools, &plain, "-c", source, functions)) {
        return false;
    }
    for (int i = 0; i < library->codes; i++) {
        Generation from = generation(shipment, library, i);
        const char *object = tools_path(tools, arena_format(arena, "kernels-%d.o", i));
        if (!backend_kernels(tools, &from, EMIT_OBJ, object)) {
            return false;
        }
        vec_push(arena, &merge, object);
    }
    vec_push(arena, &merge, NULL);
    const char *const show[] = {
        objcopy, arena_format(arena, "--keep-global-symbols=%s", names), "--strip-debug", merged, path, NULL};
    return tools_run(tools, merge.at) && tools_run(tools, show);
}

static bool write_archive(const Tools *tools, const Shipment *shipment, const Library *library, const char *path) {
    const char *object = tools_path(tools, arena_format(tools->arena, "%s.o", library->name));
    const char *ar = binary_tool(tools, shipment, "ar");
    const char *const command[] = {ar, "rcsD", path, object, NULL};
    if (ar == NULL || !write_object(tools, shipment, library, object)) {
        return false;
    }
    remove(path); /* an empty file that keeps the name, which is no archive */
    return tools_run(tools, command);
}

static bool write_shared(const Tools *tools, const Shipment *shipment, const Library *library, const char *path) {
    const char *object = tools_path(tools, "library.o");
    const char *name = arena_format(tools->arena, "-Wl,-soname,lib%s.so", library->name);
    const char *const command[] = {tools->cc, "-shared", "-o", path, object, name, "-Wl,--exclude-libs,ALL", NULL};
    return write_object(tools, shipment, library, object) && tools_run(tools, command);
}

static bool write_program(const Tools *tools, const Shipment *shipment, const Library *library, const char *path) {
    const char *object = tools_path(tools, "program.o");
    return write_object(tools, shipment, library, object) &&
           tools_link_inference(tools, object, shipment->options->static_link, path);
}

/* One C file with everything. */
static bool write_c(const Tools *tools, const Shipment *shipment, const Library *library, const char *path) {
    const char *kernels = tools_path(tools, "kernels.c");
    NetError error = {.status = NET_OK};
    size_t size = 0;
    Generation from = generation(shipment, library, 0);
    Text text = {0}, all = {0};
    if (!backend_kernels(tools, &from, EMIT_C, kernels)) {
        return false;
    }
    char *source = net_file_read(kernels, FILE_LIMIT, &size, &error);
    if (source == NULL) {
        return report_environment("%s", error.text), false;
    }
    text_puts(&all, shipment->plain ? "" : "#define NET_KERNEL static\n");
    text_add(&all, source, size);
    free(source);
    emit_interface_inline(library, &text);
    text_add(&all, text.data, text.length);
    text_free(&text);
    return save_text(path, &all);
}

static bool write_kernels(const Tools *tools, const Shipment *shipment, const Library *library, const char *path) {
    Generation from = generation(shipment, library, 0);
    return backend_kernels(tools, &from, shipment->emit, path);
}

/* ---- the outputs ---- */
typedef struct {
    const char *form; /* of the file's name */
    bool header;      /* NAME.h goes beside it */
    bool (*write)(const Tools *tools, const Shipment *shipment, const Library *library, const char *path);
} Form;

static const Form forms[] = {
    [EMIT_EXE] = {"%s-predict", false, write_program},
    [EMIT_OBJ] = {"%s.o", true, write_object},
    [EMIT_LIB] = {"lib%s.a", true, write_archive},
    [EMIT_SHARED] = {"lib%s.so", true, write_shared},
    [EMIT_C] = {"%s.c", true, write_c},
    [EMIT_LLVM] = {"%s.ll", false, write_kernels},
    [EMIT_ASM] = {"%s.s", false, write_kernels},
};

static const char *header_path(Arena *arena, const char *path, const char *name) {
    const char *slash = strrchr(path, '/');
    return arena_format(arena, "%.*s%s.h", slash == NULL ? 0 : (int)(slash - path) + 1, path, name);
}

static bool build(const Tools *tools, const Shipment *shipment, const Library *library) {
    const Form *form = &forms[shipment->emit];
    const char *given = shipment->options->output;
    Output output, header;
    Text text = {0};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    const char *path = given != NULL ? given : arena_format(tools->arena, form->form, library->name);
#pragma GCC diagnostic pop
    bool with_header = form->header && !string_is(path, "-");
    if (!output_open(tools, path, &output)) {
        return false;
    }
    bool good = !with_header || output_open(tools, header_path(tools->arena, path, library->name), &header);
    bool opened = with_header && good;
    if (opened) {
        emit_header(library, &text);
        good = save_text(header.temporary, &text);
    }
    good = good && form->write(tools, shipment, library, output.temporary);
    if (!good) {
        output_discard(&output);
        if (opened) {
            output_discard(&header);
        }
        return false;
    }
    bool first = output_commit(&output, shipment->emit == EMIT_EXE);
    return (!with_header || output_commit(&header, false)) && first;
}

static bool open_tools(Arena *arena, const Shipment *shipment, Tools *tools) {
    const char *cc = shipment->options->cc;
    if (cc == NULL && shipment->triple != NULL && !shipment->plain) {
        cc = arena_format(arena, "%s-gcc", shipment->triple);
        if (program_find(arena, &cc, 1) == NULL) {
            report_environment(
                "found no program '%s', the C compiler for that kind of machine; install gcc-%s, or name "
                "one with --cc",
                cc, shipment->triple);
            return false;
        }
    }
    return tools_open(arena, cc, shipment->options->verbose, tools);
}

static int close_tools(Tools *tools, bool good) {
    tools_close(tools);
    if (tools_interrupted() != 0) {
        return 128 + tools_interrupted();
    }
    return good ? STATUS_OK : STATUS_ENVIRONMENT;
}

int ship_build(Arena *arena, const Trained *trained, const Shipment *shipment) {
    Tools tools;
    if (!open_tools(arena, shipment, &tools)) {
        return STATUS_ENVIRONMENT;
    }
    Library library = make_library(arena, trained->model, trained, shipment);
    return close_tools(&tools, build(&tools, shipment, &library));
}

/* ---- sizes ---- */
/* Bytes of an ELF object that are loaded and not written to, what is 0 to start with included. */
static bool loaded_bytes(const char *path, int64_t *bytes) {
    NetError error = {.status = NET_OK};
    size_t size = 0;
    char *file = net_file_read(path, FILE_LIMIT, &size, &error);
    Elf64_Ehdr head;
    *bytes = 0;
    if (file == NULL) {
        return report_environment("%s", error.text), false;
    }
    memcpy(&head, file, sizeof head);
    for (int i = 0; i < head.e_shnum; i++) {
        Elf64_Shdr section;
        memcpy(&section, file + head.e_shoff + (size_t)i * head.e_shentsize, sizeof section);
        *bytes += section.sh_flags & SHF_ALLOC ? (int64_t)section.sh_size : 0;
    }
    free(file);
    return true;
}

static int64_t value_count(const Param *param) {
    int64_t count = param != NULL;
    for (int d = 0; param != NULL && d < param->rank; d++) {
        count *= param->dim[d];
    }
    return count;
}

int ship_measure(Arena *arena, const Model *model, const Shipment *shipment, ShipSizes *sizes) {
    Tools tools;
    if (!open_tools(arena, shipment, &tools)) {
        return STATUS_ENVIRONMENT;
    }
    Library library = make_library(arena, model, NULL, shipment);
    const char *object = tools_path(&tools, "measured.o");
    bool good = write_object(&tools, shipment, &library, object) && loaded_bytes(object, &sizes->code);
    sizes->values = 0;
    for (int i = 0; i <= shipment->until->index; i++) {
        const Layer *layer = model->layers.at[i];
        sizes->values += 4 * (value_count(layer->weight) + value_count(layer->bias));
    }
    sizes->weights = library.weight_count * 4;
    sizes->code -= sizes->weights;
    sizes->workspace = library.workspace;
    sizes->workspace_one = library.workspace_one;
    return close_tools(&tools, good);
}
