#include "compiler/driver/show_gradients.h"

#include <math.h>

#include "compiler/base/json.h"
#include "compiler/model/propagation.h"
#include "runtime/base/decades.h"
#include "runtime/base/error.h"
#include "runtime/base/wrap.h"

/* A row: a layer that gradients.csv has rows of. */
typedef struct {
    const Layer *layer;
    const ExpectedLayer *expected;
    double size;   /* delta_rms, by the last row's: its natural logarithm; -INFINITY: no gradient comes there */
    double factor; /* by the next row's; NAN: the last has none, and below it where no gradient comes neither */
    double z, a;   /* rms of weighted inputs and outputs */
} Row;
typedef VEC(Row) Rows;

/* Values are followed up to 1e30: what comes near to that may be any larger number. */
static const double followed = 1e29;

static double rms(Spread values) {
    double root = sqrt(values.variance + values.mean * values.mean);
    return root < followed ? root : INFINITY;
}

static Rows rows_of(Arena *arena, const Model *model, const Expected *expected) {
    Rows rows = {0};
    for (int i = 0; expected->output != NULL && i <= expected->output->index; i++) {
        const Layer *layer = model->layers.at[i];
        const ExpectedLayer *of = &expected->layer[i];
        if (has_weights(layer) && layer->trainable) {
            vec_push(arena, &rows, ((Row){layer, of, NAN, NAN, rms(of->z), rms(of->values)}));
        }
    }
    for (size_t i = rows.count; i-- > 0;) {
        Row *row = &rows.at[i];
        const ExpectedLayer *of = row->expected, *last = rows.at[rows.count - 1].expected;
        row->size = of->reached ? of->rms - last->rms : -INFINITY;
        if (i + 1 == rows.count || !rows.at[i + 1].expected->reached) continue;
        row->factor = of->reached ? exp(of->rms - rows.at[i + 1].expected->rms) : 0;
    }
    return rows;
}

/* ---- text ---- */

enum { COLUMNS = 6, GAP = 2, BAR_LEAST = 8 };
static const char *const titles[COLUMNS] = {"layer", "factor", "size", "rms z", "rms a", "saturated"};

typedef struct {
    const char *cell[COLUMNS];
} Line;

static const char *number(Arena *arena, double value) { return isnan(value) ? "" : arena_format(arena, "%.3g", value); }

static const char *rms_text(Arena *arena, double value) {
    return isfinite(value) ? number(arena, value) : arena_format(arena, "> %.0e", followed);
}

/* Of e to that; beyond all doubles as a power of ten. */
static const char *power(Arena *arena, double exponent) {
    double tens = exponent / log(10), most = 300;
    return isfinite(tens) && fabs(tens) > most ? arena_format(arena, "1e%+.0f", tens) : number(arena, exp(exponent));
}

static Line line_of(Arena *arena, const Row *row) {
    double saturated = row->expected->saturated;
    return (Line){{row->layer->name, number(arena, row->factor), power(arena, row->size), rms_text(arena, row->z),
                   rms_text(arena, row->a), isnan(saturated) ? "" : arena_format(arena, "%.1f %%", 100 * saturated)}};
}

static void print_line(const Line *line, const int width[COLUMNS], const char *bar, FILE *out) {
    Text text = {0};
    for (int i = 0; i < COLUMNS; i++) {
        int blanks = width[i] - net_text_width(line->cell[i]);
        if (i > 0) text_printf(&text, "%*s%*s", GAP, "", blanks, "");
        text_puts(&text, line->cell[i]);
        if (i == 0) text_printf(&text, "%*s", blanks, "");
    }
    if (*bar != '\0') text_printf(&text, "%*s%s", GAP, "", bar);
    size_t length = text.length;
    while (length > 0 && text.data[length - 1] == ' ') length--;
    fprintf(out, "%.*s\n", (int)length, text.data);
    text_free(&text);
}

static void print_paragraph(const char *text, FILE *out) {
    fputc('\n', out);
    net_wrap(out, text, 0, 0, net_page_width(out));
    fputc('\n', out);
}

typedef VEC(const char *) Names;

/* "'c1', 'c2' and 'dense1'" */
static const char *list_text(Arena *arena, const Names *names) {
    const char *text = "";
    for (size_t i = 0; i < names->count; i++)
        text = arena_format(arena, "%s%s'%s'", text,
                            i == 0                  ? ""
                            : i + 1 == names->count ? " and "
                                                    : ", ",
                            names->at[i]);
    return text;
}

