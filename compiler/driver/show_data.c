#include "compiler/driver/show_data.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/driver/picture_text.h"
#include "runtime/base/wrap.h"
#include "runtime/data/columns.h"

enum {
    ROWS = 24,   /* of a table, at most */
    NAME = 20,   /* columns of a name */
    CELL = 12,   /* of a value */
    APART = 8,   /* features without names that are told apart */
    PICTURES = 4 /* that are drawn */
};

/* ---- texts ---- */

static const char *grouped(Arena *arena, int64_t number) {
    char text[NET_COUNT_TEXT];
    return arena_format(arena, "%s", net_count(text, (uint64_t)number));
}

static const char *number(Arena *arena, double value) { return arena_format(arena, "%.5g", value); }

static const char *shape_of(Arena *arena, const NetData *data) {
    char text[NET_SHAPE_TEXT];
    return arena_format(arena, "%s", net_shape(text, data->shape, data->rank));
}

/* The names of inputs and targets, where the data is a table that has them. */
typedef struct {
    const char **input, **target; /* NULL: there are none */
} Names;

static Names names_of(Arena *arena, const NetData *data) {
    NetColumns columns = {0};
    Names names = {0};
    if (data->columns == 0) return names;
    bool known = net_columns_parse(&columns, (const char *const *)data->column, (size_t)data->columns, NULL);
    size_t next = 0;
    names.input = NEW_ARRAY(arena, const char *, columns.inputs + 1);
    names.target = NEW_ARRAY(arena, const char *, columns.targets + 1);
    for (size_t i = 0; known && i < columns.count; i++) {
        const char *name =
            columns.named ? arena_format(arena, "%s", columns.name[i]) : arena_format(arena, "column %zu", i + 1);
        if (columns.role[i] == NET_COLUMN_INPUT) names.input[next++] = name;
        for (size_t k = 0; k < columns.targets; k++)
            if (columns.target[k] == i) names.target[k] = name;
    }
    net_columns_free(&columns);
    return names;
}

static const char *class_name(Arena *arena, const NetData *data, int64_t class) {
    return data->class_names != NULL ? data->class_names[class] : arena_format(arena, "%lld", (long long)class);
}

/* ---- figures ---- */

typedef struct {
    const char *name; /* NULL: of all there is */
    double low, high, mean, sd;
} Figures;

/* Of some numbers of each example to train on. */
typedef double ValueOf(const NetData *data, const NetExample *example, int64_t place);

static double input_of(const NetData *data, const NetExample *example, int64_t place) {
    float value;
    if (data->type == NET_ROWS_U8) return example->values[place] / 255.0;
    memcpy(&value, example->values + (size_t)place * sizeof value, sizeof value);
    return (double)value;
}

static double target_of(const NetData *data, const NetExample *example, int64_t place) {
    (void)data;
    return (double)example->targets[place];
}

/* Figures of numbers begin … end-1: sums are of distances from the first one, so that none is lost. */
static Figures measure(const NetData *data, ValueOf *value, int64_t begin, int64_t end) {
    int64_t rows = data->part[NET_PART_TRAIN].count;
    NetExample example = net_data_example(data, NET_PART_TRAIN, 0);
    double first = value(data, &example, begin), sum = 0, squares = 0, count = (double)(rows * (end - begin));
    Figures figures = {.low = first, .high = first};
    for (int64_t row = 0; row < rows; row++) {
        example = net_data_example(data, NET_PART_TRAIN, row);
        for (int64_t i = begin; i < end; i++) {
            double now = value(data, &example, i), distance = now - first;
            figures.low = now < figures.low ? now : figures.low;
            figures.high = now > figures.high ? now : figures.high;
            sum += distance;
            squares += distance * distance;
        }
    }
    double shift = sum / count, variance = squares / count - shift * shift;
    figures.mean = first + shift;
    figures.sd = figures.low < figures.high && variance > 0 ? sqrt(variance) : 0;
    return figures;
}

