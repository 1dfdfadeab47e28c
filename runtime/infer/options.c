#include "runtime/infer/options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/base/paths.h"
#include "runtime/base/words.h"
#include "runtime/base/wrap.h"
#include "runtime/data/label_file.h"
#include "runtime/data/like_mnist.h"

typedef struct {
    const char *name; /* without its dashes */
    char letter;
    size_t at;            /* in NetInferOptions: a string when there is an argument, else a bool */
    const char *argument; /* as --help shows it */
    const char *doc;
} Option;

#define AT(member) offsetof(NetInferOptions, member)

static const Option table[] = {
    {"all", 0, AT(all), NULL, "all classes with their probabilities, best first"},
    {"json", 0, AT(json), NULL, "a JSON object a line"},
    {"output", 'o', AT(output), "FILE", "write the outputs as a NumPy array [images, outputs]"},
    {"labels", 0, AT(labels), "FILE", "what is to come out, IDX or NPY: print how good it is"},
    {"raw", 0, AT(raw), NULL, "files of bare little-endian floats, image after image"},
    {"like-mnist", 0, AT(like_mnist), NULL,
     "make pictures of any size like MNIST's: light ink on dark paper, cropped, fitted and centred"},
    {"selftest", 0, AT(selftest), NULL, "check that a stored image gives its stored outputs"},
    {"quiet", 'q', AT(quiet), NULL, "print results only"},
    {"help", 'h', AT(help), NULL, "print this"},
    {"version", 0, AT(version), NULL, "print what this program was compiled by"},
};

#define ALL "'--all' prints all classes, best first; it takes no number"
#define SCALED "pictures are taken as they are, in the size of the input; leave it out"
#define ONE "all images of a file are read; leave it out"
#define NAMES "the names of the classes are inside the program; leave it out"
#define TRAINER "this program is trained; 'netc train' trains a model"
#define COMPILED "this program is compiled already; 'netc build' makes another"
#define FILES "files are named without an option; leave it out"
#define INSIDE "model and weights are inside the program; leave it out"
#define PROCESSOR "a program runs on one thread of the processor; leave it out"

/* What other programs call theirs. */
static const NetAlias aliases[] = {
    {"top-k", ALL},
    {"topk", ALL},
    {"top", ALL},
    {"k", ALL},
    {"n", ALL},
    {"num", ALL},
    {"probabilities", "--all"},
    {"proba", "--all"},
    {"scores", "--all"},
    {"out", "--output"},
    {"save", "--output"},
    {"npy", "--output"},
    {"format", "--json"},
    {"j", "--json"},
    {"a", "--all"},
    {"prob", "--all"},
    {"csv", "'--json' is the form for programs, '-o y.npy' writes the outputs as a NumPy array"},
    {"l", "--labels"},
    {"acc", "--labels"},
    {"input", FILES},
    {"i", FILES},
    {"images", FILES},
    {"image", FILES},
    {"file", FILES},
    {"data", FILES},
    {"weights", INSIDE},
    {"w", INSIDE},
    {"model", INSIDE},
    {"load", INSIDE},
    {"checkpoint", INSIDE},
    {"device", PROCESSOR},
    {"cuda", PROCESSOR},
    {"gpu", PROCESSOR},
    {"threads", PROCESSOR},
    {"gpus", PROCESSOR},
    {"batch-size", "images are taken many at a time anyway; leave it out"},
    {"batch", "images are taken many at a time anyway; leave it out"},
    {"threshold", "leave it out; --all prints every class's output"},
    {"conf", "leave it out; --all prints every class's output"},
    {"resize", SCALED},
    {"size", SCALED},
    {"imgsz", SCALED},
    {"crop", SCALED},
    {"invert", SCALED},
    {"normalize", SCALED},
    {"grayscale", SCALED},
    {"index", ONE},
    {"first", ONE},
    {"limit", ONE},
    {"count", ONE},
    {"names", NAMES},
    {"classes", NAMES},
    {"class-names", NAMES},
    {"epochs", TRAINER},
    {"train", TRAINER},
    {"rate", TRAINER},
    {"lr", TRAINER},
    {"seed", TRAINER},
    {"resume", TRAINER},
    {"cpu", COMPILED},
    {"target", COMPILED},
    {"emit", COMPILED},
    {"backend", COMPILED},
    {"until", COMPILED},
    {"softmax", "leave it out; --all prints every class's output"},
    {"logits", "leave it out; --all prints every class's output"},
    {"argmax", "leave it out; the best class is what is printed"},
    {"class", "leave it out; --all prints every class's output"},
    {"top1", ALL},
    {"top5", ALL},
    {"shape", SCALED},
    {"mean", SCALED},
    {"std", SCALED},
    {"gray", SCALED},
    {"float", "--raw"},
    {"r", "--raw"},
    {"o", "--output"},
    {"show", "--all"},
    {"list", "--help"},
    {"info", "--version"},
    {"time", "this program measures nothing; leave it out"},
    {"benchmark", "this program measures nothing; leave it out"},
    {"infer", "this program does nothing else; leave it out"},
    {"predict", "this program does nothing else; leave it out"},
    {"color", "what is printed has no colours; leave it out"},
    {"output-dir", "-o FILE.npy"},
    {"txt", "leave it out; text is what is printed"},
    {"verbose", "leave it out; --all prints every class's output"},
    {"v", "leave it out; --all prints every class's output"},
    {"targets", "--labels"},
    {"truth", "--labels"},
    {"test", "to compare with known classes there is --labels FILE, to check the program --selftest"},
    {"evaluate", "--labels"},
    {"accuracy", "--labels"},
    {"self-test", "--selftest"},
    {"verify", "--selftest"},
    {"check", "--selftest"},
    {"binary", "--raw"},
    {"float32", "--raw"},
    {"silent", "--quiet"},
};

