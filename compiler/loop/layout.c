/* Scopes, levels and places. See layout.h. */
#include "compiler/loop/layout.h"

#include <stdlib.h>

#include "compiler/loop/image.h"
#include "compiler/loop/next.h"
#include "compiler/loop/one_chunk.h"
#include "compiler/passes/passes.h"
#include "runtime/abi.h"

/* Elements of the weights that a sum of products with values of images is made of; 0: it is none. */
static int64_t weights_of(const Compute *c) {
    if (c->reduce != REDUCE_SUM || c->e->kind != EXPR_MUL) return 0;
    const Expr *a = c->e->a, *b = c->e->b;
    if (a->kind != EXPR_READ || b->kind != EXPR_READ) return 0;
    const Tensor *weights = tensor_is_batched(a->tensor) ? b->tensor : a->tensor;
    const Tensor *values = weights == a->tensor ? b->tensor : a->tensor;
    const bool made = values->role == ROLE_VALUE && c->out->role == ROLE_VALUE && !c->out->by_rows;
    return weights->role == ROLE_PARAM && tensor_is_batched(values) && made ? tensor_count(weights) : 0;
}

static bool has_many_weights(const Compute *c) {
    const int64_t weights = weights_of(c);
    if (weights == 0) return false;
    const Expr *values = tensor_is_batched(c->e->a->tensor) ? c->e->a : c->e->b;
    return weights_are_many(weights, tensor_count(values->tensor) + tensor_count(c->out));
}

int64_t layout_weights(const Placed *placed) { return placed->scope == SCOPE_BATCH ? weights_of(placed->compute) : 0; }

static WorkScope scope_of(const Compute *c, bool by_parts) {
    ASSERT(c->reductions == 0 || c->order.settled);
    if (c->out->role == ROLE_LOG) return compute_sums_batch(c) ? SCOPE_CHUNK : SCOPE_ONCE;
    if (tensor_is_batched(c->out)) return by_parts && has_many_weights(c) ? SCOPE_BATCH : SCOPE_CHUNK;
    if (!compute_sums_batch(c)) return SCOPE_PART;
    return c->order.owned ? SCOPE_OWNED : SCOPE_SLOT;
}

/* ---- levels ---- */
typedef struct {
    const Layout *layout;
    Placed *placed;
    bool waits; /* something that it reads is made by a compute */
} LevelSearch;

static const Phase phase_of[] = {[SCOPE_CHUNK] = PHASE_IMAGES, [SCOPE_SLOT] = PHASE_IMAGES, [SCOPE_BATCH] = PHASE_PARTS,
                                 [SCOPE_OWNED] = PHASE_PARTS,  [SCOPE_PART] = PHASE_PARTS,  [SCOPE_ONCE] = PHASE_ONCE};

/* What an earlier phase of a level has made is ready in the later ones. Within one, a chunk's values are for what goes
 * chunk by chunk; everything else waits for its end. */
static void wait_for(void *context, Expr *read) {
    LevelSearch *search = context;
    const Place *source = &search->layout->place[read->tensor->id];
    if (source->level < 0) return;
    search->waits = true;
    Phase reader = search->placed->phase;
    bool by_chunks = source->phase == PHASE_IMAGES && reader == PHASE_IMAGES;
    bool ready = source->phase < reader || (by_chunks && tensor_is_batched(read->tensor));
    int level = source->level + (ready ? 0 : 1);
    if (level > search->placed->level) search->placed->level = level;
}

static void find_levels(Arena *arena, Layout *layout, LayoutMode mode) {
    Program *p = layout->program;
    PlacedList list = {0};
    for (size_t i = 0; i < p->computes.count; i++) {
        Compute *c = p->computes.at[i];
        Placed placed = {.compute = c, .scope = scope_of(c, mode.by_parts)};
        placed.phase = phase_of[placed.scope];
        LevelSearch search = {layout, &placed, false};
        expr_reads(p, c->e, wait_for, &search);
        expr_reads(p, c->post, wait_for, &search);
        if (placed.scope == SCOPE_PART && !search.waits && !c->next) placed.phase = PHASE_GIVEN;
        Place *out = &layout->place[c->out->id];
        bool later = out->level < placed.level || (out->level == placed.level && out->phase < placed.phase);
        if (!c->next && later) {
            out->level = placed.level;
            out->phase = placed.phase;
        }
        vec_push(arena, &list, placed);
    }
    next_place(p, list.at, list.count);
    if (layout->chunks == 1) list = one_chunk_place(arena, p, list);
    layout->levels = 1;
    for (size_t i = 0; i < list.count; i++)
        if (list.at[i].level >= layout->levels) layout->levels = list.at[i].level + 1;
    for (int level = 0; level < layout->levels; level++)
        for (size_t i = 0; i < list.count; i++)
            if (list.at[i].level == level) {
                list.at[i].place = (int)layout->list.count;
                vec_push(arena, &layout->list, list.at[i]);
            }
}

