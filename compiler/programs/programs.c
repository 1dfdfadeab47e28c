/* The programs of a model: each is the layers in order, then what the program is for. */
#include "compiler/optimizers/step.h"
#include "compiler/programs/parts.h"
#include "runtime/abi.h"

const char *const program_names[PROGRAM_COUNT] = {
    [PROGRAM_INIT] = "init",         [PROGRAM_TRAIN] = "train",       [PROGRAM_TRAIN_LOG] = "train_log",
    [PROGRAM_PROBE] = "probe",       [PROGRAM_JACOBIAN] = "jacobian", [PROGRAM_EVAL] = "eval",
    [PROGRAM_DIAGNOSE] = "diagnose", [PROGRAM_PREDICT] = "predict",
};

/* ---- the network itself ---- */
/* The layers that it takes for `last`; NULL: all. */
static void begin_until(Build *build, ProgramKind kind, Mode mode, const Layer *last) {
    const Model *model = build->model;
    size_t count = model->layers.count;
    build->program = program_new(build->arena, program_names[kind]);
    build->mode = mode;
    build->centre_now = kind == PROGRAM_INIT;
    build->averaged = kind == PROGRAM_EVAL || kind == PROGRAM_PREDICT;
    build->value = NEW_ARRAY(build->arena, Tensor *, count);
    build->weighted = NEW_ARRAY(build->arena, Tensor *, count);
    build->stored = NEW_ARRAY(build->arena, Tensor *, model->stored.count);
    build->next = NEW_ARRAY(build->arena, Expr *, model->stored.count);
    const Layer *input = model->layers.at[0];
    int64_t dim[TENSOR_MAX_RANK] = {DIM_BATCH};
    for (int d = 0; d < input->out.rank; d++) dim[d + 1] = input->out.dim[d];
    build->program->at = input->at;
    build->input = program_tensor(build->program, ROLE_INPUT, false, input->out.rank + 1, dim, "batch");
    build->label = program_tensor(build->program, ROLE_LABEL, true, 1, dim, "label");
    const int64_t numbers[] = {DIM_BATCH, model_targets(model)};
    if (numbers[1] > 0) build->target = program_tensor(build->program, ROLE_TARGET, false, 2, numbers, "target");
    const bool *needed = last ? model_needed(build->arena, model, last) : NULL;
    for (size_t i = 0; i < count; i++) {
        if (needed && !needed[i]) continue;
        const Layer *layer = model->layers.at[i];
        build->program->at = layer->at;
        Tensor **in = NEW_ARRAY(build->arena, Tensor *, layer->from.count + 1);
        in[0] = build->input;
        for (size_t k = 0; k < layer->from.count; k++) in[k] = build->value[layer->from.at[k]->index];
        build->value[layer->index] = layer->kind->build(build, layer, in, mode);
    }
    if (kind != PROGRAM_JACOBIAN) pool_before_activation(build); /* that is by what the layers give, as they stand */
}

static void begin(Build *build, ProgramKind kind, Mode mode) { begin_until(build, kind, mode, NULL); }

/* A program ends with what replaces stored tensors. */
static void end(Build *build, Programs *programs, ProgramKind kind) {
    const Model *model = build->model;
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        build->program->at = layer->at;
        for (size_t k = 0; k < layer->stored.count; k++) {
            const Stored *stored = layer->stored.at[k];
            Expr *next = build->next[stored->row];
            if (next) program_next(build->program, build_stored(build, stored), next);
        }
    }
    programs->program[kind] = build->program;
}

/* The gradients of all that is trained and read, and, with `deltas`, of the weighted inputs of the layers it is in. */
static Gradients differentiate(Build *build, Tensor *cost, bool deltas) {
    const Model *model = build->model;
    Arena *arena = build->arena;
    Gradients result = {.delta = NEW_ARRAY(arena, Tensor *, model->layers.count),
                        .stored = NEW_ARRAY(arena, Tensor *, model->stored.count)};
    VEC(Tensor **) places = {0};
    VEC(Tensor *) wanted = {0};
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        bool learns = false;
        for (size_t k = 0; k < layer->stored.count; k++) {
            const Stored *stored = layer->stored.at[k];
            if (!stored->trained || !build->stored[stored->row]) continue;
            learns = true;
            vec_push(arena, &places, &result.stored[stored->row]);
            vec_push(arena, &wanted, build->stored[stored->row]);
        }
        if (!learns || !deltas) continue;
        vec_push(arena, &places, &result.delta[i]);
        vec_push(arena, &wanted, build->weighted[i]);
    }
    Tensor **gradients = NEW_ARRAY(arena, Tensor *, wanted.count + 1);
    program_differentiate(build->program, cost, wanted.count, wanted.at, gradients);
    for (size_t i = 0; i < wanted.count; i++) *places.at[i] = gradients[i];
    return result;
}

