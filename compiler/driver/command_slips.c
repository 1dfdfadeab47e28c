#include "compiler/driver/command_slips.h"

#include <string.h>
#include <unistd.h>

#include "compiler/driver/flags.h"
#include "compiler/driver/option_slips.h"
#include "compiler/driver/report.h"
#include "compiler/driver/runs.h"
#include "compiler/driver/show_weights.h"
#include "runtime/base/paths.h"
#include "runtime/base/words.h"

#define SHOW "'netc show FILE' prints the layers"
#define RUN_FOLDER "a run is a folder: rm -r runs/NAME"
#define SERVER "netc makes programs that run and end: 'netc build FILE --infer --weights runs/latest'"
#define FLOATS "all numbers are 32-bit floats; 'netc build FILE --infer --weights runs/latest' makes the program"
#define EXPORT "'netc build FILE --infer --weights runs/latest --emit onnx' exports it"
#define FORMAT "netc changes no model; 'netc check FILE' looks for errors"
#define COMPLETION "'netc help --completion bash' prints the script"
#define INSTALL "netc installs nothing; 'netc data' lists the data sets, 'netc data mnist' fetches one"

/* What other tools call their commands: what stands behind netc, or a sentence (with a mark between its words). FILE is
 * the model on the line. */
static const NetAlias aliases[] = {
    {"fit", "train FILE"},
    {"run", "train FILE"},
    {"learn", "train FILE"},
    {"start", "train FILE"},
    {"go", "train FILE"},
    {"resume", "train FILE --resume"},
    {"continue", "train FILE --resume"},
    {"finetune", "train FILE --weights runs/latest"},
    {"fine-tune", "train FILE --weights runs/latest"},
    {"test", "train FILE --evaluate --weights runs/latest"},
    {"eval", "train FILE --evaluate --weights runs/latest"},
    {"evaluate", "train FILE --evaluate --weights runs/latest"},
    {"score", "train FILE --evaluate --weights runs/latest"},
    {"predict", "build FILE --infer --weights runs/latest"},
    {"infer", "build FILE --infer --weights runs/latest"},
    {"inference", "build FILE --infer --weights runs/latest"},
    {"classify", "build FILE --infer --weights runs/latest"},
    {"deploy", "build FILE --infer --weights runs/latest"},
    {"export", "build FILE --infer --weights runs/latest --emit onnx"},
    {"onnx", "build FILE --infer --weights runs/latest --emit onnx"},
    {"convert", EXPORT},
    {"save", EXPORT},
    {"compile", "build FILE"},
    {"make", "build FILE"},
    {"cc", "build FILE"},
    {"emit", "build FILE --emit c"},
    {"summary", "show FILE"},
    {"print", "show FILE"},
    {"info", "show FILE"},
    {"inspect", "show FILE"},
    {"cat", "show FILE"},
    {"describe", "show FILE"},
    {"view", "show FILE"},
    {"layers", "show FILE"},
    {"dump", "show FILE"},
    {"graph", "show FILE --dot"},
    {"visualize", "show FILE --dot"},
    {"visualise", "show FILE --dot"},
    {"draw", "show FILE --dot"},
    {"plot", "report runs/latest"},
    {"curves", "report runs/latest"},
    {"dashboard", "report runs/latest"},
    {"html", "report runs/latest"},
    {"tensorboard", "'log gradients formats=[csv, tensorboard]' in the train block writes its files; 'tensorboard "
                    "--logdir runs' shows them"},
    {"lint", "check FILE"},
    {"validate", "check FILE"},
    {"verify", "check FILE"},
    {"parse", "check FILE"},
    {"format", FORMAT},
    {"fmt", FORMAT},
    {"fix", FORMAT},
    {"debug", "netc has no debugger; " SHOW},
    {"profile", "'netc train FILE' prints the time of each epoch; " SHOW " with their costs"},
    {"benchmark", "'netc train FILE' prints the time of each epoch; " SHOW " with their costs"},
    {"bench", "'netc train FILE' prints the time of each epoch; " SHOW " with their costs"},
    {"time", "'netc train FILE' prints the time of each epoch; " SHOW " with their costs"},
    {"quantize", FLOATS},
    {"prune", FLOATS},
    {"serve", SERVER},
    {"server", SERVER},
    {"tune", "'netc train FILE --rate 0.05' is a run, 'netc runs' compares them"},
    {"sweep", "'netc train FILE --rate 0.05' is a run, 'netc runs' compares them"},
    {"search", "'netc train FILE --rate 0.05' is a run, 'netc runs' compares them"},
    {"init", "new NAME"},
    {"create", "new NAME"},
    {"add", "new NAME"},
    {"generate", "new NAME"},
    {"copy", "new NAME --from lenet5"},
    {"models", "'netc new NAME --from list' lists the models that can be copied"},
    {"list", "runs"},
    {"ls", "runs"},
    {"logs", "runs"},
    {"log", "runs"},
    {"status", "runs"},
    {"history", "runs"},
    {"results", "runs"},
    {"compare", "runs"},
    {"diff", "runs"},
    {"rm", RUN_FOLDER},
    {"remove", RUN_FOLDER},
    {"delete", RUN_FOLDER},
    {"clean", RUN_FOLDER},
    {"download", "data mnist"},
    {"fetch", "data mnist"},
    {"get", "data mnist"},
    {"dataset", "data"},
    {"datasets", "data"},
    {"install", INSTALL},
    {"pip", INSTALL},
    {"update", INSTALL},
    {"upgrade", INSTALL},
    {"completion", COMPLETION},
    {"completions", COMPLETION},
    {"complete", COMPLETION},
    {"--completion", COMPLETION},
    {"repl", "netc reads models from files; 'netc new NAME' writes one"},
    {"shell", "netc reads models from files; 'netc new NAME' writes one"},
    {"edit", "a model is a text, which any editor changes; 'netc check FILE' looks for errors"},
    {"why", "explain"},
    {"error", "explain"},
    {"errors", "explain"},
    {"warnings", "explain"},
    {"man", "help"},
    {"doc", "help"},
    {"docs", "help"},
    {"usage", "help"},
    {"commands", "help"},
    {"h", "help"},
    {"?", "help"},
    {"-?", "help"},
    {"/?", "help"},
    {"-help", "help"},
    {"version", "--version"},
    {"-v", "--version"},
    {"-version", "--version"},
    {"--version", "--version"},
    {"--ver", "--version"},
    {"--about", "--version"},
};

