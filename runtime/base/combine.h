/* How the networks of an ensemble answer together: their outputs for one example become one list of as many numbers.
 *
 *     mean   the sum of the members' outputs, the first to the last, divided by how many they are
 *     vote   the share of the votes
 *
 * Each sum is rounded to a float. Of classes with an output each a member has one vote, for its first largest output; a
 * single output, and each of several answers of yes or no, is a vote of its own, for yes above 0.5. A tie goes to the
 * larger mean output: of classes with the most votes the others have the next smaller float, so that the largest output
 * is the answer; half of the votes for yes is the next larger float than 0.5 if the mean is above 0.5. Where a mean is
 * no number (NaN), an answer is none: of classes all outputs then are NaN.
 *
 * Trainers, the compiler and what it emits, which takes over this text, share it: equal outputs, equal bits. */
#ifndef NET_BASE_COMBINE_H
#define NET_BASE_COMBINE_H

#include <stdint.h>

enum { NET_COMBINE_MEAN, NET_COMBINE_VOTE, NET_COMBINE_VOTE_EACH };

/* Adds the outputs of a member, which count from 0. `sum` may be `own` for the first one; `votes` has as many numbers,
 * and is not touched for a mean. */
static inline void net_combine_add(int how, int64_t member, int64_t outputs, const float *own, float *sum,
                                   float *votes) {
    int64_t i, best = 0;
    for (i = 0; i < outputs; i++) sum[i] = member == 0 ? own[i] : sum[i] + own[i];
    if (how == NET_COMBINE_MEAN) return;
    for (i = 1; i < outputs; i++)
        if (own[i] > own[best]) best = i;
    for (i = 0; i < outputs; i++) {
        int yes = how == NET_COMBINE_VOTE ? i == best : own[i] > 0.5f;
        votes[i] = (member == 0 ? 0 : votes[i]) + (float)yes;
    }
}

/* After all members: the outputs, where the sums were. */
static inline void net_combine_end(int how, int64_t members, int64_t outputs, float *sum, const float *votes) {
    int64_t i, best = 0;
    float none = 0; /* or a NaN among the means */
    for (i = 0; i < outputs; i++) sum[i] /= (float)members;
    if (how == NET_COMBINE_MEAN) return;
    for (i = 0; i < outputs; i++) {
        if (sum[i] != sum[i]) none = sum[i];
        if (votes[i] > votes[best] || (votes[i] == votes[best] && sum[i] > sum[best])) best = i;
    }
    for (i = 0; i < outputs; i++) {
        float share = votes[i] / (float)members;
        int beaten = i != best && votes[i] == votes[best], half = 2 * votes[i] == (float)members;
        if (how == NET_COMBINE_VOTE)
            sum[i] = none != none ? none : beaten ? share * 0.99999994f : share;
        else if (sum[i] == sum[i])
            sum[i] = half && sum[i] > 0.5f ? 0.50000006f : share;
    }
}

#endif
