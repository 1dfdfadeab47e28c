#include "compiler/driver/option_table.h"

#include <string.h>

#include "compiler/driver/backend.h"

enum { COMMAND_MODEL = COMMAND_CHECK | COMMAND_SHOW | COMMAND_TRAIN | COMMAND_BUILD | COMMAND_GRADCHECK };
enum { COMMAND_CODE = COMMAND_TRAIN | COMMAND_BUILD };
enum { COMMAND_MEMORY = COMMAND_CHECK | COMMAND_CODE };
enum {
    COMMAND_ALL = COMMAND_MODEL | COMMAND_DATA | COMMAND_RUNS | COMMAND_REPORT | COMMAND_EXPERIMENTS | COMMAND_NEW |
                  COMMAND_EXPLAIN | COMMAND_HELP
};

static const char *const color_choices[] = {"auto", "always", "never", NULL};
static const char *const diagnostics_choices[] = {"text", "json", "github", NULL};
#define EMIT_CHOICE(VALUE, NAME, SUFFIX) NAME,
static const char *const emit_choices[] = {EMIT_ROWS(EMIT_CHOICE) NULL};
#undef EMIT_CHOICE
#define NAME(BACKEND) #BACKEND,
static const char *const backend_choices[] = {BACKENDS(NAME) NULL};
#undef NAME
static const char *const level_choices[] = {"0", "1", "2", "3", NULL};

static const char *const shell_choices[] = {"bash", "zsh", NULL};

