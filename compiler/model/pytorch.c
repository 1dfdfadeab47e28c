#include "compiler/model/pytorch.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/ensemble.h"
#include "compiler/model/settings.h"
#include "compiler/model/stored.h"
#include "runtime/base/combine.h"

enum { REMARK_COLUMN = 80, LIST_WIDTH = 90, LIST_SHORT = 6 };

/* ---- names ---- */

/* Words of Python, and what nn.Module has already (PyTorch 1.13 to 2.9): a layer of that name would be a syntax error,
 * or hide a method. Names that begin with an underscore are not listed. */
static const char *const taken[] = {
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
    /* nn.Module */
    "T_destination", "add_module", "apply", "bfloat16", "buffers", "call_super_init", "children", "compile", "cpu",
    "cuda", "double", "dump_patches", "eval", "extra_repr", "float", "forward", "get_buffer", "get_extra_state",
    "get_parameter", "get_submodule", "half", "ipu", "load_state_dict", "modules", "mtia", "named_buffers",
    "named_children", "named_modules", "named_parameters", "parameters", "register_backward_hook", "register_buffer",
    "register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook",
    "register_full_backward_pre_hook", "register_load_state_dict_post_hook", "register_load_state_dict_pre_hook",
    "register_module", "register_parameter", "register_state_dict_post_hook", "register_state_dict_pre_hook",
    "requires_grad_", "set_extra_state", "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train",
    "training", "type", "xpu", "zero_grad",
    /* the module printed here */
    "input_mean", "input_std", "target_mean", "target_std"};

static bool is_taken(const char *name) {
    for (size_t i = 0; i < COUNT_OF(taken); i++) {
        if (string_is(taken[i], name)) return true;
    }
    return name[0] == '_'; /* nn.Module's own state, and Python's private names */
}

/* A layer with tensors in weights files is a member of the module, by its name. */
static bool has_module(const Layer *layer) {
    for (size_t i = 0; i < layer->stored.count; i++)
        if (stored_is_tensor(layer->stored.at[i])) return true;
    return false;
}

bool pytorch_check(const Model *model, Diags *diags) {
    bool good = true;
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        if (!has_module(layer) || !is_taken(layer->name)) continue;
        Diag *diag = diag_report(diags, layer->at, "pytorch-name",
                                 "a PyTorch module cannot have a layer called '%s', a name of Python or of nn.Module",
                                 layer->name);
        diag_help(diags, diag, "give it another label; --rename %s=LABEL then loads weights that were saved before",
                  layer->name);
        good = false;
    }
    return good;
}

/* wide_dropout -> WideDropout. What would not be a class of its own begins with Net. */
static const char *class_name(Arena *arena, const char *name) {
    static const char *const used[] = {"F", "None", "True", "False", "ImportError"};
    char *camel = NEW_ARRAY(arena, char, strlen(name) + 1), *end = camel;
    bool upper = true;
    for (const char *at = name; *at; at++) {
        if (*at != '_') *end++ = (char)(upper ? toupper((unsigned char)*at) : *at);
        upper = *at == '_';
    }
    bool good = isalpha((unsigned char)camel[0]);
    for (size_t i = 0; i < COUNT_OF(used); i++) good = good && !string_is(camel, used[i]);
    return good ? camel : arena_format(arena, "Net%s", camel);
}

/* ---- for layers ---- */

const char *pytorch_module(PyTorch *out, const Layer *layer, const char *module, const char *x) {
    const char *line = arena_format(out->arena, "self.%s = %s%s", layer->name, module,
                                    layer->trainable ? "" : ".requires_grad_(False)");
    vec_push(out->arena, &out->members, line);
    return arena_format(out->arena, "self.%s(%s)", layer->name, x);
}

const char *pytorch_pair(PyTorch *out, const int64_t *pair) {
    if (pair[0] == pair[1]) return arena_format(out->arena, "%lld", (long long)pair[0]);
    return arena_format(out->arena, "(%lld, %lld)", (long long)pair[0], (long long)pair[1]);
}

const char *pytorch_option(PyTorch *out, const char *name, const int64_t *pair, const int64_t *standard) {
    if (pair[0] == standard[0] && pair[1] == standard[1]) return "";
    return arena_format(out->arena, ", %s=%s", name, pytorch_pair(out, pair));
}

bool pytorch_even(const Window *window) {
    return window->before[0] == window->after[0] && window->before[1] == window->after[1];
}

