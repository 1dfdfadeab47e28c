/* What `netc data FILE.net`, or a data line, shows of a data set. Nothing here can fail. */
#ifndef NETC_DRIVER_SHOW_DATA_H
#define NETC_DRIVER_SHOW_DATA_H

#include "compiler/base/json.h"
#include "runtime/data/data.h"

typedef struct {
    const NetData *data;
    bool parts;          /* its parts are those of a model */
    bool itself;         /* which learns the examples themselves */
    const char *verdict; /* whether it suits the network; NULL: there is none */
    bool color;          /* pictures are in greys */
} DataShown;

/* For people, in lines of the page's width. */
void show_data(Arena *arena, const DataShown *shown, FILE *out);

/* The same for programs, but for the examples. */
json_t *show_data_json(Arena *arena, const DataShown *shown);

#endif
