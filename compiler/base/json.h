/* JSON values, made with jansson: what is out of memory ends the program, as everywhere in the compiler. */
#ifndef NETC_JSON_H
#define NETC_JSON_H

#include <jansson.h>

#include "compiler/base/base.h"

/* Takes the value over; without one: null. */
void json_put(json_t *object, const char *key, json_t *value);
/* Prints the value for people and programs, numbers with so many digits, and gives it back. */
void json_print(json_t *value, int digits, FILE *out);

#endif
