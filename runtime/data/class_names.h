/* Names of classes, as the cells of a column: found out one example after the other, or known from before.
 *
 * Where all of them are integers, these are the labels, and classes have no names. Else they are numbered as they sort
 * by bytes. Which of both it is, is known when the last example has been added. */
#ifndef NET_DATA_CLASS_NAMES_H
#define NET_DATA_CLASS_NAMES_H

#include "runtime/base/error.h"

enum { NET_CLASS_NAMES_MOST = 1 << 16 };

typedef struct {
    char *name;
    uint32_t number; /* of those that are known: its class; else how many were met before */
    int64_t line;    /* where it was met first */
} NetClassName;

typedef struct {
    NetClassName *at; /* sorted by name; owned, as are the names */
    int64_t count;
    size_t capacity;
} NetClassNames;

/* The one of that name, or NULL. */
const NetClassName *net_class_names_find(const NetClassNames *names, const char *text, size_t length);

/* Adds a name that is not there, with the number of names so far. False, with an error of status NET_ENVIRONMENT:
 * memory is short. */
bool net_class_names_add(NetClassNames *names, const char *text, size_t length, int64_t line, NetError *error);
void net_class_names_free(NetClassNames *names);

/* Numbers them as they are sorted; `changed[old number]` becomes the new one. */
void net_class_names_sort(NetClassNames *names, uint32_t *changed);

#endif
