#include "compiler/model/show.h"

#include <string.h>

#include "compiler/base/json.h"
#include "compiler/base/utf8.h"
#include "compiler/model/activation.h"
#include "compiler/model/agree.h"
#include "compiler/model/layer.h"
#include "compiler/model/memory.h"
#include "compiler/model/optimizer.h"
#include "compiler/model/option_text.h"
#include "compiler/model/rate_schedule.h"
#include "compiler/model/targets.h"
#include "runtime/base/error.h"
#include "runtime/base/wrap.h"

enum { FLOAT_BYTES = 4 };

typedef struct {
    int64_t parameters, multiply_adds, bytes; /* bytes: activations of one example */
} Size;

static Size layer_size(const Layer *layer) {
    return (Size){.parameters = layer_parameters(layer),
                  .multiply_adds = layer->multiply_adds,
                  .bytes = shape_count(layer->out) * FLOAT_BYTES};
}

static Size model_size(const Model *model) {
    Size total = {0};
    for (size_t i = 0; i < model->layers.count; i++) {
        Size size = layer_size(model->layers.at[i]);
        total.parameters += size.parameters;
        if (!size_add(total.multiply_adds, size.multiply_adds, &total.multiply_adds)) total.multiply_adds = INT64_MAX;
        total.bytes += size.bytes;
    }
    return total;
}

/* ---- text ---- */

/* 1234567 -> "1,234,567"; 0 -> "-" where nothing is to be said. */
static const char *grouped(Arena *arena, int64_t number) {
    const char *digits = arena_format(arena, "%lld", (long long)number);
    size_t length = strlen(digits);
    char *text = NEW_ARRAY(arena, char, length + length / 3 + 1), *end = text;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) *end++ = ',';
        *end++ = digits[i];
    }
    return text;
}

static const char *grouped_or_blank(Arena *arena, int64_t number) { return number ? grouped(arena, number) : ""; }

const char *show_shape(Arena *arena, Shape shape) {
    if (shape.rank == 1) return grouped(arena, shape.dim[0]);
    return arena_format(arena, "%lld × %lld × %lld", (long long)shape.dim[0], (long long)shape.dim[1],
                        (long long)shape.dim[2]);
}

const char *show_layer(Arena *arena, const Layer *layer) {
    const char *text = layer->kind->name;
    for (size_t i = 0; i < layer->kind->option_count; i++) {
        const OptionSpec *spec = &layer->kind->options[i];
        const OptionValue *value = &layer->options[i];
        if (!value->given || spec->type == OPTION_ACTIVATION) continue;
        if (spec->type == OPTION_WINDOW && spec->required && !value->word) {
            text = arena_format(arena, "%s %lldx%lld", text, (long long)value->size[0], (long long)value->size[1]);
        } else if (spec->positional && value->word) {
            text = arena_format(arena, "%s %s", text, value->word);
        } else if (spec->positional && spec->type == OPTION_REAL) {
            text = arena_format(arena, "%s %s", text, number_text(arena, value->real));
        }
    }
    if (!activation_is_linear(layer->activation)) {
        text = arena_format(arena, "%s, %s", text, activation_text(arena, number_text, layer->activation));
    }
    if (!layer->trainable) text = arena_format(arena, "%s, frozen", text);
    return text;
}

/* "conv2, x" */
static const char *reads_text(Arena *arena, const Layer *layer) {
    const char *text = "";
    for (size_t i = 0; i < layer->from.count; i++)
        text = arena_format(arena, "%s%s%s", text, i ? ", " : "", layer->from.at[i]->name);
    return text;
}

/* Whether each layer reads the one above it and no other. */
static bool is_chain(const Model *model) {
    for (size_t i = 1; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        if (layer->from.count != 1 || layer->from.at[0]->index + 1 != layer->index) return false;
    }
    return true;
}