/* ---- what each tensor needs ---- */
typedef struct {
    Layout *layout;
    const Placed *placed;
} UseSearch;

static void note_use(void *context, Expr *read) {
    UseSearch *search = context;
    const Tensor *t = read->tensor;
    Place *place = &search->layout->place[t->id];
    place->used = true;
    if (search->placed->place > place->last) place->last = search->placed->place;
    bool images = search->placed->phase == PHASE_IMAGES && place->phase == PHASE_IMAGES;
    bool same = search->placed->level == place->level && images;
    if (place->level >= 0 && !same) place->crosses = true;
    if (!read_reaches_out(search->placed->compute, read)) return;
    if (!tensor_is_batched(t) || t->by_rows) BUG("%s has no edge to read", t->name);
    place->has_edge = true;
    place->edge = read->number;
    for (int d = 1; d < t->rank; d++) {
        int64_t low, high;
        read_reach(search->placed->compute, read, d, &low, &high);
        if (-low > place->low[d]) place->low[d] = -low;
        if (high - t->dim[d] + 1 > place->high[d]) place->high[d] = high - t->dim[d] + 1;
    }
}

static void find_uses(Layout *layout) {
    Program *p = layout->program;
    for (size_t i = 0; i < layout->list.count; i++) {
        const Placed *placed = &layout->list.at[i];
        Place *out = &layout->place[placed->compute->out->id];
        if (!out->used) out->first = placed->place;
        out->used = true;
        if (placed->place > out->last) out->last = placed->place;
        if (!placed->compute->next && placed->level != out->level) out->crosses = true; /* a part waits for the rest */
    }
    for (size_t i = 0; i < layout->list.count; i++) {
        UseSearch search = {layout, &layout->list.at[i]};
        expr_reads(p, layout->list.at[i].compute->e, note_use, &search);
        expr_reads(p, layout->list.at[i].compute->post, note_use, &search);
    }
}

/* ---- one image ---- */
enum { OVERREAD = 2 * LOOP_LANES }; /* a vector, or two for every second element, may begin at a line's last element */

static void shape_line(const Tensor *t, const Compute *writer, Place *place) {
    int d = place->lane_dim;
    place->line = net_padded(place->low[d] + net_padded(t->dim[d]) + place->high[d]);
    place->stride[d] = 1;
    place->base = place->low[d];
    place->size = place->line;
    for (int k = t->rank; k-- > 1;) {
        if (k == d) continue;
        place->stride[k] = place->size;
        place->base += place->low[k] * place->size;
        place->size *= t->dim[k] + place->low[k] + place->high[k];
    }
    int line = writer ? affine_single(&writer->write[d]) : -1;
    place->whole = line >= 0 && writer->range[line] == t->dim[d];
    place->size += OVERREAD;
}

static void settle_packed(Place *place, const Tensor *t, const PackedParam *packed) {
    if (!packed || packed->rank != t->rank) BUG("%s is not packed", t->name);
    place->buffer = BUFFER_PARAM;
    place->base = packed->offset;
    place->size = tensor_count(t);
    for (int d = 0; d < t->rank; d++) place->stride[d] = packed->stride[d];
}

/* A sum over maps reads the same place in all of them. Where these lie a power of two of lines apart, or a multiple of
 * one, they share a few sets of a cache and displace each other: of maps of 16x16 all in one of the first level's 64,
 * of 32x32 in few of the second level's too. A line between two maps makes them neighbours. */
enum { LINES_ALIKE = 16 };

static int64_t map_stride(const Tensor *t, int64_t size) {
    const bool maps = t->rank == 4 && t->role == ROLE_VALUE && !t->by_rows && t->dim[1] > 1;
    return maps && size % (LINES_ALIKE * LOOP_LANES) == 0 ? size + LOOP_LANES : size;
}

/* Strides of the dimensions from `from` on, the last one `unit`; gives the size. */
static int64_t row_major(const Tensor *t, Place *place, int from, int64_t unit) {
    int64_t size = unit;
    for (int d = t->rank; d-- > from;) {
        place->stride[d] = size;
        size *= t->line > 0 && d == t->rank - 1 ? t->line : t->dim[d] + place->low[d] + place->high[d];
    }
    for (int d = from; d < t->rank; d++) place->base += place->low[d] * place->stride[d];
    return size;
}

