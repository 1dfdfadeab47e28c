#include "runtime/log/logged.h"

bool net_logged_value(const NetModel *model, const NetLogged *at, NetLogKind kind, int layer, double *value,
                      double *elements) {
    const NetLogEntry *entry = net_program_entry(at->program, kind, layer);
    if (entry == NULL) {
        return false;
    }
    *value = net_log_value(model, entry, at->log, net_chunks(at->n), 0);
    *elements = (double)entry->elements;
    return true;
}