typedef struct {
    Figures *at;
    int64_t count, all; /* all: with those that are not measured */
} FiguresList;

/* Channels apart, and features if they have names or are few. */
static FiguresList measure_inputs(Arena *arena, const NetData *data, const Names *names) {
    int64_t groups = names->input != NULL ? data->row_elements : net_data_statistics_count(data);
    if (names->input == NULL && groups > APART) groups = 1;
    int64_t size = data->row_elements / groups, count = groups < ROWS ? groups : ROWS;
    FiguresList list = {NEW_ARRAY(arena, Figures, (size_t)count), count, groups};
    for (int64_t i = 0; i < count; i++) {
        list.at[i] = measure(data, input_of, i * size, (i + 1) * size);
        list.at[i].name = names->input != NULL ? names->input[i]
                          : groups == 1        ? "all values"
                          : data->rank == 3    ? arena_format(arena, "channel %lld", (long long)i + 1)
                                               : arena_format(arena, "value %lld", (long long)i + 1);
    }
    return list;
}

static FiguresList measure_targets(Arena *arena, const NetData *data, const Names *names) {
    int64_t count = data->targets < ROWS ? data->targets : ROWS;
    FiguresList list = {NEW_ARRAY(arena, Figures, (size_t)count + 1), count, data->targets};
    for (int64_t i = 0; i < count; i++) {
        list.at[i] = measure(data, target_of, i, i + 1);
        list.at[i].name =
            names->target != NULL ? names->target[i] : arena_format(arena, "output %lld", (long long)i + 1);
    }
    return list;
}

static int64_t *count_classes(Arena *arena, const NetData *data, bool test) {
    int64_t *counts = NEW_ARRAY(arena, int64_t, (size_t)data->classes + 1);
    for (int file = 0; file < NET_FILES; file++) {
        if ((file == NET_FILE_TEST) != test || data->file[file].labels == NULL) continue;
        for (int64_t i = 0; i < data->file[file].count; i++)
            if (data->file[file].labels[i] < data->classes) counts[data->file[file].labels[i]]++;
    }
    return counts;
}

/* ---- tables ---- */

static void pad(FILE *out, const char *text, int width, bool right) {
    int blanks = width - net_text_width(text);
    fprintf(out, "%*s%s%*s", right && blanks > 0 ? blanks : 0, "", text, right || blanks <= 0 ? 0 : blanks, "");
}

static void print_more(FILE *out, Arena *arena, int64_t more) {
    if (more > 0) fprintf(out, "  … and %s more\n", grouped(arena, more));
}

static void print_figures(Arena *arena, const char *title, const FiguresList *list, FILE *out) {
    static const char *const heads[] = {"least", "largest", "mean", "sd"};
    int width = net_text_width(title) > 10 ? net_text_width(title) : 10;
    for (int64_t i = 0; i < list->count; i++) {
        int name = net_text_width(short_text(arena, list->at[i].name, NAME));
        width = name > width ? name : width;
    }
    fputc('\n', out);
    pad(out, title, width + 2, false);
    for (size_t i = 0; i < COUNT_OF(heads); i++) pad(out, heads[i], CELL, true);
    fputc('\n', out);
    for (int64_t i = 0; i < list->count; i++) {
        const Figures *figures = &list->at[i];
        const double values[] = {figures->low, figures->high, figures->mean, figures->sd};
        fputs("  ", out);
        pad(out, short_text(arena, figures->name, NAME), width, false);
        for (size_t k = 0; k < COUNT_OF(values); k++) pad(out, number(arena, values[k]), CELL, true);
        fputs(figures->low < figures->high ? "\n" : "  constant\n", out);
    }
    print_more(out, arena, list->all - list->count);
}

