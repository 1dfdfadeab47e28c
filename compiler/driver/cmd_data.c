/* netc data: the runtime's table of data sets. */
#include "compiler/driver/report.h"
#include "runtime/data/fetch.h"

static int failed(const NetError *error) {
    if (error->status == NET_USAGE) {
        return report_usage("data", "%s", error->text);
    }
    return report_environment("%s", error->text);
}

int cmd_data(Arena *arena, Options *options) {
    (void)arena;
    NetError error = {0};
    if (options->files.count == 0) {
        return net_data_list(stdout, options->json, &error) ? STATUS_OK : failed(&error);
    }
    if (options->json) {
        return report_usage("data", "--json lists the sets: it goes without a name");
    }
    FILE *progress = options->quiet ? NULL : stderr;
    return net_data_fetch(options->files.at[0], progress, &error) ? STATUS_OK : failed(&error);
}
