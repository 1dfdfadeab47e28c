#include "compiler/model/mend_put.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/model/mend_epoch.h"
#include "compiler/model/mend_errors.h"
#include "compiler/model/mend_guess.h"
#include "compiler/model/mend_let.h"
#include "compiler/model/mend_line.h"
#include "compiler/model/settings.h"
#include "compiler/model/statement.h"

const OptionSpec *mend_spec(const Mend *mend, size_t place) { return option_at(&mend->owner, place); }
size_t mend_spec_count(const Mend *mend) { return option_count(&mend->owner); }

/* `activations` and `label` for activation and labels. */
static bool one_of_several(const char *a, const char *b) {
    size_t first = strlen(a), second = strlen(b), least = first < second ? first : second;
    const char *longer = first > second ? a : b;
    return least > 1 && first + second == 2 * least + 1 && strncmp(a, b, least) == 0 && longer[least] == 's';
}

size_t mend_find_option(Arena *arena, const OptionOwner *owner, const char *word, bool *turned) {
    size_t count = option_count(owner);
    const char **names = NEW_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++) names[i] = option_at(owner, i)->name;
    const char *name = word_alias(word, names, count, turned);
    for (size_t i = 0; i < count; i++) {
        if (name ? string_is(names[i], name) : one_of_several(names[i], word)) return i;
    }
    return count;
}

size_t mend_find_spec(const Mend *mend, const char *word, bool *turned) {
    return mend_find_option(mend->arena, &mend->owner, word, turned);
}

/* Once the word is known that chooses a setting's row, options of others are none: each optimizer has its own rate. */
static void choose_row(Mend *mend) {
    OptionOwner all = mend->owner;
    const char **slots = mend->slots;
    if (!setting_owner(mend->arena, all.name, slots[0], &mend->owner)) return;
    mend->slots = NEW_ARRAY(mend->arena, const char *, mend_spec_count(mend) + 1);
    for (size_t i = 0; i < mend_spec_count(mend); i++) {
        for (size_t k = 0; k < option_count(&all); k++) {
            if (slots[k] && string_is(option_at(&all, k)->name, mend_spec(mend, i)->name)) mend->slots[i] = slots[k];
        }
    }
}

/* `from=-3`, as Darknet counts back from the layer that reads; NULL: there is none there. */
static const char *layer_before(const Mend *mend, const LooseValue *value) {
    const Model *model = mend->scope->model;
    size_t wrong = 0; /* a statement above that is wrong is no layer, and may have been one */
    for (size_t i = 0; i < mend->scope->diags->list.count; i++) wrong += mend->scope->diags->list.at[i]->advised;
    if (wrong > 1) return NULL;
    long back =
        value->text && value->text[0] == '-' && is_digit(value->text[1]) ? strtol(value->text + 1, NULL, 10) : 0;
    size_t count = model ? model->layers.count : 0;
    if (count > 0 && mend_first_error(mend->scope->diags, model->layers.at[count - 1]->at)) count--; /* it itself */
    return back >= 1 && (size_t)back <= count ? model->layers.at[count - (size_t)back]->name : NULL;
}

/* `warmup=5%`, a share of all epochs where these are counted; NULL: it is something else. */
static const char *share_of_epochs(Mend *mend, const OptionSpec *spec, const LooseValue *value) {
    char *end;
    if (!mend_counts_epochs(spec) || value->kind != LOOSE_NUMBER) return NULL;
    double share = strtod(value->text, &end), epochs = mend_epochs(mend->scope);
    if (end == value->text || strcmp(end, "%") != 0) return NULL;
    mend->words.remark = arena_format(mend->arena, "%s= is in epochs, of which there are %s", spec->name,
                                      number_text(mend->arena, epochs));
    return number_text(mend->arena, share / 100 * epochs);
}

/* `shift=10%`, a share of the picture where pixels are counted; NULL: it is something else, or the picture is not
 * known.
 */
static const char *share_of_side(Mend *mend, const OptionSpec *spec, const LooseValue *value) {
    const Model *model = mend->scope->model;
    const Shape *input = model && model->layers.count > 0 ? &model->layers.at[0]->out : NULL;
    char *end;
    if (!spec->pixels || value->kind != LOOSE_NUMBER) return NULL;
    double share = strtod(value->text, &end) / 100;
    if (end == value->text || strcmp(end, "%") != 0) return NULL;
    mend->words.remark = arena_format(mend->arena, "%s= is in pixels", spec->name);
    if (!input || input->rank != 3) return NULL;
    int64_t side = input->dim[1] < input->dim[2] ? input->dim[1] : input->dim[2];
    mend->words.remark = arena_format(mend->arena, "%s, of which a side has %lld", mend->words.remark, (long long)side);
    return number_text(mend->arena, round(share * (double)side));
}

