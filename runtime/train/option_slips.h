/* What a trainer says of words on its command line that mean nothing where they stand. Each function sets an error with
 * status NET_USAGE and returns false; those that make a value fill `out` and return false when none was meant. */
#ifndef NET_TRAIN_OPTION_SLIPS_H
#define NET_TRAIN_OPTION_SLIPS_H

#include "runtime/train/options.h"

/* The names of all options, without dashes. */
typedef struct {
    const char *at[NET_OPTIONS + NET_SETTINGS_MAX];
    size_t count;
} NetOptionNames;

/* An option that is not there; `next`: the word behind it, or NULL. */
bool net_slip_option(const NetOptions *options, const NetOptionNames *names, const char *typed, const char *next,
                     NetError *error);
/* A word that is no option. `last`: the option before it, `value`: what that has taken; NULL: nothing. */
bool net_slip_word(const NetOptions *options, const NetOptionNames *names, const char *word, const char *last,
                   const char *value, NetError *error);
/* "--quiet=yes" and the like. */
bool net_slip_flag(const char *name, const char *value, NetError *error);

enum { NET_MEANT_TEXT = 64 };
/* A time and a range of seeds that others write in another way: "10min" is 10m, "1..5" is 1-5. */
bool net_time_meant(char out[NET_MEANT_TEXT], const char *text);
bool net_seeds_meant(char out[NET_MEANT_TEXT], const char *text);

#endif
