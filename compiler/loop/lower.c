/* Programs become kernels: passes, layouts, then for each level the phases its computes need.
 *
 *     part            what is made of stored tensors alone
 *     slot or chunk   what goes chunk by chunk: forward, backward, partial gradient sums
 *     part            the slots' sums added up
 *     part            values made of many weights, owned gradients, steps: split by elements
 *     once            log values of parameters and gradients
 *
 * Kernels of a level follow each other in this order, levels in theirs. */
#include "compiler/loop/lower.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/loop/descriptor.h"
#include "compiler/loop/light.h"
#include "compiler/loop/meet.h"
#include "compiler/loop/nest.h"
#include "compiler/loop/split.h"
#include "compiler/loop/unit_lanes.h"
#include "compiler/model/rate_schedule.h"
#include "compiler/optimizers/step.h"
#include "compiler/passes/passes.h"
#include "runtime/abi.h"
#include "runtime/base/formula.h"

/* Of a step, and of what it begins with where that is computed: equal hashes, equal bits. */
static void hash_programs(Programs *programs) {
    const ProgramKind kinds[] = {PROGRAM_INIT, PROGRAM_TRAIN};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        programs->order_hash[i] = programs->program[kinds[i]] ? program_hash(programs->program[kinds[i]]) : 0;
}

void lower_passes(Arena *arena, Programs *programs) {
    for (int k = 0; k < PROGRAM_COUNT; k++) {
        Program *p = programs->program[k];
        if (!p) continue;
        pass_dce(p);
        pass_cse(p);
        pass_fuse(p);
        pass_layout_copies(p);
        pass_order(p);
    }
    hash_programs(programs);
    unit_lanes(arena, programs);
    for (int k = 0; k < PROGRAM_COUNT; k++)
        if (programs->program[k]) program_verify(programs->program[k]);
}

typedef struct {
    NestContext context;
    Layout *layout;
    const Program *program;
    bool *written; /* by tensor id: some compute before has written it */
    VEC(int) kernels;
    NestRuns runs;
    int commit; /* the first kernel that changes a parameter; -1: none so far */
} Lowering;

static NestContext nest_context(Arena *arena, Arena *scratch, Code *code, const LowerOptions *options) {
    return (NestContext){.arena = arena,
                         .scratch = scratch,
                         .code = code,
                         .options = options,
                         .sums = NEW(arena, int64_t),
                         .schedules = NEW(arena, KnownSchedules),
                         .names = NEW(arena, Numbers)};
}

/* PROGRAM_COMPUTE, with a number when that is taken, be it by a nest that is an earlier one: schedules are printed and
 * given by name. */
static const char *nest_name(const Lowering *l, const char *compute) {
    const NestContext *context = &l->context;
    char *name = arena_format(context->arena, "%s_%s", l->program->name, compute);
    for (char *c = name; *c; c++)
        if (*c == '.') *c = '_';
    int number = *numbers_at(context->arena, context->names, name);
    const char *unique = name;
    if (number == 0) number = 1;
    while (*numbers_at(context->arena, context->names, unique) != 0)
        unique = arena_format(context->arena, "%s_%d", name, ++number);
    *numbers_at(context->arena, context->names, unique) = 1;
    *numbers_at(context->arena, context->names, name) = number;
    return unique;
}

typedef VEC(int) Nests;

static PlacedList list_phase(const Lowering *l, int level, Phase phase) {
    PlacedList list = {0};
    for (size_t i = 0; i < l->layout->list.count; i++)
        if (l->layout->list.at[i].level == level && l->layout->list.at[i].phase == phase)
            vec_push(l->context.arena, &list, l->layout->list.at[i]);
    return list;
}

static int make_group(Lowering *l, Placed *list, int count) {
    Group group = group_make(l->layout, list, count);
    bool fill[GROUP_MAX];
    for (int m = 0; m < count; m++) {
        int id = list[m].compute->out->id;
        fill[m] = !l->written[id];
        l->written[id] = true;
    }
    const int nest = nest_make(&l->context, &group, nest_name(l, list[0].compute->name), fill);
    vec_push(l->context.arena, &l->runs, ((NestRun){nest, split_work(&group)}));
    return nest;
}

