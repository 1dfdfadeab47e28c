/* --require: conditions on the figures of result.json, such as 'test_accuracy>=0.97'.
 *
 * A condition is a name, one of >= > <= <, and a number; blanks may stand between them. It is read and its name checked
 * with the command line, checked against the parts of the data before the first step (a validation figure needs a
 * validation part), and applied when the result is known. Errors have status NET_USAGE, unmet ones NET_REQUIRE. */
#ifndef NET_TRAIN_REQUIRE_H
#define NET_TRAIN_REQUIRE_H

#include "runtime/data/data.h"
#include "runtime/train/options.h"

typedef enum { NET_AT_LEAST, NET_ABOVE, NET_AT_MOST, NET_BELOW } NetRelation;

typedef struct {
    char name[48]; /* of result.json */
    NetRelation relation;
    double bound;
} NetRequirement;

bool net_requirement_read(const char *text, NetRequirement *requirement, NetError *error);

/* Whether all names are figures that a result of this model can have: of a training, or of --evaluate. */
bool net_require_check(const NetModel *model, const NetOptions *options, NetError *error);

/* Whether the data has the parts the conditions are about. */
bool net_require_parts(const NetData *data, const NetWords *conditions, NetError *error);

/* The list `required` of result.json: of each condition its text, what was found (null: nothing) and whether it is
 * met. NULL when there are none, or when memory is short. */
json_t *net_require_list(const NetWords *conditions, const json_t *result);

/* Whether a result meets all; else the error names those that are not met and what was found. */
bool net_require_met(const NetWords *conditions, const json_t *result, NetError *error);

#endif
