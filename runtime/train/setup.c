#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/orthogonal.h"
#include "runtime/base/float.h"
#include "runtime/train/checkpoint.h"
#include "runtime/train/param.h"
#include "runtime/train/require.h"

/* The folder of the .net file: where it was compiled or, when that is gone, as it was named then. */
static char *model_folder(const NetModel *model, NetError *error) {
    const char *slash = strrchr(model->path, '/');
    if (model->folder != NULL && access(model->folder, F_OK) == 0) {
        return net_text(error, "%s", model->folder);
    }
    int length = slash == NULL ? 1 : slash == model->path ? 1 : (int)(slash - model->path);
    return net_text(error, "%.*s", length, slash == NULL ? "." : model->path);
}

/* The test part never chooses anything. */
static bool check_validation(const NetTrainer *trainer, NetError *error) {
    int64_t patience = net_options_count(&trainer->options, NET_KNOWN_PATIENCE);
    const NetSchedule *schedule = &trainer->model->schedule;
    bool cuts = schedule->patience.parts > 0;
    char what[64];
    if ((patience == 0 && !cuts) || trainer->data.part[NET_PART_VALIDATION].count > 0) {
        return true;
    }
    if (patience > 0) {
        snprintf(what, sizeof what, "--patience %" PRId64, patience);
    } else {
        snprintf(what, sizeof what, "schedule %s", schedule->name);
    }
    return net_fail(error, NET_USAGE,
                    "%s needs a validation part; netc train %s --set 'split validation=0.1' has one (choosing by test "
                    "results is not offered) [needs-validation]",
                    what, trainer->model->path);
}

/* What makes the training part's pictures other ones, and how many examples an epoch then has. */
static bool make_augmenter(NetTrainer *trainer, NetError *error) {
    const NetAugment *augment = &trainer->model->augment;
    const NetData *data = &trainer->data;
    const int64_t *picture = data->picture;
    if (!net_augment_acts(augment) || trainer->options.evaluate) {
        return true;
    }
    if (picture[0] == 0) {
        return net_fail(error, NET_ENVIRONMENT,
                        "%s: augment changes pictures, and the input is a list of %" PRId64
                        " numbers; write 'input CxHxW' with the channels, rows and columns that they are "
                        "[needs-pictures]",
                        data->source, data->row_elements);
    }
    if (picture[1] * picture[2] <= 1) {
        return net_fail(error, NET_ENVIRONMENT,
                        "%s: augment changes pictures, and these are of one pixel each; leave augment out "
                        "[needs-pictures]",
                        data->source);
    }
    if (!net_augment_suits(augment, picture, error)) {
        return false;
    }
    int64_t examples = data->file[NET_FILE_TRAIN].count + data->file[NET_FILE_TEST].count;
    if (examples * net_augment_copies(augment) > UINT32_MAX) {
        return net_fail(error, NET_ENVIRONMENT, "augment expand=true: five times %" PRId64 " examples are too many",
                        examples);
    }
    trainer->augmenter = net_augmenter_new(augment, picture, error);
    return trainer->augmenter != NULL;
}

static bool open_data(NetTrainer *trainer, NetError *error) {
    const NetModel *model = trainer->model;
    if (model->input_dims > NET_DATA_RANK) {
        return net_fail(error, NET_ENVIRONMENT, "the network's input has too many dimensions");
    }
    char *folder = model_folder(model, error);
    if (folder == NULL) {
        return false;
    }
    bool own = strcmp(trainer->options.data, trainer->defaults.data) == 0; /* not those of --data */
    NetDataRequest request = {
        .kind = trainer->options.data,
        .options = own ? model->data : NULL,
        .model_folder = folder,
        .data_dir = trainer->options.data_dir,
        .rank = model->input_dims,
        .classes = model->classes,
        .outputs = model->outputs,
        .targets = model->targets,
        .answers = model->answers,
        .train = model->compiled.split.train,
        .validation = model->compiled.split.validation,
        .test = model->compiled.split.test,
        .order = model->compiled.split.order,
        .seed = (uint64_t)model->compiled.split.seed,
        .split_kind = trainer->defaults.data,
    };
    memcpy(request.shape, model->input_shape, sizeof request.shape);
    bool ok = net_data_open(&request, &trainer->data, error);
    free(folder);
    if (ok && !make_augmenter(trainer, error)) {
        net_data_close(&trainer->data);
        ok = false;
    }
    if (!ok) {
        return false;
    }
    trainer->n = net_pass_rows(&trainer->data, &(NetPass){.part = NET_PART_TRAIN, .augmenter = trainer->augmenter});
    return check_validation(trainer, error);
}

