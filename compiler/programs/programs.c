/* The programs of a model: each is the layers in order, then what the program is for. */
#include "compiler/optimizers/step.h"
#include "compiler/programs/parts.h"
#include "runtime/abi.h"

const char *const program_names[PROGRAM_COUNT] = {
    [PROGRAM_INIT] = "init",         [PROGRAM_TRAIN] = "train", [PROGRAM_TRAIN_LOG] = "train_log",
    [PROGRAM_PROBE] = "probe",       [PROGRAM_EVAL] = "eval",   [PROGRAM_PREDICT] = "predict",
    [PROGRAM_DIAGNOSE] = "diagnose",
};

/* ---- where parameters live ---- */
static int64_t store(Arena *arena, Programs *programs, Stored stored) {
    int64_t *end = stored.in_state ? &programs->state_size : &programs->param_size;
    stored.offset = *end;
    *end += net_padded(stored.size); /* tensors begin on a multiple of 64 bytes */
    vec_push(arena, &programs->stored, stored);
    return stored.offset;
}

static int64_t store_param(Arena *arena, Programs *programs, const Layer *layer, const Param *param) {
    if (!param) return 0;
    Stored stored = {.name = param->name,
                     .role = "param",
                     .size = param_count(param),
                     .rank = param->rank,
                     .decay = param->decay,
                     .recipe = param->recipe,
                     .trainable = layer->trainable};
    for (int d = 0; d < param->rank; d++) stored.dim[d] = param->dim[d];
    return store(arena, programs, stored);
}

static int64_t store_statistic(Arena *arena, Programs *programs, const Layer *input, const char *option,
                               const char *name, const char *role) {
    const OptionValue *value = layer_option(input, option);
    if (!value->flag && value->number_count == 1) return -1;
    Stored stored = {.name = name,
                     .role = role,
                     .in_state = true,
                     .rank = 1,
                     .size = input->out.dim[0],
                     .recipe = {.kind = value->flag ? RECIPE_DATA : RECIPE_VALUES, .values = value->numbers}};
    stored.dim[0] = stored.size;
    return store(arena, programs, stored);
}

static Build *new_build(Arena *arena, const Model *model) {
    Build *build = NEW(arena, Build);
    size_t count = model->layers.count;
    build->arena = arena;
    build->model = model;
    build->weight_offset = NEW_ARRAY(arena, int64_t, count);
    build->bias_offset = NEW_ARRAY(arena, int64_t, count);
    return build;
}

/* ---- the network itself ---- */
/* The layers up to `last`, which are all it takes; NULL: all. */
static void begin_until(Build *build, ProgramKind kind, Mode mode, const Layer *last) {
    const Model *model = build->model;
    size_t count = model->layers.count;
    build->program = program_new(build->arena, program_names[kind]);
    build->mode = mode;
    build->centre_now = kind == PROGRAM_INIT;
    build->value = NEW_ARRAY(build->arena, Tensor *, count);
    build->weighted = NEW_ARRAY(build->arena, Tensor *, count);
    build->weight = NEW_ARRAY(build->arena, Tensor *, count);
    build->bias = NEW_ARRAY(build->arena, Tensor *, count);
    build->centred = NEW_ARRAY(build->arena, Tensor *, count);
    const Layer *input = model->layers.at[0];
    int64_t dim[TENSOR_MAX_RANK] = {DIM_BATCH};
    for (int d = 0; d < input->out.rank; d++) dim[d + 1] = input->out.dim[d];
    build->program->at = input->at;
    build->input = program_tensor(build->program, ROLE_INPUT, false, input->out.rank + 1, dim, "batch");
    build->label = program_tensor(build->program, ROLE_LABEL, true, 1, dim, "label");
    for (size_t i = 0; i < count && (!last || i <= (size_t)last->index); i++) {
        const Layer *layer = model->layers.at[i];
        build->program->at = layer->at;
        Tensor *in = layer->from ? build->value[layer->from->index] : build->input;
        build->value[layer->index] = layer->kind->build(build, layer, in, mode);
    }
    pool_before_activation(build);
}

static void begin(Build *build, ProgramKind kind, Mode mode) { begin_until(build, kind, mode, NULL); }

static LayerGradients differentiate(Build *build, Programs *programs, ProgramKind kind, Tensor *cost, bool deltas) {
    Program *p = build->program;
    size_t count = build->model->layers.count;
    LayerGradients result;
    Tensor ***places = NEW_ARRAY(build->arena, Tensor **, 3 * count);
    result.delta = NEW_ARRAY(build->arena, Tensor *, count);
    result.weight = NEW_ARRAY(build->arena, Tensor *, count);
    result.bias = NEW_ARRAY(build->arena, Tensor *, count);
    VEC(Tensor *) wanted = {0};
    for (size_t i = 0; i < count; i++) {
        const Layer *layer = build->model->layers.at[i];
        Tensor *of[] = {build->weight[i], build->bias[i], build->weighted[i]};
        Tensor **to[] = {&result.weight[i], &result.bias[i], &result.delta[i]};
        if (!layer->trainable || !layer->weight) continue;
        for (int k = 0; k < (deltas ? 3 : 2); k++) {
            if (!of[k]) continue;
            places[wanted.count] = to[k];
            vec_push(build->arena, &wanted, of[k]);
        }
    }
    Tensor **gradients = NEW_ARRAY(build->arena, Tensor *, wanted.count + 1);
    programs->cost[kind] = cost;
    program_differentiate(p, cost, wanted.count, wanted.at, gradients);
    for (size_t i = 0; i < wanted.count; i++) {
        *places[i] = gradients[i];
        vec_push(build->arena, &programs->wanted[kind], wanted.at[i]);
    }
    programs->gradient[kind] = gradients;
    return result;
}

