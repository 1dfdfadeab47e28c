/* The words people bring along from other frameworks, books and languages: what each is called here, or that netc has
 * none of it. Words are compared in lower case without '_' and '-'. The tables are constant; nothing here fails. */
#ifndef NETC_FOREIGN_H
#define NETC_FOREIGN_H

#include "compiler/model/model.h"

/* A layer or setting. */
typedef struct {
    const char *word;
    const char *usage; /* for the message: "conv MAPS kernel=HxW"; NULL: `here` says it */
    const char *here;  /* how its line begins: "conv", "pool max", "optimizer sgd" */
    const char *order; /* what its values without a name are, in their order: "maps kernel stride pad" */
} ForeignHead;
const ForeignHead *foreign_layer(const char *word);
const ForeignHead *foreign_setting(const char *word);

/* An option, or a word that is a value. */
typedef struct {
    const char *word, *here;
    bool turned; /* it counts the other way round: frozen=true is trainable=false */
} ForeignWord;

extern const ForeignWord foreign_words[];
extern const size_t foreign_word_count;

/* The other rows, for whoever checks them. */
typedef struct {
    const ForeignHead *layers, *settings;
    size_t layer_count, setting_count;
} ForeignTables;
extern const ForeignTables foreign_tables;

/* What netc has none of. */
typedef struct {
    const char *word;
    const char *what; /* "recurrent layers" */
    const char *near; /* what comes near, as advice; NULL: nothing does */
} Absent;
extern const Absent foreign_absences[];
extern const size_t foreign_absence_count;
extern const Absent foreign_absent_activations[]; /* that stand where an activation does */
extern const size_t foreign_absent_activation_count;
const Absent *foreign_absent(const char *word);
/* The same of a word that stands where an activation belongs, or where it cannot be one. */
const Absent *foreign_absent_value(const char *word, bool activation);
/* Whether it is a form of files to learn from. */
bool foreign_is_read(const Absent *absent);
/* A file of data in a form that netc cannot read, by the ending of its path; NULL: it may be IDX. */
const Absent *foreign_absent_reader(Arena *arena, const char *path);

/* How a value or an option is called here, of those among the candidates; NULL: unknown. `turned`: as in
 * its row. */
const char *word_alias(const char *word, const char *const *candidates, size_t count, bool *turned);
/* An option that is written as others here: normalize=true of the input is "mean=data std=data". NULL: it is not. */
const char *foreign_options(const char *owner, const char *word);
/* An option that says nothing netc does not know by itself (in_channels, dtype). */
bool foreign_is_idle(const char *word);
/* Equal but for case, '_' and '-'. */
bool foreign_same(const char *a, const char *b);

#endif
