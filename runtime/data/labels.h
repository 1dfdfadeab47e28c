/* What labels of any file format must be. Each function is true when all is well; errors have status NET_ENVIRONMENT.
 */
#ifndef NET_DATA_LABELS_H
#define NET_DATA_LABELS_H

#include "runtime/base/error.h"

/* The classes that labels number from 0. */
typedef struct {
    int64_t count;
    int64_t outputs; /* of the last layer, for the message; 0: as many */
} NetClasses;

/* Whether a label is one of the classes. */
bool net_label_check(const char *path, int64_t item, int64_t label, const NetClasses *classes, NetError *error);

/* For a label, written out, that is none of them: of an item of a file, or at some place, "data.csv:118". */
bool net_label_wrong(const char *path, int64_t item, const char *label, const NetClasses *classes, NetError *error);
bool net_label_wrong_at(const char *place, const char *label, const NetClasses *classes, NetError *error);

/* Whether there are as many classes as the network has. `place` begins the message ("flowers has"), `what` is what they
 * are called, `list` their names, or "". */
bool net_classes_match(const char *place, int64_t count, const char *what, const char *list, const NetClasses *classes,
                       NetError *error);

/* Whether there are as many labels as images. */
bool net_labels_count(const char *path, int64_t labels, int64_t images, NetError *error);

#endif
