/* Files and lines that are not netc's, told by how they begin: weights, pictures, archives, models of other
 * frameworks. */
#ifndef NETC_FORMS_H
#define NETC_FORMS_H

#include "compiler/base/base.h"

typedef struct {
    const char *name; /* "a PNG picture" */
    const char *help; /* what to do with it; NULL: nothing more is known */
} Form;

/* The form of a whole file; NULL: it may be a .net text. */
const Form *form_of_file(const char *bytes, size_t size);
/* The form of a text from a line on; NULL: unknown, or it opens a block as netc's do. */
const Form *form_of_line(const char *text, size_t size);
/* Code, or a mark of a document: a line of it alone has no counterpart in a .net text. */
bool form_is_code(const Form *form);
/* What is foreign as a whole, within a block of netc: a layer of Caffe, a run of Darknet's settings. `length` is that
 * of the run, or that of the line; NULL: each line is its own. */
const Form *form_in_block(const char *text, size_t size, size_t *length);

#endif
