#include <string.h>

#include "compiler/model/layer.h"
#include "compiler/model/show.h"
#include "runtime/base/error.h"

/* A quoted text; names and numbers hold nothing else that would end it. */
static void print_quoted(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text; text++) {
        if (strchr("\"\\", *text)) fputc('\\', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void print_node(Arena *arena, const Layer *layer, FILE *out) {
    int64_t parameters = layer_parameters(layer);
    const char *kind = show_layer(arena, layer);
    fputs("    ", out);
    print_quoted(out, layer->name);
    fprintf(out, " [label=\"%s\\n", layer->name);
    if (!string_is(kind, layer->name)) fprintf(out, "%s\\n", kind);
    fputs(show_shape(arena, layer->out), out);
    if (parameters)
        fprintf(out, "\\n%s parameter%s", show_shape(arena, (Shape){.rank = 1, .dim = {parameters}}),
                net_plural((uint64_t)parameters));
    fprintf(out, "\"%s];\n", layer->from.count > 0 ? "" : ", style=\"rounded,bold\"");
}

void show_dot(const Model *model, FILE *out) {
    Arena *arena = arena_new();
    fputs("digraph ", out);
    print_quoted(out, model->name);
    fputs(" {\n    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n", out);
    for (size_t i = 0; i < model->layers.count; i++) print_node(arena, model->layers.at[i], out);
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        for (size_t k = 0; k < layer->from.count; k++) {
            fputs("    ", out);
            print_quoted(out, layer->from.at[k]->name);
            fputs(" -> ", out);
            print_quoted(out, layer->name);
            fputs(";\n", out);
        }
    }
    fputs("}\n", out);
    arena_free(arena);
}
