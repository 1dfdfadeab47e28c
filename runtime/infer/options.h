/* The command line of an inference binary. Strings point into argv. A wrong command line is an error with status
 * NET_USAGE and one line that says what was found and what was expected. */
#ifndef NET_INFER_OPTIONS_H
#define NET_INFER_OPTIONS_H

#include "runtime/infer/network.h"

typedef struct {
    const char *program; /* its name in messages, without the folder */
    const char **files;  /* owned */
    int file_count;
    const char *labels, *output;
    bool raw, like_mnist, all, json, quiet, selftest, help, version;
} NetInferOptions;

/* The name of the program, without its folder. */
const char *net_infer_program(int argc, char **argv);

/* net_infer_options_free is to be called after a failure too. */
bool net_infer_options_parse(int argc, char **argv, const NetNetwork *network, NetInferOptions *options,
                             NetError *error);
void net_infer_options_free(NetInferOptions *options);

/* What --help and --version print. */
void net_infer_print_help(const NetInferOptions *options, const NetNetwork *network);
void net_infer_print_version(const NetNetwork *network);

#endif
