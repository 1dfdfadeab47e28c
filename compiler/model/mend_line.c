#include "compiler/model/mend_line.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/layer.h"
#include "compiler/model/mend_guess.h"
#include "compiler/model/mend_let.h"
#include "compiler/model/mend_put.h"
#include "compiler/model/settings.h"
#include "compiler/model/statement.h"
#include "runtime/base/words.h"

/* ---- which option a value is for ---- */

/* Whether another row of the setting has the option: images= of 'data idx'. */
static bool is_of_other_row(const Mend *mend, const char *word) {
    OptionOwner all;
    bool turned;
    if (mend->layer || !setting_owner(mend->arena, mend->owner.name, NULL, &all)) return false;
    return mend_find_option(mend->arena, &all, word, &turned) < option_count(&all);
}

/* The option that a bare value can only be for, by its form: `5x5` a window, `relu` an activation. */
static size_t spec_by_form(const Mend *mend, const LooseValue *value) {
    const char *word = mend_word(value);
    bool function = word && mend_activation(mend->arena, word);
    for (size_t i = 0; i < mend_spec_count(mend); i++) {
        const OptionSpec *spec = mend_spec(mend, i);
        if (mend->slots[i]) continue;
        if (spec->type == OPTION_ACTIVATION && function) return i;
        if ((spec->type == OPTION_PAD || string_is(spec->name, "pad")) && word &&
            (foreign_same(word, "same") || foreign_same(word, "valid")))
            return i;
        bool shape = value->kind == LOOSE_NUMBER && mend_is_shape(value->text);
        if (spec->type == OPTION_WINDOW && shape) return i;
    }
    return mend_spec_count(mend);
}

/* The next name of an order, "" at its end. */
static const char *next_name(Arena *arena, const char **order) {
    const char *at = *order + strspn(*order, " ");
    size_t length = strcspn(at, " ");
    *order = at + length;
    return arena_copy(arena, at, length);
}

/* An option that is a statement of its own here: dropout=0.5 of a layer, lambda=5 of the optimizer. */
static bool put_elsewhere(Mend *mend, const LooseArg *arg) {
    const ForeignHead *head = mend->layer ? foreign_layer(arg->key) : foreign_setting(arg->key);
    bool own = !mend->layer && setting_kind_find(arg->key); /* batch=16, epochs=2 */
    if (!head || (foreign_is_idle(arg->key) && !own)) return false;
    if (strncmp(head->here, mend->owner.name, strlen(mend->owner.name)) == 0) return false;
    LooseLine line = {.head = head->here};
    vec_push(mend->arena, &line.args, ((LooseArg){.value = arg->value}));
    const char *text = mend_line(mend->scope, mend->layer, head, &line, &mend->words);
    if (text) vec_push(mend->arena, &mend->extra, text);
    return text != NULL;
}

/* Keras' l2(c) adds c times the squares, weight_decay half of it. */
#define OF_KERAS 2.0

/* An option that is a line of the other block: loss=mse of a layer, activation=relu of a setting. */
static bool put_in_other_block(Mend *mend, const LooseArg *arg) {
    const ForeignHead *head = mend->layer ? foreign_setting(arg->key) : foreign_layer(arg->key);
    if (!head) return false;
    LooseLine line = {.head = head->here};
    vec_push(mend->arena, &line.args, ((LooseArg){.value = arg->value}));
    MendWords words = {.arena = mend->arena, .guess = true};
    const char *text = mend_line(mend->scope, !mend->layer, head, &line, &words);
    bool softmax = false;
    for (size_t i = 0; i < mend_spec_count(mend); i++) softmax = softmax || string_is(mend->slots[i], "softmax");
    if (text && strncmp(text, "regularize l2=", 14) == 0 && strtod(text + 14, NULL) < LEAST_L2) { /* a factor */
        double factor = strtod(text + 14, NULL) * (arg->value->kind == LOOSE_CALL ? OF_KERAS : 1.0);
        text = arena_format(mend->arena, "regularize weight_decay=%s", number_text(mend->arena, factor));
    }
    if (softmax && string_is(head->here, "cost")) text = "cost log_likelihood"; /* the one that goes with it */
    if (!text) return false;
    mend->words.elsewhere = true;
    mend->words.remark =
        arena_format(mend->arena, "'%s' is a line of the %s block", text, mend->layer ? "train" : "network");
    return true;
}

