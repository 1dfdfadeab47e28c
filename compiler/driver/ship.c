/* Kernels for each processor, as objects, and the functions around them; merged into one object that shows nothing but
 * these functions, so that several networks fit into one program. */
#include "compiler/driver/ship.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/report.h"
#include "compiler/emit/library.h"
#include "compiler/loop/interp.h"
#include "compiler/loop/lower.h"
#include "compiler/model/activation.h"
#include "compiler/model/ensemble.h"
#include "compiler/model/settings.h"
#include "compiler/model/targets.h"
#include "runtime/abi.h"
#include "runtime/base/atomic.h"
#include "runtime/base/combine.h"
#include "runtime/base/words.h"
#include "runtime/data/sets.h"
#include "runtime/data/table.h"
#include "runtime/infer/predictor.h"

enum { ALIGNMENT = 64, FLOATS = ALIGNMENT / 4, FILE_LIMIT = INT32_MAX };
/* Outputs that a self-test compares at most. */
enum { RESULTS = 1024 };

bool ship_until(Compilation *compilation, int *status) {
    const Model *model = compilation->model;
    const char *label = compilation->options->until;
    compilation->until = label == NULL ? model->layers.at[model->layers.count - 1] : NULL;
    const char **names = NEW_ARRAY(compilation->arena, const char *, model->names.count);
    for (size_t i = 0; i < model->names.count; i++) {
        names[i] = model->names.at[i].name;
        if (string_is(label, names[i])) {
            compilation->until = model->names.at[i].layer;
        }
    }
    bool inner = compilation->until != NULL && compilation->until != model->layers.at[model->layers.count - 1];
    if (inner && model->settings.members > 1) {
        *status = report_usage(compilation->command,
                               "--until %s: layers within the networks of an ensemble have nothing in common; "
                               "--set 'ensemble 1' with --weights RUN/member-1 takes one of them",
                               label);
        return false;
    }
    if (compilation->until != NULL) {
        return true;
    }
    const char *nearest = net_nearest_word(label, names, model->names.count);
    *status =
        nearest != NULL
            ? report_usage(compilation->command, "--until: there is no layer '%s'; did you mean '%s'?", label, nearest)
            : report_usage(compilation->command, "--until: there is no layer '%s'; 'netc show' lists them", label);
    return false;
}

/* ---- what goes in ---- */
static void fill_stored(const Model *model, const Trained *trained, float *params, float *state) {
    for (size_t i = 0; i < model->stored.count; i++) {
        const Stored *stored = model->stored.at[i];
        float *out = (stored_is_parameter(stored) ? params : state) + stored->offset;
        if (trained->values[i] != NULL) {
            memcpy(out, trained->values[i], (size_t)stored_count(stored) * sizeof *out);
        }
    }
}

static int64_t round_up(int64_t count) { return (count + FLOATS - 1) / FLOATS * FLOATS; }

static float *aligned_floats(Arena *arena, int64_t count) {
    char *at = arena_alloc(arena, (size_t)count * sizeof(float) + ALIGNMENT, 1);
    return (float *)(void *)(at + (ALIGNMENT - (uintptr_t)at % ALIGNMENT) % ALIGNMENT);
}

/* What the data line of the model makes of files, which the program does too. */
static void take_data_line(const Settings *settings, Library *library) {
    const OptionValue *separator = settings_option(settings, "data", "separator");
    const OptionValue *header = settings_option(settings, "data", "header");
    const OptionValue *order = settings_option(settings, "data", "order");
    library->channels_last = order && string_is(order->word, "channels_last");
    library->separator = separator ? separator->word[0] : ',';
    library->header = !header || header->word ? NET_HEADER_AUTO : header->flag ? NET_HEADER_TRUE : NET_HEADER_FALSE;
    if (string_is(settings->data_kind, "images"))
        library->pictures = settings_option(settings, "data", "size") ? NET_PICTURES_RESAMPLED : NET_PICTURES_BYTES;
}

/* Whether inputs are pictures, and of which sides: a flat input where the weights or the set say so. */
static void take_pictures(const Model *model, const Trained *trained, Library *library) {
    const Shape in = model->layers.at[0]->out;
    bool named = model->settings.at[setting_kind_find("data") - setting_kinds].line != NULL;
    const DataKind *kind = named ? data_kind_find(model->settings.data_kind) : NULL;
    if (trained != NULL) library->mean_image = trained->mean_image;
    if (in.rank == 3)
        memcpy(library->picture, in.dim, sizeof library->picture);
    else if (library->mean_image.shape[0] > 0)
        memcpy(library->picture, library->mean_image.shape, sizeof library->picture);
    else if (kind != NULL && kind->rank == 3 && kind->dim[0] * kind->dim[1] * kind->dim[2] == library->inputs)
        memcpy(library->picture, kind->dim, sizeof library->picture);
}