enum { OPTIONS = sizeof table / sizeof *table };

/* What is to be done to pictures there is an option for, where they are to be like MNIST's. */
static const char *advice_on(char text[NET_ADVICE], const NetNetwork *network, const char *const *names,
                             const char *word) {
    static const char pictures[] = SCALED;
    const char *here = net_foreign_option(word, aliases, sizeof aliases / sizeof *aliases);
    if (here != NULL && strcmp(here, pictures) == 0 && net_network_is_like_mnist(network)) here = "--like-mnist";
    return net_option_advice(text, here, net_nearest_word(word, names, OPTIONS), NULL);
}

static bool unknown_option(const NetInferOptions *options, const NetNetwork *network, const char *typed,
                           NetError *error) {
    char word[64];
    int dashes = typed[1] == '-' ? 2 : 1;
    const char *name = typed + dashes;
    size_t length = strcspn(name, "=");
    snprintf(word, sizeof word, "%.*s", length < 60 ? (int)length : 60, name);
    const char *names[OPTIONS];
    for (int i = 0; i < OPTIONS; i++) {
        names[i] = table[i].name;
    }
    char text[NET_ADVICE];
    const char *advice = advice_on(text, network, names, word);
    char part[NET_PART];
    for (int i = 0; advice == NULL && net_word_part(part, word, i); i++) advice = advice_on(text, network, names, part);
    const char *letter = dashes == 1 && word[0] == 'o' ? name + 1 + (name[1] == '=') : NULL;
    if (letter != NULL && *letter != '\0')
        return net_fail(error, NET_USAGE, "unknown option '%s'; write -o %s", typed, letter);
    return advice != NULL ? net_fail(error, NET_USAGE, "unknown option '%.*s%s'; %s", dashes, typed, word, advice)
                          : net_fail(error, NET_USAGE, "unknown option '%.*s%s'; '%s --help' lists them", dashes, typed,
                                     word, options->program);
}

/* The option a word begins: "--name", "--name=value" or "-q"; NULL when there is none. */
static const Option *find_option(const char *word) {
    for (int i = 0; i < OPTIONS; i++) {
        size_t length = strlen(table[i].name);
        if (word[1] != '-' && word[1] == table[i].letter && word[2] == '\0') return &table[i];
        if (word[1] == '-' && strncmp(word + 2, table[i].name, length) == 0 &&
            (word[2 + length] == '\0' || word[2 + length] == '='))
            return &table[i];
    }
    return NULL;
}