static bool is_off(const LooseValue *value) {
    const char *truth = value->text ? mend_truth(value, false) : NULL;
    return truth && string_is(truth, "false");
}

/* normalize=true, which is mean=data std=data here. */
static bool put_rewritten(Mend *mend, const LooseArg *arg) {
    const char *here = foreign_options(mend->owner.name, arg->key);
    LooseLine line;
    if (!here) return false;
    here = arena_format(mend->arena, "%s %s", mend->owner.name, here);
    if (!loose_read(mend->arena, here, strlen(here), &line)) return false;
    line.args.count = is_off(arg->value) ? 0 : line.args.count;
    LooseValue numbers = {.kind = LOOSE_GROUP}; /* normalize=(0.13, 0.31) */
    bool given = mend_numbers(mend->arena, arg->value, &numbers) && numbers.items.count == line.args.count;
    for (size_t i = 0; i < line.args.count; i++) {
        bool turned;
        const LooseValue *value = given ? numbers.items.at[i].value : line.args.at[i].value;
        if (!mend_put(mend, mend_find_spec(mend, line.args.at[i].key, &turned), value, false)) return false;
    }
    return true;
}

/* name="fc1": a label here. */
static const char *label_of(const Mend *mend, const LooseArg *arg) {
    bool named = mend->layer && foreign_same(arg->key, "name") && arg->value->text;
    return named && arg->value->kind != LOOSE_NUMBER ? arg->value->text : NULL;
}

/* betas=(0.9, 0.999): a list of what are options with numbers here, beta1 and those after it. */
static bool put_numbered(Mend *mend, size_t first, const LooseValue *value) {
    const char *name = mend_spec(mend, first)->name;
    size_t stem = strlen(name) - 1, count = value->items.count;
    if (value->kind != LOOSE_GROUP || name[stem] != '1' || first + count > mend_spec_count(mend)) return false;
    for (size_t i = 0; i < count; i++) {
        const char *next = mend_spec(mend, first + i)->name;
        bool follows = strncmp(next, name, stem) == 0 && next[stem] == (char)('1' + i);
        if (!follows || !mend_put(mend, first + i, value->items.at[i].value, false)) return false;
    }
    return count > 0;
}

/* `activaton relu`: the option that a word nearly is, and its place; else the word itself, and *place stays. */
static const char *near_option(const Mend *mend, const char *word, size_t *place) {
    size_t count = mend_spec_count(mend);
    const char **names = NEW_ARRAY(mend->arena, const char *, count);
    for (size_t i = 0; i < count; i++) names[i] = mend_spec(mend, i)->name;
    const char *near = strlen(word) > 5 ? net_nearest_word(word, names, count) : NULL;
    for (size_t i = 0; near && i < count; i++) *place = string_is(names[i], near) ? i : *place;
    return near ? near : word;
}

/* `pool average=2x2`: the word of one value, and the next. */
static bool put_word(Mend *mend, const LooseArg *arg) {
    bool turned;
    for (size_t i = 0; i + 1 < mend->owner.count; i++) {
        const OptionSpec *spec = mend_spec(mend, i);
        bool words = spec->positional && spec->words && !mend->slots[i] && mend_spec(mend, i + 1)->positional;
        const char *word = words ? word_alias(arg->key, spec->words, option_word_count(spec), &turned) : NULL;
        if (!word) continue;
        LooseValue value = {.kind = LOOSE_WORD, .text = word, .raw = word};
        return mend_put(mend, i, &value, false) && mend_put(mend, i + 1, arg->value, false);
    }
    return false;
}