static void print_classes(Arena *arena, const NetData *data, FILE *out) {
    const int64_t *train = count_classes(arena, data, false), *test = count_classes(arena, data, true);
    int64_t shown = data->classes < ROWS ? data->classes : ROWS, all = data->file[NET_FILE_TRAIN].count;
    bool tested = data->file[NET_FILE_TEST].count > 0;
    int width = 10;
    for (int64_t i = 0; i < shown; i++) {
        int name = net_text_width(short_text(arena, class_name(arena, data, i), NAME));
        width = name > width ? name : width;
    }
    fputc('\n', out);
    pad(out, "classes", width + 2, false);
    pad(out, "examples", CELL, true);
    pad(out, "share", CELL, true);
    if (tested) pad(out, "to test", CELL, true);
    fputc('\n', out);
    for (int64_t i = 0; i < shown; i++) {
        fputs("  ", out);
        pad(out, short_text(arena, class_name(arena, data, i), NAME), width, false);
        pad(out, grouped(arena, train[i]), CELL, true);
        pad(out, arena_format(arena, "%.1f %%", 100.0 * (double)train[i] / (double)all), CELL, true);
        if (tested) pad(out, grouped(arena, test[i]), CELL, true);
        fputc('\n', out);
    }
    print_more(out, arena, data->classes - shown);
}

/* ---- examples ---- */

/* The first example of each of the first classes, then the first ones there are: places in the part to train on. */
static int choose(Arena *arena, const NetData *data, int64_t places[PICTURES]) {
    const NetPart *part = &data->part[NET_PART_TRAIN];
    int64_t classes = data->file[part->file].labels != NULL ? data->classes : 0;
    int64_t *first = NEW_ARRAY(arena, int64_t, (size_t)classes + 1); /* of each class, from 1; 0: it has none */
    int count = 0;
    for (int64_t row = part->count; classes > 0 && row-- > 0;) {
        uint32_t label = net_data_example(data, NET_PART_TRAIN, row).label;
        if (label < classes) first[label] = row + 1;
    }
    for (int64_t i = 0; i < classes && count < PICTURES; i++)
        if (first[i] > 0) places[count++] = first[i] - 1;
    for (int64_t row = 0; row < part->count && count < PICTURES; row++) {
        bool new = true;
        for (int i = 0; i < count; i++) new = new && places[i] != row;
        if (new) places[count++] = row;
    }
    return count;
}

static const char *answer_text(Arena *arena, const NetData *data, const NetExample *example) {
    const char *text = "";
    if (data->classes > 0) return class_name(arena, data, example->label);
    for (int64_t i = 0; i < data->targets && i < 4; i++)
        text = arena_format(arena, "%s%s%s", text, i > 0 ? ", " : "", number(arena, (double)example->targets[i]));
    return data->targets > 4 ? arena_format(arena, "%s, …", text) : text;
}

/* What stands above them. */
static const char *targets_text(Arena *arena, const Names *names, int64_t count) {
    const char *text = "";
    for (int64_t i = 0; i < count && i < 4; i++)
        text = arena_format(arena, "%s%s%s", text, i > 0 ? ", " : "", names->target[i]);
    return text;
}

static float *values_of(Arena *arena, const NetData *data, const NetExample *example) {
    float *x = NEW_ARRAY(arena, float, (size_t)data->row_elements);
    for (int64_t i = 0; i < data->row_elements; i++) x[i] = (float)input_of(data, example, i);
    return x;
}

static void print_pictures(Arena *arena, const NetData *data, const int64_t shape[NET_DATA_RANK], const int64_t *places,
                           int count, int page, bool color, FILE *out) {
    PictureText pictures[PICTURES];
    for (int i = 0; i < count; i++) {
        NetExample example = net_data_example(data, NET_PART_TRAIN, places[i]);
        pictures[i] = (PictureText){values_of(arena, data, &example), answer_text(arena, data, &example)};
    }
    picture_text_print(arena, pictures, count, shape, page, color, out);
}

static void print_signals(Arena *arena, const NetData *data, const int64_t *places, int count, int page, FILE *out) {
    fputc('\n', out);
    for (int i = 0; i < count; i++) {
        NetExample example = net_data_example(data, NET_PART_TRAIN, places[i]);
        fputs("  ", out);
        pad(out, short_text(arena, answer_text(arena, data, &example), 16), 18, false);
        fprintf(out, "%s\n", signal_text(arena, values_of(arena, data, &example), data->row_elements, page - 20));
    }
}