static NetRowType row_type(const NetModel *model) { return model->input_bytes ? NET_ROWS_U8 : NET_ROWS_F32; }

/* The probe is always of the same examples: they stay in a loader of their own, so that it can come within an epoch. */
static bool load_probe(NetTrainer *trainer, NetError *error) {
    NetPass pass = {.part = NET_PART_TRAIN, .limit = trainer->model->compiled.log_probe};
    trainer->probe_loader = net_loader_new(&trainer->data, row_type(trainer->model), error);
    if (trainer->probe_loader == NULL || !net_loader_start(trainer->probe_loader, &pass, error)) {
        return false;
    }
    trainer->probe = net_loader_next(trainer->probe_loader);
    return true;
}

/* The setting that a formula reads which is nearest to 0; NULL: it reads none. */
static const NetSetting *smallest_read(const NetTrainer *trainer, const NetFormula *formula) {
    const NetModel *model = trainer->model;
    const double *value = trainer->options.value;
    int found = -1;
    for (int i = 0; i < model->settings; i++) {
        bool reads = net_formula_reads(formula, NET_COUNTS + i);
        found = reads && (found < 0 || fabs(value[i]) < fabs(value[found])) ? i : found;
    }
    return found < 0 ? NULL : &model->setting[found];
}

/* Kernels are given the formulas' values as floats, and one that a float holds as 0 does nothing: rate/m is smallest
 * for the largest batch. */
static bool check_scalars(const NetTrainer *trainer, NetError *error) {
    const double least = 0x1p-149; /* of the floats above 0 */
    const NetModel *model = trainer->model;
    NetStep step = net_trainer_step(trainer, trainer->batch);
    for (int i = 0; i < model->scalars && !trainer->options.evaluate; i++) {
        double value = net_scalars_value(model, &model->scalar[i], &step);
        const NetSetting *setting = smallest_read(trainer, &model->scalar[i]);
        if (!net_rounds_to_zero(value) || setting == NULL) {
            continue;
        }
        double now = trainer->options.value[setting - model->setting];
        return net_fail(error, NET_USAGE,
                        "%s %g: a step is given %s, and for a batch of m = %" PRId64 " of n = %" PRId64
                        " examples a 32-bit float holds that as 0; the smallest %s is %.2g",
                        setting->name, now, model->scalar[i].text, step.m, step.n, setting->name,
                        now * (least / value));
    }
    return true;
}

static bool check_batch(const NetTrainer *trainer, NetError *error) {
    const NetModel *model = trainer->model;
    if (trainer->batch >= model->least_batch || trainer->options.evaluate) {
        return true;
    }
    return net_fail(error, NET_USAGE,
                    "a batch of %" PRId64 " example%s gives '%s' too few values to normalise; it needs --batch %" PRId64
                    " or more, and as many examples to train on [batch-of-one]",
                    trainer->batch, net_plural((uint64_t)trainer->batch), model->least_layer, model->least_batch);
}

/* Floats of `batch` that some program needs, over a batch of its own size: what its later phases read of its images. */
static bool count_values(const NetTrainer *trainer, int64_t probe, size_t *values) {
    const NetModel *model = trainer->model;
    const struct {
        const NetProgram *program;
        int64_t images;
    } runs[] = {{&model->init, 1},
                {&model->train, trainer->batch},
                {&model->train_log, trainer->batch},
                {&model->probe, probe},
                {&model->jacobian, model->outputs},
                {&model->eval, NET_EVAL_BATCH},
                {&model->diagnose, trainer->batch},
                {&model->predict, NET_EVAL_BATCH}};
    *values = 0;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        size_t need = 0;
        if (!net_multiply((size_t)net_chunks(runs[i].images), (size_t)runs[i].program->batch_chunk, &need)) {
            return false;
        }
        *values = need > *values ? need : *values;
    }
    return true;
}

