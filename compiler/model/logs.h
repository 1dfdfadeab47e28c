/* The setting log: what its lines take, and what each subject has of them. private to settings.c */
#ifndef NETC_MODEL_LOGS_H
#define NETC_MODEL_LOGS_H

#include "compiler/model/settings.h"

enum { LOG_SUBJECTS, LOG_EVERY, LOG_PROBE, LOG_FULL, LOG_FORMATS, LOG_OPTIONS };
extern const OptionSpec log_options[LOG_OPTIONS];

/* What trainers know of a subject: every=, and probe= and full= where it takes them. */
OptionOwner log_owner(NetSubjectName subject);

/* Adds a line to those before it. */
bool log_apply(SettingContext *context);

#endif
