#include "runtime/data/kinds.h"

#include "runtime/data/arrays.h"
#include "runtime/data/folders.h"
#include "runtime/data/named.h"
#include "runtime/data/sets.h"
#include "runtime/data/tables.h"

#include <string.h>

static const NetDataKind kinds[] = {{"idx", net_read_idx, net_type_idx, false},
                                    {"npy", net_read_npy, net_type_npy, true},
                                    {"csv", net_read_csv, net_type_csv, true},
                                    {"images", net_read_images, net_type_images, true},
                                    {NULL, net_read_named, net_type_named, false}};

const NetDataKind *net_data_kind(const char *name) {
    const NetDataKind *kind = kinds;
    while (kind->name != NULL && strcmp(kind->name, name) != 0) kind++;
    return kind->name != NULL || net_data_set(name) != NULL ? kind : NULL;
}