/* `every=2 epochs` and `every=2epochs` as steps, as far as these are known: else once an epoch. */
const char *mend_steps(Mend *mend, const char *number) {
    char *end;
    double epochs = strtod(number, &end), steps = epochs * (double)mend_epoch_steps(mend->scope);
    if (end == number || epochs == 1) return "epoch";
    mend->words.remark = "every= is a number of steps, or epoch";
    return steps >= 1 ? arena_format(mend->arena, "%.0f", steps) : "epoch";
}

/* `pad=same` and `pad=valid` of a window that takes numbers alone, which are known once the window is; NULL: it is
 * something else. */
static const char *padding_text(const Mend *mend, const OptionSpec *spec, const LooseValue *value) {
    const char *word = spec->type == OPTION_WINDOW && string_is(spec->name, "pad") ? mend_word(value) : NULL;
    if (!word || (!foreign_same(word, "same") && !foreign_same(word, "valid"))) return NULL;
    const char *window = NULL;
    for (size_t i = 0; i < mend_spec_count(mend); i++)
        if (mend_spec(mend, i)->type == OPTION_WINDOW && mend_spec(mend, i)->required) window = mend->slots[i];
    if (foreign_same(word, "valid") || !window || !is_digit(window[0])) return "0";
    char *by;
    long rows = strtol(window, &by, 10), columns = *by == 'x' ? strtol(by + 1, NULL, 10) : rows;
    const char *text = arena_format(mend->arena, "%ld", (rows - 1) / 2);
    return rows == columns ? text : arena_format(mend->arena, "%sx%ld", text, (columns - 1) / 2);
}

bool mend_put_back(Mend *mend, const LooseLine *line, size_t i) {
    const LooseArg *arg = &line->args.at[i];
    const char *text = arg->value->kind == LOOSE_NUMBER ? arg->value->text : "";
    if (text[0] != '-' || !is_digit(text[1]) || (arg->key && !foreign_same(arg->key, "from"))) return false;
    bool flows = string_is(text, "-1"), read = arg->key != NULL; /* what flows is read by a shortcut */
    for (size_t k = 0; k < line->args.count; k++) {
        const LooseValue *other = line->args.at[k].value;
        read = read || (!line->args.at[k].key && other->kind == LOOSE_NUMBER && string_is(other->text, "-1"));
    }
    const char *name = flows ? NULL : layer_before(mend, arg->value);
    if (flows || !read || !name) return flows;
    mend->slots[0] = mend->slots[0] ? arena_format(mend->arena, "%s %s", mend->slots[0], name) : name;
    return true;
}

const char *mend_label_above(const Mend *mend) {
    const Model *model = mend->scope->model;
    size_t count = model ? model->layers.count : 0;
    if (count > 0 && mend_first_error(mend->scope->diags, model->layers.at[count - 1]->at)) count--; /* it itself */
    bool network = mend->scope->block == 1; /* what layers of a repeat are called depends on the place */
    const Shape *flows = count > 0 ? &model->layers.at[count - 1]->out : NULL;
    for (size_t i = count; network && i-- > 1;) {
        const Layer *layer = model->layers.at[i - 1];
        bool same = layer->out.rank == flows->rank && flows->rank > 0;
        for (int d = 0; same && d < flows->rank; d++) same = layer->out.dim[d] == flows->dim[d];
        if (same) return layer->name;
    }
    return NULL;
}

bool mend_put(Mend *mend, size_t place, const LooseValue *value, bool turned) {
    const OptionSpec *spec = mend_spec(mend, place);
    value = mend_as_expression(mend->scope, value);
    if (spec->type == OPTION_LABEL && value->kind != LOOSE_WORD && value->kind != LOOSE_STRING) {
        mend->slots[place] = layer_before(mend, value); /* what is read decides the network: it is not left out */
        return mend->slots[place] != NULL;
    }
    const char *text = share_of_epochs(mend, spec, value);
    if (!text) text = share_of_side(mend, spec, value);
    if (!text) text = padding_text(mend, spec, value);
    if (!text) text = mend_value(&mend->words, spec, value, turned);
    bool epochs = string_is(text, "epoch") && value->kind == LOOSE_NUMBER && mend_counts_steps(spec);
    if (epochs) text = mend_steps(mend, value->text);
    bool own = !text && value->kind == LOOSE_WORD && mend_reads_let(mend->scope, value);
    if (own) text = value->text; /* let act = sigmoid */
    bool more = option_takes_all(spec) && mend->slots[place];
    bool word = value->kind == LOOSE_WORD || value->kind == LOOSE_STRING;
    if (more && mend->words.guess && word) return true; /* what it cannot be is left out */
    if (mend->words.guess) text = mend_guess(&mend->words, mend->scope, &mend->owner, spec, value, text);
    if (!text || (mend->slots[place] && !more)) return mend->words.guess;
    mend->slots[place] = more ? arena_format(mend->arena, "%s %s", mend->slots[place], text) : text;
    if (place == 0 && !mend->layer && mend->owner.common_count > 0) choose_row(mend);
    return true;
}