/* The line with `first` as its command; without the word at `skip`. */
static const char *command_line(Arena *arena, const char *first, int argc, char **argv, int skip) {
    const char *text = arena_format(arena, "netc %s", first);
    for (int i = 0; i < argc; i++) {
        if (i != skip && !string_is(argv[i], "--")) {
            text = arena_format(arena, "%s %s", text, shell_word(arena, argv[i]));
        }
    }
    return text;
}

/* The place of a command further on; 0: there is none. A file of that name is no command. */
static int later_command(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (command_find(argv[i]) != NULL && access(argv[i], F_OK) != 0) {
            return i;
        }
    }
    return 0;
}

/* The first command that takes an option; NULL: none does. */
static const char *command_of(Arena *arena, const char *word) {
    const char *value, *owners = flag_owners(arena, word);
    const Option *option = option_find(word, ~0U, &value);
    for (const Command *command = commands; option != NULL && command->name != NULL; command++) {
        if ((command->mask & option->mask) != 0) {
            return command->name;
        }
    }
    return owners != NULL ? "train" : NULL;
}

/* The first word is a file or an option, and belongs behind a command. */
static int report_missing(Arena *arena, int argc, char **argv) {
    static const char *const own[] = {"version", "help"};
    const char *word = argv[0];
    const char *near =
        word[0] == '-' && argc == 1 ? net_nearest_word(word + strspn(word, "-"), own, COUNT_OF(own)) : NULL;
    if (near != NULL) {
        return report_usage(NULL, "unknown option '%s'; did you mean '--%s'?", word, near);
    }
    int later = later_command(argc, argv);
    if (later > 0) {
        return report_usage(NULL, "the command comes first: '%s'", command_line(arena, argv[later], argc, argv, later));
    }
    const char *first = net_path_ends(word, ".net")                        ? "train"
                        : *word != '\0' && show_weights_what(word) != NULL ? "show"
                        : word[0] == '-' && argc > 1                       ? command_of(arena, word)
                                                                           : NULL;
    return first != NULL ? report_usage(NULL, "expected a command before '%s', for example '%s'", word,
                                        command_line(arena, first, argc, argv, argc))
                         : report_usage(NULL, "expected a command before '%s'; 'netc help' lists them", word);
}

