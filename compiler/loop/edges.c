/* Edges: what lies around a tensor that is read beyond its ends, such as padding. */
#include "compiler/loop/gen.h"
#include "compiler/loop/split.h"

/* Lines outside are filled whole; within the others, what lies before and behind the values. */
void gen_fill_line_edges(Gen *g, const Tensor *t, const Place *place) {
    int lane = place->lane_dim, wide = loop_const_f32(g->b, (float)place->edge, true);
    int one = loop_const_f32(g->b, (float)place->edge, false);
    for (int d = 1; d < t->rank; d++)
        for (int side = 0; side < 2; side++) {
            int64_t from = side ? t->dim[d] : -place->low[d], to = side ? t->dim[d] + place->high[d] : 0;
            if (from >= to) continue;
            Address address = loop_address(place->buffer, place->base);
            int loops = 0;
            for (int k = 1; k < t->rank; k++) {
                if (k == lane) continue;
                int64_t low = k == d ? from : k < d || d == lane ? 0 : -place->low[k];
                int64_t high = k == d ? to : k < d || d == lane ? t->dim[k] : t->dim[k] + place->high[k];
                int var = loop_for_begin(g->b, loop_bound(0), loop_bound(high - low), 1);
                address = loop_address_term(loop_address_plus(address, low * place->stride[k]), var, place->stride[k]);
                loops++;
            }
            for (int64_t k = d == lane ? from : 0; d == lane && k < to; k++)
                loop_store(g->b, loop_address_plus(address, k), one, false);
            Address line = loop_address_plus(address, -place->low[lane]);
            for (int64_t k = 0; d != lane && k < place->line; k += LOOP_LANES)
                loop_store(g->b, loop_address_plus(line, k), wide, gen_is_aligned(&line));
            while (loops-- > 0) loop_for_end(g->b);
        }
}

/* Before dimension d: only the inside; behind it: the edges too. So each place of the edge is written once. A nest that
 * is split has the loop over the first dimension split. */
void gen_fill_edge(Gen *g, const Tensor *t, const Place *place) {
    int value = loop_const_f32(g->b, (float)place->edge, true);
    for (int d = 1; d < t->rank; d++)
        for (int side = 0; side < 2; side++) {
            int64_t from = side ? t->dim[d] : -place->low[d], to = side ? t->dim[d] + place->high[d] : 0;
            if (from >= to) continue;
            Address address = loop_address(place->buffer, place->base);
            if (place->chunk_stride) address = loop_address_term(address, g->chunk_var, place->chunk_stride);
            for (int k = 1; k < t->rank; k++) {
                int64_t low = k < d ? 0 : k == d ? from : -place->low[k];
                int64_t high = k < d ? t->dim[k] : k == d ? to : t->dim[k] + place->high[k];
                bool split = k == 1 && g->split != SPLIT_NONE;
                int var =
                    loop_for_begin(g->b, split ? loop_bound_of(BOUND_PART_LOW, high - low) : loop_bound(0),
                                   split ? loop_bound_of(BOUND_PART_HIGH, high - low) : loop_bound(high - low), 1);
                address = loop_address_term(loop_address_plus(address, low * place->stride[k]), var, place->stride[k]);
            }
            loop_store(g->b, address, value, gen_is_aligned(&address));
            for (int k = 1; k < t->rank; k++) loop_for_end(g->b);
        }
}
