/* The subjects of logs: the rows of subjects.def, as the compiler and trainers see them. */
#ifndef NET_LOG_SUBJECTS_H
#define NET_LOG_SUBJECTS_H

typedef enum {
#define SUBJECT(name, word, header, prefix, sources, doc) NET_SUBJECT_##name,
#include "runtime/log/subjects.def"
#undef SUBJECT
    NET_SUBJECTS
} NetSubjectName;

/* What rows come from. A subject that has both gets the second only with probe=. */
enum {
    NET_FROM_STEPS = 1,    /* a step that is logged: the program train_log, or train where each step is */
    NET_FROM_PROBE = 2,    /* a pass over the first training examples: the program probe */
    NET_PROBE_USUAL = 1000 /* examples of the probe where a subject needs one and nothing says how many */
};

typedef struct {
    const char *word; /* "gradients" */
    const char *header, *prefix;
    unsigned sources;
} NetSubject;
extern const NetSubject net_subjects[NET_SUBJECTS];

#endif