/* ---- what each program is for ---- */
static void step_all(Build *build, const Gradients *gradients) {
    Tensor *clip = clip_factor(build, gradients);
    for (size_t i = 0; i < build->model->stored.count; i++) {
        const Stored *stored = build->model->stored.at[i];
        Tensor *g = gradients->stored[i];
        if (!g) continue;
        build_next(build, stored, bound_rows(build, stored, step_make(build, stored, build->stored[i], g, clip)));
    }
    average_all(build);
}

/* Whether a program leaves what a subject needs. What each step logs, `train` leaves by itself. */
static bool holds(const Settings *settings, ProgramKind kind, NetSubjectName subject) {
    LogSubject log = settings_log(settings, subject);
    unsigned source = kind == PROGRAM_PROBE      ? NET_FROM_PROBE
                      : kind == PROGRAM_JACOBIAN ? NET_FROM_JACOBIAN
                                                 : NET_FROM_STEPS;
    if (!log.on || !(net_subjects[subject].sources & source)) return false;
    return kind == PROGRAM_TRAIN ? log.every == 1 : kind == PROGRAM_TRAIN_LOG || log.probe > 0;
}

/* Whether some subject needs it: train_log, what `train` does not leave. */
static bool needs(const Settings *settings, ProgramKind kind) {
    for (int i = 0; i < NET_SUBJECTS; i++) {
        NetSubjectName subject = (NetSubjectName)i;
        bool left = kind == PROGRAM_TRAIN_LOG && holds(settings, PROGRAM_TRAIN, subject);
        if (holds(settings, kind, subject) && !left) return true;
    }
    return false;
}

static void build_gradient_program(Build *build, Programs *programs, ProgramKind kind) {
    const Settings *settings = &build->model->settings;
    bool steps = kind != PROGRAM_PROBE;
    begin(build, kind, steps ? MODE_TRAIN : MODE_PROBE);
    Logger logger = {.build = build, .programs = programs, .kind = kind};
    Tensor *cost = cost_build(build);
    LogSubject log = settings_log(settings, NET_SUBJECT_GRADIENTS);
    bool all = holds(settings, kind, NET_SUBJECT_GRADIENTS), neurons = holds(settings, kind, NET_SUBJECT_NEURONS);
    bool norms = all || (kind == PROGRAM_TRAIN && log.on && log.every == 0); /* an epoch's are means over all steps */
    Gradients gradients = {0};
    if (steps || norms || neurons) gradients = differentiate(build, cost, norms || neurons);
    if (steps) step_all(build, &gradients);
    cost_log(&logger, cost);
    if (norms) log_delta_norms(&logger, &gradients);
    if (all) log_gradients(&logger, &gradients);
    if (holds(settings, kind, NET_SUBJECT_WEIGHTS)) log_weights(&logger);
    if (holds(settings, kind, NET_SUBJECT_STEPS)) log_steps(&logger, &gradients);
    if (holds(settings, kind, NET_SUBJECT_HISTOGRAMS)) log_parameters(&logger, &gradients);
    if (holds(settings, kind, NET_SUBJECT_ACTIVATIONS)) log_activations(&logger);
    if (neurons) log_neurons(&logger, &gradients);
    end(build, programs, kind);
}

static void build_init(Build *build, Programs *programs) {
    bool any = false;
    for (size_t i = 0; i < build->model->stored.count; i++)
        any = any || build->model->stored.at[i]->recipe.kind == RECIPE_CENTRE;
    if (!any) return;
    begin(build, PROGRAM_INIT, MODE_EVAL);
    end(build, programs, PROGRAM_INIT);
}

/* Of an output at a time: who wants all of them gives an example as often, each time with the next label. */
static void build_jacobian(Build *build, Programs *programs) {
    begin(build, PROGRAM_JACOBIAN, MODE_EVAL);
    Logger logger = {.build = build, .programs = programs, .kind = PROGRAM_JACOBIAN};
    log_jacobian(&logger, labelled_output(build));
    if (programs->log[PROGRAM_JACOBIAN].count > 0) end(build, programs, PROGRAM_JACOBIAN);
}

static void build_eval(Build *build, Programs *programs) {
    begin(build, PROGRAM_EVAL, MODE_EVAL);
    Logger logger = {.build = build, .programs = programs, .kind = PROGRAM_EVAL};
    cost_log(&logger, cost_build(build));
    end(build, programs, PROGRAM_EVAL);
}

static void build_predict(Build *build, Programs *programs, const Layer *layer) {
    begin_until(build, PROGRAM_PREDICT, MODE_EVAL, layer);
    Program *p = build->program;
    Tensor *last = build->value[layer->index];
    Tensor *out = program_tensor(p, ROLE_OUTPUT, false, last->rank, last->dim, "output");
    program_add(p, out, REDUCE_NONE, 0, NULL, unscaled(build, layer, last));
    end(build, programs, PROGRAM_PREDICT);
}

