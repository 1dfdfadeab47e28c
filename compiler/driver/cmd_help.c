/* netc help: the overview, what a word means, the completion for shells. */
#include "compiler/driver/completion.h"
#include "compiler/driver/flags.h"
#include "compiler/driver/help.h"
#include "compiler/driver/report.h"
#include "compiler/model/foreign.h"
#include "runtime/base/words.h"

/* Words of other frameworks are known, too, and what netc has none of. */
static int unknown_topic(Arena *arena, const char *topic) {
    Words names = help_topics(arena);
    const ForeignHead *head = foreign_layer(topic);
    const Absent *absent = foreign_absent(topic);
    bool turned;
    const char *word = word_alias(topic, names.at, names.count, &turned);
    head = head != NULL ? head : foreign_setting(topic);
    const char *several = arena_format(arena, "%ss", topic); /* layer, activation */
    for (size_t i = 0; i < names.count && word == NULL; i++) {
        word = string_is(names.at[i], several) ? several : NULL;
    }
    if (word == NULL && head != NULL) {
        return report_usage("help", "nothing is known about '%s'; in netc that is '%s'", topic,
                            head->usage != NULL ? head->usage : head->here);
    }
    if (word == NULL && absent != NULL) {
        return report_usage("help", "netc has no %s%s%s", absent->what, absent->near != NULL ? "; " : "",
                            absent->near != NULL ? absent->near : "");
    }
    word = word != NULL ? word : net_nearest_word(topic, names.at, names.count);
    if (word != NULL) {
        return report_usage("help", "nothing is known about '%s'; did you mean '%s'?", topic, word);
    }
    return report_usage("help",
                        "nothing is known about '%s'; 'netc help' lists the commands, 'netc help layers' the "
                        "layer kinds, 'netc help settings' what a train block holds",
                        topic);
}

int cmd_help(Arena *arena, Options *options) {
    if (options->completion != NULL) {
        completion_print(arena, options->completion, stdout);
        return STATUS_OK;
    }
    if (options->files.count == 0) {
        help_overview(stdout);
        return STATUS_OK;
    }
    const char *typed = options->files.at[0], *topic = flag_name(typed);
    bool known = typed[0] == '-' ? flags_print(arena, topic, false, stdout) > 0 : help_word(arena, topic, stdout);
    return known ? STATUS_OK : unknown_topic(arena, topic);
}
