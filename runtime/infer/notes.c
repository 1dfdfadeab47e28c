#include "runtime/infer/notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/utf8.h"
#include "runtime/base/wrap.h"

enum { SHARE = 100, NOTE = 1024 };

bool net_notes_begin(NetNotes *notes, const NetNetwork *network, const NetInferOptions *options, NetError *error) {
    *notes = (NetNotes){.network = network, .options = options};
    if (options->quiet || options->like_mnist || network->mean_image.shape[0] == 0) return true;
    net_reference_begin(&notes->reference, &network->mean_image);
    notes->reduced = net_alloc((size_t)net_mean_image_count(network->picture), sizeof *notes->reduced, error);
    return notes->reduced != NULL;
}

void net_notes_free(NetNotes *notes) { free(notes->reduced); }

static bool is_blank(const float *x, int64_t count) {
    int64_t i = 0;
    while (i < count && x[i] == 0) i++;
    return i == count;
}

static void note(NetNoted *noted, const NetResultRows *rows, int64_t i, const NetLikeness *like) {
    if (noted->count++ > 0) return;
    noted->path = rows->path;
    noted->one = rows->one;
    noted->index = rows->first + i;
    noted->low = like->low;
    noted->high = like->high;
}

void net_notes_add(NetNotes *notes, const NetResultRows *rows, const float *x) {
    NetLikeness likeness = {0};
    notes->pictures += rows->count;
    for (int64_t i = 0; i < rows->count && !notes->options->quiet; i++, x += notes->network->input.count) {
        if (notes->options->like_mnist && is_blank(x, notes->network->input.count))
            note(&notes->blank, rows, i, &likeness);
        if (notes->reduced == NULL) continue;
        net_mean_image_reduce(notes->network->picture, x, notes->reduced);
        net_likeness(&notes->reference, notes->reduced, &likeness);
        NetVerdict verdict = net_verdict(&notes->reference, &likeness);
        if (verdict != NET_ALIKE) note(&notes->noted[verdict], rows, i, &likeness);
    }
}

/* ---- the line ---- */

typedef struct {
    char text[NOTE];
    size_t length;
} Line;

__attribute__((format(printf, 2, 3))) static void add(Line *line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(line->text + line->length, NOTE - line->length, format, arguments);
    va_end(arguments);
    size_t room = NOTE - line->length - 1;
    line->length += (size_t)more < room ? (size_t)more : room;
}

static void add_name(Line *line, const NetNoted *noted) {
    add(line, "%.200s", noted->path);
    if (!noted->one) add(line, "[%lld]", (long long)noted->index);
}

/* Who is so: "a.png looks", "3 of 5 images look". */
static void add_subject(Line *line, const NetNotes *notes, const NetNoted *noted, const char *one,
                        const char *several) {
    char some[NET_COUNT_TEXT], all[NET_COUNT_TEXT];
    if (line->length > 0) add(line, "; ");
    if (notes->pictures == 1) {
        add_name(line, noted);
        add(line, " %s", one);
        return;
    }
    add(line, "%s of %s images %s", net_count(some, (uint64_t)noted->count), net_count(all, (uint64_t)notes->pictures),
        noted->count == 1 ? one : several);
    add(line, " (");
    if (noted->count > 1) add(line, "the first: ");
    add_name(line, noted);
    add(line, ")");
}

/* Numbers of bytes that were saved as floats, which nobody divides. */
static bool are_bytes(const NetMeanImage *image, const NetNoted *first) {
    const double white = 255;
    return image->low >= 0 && image->high <= 1 && first->low >= 0 && first->high > 1 && first->high <= white;
}

static bool is_told(const NetNotes *notes, const NetNoted *noted) { return noted->count > notes->pictures / SHARE; }

void net_notes_print(const NetNotes *notes) {
    const NetMeanImage *image = &notes->network->mean_image;
    const NetNoted *noted = notes->noted;
    bool light = notes->reference.light;
    bool inverted = is_told(notes, &noted[NET_INVERTED]), uncentred = is_told(notes, &noted[NET_UNCENTRED]);
    Line line = {.length = 0};
    if (is_told(notes, &notes->blank)) {
        add_subject(&line, notes, &notes->blank, "has no ink", "have no ink");
        add(&line, ": all of it is of one colour");
    }
    if (is_told(notes, &noted[NET_OTHER_RANGE])) {
        const NetNoted *first = &noted[NET_OTHER_RANGE];
        add_subject(&line, notes, first, "has other values", "have other values");
        add(&line, ": from %.4g to %.4g, where the training images have %.4g to %.4g%s", first->low, first->high,
            (double)image->low, (double)image->high, are_bytes(image, first) ? " (divide by 255, or save bytes)" : "");
    }
    if (inverted) {
        add_subject(&line, notes, &noted[NET_INVERTED], "looks inverted", "look inverted");
        add(&line, ": %s, where the training images are %s", light ? "light on dark paper" : "dark on light paper",
            light ? "dark on light" : "light on dark");
    }
    if (uncentred) {
        add_subject(&line, notes, &noted[NET_UNCENTRED], "lies off the centre", "lie off the centre");
        add(&line, ": farther than the training images do");
    }
    if (line.length == 0) return;
    bool advise = (inverted || uncentred) && net_network_learned_digits(notes->network);
    net_utf8_clean(line.text); /* paths can hold anything */
    fflush(stdout);
    net_print_message(stderr, notes->options->program, "note: %s%s", line.text,
                      advise ? "; --like-mnist makes them like these" : "");
}