const char *pytorch_padded(PyTorch *out, const Window *window, const char *x) {
    const int64_t *before = window->before, *after = window->after;
    if (before[0] + before[1] + after[0] + after[1] == 0) return x;
    return arena_format(out->arena, "F.pad(%s, (%lld, %lld, %lld, %lld))", x, (long long)before[1], (long long)after[1],
                        (long long)before[0], (long long)after[0]);
}

const char *pytorch_number(PyTorch *out, double number) {
    const char *text = arena_format(out->arena, "%.6g", number);
    return strtof(text, NULL) == (float)number ? text : arena_format(out->arena, "%.9g", number);
}

const char *pytorch_list(PyTorch *out, const double *numbers, size_t count) {
    const char *line = "\n            ";
    bool wrap = count > LIST_SHORT;
    Text text = {0};
    text_puts(&text, "[");
    for (size_t i = 0, begin = 0; i < count; i++) {
        bool next = wrap && (i == 0 || text.length - begin > LIST_WIDTH);
        text_printf(&text, "%s%s", i == 0 ? "" : next ? "," : ", ", next ? line : "");
        begin = next ? text.length : begin;
        text_puts(&text, pytorch_number(out, numbers[i]));
    }
    text_puts(&text, "]");
    const char *list = arena_copy(out->arena, text.data, text.length);
    text_free(&text);
    return list;
}

/* ---- activations ---- */

/* The activation's expression, with the layer's for x and its number for a. */
static const char *activated(PyTorch *out, const Layer *layer, const char *x) {
    const ActivationKind *kind = layer->activation.kind;
    if (!kind->pytorch) return x;
    bool maps = kind->across && layer->out.rank == 3; /* over all values of an example */
    if (maps) x = arena_format(out->arena, "torch.flatten(%s, 1)", x);
    Text text = {0};
    for (const char *at = kind->pytorch; *at;) {
        size_t length = 0;
        while (isalnum((unsigned char)at[length]) || at[length] == '_' || at[length] == '.') length++;
        if (length == 1 && *at == 'x') {
            text_puts(&text, x);
        } else if (length == 1 && *at == 'a') {
            text_puts(&text, pytorch_number(out, layer->activation.parameter));
        } else {
            text_printf(&text, "%.*s", (int)(length > 0 ? length : 1), at);
        }
        at += length > 0 ? length : 1;
    }
    if (maps) {
        text_printf(&text, ".view(-1, %lld, %lld, %lld)", (long long)layer->out.dim[0], (long long)layer->out.dim[1],
                    (long long)layer->out.dim[2]);
    }
    const char *code = arena_copy(out->arena, text.data, text.length);
    text_free(&text);
    return code;
}

/* ---- printing ---- */

typedef struct {
    const char *code, *remark; /* remark NULL: none */
} Line;

typedef VEC(Line) Lines;

/* Whether another layer than the next one reads it: `x` has another value by then. */
static bool is_read_later(const Model *model, const Layer *layer) {
    for (size_t i = (size_t)layer->index + 2; i < model->layers.count; i++) {
        const Layer *reader = model->layers.at[i];
        for (size_t k = 0; k < reader->from.count; k++)
            if (reader->from.at[k] == layer) return true;
    }
    return false;
}

/* A statistic of the last layer as a buffer that no state_dict holds, filled from an argument. */
static const char *target_buffer(PyTorch *out, const Layer *last, const char *name) {
    const int64_t *dim = last->out.dim;
    const char *shape = "";
    if (last->out.rank == 3) {
        shape = arena_format(out->arena, ".view(%lld, %lld, %lld)", (long long)dim[0], (long long)dim[1],
                             (long long)dim[2]);
    }
    const char *member = arena_format(
        out->arena, "self.register_buffer(\"%s\", torch.tensor(%s, dtype=torch.float32)%s, persistent=False)", name,
        name, shape);
    vec_push(out->arena, &out->arguments, name);
    vec_push(out->arena, &out->members, member);
    return arena_format(out->arena, "self.%s", name);
}

/* Outputs that are learned scaled, in the units of the numbers. */
static void undo_scale(PyTorch *out, const Layer *last, const char *x, Lines *lines) {
    if (!layer_part(last, TARGET_MEAN)) return;
    const char *mean = target_buffer(out, last, TARGET_MEAN), *std = target_buffer(out, last, TARGET_STD);
    Line line = {arena_format(out->arena, "%s = %s * %s + %s", x, x, std, mean), "in the units of the targets"};
    vec_push(out->arena, lines, line);
}

