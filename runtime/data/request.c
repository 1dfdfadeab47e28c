#include "runtime/data/request.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *net_request_text(const NetDataRequest *request, const char *option) {
    const char *text = json_string_value(json_object_get(request->options, option));
    return text != NULL && text[0] != '\0' ? text : NULL;
}

NetInput net_request_input(const NetDataRequest *request) {
    NetInput input = {.rank = request->rank, .shape = {1, 1, 1}, .count = 1};
    for (int i = 0; i < request->rank; i++) {
        input.shape[i] = request->shape[i];
        input.count *= request->shape[i];
    }
    return input;
}

char *net_request_path(const NetDataRequest *request, const char *option, NetError *error) {
    const char *path = net_request_text(request, option);
    if (path == NULL) return NULL;
    const char *folder = request->data_dir != NULL ? request->data_dir : request->model_folder;
    const char *last = strrchr(path, '/');
    const char *names[2] = {path, request->data_dir != NULL && last != NULL ? last + 1 : path};
    for (int i = 0; i < 4; i++) {
        char *name = net_path_join(folder, names[i / 2], error);
        char *full = name == NULL || i % 2 == 0 ? name : net_text(error, "%s.gz", name);
        if (full != name) free(name);
        if (full == NULL || access(full, R_OK) == 0) return full;
        free(full);
    }
    return net_path_join(folder, path, error);
}

bool net_request_there(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode));
}
