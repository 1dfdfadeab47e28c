/* What a diagnostic means, as text and as Markdown. */
#include <string.h>

#include "compiler/driver/options.h"
#include "runtime/base/wrap.h"

static const char *const severity_names[] = {
    [SEVERITY_ERROR] = "error", [SEVERITY_WARNING] = "warning", [SEVERITY_NOTE] = "note"};

static const char *severity_name(const DiagKind *kind) { return severity_names[kind->severity]; }

/* The doc's indented lines are code in Markdown, too, when a blank line stands before and after them. */
static void print_markdown(const char *doc, FILE *out) {
    bool code = false, blank = true;
    while (*doc != '\0') {
        size_t length = strcspn(doc, "\n");
        bool is_code = strncmp(doc, "    ", 4) == 0;
        if (!blank && length > 0 && is_code != code) {
            fputc('\n', out);
        }
        fprintf(out, "%.*s\n", (int)length, doc);
        blank = length == 0;
        code = is_code;
        doc += length;
        doc += *doc == '\n';
    }
}

void explain_diagnostic(const DiagKind *kind, bool markdown, FILE *out) {
    if (markdown) {
        fprintf(out, "\n## %s (%s)\n\n", kind->name, severity_name(kind));
    } else {
        fprintf(out, "%s (%s)\n\n", kind->name, severity_name(kind));
    }
    if (markdown) {
        print_markdown(kind->doc, out);
    } else {
        net_wrap(out, kind->doc, 0, 0, net_page_width(out));
        fputc('\n', out);
    }
}
