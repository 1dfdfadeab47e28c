/* Pictures in folders, one folder a class, as people keep them:
 *
 *     flowers/rose/017.png  flowers/rose/018.jpg  flowers/tulip/a.jpeg  …
 *
 * Classes are numbered as their names sort by bytes, and so are the pictures of each. Names that begin with a point are
 * passed over; all else must be what is expected. Errors have status NET_ENVIRONMENT. */
#ifndef NET_DATA_FOLDER_H
#define NET_DATA_FOLDER_H

#include "runtime/data/shape.h"
#include "runtime/base/error.h"

typedef struct {
    char **class_name; /* owned, as all here */
    int64_t classes;
    char **path; /* of each picture */
    uint32_t *label;
    int64_t count;
} NetFolder;

/* Finds the pictures. The classes are the folders' names, or with `like` its classes: then each folder must be one of
 * these, and some may be missing. What a failure leaves is freed by net_folder_free. */
bool net_folder_list(NetFolder *folder, const char *path, const NetFolder *like, NetError *error);
void net_folder_free(NetFolder *folder);

/* Picture `place` as the input of a network: see picture.h. A fault that later ones have too is told with their
 * number. */
bool net_folder_read(const NetFolder *folder, int64_t place, const NetInput *input, float *x, NetError *error);

#endif