static Nests make_nests(Lowering *l, const PlacedList *list) {
    Nests nests = {0};
    for (size_t i = 0; i < list->count;) {
        size_t end = i + 1;
        for (; end < list->count; end++) {
            Group group = group_make(l->layout, &list->at[i], (int)(end - i));
            if (list->at[i].compute->reduce == REDUCE_RANDOM || !group_may_join(&group, &list->at[end])) break;
        }
        if (end < list->count && list->at[i].together && list->at[i].together == list->at[end].together)
            BUG("%s replaces more than %d tensors at once", l->program->name, (int)GROUP_MAX);
        vec_push(l->context.arena, &nests, make_group(l, &list->at[i], (int)(end - i)));
        i = end;
    }
    return nests;
}

static void run_nests(Lowering *l, LoopBuilder *b, const Nests *nests, Tasks tasks) {
    if (tasks != TASKS_SLOT && tasks != TASKS_CHUNK) {
        for (size_t i = 0; i < nests->count; i++) loop_run_nest(b, nests->at[i]);
        return;
    }
    loop_for_begin(b, loop_bound_of(BOUND_TASK, 0),
                   tasks == TASKS_SLOT ? loop_bound_of(BOUND_CHUNKS, 1) : loop_bound_of(BOUND_TASK, 1), NET_SLOTS);
    meet_run_nests(b, l->context.code, nests->at, nests->count);
    loop_for_end(b);
}

static LoopBuilder *begin_kernel(const Lowering *l, Tasks tasks) {
    Arena *arena = l->context.arena;
    return loop_kernel_begin(arena, arena_format(arena, "%s_%zu", l->program->name, l->kernels.count), tasks);
}

static Kernel *end_kernel(Lowering *l, LoopBuilder *b) {
    Kernel *kernel = loop_kernel_end(b);
    vec_push(l->context.arena, &l->kernels, loop_add_kernel(l->context.arena, l->context.code, kernel));
    return kernel;
}

/* The nests of a level's phase, run in program order by one kernel; none when there is nothing. */
static void make_kernel(Lowering *l, int level, Phase phase, Tasks tasks) {
    const PlacedList list = list_phase(l, level, phase);
    Sharing *sharing = phase == PHASE_IMAGES ? l->context.sharing : NULL;
    int64_t work = 0, written = 0;
    if (list.count == 0) return;
    for (size_t i = 0; i < list.count; i++) {
        Group group = group_make(l->layout, &list.at[i], 1);
        work += split_work(&group);
        written += tensor_count(list.at[i].compute->out) + layout_weights(&list.at[i]);
        if (list.at[i].compute->next && l->commit < 0) l->commit = (int)l->kernels.count;
    }
    if (sharing) split_begin_kernel(sharing, work);
    const Nests nests = make_nests(l, &list);
    LoopBuilder *b = begin_kernel(l, tasks);
    run_nests(l, b, &nests, tasks);
    Kernel *kernel = end_kernel(l, b);
    kernel->workers = sharing ? split_end_kernel(sharing) : tasks == TASKS_PART ? split_part_workers(work) : 1;
    kernel->spread = tasks == TASKS_PART && !split_is_far(written);
}

static void make_merge(Lowering *l, int level) {
    int64_t from = level > 0 ? l->layout->slot_end[level - 1] : 0, to = l->layout->slot_end[level];
    int nest = nest_merge_slots(&l->context, nest_name(l, "add_slots"), from, to);
    LoopBuilder *b = begin_kernel(l, TASKS_MERGE);
    loop_run_nest(b, nest);
    const int64_t work = (to - from) / LOOP_LANES * NET_SLOTS;
    vec_push(l->context.arena, &l->runs, ((NestRun){nest, work}));
    end_kernel(l, b)->workers = split_part_workers(work);
}

/* Where chunks are not shared, one worker has made all there is in a batch of one chunk. */
static void settle_workers(Lowering *l) {
    const bool shared = split_gains(l->context.sharing);
    for (size_t i = 0; i < l->kernels.count; i++) {
        Kernel *kernel = l->context.code->kernels.at[l->kernels.at[i]];
        if (!shared && (kernel->tasks == TASKS_SLOT || kernel->tasks == TASKS_CHUNK)) kernel->workers = 1;
        kernel->spread = kernel->spread && !shared && kernel->workers > 1;
    }
}