enum {
    COLUMN_NAME,
    COLUMN_KIND,
    COLUMN_READS,
    COLUMN_OUTPUT,
    COLUMN_PARAMETERS,
    COLUMN_MULTIPLY_ADDS,
    COLUMN_MEMORY,
    COLUMNS
};

typedef struct {
    const char *cell[COLUMNS];
} Row;

static const char *const titles[COLUMNS] = {"layer",      "kind",          "reads", "output",
                                            "parameters", "multiply-adds", "memory"};

/* Columns of a terminal between two of the table, and how narrow its widest one may become. */
enum { GAP = 3, NARROW_GAP = 2, NARROW_KIND = 16 };

typedef struct {
    int width[COLUMNS]; /* 0: the column is left out */
    int gap;
} Table;

static int table_width(const Table *table) {
    int total = -table->gap;
    for (int i = 0; i < COLUMNS; i++) total += table->width[i] > 0 ? table->gap + table->width[i] : 0;
    return total;
}

static void print_line(FILE *out, const Row *row, const Table *table) {
    const int *width = table->width;
    Text line = {0};
    for (int i = 0; i < COLUMNS; i++) {
        if (width[i] == 0) continue;
        int blanks = width[i] - net_text_width(row->cell[i]);
        if (i > 0) text_printf(&line, "%*s", table->gap, "");
        bool right = i >= COLUMN_PARAMETERS;
        if (right) text_printf(&line, "%*s", blanks, "");
        text_puts(&line, row->cell[i]);
        if (!right) text_printf(&line, "%*s", blanks, "");
    }
    size_t length = line.length;
    while (length > 0 && line.data[length - 1] == ' ') length--;
    fprintf(out, "%.*s\n", (int)length, line.data);
    text_free(&line);
}

/* The kind with its options in as many lines as its column needs. */
static void print_row(Arena *arena, FILE *out, const Row *row, const Table *table) {
    char *wrapped = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&wrapped, &size);
    if (!text) out_of_memory();
    net_wrap(text, row->cell[COLUMN_KIND], 0, 0, table->width[COLUMN_KIND]);
    if (fclose(text) != 0) out_of_memory();
    Row line = *row;
    const char *at = wrapped;
    do {
        size_t length = strcspn(at, "\n");
        line.cell[COLUMN_KIND] = arena_copy(arena, at, length);
        print_line(out, &line, table);
        at += length;
        line = (Row){{"", "", "", "", "", "", ""}};
    } while (*at++ == '\n');
    free(wrapped);
}

static void print_rule(FILE *out, const Table *table) {
    for (int i = 0, total = table_width(table); i < total; i++) fputs("─", out);
    fputc('\n', out);
}

static Row layer_row(Arena *arena, const Layer *layer) {
    Size size = layer_size(layer);
    return (Row){{layer->name, show_layer(arena, layer), reads_text(arena, layer), show_shape(arena, layer->out),
                  grouped_or_blank(arena, size.parameters), grouped_or_blank(arena, size.multiply_adds),
                  bytes_text(arena, size.bytes)}};
}

static void print_table(Arena *arena, const Model *model, FILE *out) {
    size_t count = model->layers.count;
    Row *rows = NEW_ARRAY(arena, Row, count + 2);
    for (int i = 0; i < COLUMNS; i++) rows[0].cell[i] = titles[i];
    for (size_t i = 0; i < count; i++) rows[1 + i] = layer_row(arena, model->layers.at[i]);
    Size total = model_size(model);
    rows[count + 1] = (Row){{"total", "", "", "", grouped(arena, total.parameters), grouped(arena, total.multiply_adds),
                             bytes_text(arena, total.bytes)}};
    Table table = {.gap = GAP};
    int *width = table.width;
    for (size_t r = 0; r < count + 2; r++) {
        for (int i = 0; i < COLUMNS; i++) {
            int w = net_text_width(rows[r].cell[i]);
            if (w > width[i]) width[i] = w;
        }
    }
    if (is_chain(model)) width[COLUMN_READS] = 0; /* it would say nothing */
    int room = net_page_width(out);
    if (table_width(&table) > room) table.gap = NARROW_GAP;
    while (table_width(&table) > room && width[COLUMN_KIND] > NARROW_KIND) width[COLUMN_KIND]--;
    for (size_t r = 0; r < count + 2; r++) {
        if (r == 1 || r == count + 1) print_rule(out, &table);
        print_row(arena, out, &rows[r], &table);
    }
}