static void name_classes(Arena *arena, const Model *model, const Trained *trained, const Layer *until,
                         Library *library) {
    const Layer *last = model->layers.at[model->layers.count - 1];
    TargetName target = model->settings.target;
    if (until == last && target_kinds[target].reads == READS_NUMBERS) {
        library->compared = target == TARGET_LABELS ? NET_COMPARED_LABELS : NET_COMPARED_VALUES;
    }
    if (until != last || model->settings.target != TARGET_CLASS) {
        return;
    }
    bool named = trained != NULL && trained->classes != NULL;
    library->class_count = library->outputs == 1 ? 2 : (size_t)library->outputs;
    const NetDataSet *set = net_data_set(model->settings.data_kind);
    const OptionValue *given = settings_option(&model->settings, "data", "classes");
    const char **names = NEW_ARRAY(arena, const char *, library->class_count);
    for (size_t i = 0; i < library->class_count; i++) {
        bool of_set = set != NULL && set->class_names != NULL && library->class_count == 10;
        names[i] = named && trained->class_count == library->class_count ? trained->classes[i]
                   : given && given->labels.count > i                    ? given->labels.at[i].name
                   : of_set                                              ? set->class_names[i]
                                                                         : arena_format(arena, "%zu", i);
    }
    library->classes = names;
    library->probabilities = last->activation.kind->cost != COST_QUADRATIC || library_voters(library) > 0;
}

/* Which roundings of a sum's terms the shipped code has: with a fused multiply-add, without one, or both. The plain C
 * has what its compiler decides. */
static bool rounds(const Shipment *shipment, bool fused) {
    bool found = shipment->compilation->plain;
    for (int i = 0; i < shipment->compilation->targets; i++) {
        found = found || shipment->compilation->target[i].fma == fused;
    }
    return found;
}

/* What the loop interpreter makes of the self-test's image; of many outputs some, all over them. In a network that
 * enlarges differences the roundings show, so each has its own. */
static void make_result(Arena *arena, const Inference *inference, bool fused, Library *library, float *result) {
    float *x = NEW_ARRAY(arena, float, library->inputs), *y = NEW_ARRAY(arena, float, library->outputs);
    float *own = NEW_ARRAY(arena, float, library->outputs), *votes = NEW_ARRAY(arena, float, library->outputs);
    for (int64_t i = 0; i < library->inputs; i++) {
        x[i] = library_example(i);
    }
    float *weights = aligned_floats(arena, library->stride);
    float *scratch = aligned_floats(arena, inference->scratch_size);
    Interp *interp = interp_new(arena, inference->code, fused);
    for (int64_t k = 0; k < library->members; k++) {
        memcpy(weights, library->weights + k * library->stride, (size_t)library->stride * sizeof *weights);
        interp_kernel(interp_self(interp, (size_t)inference->one), weights, weights + library->state_offset, NULL, own,
                      scratch, x, NULL, NULL, NULL, NULL, NULL, 1, 0, 0, 1, NULL);
        net_combine_add(library->combine, k, library->outputs, own, y, votes);
    }
    net_combine_end(library->combine, library->members, library->outputs, y, votes);
    for (int64_t i = 0; i < library->result_count; i++) {
        result[i] = y[i * library->result_step];
    }
}

/* The kernels for each processor; the first one's inference, by which the weights are packed. */
static const Inference *take_kernels(const Shipment *shipment, Library *library) {
    const Compilation *compilation = shipment->compilation;
    const Inference *first = compilation->inference[0];
    int64_t scratch = 0;
    for (int i = 0; i < compilation->targets; i++) {
        const Inference *inference = compilation->inference[i];
        library->code[i] =
            (LibraryCode){inference->code, inference->one, inference->batch, compilation->target[i].level};
        ASSERT(inference->packing.size == first->packing.size && inference->state_size == first->state_size);
        scratch = inference->scratch_size > scratch ? inference->scratch_size : scratch;
        library->scratch_one = inference->one_size > library->scratch_one ? inference->one_size : library->scratch_one;
    }
    library->kernel_one = library->scratch_one;
    library->kernel_batch = scratch;
    library->scratch_one += library_answers(library, 1);
    library->workspace = library_workspace(scratch + library_answers(library, LIBRARY_CALL_IMAGES));
    return first;
}

