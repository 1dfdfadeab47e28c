#include "compiler/driver/shipped.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/driver/link.h"
#include "runtime/base/paths.h"

/* From netc's own folder: of an installed one, and of one in build or build/NAME of the sources. */
static const char *const places[] = {"../share/netc/models", "../models", "../../models"};

/* NULL: there are none. */
static const char *models_folder(Arena *arena) {
    const char *folder = program_folder(arena);
    for (size_t i = 0; i < COUNT_OF(places) && folder != NULL; i++) {
        const char *path = arena_format(arena, "%s/%s", folder, places[i]);
        if (access(arena_format(arena, "%s/lenet5.net", path), R_OK) == 0) {
            return path;
        }
    }
    return NULL;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

Words shipped_models(Arena *arena) {
    Words names = {0};
    const char *folder = models_folder(arena);
    DIR *directory = folder == NULL ? NULL : opendir(folder);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        if (net_path_ends(entry->d_name, ".net")) {
            vec_push(arena, &names, arena_copy(arena, entry->d_name, strlen(entry->d_name) - 4));
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    if (names.count > 1) {
        qsort(names.at, names.count, sizeof *names.at, compare_names);
    }
    return names;
}

const char *shipped_advice(Arena *arena) {
    const char *folder = program_folder(arena), *list = "";
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        list = arena_format(arena, "%s%s%s/%s", list,
                            i == 0                      ? ""
                            : i + 1 == COUNT_OF(places) ? " or "
                                                        : ", ",
                            folder == NULL ? "netc's folder" : folder, places[i]);
    }
    return arena_format(arena, "they are not in %s; 'make install' in the sources of netc puts them beside it", list);
}

const char *shipped_model(Arena *arena, const char *name) {
    const char *folder = models_folder(arena);
    const char *path = folder == NULL ? NULL : arena_format(arena, "%s/%s.net", folder, name);
    return path != NULL && access(path, F_OK) == 0 ? path : NULL;
}