/* What becomes of the lines above a layer that lets no gradient pass. */
static const char *above_text(Arena *arena, const Rows *rows, const Layer *blocks) {
    Names cut = {0};
    size_t above = 0;
    for (size_t i = 0; i < rows->count && rows->at[i].layer->index < blocks->index; i++) {
        above++;
        if (!rows->at[i].expected->reached) vec_push(arena, &cut, rows->at[i].layer->name);
    }
    return above == 0           ? "No layer above it in the table has weights."
           : cut.count == 0     ? "All that stands above it in the table is reached by ways around it."
           : cut.count == above ? "What stands above it in the table gets none: size 0."
                                : arena_format(arena,
                                               "Above it in the table %s get%s none: size 0; what else stands "
                                               "there is reached by ways around it.",
                                               list_text(arena, &cut), cut.count == 1 ? "s" : "");
}

static void print_blocked(Arena *arena, const Rows *rows, const Expected *expected, FILE *out) {
    if (expected->blocks == NULL) return;
    const char *name = expected->blocks->name;
    const char *why = expected->flat
                          ? arena_format(arena,
                                         "the activation of '%s' before the first step: its slope is 0 at all "
                                         "weighted inputs.",
                                         name)
                          : arena_format(arena, "'%s' before the first step: its weights begin as 0.", name);
    print_paragraph(arena_format(arena, "No gradient passes %s %s", why, above_text(arena, rows, expected->blocks)),
                    out);
}

void show_gradients_text(const Model *model, FILE *out) {
    Arena *arena = arena_new();
    Expected expected = expected_of(arena, model, NULL);
    Rows rows = rows_of(arena, model, &expected);
    Line *lines = NEW_ARRAY(arena, Line, rows.count + 1);
    int width[COLUMNS] = {0}, used = GAP;
    NetDecades decades = NET_DECADES_NONE;
    for (int i = 0; i < COLUMNS; i++) lines[0].cell[i] = titles[i];
    for (size_t k = 0; k < rows.count; k++) {
        lines[1 + k] = line_of(arena, &rows.at[k]);
        net_decades_widen(&decades, rows.at[k].size / log(10));
    }
    for (int i = 0; i < COLUMNS; i++) {
        for (size_t k = 0; k <= rows.count; k++) {
            int own = net_text_width(lines[k].cell[i]);
            width[i] = own > width[i] ? own : width[i];
        }
        used += width[i] + (i > 0 ? GAP : 0);
    }
    int room = net_page_width(out) - used, bar = room < BAR_LEAST ? BAR_LEAST : room;
    fprintf(out, "%s: what is expected before the first step\n\n", model->name);
    if (rows.count == 0) {
        fputs("no layer has weights\n", out);
        arena_free(arena);
        return;
    }
    char scale[NET_DECADES_TEXT], drawn[NET_BAR_TEXT];
    const char *heading = arena_format(arena, "size, log %s", net_decades_text(&decades, " to ", scale));
    print_line(&lines[0], width, net_text_width(heading) <= bar ? heading : net_decades_text(&decades, "…", scale),
               out);
    for (size_t k = 0; k < rows.count; k++) {
        net_decades_bar(&decades, rows.at[k].size / log(10), bar, drawn);
        print_line(&lines[1 + k], width, drawn, out);
    }
    print_paragraph("factor: the layer's delta_rms by that of the layer in the line below; size: by that of the last "
                    "line. A typical draw of the weights is meant, and pictures such as MNIST's where the input is not "
                    "normalised by mean=data std=data.",
                    out);
    print_blocked(arena, &rows, &expected, out);
    arena_free(arena);
}

/* ---- JSON ---- */

static json_t *real_or_null(double value) { return isfinite(value) ? json_real(value) : json_null(); }

void show_gradients_json(const Model *model, FILE *out) {
    Arena *arena = arena_new();
    Expected expected = expected_of(arena, model, NULL);
    Rows rows = rows_of(arena, model, &expected);
    json_t *object = json_object(), *layers = json_array();
    for (size_t i = 0; i < rows.count; i++) {
        const Row *row = &rows.at[i];
        json_t *layer = json_object();
        json_put(layer, "name", json_string(row->layer->name));
        json_put(layer, "kind", json_string(row->layer->kind->name));
        json_put(layer, "factor", real_or_null(row->factor));
        json_put(layer, "size", real_or_null(exp(row->size)));
        json_put(layer, "z_rms", real_or_null(row->z));
        json_put(layer, "a_rms", real_or_null(row->a));
        json_put(layer, "saturated", real_or_null(row->expected->saturated));
        if (json_array_append_new(layers, layer) != 0) out_of_memory();
    }
    json_put(object, "name", json_string(model->name));
    json_put(object, "blocks", expected.blocks != NULL ? json_string(expected.blocks->name) : json_null());
    json_put(object, "layers", layers);
    json_print(object, 6, out);
    arena_free(arena);
}
