#include "runtime/data/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/base/utf8.h"
#include "runtime/data/picture.h"

/* ---- names ---- */

typedef struct {
    char **name;
    size_t count, capacity;
} Names;

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void free_names(char **names, size_t count) {
    for (size_t i = 0; i < count; i++) free(names[i]);
    free(names);
}

/* Room for one more element. */
static bool reserve(void **memory, size_t *capacity, size_t count, size_t size, NetError *error) {
    if (count < *capacity) return true;
    size_t wanted = *capacity == 0 ? 64 : 2 * *capacity, bytes;
    void *larger = net_multiply(wanted, size, &bytes) ? realloc(*memory, bytes) : NULL;
    if (larger == NULL) return net_fail(error, NET_ENVIRONMENT, "out of memory");
    *memory = larger;
    *capacity = wanted;
    return true;
}

static bool add_name(Names *names, const char *name, NetError *error) {
    void *memory = names->name;
    if (!reserve(&memory, &names->capacity, names->count, sizeof *names->name, error)) return false;
    names->name = memory;
    names->name[names->count] = net_text(error, "%s", name);
    return names->name[names->count++] != NULL;
}

/* What is in a folder, sorted by bytes, but for what is hidden. */
static bool list_names(Names *names, const char *path, NetError *error) {
    *names = (Names){0};
    DIR *folder = opendir(path);
    if (folder == NULL) return net_fail_system(error, path, "read the folder", errno);
    bool ok = true;
    struct dirent *entry;
    while (ok && (errno = 0, entry = readdir(folder)) != NULL)
        ok = entry->d_name[0] == '.' || add_name(names, entry->d_name, error);
    if (ok && errno != 0) ok = net_fail_system(error, path, "read the folder", errno);
    closedir(folder);
    if (names->count > 0) qsort(names->name, names->count, sizeof *names->name, compare);
    return ok;
}

/* ---- pictures ---- */

typedef struct {
    NetFolder *folder;
    size_t path_capacity, label_capacity;
} List;

static bool add_picture(List *list, const char *class_path, const char *name, uint32_t label, NetError *error) {
    NetFolder *folder = list->folder;
    void *paths = folder->path, *labels = folder->label;
    size_t count = (size_t)folder->count;
    struct stat about;
    if (count == INT32_MAX) return net_fail(error, NET_ENVIRONMENT, "%s: more than %d pictures", class_path, INT32_MAX);
    if (!reserve(&paths, &list->path_capacity, count, sizeof *folder->path, error)) return false;
    folder->path = paths;
    if (!reserve(&labels, &list->label_capacity, count, sizeof *folder->label, error)) return false;
    folder->label = labels;
    char *path = net_path_join(class_path, name, error);
    if (path == NULL) return false;
    folder->path[count] = path;
    folder->label[count] = label;
    folder->count++;
    if (stat(path, &about) != 0) return net_fail_system(error, path, "read", errno);
    return S_ISREG(about.st_mode) || net_fail(error, NET_ENVIRONMENT,
                                              "%s is no file, expected pictures alone in the folder of a class "
                                              "[class-folders]",
                                              path);
}

static bool add_class(List *list, const char *path, const char *name, uint32_t label, NetError *error) {
    Names names = {0};
    char *class_path = net_path_join(path, name, error);
    bool ok = class_path != NULL && list_names(&names, class_path, error);
    if (ok && names.count == 0)
        ok = net_fail(error, NET_ENVIRONMENT,
                      "%s holds no picture; remove the folder, or put some there "
                      "[class-folders]",
                      class_path);
    for (size_t i = 0; ok && i < names.count; i++) ok = add_picture(list, class_path, names.name[i], label, error);
    free_names(names.name, names.count);
    free(class_path);
    return ok;
}

/* ---- classes ---- */

static int64_t find_class(const NetFolder *like, const char *name) {
    int64_t low = 0, high = like->classes;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int order = strcmp(like->class_name[middle], name);
        if (order == 0) return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

static bool is_folder(const char *path, const char *name, bool *folder, NetError *error) {
    struct stat about;
    char *full = net_path_join(path, name, error);
    bool ok = full != NULL && (stat(full, &about) == 0 || net_fail_system(error, full, "read", errno));
    *folder = ok && S_ISDIR(about.st_mode);
    free(full);
    return ok;
}

/* Each name must be a folder; pictures where folders should be are the usual mistake. */
static bool check_folders(const char *path, const Names *names, NetError *error) {
    if (names->count == 0)
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is empty, expected a folder for each class "
                        "[class-folders]",
                        path);
    for (size_t i = 0; i < names->count; i++) {
        bool folder;
        if (!is_folder(path, names->name[i], &folder, error)) return false;
        if (!net_utf8_is_valid(names->name[i]))
            return net_fail(error, NET_ENVIRONMENT, "%s/%s: the name of a class must be UTF-8 [class-folders]", path,
                            names->name[i]);
        if (!folder)
            return net_fail(error, NET_ENVIRONMENT,
                            "%s/%s is no folder; each class has a folder of its own, as %s/CLASS/%s [class-folders]",
                            path, names->name[i], path, names->name[i]);
    }
    return true;
}

static bool add_classes(List *list, const char *path, const Names *names, const NetFolder *like, NetError *error) {
    for (size_t i = 0; i < names->count; i++) {
        int64_t label = like == NULL ? (int64_t)i : find_class(like, names->name[i]);
        if (label < 0)
            return net_fail(error, NET_ENVIRONMENT,
                            "%s/%s: there is no class '%s' among those to train on "
                            "[class-folders]",
                            path, names->name[i], names->name[i]);
        if (!add_class(list, path, names->name[i], (uint32_t)label, error)) return false;
    }
    return true;
}

bool net_folder_list(NetFolder *folder, const char *path, const NetFolder *like, NetError *error) {
    *folder = (NetFolder){0};
    List list = {.folder = folder};
    Names names;
    bool ok = list_names(&names, path, error) && check_folders(path, &names, error) &&
              add_classes(&list, path, &names, like, error);
    folder->class_name = names.name;
    folder->classes = (int64_t)names.count;
    return ok;
}

void net_folder_free(NetFolder *folder) {
    free_names(folder->class_name, (size_t)folder->classes);
    free_names(folder->path, (size_t)folder->count);
    free(folder->label);
    *folder = (NetFolder){0};
}

/* ---- reading ---- */

bool net_folder_read(const NetFolder *folder, int64_t place, const NetInput *input, float *x, NetError *error) {
    NetStream stream;
    if (!net_stream_open(&stream, folder->path[place], error)) return false;
    bool ok = net_picture_read(&stream, input, x, error);
    net_stream_close(&stream);
    if (!ok) net_picture_count_others(folder->path + place + 1, folder->count - place - 1, input, error);
    return ok;
}