static void shape_batched(const Tensor *t, Place *place) {
    if (t->by_rows || t->role == ROLE_INPUT || t->role == ROLE_OUTPUT || t->role == ROLE_LABEL ||
        t->role == ROLE_TARGET) {
        int64_t row = row_major(t, place, 1, 1);
        place->lane_stride = t->by_rows ? net_padded(row) : row;
        place->size = place->lane_stride * LOOP_LANES;
    } else {
        place->lane_stride = 1;
        place->size = LOOP_LANES;
        if (t->rank == 1) return;
        place->stride[1] = map_stride(t, row_major(t, place, 2, LOOP_LANES));
        place->base += place->low[1] * place->stride[1];
        place->size = place->stride[1] * (t->dim[1] + place->low[1] + place->high[1]);
    }
}

static void settle_image(Layout *layout, const Tensor *t, const Compute *writer) {
    Place *place = &layout->place[t->id];
    bool given = t->role == ROLE_INPUT || t->role == ROLE_OUTPUT;
    if (place->copy_of) {
        *place = layout->place[place->copy_of->id];
        return;
    }
    if (!given && t->role != ROLE_VALUE) BUG("%s has no place in a program for one image", t->name);
    place->buffer = t->role == ROLE_INPUT ? BUFFER_INPUT : given ? BUFFER_BATCH : BUFFER_SCRATCH;
    if (given || t->rank == 1)
        place->size = row_major(t, place, 1, 1);
    else
        shape_line(t, writer, place);
    place->lane_stride = place->size;
    place->size *= layout->images;
    if (given && layout->images > 1) place->chunk_stride = place->size;
}

static void settle_place(Arena *arena, Layout *layout, const Tensor *t, const Compute *writer, WorkScope scope,
                         Packing *packing) {
    Place *place = &layout->place[t->id];
    bool made_before = packing && place->level >= 0 && place->phase == PHASE_GIVEN;
    if (layout->one_image && tensor_is_batched(t)) {
        settle_image(layout, t, writer);
        return;
    }
    if (packing && t->role == ROLE_PARAM) {
        settle_packed(place, t,
                      layout->one_image ? packing_add(arena, packing, t, place->lane_dim) : packing_find(packing, t));
        return;
    }
    switch (t->role) {
    case ROLE_INPUT:
    case ROLE_LABEL:
    case ROLE_TARGET:
        place->buffer = t->role == ROLE_INPUT ? BUFFER_INPUT : t->role == ROLE_TARGET ? BUFFER_TARGET : BUFFER_LABEL;
        shape_batched(t, place);
        place->chunk_stride = place->size;
        return;
    case ROLE_OUTPUT:
        place->buffer = BUFFER_BATCH;
        shape_batched(t, place);
        place->base = layout->batch_chunk; /* rows of all chunks follow each other: nothing else is in batch then */
        ASSERT(layout->batch_chunk == 0);
        layout->batch_chunk = place->size;
        return;
    case ROLE_PARAM:
    case ROLE_STATE:
        place->buffer = t->role == ROLE_PARAM ? BUFFER_PARAM : BUFFER_STATE;
        place->size = row_major(t, place, 0, 1);
        place->base = t->offset;
        return;
    case ROLE_LOG:
        place->buffer = BUFFER_LOG;
        place->size = row_major(t, place, 0, 1);
        return;
    case ROLE_VALUE:
    case ROLE_RANDOM: break;
    }
    if (tensor_is_batched(t)) {
        shape_batched(t, place);
        place->buffer = place->crosses && !packing ? BUFFER_BATCH : BUFFER_SCRATCH;
        if (place->crosses) {
            int64_t *chunk = packing ? &layout->scratch_chunk : &layout->batch_chunk;
            place->base += *chunk;
            *chunk += net_padded(place->size);
        }
        return;
    }
    place->buffer = made_before ? BUFFER_STATE : BUFFER_GRAD;
    if (made_before) {
        place->size = row_major(t, place, 0, 1);
        place->base = layout->state_size;
        layout->state_size += net_padded(place->size) + NET_LANES; /* a vector may begin at the last element */
    } else if (scope == SCOPE_SLOT) {
        bool rows = writer->order.partial == PARTIAL_NONE;
        place->size = row_major(t, place, 0, 1);
        if (rows && t->rank > 1) { /* whole vectors: a row of the first dimension is padded */
            place->stride[0] = net_padded(place->stride[0]);
            place->size = place->stride[0] * t->dim[0];
        }
        place->base = layout->slot_size;
        layout->slot_size += net_padded(place->size);
    } else {
        place->size = row_major(t, place, 0, 1);
        place->base = layout->owned_size;
        layout->owned_size += net_padded(place->size);
    }
}

/* ---- scratch: values that do not live at the same time share space ---- */
static int by_first(const void *a, const void *b) {
    const Place *x = *(Place *const *)a, *y = *(Place *const *)b;
    return x->first != y->first ? (x->first < y->first ? -1 : 1) : (x->size > y->size ? -1 : x->size < y->size);
}