/* What R2 compares squared errors with: the variance of each number, in each part. */
static bool make_spread(NetTrainer *trainer, NetError *error) {
    const NetData *data = &trainer->data;
    bool needed = net_program_entry(&trainer->model->eval, NET_LOG_SQUARED_ERRORS, -1) != NULL;
    for (int part = 0; part < NET_PARTS && needed; part++) {
        if (data->part[part].count == 0) {
            continue;
        }
        trainer->spread[part] = net_alloc((size_t)data->targets, sizeof(double), error);
        if (trainer->spread[part] == NULL) {
            return false;
        }
        net_data_target_statistics(data, (NetPartName)part, NULL, trainer->spread[part]);
    }
    return true;
}

static NetLogs *make_logs(const NetTrainer *trainer, NetError *error) {
    const NetModel *model = trainer->model;
    int64_t every[NET_SUBJECTS] = {0};
    for (int i = 0; i < NET_SUBJECTS; i++) {
        const NetCompiledLog *log = &model->compiled.log[i];
        every[i] = log->on ? (int64_t)trainer->options.value[log->every] : 0;
    }
    return net_logs_new(model, every, error);
}

static bool make_spectrum(NetTrainer *trainer, NetError *error) {
    trainer->spectrum = net_spectrum_new(trainer->model, net_trainer_jacobians(trainer), error);
    return trainer->spectrum != NULL;
}

static void each_worker(void *context, void (*work)(void *argument, int number), void *argument) {
    net_workers_each(context, work, argument);
}

/* The threads that train make the rows that are drawn. */
static void share_rows(NetTrainer *trainer) {
    int count = net_workers_count(trainer->workers);
    const NetCrew crew = {
        .each = each_worker, .context = trainer->workers, .count = count, .spare = net_workers_processors() > count};
    net_loader_share(trainer->loader, &crew);
}

/* Buffers for the largest batch of any program, and the threads. */
static bool make_buffers(NetTrainer *trainer, NetError *error) {
    const NetModel *model = trainer->model;
    const NetOptions *options = &trainer->options;
    int64_t batch = net_options_count(options, NET_KNOWN_BATCH);
    trainer->batch = batch > 0 && batch < trainer->n ? batch : trainer->n;
    trainer->steps = (trainer->n + trainer->batch - 1) / trainer->batch;
    if (!check_batch(trainer, error) || !check_scalars(trainer, error)) {
        return false;
    }
    int64_t examples = trainer->data.part[NET_PART_TRAIN].count;
    int64_t probe = model->compiled.log_probe < examples ? model->compiled.log_probe : examples;
    int64_t largest = trainer->batch > NET_EVAL_BATCH ? trainer->batch : NET_EVAL_BATCH;
    largest = probe > largest ? probe : largest;
    largest = model->jacobian.present && model->outputs > largest ? model->outputs : largest;
    size_t chunks = (size_t)net_chunks(largest);
    size_t values = 0;
    size_t sums = 0;
    if (!count_values(trainer, probe, &values) || !net_multiply(chunks, (size_t)model->log_chunk, &sums) ||
        !net_add(sums, (size_t)model->log_once, &sums)) {
        return net_fail(error, NET_ENVIRONMENT, "a batch of %" PRId64 " examples does not fit into memory", largest);
    }
    bool best = trainer->data.part[NET_PART_VALIDATION].count > 0;
    trainer->param = net_alloc((size_t)model->param_size, sizeof(float), error);
    trainer->state = net_alloc((size_t)model->state_size, sizeof(float), error);
    trainer->grad = net_alloc((size_t)model->grad_size, sizeof(float), error);
    trainer->values = net_alloc(values, sizeof(float), error);
    trainer->log = net_alloc(sums, sizeof(double), error);
    trainer->best_param = best ? net_alloc((size_t)model->param_size, sizeof(float), error) : NULL;
    trainer->best_state = best ? net_alloc((size_t)model->kept_size, sizeof(float), error) : NULL;
    if (trainer->param == NULL || trainer->state == NULL || trainer->grad == NULL || trainer->values == NULL ||
        trainer->log == NULL || (best && (trainer->best_param == NULL || trainer->best_state == NULL))) {
        return false;
    }
    trainer->loader = net_loader_new(&trainer->data, row_type(model), error);
    trainer->logs = make_logs(trainer, error);
    trainer->workers = net_workers_new((int)options->threads, model, error);
    if (trainer->loader == NULL || trainer->logs == NULL || trainer->workers == NULL) {
        return false;
    }
    share_rows(trainer);
    return (model->compiled.log_probe == 0 || load_probe(trainer, error)) && make_spread(trainer, error) &&
           (!model->compiled.log[NET_SUBJECT_SPECTRUM].on || options->evaluate || make_spectrum(trainer, error));
}

