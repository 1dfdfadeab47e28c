#include "compiler/driver/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/driver/cache.h"
#include "compiler/driver/emits.h"
#include "compiler/driver/native.h"
#include "compiler/driver/race.h"
#include "compiler/driver/report.h"
#include "compiler/loop/schedule.h"

/* A sum matters from this share of its program's cycles on. Another schedule than the scheduler's own is taken when
 * it is quicker by MARGIN, of nests that take so long that the clock can tell. */
static const double MATTERS = 0.01, MARGIN = 0.03, CLOCK_TELLS = 1e-6;
enum { LINE_MAX_BYTES = 4096 }; /* of a file of the cache */

/* Nests of one shape get one schedule. */
typedef struct {
    const Surveyed *first; /* of these nests */
    const char *path;      /* where its choice is kept; NULL: nowhere */
    int chosen;            /* of first->rival; -1: it is to be measured */
    double time[RIVALS];   /* seconds of all its steps; 0: not measured */
} Sum;

/* A step is for a sum, or for what it leaves in the caches. */
typedef struct {
    VEC(Step) list;
    VEC(int) sum; /* of each; -1: none */
} Steps;

typedef struct {
    Compilation *compilation;
    Arena *arena;
    Course course; /* with the scheduler's own choices */
    Survey survey;
    VEC(Sum) sums;
    size_t unknown; /* sums that are to be measured .. */
    int rivals;     /* .. and the most schedules that one of them has */
    double began;
    bool told; /* that it takes a while */
} Tuning;

/* ---- options ---- */
bool tune_check(const Compilation *compilation, int *status) {
    const Options *options = compilation->options;
    const char *command = compilation->command;
    bool native = options->cpu == NULL ? !options->infer : string_is(options->cpu, "native");
    if (!options->tune) {
        return true;
    }
    if (options->schedule != NULL) {
        *status = report_usage(command, "--schedule says what --tune would find out; keep one");
    } else if (options->target != NULL) {
        *status = report_usage(command, "--tune measures on this machine, and --target %s is another; leave one out",
                               options->target);
    } else if (compilation->backend->write == NULL) {
        *status = report_usage(command, "--tune measures compiled code, and --backend %s makes none; leave one out",
                               compilation->backend->name);
    } else if (!native && options->cpu != NULL) {
        *status =
            report_usage(command, "--tune measures on this processor; write --cpu native, not --cpu %s", options->cpu);
    } else if (!native) {
        *status = report_usage(command, "--tune measures on this processor, for which code is made with --cpu native; "
                                        "add that");
    } else {
        return true;
    }
    return false;
}

/* ---- sums ---- */
static Sum *sum_of(const Tuning *t, const Surveyed *row) {
    for (size_t i = 0; row->searched && i < t->sums.count; i++)
        if (t->sums.at[i].first->shape == row->shape) return &t->sums.at[i];
    return NULL;
}

/* Those that matter in some program, by the first in which they do. */
static void list_sums(Tuning *t) {
    Program *const *programs = t->compilation->programs->program;
    for (size_t i = 0; i < t->survey.count; i++) {
        const Surveyed *row = &t->survey.at[i];
        const Program *of = row->layout->program;
        if (row->rivals < 2 || sum_of(t, row) != NULL) continue;
        if (of == programs[PROGRAM_INIT] || of == programs[PROGRAM_DIAGNOSE]) continue; /* once in a training */
        double cycles = 0, all = 0;
        for (size_t k = 0; k < t->survey.count; k++) {
            const Surveyed *other = &t->survey.at[k];
            if (other->layout != row->layout || !other->searched) continue;
            all += other->cycles;
            cycles += other->shape == row->shape ? other->cycles : 0;
        }
        const Sum sum = {.first = row, .chosen = -1};
        if (cycles >= MATTERS * all) vec_push(t->arena, &t->sums, sum);
    }
}

