#include "compiler/driver/flags.h"

#include <string.h>

#include "compiler/driver/option_table.h"
#include "compiler/model/settings.h"
#include "runtime/base/wrap.h"
#include "runtime/train/options.h"

enum { FLAG_COLUMN = 28 };

/* An option of netc, or of trainers. */
typedef struct {
    OptionDoc doc;
    const char *owners; /* "'netc build', 'netc show'" */
} Flag;

typedef VEC(Flag) Flags;

static const char *owners_of(Arena *arena, unsigned mask) {
    const char *text = "";
    bool every = true;
    for (const Command *command = commands; command->name != NULL; command++) {
        every = every && (command->mask & mask) != 0;
        if ((command->mask & mask) != 0) {
            text = arena_format(arena, "%s%s'netc %s'", text, *text == '\0' ? "" : ", ", command->name);
        }
    }
    return every ? "every command" : text;
}

static void add_trainer_flag(Arena *arena, Flags *flags, const char *name, const char *argument, const char *doc) {
    OptionDoc row = {.name = arena_format(arena, "--%s", name), .value = argument, .doc = doc};
    vec_push(arena, flags, ((Flag){row, "'netc train' and trainers"}));
}

static Flags all_flags(Arena *arena) {
    Flags flags = {0};
    OptionDoc doc;
    const OptionSpec *spec;
    for (size_t row = 0; option_doc(row, &doc); row++) {
        if (doc.name != NULL) {
            vec_push(arena, &flags, ((Flag){doc, owners_of(arena, doc.mask)}));
        }
    }
    for (size_t i = 0; (spec = settings_flag(i)) != NULL; i++) {
        add_trainer_flag(arena, &flags, spec->trainer.flag, spec->trainer.argument, spec->doc);
    }
    for (int id = 0; id < NET_OPTIONS; id++) {
        add_trainer_flag(arena, &flags, net_option_name((NetOptionId)id), net_option_argument((NetOptionId)id),
                         net_option_doc((NetOptionId)id));
    }
    return flags;
}

static bool is_among(const char *const *words, const char *word) {
    for (; words != NULL && *words != NULL; words++) {
        if (string_is(*words, word)) {
            return true;
        }
    }
    return false;
}

const char *flag_name(const char *word) {
    OptionDoc doc;
    for (size_t row = 0; word[0] == '-' && option_doc(row, &doc); row++) {
        if (doc.name != NULL && doc.letter != NULL && string_is(doc.letter, word)) {
            return doc.name + 2;
        }
    }
    return strncmp(word, "--", 2) == 0 ? word + 2 : word;
}

const char *flag_owners(Arena *arena, const char *word) {
    const char *value;
    const Option *own = option_find(word, ~0U, &value);
    if (own != NULL) {
        bool trainers = (own->mask & TRAINERS_TOO) != 0;
        return arena_format(arena, "%s%s", owners_of(arena, own->mask), trainers ? ", 'netc train' and trainers" : "");
    }
    Flags flags = all_flags(arena);
    const char *name = arena_copy(arena, word, strcspn(word, "="));
    for (size_t i = 0; i < flags.count; i++) {
        if (string_is(flags.at[i].doc.name, name)) {
            return flags.at[i].owners;
        }
    }
    return NULL;
}

size_t flags_print(Arena *arena, const char *word, bool more, FILE *out) {
    Flags flags = all_flags(arena);
    size_t count = 0;
    for (size_t i = 0; i < flags.count; i++) {
        const OptionDoc *doc = &flags.at[i].doc;
        bool itself = string_is(doc->name + 2, word);
        if (!itself && !is_among(doc->choices, word)) {
            continue;
        }
        const char *left = doc->value == NULL ? doc->name : arena_format(arena, "%s %s", doc->name, doc->value);
        fputs(more || count > 0 ? "\n" : "", out);
        net_wrap_format(out, 0, 1, net_page_width(out), "[%s %s]",
                        itself ? "an option of" : arena_format(arena, "a word for %s of", doc->name),
                        flags.at[i].owners);
        fputc('\n', out);
        net_print_row(out, left, FLAG_COLUMN, doc->doc, net_page_width(out));
        count++;
    }
    return count;
}

static void add_name(Arena *arena, Words *names, const char *name) {
    for (size_t i = 0; i < names->count; i++) {
        if (string_is(names->at[i], name)) {
            return;
        }
    }
    vec_push(arena, names, name);
}

void flags_names(Arena *arena, Words *names) {
    Flags flags = all_flags(arena);
    for (size_t i = 0; i < flags.count; i++) {
        add_name(arena, names, flags.at[i].doc.name + 2);
        for (const char *const *choice = flags.at[i].doc.choices; choice != NULL && *choice != NULL; choice++) {
            add_name(arena, names, *choice);
        }
    }
}