/* A few rows, as wide as the page is. */
static void print_rows(Arena *arena, const NetData *data, const Names *names, const int64_t *places, int count,
                       int page, FILE *out) {
    int64_t inputs = data->row_elements, answers = data->classes > 0 ? 1 : data->targets;
    int64_t room = page / CELL - (answers > 0 ? 1 : 0), shown = inputs <= room ? inputs : room - 1;
    if (answers > 0 && shown < 1) shown = 1;
    bool cut = shown < inputs;
    fputc('\n', out);
    for (int row = -1; row < count; row++) {
        NetExample example = net_data_example(data, NET_PART_TRAIN, places[row < 0 ? 0 : row]);
        for (int64_t i = 0; i < shown; i++)
            pad(out,
                row < 0 ? short_text(arena, names->input[i], CELL - 1) : number(arena, input_of(data, &example, i)),
                CELL, true);
        if (cut) pad(out, "…", 4, true);
        if (answers > 0)
            fprintf(out, "  %s",
                    short_text(arena,
                               row < 0 ? targets_text(arena, names, answers) : answer_text(arena, data, &example),
                               page - CELL * (int)shown - 6));
        fputc('\n', out);
    }
}

static void print_examples(Arena *arena, const NetData *data, const Names *names, int page, bool color, FILE *out) {
    int64_t places[PICTURES], shape[NET_DATA_RANK];
    int count = choose(arena, data, places);
    if (names->input != NULL)
        print_rows(arena, data, names, places, count, page, out);
    else if (picture_shape(data, shape))
        print_pictures(arena, data, shape, places, count, page, color, out);
    else
        print_signals(arena, data, places, count, page, out);
}

/* ---- the page ---- */

static const char *what_to_give(Arena *arena, const DataShown *shown) {
    const NetData *data = shown->data;
    if (shown->itself) return "the examples themselves";
    if (data->classes > 0) return arena_format(arena, "%s classes", grouped(arena, data->classes));
    if (data->targets > 0)
        return arena_format(arena, "%s number%s an example", grouped(arena, data->targets),
                            net_plural((uint64_t)data->targets));
    return "nothing";
}

static void print_line(FILE *out, const char *title, int page, const char *text) {
    fprintf(out, "%-10s", title);
    net_wrap(out, text, 10, 10, page);
    fputc('\n', out);
}

static const char *parts_text(Arena *arena, const DataShown *shown) {
    static const char *const names[NET_PARTS] = {"to train on", "to validate with", "to test on"};
    const NetData *data = shown->data;
    const char *text = "";
    for (int i = 0; i < NET_PARTS; i++)
        if (data->part[i].count > 0)
            text = arena_format(arena, "%s%s%s %s", text, i > 0 ? ", " : "", grouped(arena, data->part[i].count),
                                names[i]);
    int64_t left = data->file[NET_FILE_TRAIN].count + data->file[NET_FILE_TEST].count;
    for (int i = 0; i < NET_PARTS; i++) left -= data->part[i].count;
    if (left > 0) text = arena_format(arena, "%s, %s not used", text, grouped(arena, left));
    bool drawn = data->part[NET_PART_TRAIN].order != NULL;
    const char *how = drawn ? arena_format(arena, "drawn by chance (split seed=%llu)", (unsigned long long)data->seed)
                            : "in the order of the file";
    return arena_format(arena, "%s; %s. Figures are of those to train on, classes are counted in all", text, how);
}

