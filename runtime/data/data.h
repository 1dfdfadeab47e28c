/* A data set: finding it, reading it, cutting it into parts, its statistics and its hash.
 *
 *     NetDataRequest request = {.kind = "mnist", .rank = 3, .shape = {1, 28, 28}, .classes = 10, .outputs = 10};
 *     NetData data;
 *     if (!net_data_open(&request, &data, &error)) …   one line for the user, status NET_ENVIRONMENT
 *     …
 *     net_data_close(&data);
 *
 * A NetData owns its examples and does not change after net_data_open: any thread may read it. Nothing is ever
 * trained on half-read data: a file that is short, long, swapped or has a label out of range fails as a whole.
 * runtime/data/loader.h cuts the parts into batches. */
#ifndef NET_DATA_DATA_H
#define NET_DATA_DATA_H

#include <jansson.h>

#include "runtime/base/error.h"
#include "runtime/base/init.h"
#include "runtime/data/block.h"

enum { NET_DATA_RANK = 3, NET_HASH_TEXT = 65 };

typedef enum { NET_ROWS_U8, NET_ROWS_F32 } NetRowType;

typedef enum { NET_PART_TRAIN, NET_PART_VALIDATION, NET_PART_TEST, NET_PARTS } NetPartName;

/* What the model and the command line ask for. Strings are borrowed during net_data_open only. */
typedef struct {
    const char *kind;         /* the name of a set (sets.h), or of a form of files (kinds.h) */
    const json_t *options;    /* an object, those of the data line by name: texts, lists of texts; NULL: none */
    const char *model_folder; /* the folder of the .net file; NULL: the current one */
    const char *data_dir;     /* --data-dir, or NULL */
    int rank;                 /* the input's: 1 (flat) or 3 (C, H, W) */
    int64_t shape[NET_DATA_RANK];
    int64_t classes;                /* labels must be below; 0: labels are not classes and are not checked */
    int64_t outputs;                /* of the last layer, for the message about labels */
    int64_t targets;                /* real numbers an example is to give; 0: it has a class, or nothing */
    bool answers;                   /* these are each 0 or 1 */
    double train, validation, test; /* split as in the descriptor: 0 not given, below 1 a fraction, else a count */
    const char *order;      /* of the rows that parts are cut from: "file" or "shuffled"; NULL: what suits kind */
    uint64_t seed;          /* of the shuffled order */
    const char *split_kind; /* the set the split was written for, or NULL: when both are named sets, counts
                               become the same shares of `kind` */
} NetDataRequest;

typedef enum { NET_FILE_TRAIN, NET_FILE_TEST, NET_FILES } NetDataFileName;

/* All examples to train on, or all to test on, in the order of the files they are from. */
typedef struct {
    int64_t count;                   /* 0: there is no such file */
    const unsigned char *rows;       /* count rows of NetData.row_bytes, at any address: they lie in the block */
    NetBlock block;                  /* owned */
    uint32_t *labels;                /* one a row, owned; NULL where they are not classes */
    float *targets;                  /* NetData.targets a row, owned; NULL: there are none */
    char rows_sha256[NET_HASH_TEXT]; /* of the rows, where it is known already; else "" */
    char *hash_path;                 /* where it is to be kept, owned; NULL: nowhere */
    bool uncached;                   /* the cache has failed: what is converted goes into memory */
} NetDataFile;

/* Which rows of a file a part has. */
typedef struct {
    NetDataFileName file;
    int64_t count;         /* 0: there is no such part */
    int64_t first;         /* rows first … first+count-1, */
    const uint32_t *order; /* or these, owned by the NetData; NULL: the former */
} NetPart;

/* One example, as the files have it. */
typedef struct {
    const unsigned char *values; /* NetData.row_bytes of them, at any address */
    const float *targets;        /* NetData.targets of them; NULL: there are none */
    uint32_t label;
    uint32_t item; /* its number in the data set: the place in its file, the test file following the training file */
} NetExample;

typedef struct NetDataHash NetDataHash;

typedef struct {
    char name[32];                  /* the kind */
    char source[512];               /* where it was found: a folder, a file, or "built in"; UTF-8 */
    const char *licence;            /* of a named set; "" when not known */
    const char *const *class_names; /* classes of them, or NULL: then they are the numbers */
    char **column;                  /* those of a table, as net_columns_text has them; owned, as they are */
    int64_t columns;
    NetRowType type;      /* as the files hold them */
    int64_t row_elements; /* product of the input's shape */
    size_t row_bytes;
    int rank; /* the input's shape, as requested */
    int64_t shape[NET_DATA_RANK];
    int64_t picture[3]; /* channels, rows and columns of an example, if it is a picture; else zeros */
    int64_t classes;
    int64_t targets; /* real numbers an example is to give; 0: it has a class, or nothing */
    NetDataFile file[NET_FILES];
    NetPart part[NET_PARTS];    /* net_data_example() reads them */
    uint32_t *order[NET_FILES]; /* owned: rows in the order that parts were cut from; NULL: that of the file */
    uint64_t seed;              /* of that order */
    char **own_names;           /* class names that are not the table's, ended by NULL; owned */
    NetDataHash *hash;          /* owned: computed in a thread of its own */
} NetData;

/* Finds, reads, checks and splits a data set. After a failure nothing needs closing.
 *
 * Where files are looked for: in data_dir and data_dir/KIND when it is given; else beside the model, then in the data
 * folder ($XDG_DATA_HOME/netc/KIND or ~/.local/share/netc/KIND). `digits` is part of the program.
 * The split cuts parts from rows in their order, that of the file or a shuffled one (order.h): training rows from the
 * front, validation rows from the end of the training file, test rows from the front of the test file. Without a test
 * file, test rows are the last of the training file, with the validation rows before them. */
bool net_data_open(const NetDataRequest *request, NetData *data, NetError *error);
void net_data_close(NetData *data);

/* What the files of a request are, whatever the network, and whether those that are there begin as it wants them: see
 * kinds.h. The kind must be one. */
bool net_data_look(NetDataRequest *request, NetError *error);
bool net_data_check(const NetDataRequest *request, NetError *error);

/* Example `row` of a part, 0 <= row < count. */
NetExample net_data_example(const NetData *data, NetPartName part, int64_t row);

/* SHA-256 in hexadecimal of sizes, of the SHA-256 of the rows, of labels and targets of all files, whatever the split
 * and the compression. May wait a moment, as it is computed beside the caller; call it from one thread. */
const char *net_data_hash(const NetData *data);

/* How many means and deviations the input has: channels of C,H,W, features when flat. */
int64_t net_data_statistics_count(const NetData *data);

/* Mean and (population) deviation over the training part, one per channel or feature, of bytes divided by 255; a
 * deviation of 0 counts as 1. Each array holds net_data_statistics_count floats; NULL when not wanted. */
void net_data_statistics(const NetData *data, float *mean, float *sd);

/* Mean and (population) variance, over a part, of each number that its examples are to give; a variance of equal
 * numbers is 0. Each array holds data->targets; NULL when not wanted. */
void net_data_target_statistics(const NetData *data, NetPartName part, double *mean, double *variance);

/* The statistic that a tensor of that name and so many values begins with. */
bool net_data_statistic(const NetData *data, NetStatistic which, const char *name, int64_t count, float *out,
                        NetError *error);

/* How many rows of a part have each class; counts holds data->classes of them. */
void net_data_class_counts(const NetData *data, NetPartName part, int64_t *counts);

/* The folder fetched sets are kept in, without the set's name; free() releases it. An error when neither
 * XDG_DATA_HOME nor HOME is set. */
char *net_data_folder(NetError *error);

#endif