#define AT(member) offsetof(Options, member)
const Option option_table[] = {
    {"--output", "-o", ARG_TEXT, "FILE", AT(output), COMMAND_BUILD | COMMAND_REPORT, false, NULL,
     "where to write; '-' is standard output, for what is text and for ONNX"},
    {"--output", "-o", ARG_TEXT, "DIR", AT(output), COMMAND_EXPERIMENTS, false, NULL,
     "folder of the results, and of the runs (experiments)"},
    {"--list", NULL, ARG_FLAG, NULL, AT(list), COMMAND_EXPERIMENTS, false, NULL,
     "print the experiments there are, and what they take"},
    {"--data", NULL, ARG_TEXT, "NAME", AT(data), COMMAND_EXPERIMENTS | TRAINERS_TOO, false, NULL,
     "train on this data set, as trainers do: digits ships with netc"},
    {"--data-dir", NULL, ARG_TEXT, "DIR", AT(data_dir),
     COMMAND_CHECK | COMMAND_SHOW | COMMAND_GRADCHECK | COMMAND_DATA | COMMAND_EXPERIMENTS | TRAINERS_TOO, false, NULL,
     "where the files of the data line are (beside the model, then the data folder)"},
    {"--seeds", NULL, ARG_TEXT, "A-B", AT(seeds), COMMAND_EXPERIMENTS | TRAINERS_TOO, false, NULL,
     "train with these seeds, instead of as many as each has"},
    {"--verify", NULL, ARG_TEXT, "N", AT(verify), COMMAND_EXPERIMENTS, false, NULL,
     "train the first epoch of N rows again and compare the weights' bits"},
    {"--threads", NULL, ARG_TEXT, "N", AT(threads), COMMAND_EXPERIMENTS | TRAINERS_TOO, false, NULL,
     "worker threads; the results are the same for any number"},
    {"--svg", NULL, ARG_TEXT, "DIR", AT(svg), COMMAND_REPORT, false, NULL, "write each figure into DIR as an SVG, too"},
    {"--png", NULL, ARG_TEXT, "DIR", AT(png), COMMAND_REPORT, false, NULL, "the same as PNG (by rsvg-convert)"},
    {"--csv", NULL, ARG_TEXT, "DIR", AT(csv), COMMAND_REPORT, false, NULL, "write the numbers of each figure into DIR"},
    {"--emit", NULL, ARG_TEXT, "WHAT", AT(emit), COMMAND_BUILD, false, emit_choices,
     "exe (the default), obj, c, llvm or asm; of --infer also lib, shared, onnx"},
    {"--infer", NULL, ARG_FLAG, NULL, AT(infer), COMMAND_BUILD | COMMAND_SHOW, false, NULL,
     "the trained network, not a trainer: build it, or show what it takes"},
    {"--weights", NULL, ARG_TEXT, "FILE|RUN", AT(weights), COMMAND_BUILD | COMMAND_GRADCHECK | TRAINERS_TOO, false,
     NULL, "weights to work with: a safetensors file, or a run (its best ones)"},
    {"--rename", NULL, ARG_RENAME, "OLD=NEW", AT(renames), COMMAND_BUILD | COMMAND_GRADCHECK | TRAINERS_TOO, false,
     NULL, "--weights: what the file calls OLD is NEW here, nothing: a prefix less"},
    {"--until", NULL, ARG_TEXT, "LABEL", AT(until), COMMAND_BUILD | COMMAND_SHOW, false, NULL,
     "--infer: end the network at this layer (features, an autoencoder's code)"},
    {"--target", NULL, ARG_TEXT, "MACHINE", AT(target), COMMAND_BUILD | COMMAND_SHOW, false, NULL,
     "--infer: for another kind of machine, aarch64-linux-gnu"},
    {"--max-flash", NULL, ARG_TEXT, "SIZE", AT(max_flash), COMMAND_SHOW, false, NULL,
     "--infer: fail when weights and code take more, such as 512K"},
    {"--max-ram", NULL, ARG_TEXT, "SIZE", AT(max_ram), COMMAND_SHOW, false, NULL,
     "--infer: fail when the workspace for one image takes more"},
    {"--static", NULL, ARG_FLAG, NULL, AT(static_link), COMMAND_BUILD, false, NULL,
     "--infer: a program that needs no library at all when it runs"},
    {"--backend", NULL, ARG_TEXT, "NAME", AT(backend), COMMAND_CODE | COMMAND_SHOW, false, backend_choices,
     "llvm, c (through a C compiler) or, to train only, interp (slow)"},
    {"--cpu", NULL, ARG_TEXT, "CPU", AT(cpu), COMMAND_CODE | COMMAND_SHOW, false, NULL,
     "processor: native, generic, x86-64-v3, ...; in use auto, the best of three"},
    {"--cc", NULL, ARG_TEXT, "PROGRAM", AT(cc), COMMAND_CODE | COMMAND_SHOW, false, NULL,
     "C compiler, which also links (what CC names, else gcc)"},
    {"--optimize", "-O", ARG_TEXT, "LEVEL", AT(level), COMMAND_CODE | COMMAND_SHOW, false, level_choices,
     "0 to 3, how much the back end optimizes (2)"},
    {"--tune", NULL, ARG_FLAG, NULL, AT(tune), COMMAND_CODE, false, NULL,
     "measure schedules on this machine and take the quickest, which is kept"},
    {"--define", "-D", ARG_DEFINE, "NAME=VALUE", AT(defines), COMMAND_MODEL | COMMAND_DATA, false, NULL,
     "value of a 'let' at the top of the file"},
    {"--set", NULL, ARG_LIST, "LINE", AT(sets), COMMAND_MODEL | COMMAND_DATA | COMMAND_EXPERIMENTS, false, NULL,
     "a line of the train block, instead of the one written there"},
    {"--memory", NULL, ARG_TEXT, "SIZE", AT(memory), COMMAND_MEMORY, false, NULL,
     "what a trainer may take, such as 512M or 1.5G (all the machine has)"},
    {NULL, "-W", ARG_WARNING, "error", AT(warnings), COMMAND_MODEL, false, NULL,
     "-Werror: warnings are errors; -Wno-NAME: silence the warning NAME"},
    {"--diagnostics", NULL, ARG_TEXT, "FORM", AT(diagnostics), COMMAND_MODEL, false, diagnostics_choices,
     "how errors and warnings are printed: text, json or github"},
    {"--json", NULL, ARG_FLAG, NULL, AT(json), COMMAND_SHOW | COMMAND_GRADCHECK | COMMAND_DATA | COMMAND_RUNS, false,
     NULL, "print JSON"},
    {"--cache", NULL, ARG_FLAG, NULL, AT(cache), COMMAND_DATA, false, NULL,
     "list the files that own data was converted to"},
    {"--clear-cache", NULL, ARG_FLAG, NULL, AT(clear_cache), COMMAND_DATA, false, NULL, "remove these files"},
    {"--pytorch", NULL, ARG_FLAG, NULL, AT(pytorch), COMMAND_SHOW, false, NULL,
     "print the network as a PyTorch module that takes its weights"},
    {"--dot", NULL, ARG_FLAG, NULL, AT(dot), COMMAND_SHOW, false, NULL, "print the network as a graph for Graphviz"},
    {"--examples", NULL, ARG_TEXT, "N", AT(examples), COMMAND_SHOW, false, NULL,
     "of a run: how many pictures that it is wrong about to draw (4)"},
    {"--gradients", NULL, ARG_FLAG, NULL, AT(gradients), COMMAND_SHOW, false, NULL,
     "what is expected of each layer's gradient before the first step"},
    {"--sort", NULL, ARG_TEXT, "COLUMN", AT(sort), COMMAND_RUNS, false, NULL,
     "best first, by a column, setting or figure; -COLUMN: the other way round"},
    {"--model", NULL, ARG_TEXT, "NAME", AT(model), COMMAND_RUNS, false, NULL,
     "only the runs of this model: its file's name, or the network's"},
    {"--from", NULL, ARG_TEXT, "MODEL", AT(from), COMMAND_NEW, false, NULL,
     "copy a model that ships with netc, or a .net file"},
    {"--all", NULL, ARG_FLAG, NULL, AT(all), COMMAND_EXPLAIN | COMMAND_GRADCHECK, false, NULL,
     "explain: every diagnostic; gradcheck: every entry of every tensor"},
    {"--markdown", NULL, ARG_FLAG, NULL, AT(markdown), COMMAND_EXPLAIN, false, NULL, "print Markdown"},
    {"--completion", NULL, ARG_TEXT, "SHELL", AT(completion), COMMAND_HELP, false, shell_choices,
     "print a script that completes netc's command lines in bash or zsh"},
    {"--quiet", "-q", ARG_FLAG, NULL, AT(quiet), COMMAND_CHECK | COMMAND_GRADCHECK | COMMAND_DATA | COMMAND_REPORT,
     false, NULL, "print errors and warnings only"},
    {"--verbose", "-v", ARG_FLAG, NULL, AT(verbose), COMMAND_CODE, false, NULL,
     "show the commands that are run and whether the cache was used"},
    {"--color", NULL, ARG_TEXT, "WHEN", AT(color), COMMAND_ALL, false, color_choices,
     "auto (on a terminal, the default), always or never"},
    {"--help", "-h", ARG_FLAG, NULL, AT(help), COMMAND_ALL, false, NULL, "print this"},
    {"--dump", NULL, ARG_LIST, "PASS", AT(dumps), COMMAND_MODEL, true, NULL,
     "print what a pass has made on standard output"},
    {"--stop-after", NULL, ARG_TEXT, "PASS", AT(stop_after), COMMAND_MODEL, true, NULL, "do not go on after a pass"},
    {"--time", NULL, ARG_FLAG, NULL, AT(time), COMMAND_MODEL, true, NULL,
     "print how long each pass took on standard error"},
    {"--schedule", NULL, ARG_TEXT, "TILE", AT(schedule), COMMAND_CODE, true, NULL,
     "force the tile of sums, such as 4x5 (rows, columns) or 4x1x5 (maps first); or lines of --dump=schedule, or a "
     "file "
     "of them"},
};
const size_t option_table_count = COUNT_OF(option_table);