static void build_diagnose(Build *build, Programs *programs) {
    begin(build, PROGRAM_DIAGNOSE, MODE_PROBE);
    Logger logger = {.build = build, .programs = programs, .kind = PROGRAM_DIAGNOSE};
    log_largest_inputs(&logger);
    build->program->rare = true;
    end(build, programs, PROGRAM_DIAGNOSE);
}

static Build *new_build(Arena *arena, const Model *model) {
    Build *build = NEW(arena, Build);
    build->arena = arena;
    build->model = model;
    return build;
}

/* ---- what training goes down on ---- */
/* "SUM over i of e" as one number. */
static Tensor *sum_of(Program *p, const char *name, const Tensor *like, Expr *e) {
    return program_compute(p, name, 0, NULL, REDUCE_SUM, like->rank, like->dim, e);
}

static Expr *number_of(Program *p, Tensor *number) { return e_read(p, number, 0, NULL); }

/* The mean cost, and the penalty of each tensor that decays. */
static Tensor *objective_value(Build *build, Tensor *cost) {
    Program *p = build->program;
    const Settings *settings = &build->model->settings;
    const char *squares = step_penalty_squares(settings), *sizes = step_penalty_sizes(settings);
    Expr *value = number_of(p, sum_of(p, "cost.mean", cost, e_mul(p, e_scalar(p, "1 / m"), e_at(p, cost))));
    for (size_t i = 0; i < build->model->stored.count; i++) {
        const Stored *stored = build->model->stored.at[i];
        Tensor *w = build->stored[i];
        if (!stored->trained || !stored->decays || !w) continue;
        Expr *at = e_at(p, w), *size = e_max(p, at, e_mul(p, e_const(p, -1), at));
        if (squares) {
            Tensor *sum = sum_of(p, "penalty.squares", w, e_mul(p, at, at));
            value = e_add(p, value, e_mul(p, e_scalar(p, squares), number_of(p, sum)));
        }
        if (sizes) {
            Tensor *sum = sum_of(p, "penalty.sizes", w, size);
            value = e_add(p, value, e_mul(p, e_scalar(p, sizes), number_of(p, sum)));
        }
    }
    return program_compute(p, "objective", 0, NULL, REDUCE_NONE, 0, NULL, value);
}

Objective *objective_build(Arena *arena, const Model *model) {
    Objective *objective = NEW(arena, Objective);
    Build *build = new_build(arena, model);
    begin(build, PROGRAM_TRAIN, MODE_TRAIN);
    Program *p = objective->program = build->program;
    Tensor *cost = cost_build(build);
    objective->value = objective_value(build, cost);
    Gradients gradients = differentiate(build, cost, false);
    size_t rows = model->stored.count;
    objective->stored = NEW_ARRAY(arena, const Stored *, rows + 1);
    objective->tensor = NEW_ARRAY(arena, Tensor *, rows + 1);
    objective->gradient = NEW_ARRAY(arena, Tensor *, rows + 1);
    for (size_t i = 0; i < rows; i++) {
        const Stored *stored = model->stored.at[i];
        Tensor *w = build->stored[i], *g = gradients.stored[i];
        if (!stored->trained || !w) continue;
        if (!g) g = program_map(p, "nothing", w, e_const(p, 0)); /* the cost does not depend on it, says the rule */
        Step step = {.build = build, .stored = stored, .w = w, .g = g};
        objective->stored[objective->count] = stored;
        objective->tensor[objective->count] = w;
        objective->gradient[objective->count++] = program_map(p, "gradient", w, step_gradient(&step));
    }
    program_verify(p);
    return objective;
}

Programs *programs_build_inference(Arena *arena, const Model *model, const Layer *until) {
    Programs *programs = NEW(arena, Programs);
    Model *floats = NEW(arena, Model); /* who calls divides bytes by 255 */
    *floats = *model;
    floats->bytes_input = false;
    programs->model = floats;
    build_predict(new_build(arena, floats), programs, until);
    program_verify(programs->program[PROGRAM_PREDICT]);
    return programs;
}

Programs *programs_build(Arena *arena, const Model *model) {
    Programs *programs = NEW(arena, Programs);
    programs->model = model;
    Build *build = new_build(arena, model);
    const Settings *settings = &model->settings;
    build_init(build, programs);
    build_gradient_program(build, programs, PROGRAM_TRAIN);
    if (needs(settings, PROGRAM_TRAIN_LOG)) build_gradient_program(build, programs, PROGRAM_TRAIN_LOG);
    if (needs(settings, PROGRAM_PROBE)) build_gradient_program(build, programs, PROGRAM_PROBE);
    if (needs(settings, PROGRAM_JACOBIAN)) build_jacobian(build, programs);
    build_eval(build, programs);
    if (settings->members > 1) build_predict(build, programs, model->layers.at[model->layers.count - 1]);
    build_diagnose(build, programs);
    for (int k = 0; k < PROGRAM_COUNT; k++)
        if (programs->program[k]) program_verify(programs->program[k]);
    return programs;
}