static bool put_named(Mend *mend, const LooseArg *arg) {
    bool turned = false;
    size_t place = mend_find_spec(mend, arg->key, &turned);
    if (place < mend_spec_count(mend) && put_numbered(mend, place, arg->value)) return true;
    if (place < mend_spec_count(mend)) return mend_put(mend, place, arg->value, turned);
    if (label_of(mend, arg)) {
        mend->label = label_of(mend, arg);
        return true;
    }
    if (put_rewritten(mend, arg) || put_elsewhere(mend, arg) || put_word(mend, arg)) return true;
    if (is_of_other_row(mend, arg->key)) return mend->words.guess;
    if (!foreign_is_idle(arg->key) && put_in_other_block(mend, arg)) return true;
    const Absent *absent = foreign_absent(arg->key);
    if (absent && !is_off(arg->value)) mend->words.absent = absent;
    if (absent || foreign_is_idle(arg->key) || !mend->words.guess) return absent || foreign_is_idle(arg->key);
    near_option(mend, arg->key, &place);
    return place == mend_spec_count(mend) || mend_put(mend, place, arg->value, false);
}

/* How many values without a name the owner cannot do without. */
static size_t required_count(const Mend *mend, const LooseLine *line) {
    size_t count = 0;
    for (size_t i = 0; i < mend_spec_count(mend); i++) {
        bool given = mend->slots[i] != NULL;
        for (size_t k = 0; k < line->args.count && !given; k++) {
            bool turned;
            given = line->args.at[k].key && mend_find_spec(mend, line->args.at[k].key, &turned) == i;
        }
        count += mend_spec(mend, i)->required && !given;
    }
    return count;
}

/* With the channels of a picture. */
static bool begins_small(const LooseLine *line) {
    const char *first = line->args.at[0].value->text;
    return string_is(first, "1") || string_is(first, "3");
}

/* PyTorch's layers begin with what they read, Conv2d(1, 6, 5) and Linear(784, 100): netc knows it. */
static bool begins_with_inputs(const Mend *mend, const LooseLine *line) {
    size_t bare = 0, sizes = 0, windows = 0;
    for (; bare < line->args.count && !line->args.at[bare].key; bare++) {
        const LooseValue *value = line->args.at[bare].value;
        bool window = bare > 0 && value->kind == LOOSE_NUMBER && mend_is_shape(value->text);
        bool product = value->kind == LOOSE_PRODUCT && string_is(mend->owner.name, "dense"); /* dense 16*5*5 120 */
        bool size = (value->kind == LOOSE_NUMBER && !window) || product || mend_reads_let(mend->scope, value);
        if (!size && (value->kind == LOOSE_WORD || value->kind == LOOSE_STRING)) break;
        sizes += size;
        windows += window;
    }
    bool dense = string_is(mend->owner.name, "dense"), weights = dense || string_is(mend->owner.name, "conv");
    /* dense 784 30, conv 1 maps kernel=5x5, conv 1->6 5x5, conv 1 6 5 */
    bool likely = line->called || string_is(line->head, "Conv2d") || (bare == sizes + windows && sizes == 2) ||
                  (!dense && sizes == 3 && begins_small(line));
    return likely && weights && !strstr(line->head, "2D") && (sizes == 2 || !strstr(line->head, "Dense")) &&
           bare > required_count(mend, line);
}

/* `input 1 28 28`: all numbers from here on are sides of one shape. */
static LooseValue *gather_sides(const Mend *mend, const LooseLine *line, size_t *i) {
    LooseValue *group = NEW(mend->arena, LooseValue);
    group->kind = LOOSE_GROUP;
    for (; *i < line->args.count && !line->args.at[*i].key; ++*i) {
        const LooseValue *value = line->args.at[*i].value;
        if (value->kind == LOOSE_WORD && foreign_is_idle(value->text)) break; /* 784 neurons */
        vec_push(mend->arena, &group->items, line->args.at[*i]);
    }
    --*i;
    return group;
}

/* A word that some option takes: the class of `target class 10`. */
static bool is_value(const Mend *mend, const char *word) {
    for (size_t i = 0; i < mend_spec_count(mend); i++) {
        for (const char *const *known = mend_spec(mend, i)->words; known && *known; known++) {
            if (foreign_same(*known, word)) return true;
        }
    }
    return false;
}

