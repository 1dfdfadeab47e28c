/* Convolutions whose groups go with the channels above: depthwise, and the first part of a separable one. */
#include <stdlib.h>
#include <string.h>

#include "compiler/model/layer.h"
#include "compiler/model/mend_put.h"

/* The channels of the layer above; 0: it has none, or they are not known. */
static long long channels_above(const Scope *scope) {
    for (size_t i = scope->model ? scope->model->layers.count : 0; i > 0; i--) {
        Shape out = scope->model->layers.at[i - 1]->out;
        if (out.rank > 0) return out.rank == 3 ? (long long)out.dim[0] : 0; /* 0: the layer that is mended */
    }
    return 0;
}

/* groups=channels, depthwise=true */
static bool means_channels(const char *slot) {
    static const char *const words[] = {"channels",  "inchannels", "inputchannels", "c",    "cin", "in",
                                        "depthwise", "separable",  "true",          "full", "all", "maps"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (foreign_same(words[i], slot)) return true;
    }
    return false;
}

bool mend_put_channels(Mend *mend) {
    bool turned;
    size_t groups = mend_find_spec(mend, "groups", &turned), kernel = mend_find_spec(mend, "kernel", &turned);
    const char *slot = groups < mend_spec_count(mend) ? mend->slots[groups] : NULL;
    if (!slot || !mend->layer) return true;
    LooseValue word = {.kind = LOOSE_WORD, .text = slot, .raw = slot};
    if (mend_truth(&word, true) && string_is(mend_truth(&word, true), "true")) { /* depthwise=false */
        mend->slots[groups] = NULL;
        return true;
    }
    if (!means_channels(slot) || scope_find(mend->scope, slot)) return true;
    long long channels = channels_above(mend->scope);
    if (channels == 0) return false;
    const char *count = arena_format(mend->arena, "%lld", channels), *maps = mend->slots[0];
    bool multiple = maps && strtol(maps, NULL, 10) > 0 && strtol(maps, NULL, 10) % channels == 0;
    if (string_is(slot, "separable")) {
        size_t activation = mend_find_spec(mend, "activation", &turned);
        if (!mend->slots[activation]) mend->slots[activation] = "relu";
        const char *pointwise =
            arena_format(mend->arena, "conv %s kernel=1x1 activation=%s", maps ? maps : count, mend->slots[activation]);
        vec_push(mend->arena, &mend->extra, pointwise);
        multiple = false;
    } else if (maps && !multiple && !mend->slots[kernel]) { /* DepthwiseConv2D(3) */
        mend->slots[kernel] = maps;
    }
    mend->slots[groups] = count;
    if (!multiple) mend->slots[0] = count;
    return true;
}