/* ---- what is known from before ---- */
/* The search, as far as the rivals' text does not say it, is hashed in `shape`. */
static const char *path_of(const Tuning *t, const Tools *tools, const Sum *sum) {
    const Compilation *c = t->compilation;
    CacheKey *key = cache_key_new(t->arena);
    const int64_t numbers[] = {(int64_t)sum->first->shape, t->course.images, emit_level(c->options)};
    cache_key_text(key, NETC_VERSION);
    cache_key_text(key, c->target[0].cpu);
    cache_key_text(key, processor_text(t->arena, &c->target[0].processor));
    native_identify(key);
    cache_key_text(key, c->backend->name);
    if (c->backend->module == NULL) cache_key_file(key, tools->cc);
    cache_key_bytes(key, (const char *)numbers, sizeof numbers);
    for (int r = 0; r < sum->first->rivals; r++) cache_key_text(key, sum->first->rival[r]);
    return cache_path(t->arena, CACHE_SCHEDULES, key);
}

static void recall(Sum *sum) {
    NetError error;
    size_t size = 0;
    char *line = sum->path != NULL ? net_file_read(sum->path, LINE_MAX_BYTES, &size, &error) : NULL;
    for (int r = 0; line != NULL && r < sum->first->rivals; r++) {
        const size_t length = strlen(sum->first->rival[r]);
        if (size == length + 1 && line[length] == '\n' && memcmp(line, sum->first->rival[r], length) == 0)
            sum->chosen = r;
    }
    free(line);
}

/* False, told once, where the next run measures again. */
static bool keep(const Tuning *t, const Sum *sum, bool told) {
    NetError error;
    const char *line = arena_format(t->arena, "%s\n", sum->first->rival[sum->chosen]);
    if (sum->path != NULL && net_file_save(sum->path, line, strlen(line), &error)) return true;
    if (!told)
        report_note("--tune: what was measured is not kept, and is measured again the next time: %s",
                    sum->path != NULL ? error.text
                                      : "there is no cache folder to write to; a variable XDG_CACHE_HOME names one");
    return false;
}

/* ---- measuring ---- */
static bool draws(const Block *block) {
    bool random = false;
    for (size_t i = 0; i < block->count; i++)
        random = random || block->at[i]->kind == STMT_RANDOM || draws(&block->at[i]->body);
    return random;
}

/* Whether a kernel has work for it: sums over the images of a whole batch, or what is to be measured chunk by chunk. */
static bool is_run(const Tuning *t, int kernel) {
    for (size_t i = 0; i < t->survey.count; i++) {
        const Surveyed *row = &t->survey.at[i];
        if (row->kernel != kernel || !row->searched) continue;
        for (size_t s = 0; s < t->sums.count; s++)
            if (t->sums.at[s].chosen < 0 && t->sums.at[s].first->layout == row->layout) return true;
    }
    return false;
}

/* Of kernels by chunk or image all nests but those that draw random numbers, which take the runtime; of others those
 * that are searched for: steps would change what is computed with. `rows` are those of `code`, in the survey's order.
 */
static void list_nests(const Tuning *t, const Code *code, const Survey *rows, int kernel, const Block *block,
                       Steps *steps) {
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        size_t row = 0;
        if (stmt->kind != STMT_NEST) {
            list_nests(t, code, rows, kernel, &stmt->body, steps);
            continue;
        }
        while (row < rows->count && (rows->at[row].kernel != kernel || rows->at[row].nest != stmt->nest)) row++;
        if (row == rows->count) continue; /* slots are added up there */
        const Surveyed *surveyed = &t->survey.at[row];
        if (code->kernels.at[kernel]->tasks == TASKS_PART && !surveyed->searched) continue;
        if (draws(&code->nests.at[stmt->nest]->body)) continue;
        const Sum *sum = sum_of(t, surveyed);
        const Step step = {kernel, stmt->nest};
        vec_push(t->arena, &steps->list, step);
        vec_push(t->arena, &steps->sum, sum != NULL && sum->chosen < 0 ? (int)(sum - t->sums.at) : -1);
    }
}

