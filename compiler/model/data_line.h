/* The data line, for the runtime that reads its files. */
#ifndef NETC_DATA_LINE_H
#define NETC_DATA_LINE_H

#include "compiler/base/json.h"
#include "compiler/model/model.h"

/* {"kind":"idx","images":"a.idx",…}: the set or the form of files, and the options that are given. */
json_t *data_line_json(const Settings *settings);

/* Whether a trainer reads bytes: where the data are files, they are looked at. A trainer of floats takes bytes as well,
 * to the same bits; reading them as they are is faster. */
bool data_line_bytes(Arena *arena, const Model *model);

/* What target= of a table could name, where the table is there: its one column of texts, with *one, else its columns in
 * a list. NULL: nobody can tell. */
const char *data_line_targets(Arena *arena, const Settings *settings, const char *folder, bool *one);

/* The one of them that is most likely meant: the column of texts, else the last one. NULL: nobody can tell. */
const char *data_line_target(Arena *arena, const Settings *settings, const char *folder);

/* The settings of a line "data …" or what stands behind that word, as it is written on the command line; NULL after
 * reporting to diags, whose source becomes the line. */
const Settings *data_line_read(Arena *arena, const char *text, Diags *diags);

/* A line "data csv …", with a column of the table, as data_line_target chooses it, in place of a target= that the table
 * does not have; any other line as it is. */
const char *data_line_with_target(Arena *arena, const char *text, const char *folder);

#endif