/* `log gradients every 10 epochs` */
static void note_unit(Mend *mend, const char *word) {
    for (size_t i = 0; foreign_same(word, "epochs") && i < mend_spec_count(mend); i++) {
        if (mend_counts_steps(mend_spec(mend, i)) && mend->slots[i]) mend->slots[i] = mend_steps(mend, mend->slots[i]);
    }
}

/* Whether the word at place i says nothing: `every 100 steps`, but not `log steps`, of which it is one. */
static bool is_idle(const Mend *mend, const LooseLine *line, size_t i) {
    const char *word = line->args.at[i].value->text;
    bool counted = i > 0 && line->args.at[i - 1].value->kind == LOOSE_NUMBER;
    return foreign_is_idle(word) && (counted || !is_value(mend, word));
}

/* `schedule step …`: the word that comes first is its form, not another word for every=. */
static bool comes_first(const Mend *mend, const LooseLine *line, size_t i) {
    const LooseValue *value = line->args.at[i].value;
    return i == 0 && !mend->slots[0] && value->kind == LOOSE_WORD && is_value(mend, value->text);
}

static bool takes_labels(const Mend *mend) {
    return mend->owner.count > 0 && mend->owner.options[0].type == OPTION_LABELS;
}

/* `kernel_size 5`: the value that follows an option's name. */
static bool names_next(Mend *mend, const LooseLine *line, size_t i, LooseArg *pair) {
    LooseKind kind = line->args.at[i].value->kind; /* MATLAB's are strings: 'Name', 'fc1' */
    if (i + 1 >= line->args.count || (kind != LOOSE_WORD && (kind != LOOSE_STRING || !line->called))) return false;
    const LooseArg *next = &line->args.at[i + 1];
    bool turned;
    const char *word = line->args.at[i].value->text;
    size_t place = mend_find_spec(mend, word, &turned);
    bool label = kind == LOOSE_STRING && foreign_same(word, "name");
    if (takes_labels(mend) && foreign_same(word, "from")) return false; /* skip connection from x */
    if (comes_first(mend, line, i)) return false;                       /* schedule step 10 */
    if (place == mend_spec_count(mend) && next->value->kind == LOOSE_WORD) word = near_option(mend, word, &place);
    bool known = place < mend_spec_count(mend) || label || (foreign_absent(word) && !is_value(mend, word));
    bool names = place < mend_spec_count(mend) && !mend_spec(mend, place)->positional;
    if (next->key || !known || (next->value->kind == LOOSE_WORD && !names)) return false;
    *pair = (LooseArg){.key = word, .value = next->value};
    return true;
}

static bool put_args(Mend *mend, const LooseLine *line, const char *order);

/* What a layer of PyTorch or Keras is applied to: x, self.conv1(x). The line above gives it here, where labels do not
 * name it. */
static bool is_applied_to(const Mend *mend, const LooseLine *line, const LooseValue *value) {
    bool name = value->kind == LOOSE_WORD && (strlen(value->text) == 1 || foreign_same(value->text, "inputs"));
    return line->called && !takes_labels(mend) && (name || value->kind == LOOSE_CALL);
}

