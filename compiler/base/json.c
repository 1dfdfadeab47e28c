#include "compiler/base/json.h"

#include <stdlib.h>

void json_put(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, value == NULL ? json_null() : value) != 0) {
        out_of_memory();
    }
}

void json_print(json_t *value, int digits, FILE *out) {
    char *text = json_dumps(value, JSON_INDENT(2) | JSON_REAL_PRECISION((size_t)digits));
    if (text == NULL) {
        out_of_memory();
    }
    fprintf(out, "%s\n", text);
    free(text);
    json_decref(value);
}