/* Runs the program `init`, which needs one example: the first of the training part. */
static bool run_init(NetTrainer *trainer, NetError *error) {
    NetPass pass = {.part = NET_PART_TRAIN, .batch = 1, .limit = 1};
    if (!net_loader_start(trainer->loader, &pass, error)) {
        return false;
    }
    const NetBatch *first = net_loader_next(trainer->loader);
    if (first != NULL) {
        net_trainer_run(trainer, &trainer->model->init, first);
    }
    net_loader_stop(trainer->loader);
    return first != NULL || net_fail(error, NET_ENVIRONMENT, "there is no first training example");
}

/* The first values of the tensor of that place in the descriptor's list. */
static bool fill(const NetTrainer *trainer, int tensor, float *out, NetError *error) {
    const NetParam *param = &trainer->model->tensor[tensor];
    uint64_t seed = (uint64_t)net_options_count(&trainer->options, NET_KNOWN_SEED);
    if (param->init.kind == NET_INIT_ORTHOGONAL) {
        return net_orthogonal_fill(param->init.a, seed, (uint32_t)tensor, param->shape[0],
                                   param->size / param->shape[0], out, error);
    }
    if (param->init.kind == NET_INIT_DATA) {
        return net_data_statistic(&trainer->data, param->init.statistic, param->name, param->size, out, error);
    }
    net_init_fill(&param->init, seed, (uint32_t)tensor, 0, param->size, out);
    return true;
}

static bool fill_tensors(NetTrainer *trainer, NetError *error) {
    const NetModel *model = trainer->model;
    bool ok = true;
    for (int i = 0; i < model->tensors && ok; i++) {
        const NetParam *param = &model->tensor[i];
        float *buffer = net_trainer_buffer(trainer, param);
        float *values = net_param_edit(param, buffer, error);
        ok = values != NULL && fill(trainer, i, values, error);
        net_param_settle(param, values, buffer);
    }
    return ok;
}

bool net_trainer_copy_tensors(NetTrainer *trainer, NetError *error) {
    const NetModel *model = trainer->model;
    bool ok = true;
    for (int i = 0; i < model->tensors && ok; i++) {
        const NetParam *to = &model->tensor[i];
        if (to->init.kind == NET_INIT_COPY) {
            const NetParam *of = &model->tensor[to->init.of]; /* which may lie otherwise */
            const float *values = net_param_open(of, net_trainer_buffer(trainer, of), error);
            ok = values != NULL;
            if (ok) {
                net_param_put(to, values, net_trainer_buffer(trainer, to));
            }
            net_param_close(of, values);
        }
    }
    return ok;
}

/* A new run begins before epoch 1, with the untrained network still to be evaluated: as an epoch 0 whose steps are
 * done. */
