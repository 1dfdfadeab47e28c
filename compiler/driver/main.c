/* netc: the table of sub-commands. */
#include <signal.h>
#include <string.h>

#include "compiler/driver/command_slips.h"
#include "compiler/driver/report.h"
#include "runtime/base/streams.h"

const Command commands[] = {
    {
        .name = "check",
        .arguments = "FILE... [options]",
        .doc = "look for errors in models",
        .details = "Prints every error and warning with its place. '-' reads a model from standard input.\n"
                   "'netc explain NAME' says more about the name in brackets.",
        .examples = "  netc check lenet5.net\n"
                    "  netc check -Werror models/*.net\n"
                    "  netc check -D depth=4 -Wno-vanishing-gradient deep_sigmoid.net\n"
                    "  netc check --diagnostics json lenet5.net",
        .mask = COMMAND_CHECK,
        .least = 1,
        .most = -1,
        .what = "model files",
        .run = cmd_check,
    },
    {
        .name = "new",
        .arguments = "NAME [options]",
        .doc = "write a model to begin with",
        .details = "Writes NAME.net, a small convolutional network with comments, or a copy of another model whose\n"
                   "network is then called NAME. A file that exists is never overwritten.",
        .examples = "  netc new digits && netc train digits.net\n"
                    "  netc new mine --from mlp_30",
        .mask = COMMAND_NEW,
        .least = 1,
        .most = 1,
        .what = "a name for the network",
        .run = cmd_new,
    },
    {
        .name = "show",
        .arguments = "FILE|RUN [options]",
        .doc = "print the layers as a table, or what a weights file holds",
        .examples = "  netc show lenet5.net\n"
                    "  netc show --json lenet5.net\n"
                    "  netc show --pytorch lenet5.net >lenet5.py\n"
                    "  netc show --dot lenet5.net | dot -Tsvg >lenet5.svg\n"
                    "  netc show deep_sigmoid.net -D depth=4\n"
                    "  netc show deep_sigmoid.net -D depth=4 --gradients\n"
                    "  netc show runs/latest --examples 12",
        .mask = COMMAND_SHOW,
        .least = 1,
        .most = 1,
        .what = "a model file, a weights file or a run",
        .run = cmd_show,
    },
    {
        .name = "train",
        .arguments = "FILE [options] [trainer options]",
        .doc = "compile a model and train it, in one step",
        .details = "The trainer is kept in the cache ($XDG_CACHE_HOME/netc), so the next run starts at once.\n"
                   "Options netc does not know go to the trainer, such as --epochs N, --batch N, --rate R,\n"
                   "--seed S, --threads N, --data NAME, --resume; 'netc train FILE --help' lists them all.\n"
                   "The settings of a train block, which --set takes, are listed by 'netc help settings'.",
        .examples = "  netc train lenet5.net\n"
                    "  netc train lenet5.net --seeds 1-5 --require 'test_accuracy>=0.95'\n"
                    "  netc train lenet5.net --epochs 3 --rate 0.05 --seed 2\n"
                    "  netc train deep_sigmoid.net -D depth=4 --set 'log gradients every=1' --watch\n"
                    "  netc train lenet5.net --backend c --cc clang-19 -v",
        .mask = COMMAND_TRAIN,
        .trainer = true,
        .least = 1,
        .most = 1,
        .what = "a model file",
        .run = cmd_train,
    },
    {
        .name = "build",
        .arguments = "FILE [options]",
        .doc = "compile a model into a stand-alone trainer, or its trained network into a program",
        .details = "Without -o a trainer has the name of the network: 'network lenet5' becomes ./lenet5.\n"
                   "Outputs are written whole or not at all.\n"
                   "--infer --weights FILE|RUN makes ./lenet5-predict, which classifies images, with the\n"
                   "weights inside; --emit lib or shared a library with its header, c or obj the same as one\n"
                   "file, onnx a form that ONNX Runtime and many other programs read.",
        .examples = "  netc build lenet5.net && ./lenet5 --epochs 3\n"
                    "  netc build lenet5.net -o trainer --cpu x86-64-v3\n"
                    "  netc build lenet5.net --emit c            the program as C, in lenet5.c\n"
                    "  netc build lenet5.net --emit asm -o -     its assembly, on standard output\n"
                    "  netc build lenet5.net --infer --weights runs/latest\n"
                    "  ./lenet5-predict digit.png                what that has made\n"
                    "  netc build lenet5.net --infer --weights runs/latest --emit lib",
        .mask = COMMAND_BUILD,
        .least = 1,
        .most = 1,
        .what = "a model file",
        .run = cmd_build,
    },
    {
        .name = "gradcheck",
        .arguments = "FILE [options]",
        .doc = "compare a network's derived gradients with differences of its cost",
        .details = "Evaluates the network in double, with the first examples of its data set and made-up weights\n"
                   "or those of --weights, and prints for each tensor that is trained the largest relative error\n"
                   "of its gradient. 20 entries of each are checked, fewer where a network takes long. The status\n"
                   "is 1 where an error is above 1e-6.",
        .examples = "  netc gradcheck lenet5.net\n"
                    "  netc gradcheck deep_sigmoid.net -D depth=4\n"
                    "  netc gradcheck mlp_30.net --set 'regularize l2=5'\n"
                    "  netc gradcheck lenet5.net --weights runs/latest\n"
                    "  netc gradcheck small.net --all            every entry; takes long\n"
                    "  netc gradcheck lenet5.net --json | jq '.tensors[].error'",
        .mask = COMMAND_GRADCHECK,
        .least = 1,
        .most = 1,
        .what = "a model file",
        .run = cmd_gradcheck,
    },
    {
        .name = "data",
        .arguments = "[NAME | FILE | 'LINE'] [options]",
        .doc = "list the data sets, fetch one, or show what a set is",
        .details = "Of a model's data, or of a data line in quotes, it shows shapes, ranges, classes and some\n"
                   "examples, and whether it suits the network. Fetched sets go to the data folder\n"
                   "($XDG_DATA_HOME/netc); their content is verified.\n"
                   "Own data that is large and cannot be used as it is, as it is compressed or of another type, is\n"
                   "converted once; these files are in $XDG_CACHE_HOME/netc/data, at most 4 GB of them or as many\n"
                   "as NETC_CACHE_BYTES says (0: none).",
        .examples = "  netc data              what there is, and where\n"
                    "  netc data mnist        fetch MNIST (11 MB)\n"
                    "  netc data lenet5.net   what this model learns from\n"
                    "  netc data 'csv train=\"sensor.csv\" target=state'\n"
                    "  netc data --cache      what own data was converted to",
        .mask = COMMAND_DATA,
        .most = 1,
        .what = "the name of a data set, a model or a data line",
        .run = cmd_data,
    },
    {
        .name = "runs",
        .arguments = "[DIR...] [options]",
        .doc = "list runs: the settings that differ, and the results",
        .details = "One line a run of each DIR (runs): a folder of runs, or one run, by its folder or its name.\n"
                   "Accuracies are the best on the validation part and that of the last weights on the test part;\n"
                   "runs that differ in nothing but the seed are summed up as mean ± standard deviation.",
        .examples = "  netc runs\n"
                    "  netc runs --sort validation           the best run first\n"
                    "  netc runs --model mlp_30              those of one model\n"
                    "  netc runs --sort rate old/runs runs   by any setting or figure of result.json\n"
                    "  netc runs --json | jq '.runs[].result.test_accuracy'",
        .mask = COMMAND_RUNS,
        .most = -1,
        .what = "folders of runs",
        .run = cmd_runs,
    },
    {
        .name = "report",
        .arguments = "RUN... [options]",
        .doc = "show runs as one HTML file: curves, layers, weights, predictions",
        .details = "Writes RUN/report.html, or report.html beside several runs, which are then laid over each other;\n"
                   "those that differ in nothing but the seed become a mean with its deviation. The file needs no\n"
                   "network and no server. What a log is missing for says which command brings it.",
        .examples = "  netc report runs/latest\n"
                    "  netc report runs/latest -o lenet5.html --svg figures --csv figures\n"
                    "  netc report deep_sigmoid-1 deep_sigmoid-2     laid over each other\n"
                    "  netc report runs                              all there are",
        .mask = COMMAND_REPORT,
        .least = 1,
        .most = -1,
        .what = "a run",
        .run = cmd_report,
    },
    {
        .name = "experiments",
        .arguments = "[NAME...] [options]",
        .doc = "repeat the experiments of the book, its numbers beside ours",
        .details =
            "Trains what the named experiments take, or all, and writes results.md, drawings and a file of each\n"
            "row into DIR. What is there already, by model, settings, seed and data, is used; stopped at any\n"
            "moment, the same command goes on. --data and --set change all rows, for a first look.",
        .examples = "  netc experiments --list\n"
                    "  netc experiments depth speed\n"
                    "  netc experiments depth --seeds 1-20\n"
                    "  netc experiments convolution --data digits --set 'epochs 3' -o small\n"
                    "  netc experiments --verify 3",
        .mask = COMMAND_EXPERIMENTS,
        .most = -1,
        .what = "the name of an experiment",
        .words = experiment_names,
        .run = cmd_experiments,
    },
    {
        .name = "explain",
        .arguments = "[NAME] [options]",
        .doc = "say what an error or a warning means and how to mend it",
        .details = "NAME is what stands in brackets at the end of a message. Without it the names are listed.",
        .examples = "  netc explain window-too-large\n"
                    "  netc explain",
        .mask = COMMAND_EXPLAIN,
        .most = 1,
        .what = "the name of a diagnostic",
        .run = cmd_explain,
    },
    {
        .name = "help",
        .arguments = "[TOPIC] [options]",
        .doc = "help on a command or on a word of the language",
        .details = "TOPIC is a command, a layer kind, a setting, an option or any other word of a model, the name of\n"
                   "an error or a warning, or one of: layers activations initialisers settings developer.",
        .examples = "  netc help build\n"
                    "  netc help layers\n"
                    "  netc help conv\n"
                    "  netc help relu         and any other word of the language\n"
                    "  netc help settings     what a train block may hold\n"
                    "  netc help developer    options for those who work on netc itself\n"
                    "  source <(netc help --completion bash)",
        .mask = COMMAND_HELP,
        .most = 1,
        .what = "a command or a word of the language",
        .run = cmd_help,
    },
    {0},
};

static int run(int argc, char **argv) {
    if (argc < 2) {
        help_overview(stderr);
        return STATUS_USAGE;
    }
    const char *word = argv[1];
    if (string_is(word, "--version")) {
        printf("netc %s%s\n", NETC_VERSION, NETC_LLVM ? "" : " (without LLVM)");
        return STATUS_OK;
    }
    if (string_is(word, "-h") || string_is(word, "--help")) {
        help_overview(stdout);
        return STATUS_OK;
    }
    Arena *arena = arena_new();
    int status;
    const Command *command = command_find(word);
    if (command == NULL) {
        status = command_unknown(arena, argc - 1, argv + 1);
        arena_free(arena);
        return status;
    }
    Options options;
    if (options_parse(arena, command, argc - 2, argv + 2, &options, &status)) {
        status = command->run(arena, &options);
    }
    arena_free(arena);
    return status;
}

int main(int argc, char **argv) {
    net_streams_open();
    signal(SIGCHLD, SIG_DFL); /* ignored, as who starts netc may have it, it keeps programs from being waited for */
    return report_close_streams(run(argc, argv));
}