/* ---- by the form of the value ---- */

bool mend_put_parameter(Mend *mend, const LooseArg *arg) {
    static const char *const names[] = {"alpha", "slope", "negativeslope", "beta", "delta"};
    bool named = !arg->key;
    for (size_t i = 0; i < COUNT_OF(names); i++) named = named || foreign_same(arg->key, names[i]);
    if (!named || arg->value->kind != LOOSE_NUMBER) return false;
    for (size_t i = 0; i < mend_spec_count(mend); i++) {
        const char *slot = mend->slots[i];
        const OptionSpec *spec = mend_spec(mend, i);
        if (slot && string_is(slot, spec->called) && strtod(arg->value->text, NULL) > 0) { /* cost huber delta=1 */
            mend->slots[i] = arena_format(mend->arena, "%s(%s)", slot, arg->value->text);
            return true;
        }
        if (!slot || spec->type != OPTION_ACTIVATION || strchr(slot, '(')) continue;
        LooseValue *call = NEW(mend->arena, LooseValue);
        *call = (LooseValue){.kind = LOOSE_CALL, .text = slot, .raw = slot};
        vec_push(mend->arena, &call->items, ((LooseArg){.value = arg->value}));
        const char *text = mend_value(&mend->words, mend_spec(mend, i), call, false);
        if (!text || !strchr(text, '(')) return false;
        mend->slots[i] = text;
        return true;
    }
    return false;
}

bool mend_put_square(Mend *mend, const LooseLine *line, size_t *i) {
    if (line->called || *i + 1 >= line->args.count || line->args.at[*i + 1].key) return false;
    const LooseValue *side = line->args.at[*i].value, *other = line->args.at[*i + 1].value;
    bool equal = side->kind == LOOSE_NUMBER && other->kind == LOOSE_NUMBER && string_is(side->text, other->text);
    for (size_t place = 0; equal && place < mend_spec_count(mend); place++) {
        const OptionSpec *spec = mend_spec(mend, place);
        if (spec->type != OPTION_WINDOW || !spec->required || mend->slots[place]) continue;
        bool units = false; /* the number of maps comes first */
        for (size_t k = 0; k < mend_spec_count(mend); k++) {
            units = units ||
                    (mend_spec(mend, k)->positional && mend_spec(mend, k)->required && k != place && !mend->slots[k]);
        }
        if (units) return false;
        mend->slots[place] = arena_format(mend->arena, "%sx%s", side->text, other->text);
        ++*i;
        return true;
    }
    return false;
}

bool mend_put_maps(Mend *mend, const LooseArg *arg) {
    size_t window = mend_spec_count(mend);
    for (size_t i = 0; i < mend_spec_count(mend); i++) {
        if (mend_spec(mend, i)->type == OPTION_WINDOW && mend_spec(mend, i)->required && !mend->slots[i]) window = i;
    }
    bool maps = !arg->key && arg->value->kind == LOOSE_NUMBER && window < mend_spec_count(mend) && window > 0 &&
                mend_spec(mend, 0)->type == OPTION_INTEGER && !mend->slots[0];
    const char *by = maps ? strchr(arg->value->text, 'x') : NULL;
    if (!by || !mend_is_shape(arg->value->text) || !mend_is_shape(by + 1)) return false;
    const char *text = arg->value->text, *last = strrchr(text, 'x');
    size_t side = (size_t)(by - text);
    bool behind = (size_t)(last - by - 1) == side && strncmp(text, by + 1, side) == 0 && strcmp(last, by) != 0;
    mend->slots[0] = behind ? last + 1 : arena_copy(mend->arena, text, side);
    mend->slots[window] = behind ? arena_copy(mend->arena, text, (size_t)(last - text)) : by + 1;
    return true;
}