/* An alias with the file that was named. A run stands for itself where there are weights, and for its model. */
static const char *with_named(Arena *arena, char text[NET_ADVICE], const char *alias, const char *named) {
    static const char latest[] = "runs/latest";
    const char *weights = strstr(alias, latest), *model = "FILE.net";
    const NetEnding *ending = named != NULL ? net_path_ending(named) : NULL;
    if (named == NULL) return net_with_file(text, alias, model);
    if (!string_is(show_weights_what(named), "a run") || (weights == NULL && strstr(alias, "train FILE") == NULL))
        return net_with_file(text, alias, ending == NULL || net_path_ends(named, ".net") ? named : model);
    const char *own = run_model(arena, named);
    if (strstr(alias, "--resume") != NULL) alias = arena_format(arena, "%s %s", alias, shell_word(arena, named));
    if (weights != NULL)
        alias = arena_format(arena, "%.*s%s%s", (int)(weights - alias), alias, shell_word(arena, named),
                             weights + strlen(latest));
    return net_with_file(text, alias, own != NULL ? shell_word(arena, own) : model);
}

int command_unknown(Arena *arena, int argc, char **argv) {
    const char *word = argv[0];
    const char *named = argc > 1 && argv[1][0] != '-' ? argv[1] : NULL;
    const char *alias = net_find_alias(word, aliases, COUNT_OF(aliases));
    char text[NET_ADVICE];
    if (alias != NULL && later_command(argc, argv) == 0) {
        bool sentence = strpbrk(alias, "',;:") != NULL;
        return report_usage(NULL, "unknown command '%s'; %s%s%s", word, sentence ? "" : "did you mean 'netc ",
                            with_named(arena, text, alias, named), sentence ? "" : "'?");
    }
    const char *names[16];
    size_t count = 0;
    for (const Command *command = commands; command->name != NULL && count < COUNT_OF(names); command++) {
        names[count++] = command->name;
    }
    const char *nearest = net_nearest_word(word + strspn(word, "-"), names, count);
    if (nearest != NULL && access(word, F_OK) != 0) {
        return report_usage(NULL, "unknown command '%s'; did you mean '%s'?", word, nearest);
    }
    size_t length = strcspn(word, " =");
    const char *first = arena_copy(arena, word, length);
    if (word[length] != '\0' && command_find(first) != NULL && access(word, F_OK) != 0) {
        return report_usage(NULL, "unknown command '%s'; write 'netc %s %s'", word, first,
                            word + length + strspn(word + length, " ="));
    }
    char part[NET_PART];
    for (int i = 0; net_word_part(part, word, i); i++) {
        if (command_find(part) != NULL && word[0] != '-' && access(word, F_OK) != 0) {
            return report_usage(NULL, "unknown command '%s'; did you mean '%s'?", word, part);
        }
    }
    if (*word == '\0' || word[0] == '-' || net_path_ends(word, ".net") || access(word, F_OK) == 0) {
        return report_missing(arena, argc, argv);
    }
    return report_usage(NULL, "unknown command '%s'; 'netc help' lists them", word);
}
