/* Nests: loops over output indices around a register tile, loops over terms inside, then what follows the sum.
 *
 *     for outputs not in the tile            (split over the parts where the scope says so)
 *         accumulators of the tile = 0
 *         for blocks of terms                (only sums of more than 256)
 *             for terms not unrolled
 *                 body: tile x unrolled terms, one fused multiply-add each
 *         add the lanes up                   (sums over images in the lanes)
 *         post, store
 *
 * Where rows by image are made, the tile has some images, and those that the chunk has are gone through.
 *
 * Ranges that a tile does not divide get their rest in a copy of the inner part with a smaller tile, so every bound is
 * constant. So do the first and last tiles whose windows reach out of a map, without the terms outside. Terms come in
 * ascending order whatever the tile: the sums do not depend on the schedule. */
#include <stdlib.h>

#include "compiler/loop/gen.h"
#include "runtime/abi.h"

/* ---- loops over outputs ---- */
static void outputs_from(Gen *g, int place);

/* The loops within that over index i. */
static void outputs_within(Gen *g, int i) {
    int place = 0;
    while (g->s.order[place] != i) place++;
    outputs_from(g, place + 1);
}

/* Tiles number `from` .. `to` - 1, each by itself or in a loop. */
static void output_tiles(Gen *g, int i, IndexValue start, int64_t from, int64_t to, bool loop) {
    int64_t step = g->now[i] * gen_unit(g, i);
    if (loop && to - from > 1) {
        int var = loop_for_begin(g->b, loop_bound(0), loop_bound(to - from), 1);
        g->at[i] = index_plus_var(index_plus(start, from * step), var, step);
        outputs_within(g, i);
        loop_for_end(g->b);
        return;
    }
    for (int64_t tile = from; tile < to; tile++) {
        g->at[i] = index_plus(start, tile * step);
        outputs_within(g, i);
    }
}

/* Tiles 0 .. `full` - 1: those at the rims by themselves. */
static void output_whole_tiles(Gen *g, int i, IndexValue start, int64_t full) {
    int64_t step = g->now[i] * gen_unit(g, i), at = start.base, first = 0, last = full;
    bool known = start.terms == 0; /* in a block, what is at the rim is not */
    while (known && first < RIM_TILES && first < full &&
           gen_is_rim(g, i, at + first * step, at + (first + 1) * step - 1))
        first++;
    while (known && full - last < RIM_TILES && last > first &&
           gen_is_rim(g, i, at + (last - 1) * step, at + last * step - 1))
        last--;
    output_tiles(g, i, start, 0, first, false);
    output_tiles(g, i, start, first, last, true);
    output_tiles(g, i, start, last, full, false);
}

/* What follows is done by the last part alone. */
static void begin_last_part(Gen *g) {
    loop_for_begin(g->b, loop_bound_of(BOUND_PART_LOW, 1), loop_bound_of(BOUND_PART_HIGH, 1), 1);
}

/* `count` units (elements or vectors) of index i from `start`, in tiles. The loop over the index that is split goes
 * over this part's tiles; what is left over counts as one more and belongs to the last part. */
static void output_span(Gen *g, int i, IndexValue start, int64_t count) {
    const bool split = i == g->split;
    int64_t unit = gen_unit(g, i), factor = g->s.tile[i] < count ? g->s.tile[i] : count;
    if (count == 0) return;
    int64_t full = count / factor, rest = count % factor;
    g->now[i] = factor;
    if (!split) {
        output_whole_tiles(g, i, start, full);
    } else {
        Bound low = loop_bound_of(BOUND_PART_LOW, full + (rest > 0)), high = loop_bound_of(BOUND_PART_HIGH, low.value);
        high.most = full;
        int var = loop_for_begin(g->b, low, high, 1);
        g->at[i] = index_plus_var(start, var, factor * unit);
        outputs_within(g, i);
        loop_for_end(g->b);
    }
    if (rest > 0) {
        g->now[i] = rest;
        if (split) begin_last_part(g);
        g->at[i] = index_plus(start, full * factor * unit);
        outputs_within(g, i);
        if (split) loop_for_end(g->b);
    }
    g->now[i] = 1;
    g->at[i] = index_const(0);
}

