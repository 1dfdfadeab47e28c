/* The settings of a training, as the descriptor lists them: numbers that the command line may change, and words that
 * are compiled in. What they are called, may be and do is the compiler's knowledge alone; the runtime walks the list.
 *
 * A value is a double, whole for NET_SETTING_INTEGER. Names and texts belong to the model. */
#ifndef NET_TRAIN_SETTINGS_H
#define NET_TRAIN_SETTINGS_H

#include "runtime/base/error.h"

enum {
    NET_SETTINGS_MAX = 64,
    NET_SETTING_NAME = 32, /* bytes of a name with its NUL */
    NET_SETTING_TEXT = 64  /* bytes of a value as text; words may be longer */
};

typedef enum { NET_SETTING_INTEGER, NET_SETTING_REAL, NET_SETTING_WORD } NetSettingKind;

/* How a resumed run may change a setting. */
typedef enum {
    NET_CHANGES_NEVER,
    NET_CHANGES_FREELY, /* "freely" */
    NET_CHANGES_ADDS,   /* "adds": words may be added to its list */
    NET_CHANGES_BEGINS  /* "begins": where the run did not have it; else never */
} NetChanges;

typedef struct {
    const char *name;     /* "weight_decay": in formulas, config.json and checkpoints */
    const char *line;     /* how its line of the train block begins: "regularize" */
    const char *key;      /* "weight_decay", "": its value follows at once */
    const char *flag;     /* "weight-decay": its option, which several may have; NULL: it is compiled in */
    const char *argument; /* "D": what --help calls the option's value */
    const char *doc;      /* its line in --help */
    const char *zero;     /* a word that stands for 0, or NULL */
    const char *same;     /* settings with this text are one, written in several ways; or NULL */
    NetSettingKind kind;
    NetChanges changes;
    double low, high;  /* the range */
    bool above, below; /* its ends are not reached */
    double value;      /* as compiled */
    const char *word;  /* NET_SETTING_WORD */
    bool used;         /* the trainer itself or one of its formulas reads it */
} NetSetting;

/* Reads an option's value. False: *error says what was expected. */
bool net_setting_read(const NetSetting *setting, const char *text, double *value, NetError *error);

/* The value with all its digits, and as people write it (0 by its word). */
const char *net_setting_text(const NetSetting *setting, double value, char out[NET_SETTING_TEXT]);
const char *net_setting_shown(const NetSetting *setting, double value, char out[NET_SETTING_TEXT]);

/* Whether two settings are one, written in two ways. */
bool net_setting_same(const NetSetting *a, const NetSetting *b);

#endif
