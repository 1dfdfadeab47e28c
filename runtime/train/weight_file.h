/* The weights file that a user names: found, matched with the tensors of a network, read.
 *
 * Trainers (--weights) and the compiler (netc build --infer) share it, so both take the same files and say the same
 * about those that do not fit. Every failure is one line with status NET_ENVIRONMENT (NET_USAGE for a --rename to what
 * the network does not have); that names and shapes are not the network's is the kind [weights-mismatch]. Nothing here
 * is kept: the caller owns the file it reads. */
#ifndef NET_TRAIN_WEIGHT_FILE_H
#define NET_TRAIN_WEIGHT_FILE_H

#include "runtime/base/safetensors.h"
#include "runtime/train/options.h"

/* A tensor that the network has. */
typedef struct {
    const char *name; /* "conv1.weight" */
    const int64_t *shape;
    int rank;
} NetWanted;

/* How the user says that names differ. */
typedef struct {
    const char *weights; /* the file or run as the user wrote it, for messages */
    const NetWords *rename;
    const NetWords *skip; /* NULL: the command has no such option, and it is not advised */
    const char *command;  /* "netc gradcheck small.net", which takes --set; NULL: nothing that does has called */
} NetWeightWords;

/* The file a word means: itself, or of a run (as net_run_find knows it) best.safetensors, the best epoch
 * on the validation part, when it is there, else weights.safetensors, the last epoch. free() releases it. A run that
 * has neither is an error that says how to finish it, [unfinished-run]. */
char *net_weights_path(const char *run_dir, const char *word, NetError *error);

/* Finds each wanted tensor in the file: found[i], of wanted[i]'s shape, NULL where it is skipped. All must be there,
 * and no others (num_batches_tracked, which PyTorch keeps, is passed over). */
bool net_weights_match(const NetSafetensors *file, const NetWeightWords *words, const NetWanted *wanted, size_t count,
                       const NetTensor **found, NetError *error);

/* ", epoch 3": the epoch after which netc wrote the file, "" where that is not known. */
enum { NET_WEIGHTS_EPOCH = 48 };
const char *net_weights_epoch(const NetSafetensors *file, char out[NET_WEIGHTS_EPOCH]);

/* A tensor's values as float, all of them finite. `name` is what the network calls it. */
bool net_weights_values(const NetSafetensors *file, const NetTensor *tensor, const char *name, float *out,
                        int64_t count, NetError *error);

/* The mean of the input or of the numbers to learn (key input_mean, target_mean), or the deviation (input_std,
 * target_std, above 0), from the metadata: `count` finite numbers.
 * Without that key *found is false and `out` is as it was. */
bool net_weights_statistics(const NetSafetensors *file, const char *key, float *out, int64_t count, bool *found,
                            NetError *error);

#endif