/* Of the numbers those that are not 0, and what is true: the optimiser's own as its line has them, the others by the
 * names that trainers know them by. */
static void print_training(Arena *arena, const Model *model, FILE *out) {
    const Settings *s = &model->settings;
    int64_t epochs = (int64_t)settings_number(s, "epochs"), batch = (int64_t)settings_number(s, "batch");
    fprintf(out, "learns    %s from %s, cost %s\n", target_kinds[s->target].learns, s->data_kind,
            settings_word(s, "cost"));
    fprintf(out, "trains    %s epoch%s, ", grouped(arena, epochs), net_plural((uint64_t)epochs));
    if (batch) {
        fprintf(out, "batches of %s, ", grouped(arena, batch));
    } else {
        fputs("full batches, ", out);
    }
    fputs(s->optimizer->variant.name, out);
    const Setting *augment = agree_setting(s, "augment");
    const char *gap = " ";
    for (TrainerSetting at = {0}; settings_next(s, &at);) {
        bool elsewhere = at.setting == augment || at.setting >= s->log; /* has a line of its own, or changes nothing */
        if (elsewhere) continue;
        bool told = at.spec->type == OPTION_REAL || at.spec->type == OPTION_BOOL;
        if (!told || at.value->real == 0) continue;
        bool own = at.setting->owner.common == s->optimizer->variant.options;
        const char *name = own ? at.spec->name : at.spec->trainer.name;
        fprintf(out, "%s%s=%s", gap, name, option_text(arena, number_text, at.spec, at.value));
        gap = ", ";
    }
    if (s->schedule && s->schedule->rate) fprintf(out, ", schedule %s", s->schedule->variant.name);
    double seed = settings_number(s, "seed");
    fprintf(out, ", seed %.0f\n", seed);
    if (s->members == 1) return;
    fprintf(out, "ensemble  %lld networks, seeds %.0f to %.0f, %s\n", (long long)s->members, seed,
            seed + (double)s->members - 1, s->votes ? "shares of their votes" : "the mean of their outputs");
}

static void print_augment(const NetAugment *augment, FILE *out) {
    char text[NET_AUGMENT_TEXT];
    const char *line = net_augment_text(augment, text);
    if (*line) fprintf(out, "augments  %s\n", line);
}

void show_text(const Model *model, FILE *out) {
    Arena *arena = arena_new();
    Size total = model_size(model);
    fprintf(out, "%s\n\n", model->name);
    print_table(arena, model, out);
    fprintf(out, "\nweights   %s of 32-bit floats\n", bytes_text(arena, total.parameters * FLOAT_BYTES));
    print_training(arena, model, out);
    print_augment(&model->settings.augment, out);
    arena_free(arena);
}

/* ---- JSON ---- */

static void append(json_t *array, json_t *value) {
    if (!value || json_array_append_new(array, value) != 0) out_of_memory();
}

static json_t *json_dims(int rank, const int64_t *dim) {
    json_t *array = json_array();
    for (int i = 0; i < rank; i++) append(array, json_integer(dim[i]));
    return array;
}

static json_t *json_size(Size size) {
    json_t *object = json_object();
    json_put(object, "parameters", json_integer(size.parameters));
    json_put(object, "multiply_adds", json_integer(size.multiply_adds));
    json_put(object, "activation_bytes", json_integer(size.bytes));
    return object;
}

static void append_tensor(json_t *tensors, const Stored *stored) {
    if (!stored_is_tensor(stored)) return;
    json_t *object = json_object();
    json_put(object, "name", json_string(stored->kept));
    json_put(object, "shape", json_dims(stored->rank, stored->dim));
    append(tensors, object);
}