/* Lines whose rest is at most half a vector: the whole vectors of all lines, then the rests of two lines at a time. */
static void pair_span(Gen *g, int i, int64_t range) {
    g->parts = LINE_VECTORS;
    if (g->group->range[g->lane] >= LOOP_LANES) output_span(g, i, index_const(0), range);
    g->parts = LINE_REST;
    g->pair = i;
    output_span(g, i, index_const(0), range / 2);
    g->pair = -1;
    if (range % 2) output_span(g, i, index_const(range - 1), 1);
    g->parts = LINE_ALL;
}

/* 16 at a time. Where that does not go up, tiles take some of those before them again: all of them as many, if they can
 * be a loop then, else the last. */
static void turned_span(Gen *g, int i, int64_t range) {
    const int64_t tiles = (range + LOOP_LANES - 1) / LOOP_LANES, last = range - LOOP_LANES;
    if (range <= LOOP_LANES || range % LOOP_LANES == 0) {
        output_span(g, i, index_const(0), range);
    } else if (last % (tiles - 1) == 0) {
        int var = loop_for_begin(g->b, loop_bound(0), loop_bound(tiles), 1);
        g->now[i] = LOOP_LANES;
        g->at[i] = index_plus_var(index_const(0), var, last / (tiles - 1));
        outputs_within(g, i);
        loop_for_end(g->b);
        g->now[i] = 1;
        g->at[i] = index_const(0);
    } else {
        output_span(g, i, index_const(0), range - range % LOOP_LANES);
        output_span(g, i, index_const(last), LOOP_LANES);
    }
}

/* Images from number `first` on, a tile of them: where there is no such image the rows become 0, since others read all
 * 16 as lanes, and want a number in each. */
static void images_tile(Gen *g, int i, IndexValue first, Bound before, Bound behind) {
    const Bound images = loop_bound_images_of(g->chunk_var);
    g->at[i] = first;
    loop_if_begin(g->b, before, images);
    outputs_within(g, i);
    loop_if_end(g->b);
    g->absent = true;
    loop_if_begin(g->b, images, behind);
    outputs_within(g, i);
    loop_if_end(g->b);
    g->absent = false;
}

/* The images of this chunk, in tiles. What a tile has of others means nothing. */
static void images_span(Gen *g, int i) {
    const int64_t tile = g->s.tile[i], rest = LOOP_LANES % tile;
    ASSERT(tile > HALF_VECTOR || rest == 0);
    g->now[i] = tile;
    if (tile <= HALF_VECTOR) {
        int var = loop_for_begin(g->b, loop_bound(0), loop_bound(LOOP_LANES), tile);
        images_tile(g, i, index_plus_var(index_const(0), var, 1), loop_bound_var(var, 0), loop_bound_var(var, 1));
        loop_for_end(g->b);
    } else {
        g->at[i] = index_const(0);
        outputs_within(g, i);
    }
    if (tile > HALF_VECTOR && rest > 0) {
        g->now[i] = rest;
        images_tile(g, i, index_const(tile), loop_bound(tile), loop_bound(tile + 1));
    }
    g->now[i] = 1;
    g->at[i] = index_const(0);
}

