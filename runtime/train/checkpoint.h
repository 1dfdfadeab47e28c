/* Checkpoints: a run that is stopped, however, goes on later with the same bits.
 *
 * checkpoint.safetensors in the run's folder, with a checksum, and the one before it as checkpoint-1.safetensors. A
 * new one is written whole and synced under a third name, then both are renamed: at any moment one of the two is good.
 *
 *     tensors    param, state        the weights and what is kept beside them: each tensor from a multiple of
 *                                    16 on, its values in their order, however kernels have them
 *                best.param, .state  the best on the validation part
 *                counters (I64)      epoch, position, step, ...: NetPlace in trainer.h
 *                totals (F64)        seconds and sums of examples' scores
 *                gradients (F64)     the gradient log's sums over the epoch
 *     metadata   set.OPTION          each setting that matters, as used; default.OPTION: as the model had it
 *                log.FILE            length of each CSV file
 *                target cost optimizer monitor log probe   those that are compiled in, without an option
 *                network tensors order_hash data_hash parts
 *
 * NET_CHECKPOINT_SECONDS in the environment is a hook for tests: seconds between two checkpoints, in place of 10. */
#ifndef NET_TRAIN_CHECKPOINT_H
#define NET_TRAIN_CHECKPOINT_H

#include "runtime/train/trainer.h"

/* Seconds between two checkpoints: 10, or what the environment says. */
double net_checkpoint_interval(void);

/* Writes the state as it is; the logs are synced first. */
bool net_checkpoint_save(NetTrainer *trainer, NetError *error);

/* Opens the newest good checkpoint of the trainer's run folder. *found is false, and nothing was opened, when there is
 * none at all; one that is broken is passed over for the one before it. */
bool net_checkpoint_open(NetTrainer *trainer, NetSafetensors *file, bool *found, NetError *error);

/* Gives trainer->options what the run was started with, where the command line says nothing else; an error when it
 * says something else, naming both values. Before the data is read. */
bool net_checkpoint_settings(NetTrainer *trainer, const NetSafetensors *file, NetError *error);

/* Restores buffers and place, and opens the logs cut back to where they were. After the data is read. */
bool net_checkpoint_restore(NetTrainer *trainer, const NetSafetensors *file, NetError *error);

#endif