/* The value of an option, given or by default; NULL: it has none, or stands elsewhere (activations), or is how weights
 * begin. */
static json_t *json_option(const OptionSpec *spec, const OptionValue *value) {
    if (!value->given && !spec->standard) return NULL;
    if (value->word && spec->type != OPTION_WORDS) return json_string(value->word);
    switch (spec->type) {
    case OPTION_INTEGER: return json_integer(value->integer);
    case OPTION_REAL: return json_real(value->real);
    case OPTION_BOOL: return json_boolean(value->flag);
    case OPTION_WINDOW:
    case OPTION_PAD: return value->flag ? NULL : json_dims(2, value->size);
    case OPTION_WORD:
    case OPTION_SHAPE:
    case OPTION_ACTIVATION:
    case OPTION_INIT:
    case OPTION_NUMBERS:
    case OPTION_COUNT:
    case OPTION_STRING:
    case OPTION_WORDS:
    case OPTION_LABEL:
    case OPTION_LABELS:
    case OPTION_STRINGS:
    case OPTION_COLUMNS: break;
    }
    return NULL;
}

static json_t *json_options(const Layer *layer) {
    json_t *object = json_object();
    for (size_t i = 0; i < layer->kind->option_count; i++) {
        json_t *value = json_option(&layer->kind->options[i], &layer->options[i]);
        if (value) json_put(object, layer->kind->options[i].name, value);
    }
    return object;
}

static json_t *json_reads(const Layer *layer) {
    json_t *array = json_array();
    for (size_t i = 0; i < layer->from.count; i++) append(array, json_string(layer->from.at[i]->name));
    return array;
}

static json_t *json_layer(Arena *arena, const Layer *layer) {
    json_t *object = json_size(layer_size(layer));
    json_put(object, "name", json_string(layer->name));
    json_put(object, "kind", json_string(layer->kind->name));
    json_put(object, "text", json_string(show_layer(arena, layer)));
    json_put(object, "options", json_options(layer));
    json_put(object, "reads", json_reads(layer));
    json_put(object, "input", layer->from.count > 0 ? json_dims(layer->in.rank, layer->in.dim) : json_null());
    json_put(object, "output", json_dims(layer->out.rank, layer->out.dim));
    json_put(object, "activation", json_string(activation_text(arena, number_text, layer->activation)));
    json_t *tensors = json_array();
    for (size_t i = 0; i < layer->stored.count; i++) append_tensor(tensors, layer->stored.at[i]);
    json_put(object, "tensors", tensors);
    return object;
}

static json_t *json_settings(Arena *arena, const Settings *s) {
    json_t *object = json_object();
    json_put(object, "data", json_string(s->data_kind));
    for (TrainerSetting at = {0}; settings_next(s, &at);) {
        bool text = at.value->word || at.spec->type == OPTION_WORDS;
        json_put(object, at.spec->trainer.name,
                 text                           ? json_string(option_text(arena, number_text, at.spec, at.value))
                 : at.spec->type == OPTION_BOOL ? json_boolean(at.value->flag)
                 : at.spec->type == OPTION_REAL ? json_real(at.value->real)
                                                : json_integer(at.value->integer));
    }
    return object;
}

void show_json(const Model *model, FILE *out) {
    Arena *arena = arena_new();
    json_t *object = json_object(), *layers = json_array();
    json_put(object, "name", json_string(model->name));
    for (size_t i = 0; i < model->layers.count; i++) append(layers, json_layer(arena, model->layers.at[i]));
    json_put(object, "layers", layers);
    Size total = model_size(model);
    json_put(object, "total", json_size(total));
    json_put(object, "weight_bytes", json_integer(total.parameters * FLOAT_BYTES));
    json_put(object, "settings", json_settings(arena, &model->settings));
    json_print(object, 9, out);
    arena_free(arena);
}
