/* The help of netc, of each command and of each option. */
#include <string.h>

#include "compiler/driver/option_table.h"
#include "runtime/base/wrap.h"

enum { OPTION_COLUMN = 26, COMMAND_COLUMN = 12 };

static void print_option(const Option *option, FILE *out) {
    char left[64];
    char long_form[32] = ""; /* of an option that is written with its letter mostly */
    if (option->kind == ARG_WARNING) {
        snprintf(left, sizeof left, "-Werror  -Wno-NAME");
    } else if (option->letter != NULL && strchr("DO", option->letter[1]) != NULL) {
        snprintf(left, sizeof left, "%s%s%s", option->letter, option->letter[1] == 'D' ? " " : "", option->value);
        snprintf(long_form, sizeof long_form, " (also %s)", option->name);
    } else {
        snprintf(left, sizeof left, "%s%s%s%s%s", option->letter == NULL ? "    " : option->letter,
                 option->letter == NULL ? "" : ", ", option->name, option->value == NULL ? "" : " ",
                 option->value == NULL ? "" : option->value);
    }
    const char *doc = option->doc;
    if (option->kind == ARG_WARNING) {
        doc = "make warnings errors; silence the warning NAME";
    }
    char text[256];
    snprintf(text, sizeof text, "%s%s", doc, long_form);
    net_print_row(out, left, OPTION_COLUMN, text, net_page_width(out));
}

static void print_paragraph(const char *text, FILE *out) {
    net_wrap(out, text, 0, 0, net_page_width(out));
    fputc('\n', out);
}

void help_command(const Command *command, FILE *out) {
    fprintf(out, "usage: netc %s %s\n\n", command->name, command->arguments);
    print_paragraph(command->doc, out);
    if (command->details != NULL) {
        fputc('\n', out);
        print_paragraph(command->details, out);
    }
    fputs("\noptions:\n", out);
    for (size_t i = 0; i < option_table_count; i++) {
        if ((option_table[i].mask & command->mask) != 0 && !option_table[i].developer) {
            print_option(&option_table[i], out);
        }
    }
    fprintf(out, "\nexamples:\n%s\n", command->examples);
}

const StatusDoc status_docs[] = {
    {"0", "good"},
    {"1", "errors in the model, a training that diverged or a figure that is infinite or NaN"},
    {"2", "wrong usage"},
    {"3", "a file, a tool or the disk"},
    {"4", "--require not met"},
    {"128 + N", "stopped by signal N (130 by Ctrl-C)"}};
const size_t status_doc_count = COUNT_OF(status_docs);

void help_overview(FILE *out) {
    fputs("usage: netc COMMAND [FILE] [options]\n\n", out);
    print_paragraph("netc compiles a .net text, which describes a small neural network and how to train it, into a "
                    "stand-alone program that trains it.",
                    out);
    fputs("\ncommands:\n", out);
    for (const Command *command = commands; command->name != NULL; command++) {
        net_print_row(out, command->name, COMMAND_COLUMN, command->doc, net_page_width(out));
    }
    fputs("\n"
          "examples:\n"
          "  netc show lenet5.net                the layers as a table\n"
          "  netc train lenet5.net --epochs 3    compile it and train it\n"
          "  netc help train                     more on a command\n"
          "  netc help layers                    the layer kinds\n"
          "  netc help relu                      any word: of a model, an option, a message\n"
          "\n",
          out);
    Text text = {0};
    text_puts(&text, "'netc --version' prints the version. Status:");
    for (size_t i = 0; i < status_doc_count; i++) {
        text_printf(&text, "%s %s %s", i == 0 ? "" : ",", status_docs[i].status, status_docs[i].doc);
    }
    text_puts(&text, ".");
    print_paragraph(text.data, out);
    text_free(&text);
}

void help_developer(FILE *out) {
    fputs("Options for those who work on netc itself:\n\n", out);
    for (size_t i = 0; i < option_table_count; i++) {
        if (option_table[i].developer) {
            print_option(&option_table[i], out);
        }
    }
}
