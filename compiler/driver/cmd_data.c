/* netc data: the runtime's table of data sets. */
#include "compiler/driver/link.h"
#include "compiler/driver/report.h"
#include "runtime/data/cache_list.h"
#include "runtime/data/fetch.h"
#include "runtime/data/sets.h"

static int failed(const NetError *error) {
    if (error->status == NET_USAGE) {
        return report_usage("data", "%s", error->text);
    }
    return report_environment("%s", error->text);
}

static bool is_interrupted(void) { return tools_interrupted() != 0; }

int cmd_data(Arena *arena, Options *options) {
    (void)arena;
    NetError error = {0};
    if (options->cache || options->clear_cache) {
        if (options->files.count > 0 || options->json || (options->cache && options->clear_cache)) {
            return report_usage("data", "--%s stands alone", options->cache ? "cache" : "clear-cache");
        }
        return (options->cache ? net_cache_list : net_cache_clear)(stdout, &error) ? STATUS_OK : failed(&error);
    }
    if (options->files.count == 0) {
        return net_data_list(stdout, options->json, &error) ? STATUS_OK : failed(&error);
    }
    if (options->json) {
        return report_usage("data", "--json lists the sets: it goes without a name");
    }
    const char *name = options->files.at[0];
    const char *meant =
        net_data_set(name) == NULL ? net_data_meant(name) : NULL; /* the rest is for the runtime to say */
    if (meant != NULL) {
        return report_usage("data", "unknown data set '%s'; did you mean '%s'? [unknown-data]", name, meant);
    }
    FILE *progress = options->quiet ? NULL : stderr;
    tools_watch_signals();
    if (net_data_fetch(name, progress, is_interrupted, &error)) {
        return STATUS_OK;
    }
    int status = failed(&error);
    return is_interrupted() ? 128 + tools_interrupted() : status;
}
