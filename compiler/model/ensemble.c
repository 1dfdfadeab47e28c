#include "compiler/model/ensemble.h"

#include "compiler/model/layer.h"
#include "runtime/base/combine.h"

int ensemble_combine(const Model *model) {
    const Layer *last = model->layers.at[model->layers.count - 1];
    bool classes = model->settings.target == TARGET_CLASS && shape_count(last->out) > 1;
    bool votes = model->settings.votes && model->settings.members > 1;
    return !votes ? NET_COMBINE_MEAN : classes ? NET_COMBINE_VOTE : NET_COMBINE_VOTE_EACH;
}
