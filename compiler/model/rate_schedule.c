/* A step's rate by its place in the training: t epochs, its number s (steps done before it) over the S steps of an
 * epoch; E epochs in all, r the setting `rate`.
 *
 *     step          r factor^floor(t / every)
 *     exponential   r factor^t
 *     cosine        up to t = warmup  r t / warmup, then  r (floor + (1 - floor) (1 + cos(pi x)) / 2),
 *                   x = (t - warmup) / (E - warmup)
 *     one_cycle     from floor r in a line up to r at t = warmup, then in a line down to floor r at E
 *     plateau       r factor^c after c cuts, but floor r at the least
 *
 * A cut belongs to the step at its place, although 0.3/0.1 is a little less than 3 in double: hence 1e-9. The formula
 * of the cosine is (1 + cos(pi x)) / 2 = sin(pi (1 - x) / 2)^2, which keeps its digits where it comes near 0. */
#include "compiler/model/rate_schedule.h"

#include <math.h>

#define EVERY "schedule_every"
#define FACTOR "schedule_factor"
#define WARMUP "schedule_warmup"
#define FLOOR "schedule_floor"
#define PATIENCE "schedule_patience"
#define HALF_PI "1.5707963267948966"

/* Rows of options that several forms have. */
#define FACTOR_ROW(needed, value, most)                                     \
    {.name = "factor",                                                      \
     .type = OPTION_REAL,                                                   \
     .required = (needed),                                                  \
     .low = 0,                                                              \
     .high = (most),                                                        \
     .low_open = true,                                                      \
     .high_open = true,                                                     \
     .standard = (value),                                                   \
     .doc = "what the rate is multiplied by, at each cut or in each epoch", \
     .example = "factor=0.5",                                               \
     .trainer = {.name = FACTOR, .flag = "schedule-factor", .argument = "F"}}
#define WARMUP_ROW                                                      \
    {.name = "warmup",                                                  \
     .type = OPTION_REAL,                                               \
     .low = 0,                                                          \
     .high = 1e9,                                                       \
     .standard = "0",                                                   \
     .doc = "epochs in which the rate rises to rate=, before it falls", \
     .example = "warmup=1",                                             \
     .trainer = {.name = WARMUP, .flag = "schedule-warmup", .argument = "EPOCHS"}}
#define FLOOR_ROW                                   \
    {.name = "floor",                               \
     .type = OPTION_REAL,                           \
     .low = 0,                                      \
     .high = 1,                                     \
     .standard = "0",                               \
     .doc = "the lowest rate, as a share of rate=", \
     .example = "floor=0.01",                       \
     .trainer = {.name = FLOOR, .flag = "schedule-floor", .argument = "Q"}}

static const OptionSpec step_options[] = {
    {.name = "every",
     .type = OPTION_REAL,
     .required = true,
     .low = 0,
     .high = 1e9,
     .low_open = true,
     .doc = "epochs from one cut of the rate to the next",
     .example = "every=10",
     .trainer = {.name = EVERY, .flag = "schedule-every", .argument = "EPOCHS"}},
    FACTOR_ROW(true, NULL, 1),
};

static const OptionSpec exponential_options[] = {FACTOR_ROW(true, NULL, INFINITY)};

static const OptionSpec cycle_options[] = {WARMUP_ROW, FLOOR_ROW};

static const OptionSpec plateau_options[] = {
    {.name = "patience",
     .type = OPTION_INTEGER,
     .required = true,
     .low = 1,
     .high = 1e9,
     .doc = "epochs to wait for a better figure on the validation part before the rate is cut",
     .example = "patience=3",
     .trainer = {.name = PATIENCE, .flag = "schedule-patience", .argument = "N"}},
    FACTOR_ROW(false, "0.5", 1),
    FLOOR_ROW,
};

/* Rises as `up` until the steps of the warm-up are done, then falls as `down`. */
#define AFTER_WARMUP(up, down) "if(s < " WARMUP " * S, rate * " up ", rate * " down ")"
#define ABOVE_FLOOR(share) "(" FLOOR " + (1 - " FLOOR ") * " share ")"
#define RISEN "s / (" WARMUP " * S)"
#define LEFT "(epochs * S - s) / ((epochs - " WARMUP ") * S)"

enum { CONSTANT, STEP, EXPONENTIAL, COSINE, ONE_CYCLE, PLATEAU, SCHEDULES };

const ScheduleKind schedule_kinds[SCHEDULES] = {
    [CONSTANT] = {.variant = {.name = "constant", .doc = "one rate for all steps"}},
    [STEP] = {.variant = {.name = "step",
                          .doc = "the rate is cut every so many epochs",
                          .options = step_options,
                          .option_count = COUNT_OF(step_options)},
              .rate = "rate * pow(" FACTOR ", floor(s / (" EVERY " * S) + 1e-9))"},
    [EXPONENTIAL] = {.variant = {.name = "exponential",
                                 .doc = "the rate falls by the same share in each epoch, a little with every step",
                                 .options = exponential_options,
                                 .option_count = COUNT_OF(exponential_options)},
                     .rate = "rate * pow(" FACTOR ", s / S)"},
    [COSINE] = {.variant = {.name = "cosine",
                            .doc = "the rate falls along half a cosine, to the floor at the last epoch's end",
                            .options = cycle_options,
                            .option_count = COUNT_OF(cycle_options)},
                .rate = AFTER_WARMUP(RISEN, ABOVE_FLOOR("sin(" HALF_PI " * " LEFT ")^2"))},
    [ONE_CYCLE] = {.variant = {.name = "one_cycle",
                               .doc = "the rate rises from the floor in a line, and falls back to it in a line",
                               .options = cycle_options,
                               .option_count = COUNT_OF(cycle_options)},
                   .rate = AFTER_WARMUP(ABOVE_FLOOR(RISEN), ABOVE_FLOOR(LEFT))},
    [PLATEAU] = {.variant = {.name = "plateau",
                             .doc = "the rate is cut when the validation part no longer gains",
                             .options = plateau_options,
                             .option_count = COUNT_OF(plateau_options)},
                 .rate = "rate * max(" FACTOR "^c, " FLOOR ")",
                 .patience = PATIENCE},
};

const char *const schedule_words[SCHEDULES + 1] = {
    [CONSTANT] = "constant", [STEP] = "step",           [EXPONENTIAL] = "exponential",
    [COSINE] = "cosine",     [ONE_CYCLE] = "one_cycle", [PLATEAU] = "plateau",
};

const Variant *schedule_variant(size_t place) { return place < SCHEDULES ? &schedule_kinds[place].variant : NULL; }