static void plan_scratch(Arena *arena, Layout *layout) {
    Program *p = layout->program;
    Place **all = NEW_ARRAY(arena, Place *, p->tensors.count);
    int64_t *start = NEW_ARRAY(arena, int64_t, p->tensors.count);
    size_t count = 0;
    for (size_t t = 0; t < p->tensors.count; t++) {
        Place *place = &layout->place[t];
        const bool here = place->used && place->buffer == BUFFER_SCRATCH && tensor_is_batched(p->tensors.at[t]);
        if (here && !place->crosses) all[count++] = place;
    }
    qsort(all, count, sizeof *all, by_first);
    for (size_t i = 0; i < count; i++) {
        int64_t at = 0;
        for (bool moved = true; moved;) { /* first fit */
            moved = false;
            for (size_t k = 0; k < i; k++) {
                bool together = all[k]->last >= all[i]->first;
                if (!together || at + all[i]->size <= start[k] || start[k] + net_padded(all[k]->size) <= at) continue;
                at = start[k] + net_padded(all[k]->size);
                moved = true;
            }
        }
        start[i] = at;
        all[i]->base += at;
        if (at + net_padded(all[i]->size) > layout->scratch_size) layout->scratch_size = at + net_padded(all[i]->size);
    }
    for (size_t t = 0; t < p->tensors.count; t++) { /* behind them what there is of each chunk */
        Place *place = &layout->place[t];
        if (place->used && place->buffer == BUFFER_SCRATCH && place->crosses) place->base += layout->scratch_size;
    }
    layout->scratch_size += CALL_CHUNKS * layout->scratch_chunk;
}

Layout *layout_program(Arena *arena, Program *program, LayoutMode mode) {
    Layout *layout = NEW(arena, Layout);
    layout->program = program;
    layout->one_image = mode.one_image;
    layout->images = mode.one_image && !mode.by_images ? 1 : LOOP_LANES;
    layout->filled = mode.filled > 0 ? mode.filled : layout->images;
    layout->chunks = mode.chunks > 0 ? mode.chunks : LAYOUT_CHUNKS;
    layout->state_size = mode.state_size;
    layout->place = NEW_ARRAY(arena, Place, program->tensors.count);
    for (size_t t = 0; t < program->tensors.count; t++) layout->place[t].level = -1;
    find_levels(arena, layout, mode);
    find_uses(layout);
    if (layout->one_image) {
        image_choose_lanes(layout);
        image_skip_copies(layout);
    }
    layout->slot_end = NEW_ARRAY(arena, int64_t, layout->levels);
    const Writers writers = program_writers(arena, program);
    /* A level's slot sums lie together: they are added up then. */
    for (int level = -1; level < layout->levels; level++) {
        for (size_t t = 0; t < program->tensors.count; t++) {
            const Tensor *tensor = program->tensors.at[t];
            if (!layout->place[t].used || layout->place[t].level != level) continue;
            const Compute *writer = writers.first[t] < 0 ? NULL : program->computes.at[writers.first[t]];
            settle_place(arena, layout, tensor, writer, writer ? scope_of(writer, mode.by_parts) : SCOPE_PART,
                         mode.packing);
        }
        if (level >= 0) layout->slot_end[level] = layout->slot_size;
    }
    plan_scratch(arena, layout);
    return layout;
}

void layout_settle(Layout *layout, int64_t grad_slot, int64_t log_once, int64_t log_chunk) {
    Program *p = layout->program;
    Arena *scratch = arena_new();
    const Writers writers = program_writers(scratch, p);
    for (size_t t = 0; t < p->tensors.count; t++) {
        Place *place = &layout->place[t];
        const Tensor *tensor = p->tensors.at[t];
        if (!place->used) continue;
        if (place->buffer == BUFFER_BATCH && !layout->one_image)
            place->chunk_stride = tensor->role == ROLE_OUTPUT ? place->size : layout->batch_chunk;
        if (place->buffer == BUFFER_SCRATCH && place->crosses) place->chunk_stride = layout->scratch_chunk;
        if (tensor->role == ROLE_LOG) place->base = tensor->offset;
        if (place->buffer != BUFFER_GRAD) continue;
        if (scope_of(p->computes.at[writers.first[t]], false) != SCOPE_SLOT) place->base += NET_SLOTS * grad_slot;
    }
    arena_free(scratch);
    for (size_t i = 0; i < p->computes.count; i++) {
        const Compute *c = p->computes.at[i];
        Place *place = &layout->place[c->out->id];
        if (c->out->role != ROLE_LOG || scope_of(c, false) != SCOPE_CHUNK) continue;
        place->base = log_once + c->out->offset;
        place->chunk_stride = log_chunk;
    }
}