static void lower_program(Lowering *l) {
    for (int level = 0; level < l->layout->levels; level++) {
        bool slots = false;
        for (size_t i = 0; i < l->layout->list.count; i++)
            slots = slots || (l->layout->list.at[i].level == level && l->layout->list.at[i].scope == SCOPE_SLOT);
        make_kernel(l, level, PHASE_GIVEN, TASKS_PART);
        make_kernel(l, level, PHASE_IMAGES, slots ? TASKS_SLOT : TASKS_CHUNK);
        if (slots) make_merge(l, level);
        make_kernel(l, level, PHASE_PARTS, TASKS_PART);
        make_kernel(l, level, PHASE_ONCE, TASKS_ONCE);
    }
    settle_workers(l);
}

/* A formula that cannot be read would be refused by every trainer: a fault of who wrote it. */
static void verify_formula(Arena *arena, const Settings *settings, const char *text) {
    VEC(const char *) names = {0};
    for (TrainerSetting at = {0}; settings_next(settings, &at);) vec_push(arena, &names, at.spec->trainer.name);
    NetFormula formula;
    NetError error;
    if (!net_formula_parse(text, names.at, (int)names.count, &formula, &error)) BUG("%s", error.text);
}

/* The formulas any program uses. */
static void list_scalars(Arena *arena, const Programs *programs, NestContext *context) {
    VEC(const char *) list = {0};
    for (int k = 0; k < PROGRAM_COUNT; k++) {
        for (size_t i = 0; programs->program[k] && i < programs->program[k]->scalars.count; i++) {
            const char *formula = programs->program[k]->scalars.at[i];
            bool known = false;
            for (size_t s = 0; s < list.count; s++) known = known || string_is(list.at[s], formula);
            if (known) continue;
            verify_formula(arena, &programs->model->settings, formula);
            vec_push(arena, &list, formula);
        }
    }
    context->scalars = list.at;
    context->scalar_count = list.count;
}

/* Whether some program draws random numbers. */
static bool draws(const Programs *programs) {
    bool any = false;
    for (int k = 0; k < PROGRAM_COUNT; k++)
        for (size_t i = 0; programs->program[k] && i < programs->program[k]->computes.count; i++)
            any = any || programs->program[k]->computes.at[i]->reduce == REDUCE_RANDOM;
    return any;
}

/* With what decides the bits besides the programs' orders. */
static uint64_t hash_orders(const Programs *programs, bool fma) {
    const int parts[] = {NET_BITS, NET_LANES, NET_SLOTS, fma};
    uint64_t hash = hash_bytes(0, parts, sizeof parts);
    for (size_t i = 0; i < COUNT_OF(programs->order_hash); i++)
        hash = hash_bytes(hash, &programs->order_hash[i], sizeof programs->order_hash[i]);
    return hash;
}

/* Chunks that batches of a program are meant to have: LAYOUT_CHUNKS where that is not known, and at most. */
static int64_t chunks_of_batch(const Model *model, ProgramKind kind) {
    const int64_t batch = (int64_t)settings_number(&model->settings, "batch");
    if (batch == 0 || (kind != PROGRAM_TRAIN && kind != PROGRAM_TRAIN_LOG)) return LAYOUT_CHUNKS;
    return net_chunks(batch) < LAYOUT_CHUNKS ? net_chunks(batch) : LAYOUT_CHUNKS;
}