/* Without `trained` all weights are 0, and the classes have no names of their own. */
static Library make_library(Arena *arena, const Trained *trained, const Shipment *shipment) {
    const Compilation *compilation = shipment->compilation;
    const Model *model = compilation->model;
    const Shape in = model->layers.at[0]->out;
    Library library = {.name = model->name,
                       .netc = NETC_VERSION,
                       .codes = compilation->targets,
                       .inputs = shape_count(in),
                       .outputs = shape_count(shipment->compilation->until->out),
                       .members = model->settings.members,
                       .combine = ensemble_combine(model),
                       .rank = in.rank,
                       .program = shipment->compilation->emit == EMIT_EXE,
                       .plain = shipment->compilation->plain};
    for (int d = 0; d < 3; d++) {
        library.shape[d] = d < in.rank ? in.dim[d] : 1;
    }
    take_data_line(&model->settings, &library);
    take_pictures(model, trained, &library);
    const Inference *first = take_kernels(shipment, &library);
    name_classes(arena, model, trained, shipment->compilation->until, &library);
    if (trained != NULL && shipment->compilation->until == model->layers.at[model->layers.count - 1]) {
        library.columns = trained->columns;
        library.column_count = trained->column_count;
    }
    library.workspace_one = library_workspace(library.scratch_one + (library.classes != NULL ? library.outputs : 0));
    if (library.workspace < library.workspace_one) {
        library.workspace = library.workspace_one;
    }
    library.state_offset = round_up(first->packing.size);
    library.stride = library.state_offset + round_up(first->state_size);
    library.weight_count = library.stride * library.members;
    library.result_step = (library.outputs + RESULTS - 1) / RESULTS;
    library.result_count = (library.outputs + library.result_step - 1) / library.result_step;
    float *weights = aligned_floats(arena, library.weight_count);
    library.weights = weights;
    library.results = rounds(shipment, true) + rounds(shipment, false);
    float *result = NEW_ARRAY(arena, float, library.results *library.result_count);
    library.result = result;
    if (trained == NULL) {
        return library;
    }
    float *params = NEW_ARRAY(arena, float, model->param_size + 1);
    for (int64_t k = 0; k < library.members; k++) {
        const Trained member = trained_member(trained, k);
        float *own = weights + k * library.stride;
        fill_stored(model, &member, params, own + library.state_offset);
        inference_fill(arena, first, params, own, own + library.state_offset);
    }
    for (int fused = 1; fused >= 0; fused--) {
        if (rounds(shipment, fused)) {
            make_result(arena, first, fused, &library, result);
            result += library.result_count;
        }
    }
    return library;
}

/* ---- files ---- */
/* In the scratch folder, where nothing has to be whole or to outlast the power. */
static bool save(const char *path, const void *data, size_t size) {
    FILE *file = fopen(path, "wbe");
    bool good = file != NULL && fwrite(data, 1, size, file) == size;
    int code = errno;
    if (file != NULL && fclose(file) != 0 && good) {
        good = false;
        code = errno;
    }
    return good || (report_environment("%s: cannot write: %s", path, strerror(code)), false);
}

static bool save_text(const char *path, Text *text) {
    bool good = save(path, text->data, text->length);
    text_free(text);
    return good;
}

static Generation generation(const Shipment *shipment, const Library *library, int i) {
    return (Generation){.code = library->code[i].code,
                        .target = &shipment->compilation->target[i],
                        .backend = shipment->compilation->backend,
                        .plain = shipment->compilation->plain,
                        .level = emit_level(shipment->compilation->options)};
}