static bool slip_flag(const Option *option, const char *value, NetError *error) {
    if (option->at == AT(json) && net_path_ending(value) != NULL)
        return net_fail(error, NET_USAGE, "--json takes no value, it prints on standard output; write --json >%s",
                        value);
    return net_fail(error, NET_USAGE, "--%s takes no value; leave '%s' out", option->name, value);
}

/* Whether a word is no file, but a slip: dashes that are none, an option without them, the value of an option that
 * takes none. `before`: the word before it. */
static bool check_word(const char *word, const char *before, NetError *error) {
    const char *dashed = net_after_wrong_dash(word);
    struct stat about;
    if (strcmp(word, "-") == 0 || stat(word, &about) == 0) return true;
    for (int i = 0; i < OPTIONS && dashed == NULL; i++) dashed = strcmp(word, table[i].name) == 0 ? word : NULL;
    const char *other =
        strchr(word, '.') == NULL ? net_find_alias(word, aliases, sizeof aliases / sizeof *aliases) : NULL;
    if (other != NULL && other[0] != '-' && before[0] != '-')
        return net_fail(error, NET_USAGE, "unexpected '%s'; %s", word, other);
    if (dashed != NULL) return net_fail(error, NET_USAGE, "unexpected '%s'; did you mean '--%s'?", word, dashed);
    const Option *flag = before[0] == '-' ? find_option(before) : NULL;
    bool value = flag != NULL && flag->argument == NULL && strchr(before, '=') == NULL;
    char advice[NET_PATH_ADVICE];
    bool unknown = strchr(word, '.') == NULL && *net_path_advice(advice, word) == '\0';
    if (value && (unknown || (flag->at == AT(json) && net_path_ends(word, ".json"))))
        return slip_flag(flag, word, error);
    if (net_path_ends(word, ".npy") && before[0] != '-')
        return net_fail(error, NET_USAGE, "there is no file '%s'; one for the outputs is named by -o %s", word, word);
    return true;
}

/* What -o writes is a NumPy array, whatever it is called. */
static bool check_ending(const char *path, NetError *error) {
    const NetEnding *ending = net_path_ending(path);
    if (ending == NULL || strcmp(ending->ending, ".npy") == 0) return true;
    return net_fail(error, NET_USAGE, "-o %s: %s is the ending of %s, and this is a NumPy array; write -o %.*s.npy",
                    path, ending->ending, ending->what, (int)(strlen(path) - strlen(ending->ending)), path);
}

/* Takes one word that begins with a dash, and the next one where it is its value. */
static bool take_option(NetInferOptions *options, const NetNetwork *network, int argc, char **argv, int *at,
                        NetError *error) {
    const char *word = argv[*at];
    const Option *option = find_option(word);
    if (option == NULL) return unknown_option(options, network, word, error);
    const char *equals = strchr(word, '=');
    void *to = (char *)options + option->at;
    if (option->argument == NULL) {
        *(bool *)to = true;
        return equals == NULL || slip_flag(option, equals + 1, error);
    }
    const char *value = equals != NULL ? equals + 1 : *at + 1 < argc ? argv[++*at] : NULL;
    if (value == NULL) return net_fail(error, NET_USAGE, "--%s needs a %s", option->name, option->argument);
    if (*value == '\0' || strcmp(value, "-") == 0)
        return net_fail(error, NET_USAGE, "--%s needs the name of a file, found '%s'", option->name, value);
    if (*(const char **)to != NULL) return net_fail(error, NET_USAGE, "--%s is given twice; keep one", option->name);
    *(const char **)to = value;
    return option->at != AT(output) || check_ending(value, error);
}

/* ---- options that contradict each other ---- */

static bool is_given(const NetInferOptions *options, const Option *option) {
    const void *at = (const char *)options + option->at;
    return option->argument != NULL ? *(const char *const *)at != NULL : *(const bool *)at;
}