/* l2(0.01) and sgd(rate=0.1): what is in the brackets belongs to the whole line. */
static bool put_call(Mend *mend, const LooseValue *call) {
    bool turned;
    const LooseValue *factor = call->items.count == 1 ? call->items.at[0].value : NULL;
    bool small = factor && factor->kind == LOOSE_NUMBER && strtod(factor->text, NULL) < LEAST_L2;
    if (small && foreign_same(loose_last_part(call->text), "l2")) {
        const char *text = number_text(mend->arena, OF_KERAS * strtod(factor->text, NULL));
        LooseValue twice = {.kind = LOOSE_NUMBER, .text = text, .raw = text};
        size_t place = mend_find_spec(mend, "weight_decay", &turned);
        if (place < mend_spec_count(mend)) return mend_put(mend, place, &twice, false);
    }
    if (call->items.count == 1 && !call->items.at[0].key &&
        mend_find_spec(mend, call->text, &turned) < mend_spec_count(mend)) {
        LooseArg arg = {.key = call->text, .value = call->items.at[0].value};
        return put_named(mend, &arg);
    }
    LooseLine inside = {.head = call->text, .called = true};
    LooseValue *word = NEW(mend->arena, LooseValue);
    *word = (LooseValue){.kind = LOOSE_WORD, .text = call->text, .raw = call->text};
    vec_push(mend->arena, &inside.args, ((LooseArg){.value = word}));
    for (size_t i = 0; i < call->items.count; i++) vec_push(mend->arena, &inside.args, call->items.at[i]);
    const ForeignHead *head = mend->layer ? foreign_layer(mend->owner.name) : foreign_setting(mend->owner.name);
    return head && put_args(mend, &inside, head->order);
}

/* Whether the line names the option further on. */
static bool named_later(const Mend *mend, const LooseLine *line, size_t place, size_t i) {
    for (bool turned; i < line->args.count; i++) {
        if (line->args.at[i].key && mend_find_spec(mend, line->args.at[i].key, &turned) == place) return true;
    }
    return false;
}

static bool any_slot(const Mend *mend) {
    for (size_t i = 0; i < mend_spec_count(mend); i++) {
        if (mend->slots[i]) return true;
    }
    return false;
}

/* Tries the options of the order, then those that have no name. */
static bool put_in_order(Mend *mend, const LooseLine *line, size_t *i, const char **order) {
    const LooseValue *value = line->args.at[*i].value;
    for (const char *name = next_name(mend->arena, order); *name; name = next_name(mend->arena, order)) {
        if (string_is(name, "-")) return true; /* of no importance here */
        bool turned;
        size_t place = mend_find_spec(mend, name, &turned);
        if (place == mend_spec_count(mend)) continue; /* of another row: a named set has no images= */
        const OptionSpec *spec = mend_spec(mend, place);
        const char *rest = *order;
        if (option_takes_all(spec)) *order = name; /* it takes all that follow */
        if (mend->slots[place] && !option_takes_all(spec)) continue;
        if (mend->words.guess && !spec->required && !spec->positional && any_slot(mend)) continue; /* for all we know */
        if (named_later(mend, line, place, *i)) return false;
        if (spec->type == OPTION_SHAPE) value = gather_sides(mend, line, i);
        if (mend_put(mend, place, value, false)) return true;
        if (option_takes_all(spec) && !mend->slots[place]) return false;
        *order = rest;
    }
    for (size_t place = 0; place < mend->owner.count; place++) {
        bool free = mend->owner.options[place].positional && !mend->slots[place];
        if (free && mend_put(mend, place, value, false)) return true;
    }
    return false;
}

/* A let that is called what a value is elsewhere, `let units = 30`, is what the user means by the word; unless it
 * names an option. */
static bool is_own(const Mend *mend, const LooseArg *arg) {
    if (arg->key || arg->value->kind != LOOSE_WORD || !mend_reads_let(mend->scope, arg->value)) return false;
    bool turned;
    size_t place = mend_find_spec(mend, arg->value->text, &turned);
    return place == mend_spec_count(mend) || mend_spec(mend, place)->positional;
}

/* `dense dense 30` */
static bool is_doubled(const Mend *mend, const LooseArg *arg) {
    return !arg->key && arg->value->kind == LOOSE_WORD && foreign_same(arg->value->text, mend->owner.name) &&
           !mend_reads_let(mend->scope, arg->value);
}

