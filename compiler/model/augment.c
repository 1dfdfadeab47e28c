#include "compiler/model/augment.h"

#include <math.h>

#include "compiler/model/agree.h"
#include "compiler/model/layer.h"

static const char *const none_words[] = {"none", NULL};
static const char *const flip_words[] = {"none", "horizontal", NULL};
static const char *const fill_words[] = {"zero", "edge", NULL};

const OptionSpec augment_options[AUGMENT_OPTIONS] = {
    [AUGMENT_SHIFT] = {.name = "shift",
                       .type = OPTION_REAL,
                       .low = 0,
                       .high = MODEL_MAX_SIDE,
                       .pixels = true,
                       .doc = "pixels that a picture is moved at most, along each axis",
                       .example = "shift=2",
                       .trainer = {.name = "augment_shift"}},
    [AUGMENT_ROTATE] = {.name = "rotate",
                        .type = OPTION_REAL,
                        .low = 0,
                        .high = 180,
                        .doc = "degrees that it is turned at most",
                        .example = "rotate=10",
                        .trainer = {.name = "augment_rotate"}},
    [AUGMENT_SCALE] = {.name = "scale",
                       .type = OPTION_REAL,
                       .low = 0,
                       .high = 1,
                       .high_open = true,
                       .doc = "s: it is made larger by a factor in 1 - s ... 1 + s",
                       .example = "scale=0.1",
                       .trainer = {.name = "augment_scale"}},
    [AUGMENT_SHEAR] = {.name = "shear",
                       .type = OPTION_REAL,
                       .low = 0,
                       .high = 90,
                       .high_open = true,
                       .doc = "degrees that its upright lines are inclined at most",
                       .example = "shear=10",
                       .trainer = {.name = "augment_shear"}},
    [AUGMENT_ELASTIC] = {.name = "elastic",
                         .type = OPTION_NUMBERS,
                         .low = 0,
                         .high = 1e6,
                         .standard = "none",
                         .words = none_words,
                         .doc = "[alpha, sigma] in pixels: alpha times fields of displacements in -1 ... 1, which are "
                                "smoothed by a gaussian of standard deviation sigma",
                         .example = "elastic=[34, 4]",
                         .trainer = {.name = "augment_elastic"}},
    [AUGMENT_FLIP] = {.name = "flip",
                      .type = OPTION_WORD,
                      .standard = "none",
                      .words = flip_words,
                      .doc = "horizontal: left and right are exchanged, of every other picture by chance",
                      .example = "flip=horizontal",
                      .trainer = {.name = "augment_flip"}},
    [AUGMENT_ALTERNATING] = {.name = "alternating",
                             .type = OPTION_BOOL,
                             .standard = "false",
                             .doc = "which pictures are flipped is drawn once: these in even epochs, the others in odd "
                                    "ones",
                             .trainer = {.name = "augment_alternating"}},
    [AUGMENT_ERASE] = {.name = "erase",
                       .type = OPTION_REAL,
                       .low = 0,
                       .high = 1,
                       .high_open = true,
                       .doc = "share of the area, a rectangle somewhere, that is set to 0",
                       .example = "erase=0.2",
                       .trainer = {.name = "augment_erase"}},
    [AUGMENT_NOISE] = {.name = "noise",
                       .type = OPTION_REAL,
                       .low = 0,
                       .high = 1e6,
                       .doc = "standard deviation of what is added to each value; bytes are 0 to 1",
                       .example = "noise=0.1",
                       .trainer = {.name = "augment_noise"}},
    [AUGMENT_FILL] = {.name = "fill",
                      .type = OPTION_WORD,
                      .standard = "zero",
                      .words = fill_words,
                      .doc = "what comes in from outside: 0, or the edge going on",
                      .trainer = {.name = "augment_fill"}},
    [AUGMENT_EXPAND] = {.name = "expand",
                        .type = OPTION_BOOL,
                        .standard = "false",
                        .doc = "nothing is drawn: an epoch has each picture and its four shifts by shift= pixels",
                        .example = "shift=1 expand=true",
                        .trainer = {.name = "augment_expand"}},
};

/* ---- one line ---- */