Code *lower_programs(Arena *arena, Programs *programs, const LowerOptions *options) {
    const Model *model = programs->model;
    Code *code = loop_code_new(arena, model->name, model->source);
    code->input_bytes = model->bytes_input;
    Lowering base = {.context = nest_context(arena, arena_new(), code, options)};
    Descriptor descriptor = {
        .programs = programs, .options = options, .order_hash = hash_orders(programs, options->target.fma)};
    Layout *layout[PROGRAM_COUNT] = {NULL};
    bool shared = false; /* a program's chunks are */
    list_scalars(arena, programs, &base.context);
    for (int k = 0; k < PROGRAM_COUNT; k++) {
        if (!programs->program[k]) continue;
        layout[k] = layout_program(arena, programs->program[k],
                                   (LayoutMode){.chunks = chunks_of_batch(model, (ProgramKind)k),
                                                .by_parts = k == PROGRAM_TRAIN || k == PROGRAM_EVAL,
                                                .filled = images_of_chunk(model, (ProgramKind)k)});
        if (layout[k]->slot_size > descriptor.grad_slot) descriptor.grad_slot = layout[k]->slot_size;
        if (layout[k]->owned_size > descriptor.grad_owned) descriptor.grad_owned = layout[k]->owned_size;
        descriptor.batch_chunk[k] = layout[k]->batch_chunk;
    }
    base.context.grad_slot = descriptor.grad_slot;
    NestRuns runs[PROGRAM_COUNT] = {0};
    for (int k = 0; k < PROGRAM_COUNT; k++) {
        if (!layout[k]) continue;
        layout_settle(layout[k], descriptor.grad_slot, programs->log_once, programs->log_chunk);
        Lowering l = base;
        l.layout = layout[k];
        l.program = programs->program[k];
        l.written = NEW_ARRAY(arena, bool, l.program->tensors.count);
        l.commit = -1;
        l.context.sharing = split_sharing(arena, l.layout, shared);
        *l.context.sums = 0;
        lower_program(&l);
        const int64_t scratch = layout[k]->scratch_size + *l.context.sums;
        if (scratch > descriptor.scratch) descriptor.scratch = scratch;
        shared = shared || split_gains(l.context.sharing);
        if (!l.program->rare) runs[k] = l.runs;
        descriptor.kernels[k] = l.kernels.at;
        descriptor.kernel_count[k] = l.kernels.count;
        descriptor.commit[k] = l.commit < 0 ? l.kernels.count : (size_t)l.commit;
    }
    light_begin(code);
    for (int k = 0; k < PROGRAM_COUNT; k++) light_settle(code, &runs[k]);
    descriptor.scalars = base.context.scalars;
    descriptor.scalar_count = base.context.scalar_count;
    descriptor.random = draws(programs);
    descriptor.penalty[0] = step_penalty_squares(&model->settings);
    descriptor.penalty[1] = step_penalty_sizes(&model->settings);
    for (int i = 0; i < 2; i++)
        if (descriptor.penalty[i]) verify_formula(arena, &model->settings, descriptor.penalty[i]);
    const ScheduleKind *schedule = model->settings.schedule;
    if (schedule && schedule->rate) {
        descriptor.schedule = schedule;
        verify_formula(arena, &model->settings, schedule->rate);
        if (schedule->patience) verify_formula(arena, &model->settings, schedule->patience);
    }
    code->descriptor = descriptor_write(arena, code, &descriptor);
    loop_verify(code);
    arena_free(base.context.scratch);
    return code;
}

/* The program `predict` in one kernel: a level's values chunk by chunk, then those that are made of all chunks. */
static void make_predict_kernel(Lowering *l) {
    LoopBuilder *b = begin_kernel(l, TASKS_ONCE);
    for (int level = 0; level < l->layout->levels; level++) {
        const PlacedList images = list_phase(l, level, PHASE_IMAGES), batch = list_phase(l, level, PHASE_PARTS);
        const Nests by_chunk = make_nests(l, &images), at_once = make_nests(l, &batch);
        if (l->layout->images > 1) loop_for_begin(b, loop_bound(0), loop_bound_of(BOUND_CHUNKS, 1), 1);
        run_nests(l, b, &by_chunk, TASKS_ONCE);
        if (l->layout->images > 1) loop_for_end(b);
        run_nests(l, b, &at_once, TASKS_ONCE);
    }
    end_kernel(l, b);
}

static const double FILLED = 0.8; /* of the lanes */

/* What the program `predict` is lowered to: its kernel for one image, for whole chunks, and what is made before any
 * image comes. */
typedef enum { PREDICT_ONE, PREDICT_BATCH, PREDICT_BEFORE } PredictKernel;

/* Whether images go better one after the other, with units in the lanes, than with images in the lanes, as which they
 * do not come: of a network of dense layers alone, when its units fill most of the lanes. */
