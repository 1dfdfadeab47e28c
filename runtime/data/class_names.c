#include "runtime/data/class_names.h"

#include <stdlib.h>
#include <string.h>

/* Where a name is, or would be put. */
static size_t place_of(const NetClassNames *names, const char *text, size_t length, bool *found) {
    size_t low = 0, high = (size_t)names->count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(names->at[middle].name, text, length);
        if (order == 0) order = names->at[middle].name[length] != '\0';
        if (order == 0) *found = true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const NetClassName *net_class_names_find(const NetClassNames *names, const char *text, size_t length) {
    bool found;
    size_t place = place_of(names, text, length, &found);
    return found ? &names->at[place] : NULL;
}

bool net_class_names_add(NetClassNames *names, const char *text, size_t length, int64_t line, NetError *error) {
    bool found;
    size_t place = place_of(names, text, length, &found), count = (size_t)names->count;
    if (count == names->capacity) {
        size_t wanted = count == 0 ? 16 : 2 * count;
        NetClassName *larger = realloc(names->at, wanted * sizeof *larger); /* at most NET_CLASS_NAMES_MOST */
        if (larger == NULL) return net_fail(error, NET_ENVIRONMENT, "out of memory");
        names->at = larger;
        names->capacity = wanted;
    }
    char *name = net_text(error, "%.*s", (int)length, text);
    if (name == NULL) return false;
    memmove(names->at + place + 1, names->at + place, (count - place) * sizeof *names->at);
    names->at[place] = (NetClassName){name, (uint32_t)count, line};
    names->count++;
    return true;
}

void net_class_names_sort(NetClassNames *names, uint32_t *changed) {
    for (int64_t i = 0; i < names->count; i++) {
        changed[names->at[i].number] = (uint32_t)i;
        names->at[i].number = (uint32_t)i;
    }
}

void net_class_names_free(NetClassNames *names) {
    for (int64_t i = 0; i < names->count; i++) free(names->at[i].name);
    free(names->at);
    *names = (NetClassNames){0};
}