/* ---- what each program is for ---- */
static void step_all(Build *build, const LayerGradients *gradients) {
    Program *p = build->program;
    for (size_t i = 0; i < build->model->layers.count; i++) {
        const Layer *layer = build->model->layers.at[i];
        const Param *param[] = {layer->weight, layer->bias};
        Tensor *w[] = {build->weight[i], build->bias[i]}, *g[] = {gradients->weight[i], gradients->bias[i]};
        p->at = layer->at;
        for (int k = 0; k < 2; k++) {
            if (!g[k]) continue;
            Compute *step = program_add(p, w[k], REDUCE_NONE, 0, NULL, step_make(build, param[k], w[k], g[k]));
            step->next = true;
            step->name = arena_format(build->arena, "%s_step", step->name);
        }
    }
}

static void build_gradient_program(Build *build, Programs *programs, ProgramKind kind) {
    const Settings *settings = &build->model->settings;
    bool logs = kind != PROGRAM_TRAIN, steps = kind != PROGRAM_PROBE;
    begin(build, kind, steps ? MODE_TRAIN : MODE_EVAL);
    Logger logger = {.build = build, .programs = programs, .kind = kind};
    Tensor *cost = cost_build(build);
    bool norms = settings->log_gradients && (logs || settings_number(settings, "log_every") == 0);
    LayerGradients gradients = differentiate(build, programs, kind, cost, norms);
    cost_log(&logger, cost);
    if (norms) log_delta_norms(&logger, &gradients);
    if (logs && settings->log_gradients) log_gradients(&logger, &gradients, steps);
    if (logs && steps && settings->log_weights) log_weights(&logger);
    if (steps) step_all(build, &gradients);
    programs->program[kind] = build->program;
}

static void build_init(Build *build, Programs *programs) {
    bool any = false;
    for (size_t i = 0; i < build->model->layers.count; i++) {
        const Layer *layer = build->model->layers.at[i];
        any = any || (layer->bias && layer->bias->recipe.kind == RECIPE_CENTRE);
    }
    if (!any) return;
    begin(build, PROGRAM_INIT, MODE_EVAL);
    Program *p = build->program;
    for (size_t i = 0; i < build->model->layers.count; i++) {
        const Layer *layer = build->model->layers.at[i];
        if (!build->centred[i]) continue;
        Tensor *b = program_tensor(p, ROLE_PARAM, false, 1, layer->bias->dim, layer->bias->name);
        b->offset = build->bias_offset[i];
        program_add(p, b, REDUCE_NONE, 0, NULL, e_at(p, build->centred[i]))->next = true;
    }
    programs->program[PROGRAM_INIT] = p;
}

static void build_eval(Build *build, Programs *programs) {
    begin(build, PROGRAM_EVAL, MODE_EVAL);
    Logger logger = {.build = build, .programs = programs, .kind = PROGRAM_EVAL};
    cost_log(&logger, cost_build(build));
    programs->program[PROGRAM_EVAL] = build->program;
}

static void build_predict(Build *build, Programs *programs, const Layer *layer) {
    begin_until(build, PROGRAM_PREDICT, MODE_EVAL, layer);
    Program *p = build->program;
    Tensor *last = build->value[layer->index];
    Tensor *out = program_tensor(p, ROLE_OUTPUT, false, last->rank, last->dim, "output");
    program_add(p, out, REDUCE_NONE, 0, NULL, e_at(p, last));
    programs->program[PROGRAM_PREDICT] = p;
}

static void build_diagnose(Build *build, Programs *programs) {
    begin(build, PROGRAM_DIAGNOSE, MODE_EVAL);
    Logger logger = {.build = build, .programs = programs, .kind = PROGRAM_DIAGNOSE};
    log_largest_inputs(&logger);
    programs->program[PROGRAM_DIAGNOSE] = build->program;
}

/* A build with all parameters placed. */
static Build *place_stored(Arena *arena, Programs *programs) {
    const Model *model = programs->model;
    Build *build = new_build(arena, model);
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        build->weight_offset[i] = store_param(arena, programs, layer, layer->weight);
        build->bias_offset[i] = store_param(arena, programs, layer, layer->bias);
    }
    const Layer *input = model->layers.at[0];
    build->mean_offset = store_statistic(arena, programs, input, "mean", "input.mean", "input_mean");
    build->std_offset = store_statistic(arena, programs, input, "std", "input.std", "input_std");
    return build;
}

Programs *programs_build_inference(Arena *arena, const Model *model, const Layer *until) {
    Programs *programs = NEW(arena, Programs);
    Model *floats = NEW(arena, Model); /* who calls divides bytes by 255 */
    *floats = *model;
    floats->bytes_input = false;
    programs->model = floats;
    build_predict(place_stored(arena, programs), programs, until);
    program_verify(programs->program[PROGRAM_PREDICT]);
    return programs;
}

Programs *programs_build(Arena *arena, const Model *model) {
    Programs *programs = NEW(arena, Programs);
    programs->model = model;
    Build *build = place_stored(arena, programs);
    const Settings *settings = &model->settings;
    build_init(build, programs);
    build_gradient_program(build, programs, PROGRAM_TRAIN);
    if (settings->log_gradients || settings->log_weights) build_gradient_program(build, programs, PROGRAM_TRAIN_LOG);
    if (settings->log_gradients && settings_number(settings, "log_probe") > 0)
        build_gradient_program(build, programs, PROGRAM_PROBE);
    build_eval(build, programs);
    build_predict(build, programs, model->layers.at[model->layers.count - 1]);
    build_diagnose(build, programs);
    for (int k = 0; k < PROGRAM_COUNT; k++)
        if (programs->program[k]) program_verify(programs->program[k]);
    return programs;
}
