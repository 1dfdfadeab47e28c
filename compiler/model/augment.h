/* The setting `augment`: what training makes of the set's pictures. What it means is done by runtime/data/augment.c. */
#ifndef NETC_AUGMENT_H
#define NETC_AUGMENT_H

#include "compiler/base/json.h"
#include "compiler/model/settings.h"

enum {
    AUGMENT_SHIFT,
    AUGMENT_ROTATE,
    AUGMENT_SCALE,
    AUGMENT_SHEAR,
    AUGMENT_ELASTIC,
    AUGMENT_FLIP,
    AUGMENT_ALTERNATING,
    AUGMENT_ERASE,
    AUGMENT_NOISE,
    AUGMENT_FILL,
    AUGMENT_EXPAND,
    AUGMENT_OPTIONS
};
extern const OptionSpec augment_options[AUGMENT_OPTIONS];

/* Takes the line over. False after reporting what does not go together. */
bool augment_apply(SettingContext *context);

/* Reports what does not suit the data and the network. */
void augment_agree(Scope *scope, const Model *model);

/* For the trainer; NULL: pictures stay as they are. */
json_t *augment_json(const Settings *settings);

#endif
