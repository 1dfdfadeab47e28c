#include "runtime/data/named.h"

#include "runtime/data/cifar.h"
#include "runtime/data/digits.h"
#include "runtime/data/examples.h"
#include "runtime/data/sets.h"

#include <stdio.h>
#include <stdlib.h>

/* The two pairs of files of a set in IDX's form. */
static bool read_pairs(const NetDataRequest *request, const NetSource source[4], NetData *data, NetError *error) {
    for (int i = NET_FILE_TRAIN; i <= NET_FILE_TEST; i++) {
        const NetExampleFiles files = {.x = source[2 * i], .y = source[2 * i + 1], .only = "IDX"};
        if (!net_examples_read(request, &files, (NetDataFileName)i, data, error)) return false;
    }
    return true;
}

static bool read_found(const NetDataRequest *request, const NetDataSet *set, const char *folder, NetData *data,
                       NetError *error) {
    NetSource source[NET_SET_FILES] = {{0}};
    char *path[NET_SET_FILES] = {NULL};
    int count = net_set_files(set);
    bool ok = true;
    for (int i = 0; ok && i < count; i++) {
        path[i] = net_data_file(set, i, folder, error);
        source[i].path = path[i];
        ok = path[i] != NULL ||
             net_fail(error, NET_ENVIRONMENT, "%s: the files of '%s' vanished while they were read", folder, set->name);
    }
    ok = ok && (set->batch_bytes > 0 ? net_cifar_read(request, source, count - 1, NET_FILE_TRAIN, data, error) &&
                                           net_cifar_read(request, source + count - 1, 1, NET_FILE_TEST, data, error)
                                     : read_pairs(request, source, data, error));
    for (int i = 0; i < count; i++) free(path[i]);
    return ok;
}

static bool read_folder(const NetDataRequest *request, const NetDataSet *set, NetData *data, NetError *error) {
    char *looked = NULL;
    char *folder = net_data_find(set, request->model_folder, request->data_dir, &looked, error);
    if (folder == NULL) {
        net_fail(error, NET_ENVIRONMENT,
                 "data set '%s' is not on this machine (looked in %s); 'netc data %s' %s (%s), '--data digits' "
                 "trains on the set that ships with netc [no-data]",
                 set->name, looked == NULL ? "" : looked, set->name,
                 set->page != NULL ? "says where to get it" : "fetches it", set->size);
        free(looked);
        return false;
    }
    snprintf(data->source, sizeof data->source, "%s", folder);
    bool ok = read_found(request, set, folder, data, error);
    free(folder);
    return ok;
}

bool net_read_named(const NetDataRequest *request, NetData *data, NetError *error) {
    const NetDataSet *set = net_data_set(request->kind);
    data->licence = set->licence;
    data->class_names = request->classes == 10 ? set->class_names : NULL;
    if (!set->built_in) return read_folder(request, set, data, error);
    NetSource source[4];
    net_digits_sources(source);
    snprintf(data->source, sizeof data->source, "built in");
    if (request->data_dir != NULL)
        return net_fail(error, NET_USAGE, "--data-dir %s: %s is built in, no folder holds it; leave --data-dir out",
                        request->data_dir, set->name);
    return read_pairs(request, source, data, error);
}

NetRowType net_type_named(const NetDataRequest *request) {
    (void)request;
    return NET_ROWS_U8;
}

bool net_look_named(NetDataRequest *request, NetError *error) {
    (void)error;
    bool colours = net_data_set(request->kind)->batch_bytes > 0; /* CIFAR's; all others are like MNIST */
    request->rank = 3;
    request->shape[0] = colours ? 3 : 1;
    request->shape[1] = request->shape[2] = colours ? 32 : 28;
    request->classes = request->outputs = 10;
    request->targets = 0;
    return true;
}
