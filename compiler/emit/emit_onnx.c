/* A trained network as ONNX: each layer adds its nodes (LayerKind.onnx), this file adds what is about the whole. */
#include <jansson.h>
#include <stdlib.h>

#include "compiler/emit/emit.h"
#include "compiler/model/activation.h"
#include "compiler/model/settings.h"
#include "compiler/model/stored.h"
#include "compiler/onnx/combine.h"

/* The names of the classes as a JSON list. */
static void add_classes(Arena *arena, OnnxGraph *graph, const Trained *trained) {
    json_t *list = json_array();
    for (size_t i = 0; i < trained->class_count; i++) json_array_append_new(list, json_string(trained->classes[i]));
    char *text = json_dumps(list, 0);
    json_decref(list);
    if (!text) out_of_memory();
    onnx_metadata(graph, "classes", arena_format(arena, "%s", text));
    free(text);
}

/* Outputs that are learned scaled, in the units of the numbers; the name of the graph's output. */
static const char *undo_scale(OnnxGraph *graph, const Layer *last) {
    const Stored *mean = layer_part(last, TARGET_MEAN), *std = layer_part(last, TARGET_STD);
    if (!mean) return last->name;
    onnx_value(graph, last->name, last->out);
    const char *wide = onnx_binary(graph, "Mul", onnx_part(graph, last, "stretched"), last->name,
                                   onnx_stored_as(graph, std, last->out.rank, last->out.dim));
    return onnx_binary(graph, "Add", onnx_part(graph, last, "unscaled"), wide,
                       onnx_stored_as(graph, mean, last->out.rank, last->out.dim));
}

static void add_layers(Arena *arena, OnnxGraph *graph, const Model *model, const Layer *last) {
    const char **value = NEW_ARRAY(arena, const char *, model->layers.count); /* by layer: the name of its output */
    const bool *needed = model_needed(arena, model, last);
    for (int i = 0; i <= last->index; i++) {
        if (!needed[i]) continue;
        const Layer *layer = model->layers.at[i];
        onnx_begin_layer(graph, layer);
        const char **in = NEW_ARRAY(arena, const char *, layer->from.count + 1);
        in[0] = layer->name;
        for (size_t k = 0; k < layer->from.count; k++) in[k] = value[layer->from.at[k]->index];
        const char *out = value[i] = layer->kind->onnx(graph, layer, in);
        if (layer != last && i > 0 && string_is(out, layer->name)) onnx_value(graph, out, layer->out);
    }
    /* A last layer that computes nothing, such as dropout, still gives the output its name. */
    const char *out = value[last->index];
    if (!string_is(out, last->name)) onnx_unary(graph, "Identity", last->name, out);
}

/* All layers up to the last that is wanted; the name of what they give. */
static const char *add_network(Arena *arena, OnnxGraph *graph, const Model *model, const Layer *until) {
    const Layer *last = model->layers.at[model->layers.count - 1];
    add_layers(arena, graph, model, until);
    return until == last ? undo_scale(graph, last) : until->name;
}

/* Each network once more, with its weights, and what becomes of their outputs. */
static const char *add_members(Arena *arena, OnnxGraph *graph, const Model *model, const Layer *last) {
    const char *output = NULL;
    for (int64_t k = 0; k < model->settings.members; k++) {
        onnx_begin_member(graph, k);
        output = add_network(arena, graph, model, last);
    }
    onnx_begin_member(graph, -1);
    return onnx_combine(graph, arena, model, output);
}

/* ", the mean of 5 networks" */
static const char *members_text(Arena *arena, const Model *model) {
    if (model->settings.members == 1) return "";
    return arena_format(arena, ", %s of %lld networks", model->settings.votes ? "shares of the votes" : "the mean",
                        (long long)model->settings.members);
}

bool emit_onnx(Arena *arena, const Trained *trained, const Layer *until, FILE *out, const char **why) {
    const Model *model = trained->model;
    const Layer *input = model->layers.at[0], *last = model->layers.at[model->layers.count - 1];
    bool whole = until == last;
    OnnxGraph *graph = onnx_new(arena, trained);
    const char *floats = model->bytes_data ? "floats from 0 to 1: bytes divided by 255" : "floats";
    const char *order = input->out.rank == 3 ? ", in the order channel, row, column" : "";
    const char *outputs = whole && model_classes(model) == shape_count(last->out) ? ", one number a class" : "";
    onnx_input(graph, input->name, input->out, arena_format(arena, "%s%s", floats, order));
    const char *output =
        model->settings.members > 1 ? add_members(arena, graph, model, last) : add_network(arena, graph, model, until);
    onnx_output(
        graph, output, until->out,
        arena_format(arena, "%s outputs%s%s", until->activation.kind->name, outputs, members_text(arena, model)));
    onnx_about(graph, arena_format(arena, "The network '%s', trained by a program of netc. Its input is %s%s.",
                                   model->name, floats, order));
    onnx_metadata(graph, "netc", NETC_VERSION);
    onnx_metadata(graph, "input_scale", model->bytes_data ? "1/255" : "1");
    if (whole && trained->classes) add_classes(arena, graph, trained);
    return onnx_write(graph, out, why);
}