/* `dense 30 + relu`, `log gradients+weights`: what is no sum of numbers and lets stands for itself. */
static LooseLine without_sums(const Mend *mend, const LooseLine *line) {
    LooseLine apart = *line;
    memset(&apart.args, 0, sizeof apart.args);
    for (size_t i = 0; i < line->args.count; i++) {
        const LooseArg *arg = &line->args.at[i];
        const LooseValue *sum = arg->value;
        bool is_sum =
            sum->kind == LOOSE_OTHER && sum->raw && !strpbrk(sum->raw, "*/-") && !mend_reads_let(mend->scope, sum);
        bool known = false;
        for (size_t k = 0; is_sum && k < sum->items.count; k++) {
            LooseKind kind = sum->items.at[k].value->kind;
            is_sum = kind == LOOSE_WORD || kind == LOOSE_NUMBER;
            known = known || (kind == LOOSE_WORD && word_is_known(sum->items.at[k].value->text));
        }
        if (!is_sum || !known) {
            vec_push(mend->arena, &apart.args, *arg);
            continue;
        }
        for (size_t k = 0; k < sum->items.count; k++) {
            LooseValue *item = sum->items.at[k].value;
            item->raw = item->text;
            vec_push(mend->arena, &apart.args, ((LooseArg){.key = k == 0 ? arg->key : NULL, .value = item}));
        }
    }
    return apart;
}

/* `data digits epochs 3`: the unit of a number stands behind it, what stands before one is a setting of its own. */
static bool begins_setting(const Mend *mend, const LooseLine *line, size_t i) {
    const LooseArg *next = i + 1 < line->args.count ? &line->args.at[i + 1] : NULL;
    return !mend->layer && next && !next->key && next->value->kind == LOOSE_NUMBER &&
           setting_kind_find(line->args.at[i].value->text);
}

static bool put_args(Mend *mend, const LooseLine *line, const char *order) {
    if (strncmp(order, "train ", 6) == 0 && mend_put_parts(mend, line)) return true;
    for (size_t i = begins_with_inputs(mend, line) ? 1 : 0; i < line->args.count; i++) {
        const LooseArg *arg = &line->args.at[i];
        LooseArg pair;
        size_t form = arg->key ? mend_spec_count(mend) : spec_by_form(mend, arg->value);
        if (is_own(mend, arg)) {
            if (!put_in_order(mend, line, &i, &order) && !mend->words.absent && !mend->words.guess) return false;
            continue;
        }
        if (mend_put_parameter(mend, arg) || (!arg->key && mend_put_square(mend, line, &i))) continue;
        if (mend_put_column(mend, line, i)) continue;
        if (takes_labels(mend) && mend_put_back(mend, line, i)) continue;
        if (mend_put_maps(mend, arg) || mend_put_rounds(mend, line, &i)) continue;
        if (mend_put_count(mend, arg) || mend_put_lettered(mend, arg) || is_doubled(mend, arg)) continue;
        if (takes_labels(mend) && mend->slots[0] && !arg->key && arg->value->kind == LOOSE_NUMBER) continue; /* axis */
        if (mend_put_seeds(mend, arg) || mend_put_dashed(mend, arg)) continue;
        if (!arg->key && !mend->layer && mend_truth(arg->value, false) && !is_off(arg->value) &&
            arg->value->kind == LOOSE_WORD) {
            continue; /* early_stopping true */
        }
        if (mend_put_label(mend, line, i)) {
            i++;
        } else if (arg->key) {
            if (!put_named(mend, arg)) return false;
        } else if (names_next(mend, line, i, &pair)) {
            if (!put_named(mend, &pair)) return false;
            i++;
        } else if (form < mend_spec_count(mend)) {
            if (!mend_put(mend, form, arg->value, false)) return false;
        } else if (is_applied_to(mend, line, arg->value) ||
                   (arg->value->kind == LOOSE_WORD && (i > 0 || i + 1 < line->args.count) && is_idle(mend, line, i) &&
                    !begins_setting(mend, line, i))) {
            note_unit(mend, arg->value->text);
        } else if (!comes_first(mend, line, i) && mend_put_flag(mend, arg)) {
            continue;
        } else if (!mend->layer && arg->value->kind == LOOSE_CALL) {
            if (!put_call(mend, arg->value)) return false;
        } else if (!put_in_order(mend, line, &i, &order) && !mend->words.absent && !mend->words.guess) {
            return false;
        }
    }
    bool applied = takes_labels(mend) && line->applied && !mend->slots[0]; /* Add()([x, y]) */
    return !applied || mend_put(mend, 0, line->applied, false);
}

