/* The networks of an ensemble answering together, in a trainer: scores of joined weights.
 *
 * The trainer gives data, threads and buffers; which weights it has does not matter, and they are the same again
 * afterwards. Errors have status NET_ENVIRONMENT. */
#ifndef NET_TRAIN_JOINT_H
#define NET_TRAIN_JOINT_H

#include "runtime/train/trainer.h"

/* Scores the weights of `file`, which is of as many networks as the trainer makes, on the parts from `first` on. */
NetOutcome net_joint_scores(NetTrainer *trainer, const NetSafetensors *file, NetPartName first, NetFinal *final,
                            NetError *error);

#endif