const Command *command_find(const char *name) {
    for (const Command *command = commands; command->name != NULL; command++) {
        if (string_is(command->name, name)) {
            return command;
        }
    }
    return NULL;
}

bool option_doc(size_t row, OptionDoc *doc) {
    if (row >= COUNT_OF(option_table)) {
        return false;
    }
    const Option *option = &option_table[row];
    *doc = (OptionDoc){.name = option->name,
                       .letter = option->letter,
                       .value = option->value,
                       .doc = option->doc,
                       .choices = option->choices,
                       .mask = option->mask,
                       .developer = option->developer,
                       .repeats = option->kind != ARG_FLAG && option->kind != ARG_TEXT};
    return true;
}

/* What is written of an option's name: "--name" of "--name=value", "-D" of "-Dvalue". */
static const Option *match(const char *word, const Option *option, const char **value) {
    *value = NULL;
    if (option->name != NULL) {
        size_t length = strlen(option->name);
        if (strncmp(word, option->name, length) == 0 && (word[length] == '\0' || word[length] == '=')) {
            *value = word[length] == '=' ? word + length + 1 : NULL;
            return option;
        }
    }
    if (option->letter != NULL && strncmp(word, option->letter, 2) == 0) {
        if (word[2] == '\0') {
            return option;
        }
        if (option->value != NULL) {
            *value = word + 2;
            return option;
        }
    }
    return NULL;
}

const Option *option_find(const char *word, unsigned mask, const char **value) {
    for (size_t i = 0; i < COUNT_OF(option_table); i++) {
        if ((option_table[i].mask & mask) != 0 && match(word, &option_table[i], value) != NULL) {
            return &option_table[i];
        }
    }
    return NULL;
}