static Steps list_steps(const Tuning *t, const Code *code, const Survey *rows) {
    Steps steps = {.list = {0}};
    for (size_t k = 0; k < code->kernels.count; k++)
        if (is_run(t, (int)k)) list_nests(t, code, rows, (int)k, &code->kernels.at[k]->body, &steps);
    return steps;
}

/* Lines of the nests of sums for which another schedule than the scheduler's own was chosen; where none was yet, of
 * those that have that rival. */
static GivenSchedules *lines_of(const Tuning *t, Arena *arena, int rival) {
    GivenSchedules *given = NEW(arena, GivenSchedules);
    given->arena = arena;
    for (size_t i = 0; i < t->survey.count; i++) {
        const Surveyed *row = &t->survey.at[i];
        const Sum *sum = sum_of(t, row);
        const int which = sum == NULL ? 0 : sum->chosen >= 0 ? sum->chosen : rival;
        if (which == 0 || which >= row->rivals) continue;
        const GivenSchedule line = {.name = arena_copy(arena, row->name, strlen(row->name)),
                                    .items = arena_copy(arena, row->rival[which], strlen(row->rival[which]))};
        vec_push(arena, given, line);
    }
    return given;
}

static double seconds_so_far(const Tuning *t) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec - t->began;
}

/* "3 sums of products" */
static const char *count_sums(const Tuning *t, size_t count) {
    return arena_format(t->arena, "%zu sum%s of products", count, count == 1 ? "" : "s");
}

static void tell(Tuning *t) {
    if (t->told || seconds_so_far(t) < 1) return;
    report_note("--tune: measuring %s, each with up to %d schedules", count_sums(t, t->unknown), t->rivals);
    t->told = true;
}

/* Each rival of every sum at once: nests do not mind what others are made of. */
static bool enter_all(Tuning *t, const Tools *tools, Race *race, const Steps *steps) {
    const Compilation *c = t->compilation;
    const Generation from = {.target = &c->target[0], .backend = c->backend, .level = emit_level(c->options)};
    bool good = race_enter(race, tools, &from, &t->course, steps->list.at);
    for (int rival = 1; good && rival < t->rivals; rival++) {
        Arena *arena = arena_new();
        Survey rows = {.arena = arena};
        Course course;
        GivenSchedules *given = lines_of(t, arena, rival);
        tell(t);
        c->goal->course(c, arena, given, &rows, &course);
        if (given->fault != NULL) BUG("--tune: %s", given->fault);
        const Steps own = list_steps(t, course.code, &rows);
        ASSERT(rows.count == t->survey.count && own.list.count == steps->list.count);
        good = race_enter(race, tools, &from, &course, own.list.at);
        arena_free(arena);
    }
    tell(t);
    return good;
}

static double time_of(const Race *race, const Steps *steps, int sum, int rival, int half) {
    double seconds = 0;
    for (size_t i = 0; i < steps->list.count; i++)
        if (steps->sum.at[i] == sum) seconds += race_time(race, rival, i, half);
    return seconds;
}

static void judge(Tuning *t, const Race *race, const Steps *steps, int number) {
    Sum *sum = &t->sums.at[number];
    double own[2], best = INFINITY;
    sum->chosen = 0;
    for (int rival = 0; rival < sum->first->rivals; rival++) {
        const double half[2] = {time_of(race, steps, number, rival, 0), time_of(race, steps, number, rival, 1)};
        const double both = half[0] < half[1] ? half[0] : half[1];
        sum->time[rival] = both;
        if (rival == 0) memcpy(own, half, sizeof own);
        if (rival == 0 || both < CLOCK_TELLS || both >= best) continue;
        if (half[0] > (1 - MARGIN) * own[0] || half[1] > (1 - MARGIN) * own[1]) continue;
        best = both;
        sum->chosen = rival;
    }
}