void show_data(Arena *arena, const DataShown *shown, FILE *out) {
    const NetData *data = shown->data;
    int page = net_page_width(out);
    Names names = names_of(arena, data);
    int64_t test = data->file[NET_FILE_TEST].count;
    const char *also = test > 0 ? arena_format(arena, ", and %s to test on", grouped(arena, test)) : "";
    bool bytes = data->type == NET_ROWS_U8;
    print_line(out, "data", page, short_text(arena, arena_format(arena, "%s (%s)", data->name, data->source), 1 << 16));
    print_line(out, "examples", page,
               arena_format(arena, "%s%s", grouped(arena, data->file[NET_FILE_TRAIN].count), also));
    print_line(out, "each", page,
               arena_format(arena, "%s %s%s%s", shape_of(arena, data), bytes ? "byte" : "number",
                            net_plural((uint64_t)data->row_elements), bytes ? ", of which a network sees 0 to 1" : ""));
    print_line(out, "to learn", page, what_to_give(arena, shown));
    if (shown->parts) print_line(out, "parts", page, parts_text(arena, shown));
    FiguresList inputs = measure_inputs(arena, data, &names), targets = measure_targets(arena, data, &names);
    print_figures(arena, "inputs", &inputs, out);
    if (data->classes > 0) print_classes(arena, data, out);
    if (targets.count > 0) print_figures(arena, "to learn", &targets, out);
    print_examples(arena, data, &names, page, shown->color, out);
    if (shown->verdict == NULL) return;
    fputc('\n', out);
    net_wrap(out, shown->verdict, 0, 0, page);
    fputc('\n', out);
}

/* ---- JSON ---- */

static json_t *figures_json(const FiguresList *list, bool named) {
    json_t *all = json_array();
    for (int64_t i = 0; i < list->count; i++) {
        json_t *object = json_object();
        json_put(object, "name", named ? json_string(list->at[i].name) : NULL);
        json_put(object, "least", json_real(list->at[i].low));
        json_put(object, "largest", json_real(list->at[i].high));
        json_put(object, "mean", json_real(list->at[i].mean));
        json_put(object, "sd", json_real(list->at[i].sd));
        json_array_append_new(all, object);
    }
    return all;
}

static json_t *classes_json(Arena *arena, const NetData *data) {
    const int64_t *train = count_classes(arena, data, false), *test = count_classes(arena, data, true);
    json_t *all = json_array();
    for (int64_t i = 0; i < data->classes; i++) {
        json_t *object = json_object();
        json_put(object, "name", data->class_names != NULL ? json_string(data->class_names[i]) : NULL);
        json_put(object, "examples", json_integer(train[i]));
        json_put(object, "to_test", json_integer(test[i]));
        json_array_append_new(all, object);
    }
    return all;
}

json_t *show_data_json(Arena *arena, const DataShown *shown) {
    const NetData *data = shown->data;
    Names names = names_of(arena, data);
    FiguresList inputs = measure_inputs(arena, data, &names), targets = measure_targets(arena, data, &names);
    json_t *object = json_object(), *shape = json_array(), *parts = shown->parts ? json_object() : NULL;
    for (int i = 0; i < data->rank; i++) json_array_append_new(shape, json_integer(data->shape[i]));
    if (parts != NULL) {
        json_put(parts, "train", json_integer(data->part[NET_PART_TRAIN].count));
        json_put(parts, "validation", json_integer(data->part[NET_PART_VALIDATION].count));
        json_put(parts, "test", json_integer(data->part[NET_PART_TEST].count));
    }
    json_put(object, "data", json_string(data->name));
    json_put(object, "source", json_string(data->source));
    json_put(object, "examples", json_integer(data->file[NET_FILE_TRAIN].count));
    json_put(object, "to_test", json_integer(data->file[NET_FILE_TEST].count));
    json_put(object, "shape", shape);
    json_put(object, "type", json_string(data->type == NET_ROWS_U8 ? "bytes" : "floats"));
    json_put(object, "parts", parts);
    json_put(object, "inputs", figures_json(&inputs, names.input != NULL));
    json_put(object, "classes", data->classes > 0 ? classes_json(arena, data) : NULL);
    json_put(object, "targets", data->targets > 0 ? figures_json(&targets, names.target != NULL) : NULL);
    return object;
}