static bool begin(NetTrainer *trainer, NetError *error) {
    trainer->place = (NetPlace){.position = trainer->steps};
    trainer->clock = net_clock();
    if (!fill_tensors(trainer, error) || (trainer->model->init.present && !run_init(trainer, error)) ||
        (trainer->options.weights != NULL && !net_trainer_load_weights(trainer, error)) ||
        !net_trainer_copy_tensors(trainer, error)) {
        return false;
    }
    if (trainer->options.evaluate) {
        return true;
    }
    net_signals_install(true);
    return (trainer->run.folder != NULL ||
            net_run_create(trainer->options.run_dir, trainer->options.name, &trainer->run, error)) &&
           net_trainer_open_logs(trainer, NULL, error) && net_trainer_write_config(trainer, &trainer->run, error) &&
           net_checkpoint_save(trainer, error);
}

/* Whether a run is of as many networks as the trainer makes: of one, or an ensemble. */
static bool check_members(const NetOptions *options, const char *folder, NetError *error) {
    const NetModel *model = options->model;
    int64_t members = net_run_members(folder);
    if ((members > 1) == (model->compiled.members > 1) || members == 0) {
        return true;
    }
    char *whole = members > 1 ? NULL : net_run_ensemble(folder, error);
    if (whole != NULL) {
        net_fail(error, NET_USAGE, "%s is one network of an ensemble; --resume %s goes on with that [other-network]",
                 folder, whole);
    } else {
        net_fail(error, NET_USAGE,
                 "%s is a run of %s, and this trainer makes %s; netc train %s --set 'ensemble %" PRId64
                 "' --resume %s goes on with it [other-network]",
                 folder, members > 1 ? "an ensemble" : "one network", members > 1 ? "one network" : "ensembles",
                 model->path, members, folder);
    }
    free(whole);
    return false;
}

bool net_trainer_find_run(const NetOptions *options, NetProgress *progress, char **folder, NetError *error) {
    char text[NET_ERROR_TEXT];
    error->status = NET_OK;
    *folder = options->resume != NULL ? net_run_find(options->run_dir, options->resume, error)
                                      : net_run_latest(options->run_dir, options->name, error);
    if (*folder == NULL && error->status != NET_OK) {
        return false;
    }
    if (*folder == NULL && options->resume != NULL) {
        return net_fail(error, NET_ENVIRONMENT,
                        "--resume %s: there is no folder of that path, and in %s no run of that name; 'netc runs' "
                        "lists them [no-run]",
                        options->resume, options->run_dir);
    }
    if (*folder == NULL) {
        snprintf(text, sizeof text, "there is no run of '%s' in %s to resume; starting anew [starting-anew]",
                 options->name, options->run_dir);
        net_progress_note(progress, options->program, text);
        return true;
    }
    bool ok = net_run_takes(*folder, error) && check_members(options, *folder, error);
    if (!ok) {
        free(*folder);
        *folder = NULL;
    }
    return ok;
}

/* Opens the folder of an ensemble's member, made where it is missing, and its checkpoint, if there is one. */
static bool open_member(NetTrainer *trainer, NetSafetensors *file, bool *found, NetError *error) {
    const NetOptions *options = &trainer->options;
    char *folder = net_run_member(options->ensemble, options->member, error);
    bool ok = folder != NULL && net_folder_make(folder, error) && net_run_open(folder, &trainer->run, error) &&
              net_checkpoint_open(trainer, file, found, error);
    free(folder);
    return ok;
}

/* Finds the run that --resume means and its checkpoint. Without a checkpoint the run starts anew, without a run (and
 * none named) a new one does; a word says so. */
static bool find_resumed(NetTrainer *trainer, NetSafetensors *file, bool *found, NetError *error) {
    const NetOptions *options = &trainer->options;
    char text[NET_ERROR_TEXT], *folder;
    if (!net_trainer_find_run(options, trainer->progress, &folder, error)) {
        return false;
    }
    if (folder == NULL) {
        return true;
    }
    bool ok = net_run_open(folder, &trainer->run, error) && net_checkpoint_open(trainer, file, found, error);
    free(folder);
    if (ok && !*found) {
        snprintf(text, sizeof text, "%s has no checkpoint to resume from; starting anew in it [starting-anew]",
                 trainer->run.folder);
        net_progress_note(trainer->progress, options->program, text);
    }
    return ok;
}

