/* The examples of one file, whatever its format (format.h), a table, or bare floats when told so; one after another.
 *
 *     NetImages images;
 *     const NetImagesForm form = {.source = {.path = path}};
 *     if (net_images_open(&images, &form, &input, &error)) {
 *         while (net_images_next(&images, x, 256, &got, &error) && got > 0) …
 *         net_images_close(&images);
 *     }
 *
 * The format is seen from the first bytes. CIFAR's binary form has none of its own: a file of another form, for a
 * network of 3x32x32, that begins with a class and has the length of whole images is taken for it. Images are read as
 * they are asked for, so memory does not grow with the file, unless its array is in Fortran order: then the first value
 * of an image may be the last of the file. Sizes are checked before the first image wherever the file's length is
 * known, else at the end. Errors have status NET_ENVIRONMENT. */
#ifndef NET_DATA_IMAGES_H
#define NET_DATA_IMAGES_H

#include "runtime/data/block.h"
#include "runtime/data/format.h"
#include "runtime/data/shape.h"
#include "runtime/data/table_classes.h"

/* How tables are read: what their columns are to the network, and the classes that their cells name. */
typedef struct {
    NetTableForm form;
    NetColumns *columns;
    NetClasses classes; /* count 0: targets are values */
    const NetClassNames *names;
} NetImagesTable;

typedef struct {
    NetSource source;            /* "-" is standard input */
    bool raw;                    /* bare floats */
    bool list;                   /* a data set to train on: a list of images even where it could be one */
    bool like_mnist;             /* images of any size, each made a picture of 28x28 as MNIST's were (like_mnist.h) */
    const char *only;            /* the format it must have, by its name; NULL: any */
    const NetImagesTable *table; /* NULL: tables are not read */
} NetImagesForm;

typedef struct {
    const NetInput *input;
    NetStream stream;
    const NetFormat *format; /* NULL: bare floats, a table or CIFAR's batches */
    bool list, like_mnist;
    NetInput own;  /* of --like-mnist: as the file's images are */
    float *grey;   /* one of these; owned */
    int64_t count; /* images; -1: to the end */
    int64_t done;  /* handed out */
    bool one;      /* the file is one image, not a list of them */
    NetArray array;
    size_t before;                 /* bytes ahead of each image that are passed over */
    bool moved;                    /* values of an image are not in the order of the input */
    unsigned char *row;            /* bytes of one image as the file has them; owned */
    unsigned char *turned;         /* and in the order of the input, where that is another; owned */
    NetBlock whole;                /* all of the values, where those of an image are spread over it; owned */
    const unsigned char *values;   /* they lie there; NULL: they are read as they are asked for */
    const NetImagesTable *tabular; /* NULL: it is no table */
    NetTable table;
    uint32_t *label; /* of a table with targets, those of the images handed out last; owned, as the next are */
    float *value;
    int64_t room; /* images that these hold */
} NetImages;

/* Path and input are borrowed. After a failure nothing needs closing. */
bool net_images_open(NetImages *images, const NetImagesForm *form, const NetInput *input, NetError *error);
void net_images_close(NetImages *images);

/* The next images, at most `most`; *got is 0 at the end. x holds most * input->count floats: as the network reads them,
 * bytes divided by 255, all else as it is, all finite. */
bool net_images_next(NetImages *images, float *x, int64_t most, int64_t *got, NetError *error);

/* Whether images are samples, 0 to 255, of which net_images_samples hands out the bytes. */
bool net_images_are_samples(const NetImages *images);
bool net_images_samples(NetImages *images, unsigned char *out, int64_t most, int64_t *got, NetError *error);

/* Whether like_mnist takes images of their size; also after opening or reading them has failed for that. */
bool net_images_could_fit(const NetImages *images);

/* Where the first image begins in the file, if all of them lie there as they are handed out: samples, or floats of this
 * machine's, in an unpacked file. -1: they do not. */
int64_t net_images_place(const NetImages *images);

#endif