/* ---- the line ---- */

/* What must be there and is not, from the example that the reader shows when it is missing. */
static bool fill_required(Mend *mend) {
    for (size_t i = 0; i < mend_spec_count(mend); i++) {
        const OptionSpec *spec = mend_spec(mend, i);
        bool only = !spec->required && spec->example && !any_slot(mend); /* split and regularize need one of several */
        if ((!spec->required && !only) || mend->slots[i]) continue;
        if (mend->words.absent && (only || spec->type == OPTION_WORDS)) return false; /* it is all that was meant */
        if (!mend->layer && spec->type == OPTION_STRING) return false;                /* files are not made up */
        if (mend->words.bare && !spec->positional) {
            mend->words.left = true;
            continue;
        }
        mend->slots[i] = spec->type == OPTION_LABELS ? mend_label_above(mend) : mend_example(mend->arena, spec, i);
        if (!mend->slots[i]) return false;
    }
    return true;
}

static const char *print(const Mend *mend, const LooseLine *line) {
    Text text = {0};
    const char *label = mend->label ? mend->label : line->label;
    if (mend->rounds > 0) text_printf(&text, "repeat %d { ", mend->rounds);
    if (line->standard) text_puts(&text, "default ");
    if (mend->layer && label) text_printf(&text, "%s: ", mend_name(mend->arena, label));
    text_puts(&text, mend->owner.name);
    for (size_t i = 0; i < mend_spec_count(mend); i++) {
        const OptionSpec *spec = mend_spec(mend, i);
        if (!mend->slots[i]) continue;
        text_printf(&text, spec->positional ? " " : " %s=", spec->name);
        text_puts(&text, mend->slots[i]);
    }
    for (size_t i = 0; i < mend->extra.count; i++) text_printf(&text, "; %s", mend->extra.at[i]);
    if (mend->rounds > 0) text_puts(&text, " }");
    const char *copy = arena_copy(mend->arena, text.data, text.length);
    text_free(&text);
    return copy;
}

/* The line of a layer or setting; NULL: it cannot be told. */
const char *mend_line(Scope *scope, bool layer, const ForeignHead *head, const LooseLine *line, MendWords *words) {
    Mend mend = {.scope = scope,
                 .arena = scope->arena,
                 .layer = layer,
                 .words = {.arena = scope->arena, .guess = words->guess, .bare = words->bare}};
    LooseLine here;
    if (!loose_read(mend.arena, head->here, strlen(head->here), &here)) return NULL;
    bool found =
        layer ? layer_owner(here.head, &mend.owner) : setting_owner(scope->arena, here.head, NULL, &mend.owner);
    if (!found) return NULL;
    mend.slots = NEW_ARRAY(mend.arena, const char *, mend_spec_count(&mend) + 1);
    size_t place = 0;
    for (size_t i = 0; i < here.args.count && !here.args.at[i].key; i++) {
        if (!mend_put(&mend, place++, here.args.at[i].value, false)) return NULL;
    }
    LooseLine apart = without_sums(&mend, line);
    line = &apart;
    bool good = put_args(&mend, line, head->order);
    if (mend.words.absent) words->absent = mend.words.absent;
    if (mend.words.remark) words->remark = mend.words.remark;
    for (size_t i = place; i < here.args.count; i++) { /* unless the line says otherwise */
        bool turned;
        size_t option = mend_find_spec(&mend, here.args.at[i].key, &turned);
        if (!mend.slots[option]) mend_put(&mend, option, here.args.at[i].value, false);
    }
    good = mend_put_channels(&mend) && good;
    words->elsewhere = mend.words.elsewhere && !any_slot(&mend); /* regularize dropout=0.5 */
    if (words->elsewhere) return NULL;
    if (!good || (!line->standard && !fill_required(&mend))) return NULL;
    words->left = words->left || mend.words.left;
    return print(&mend, line);
}
