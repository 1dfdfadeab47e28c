/* libFuzzer target: folders of pictures to train on. The input is a tree: entry after entry a byte for its kind (0 ends
 * the tree, 1 makes a folder, else a file), its path up to a NUL, and for files two bytes of length with as many of
 * contents. Pictures are read as a network's input of bytes, resampled. */
#include "runtime/data/folder.h"
#include "tests/fuzz/file.h"

#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_SIZE = 1 << 12, MAX_ENTRIES = 16, MAX_PATH = 64, VALUES = 3 * 4 * 4 };

typedef struct {
    const uint8_t *at, *end;
} Input;

static size_t left(const Input *input) { return (size_t)(input->end - input->at); }

/* A path below the folder, and not out of it: false where there is none. */
static bool take_path(Input *input, char path[MAX_PATH]) {
    const uint8_t *nul = memchr(input->at, '\0', left(input));
    size_t length = nul != NULL ? (size_t)(nul - input->at) : left(input);
    if (nul == NULL || length == 0 || length >= MAX_PATH || input->at[0] == '/') return false;
    memcpy(path, input->at, length + 1);
    input->at = nul + 1;
    return strstr(path, "..") == NULL;
}

static void write_file(int folder, const char *path, Input *input) {
    size_t length = left(input) < 2 ? 0 : input->at[0] | (size_t)input->at[1] << 8;
    input->at += left(input) < 2 ? left(input) : 2;
    if (length > left(input)) length = left(input);
    int file = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (file >= 0) {
        require(write(file, input->at, length) == (ssize_t)length, "the file is written");
        close(file);
    }
    input->at += length;
}

static void make_tree(const char *root, Input *input) {
    int folder = open(root, O_RDONLY | O_DIRECTORY);
    require(folder >= 0, "the folder is there");
    for (int i = 0; i < MAX_ENTRIES && left(input) > 0 && *input->at != 0; i++) {
        bool is_folder = *input->at++ == 1;
        char path[MAX_PATH];
        if (!take_path(input, path)) break;
        if (is_folder)
            mkdirat(folder, path, 0700);
        else
            write_file(folder, path, input);
    }
    close(folder);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk) {
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void read_pictures(const NetFolder *folder) {
    const NetInput input = {.rank = 3, .shape = {3, 4, 4}, .count = VALUES, .resample = true, .bytes = true};
    float x[VALUES];
    NetError error = {0};
    for (int64_t i = 0; i < folder->count; i++) {
        require(folder->label[i] < folder->classes, "a picture has a class");
        if (!net_folder_read(folder, i, &input, x, &error)) {
            check_error(&error);
            break;
        }
        for (int k = 0; k < VALUES; k++) {
            float byte = (float)(int)(x[k] * 255 + 0.5f);
            require(x[k] == byte * (float)(1.0 / 255), "values are bytes");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char root[] = "/dev/shm/fuzz-XXXXXX";
    if (size > MAX_SIZE) return -1;
    require(mkdtemp(root) != NULL, "there is a folder");
    Input input = {data, data + size};
    make_tree(root, &input);
    NetFolder folder, again;
    NetError error = {0};
    bool ok = net_folder_list(&folder, root, NULL, &error);
    if (ok) {
        require(folder.classes > 0 && folder.count >= folder.classes, "each class has a picture");
        require(net_folder_list(&again, root, &folder, &error) && again.count == folder.count, "a tree is like itself");
        read_pictures(&folder);
        net_folder_free(&again);
    } else {
        check_error(&error);
    }
    net_folder_free(&folder);
    require(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0, "the folder is removed");
    return 0;
}
