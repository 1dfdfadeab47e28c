/* Groups: computes over the same indices that share a nest, and so their loads. Those that replace stored tensors
 * together (next.c) must share one. */
#include <string.h>

#include "compiler/loop/cost.h"
#include "compiler/loop/nest.h"
#include "compiler/passes/passes.h"

typedef struct {
    const Group *group;
    int outer, inner;
    bool together;
} Merge;

static void check_access(Merge *merge, const Access *access) {
    int64_t range = merge->group->range[merge->inner];
    if (access->step[merge->outer] != access->step[merge->inner] * range) merge->together = false;
}

static void check_read(void *context, Expr *read) {
    Merge *merge = context;
    Access access = access_of_read(merge->group->layout, read);
    check_access(merge, &access);
}

/* Merges index `outer` into the next one when every access runs through both as through one. */
static void merge_indices(Group *group, int outer) {
    Program *p = group->layout->program;
    Merge merge = {group, outer, outer + 1, true};
    if (group->range[outer] == DIM_BATCH || group->range[outer + 1] == DIM_BATCH) return;
    for (int m = 0; m < group->count; m++) {
        const Compute *c = group->member[m]->compute;
        if (compute_uses_index(c) || c->reduce == REDUCE_ARGMAX) return;
        expr_reads(p, c->e, check_read, &merge);
        expr_reads(p, c->post, check_read, &merge);
        Access write = access_of_write(group->layout, c);
        check_access(&merge, &write);
    }
    if (!merge.together) return;
    group->range[outer + 1] *= group->range[outer];
    group->range[outer] = 1;
}

/* Whether images are gone through one after the other: rows by image are made, of rows by image alone. Where values
 * come with images in the lanes these stay there, and are scattered or turned. */
static bool goes_by_rows(const Group *group) {
    const Compute *c = group->member[0]->compute;
    AccessList list = {0};
    bool rows = group->scope == SCOPE_CHUNK && tensor_is_by_rows(c->out) && group->rank > 1;
    if (!rows || c->reduce != REDUCE_NONE) return rows;
    access_list_reads(group, &list);
    for (size_t i = 0; i < list.count; i++)
        if (tensor_is_batched(list.at[i].tensor) && list.at[i].step[group->rank - 1] != 1) rows = false;
    return rows && list.count > 0;
}

Group group_make(const Layout *layout, Placed *list, int count) {
    const Compute *first = list[0].compute;
    Group group = {.layout = layout,
                   .count = count,
                   .sums = list[0].together && first->reduce != REDUCE_NONE ? 1 : count,
                   .scope = list[0].scope,
                   .rank = first->rank,
                   .reductions = first->reductions,
                   .batch = -1,
                   .images = -1};
    for (int m = 0; m < count; m++) group.member[m] = &list[m];
    memcpy(group.range, first->range, sizeof group.range);
    for (int i = 0; i < group.rank + group.reductions; i++)
        if (group.range[i] == DIM_BATCH) group.batch = i;
    if (layout->one_image) {
        if (group.batch >= 0) group.range[group.batch] = layout->images;
        group.batch = -1;
        for (int i = 1; first->reduce == REDUCE_NONE && i + 1 < group.rank; i++) merge_indices(&group, i);
        return group;
    }
    bool sums_lanes = first->order.partial == PARTIAL_IMAGES;
    const bool rows = tensor_is_by_rows(first->out);
    if (sums_lanes || group.scope == SCOPE_BATCH || (group.scope == SCOPE_CHUNK && !rows)) return group;
    for (int i = 0; i + 1 < group.rank; i++) merge_indices(&group, i);
    if (group.scope == SCOPE_ONCE) /* its order is by lanes of what runs through memory: fixed by the program too */
        for (int i = group.rank; i + 1 < group.rank + group.reductions; i++) merge_indices(&group, i);
    if (goes_by_rows(&group)) {
        group.images = group.batch;
        group.range[group.images] = layout->filled;
        group.batch = -1;
    }
    return group;
}

static int family(const Compute *c) {
    if (c->reduce == REDUCE_NONE) return 0;
    if (c->reduce == REDUCE_MAX || c->reduce == REDUCE_ARGMAX) return 1;
    if (c->reduce == REDUCE_SUM && c->out->role == ROLE_LOG) return 2;
    return -1;
}

bool group_may_join(const Group *group, const Placed *next) {
    const Compute *first = group->member[0]->compute, *c = next->compute;
    if (next->together && next->together == group->member[0]->together) return group->count < GROUP_MAX;
    if (group->count >= GROUP_MAX || group->scope != SCOPE_CHUNK || next->scope != SCOPE_CHUNK) return false;
    if (next->level != group->member[0]->level || family(c) < 0 || family(c) != family(first)) return false;
    if (c->rank != first->rank || c->reductions != first->reductions) return false;
    if (memcmp(c->range, first->range, sizeof c->range) != 0) return false;
    if (tensor_is_by_rows(c->out) || tensor_is_by_rows(first->out)) return false;
    const Place *place = group->layout->place;
    if (compute_line(c, place[c->out->id].lane_dim) != compute_line(first, place[first->out->id].lane_dim))
        return false;
    for (int m = 0; m < group->count; m++)
        if (compute_reads(group->layout->program, c, group->member[m]->compute->out)) return false;
    return true;
}
