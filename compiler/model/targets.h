/* What the outputs should be, the words of the setting `target`, and what is minimised, those of `cost`: a row each,
 * which says how they go together. The rows are constant. */
#ifndef NETC_TARGETS_H
#define NETC_TARGETS_H

#include "compiler/model/settings.h"

/* Where y, what an output should be, comes from. */
typedef enum {
    READS_LABEL,   /* 1 for the output of the example's class, else 0 */
    READS_NUMBERS, /* the numbers of the example, one an output */
    READS_INPUT    /* the values of the input, of bytes divided by 255 */
} TargetReads;

/* What is counted of the outputs, and reported: runtime/train/score.h. */
typedef enum {
    SCORES_CLASS,  /* examples of which the right output is the largest */
    SCORES_ERRORS, /* squares and absolute values of what outputs are off by */
    SCORES_SHARES, /* the same, and the squares of each output, which tell its share of the variance */
    SCORES_LABELS  /* outputs, and whole examples, on the right side of 0.5 */
} TargetScores;

typedef struct {
    Variant variant;
    const char *learns; /* "classes" */
    TargetReads reads;
    TargetScores scores;
    const char *measure; /* the first figure that is reported, by which an epoch is better than another */
    const char *needs;   /* the activation that the last layer must have; NULL: any that is not `across`, or for
                            classes any */
} TargetKind;
extern const TargetKind target_kinds[TARGETS];
extern const char *const target_words[TARGETS + 1];

typedef struct {
    bool joint;          /* computed together with an activation, whose row says so (ActivationKind.cost) */
    bool suits[TARGETS]; /* which targets */
} CostKind;
extern const CostKind cost_kinds[COSTS];
extern const char *const cost_names[COSTS + 1];

#endif
