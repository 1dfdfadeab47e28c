/* Networks as text, for fuzz targets that want to get past the checker: draws whole ones, which are right by
 * construction, and edits the words of those there are, which mostly stay so. The input of such a target is a .net file
 * like any other, so that a finding can be given to netc as it is. */
#ifndef NETC_TESTS_NETWORKS_H
#define NETC_TESTS_NETWORKS_H

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/model/activation.h"

typedef struct {
    uint64_t random;
    Text text;
    char activation[32];         /* the last one drawn */
    int channels, rows, columns; /* of what flows here; a flat vector: rows is 0 */
} Drawing;

static inline int draw(Drawing *d, int below) {
    d->random = d->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((d->random >> 33) % (uint64_t)below);
}

/* Small numbers often; now and then one around the 16 lanes or the 256 terms of a block. */
static inline int draw_size(Drawing *d) {
    static const int special[] = {15, 16, 17, 31, 33, 48, 64, 257};
    return draw(d, 12) == 0 ? special[draw(d, COUNT_OF(special))] : 1 + draw(d, draw(d, 3) ? 5 : 12);
}

static inline const char *draw_word(Drawing *d, const char *const *words, size_t count) {
    return words[draw(d, (int)count)];
}

#define DRAW_WORD(d, ...) \
    draw_word((d), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static inline const char *draw_activation(Drawing *d) {
    const ActivationKind *kind = &activations[draw(d, (int)activation_count)];
    if (kind->across) kind = activation_find("relu"); /* on the last layer only */
    if (!kind->parameter) return kind->name;
    snprintf(d->activation, sizeof d->activation, "%s(%g)", kind->name, kind->low + 0.7);
    return d->activation;
}

/* An option, or nothing. */
static inline void draw_option(Drawing *d, const char *name, const char *value) {
    if (draw(d, 3) == 0) text_printf(&d->text, " %s=%s", name, value);
}

static inline int draw_window(Drawing *d, int side) {
    int most = draw(d, 4) == 0 ? side : side < 5 ? side : 5;
    return 1 + draw(d, most);
}

static inline int strided(int side, int pad, int window, int stride) { return (side + 2 * pad - window) / stride + 1; }

/* Draws the steps between what a window of so many rows or columns reads, as far as it fits; gives over how many it
 * reaches then. */
static inline int draw_dilation(Drawing *d, int window, int side, int *dilation) {
    int most = window > 1 ? (side - 1) / (window - 1) : 3;
    *dilation = 1 + draw(d, most > 3 ? 3 : most);
    return (window - 1) * *dilation + 1;
}

/* Maps in groups: in as many as some number that divides the channels. */
static inline int draw_groups(Drawing *d) {
    int groups = 1 + draw(d, d->channels);
    while (d->channels % groups != 0) groups--;
    d->channels = groups * (1 + draw(d, 2));
    return groups;
}

static inline void draw_parameters(Drawing *d) {
    draw_option(d, "activation", draw_activation(d));
    draw_option(d, "bias", DRAW_WORD(d, "true", "false"));
    draw_option(d, "bias_init", DRAW_WORD(d, "normal(0, 1)", "centre", "constant(-0.5)"));
    if (draw(d, 6) == 0) text_puts(&d->text, " trainable=false");
}

static inline void draw_window_layer(Drawing *d) {
    bool conv = draw(d, 2);
    int height = draw_window(d, d->rows), width = draw_window(d, d->columns), down = 1, right = 1, above = 0, left = 0;
    if (!conv && draw(d, 6) == 0) {
        text_printf(&d->text, "pool %s global", DRAW_WORD(d, "max", "average", "l2"));
        draw_option(d, "activation", draw_activation(d));
        d->rows = d->columns = 1;
        return;
    }
    if (conv) {
        int groups = 1, dilation[2];
        if (draw(d, 4) == 0)
            groups = draw_groups(d);
        else
            d->channels = 1 + draw(d, 6);
        text_printf(&d->text, "conv %d kernel=%dx%d groups=%d", d->channels, height, width, groups);
        if (draw(d, 4) == 0) {
            height = draw_dilation(d, height, d->rows, &dilation[0]);
            width = draw_dilation(d, width, d->columns, &dilation[1]);
            text_printf(&d->text, " dilation=%dx%d", dilation[0], dilation[1]);
        }
    } else {
        text_printf(&d->text, "pool %s %dx%d", DRAW_WORD(d, "max", "average", "l2"), height, width);
        down = height, right = width;
    }
    if (draw(d, 3) == 0) {
        down = 1 + draw(d, height + 2), right = 1 + draw(d, width + 2);
        text_printf(&d->text, " stride=%dx%d", down, right);
    }
    if (conv && draw(d, 4) == 0) {
        text_puts(&d->text, " pad=same");
        d->rows = (d->rows + down - 1) / down, d->columns = (d->columns + right - 1) / right;
    } else {
        if (draw(d, 3) == 0) {
            above = draw(d, height / 2 + 1), left = draw(d, width / 2 + 1);
            text_printf(&d->text, " pad=%dx%d", above, left);
        }
        d->rows = strided(d->rows, above, height, down), d->columns = strided(d->columns, left, width, right);
    }
    if (conv)
        draw_parameters(d);
    else
        draw_option(d, "activation", draw_activation(d));
}

static inline void draw_layer(Drawing *d) {
    int kind = draw(d, 10);
    if (kind < 5 && d->rows > 0) {
        draw_window_layer(d);
    } else if (kind < 7) {
        d->channels = draw_size(d);
        d->rows = d->columns = 0;
        text_printf(&d->text, "dense %d", d->channels);
        draw_parameters(d);
    } else if (kind == 7) {
        text_printf(&d->text, "dropout %s", DRAW_WORD(d, "0.5", "0.2", "0"));
        draw_option(d, "inverted", "false");
    } else if (kind == 8 && d->rows > 0) {
        d->channels *= d->rows * d->columns;
        d->rows = d->columns = 0;
        text_puts(&d->text, "flatten");
    } else if (draw(d, 3)) {
        text_puts(&d->text, "batchnorm");
        draw_option(d, "scale", DRAW_WORD(d, "true", "false"));
        draw_option(d, "momentum", DRAW_WORD(d, "0", "0.99"));
        draw_option(d, "trainable", DRAW_WORD(d, "true", "false"));
        draw_option(d, "activation", draw_activation(d));
    } else if (draw(d, 4) == 0) {
        text_printf(&d->text, "repeat %d { activation %s }", 1 + draw(d, 30), draw_activation(d));
    } else {
        text_printf(&d->text, "activation %s", draw_activation(d));
    }
    text_puts(&d->text, "\n");
}

static inline void draw_input(Drawing *d) {
    d->channels = draw_size(d);
    if (draw(d, 3)) {
        d->channels = 1 + draw(d, 3);
        d->rows = 1 + draw(d, draw(d, 3) ? 6 : 20);
        d->columns = 1 + draw(d, draw(d, 3) ? 6 : 20);
        text_printf(&d->text, "input %dx%dx%d", d->channels, d->rows, d->columns);
    } else {
        text_printf(&d->text, "input %d", d->channels);
    }
    draw_option(d, "mean", DRAW_WORD(d, "0.3", "data"));
    draw_option(d, "std", DRAW_WORD(d, "0.7", "data"));
    text_puts(&d->text, "\n");
}

/* The last layer and the settings, which decide the cost between them. */
static inline void draw_end(Drawing *d, int inputs) {
    bool autoencoder = draw(d, 6) == 0 && inputs <= 64;
    const char *last = draw(d, 2) ? draw_activation(d) : DRAW_WORD(d, "softmax", "sigmoid");
    int units = autoencoder ? inputs : strcmp(last, "softmax") == 0 || draw(d, 3) ? 1 + draw_size(d) : 1;
    if (autoencoder && strcmp(last, "softmax") == 0) last = "linear";
    if (units == 1) last = "sigmoid";
    text_printf(&d->text, "dense %d activation=%s\n}\ntrain {\ndata idx images=\"a\" labels=\"b\"\n", units, last);
    if (autoencoder) text_puts(&d->text, "target input\n");
    if (strcmp(last, "softmax") != 0 && draw(d, 2)) text_puts(&d->text, "cost quadratic\n");
    if (draw(d, 3) == 0)
        text_printf(&d->text, "regularize %s\n", DRAW_WORD(d, "l2=1", "l1=1", "l2=1 l1=2", "weight_decay=0.1"));
    if (draw(d, 3) == 0)
        text_printf(
            &d->text, "log %s\n",
            DRAW_WORD(d, "gradients", "weights", "gradients weights every=2", "gradients probe=20", "spectrum"));
    text_puts(&d->text, "}\n");
}

static inline void draw_network(Drawing *d) {
    text_puts(&d->text, "network n {\n");
    draw_input(d);
    int inputs = d->channels * (d->rows > 0 ? d->rows * d->columns : 1), layers = draw(d, draw(d, 3) ? 4 : 9);
    for (int i = 0; i < layers; i++) draw_layer(d);
    draw_end(d, inputs);
}

/* ---- edits ---- */

typedef struct {
    size_t at, length;
} Piece;

static inline bool is_word(unsigned char c) { return isalnum(c) || c == '_' || c == '.'; }

/* The word around or after a random place. */
static inline Piece choose_word(Drawing *d, const char *text, size_t size) {
    size_t at = (size_t)draw(d, (int)size), end;
    while (at < size && !is_word((unsigned char)text[at])) at++;
    while (at > 0 && is_word((unsigned char)text[at - 1])) at--;
    for (end = at; end < size && is_word((unsigned char)text[end]); end++) continue;
    return (Piece){at, end - at};
}

static inline Piece choose_line(Drawing *d, const char *text, size_t size) {
    size_t at = (size_t)draw(d, (int)size), end;
    while (at > 0 && text[at - 1] != '\n') at--;
    for (end = at; end < size && text[end] != '\n'; end++) continue;
    return (Piece){at, end - at + (end < size)};
}

static inline void replace_word(Drawing *d, Piece word, const char *text) {
    bool number = word.length > 0 && isdigit((unsigned char)text[word.at]);
    if (number && memchr(text + word.at, '.', word.length))
        text_puts(&d->text, DRAW_WORD(d, "0.5", "0.1", "0.25", "0.9"));
    else if (number && memchr(text + word.at, 'x', word.length))
        text_printf(&d->text, "%dx%d", draw_size(d), draw_size(d));
    else if (number)
        text_printf(&d->text, "%d", draw_size(d));
    else
        text_puts(&d->text, draw_activation(d));
}

/* Gives the new text in d->text. */
static inline void edit_network(Drawing *d, const char *text, size_t size) {
    Piece line = choose_line(d, text, size), word = choose_word(d, text, size);
    int kind = draw(d, 6);
    Piece gone = kind < 4 ? word : (Piece){line.at, kind == 4 ? line.length : 0};
    text_add(&d->text, text, gone.at);
    d->channels = 1 + draw(d, 4), d->rows = 1 + draw(d, 6), d->columns = 1 + draw(d, 6); /* of a line between others */
    if (kind < 4)
        replace_word(d, word, text);
    else if (kind == 5 && draw(d, 2))
        text_add(&d->text, text + line.at, line.length);
    else
        draw_layer(d);
    text_add(&d->text, text + gone.at + gone.length, size - gone.at - gone.length);
}

#endif
