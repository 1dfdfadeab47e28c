#include "runtime/base/paths.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/words.h"

enum { FILES_MAX = 4096, LISTED = 3, NAME_SIZE = 256 };

/* What stands in the folder of a path, compared with the path's name. */
typedef struct {
    const char *name;
    size_t folder; /* bytes of the path before the name */
    char nearest[NAME_SIZE];
    int distance;
    char alike[LISTED][NAME_SIZE]; /* those of the same ending, sorted */
    int count;                     /* of all that end so */
} Neighbours;

static const char *ending_of(const char *name) {
    const char *point = strrchr(name, '.');
    return point == NULL || point == name ? "" : point;
}

static bool is_data(const char *name) {
    static const char *const endings[] = {".csv", ".tsv", ".npy", ".npz", ".idx", ".png", ".jpg"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (net_path_ends(name, endings[i])) return true;
    return false;
}

/* Of names of a letter or two each is near each: they must be equal up to their ending. */
static bool is_near(const char *name, const char *other) {
    size_t stem = strcspn(name, ".");
    bool same = stem == strcspn(other, ".") && strncasecmp(name, other, stem) == 0;
    return (same && (name[stem] == '\0' || net_path_ends(other, ".net"))) || strcasecmp(name, other) == 0 ||
           (stem > 2 && net_nearest_word(name, &other, 1) != NULL);
}

static void list_alike(Neighbours *near, const char *other) {
    int at = near->count < LISTED ? near->count : LISTED;
    near->count++;
    for (; at > 0 && strcmp(other, near->alike[at - 1]) < 0; at--) {
        if (at < LISTED) memcpy(near->alike[at], near->alike[at - 1], NAME_SIZE);
    }
    if (at < LISTED) snprintf(near->alike[at], NAME_SIZE, "%s", other);
}

static void compare(Neighbours *near, const char *other) {
    const char *ending = ending_of(near->name);
    if (*ending != '\0' && strcmp(ending, ending_of(other)) == 0) list_alike(near, other);
    if (is_data(near->name) && net_path_ends(other, ".net")) return; /* "iris.csv" is not meant to be iris.net */
    if (!is_near(near->name, other)) return;
    int distance = net_edit_distance(near->name, other);
    if (distance > near->distance || (distance == near->distance && strcmp(other, near->nearest) > 0)) return;
    near->distance = distance;
    snprintf(near->nearest, NAME_SIZE, "%s", other);
}

/* False: there is no such folder. */
static bool look_around(Neighbours *near, const char *path) {
    char folder[PATH_MAX] = ".";
    if (near->folder > 0) snprintf(folder, sizeof folder, "%.*s", (int)near->folder, path);
    DIR *entries = opendir(folder);
    if (entries == NULL) return false;
    const struct dirent *entry;
    for (int i = 0; i < FILES_MAX && (entry = readdir(entries)) != NULL; i++) {
        if (entry->d_name[0] != '.') compare(near, entry->d_name);
    }
    closedir(entries);
    return true;
}

static const char *pattern_advice(const char *path) {
    glob_t found;
    bool any = glob(path, 0, NULL, &found) == 0;
    globfree(&found);
    return any ? "; without quotes the shell puts the files in its place" : "; no file fits that pattern";
}

static void print_alike(char out[NET_PATH_ADVICE], const Neighbours *near, const char *path) {
    size_t length = (size_t)snprintf(out, NET_PATH_ADVICE, "; there %s", near->count == 1 ? "is" : "are");
    for (int i = 0; i < near->count && i < LISTED && length < NET_PATH_ADVICE; i++) {
        length += (size_t)snprintf(out + length, NET_PATH_ADVICE - length, "%s%.*s%s", i == 0 ? " " : ", ",
                                   (int)near->folder, path, near->alike[i]);
    }
    if (near->count > LISTED && length < NET_PATH_ADVICE) {
        snprintf(out + length, NET_PATH_ADVICE - length, " and %d more", near->count - LISTED);
    }
}

const char *net_path_advice(char out[NET_PATH_ADVICE], const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    Neighbours near = {.name = name, .folder = (size_t)(name - path), .distance = INT_MAX};
    *out = '\0';
    if (access(path, F_OK) == 0 || *path == '\0') return out;
    if (strstr(path, "://") != NULL) {
        snprintf(out, NET_PATH_ADVICE, "; addresses are not read; fetch the file first: curl -LO '%s'", path);
    } else if (strncmp(path, "~/", 2) == 0) {
        snprintf(out, NET_PATH_ADVICE, "; the shell knows ~ only without quotes and first in a word: write %s bare",
                 path);
    } else if (!look_around(&near, path)) {
        bool file = near.folder > 1;
        if (file) snprintf(out, NET_PATH_ADVICE, "; there is no folder '%.*s'", (int)near.folder - 1, path);
    } else if (near.distance < INT_MAX) {
        snprintf(out, NET_PATH_ADVICE, "; did you mean '%.*s%s'?", (int)near.folder, path, near.nearest);
    } else if (strpbrk(path, "*?[") != NULL) {
        snprintf(out, NET_PATH_ADVICE, "%s", pattern_advice(path));
    } else if (near.count > 0) {
        print_alike(out, &near, path);
    }
    return out;
}

const char *net_output_advice(char out[NET_PATH_ADVICE], const char *path, const char *name) {
    const char *slash = strrchr(path, '/');
    char folder[NET_PATH_ADVICE / 3] = ""; /* a longer one is not shown */
    struct stat about;
    if (slash != NULL && slash - path < (ptrdiff_t)sizeof folder) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    }
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        snprintf(out, NET_PATH_ADVICE, "; write -o %s%s%s", path, slash != NULL && slash[1] == '\0' ? "" : "/", name);
    else if (*folder != '\0' && stat(folder, &about) != 0 && errno == ENOENT)
        snprintf(out, NET_PATH_ADVICE, "; 'mkdir -p %s' makes the folder%s%s%s", folder,
                 slash[1] == '\0' ? ", then -o " : "", slash[1] == '\0' ? path : "", slash[1] == '\0' ? name : "");
    else
        snprintf(out, NET_PATH_ADVICE, "; -o names another file");
    return out;
}

