/* A trainer, whole: what a compiled trainer's main() and the interpreter of netc call. */
#ifndef NET_TRAIN_MAIN_H
#define NET_TRAIN_MAIN_H

#include "runtime/train/model.h"

/* Runs the command line and returns the exit status: 0 done, 1 diverged, 2 wrong usage, 3 a file, the disk or memory,
 * 4 --require not met, 130, 143 or 129 stopped by INT, TERM or HUP after writing a checkpoint. Results go to standard
 * output, messages to standard error. Installs signal handlers; to be called once in a process. */
int net_trainer_main(int argc, char **argv, const NetCode *code);

#endif