static bool read_elastic(SettingContext *context, NetAugment *augment) {
    const OptionValue *value = &context->option[AUGMENT_ELASTIC];
    if (!value->given || value->flag) return true;
    if (value->number_count == 2 && value->numbers[1] >= NET_AUGMENT_SIGMA_LEAST && value->numbers[1] <= 100) {
        augment->alpha = value->numbers[0];
        augment->sigma = value->numbers[1];
        return true;
    }
    Diag *diag = diag_report(context->diags, value->at, "bad-value",
                             "elastic= takes two numbers: how far, alpha, and how smoothly, sigma from %g to 100, in "
                             "pixels",
                             NET_AUGMENT_SIGMA_LEAST);
    diag_help(context->diags, diag, "write elastic=[34, 4], as Simard, Steinkraus and Platt have it for 29x29 digits");
    return false;
}

/* The fixed set: nothing else is made of its pictures. */
static bool check_expanded(SettingContext *context, const NetAugment *augment) {
    const OptionValue *option = context->option;
    static const int drawn[] = {AUGMENT_ROTATE, AUGMENT_SCALE,       AUGMENT_SHEAR, AUGMENT_ELASTIC,
                                AUGMENT_FLIP,   AUGMENT_ALTERNATING, AUGMENT_ERASE, AUGMENT_NOISE};
    for (size_t i = 0; i < COUNT_OF(drawn); i++) {
        if (!option[drawn[i]].given) continue;
        Diag *diag = diag_report(context->diags, option[drawn[i]].at, "conflicting-options",
                                 "%s= is drawn, and with expand=true nothing is: the set is fixed",
                                 augment_options[drawn[i]].name);
        diag_help(context->diags, diag, "write 'augment shift=1 expand=true' alone, or leave expand=true out");
        return false;
    }
    if (augment->shift >= 1 && augment->shift == floor(augment->shift)) return true;
    Diag *diag = diag_report(context->diags, option[option[AUGMENT_SHIFT].given ? AUGMENT_SHIFT : AUGMENT_EXPAND].at,
                             "bad-value", "expand=true shifts by whole pixels, shift= says by how many");
    diag_help(context->diags, diag, "write 'augment shift=1 expand=true'");
    return false;
}

/* An option that says how another one acts, which is not there. */
static bool check_idle(SettingContext *context, int idle, bool acts, const char *what) {
    const OptionValue *value = &context->option[idle];
    if (acts || !value->given) return true;
    Diag *diag = diag_report(context->diags, value->at, "conflicting-options", "%s= says how %s, and nothing is",
                             augment_options[idle].name, what);
    diag_help(context->diags, diag,
              idle == AUGMENT_ALTERNATING ? "write flip=horizontal alternating=true, or leave it out"
                                          : "write shift=2 fill=edge, or leave it out");
    return false;
}

bool augment_apply(SettingContext *context) {
    const OptionValue *option = context->option;
    NetAugment *augment = &context->settings->augment;
    *augment = (NetAugment){.shift = option[AUGMENT_SHIFT].real,
                            .rotate = option[AUGMENT_ROTATE].real,
                            .scale = option[AUGMENT_SCALE].real,
                            .shear = option[AUGMENT_SHEAR].real,
                            .flip = option[AUGMENT_FLIP].choice == 1,
                            .alternating = option[AUGMENT_ALTERNATING].flag,
                            .erase = option[AUGMENT_ERASE].real,
                            .noise = option[AUGMENT_NOISE].real,
                            .edge = option[AUGMENT_FILL].choice == 1,
                            .expand = option[AUGMENT_EXPAND].flag};
    bool moves = option[AUGMENT_SHIFT].given || option[AUGMENT_ROTATE].given || option[AUGMENT_SCALE].given ||
                 option[AUGMENT_SHEAR].given || option[AUGMENT_ELASTIC].given;
    return read_elastic(context, augment) && (!augment->expand || check_expanded(context, augment)) &&
           check_idle(context, AUGMENT_ALTERNATING, augment->flip, "pictures are flipped") &&
           check_idle(context, AUGMENT_FILL, moves, "a picture goes on that is moved");
}

/* ---- with data and network ---- */

/* Channels, rows and columns of the set's pictures, where they are known before its files are read; else zeros. */
static Shape picture_of(const Model *model, const DataKind *kind) {
    if (kind->rank == 3) return (Shape){.rank = 3, .dim = {kind->dim[0], kind->dim[1], kind->dim[2]}};
    return model->layers.at[0]->out.rank == 3 ? model->layers.at[0]->out : (Shape){0};
}

