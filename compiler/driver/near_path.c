#include "compiler/driver/near_path.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/words.h"

enum { NEAR_PATH_MAX_FILES = 4096 };

/* NULL when the path exists, or nothing is near. */
static const char *near_path(Arena *arena, const char *path) {
    if (access(path, F_OK) == 0) return NULL;
    const char *beside = arena_format(arena, "%s.net", path);
    if (access(beside, F_OK) == 0) return beside;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t folder = (size_t)(name - path);
    DIR *entries = opendir(folder > 0 ? arena_copy(arena, path, folder) : ".");
    if (!entries) return NULL;
    VEC(const char *) names = {0};
    for (const struct dirent *entry; names.count < NEAR_PATH_MAX_FILES && (entry = readdir(entries)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        vec_push(arena, &names, arena_copy(arena, entry->d_name, strlen(entry->d_name)));
    }
    closedir(entries);
    bool named = strcspn(name, ".") > 2; /* of shorter ones each is near each */
    const char *nearest = named ? net_nearest_word(name, names.at, names.count) : NULL;
    return nearest ? arena_format(arena, "%.*s%s", (int)folder, path, nearest) : NULL;
}

const char *near_path_question(Arena *arena, const char *path) {
    const char *near = near_path(arena, path);
    return near ? arena_format(arena, "; did you mean '%s'?", near) : "";
}