/* The number of a word such as 2, x2 or 2x; 0: it is none. */
static int rounds_of(const LooseValue *value) {
    enum { MOST = 99 };
    const char *text = value->kind == LOOSE_WORD || value->kind == LOOSE_NUMBER ? value->text : "";
    text += strspn(text, "xX");
    char *end;
    long rounds = strtol(text, &end, 10);
    return is_digit(text[0]) && rounds > 0 && rounds <= MOST && (!*end || strcmp(end, "x") == 0) ? (int)rounds : 0;
}

/* `kernel=5 x5`: the second side of the window before it. */
static bool put_side(Mend *mend, const LooseLine *line, size_t i) {
    const LooseArg *window = i > 0 ? &line->args.at[i - 1] : NULL;
    bool turned;
    size_t place = window && window->key ? mend_find_spec(mend, window->key, &turned) : mend_spec_count(mend);
    if (place == mend_spec_count(mend) || mend_spec(mend, place)->type != OPTION_WINDOW || !mend->slots[place]) {
        return false;
    }
    const char *side = line->args.at[i].value->text + 1;
    if (strspn(side, "0123456789") < strlen(side) || mend_is_shape(mend->slots[place])) return false;
    mend->slots[place] = arena_format(mend->arena, "%sx%s", mend->slots[place], side);
    return true;
}

bool mend_put_rounds(Mend *mend, const LooseLine *line, size_t *i) {
    const LooseArg *arg = &line->args.at[*i], *next = *i + 1 < line->args.count ? arg + 1 : NULL;
    const char *text = !arg->key && arg->value->kind == LOOSE_WORD ? arg->value->text : "";
    bool named = arg->key && (foreign_same(arg->key, "repeat") || foreign_same(arg->key, "times"));
    bool apart =
        !line->called && string_is(text, "x") && next && !next->key && next->value->kind == LOOSE_NUMBER; /* x 2 */
    bool glued = (text[0] == 'x' || text[0] == 'X') && is_digit(text[1]);
    if (glued && put_side(mend, line, *i)) return true;
    int rounds = mend->layer && (named || apart || glued) ? rounds_of(apart ? next->value : arg->value) : 0;
    if (rounds > 0) mend->rounds = rounds;
    *i += rounds > 0 && apart;
    return rounds > 0;
}

bool mend_put_column(Mend *mend, const LooseLine *line, size_t i) {
    const LooseArg *arg = &line->args.at[i];
    LooseKind kind = arg->value->kind;
    size_t key = i;
    while (key > 0 && !line->args.at[key].key) key--;
    bool turned, column = kind == LOOSE_WORD || kind == LOOSE_STRING || kind == LOOSE_NUMBER;
    if (arg->key || !column || !line->args.at[key].key) return false;
    size_t place = mend_find_spec(mend, line->args.at[key].key, &turned);
    const char *before = place < mend_spec_count(mend) ? mend->slots[place] : NULL;
    if (!before || mend_spec(mend, place)->type != OPTION_COLUMNS) return false;
    const char *text = mend_value(&mend->words, mend_spec(mend, place), arg->value, false);
    size_t length = strlen(before);
    bool list = before[0] == '[';
    if (text)
        mend->slots[place] =
            arena_format(mend->arena, "[%.*s, %s]", (int)(list ? length - 2 : length), before + list, text);
    return text != NULL;
}

bool mend_put_parts(Mend *mend, const LooseLine *line) {
    LooseValue numbers = {.kind = LOOSE_GROUP};
    for (size_t i = 0; i < line->args.count; i++) {
        if (line->args.at[i].key || !mend_numbers(mend->arena, line->args.at[i].value, &numbers)) return false;
    }
    double sum = 0;
    for (size_t i = 0; i < numbers.items.count; i++) sum += strtod(numbers.items.at[i].value->text, NULL);
    if (numbers.items.count == 1 && sum > 0 && sum < 1 && mend->owner.count > 1) { /* split 0.1: it is held back */
        if (mend_spec(mend, 1)->type != OPTION_COUNT) return false;
        bool train = sum > 0.5; /* split 0.8: the larger part is trained on */
        mend->slots[1] = train ? number_text(mend->arena, 1 - sum) : numbers.items.at[0].value->text;
        if (train) mend->slots[0] = numbers.items.at[0].value->text;
        return true;
    }
    if (numbers.items.count < 2 || numbers.items.count > mend->owner.count) return false;
    for (size_t i = 0; i < numbers.items.count; i++) {
        const char *text = numbers.items.at[i].value->text;
        if (mend_spec(mend, i)->type != OPTION_COUNT) return false;
        mend->slots[i] = sum == 100 ? number_text(mend->arena, strtod(text, NULL) / 100) : text;
    }
    return true;
}