/* A program of the tools for the kind of machine that is built for: "aarch64-linux-gnu-objcopy". */
static const char *binary_tool(const Tools *tools, const Shipment *shipment, const char *name) {
    const char *own = shipment->compilation->options->target != NULL
                          ? arena_format(tools->arena, "%s-%s", shipment->compilation->options->target, name)
                          : name;
    const char *const names[] = {own, arena_format(tools->arena, "llvm-%s", name),
                                 arena_format(tools->arena, "llvm-%s-19", name)};
    const char *found = program_find(tools->arena, names, COUNT_OF(names));
    if (found == NULL) {
        report_environment("found no program '%s', which puts objects together; install binutils%s", own,
                           shipment->compilation->options->target != NULL ? " for that kind of machine" : "");
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
    if (objcopy == NULL || !save(weights, library->weights, (size_t)library->weight_count * sizeof(float))) {
        return false;
    }
    emit_interface(library, weights, &text);
    if (!save_text(source, &text)) {
        return false;
    }
    emit_public_names(library, &list);
    if (!save_text(names, &list)) {
        return false;
    }
    Target any = shipment->compilation->target[library->codes - 1];
    any.level = NULL; /* what asks which processor it is must run on all */
    Generation plain = {.target = &any, .level = 2};
    Objects merge = {0};
    const char *const start[] = {tools->cc, "-r", "-nostdlib", "-o", merged, functions};
    for (size_t i = 0; i < COUNT_OF(start); i++) {
        vec_push(arena, &merge, start[i]);
    }
    if (!backend_compile_c(tools, &plain, "-c", source, functions)) {
        return false;
    }
    for (int i = 0; i < library->codes; i++) {
        Generation from = generation(shipment, library, i);
        if (!backend_objects(tools, &from, arena_format(arena, "kernels-%d", i), &merge)) {
            return false;
        }
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
    const char *given = shipment->compilation->options->output, *slash = given != NULL ? strrchr(given, '/') : NULL;
    const char *name = slash != NULL   ? slash + 1
                       : given != NULL ? given
                                       : arena_format(tools->arena, "lib%s.so", library->name);
    const char *const command[] = {tools->cc,  "-shared", "-o",       path, object,
                                   "-Xlinker", "-soname", "-Xlinker", name, "-Wl,--exclude-libs,ALL",
                                   NULL};
    return write_object(tools, shipment, library, object) && tools_run(tools, command);
}

static bool write_program(const Tools *tools, const Shipment *shipment, const Library *library, const char *path) {
    const char *object = tools_path(tools, "program.o");
    return write_object(tools, shipment, library, object) &&
           tools_link_inference(tools, object, shipment->compilation->options->static_link, path);
}

/* One C file with everything. */
static bool write_c(const Tools *tools, const Shipment *shipment, const Library *library, const char *path) {
    const char *kernels = tools_path(tools, "kernels.c");
    NetError error = {.status = NET_OK};
    size_t size = 0;
    Generation from = generation(shipment, library, 0);
    Text text = {0}, all = {0};
    if (!from.backend->write(tools, &from, EMIT_C, kernels)) {
        return false;
    }
    char *source = net_file_read(kernels, FILE_LIMIT, &size, &error);
    if (source == NULL) {
        return report_environment("%s", error.text), false;
    }
    text_puts(&all, shipment->compilation->plain ? "" : "#define NET_KERNEL static\n");
    text_add(&all, source, size);
    free(source);
    emit_interface_inline(library, &text);
    text_add(&all, text.data, text.length);
    text_free(&text);
    return save_text(path, &all);
}

static bool write_kernels(const Tools *tools, const Shipment *shipment, const Library *library, const char *path) {
    Generation from = generation(shipment, library, 0);
    return from.backend->write(tools, &from, shipment->compilation->emit, path);
}

/* ---- the outputs ---- */
typedef bool Write(const Tools *tools, const Shipment *shipment, const Library *library, const char *path);

static Write *const writers[] = {
    [EMIT_EXE] = write_program, [EMIT_OBJ] = write_object,   [EMIT_LIB] = write_archive, [EMIT_SHARED] = write_shared,
    [EMIT_C] = write_c,         [EMIT_LLVM] = write_kernels, [EMIT_ASM] = write_kernels,
};

/* Written, but for net_file_commit; NULL after printing why. */
static NetFile *begin_header(const Shipment *shipment, const Library *library) {
    NetError error;
    Text text = {0};
    emit_header(library, shipment->stem, &text);
    NetFile *header = net_file_create(shipment->header, &error);
    if (header == NULL || !net_file_write(header, text.data, text.length, &error)) {
        report_environment("%s", error.text);
        net_file_discard(header);
        header = NULL;
    }
    text_free(&text);
    return header;
}

static bool build(const Tools *tools, const Shipment *shipment, const Library *library) {
    NetError error;
    Output output;
    NetFile *header = NULL;
    if (!output_open(tools, shipment->path, shipment->name, &output)) {
        return false;
    }
    bool good = true;
    if (shipment->header != NULL && output.file != NULL && net_file_in_folder(output.file)) {
        header = begin_header(shipment, library);
        good = header != NULL;
    }
    good = good && writers[shipment->compilation->emit](tools, shipment, library, output.made);
    if (!good) {
        output_discard(&output);
    }
    good = good && output_commit(&output, shipment->compilation->emit == EMIT_EXE);
    if (!good || header == NULL) {
        net_file_discard(header);
        return good;
    }
    return net_file_commit(header, &error) || (report_environment("%s", error.text), false);
}

static bool open_tools(Arena *arena, const Shipment *shipment, Tools *tools) {
    const char *cc = shipment->compilation->options->cc;
    if (cc == NULL && shipment->compilation->options->target != NULL && !shipment->compilation->plain) {
        cc = arena_format(arena, "%s-gcc", shipment->compilation->options->target);
        if (program_find(arena, &cc, 1) == NULL) {
            report_environment(
                "found no program '%s', the C compiler for that kind of machine; install gcc-%s, or name "
                "one with --cc",
                cc, shipment->compilation->options->target);
            return false;
        }
    }
    return tools_open(arena, cc, shipment->compilation->options->verbose, tools);
}

static int close_tools(Tools *tools, bool good) {
    tools_close(tools);
    if (tools_interrupted() != 0) {
        return 128 + tools_interrupted();
    }
    return good ? STATUS_OK : STATUS_ENVIRONMENT;
}

int ship_build(const Shipment *shipment, const Trained *trained) {
    Arena *arena = shipment->compilation->arena;
    Tools tools;
    if (!open_tools(arena, shipment, &tools)) {
        return STATUS_ENVIRONMENT;
    }
    Library library = make_library(arena, trained, shipment);
    return close_tools(&tools, build(&tools, shipment, &library));
}

/* ---- in this process ---- */
bool ship_open(const Shipment *shipment, const Trained *trained, Predictor *predictor) {
    Arena *arena = shipment->compilation->arena;
    Tools tools;
    *predictor = (Predictor){.library = NULL};
    if (!open_tools(arena, shipment, &tools)) {
        return false;
    }
    Library library = make_library(arena, trained, shipment);
    const char *path = tools_path(&tools, "network.so");
    bool good = write_shared(&tools, shipment, &library, path);
    predictor->library = good ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (good && predictor->library == NULL) {
        report_environment("cannot open the trained network: %s", dlerror());
    }
    if (predictor->library != NULL) {
        *(void **)&predictor->predict =
            dlsym(predictor->library, arena_format(arena, "%s_predict_batch", library.name));
        predictor->workspace = library.workspace;
        ASSERT(predictor->predict != NULL);
    }
    tools_close(&tools);
    return predictor->library != NULL;
}

void predictor_close(Predictor *predictor) {
    if (predictor->library != NULL) {
        dlclose(predictor->library);
    }
    predictor->library = NULL;
}

/* ---- sizes ---- */
/* Bytes of an ELF object that are loaded. Nothing in it is written to. */
static bool loaded_bytes(const char *path, int64_t *bytes) {
    NetError error = {.status = NET_OK};
    size_t size = 0;
    char *file = net_file_read(path, FILE_LIMIT, &size, &error);
    Elf64_Ehdr head;
    *bytes = 0;
    if (file == NULL) {
        return report_environment("%s", error.text), false;
    }
    bool good = size >= sizeof head;
    if (good) {
        memcpy(&head, file, sizeof head);
        good = head.e_shoff <= size && (size_t)head.e_shnum * head.e_shentsize <= size - head.e_shoff;
    }
    for (int i = 0; good && i < head.e_shnum; i++) {
        Elf64_Shdr section;
        memcpy(&section, file + head.e_shoff + (size_t)i * head.e_shentsize, sizeof section);
        *bytes += section.sh_flags & SHF_ALLOC ? (int64_t)section.sh_size : 0;
    }
    free(file);
    return good || (report_environment("%s is no whole ELF object", path), false);
}

int ship_measure(const Shipment *shipment, ShipSizes *sizes) {
    Arena *arena = shipment->compilation->arena;
    const Model *model = shipment->compilation->model;
    Tools tools;
    if (!open_tools(arena, shipment, &tools)) {
        return STATUS_ENVIRONMENT;
    }
    Library library = make_library(arena, NULL, shipment);
    const char *object = tools_path(&tools, "measured.o");
    bool good = write_object(&tools, shipment, &library, object) && loaded_bytes(object, &sizes->code);
    sizes->values = 0;
    for (int i = 0; i <= shipment->compilation->until->index; i++) {
        const Layer *layer = model->layers.at[i];
        for (size_t k = 0; k < layer->stored.count; k++) {
            const Stored *stored = layer->stored.at[k];
            sizes->values += stored_is_tensor(stored) ? 4 * stored_count(stored) * library.members : 0;
        }
    }
    sizes->weights = library.weight_count * 4;
    sizes->code -= sizes->weights;
    sizes->workspace = library.workspace;
    sizes->workspace_one = library.workspace_one;
    return close_tools(&tools, good);
}
