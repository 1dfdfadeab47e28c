/* The subjects of logs: the rows of subjects.def, as the compiler and trainers see them. */
#ifndef NET_LOG_SUBJECTS_H
#define NET_LOG_SUBJECTS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
#define SUBJECT(name, word, header, prefix, sources, doc) NET_SUBJECT_##name,
#include "runtime/log/subjects.def"
#undef SUBJECT
    NET_SUBJECTS
} NetSubjectName;

/* What rows come from. A subject that has both gets the second only with probe=. */
enum {
    NET_FROM_STEPS = 1,   /* a step that is logged: the program train_log, or train where each step is */
    NET_FROM_PROBE = 2,   /* a pass over the first training examples: the program probe */
    NET_FROM_JACOBIAN = 4 /* the first of these examples, one by one: the program jacobian */
};

typedef struct {
    const char *word; /* "gradients" */
    const char *header, *prefix;
    unsigned sources;
} NetSubject;
extern const NetSubject net_subjects[NET_SUBJECTS];

/* Whether probe= says of how many examples its rows are. */
bool net_subject_probes(NetSubjectName subject);
/* How many examples it takes where nothing says so; 0: it does without. */
int64_t net_subject_probe(NetSubjectName subject);
enum { NET_JACOBIAN_EXAMPLES = 8 }; /* of so many at most */

#endif
