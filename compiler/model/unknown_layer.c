#include "compiler/model/unknown_layer.h"

#include "compiler/model/activation.h"
#include "compiler/model/foreign.h"
#include "compiler/model/layer.h"
#include "compiler/model/settings.h"

void report_unknown_layer(Diags *diags, const AstStmt *stmt) {
    const ForeignHead *alias = foreign_layer(stmt->name);
    const Absent *absent = foreign_absent(stmt->name);
    if (alias) {
        diag_report(diags, stmt->name_at, "unknown-layer", "unknown layer kind '%s'; it is written '%s'", stmt->name,
                    alias->usage ? alias->usage : alias->here);
        return;
    }
    if (activation_find(stmt->name)) {
        diag_report(diags, stmt->name_at, "unknown-layer",
                    "'%s' is an activation; it is written 'activation %s', or activation=%s on the layer above",
                    stmt->name, stmt->name, stmt->name);
        return;
    }
    if (absent) {
        diag_report(diags, stmt->name_at, "unknown-layer", "netc has no %s ('%s')", absent->what, stmt->name);
        return;
    }
    if (setting_kind_find(stmt->name)) {
        diag_report(diags, stmt->name_at, "misplaced-statement", "'%s' is a setting; it belongs in the train block",
                    stmt->name);
        return;
    }
    Diag *diag = diag_report(diags, stmt->name_at, "unknown-layer", "unknown layer kind '%s'", stmt->name);
    VEC(const char *) names = {0};
    const char *known = "";
    for (const LayerKind *const *kind = layer_kinds; *kind; kind++) {
        vec_push(diags->arena, &names, (*kind)->name);
        known = arena_format(diags->arena, "%s%s%s", known, known[0] ? ", " : "", (*kind)->name);
    }
    diag_suggest(diags, diag, stmt->name, names.at, names.count);
    if (!diag->help) diag_help(diags, diag, "the kinds are %s; for example 'dense 100 activation=relu'", known);
}