/* The lines of forward, each with what it gives; returns the variable that holds the output. What flows is `x`, what a
 * later layer reads too has a name of its own, `x_conv1`: no word of Python, and no other layer's. */
static const char *make_forward(PyTorch *out, const Model *model, Lines *lines) {
    const char **value = NEW_ARRAY(out->arena, const char *, model->layers.count); /* by layer: the variable */
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        const char **from = NEW_ARRAY(out->arena, const char *, layer->from.count + 1);
        from[0] = "x";
        for (size_t k = 0; k < layer->from.count; k++) from[k] = value[layer->from.at[k]->index];
        const char *x = activated(out, layer, layer->kind->pytorch(out, layer, from));
        bool kept = is_read_later(model, layer), same = string_is(x, from[0]);
        value[i] = same && (!kept || !string_is(x, "x")) ? x
                   : kept                                ? arena_format(out->arena, "x_%s", layer->name)
                                                         : "x";
        if (string_is(x, value[i])) continue;
        if (layer->activation.kind->across) {
            vec_push(
                out->arena, lines,
                ((Line){"# nn.CrossEntropyLoss has a softmax of its own: leave this one out to train with it.", NULL}));
        }
        Line line = {arena_format(out->arena, "%s = %s", value[i], x), shape_text(out->arena, layer->out)};
        vec_push(out->arena, lines, line);
    }
    return value[model->layers.count - 1];
}

static void print_forward(const Lines *lines, const char *result, FILE *out) {
    int width = 0;
    for (size_t i = 0; i < lines->count; i++) {
        int length = (int)strlen(lines->at[i].code);
        if (lines->at[i].remark && length > width && length <= REMARK_COLUMN) width = length;
    }
    fputs("    def forward(self, x):\n", out);
    for (size_t i = 0; i < lines->count; i++) {
        const Line *line = &lines->at[i];
        if (line->remark) {
            fprintf(out, "        %-*s  # %s\n", width, line->code, line->remark);
        } else {
            fprintf(out, "        %s\n", line->code);
        }
    }
    fprintf(out, "        return %s\n", result);
}

/* "[n, 1, 28, 28]" */
static const char *batch_text(Arena *arena, Shape shape) {
    const char *text = "[n";
    for (int i = 0; i < shape.rank; i++) text = arena_format(arena, "%s, %lld", text, (long long)shape.dim[i]);
    return arena_format(arena, "%s]", text);
}

static void print_class(PyTorch *python, const Model *model, const char *name, FILE *out) {
    const Layer *last = model->layers.at[model->layers.count - 1];
    Lines forward = {0};
    const char *result = make_forward(python, model, &forward);
    undo_scale(python, last, result, &forward);
    fprintf(out, "class %s(nn.Module):\n    \"\"\"%s%s -> %s\"\"\"\n\n", name,
            batch_text(python->arena, model->layers.at[0]->out), model->bytes_data ? ", bytes divided by 255," : "",
            batch_text(python->arena, last->out));
    fputs("    def __init__(self", out);
    for (size_t i = 0; i < python->arguments.count; i++) fprintf(out, ", %s", python->arguments.at[i]);
    fputs("):\n        super().__init__()\n", out);
    for (size_t i = 0; i < python->members.count; i++) fprintf(out, "        %s\n", python->members.at[i]);
    fputc('\n', out);
    print_forward(&forward, result, out);
}

/* How the networks' answers become one, as runtime/base/combine.h says it. */
static const char *const combining[] = {
    [NET_COMBINE_MEAN] = "        return mean\n",
    [NET_COMBINE_VOTE] =
        "        votes = sum(F.one_hot(y.flatten(1).argmax(1), %lld) for y in outputs)\n"
        "        mean, shape = mean.flatten(1), mean.shape\n"
        "        tied = votes == votes.amax(1, keepdim=True)\n"
        "        first = F.one_hot(mean.masked_fill(~tied, -torch.inf).argmax(1), %lld).bool()\n"
        "        share = votes.to(mean.dtype) / %lld\n"
        "        share = torch.where(tied & ~first, share * 0.99999994, share)  # a tie goes to the larger mean\n"
        "        return torch.where(mean.isnan().any(1, keepdim=True), torch.nan, share).view(shape)\n",
    [NET_COMBINE_VOTE_EACH] =
        "        share = sum((y > 0.5).to(y.dtype) for y in outputs) / %lld\n"
        "        beyond = (share == 0.5) & (mean > 0.5)  # a tie goes to the mean\n"
        "        return torch.where(mean.isnan(), mean, torch.where(beyond, share + 2**-24, share))\n",
};