/* The loops from a place in the order on. */
static void outputs_from(Gen *g, int place) {
    const Group *group = g->group;
    if (place == group->rank) {
        tile_make(g);
        return;
    }
    int i = g->s.order[place];
    g->now[i] = 1;
    if (i == group->batch && i == g->lane) {
        outputs_from(g, place + 1);
        return;
    }
    if (i == group->images) {
        images_span(g, i);
        return;
    }
    int64_t range = i == group->batch ? LOOP_LANES : group->range[i];
    if (i == g->s.pair && g->parts == LINE_ALL) {
        pair_span(g, i, range);
        return;
    }
    if (i == g->s.blocked) {
        output_span(g, i, g->block_start, g->s.block);
        return;
    }
    if (i == g->s.turned) {
        turned_span(g, i, range);
        return;
    }
    if (i != g->lane) {
        output_span(g, i, index_const(0), range);
        return;
    }
    int64_t whole_vectors = range / LOOP_LANES;
    if (g->parts == LINE_REST) {
        output_span(g, i, index_const(whole_vectors * LOOP_LANES), 1);
        return;
    }
    bool fill = g->parts == LINE_ALL && schedule_lines_are_padded(group, g->s.lane) && range % LOOP_LANES != 0;
    int64_t vectors = whole_vectors + fill;
    output_span(g, i, index_const(0), vectors);
    if (vectors * LOOP_LANES >= range || g->parts == LINE_VECTORS) return;
    Schedule whole = g->s;
    if (group->layout->one_image && range > LOOP_LANES) { /* the last vector again takes some of the one before it */
        output_span(g, i, index_const(range - LOOP_LANES), 1);
        return;
    }
    if (group->scope == SCOPE_OWNED && range > LOOP_LANES && i != g->split) {
        g->done = vectors * LOOP_LANES - (range - LOOP_LANES);
        output_span(g, i, index_const(range - LOOP_LANES), 1);
        g->done = 0;
        return;
    }
    /* one by one: scalar code */
    g->lane = -1;
    for (int k = 0; k < INDEX_MAX; k++) g->s.tile[k] = 1;
    output_span(g, i, index_const(vectors * LOOP_LANES), range - vectors * LOOP_LANES);
    g->s = whole;
    g->lane = whole.lane;
}

/* All loops over outputs, around them those over the blocks of an index: of outputs, or of a sum's terms. */
static void outputs(Gen *g) {
    const int i = g->s.blocked;
    if (i < 0) {
        outputs_from(g, 0);
        return;
    }
    const int64_t full = g->group->range[i] / g->s.block, rest = g->group->range[i] % g->s.block;
    int var = loop_for_begin(g->b, loop_bound(0), loop_bound(full), 1);
    g->block_start = index_plus_var(index_const(0), var, g->s.block);
    g->blocks = (SumBlocks){.count = g->s.block, .var = var, .last = rest > 0 ? -1 : full - 1};
    outputs_from(g, 0);
    loop_for_end(g->b);
    if (rest == 0) return;
    g->block_start = index_const(full * g->s.block);
    g->blocks = (SumBlocks){.count = rest, .var = -1, .last = 0};
    outputs_from(g, 0);
}

static void make_random(Gen *g) {
    const Compute *c = g->group->member[0]->compute;
    const Place *place = &g->group->layout->place[c->out->id];
    Address address = loop_address(place->buffer, place->base);
    if (place->chunk_stride) address = loop_address_term(address, g->chunk_var, place->chunk_stride);
    loop_random(g->b, address, (int)g->context->scalar_count, c->stream, tensor_count(c->out), g->split != SPLIT_NONE);
}

/* ---- equal nests ---- */
/* Evaluation and diagnosis run the same layers: a nest that says the same as an earlier one is that one. True: it
 * is a new one, with a body of its own. */
static bool add_once(const NestContext *context, Nest *nest, int *number) {
    Code *code = context->code;
    const size_t before = code->nests.count;
    nest_drop_dead(context->scratch, nest);
    *number = loop_add_nest(context->arena, code, nest);
    arena_reset(context->scratch);
    return code->nests.count > before && code->nests.at[*number]->same == *number;
}

static void print_formulas(const Group *group, const char *before, FILE *out) {
    for (int m = 0; m < group->count; m++) {
        fputs(before, out);
        compute_print(group->layout->program, group->member[m]->compute, out);
    }
}

/* The formulas of a group and its schedule. */
static const char *describe(const NestContext *context, const Group *group, const Schedule *schedule) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) out_of_memory();
    print_formulas(group, "", out);
    schedule_print(group, schedule, "schedule", NULL, out);
    fclose(out);
    const char *about = arena_copy(context->arena, text, size);
    free(text);
    return about;
}

/* Of a nest that is for some batches alone: whether this is one. */
static void begin_batches(LoopBuilder *b, Batches batches) {
    const Bound chunks = loop_bound_of(BOUND_CHUNKS, 1), one = loop_bound(1);
    if (batches == ONE_CHUNK) loop_if_equal_begin(b, chunks, one);
    if (batches == MORE_CHUNKS) loop_if_begin(b, one, chunks);
}