static bool measure(Tuning *t, const Tools *tools) {
    const Steps steps = list_steps(t, t->course.code, &t->survey);
    Race *race = race_new(t->arena, steps.list.count, t->rivals);
    const bool good = enter_all(t, tools, race, &steps) && race_run(race);
    double own = 0, tuned = 0;
    size_t others = 0;
    bool kept = true;
    for (size_t s = 0; good && s < t->sums.count; s++) {
        Sum *sum = &t->sums.at[s];
        if (sum->chosen >= 0) continue;
        judge(t, race, &steps, (int)s);
        kept = keep(t, sum, !kept) && kept;
        own += sum->time[0];
        tuned += sum->time[sum->chosen];
        others += sum->chosen > 0;
    }
    if (good && others == 0)
        report_note("--tune: measured %s in %.1f s; none takes another schedule", count_sums(t, t->unknown),
                    seconds_so_far(t));
    else if (good)
        report_note("--tune: measured %s in %.1f s; %zu take%s another schedule, which saves %.1f %% of their time all "
                    "together",
                    count_sums(t, t->unknown), seconds_so_far(t), others, others == 1 ? "s" : "",
                    100 * (1 - tuned / own));
    race_end(race);
    return good;
}

/* ---- all of it ---- */
static void describe(const Tuning *t) {
    Text text = {0};
    for (size_t s = 0; s < t->sums.count; s++) {
        const Sum *sum = &t->sums.at[s];
        text_printf(&text, "%s:\n", sum->first->name);
        for (int r = 0; r < sum->first->rivals; r++) {
            text_printf(&text, "  %c %s", r == sum->chosen ? '>' : ' ', sum->first->rival[r]);
            if (sum->time[r] > 0) text_printf(&text, "; %.2f us", 1e6 * sum->time[r]);
            text_puts(&text, "\n");
        }
    }
    if (text.length > 0) t->compilation->tuned = arena_copy(t->compilation->arena, text.data, text.length);
    text_free(&text);
}

static bool tune(Tuning *t, const Tools *tools) {
    Compilation *c = t->compilation;
    c->goal->course(c, t->arena, NULL, &t->survey, &t->course);
    list_sums(t);
    for (size_t s = 0; s < t->sums.count; s++) {
        Sum *sum = &t->sums.at[s];
        sum->path = path_of(t, tools, sum);
        recall(sum);
        if (sum->chosen >= 0) continue;
        t->unknown++;
        if (sum->first->rivals > t->rivals) t->rivals = sum->first->rivals;
    }
    if (t->unknown > 0 && !measure(t, tools)) return false;
    if (t->unknown == 0 && t->sums.count > 0 && c->options->verbose)
        report_note("--tune: %s %s measured before", count_sums(t, t->sums.count), t->sums.count == 1 ? "was" : "were");
    c->given = lines_of(t, c->arena, 0);
    describe(t);
    return true;
}

bool tune_run(Compilation *compilation) {
    Tools tools;
    if (!compilation->options->tune || compilation->options->help) return true;
    compilation->failure = STATUS_ENVIRONMENT;
    if (!tools_open(compilation->arena, compilation->options->cc, compilation->options->verbose, &tools)) return false;
    Arena *arena = arena_new();
    Tuning t = {.compilation = compilation, .arena = arena, .survey = {.arena = arena, .choices = true}};
    t.began = seconds_so_far(&t);
    const bool good = tune(&t, &tools);
    tools_close(&tools);
    arena_free(arena);
    if (tools_interrupted() != 0) compilation->failure = 128 + tools_interrupted();
    if (good) compilation->failure = STATUS_OK;
    return good;
}

void tune_dump(const Compilation *compilation, FILE *out) {
    if (compilation->tuned != NULL) fputs(compilation->tuned, out);
}
