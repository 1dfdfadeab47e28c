#include "runtime/data/kinds.h"

#include "runtime/data/arrays.h"
#include "runtime/data/folders.h"
#include "runtime/data/named.h"
#include "runtime/data/sets.h"
#include "runtime/data/tables.h"

#include <string.h>

static const NetDataKind kinds[] = {
    {"idx", net_read_idx, net_type_idx, net_look_idx, net_check_idx, false},
    {"npy", net_read_npy, net_type_npy, net_look_npy, net_check_npy, true},
    {"csv", net_read_csv, net_type_csv, net_look_csv, net_check_csv, true},
    {"images", net_read_images, net_type_images, net_look_images, net_check_images, true},
    {NULL, net_read_named, net_type_named, net_look_named, NULL, false},
};

const NetDataKind *net_data_kind(const char *name) {
    const NetDataKind *kind = kinds;
    while (kind->name != NULL && strcmp(kind->name, name) != 0) kind++;
    return kind->name != NULL || net_data_set(name) != NULL ? kind : NULL;
}
