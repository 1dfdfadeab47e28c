#include "runtime/log/subjects.h"

#include <stddef.h>

const NetSubject net_subjects[NET_SUBJECTS] = {
#define SUBJECT(name, word, header, prefix, sources, doc) [NET_SUBJECT_##name] = {word, header, prefix, sources},
#include "runtime/log/subjects.def"
#undef SUBJECT
};

bool net_subject_probes(NetSubjectName subject) {
    return (net_subjects[subject].sources & (NET_FROM_PROBE | NET_FROM_JACOBIAN)) != 0;
}

int64_t net_subject_probe(NetSubjectName subject) {
    enum { USUAL = 1000 };
    unsigned sources = net_subjects[subject].sources;
    if ((sources & NET_FROM_STEPS) != 0) {
        return 0;
    }
    return (sources & NET_FROM_PROBE) != 0 ? USUAL : NET_JACOBIAN_EXAMPLES;
}