static bool resume(NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    char step[2][NET_COUNT_TEXT];
    net_signals_install(true);
    if (!net_checkpoint_restore(trainer, file, error) || !net_trainer_write_config(trainer, &trainer->run, error)) {
        return false;
    }
    trainer->resumed = true;
    const NetPlace *place = &trainer->place;
    int64_t epochs = net_options_count(&trainer->options, NET_KNOWN_EPOCHS);
    char past[96] = "";
    bool between = place->position == 0; /* two epochs */
    if (place->epoch > epochs + between) {
        snprintf(past, sizeof past, ": it is past %" PRId64 " epoch%s already and ends there", epochs,
                 net_plural((uint64_t)epochs));
    }
    if (place->epoch > epochs && between) {
        net_progress_line(trainer->progress, "resume", "%s after its last epoch, %" PRId64 "%s", trainer->run.folder,
                          place->epoch - 1, past);
    } else {
        net_progress_line(trainer->progress, "resume", "%s in epoch %" PRId64 ", after step %s of %s%s",
                          trainer->run.folder, place->epoch, net_count(step[0], (uint64_t)place->position),
                          net_count(step[1], (uint64_t)trainer->steps), past);
    }
    return true;
}

bool net_trainer_new(NetTrainer *trainer, const NetModel *model, const NetOptions *options, NetError *error) {
    *trainer = (NetTrainer){.model = model, .options = *options, .run = {NULL, -1}};
    net_options_default(options->command, model, &trainer->defaults);
    trainer->started = options->started > 0 ? options->started : net_clock();
    trainer->checkpoint_interval = net_checkpoint_interval();
    trainer->progress = net_progress_new(model, options->quiet, options->json, net_options_color(options), error);
    if (trainer->progress == NULL) {
        return false;
    }
    NetSafetensors file;
    bool found = false;
    bool member = options->ensemble != NULL;
    if (member ? !open_member(trainer, &file, &found, error)
               : options->given[NET_OPTION_RESUME] && !find_resumed(trainer, &file, &found, error)) {
        return false;
    }
    bool ok = (!found || net_checkpoint_settings(trainer, &file, error)) && open_data(trainer, error) &&
              net_require_parts(&trainer->data, &options->require, error) && make_buffers(trainer, error);
    bool several = net_options_several(options);
    bool first = member ? options->member == 1 : net_options_count(options, NET_KNOWN_SEED) == options->seed_first;
    if (several && !first) {
        net_progress_hush(trainer->progress);
    } else if (ok) {
        net_trainer_describe(trainer);
        net_trainer_advise_data(trainer);
    }
    if (ok) {
        if (several) {
            net_progress_hush(trainer->progress);
        }
        ok = found ? resume(trainer, &file, error) : begin(trainer, error);
    }
    if (found) {
        net_safetensors_free(&file);
    }
    trainer->clock = trainer->begun = trainer->saved = net_clock();
    trainer->begun_step = trainer->place.step;
    return ok;
}

void net_trainer_free(NetTrainer *trainer) {
    if (trainer->progress != NULL) {
        net_progress_clear(trainer->progress);
    }
    net_csv_close(&trainer->csv, NULL);
    net_workers_free(trainer->workers);
    net_loader_free(trainer->loader);
    net_loader_free(trainer->probe_loader);
    net_augmenter_free(trainer->augmenter);
    net_logs_free(trainer->logs);
    net_spectrum_free(trainer->spectrum);
    net_progress_free(trainer->progress);
    net_run_close(&trainer->run);
    if (trainer->n > 0) {
        net_data_close(&trainer->data);
    }
    float *buffers[] = {trainer->param,  trainer->state,      trainer->grad,
                        trainer->values, trainer->best_param, trainer->best_state};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) {
        free(buffers[i]);
    }
    for (int part = 0; part < NET_PARTS; part++) {
        free(trainer->spread[part]);
    }
    free(trainer->log);
    free(trainer->mean_image);
    json_decref(trainer->result);
    free(trainer->kept_data);
    free(trainer->kept_folder);
}
