#include "runtime/log/subjects.h"

#include <stddef.h>

const NetSubject net_subjects[NET_SUBJECTS] = {
#define SUBJECT(name, word, header, prefix, sources, doc) [NET_SUBJECT_##name] = {word, header, prefix, sources},
#include "runtime/log/subjects.def"
#undef SUBJECT
};