int nest_make(const NestContext *context, const Group *group, const char *name, const bool *fill_edges) {
    const Compute *first = group->member[0]->compute;
    Gen g = {.context = context,
             .group = group,
             .s = schedule_choose(group, context->options, name, context->arena, context->schedules),
             .chunk_var = LOOP_VAR_CHUNK};
    FILE *dump = context->options->schedule_out;
    if (dump) {
        schedule_print(group, &g.s, name, &context->options->target.processor, dump);
        print_formulas(group, "  ", dump);
    }
    g.lane = g.s.lane;
    g.pair = -1;
    g.split = split_choose(&g);
    g.b = loop_nest_begin(context->scratch, name, first->at);
    tile_note_sums(&g);
    for (int i = 0; i < INDEX_MAX; i++) g.now[i] = 1;
    const Batches batches = group->member[0]->batches;
    begin_batches(g.b, batches);
    bool once = g.split == SPLIT_NONE && schedule_is_by_parts(group); /* one value */
    if (once) begin_last_part(&g);
    for (int m = 0; m < group->count; m++) {
        const Tensor *out = group->member[m]->compute->out;
        const Place *place = &group->layout->place[out->id];
        if (!fill_edges[m] || !place->has_edge || group->layout->one_image) continue;
        if (group->scope == SCOPE_BATCH) gen_begin_chunks(&g);
        gen_fill_edge(&g, out, place);
        if (group->scope == SCOPE_BATCH) loop_for_end(g.b);
    }
    if (group->scope == SCOPE_SLOT)
        g.task_var = loop_for_begin(g.b, loop_bound_of(BOUND_TASK, 0), loop_bound_of(BOUND_TASK, 1), 1);
    if (first->reduce == REDUCE_RANDOM)
        make_random(&g);
    else
        outputs(&g);
    if (group->scope == SCOPE_SLOT || once) loop_for_end(g.b);
    for (int m = 0; m < group->count; m++) { /* after the values, whose vectors reach into them */
        const Tensor *out = group->member[m]->compute->out;
        const Place *place = &group->layout->place[out->id];
        if (fill_edges[m] && place->has_edge && group->layout->one_image) gen_fill_line_edges(&g, out, place);
    }
    if (batches != ALL_BATCHES) loop_if_end(g.b);
    int number;
    if (add_once(context, loop_nest_end(g.b), &number))
        context->code->nests.at[number]->about = describe(context, group, &g.s);
    if (context->options->survey)
        survey_add(context->options->survey, group, context->options, name, (int)context->code->kernels.count, number);
    return number;
}

/* ---- slots ---- */
static int add_slots(LoopBuilder *b, Address address, int64_t slot, int first, int width, int used) {
    if (first >= used) return LOOP_NONE;
    if (width == 1) return loop_load(b, loop_vector(TYPE_F32), loop_address_plus(address, first * slot), true);
    int left = add_slots(b, address, slot, first, width / 2, used);
    int right = add_slots(b, address, slot, first + width / 2, width / 2, used);
    return right == LOOP_NONE ? left : loop_op2(b, OP_ADD, left, right);
}

int nest_merge_slots(const NestContext *context, const char *name, int64_t from, int64_t to) {
    LoopBuilder *b = loop_nest_begin(context->scratch, name, (Span){0, 0});
    for (int used = 2; used <= NET_SLOTS; used++) {
        loop_if_equal_begin(b, loop_bound_of(BOUND_SLOTS, 0), loop_bound(used));
        int64_t vectors = (to - from) / LOOP_LANES;
        int var = loop_for_begin(b, loop_bound_of(BOUND_PART_LOW, vectors), loop_bound_of(BOUND_PART_HIGH, vectors), 1);
        Address address = loop_address_term(loop_address(BUFFER_GRAD, from), var, LOOP_LANES);
        int sum = add_slots(b, address, context->grad_slot, 0, NET_SLOTS, used);
        loop_store(b, address, sum, true);
        loop_for_end(b);
        loop_if_end(b);
    }
    int number;
    add_once(context, loop_nest_end(b), &number);
    return number;
}