bool net_path_ends(const char *path, const char *ending) {
    size_t length = strlen(path), tail = strlen(ending);
    return tail > 0 && length > tail && path[length - tail - 1] != '/' && strcasecmp(path + length - tail, ending) == 0;
}

const NetEnding *net_path_ending(const char *path) {
    static const NetEnding endings[] = {
        {".net", "a model"},
        {".npy", "a NumPy array"},
        {".npz", "an archive of NumPy arrays"},
        {".csv", "a table of text"},
        {".tsv", "a table of text"},
        {".txt", "text"},
        {".md", "text"},
        {".json", "JSON"},
        {".jsonl", "JSON"},
        {".yaml", "YAML"},
        {".yml", "YAML"},
        {".html", "a web page"},
        {".py", "Python"},
        {".ipynb", "a notebook"},
        {".js", "JavaScript"},
        {".rs", "Rust"},
        {".java", "Java"},
        {".go", "Go"},
        {".h", "a C header"},
        {".hpp", "a C++ header"},
        {".cpp", "C++"},
        {".cc", "C++"},
        {".cxx", "C++"},
        {".cu", "CUDA"},
        {".wasm", "WebAssembly"},
        {".lib", "a library of Windows"},
        {".dll", "a library of Windows"},
        {".dylib", "a library of macOS"},
        {".exe", "a program of Windows"},
        {".pt", "weights of PyTorch"},
        {".pth", "weights of PyTorch"},
        {".ckpt", "a checkpoint"},
        {".pkl", "a Python pickle"},
        {".safetensors", "weights"},
        {".h5", "an HDF5 file"},
        {".hdf5", "an HDF5 file"},
        {".keras", "a Keras model"},
        {".tflite", "a TensorFlow Lite model"},
        {".pb", "a TensorFlow graph"},
        {".mlmodel", "a Core ML model"},
        {".gguf", "a GGUF file"},
        {".zip", "a zip archive"},
        {".tar", "an archive"},
        {".gz", "a packed file"},
        {".dot", "a graph for Graphviz"},
        {".gv", "a graph for Graphviz"},
        {".svg", "a drawing"},
        {".png", "a picture"},
        {".jpg", "a picture"},
        {".jpeg", "a picture"},
        {".pdf", "a document"},
    };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (net_path_ends(path, endings[i].ending)) return &endings[i];
    }
    return NULL;
}
