/* See agree.h. */
#include "compiler/model/agree.h"

#include "compiler/model/layer.h"
#include "compiler/model/settings.h"

Setting *agree_setting(const Settings *settings, const char *name) {
    const SettingKind *kind = setting_kind_find(name);
    if (!kind) BUG("no setting '%s'", name);
    return &settings->at[kind - setting_kinds];
}

OptionValue *agree_option(const Setting *setting, const char *name) {
    for (size_t i = 0; i < option_count(&setting->owner); i++)
        if (string_is(option_at(&setting->owner, i)->name, name)) return &setting->values[i];
    BUG("%s has no option '%s'", setting->owner.name, name);
}

const AstStmt *agree_line(const Model *model, const char *name) { return agree_setting(&model->settings, name)->line; }

Span agree_place(const AstStmt *line, const Layer *layer) { return line ? line->at : layer->at; }

Span agree_blamed(const Scope *scope, const AstStmt *line, const Layer *layer) {
    bool set = line && source_of(scope->diags->source, line->at.lo)->base > 0;
    return set ? line->at : layer->at;
}

void agree_note(Scope *scope, Diag *diag, const AstStmt *line) {
    if (!line || source_of(scope->diags->source, line->at.lo)->base > 0) return;
    uint32_t number, column;
    size_t length;
    const char *text = source_slice(scope->diags->source, line->at, &length);
    source_position(scope->diags->source, line->at.lo, &number, &column);
    diag_note(scope->diags, diag, "'%.*s' stands in line %u", (int)length, text, (unsigned)number);
}

size_t agree_option_place(const LayerKind *kind, const char *name) {
    size_t place = 0;
    while (place < kind->option_count && !string_is(kind->options[place].name, name)) place++;
    return place;
}

const Layer *agree_outputs_layer(const Layer *last) {
    const Layer *layer = last;
    while (layer->from.count == 1 && !layer->kind->weighs) layer = layer->from.at[0];
    return layer->kind->weighs ? layer : last;
}

const char *agree_outputs_help(Scope *scope, const Layer *last, int64_t outputs, const char *function) {
    const Layer *end = last;
    last = agree_outputs_layer(last);
    size_t place = agree_option_place(last->kind, "units"), length, taken;
    Span units = place < last->kind->option_count ? last->options[place].at : SPAN_NONE;
    if (units.lo < last->at.lo || units.hi > last->at.hi) {
        return arena_format(scope->arena, "end with 'dense %lld activation=%s'", (long long)outputs, function);
    }
    const char *line = source_slice(scope->diags->source, last->at, &length);
    const char *number = source_slice(scope->diags->source, units, &taken), *rest = number + taken;
    const char *text = arena_format(scope->arena, "%.*s%lld%.*s", (int)(number - line), line, (long long)outputs,
                                    (int)(line + length - rest), rest);
    size_t activation = agree_option_place(last->kind, "activation");
    bool says = last != end || last->options[activation].given;
    return arena_format(scope->arena, "write '%s%s%s'", text, says ? "" : " activation=", says ? "" : function);
}

const char *agree_class_help(Scope *scope, const Layer *last, int64_t classes) {
    return arena_format(scope->arena, "one output a class: %s", agree_outputs_help(scope, last, classes, "softmax"));
}