/* How many of the files hold labels of the images before them. */
static int label_files(const NetInferOptions *options) {
    int count = 0;
    for (int i = 1; options->labels == NULL && !options->raw && i < options->file_count; i++)
        count += net_labels_file(options->files[i]);
    return count;
}

/* Labels of the images before them, where --labels names those of all. */
static bool check_labels(const NetInferOptions *options, NetError *error) {
    for (int i = 0; options->labels != NULL && !options->raw && i < options->file_count; i++)
        if (net_labels_file(options->files[i]) && (i > 0 || net_labels_file(options->labels)))
            return net_fail(error, NET_USAGE, "labels are given twice, by --labels %s and by the file %s; keep one",
                            options->labels, options->files[i]);
    return true;
}

/* The self-test reads nothing and prints its line: all else on the line would be passed over. */
static bool check_selftest(const NetInferOptions *options, NetError *error) {
    if (options->file_count > 0)
        return net_fail(error, NET_USAGE, "--selftest reads no images, and '%s' is given; keep one", options->files[0]);
    for (int i = 0; i < OPTIONS; i++) {
        bool fits = table[i].at == AT(selftest) || table[i].at == AT(quiet);
        if (!fits && is_given(options, &table[i]))
            return net_fail(error, NET_USAGE, "--selftest reads no images, --%s is about them; keep one",
                            table[i].name);
    }
    return true;
}

/* What is about the lines of images, where none are printed. */
static bool check_lines(const NetInferOptions *options, NetError *error) {
    int labels = label_files(options);
    bool labelled = options->labels != NULL || labels > 0;
    if (options->all && (options->labels != NULL || 2 * labels >= options->file_count))
        return net_fail(error, NET_USAGE, "--all is about each image, with %s one accuracy is printed; keep one",
                        options->labels != NULL ? "--labels" : "label files");
    if (options->output != NULL && (options->all || (options->json && !labelled)))
        return net_fail(error, NET_USAGE,
                        "--%s is about what is printed of each image, with --output that goes to the file; keep one",
                        options->all ? "all" : "json");
    return true;
}

/* Whether the output would take the place of a file that is read. */
static bool check_output(const NetInferOptions *options, NetError *error) {
    struct stat output, read;
    if (options->output == NULL || stat(options->output, &output) != 0 || !S_ISREG(output.st_mode)) return true;
    for (int i = -1; i < options->file_count; i++) {
        const char *path = i < 0 ? options->labels : options->files[i];
        if (path != NULL && stat(path, &read) == 0 && read.st_dev == output.st_dev && read.st_ino == output.st_ino)
            return net_fail(error, NET_USAGE, "-o %s: that file is read; -o names another one", options->output);
    }
    return true;
}

static bool check_like_mnist(const NetInferOptions *options, const NetNetwork *network, NetError *error) {
    char shape[NET_SHAPE_TEXT];
    if (!options->like_mnist || net_network_is_like_mnist(network)) return true;
    net_shape(shape, network->input.shape, network->input.rank);
    return net_fail(error, NET_USAGE, "--like-mnist is for networks that read pictures of 1x28x28, and '%s' reads %s%s",
                    network->name, shape,
                    network->input.count == NET_LIKE_MNIST_VALUES ? " values, which its weights do not call pictures"
                                                                  : "; leave it out");
}

static bool check(const NetInferOptions *options, const NetNetwork *network, NetError *error) {
    int inputs = 0;
    if (options->help || options->version) return true;
    if (options->selftest) return check_selftest(options, error);
    if (options->file_count == 0)
        return net_fail(error, NET_USAGE,
                        "expected a file with images, for example '%s digit.png' ('-': standard input)",
                        options->program);
    for (int i = 0; i < options->file_count; i++) {
        if (*options->files[i] == '\0')
            return net_fail(error, NET_USAGE, "an argument is empty, expected a file with images");
        inputs += strcmp(options->files[i], "-") == 0;
    }
    if (inputs > 1) return net_fail(error, NET_USAGE, "'-' is given %d times; standard input can be read once", inputs);
    bool labels = options->labels != NULL && !net_network_is_compared(network);
    if (labels || (network->classes == 0 && options->all))
        return net_fail(error, NET_USAGE, "--%s is about classes, and the outputs of '%s' are none",
                        labels ? "labels" : "all", network->name);
    return check_like_mnist(options, network, error) && check_labels(options, error) && check_lines(options, error) &&
           check_output(options, error);
}

