/* What a call of `netc experiments` asks for, and what a row's trainings are with it.
 *
 * A training is known by its key (key.h). So whatever was trained before, elsewhere too, is found again, and rows that
 * have a training in common share it.
 * Functions that can fail print why. All lives in the arena. */
#ifndef NETC_EXPERIMENTS_PLAN_H
#define NETC_EXPERIMENTS_PLAN_H

#include <jansson.h>

#include "compiler/driver/options.h"
#include "compiler/experiments/experiment.h"

typedef struct {
    Arena *arena;
    const char *folder; /* of the results */
    int lock;           /* on it, as long as this process lives */
    VEC(const Experiment *) experiments;
    int64_t first, last;      /* seeds; last 0: as many as each experiment has */
    const char *threads;      /* NULL: as trainers have it */
    const char *data;         /* that trainers are to take; NULL: the models' */
    const char *data_dir;     /* where their files are; NULL: where they are looked for */
    Words sets;               /* lines of the train block, instead of the rows' */
    Words changed;            /* what makes the rows others than the texts', as it is typed */
    VEC(const char *) hashed; /* data lines and their hashes, one after the other */
} Plan;

/* A row with what is changed about it. */
typedef struct {
    const Row *row;
    const char *path;     /* of the model */
    Words sets;           /* the row's, and those of the plan */
    const char *data_dir; /* as trainers are given it; NULL: they are not */
    json_t *identity;     /* what keys are made of; NULL: nothing is trained */
    const char *logs;     /* what is logged */
    int64_t epochs;
    double rate;
    bool looks_ahead; /* an epoch by itself is not the first of a longer training */
    const char *order_hash, *data_hash;
} Setup;

/* False with *status set: the model is not there or not good, or the data are not there. */
bool setup_open(Plan *plan, const Row *row, Setup *setup, int *status);
void setup_close(Setup *setup);

/* The key of a training; rate 0: the model's. */
const char *setup_key(Arena *arena, const Setup *setup, int64_t seed, double rate);
/* The name of its run: one that logs other things is another. */
const char *setup_run(Arena *arena, const Setup *setup, int64_t seed, double rate);

/* The arguments of `netc train`, without those that differ between the trainings of a row and without the epochs, of
 * which the first is trained by itself; as people type them, with the model's path as given. */
Words setup_words(Arena *arena, const Setup *setup, const char *path);

#endif