bool mend_put_count(Mend *mend, const LooseArg *arg) {
    static const char *const parts[] = {"train", "validation", "test"};
    bool data = !mend->layer && string_is(mend->owner.name, "data") && mend->slots[0], turned;
    const char *part = arg->key ? word_alias(arg->key, parts, COUNT_OF(parts), &turned) : parts[0];
    if (!data || !part || arg->value->kind != LOOSE_NUMBER) return false;
    mend->words.remark = arena_format(mend->arena, "'split %s=%s' says how many", part, arg->value->text);
    return true;
}

bool mend_put_flag(Mend *mend, const LooseArg *arg) {
    const char *word = !arg->key && arg->value->kind == LOOSE_WORD ? arg->value->text : NULL;
    bool turned;
    size_t place = word ? mend_find_spec(mend, word, &turned) : mend_spec_count(mend);
    if (place == mend_spec_count(mend) || mend->slots[place]) return false;
    if (mend_spec(mend, place)->type != OPTION_BOOL) { /* its name alone: pad */
        LooseValue none = {.kind = LOOSE_OTHER, .raw = ""};
        return mend->words.guess && !mend_spec(mend, place)->positional && mend_put(mend, place, &none, false);
    }
    mend->slots[place] = turned ? "false" : "true";
    return true;
}

bool mend_put_label(Mend *mend, const LooseLine *line, size_t i) {
    static const char *const words[] = {"as", "named", "called"};
    const LooseArg *arg = &line->args.at[i], *next = i + 1 < line->args.count ? arg + 1 : NULL;
    bool word = mend->layer && next && !arg->key && !next->key && arg->value->kind == LOOSE_WORD;
    if (!word || (next->value->kind != LOOSE_WORD && next->value->kind != LOOSE_STRING)) return false;
    for (size_t k = 0; k < COUNT_OF(words); k++) {
        if (!foreign_same(arg->value->text, words[k])) continue;
        mend->label = next->value->text;
        return true;
    }
    return false;
}

bool mend_put_lettered(Mend *mend, const LooseArg *arg) {
    const char *word = !arg->key && arg->value->kind == LOOSE_WORD ? arg->value->text : "";
    bool form = word[0] && strchr("ksp", word[0]) && word[1] && strspn(word + 1, "0123456789") == strlen(word + 1);
    bool turned;
    size_t place = form ? mend_find_spec(mend, arena_copy(mend->arena, word, 1), &turned) : mend_spec_count(mend);
    if (place == mend_spec_count(mend) || mend->slots[place]) return false;
    LooseValue number = {.kind = LOOSE_NUMBER, .text = word + 1, .raw = word + 1};
    return mend_put(mend, place, &number, turned);
}

bool mend_put_dashed(Mend *mend, const LooseArg *arg) {
    const LooseValue *value = arg->value;
    bool parted = value->kind == LOOSE_OTHER && value->items.count == 2 && strpbrk(value->raw, "-–"), turned;
    const char *word = arg->key ? NULL : parted ? value->items.at[0].value->text : value->text;
    const char *dash = word && value->kind == LOOSE_WORD ? strrchr(word, '-') : NULL;
    if ((!parted && !dash) || !word) return false;
    const char *text = parted ? value->items.at[1].value->text : dash + 1;
    size_t place = mend_find_spec(mend, dash ? arena_copy(mend->arena, word, (size_t)(dash - word)) : word, &turned);
    if (place == mend_spec_count(mend) || mend->slots[place] || !text || !is_digit(text[0])) return false;
    LooseValue number = {.kind = LOOSE_NUMBER, .text = text, .raw = text};
    return mend_put(mend, place, &number, turned);
}

bool mend_put_seeds(Mend *mend, const LooseArg *arg) {
    LooseValue numbers = {.kind = LOOSE_GROUP};
    if (mend->layer || !string_is(mend->owner.name, "seed") || arg->key) return false;
    const LooseValue *value = arg->value, *first = value->items.count > 0 ? value->items.at[0].value : value;
    bool several = (value->kind == LOOSE_OTHER && strpbrk(value->raw, "-.")) || value->kind == LOOSE_GROUP ||
                   (value->kind == LOOSE_NUMBER && mend->slots[0]);
    if (!several || !mend_numbers(mend->arena, first, &numbers)) return false;
    mend->words.remark = "netc train FILE --seeds 1-5 trains with several";
    if (!mend->slots[0]) mend->slots[0] = numbers.items.at[0].value->text;
    return true;
}