/* Several networks that answer together: a module whose members are called 1, 2 and so on, as weights files do. */
static void print_ensemble(const PyTorch *python, const Model *model, const char *name, FILE *out) {
    const Layer *last = model->layers.at[model->layers.count - 1];
    long long members = (long long)model->settings.members, outputs = (long long)shape_count(last->out);
    int how = ensemble_combine(model);
    fprintf(out, "class %sEnsemble(nn.Module):\n    \"\"\"%lld networks; %s.\"\"\"\n\n", name, members,
            how == NET_COMBINE_MEAN ? "the mean of their outputs" : "the shares of their votes");
    fputs("    def __init__(self", out);
    for (size_t i = 0; i < python->arguments.count; i++) fprintf(out, ", %s", python->arguments.at[i]);
    fprintf(out,
            "):\n        super().__init__()\n        for member in range(1, %lld):\n"
            "            self.add_module(str(member), %s(",
            members + 1, name);
    for (size_t i = 0; i < python->arguments.count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", python->arguments.at[i]);
    fprintf(out,
            "))\n\n    def forward(self, x):\n        outputs = [network(x) for network in self.children()]\n"
            "        mean = sum(outputs[1:], outputs[0]) / %lld\n",
            members);
    if (how == NET_COMBINE_VOTE)
        fprintf(out, combining[how], outputs, outputs, members);
    else
        fprintf(out, combining[how], members);
}

static const char reader[] =
    "def read_safetensors(path):\n"
    "    \"\"\"The tensors and the metadata of a safetensors file.\"\"\"\n"
    "    try:\n"
    "        from safetensors import safe_open\n"
    "    except ImportError:  # all that netc writes is float32: no need of the package\n"
    "        with open(path, \"rb\") as file:\n"
    "            header = json.loads(file.read(int.from_bytes(file.read(8), \"little\")))\n"
    "            data = bytearray(file.read())\n"
    "        metadata = header.pop(\"__metadata__\", {})\n"
    "        return {name: torch.frombuffer(data[slice(*about[\"data_offsets\"])], dtype=torch.float32)\n"
    "                .reshape(about[\"shape\"]) for name, about in header.items()}, metadata\n"
    "    with safe_open(path, \"pt\") as file:\n"
    "        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}\n";

static void print_load(const PyTorch *python, const char *name, FILE *out) {
    fputs("def load(path):\n"
          "    \"\"\"The network with the weights of a file or a run, ready for use: of a run those of the best epoch "
          "on the\n"
          "    validation part, or the last ones where it had none, as netc takes them.\"\"\"\n"
          "    if os.path.isdir(path):\n"
          "        best = os.path.join(path, \"best.safetensors\")\n"
          "        path = best if os.path.exists(best) else os.path.join(path, \"weights.safetensors\")\n",
          out);
    fprintf(out, "    tensors, %s = read_safetensors(path)\n    model = %s(",
            python->arguments.count ? "metadata" : "_", name);
    for (size_t i = 0; i < python->arguments.count; i++) {
        fprintf(out, "%sjson.loads(metadata[\"%s\"])", i ? ", " : "", python->arguments.at[i]);
    }
    fputs(")\n    model.load_state_dict(tensors)\n    return model.eval()\n", out);
}

void pytorch_print(const Model *model, FILE *out) {
    Arena *arena = arena_new();
    PyTorch python = {.arena = arena};
    const char *name = class_name(arena, model->name);
    fprintf(out,
            "\"\"\"The network %s as a PyTorch module, printed by netc.\n\n"
            "load(\"runs/latest\") gives it the weights of a run. netc's --weights takes what is saved with\n"
            "safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\").\n"
            "\"\"\"\n"
            "import json\nimport os\n\nimport torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n\n",
            model->name);
    print_class(&python, model, name, out);
    if (model->settings.members > 1) {
        fputs("\n\n", out);
        print_ensemble(&python, model, name, out);
        name = arena_format(arena, "%sEnsemble", name);
    }
    fprintf(out, "\n\n%s\n\n", reader);
    print_load(&python, name, out);
    arena_free(arena);
}