static bool goes_by_images(const Program *p) {
    double work = 0, lanes = 0;
    for (size_t i = 0; i < p->computes.count; i++) {
        const Compute *c = p->computes.at[i];
        if (!tensor_is_batched(c->out)) continue;
        if (c->out->rank > 2) return false;
        if (c->reduce != REDUCE_SUM || c->e->kind != EXPR_MUL || c->out->rank < 2) continue;
        int64_t terms = 1;
        for (int k = c->rank; k < c->rank + c->reductions; k++) terms *= c->range[k];
        work += (double)(terms * c->out->dim[1]);
        lanes += (double)(terms * net_padded(c->out->dim[1]));
    }
    return work > FILLED * lanes;
}

/* Gives the kernel; -1: there is nothing to do. */
static int lower_predict(const NestContext *context, const char *name, Inference *inference, PredictKernel kind) {
    Arena *arena = context->arena;
    Program *p = inference->programs->program[PROGRAM_PREDICT];
    Lowering l = {.context = *context, .program = p, .commit = -1};
    const bool by_images = kind == PREDICT_BATCH && goes_by_images(p);
    p->name = name; /* of nests and kernels */
    l.layout = layout_program(arena, p,
                              (LayoutMode){.one_image = kind == PREDICT_ONE || by_images,
                                           .by_images = by_images,
                                           .by_parts = kind == PREDICT_BATCH,
                                           .packing = &inference->packing,
                                           .state_size = inference->programs->model->state_size});
    l.written = NEW_ARRAY(arena, bool, p->tensors.count);
    layout_settle(l.layout, 0, 0, 0);
    if (kind == PREDICT_BEFORE)
        make_kernel(&l, 0, PHASE_GIVEN, TASKS_PART);
    else
        make_predict_kernel(&l);
    inference->state_size = l.layout->state_size;
    if (kind == PREDICT_ONE) inference->one_size = l.layout->scratch_size;
    if (l.layout->scratch_size > inference->scratch_size) inference->scratch_size = l.layout->scratch_size;
    return l.kernels.count > 0 ? l.kernels.at[0] : -1;
}

static void verify_nests(const Code *code, const Block *block, const int64_t size[BUFFER_COUNT]) {
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        if (stmt->kind == STMT_NEST)
            loop_verify_reach(code, stmt->nest, size);
        else
            verify_nests(code, &stmt->body, size);
    }
}

/* Lanes that mean nothing read and write too: none may leave what the caller gave. */
static void verify_reach(const Inference *inference, int kernel, bool one) {
    const Model *model = inference->programs->model;
    const Program *p = inference->programs->program[PROGRAM_PREDICT];
    int64_t size[BUFFER_COUNT];
    for (int b = 0; b < BUFFER_COUNT; b++) size[b] = -1;
    size[BUFFER_PARAM] = inference->packing.size;
    size[BUFFER_STATE] = inference->state_size;
    size[BUFFER_SCRATCH] = one ? inference->one_size : inference->scratch_size;
    if (one) size[BUFFER_INPUT] = shape_count(model->layers.at[0]->out);
    for (size_t t = 0; one && t < p->tensors.count; t++)
        if (p->tensors.at[t]->role == ROLE_OUTPUT) size[BUFFER_BATCH] = tensor_count(p->tensors.at[t]);
    verify_nests(inference->code, &inference->code->kernels.at[kernel]->body, size);
}

Inference *lower_inference(Arena *arena, Programs *programs, const LowerOptions *options, bool batches) {
    Inference *inference = NEW(arena, Inference);
    const Model *model = programs->model;
    Code *code = loop_code_new(arena, model->name, model->source);
    Code *before = loop_code_new(arena, model->name, model->source);
    code->exports = options->exports; /* which nests may share a body depends on it */
    Arena *scratch = arena_new();
    NestContext context = nest_context(arena, scratch, code, options);
    LowerOptions unsurveyed = *options;
    unsurveyed.survey = NULL;
    NestContext first = nest_context(arena, scratch, before, &unsurveyed);
    inference->programs = programs;
    inference->code = code;
    inference->one = lower_predict(&context, "one", inference, PREDICT_ONE);
    inference->batch = batches ? lower_predict(&context, "batch", inference, PREDICT_BATCH) : -1;
    bool prepares = lower_predict(&first, "prepare", inference, PREDICT_BEFORE) >= 0;
    inference->prepare = prepares ? before : NULL;
    loop_verify(code);
    loop_verify(before);
    verify_reach(inference, inference->one, true);
    if (batches) verify_reach(inference, inference->batch, false);
    arena_free(scratch);
    return inference;
}
