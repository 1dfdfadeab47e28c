#include "compiler/loop/light.h"

#include <stdlib.h>

/* Not optimized, a nest takes a few times as long: all that are light together still cost little. */
enum { SHARE = 1000 };

void light_begin(Code *code) {
    for (size_t i = 0; i < code->nests.count; i++) code->nests.at[i]->light = true;
}

static int by_work(const void *a, const void *b) {
    const NestRun *first = a, *second = b;
    const int order = (first->work > second->work) - (first->work < second->work);
    return order != 0 ? order : first->nest - second->nest;
}

void light_settle(Code *code, NestRuns *runs) {
    int64_t all = 0, least = 0;
    for (size_t i = 0; i < runs->count; i++) all += runs->at[i].work;
    if (runs->count > 0) qsort(runs->at, runs->count, sizeof *runs->at, by_work);
    for (size_t i = 0; i < runs->count; i++) {
        least += runs->at[i].work;
        if (least * SHARE > all) code->nests.at[code->nests.at[runs->at[i].nest]->same]->light = false;
    }
}