/* Shares, as other programs take them, of what is in degrees and pixels here. */
static void check_small(Scope *scope, const Model *model, Shape picture) {
    enum { DEGREES = 15, PIXELS = 2 };
    const struct {
        const char *name, *unit, *seen;
        double least, share; /* what 1 is of */
        int usual;
    } amounts[] = {{"rotate", "degrees", "a turn", 1, 0, DEGREES},
                   {"shear", "degrees", "an angle", 1, 0, DEGREES},
                   {"shift", "pixels", "a side", 0.5, picture.rank == 3 ? (double)picture.dim[2] : 0, PIXELS}};
    for (size_t i = 0; i < COUNT_OF(amounts); i++) {
        const OptionValue *value = settings_option(&model->settings, "augment", amounts[i].name);
        if (!value || value->real <= 0 || value->real >= amounts[i].least) continue;
        double whole = fmax(round(value->real * amounts[i].share), 1);
        const char *number = number_text(scope->arena, amounts[i].share > 0 ? whole : amounts[i].usual);
        Diag *diag = diag_report(scope->diags, value->at, "small-augment",
                                 "%s= of augment is in %s, no share of %s: %s changes next to nothing", amounts[i].name,
                                 amounts[i].unit, amounts[i].seen, number_text(scope->arena, value->real));
        diag_help(scope->diags, diag, "write %s=%s", amounts[i].name, number);
    }
}

/* Noise as if bytes were 0 to 255: they are 0 to 1 when it is added. */
static void check_noise(Scope *scope, const Model *model, const DataKind *kind) {
    const OptionValue *value = settings_option(&model->settings, "augment", "noise");
    if (!value || value->real <= 1 || !kind->bytes) return;
    Diag *diag =
        diag_report(scope->diags, value->at, "input-scale",
                    "the bytes of %s are divided by 255 before noise= is added: they are 0 to 1", kind->variant.name);
    double share = round(value->real / 255 * 1000) / 1000;
    diag_help(scope->diags, diag, "write noise=%s", number_text(scope->arena, fmax(share, 0.001)));
}

void augment_agree(Scope *scope, const Model *model) {
    const Settings *settings = &model->settings;
    const AstStmt *line = agree_line(model, "augment");
    const DataKind *kind = data_kind_find(settings->data_kind);
    if (!line || !net_augment_acts(&settings->augment) || model->purpose == PURPOSE_USE) return;
    const Shape picture = picture_of(model, kind);
    NetError error = {0};
    int64_t numbers = shape_count(model->layers.at[0]->out);
    bool list = picture.rank == 0 && kind->lists;
    if (list || (picture.rank == 3 && picture.dim[1] * picture.dim[2] <= 1)) {
        Diag *diag = diag_report(scope->diags, line->at, "needs-pictures",
                                 "augment changes pictures, and an example of %s has %lld number%s and no sides",
                                 kind->variant.name, (long long)numbers, numbers == 1 ? "" : "s");
        diag_help(scope->diags, diag, "leave augment out, or write the input of pictures as CxHxW: 'input 1x28x28'");
    } else if (picture.rank == 3 && !net_augment_suits(&settings->augment, picture.dim, &error)) {
        Diag *diag = diag_report(scope->diags, line->at, "bad-value", "%s", error.text);
        diag_help(scope->diags, diag, "shift= counts pixels: write shift=2");
    } else {
        check_small(scope, model, picture);
        check_noise(scope, model, kind);
    }
}

json_t *augment_json(const Settings *settings) {
    const NetAugment *a = &settings->augment;
    const struct {
        const char *key;
        double value;
    } amounts[] = {{"shift", a->shift}, {"rotate", a->rotate}, {"scale", a->scale}, {"shear", a->shear},
                   {"alpha", a->alpha}, {"sigma", a->sigma},   {"erase", a->erase}, {"noise", a->noise}};
    const struct {
        const char *key;
        bool on;
    } words[] = {{"flip", a->flip}, {"alternating", a->alternating}, {"edge", a->edge}, {"expand", a->expand}};
    if (!net_augment_acts(a)) return NULL;
    json_t *object = json_object();
    for (size_t i = 0; i < COUNT_OF(amounts); i++)
        if (amounts[i].value > 0) json_put(object, amounts[i].key, json_real(amounts[i].value));
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (words[i].on) json_put(object, words[i].key, json_true());
    return object;
}