const char *net_infer_program(int argc, char **argv) {
    if (argc == 0) return "netc";
    const char *slash = strrchr(argv[0], '/');
    return slash != NULL ? slash + 1 : argv[0];
}

bool net_infer_options_parse(int argc, char **argv, const NetNetwork *network, NetInferOptions *options,
                             NetError *error) {
    *options = (NetInferOptions){.program = net_infer_program(argc, argv)};
    options->files = net_alloc((size_t)argc + 1, sizeof *options->files, error);
    if (options->files == NULL) return false;
    bool only_files = false;
    for (int i = 1; i < argc; i++) {
        if (!only_files && strcmp(argv[i], "--") == 0)
            only_files = true;
        else if (only_files || argv[i][0] != '-' || argv[i][1] == '\0') {
            if (!only_files && !check_word(argv[i], argv[i - 1], error)) return false;
            options->files[options->file_count++] = argv[i];
        } else if (!take_option(options, network, argc, argv, &i, error))
            return false;
    }
    return check(options, network, error);
}

void net_infer_options_free(NetInferOptions *options) { free(options->files); }

static void print_network(const NetNetwork *network) {
    char shape[NET_SHAPE_TEXT], count[NET_COUNT_TEXT];
    bool classes = network->classes > 0;
    int64_t things = classes ? network->classes : network->outputs;
    printf("%s input%s, %s %s%s", net_shape(shape, network->input.shape, network->input.rank),
           network->input.rank == 1 && network->input.count > 1 ? "s" : "", net_count(count, (uint64_t)things),
           classes ? "class" : "output",
           things == 1 ? ""
           : classes   ? "es"
                       : "s");
}

static void print_paragraph(const char *text) {
    net_wrap(stdout, text, 0, 0, net_page_width(stdout));
    putchar('\n');
}

void net_infer_print_help(const NetInferOptions *options, const NetNetwork *network) {
    const char *program = options->program;
    printf("usage: %s [OPTION]... FILE...\n"
           "%s images with the network '%s' (",
           program, network->classes > 0 ? "Classifies" : "Transforms", network->name);
    print_network(network);
    fputs(").\n", stdout);
    print_paragraph("FILE is a PNG or JPEG image, or many examples as CSV, IDX or NPY, packed with gzip or not; '-' is "
                    "standard input.");
    putchar('\n');
    for (int i = 0; i < OPTIONS; i++) {
        const Option *option = &table[i];
        char left[40];
        snprintf(left, sizeof left, "%c%c%c --%s%s%s", option->letter != 0 ? '-' : ' ',
                 option->letter != 0 ? option->letter : ' ', option->letter != 0 ? ',' : ' ', option->name,
                 option->argument != NULL ? " " : "", option->argument != NULL ? option->argument : "");
        bool used = option->at == AT(all)          ? network->classes > 0
                    : option->at == AT(labels)     ? net_network_is_compared(network)
                    : option->at == AT(like_mnist) ? net_network_is_like_mnist(network)
                                                   : true;
        if (used) net_print_row(stdout, left, 23, option->doc, net_page_width(stdout));
    }
    printf("\nexamples:\n  %s a.png b.png\n", program);
    if (network->classes > 0)
        printf("  %s --all --json digit.png | jq .classes\n"
               "  %s images.idx.gz labels.idx.gz    the accuracy\n"
               "  %s --labels y.npy x.npy           the same of NumPy's arrays\n",
               program, program, program);
    printf("  %s -o y.npy x.npy\n"
           "  some-program | %s --raw -\n\n",
           program, program);
    print_paragraph("status: 0 done, 1 outputs infinite or NaN, 2 wrong usage, 3 a file or the disk");
}

void net_infer_print_version(const NetNetwork *network) {
    printf("%s (", network->name);
    print_network(network);
    printf("), compiled by netc %s\n", network->version);
}
