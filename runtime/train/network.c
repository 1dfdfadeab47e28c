#include "runtime/train/network.h"

#include <limits.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHOWN = 48, /* letters of a value that a message shows */
    NAME = 80   /* of a layer's name */
};

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

char *net_network_text(const json_t *network, bool whole, NetError *error) {
    json_t *list = json_array();
    size_t index;
    json_t *row;
    json_array_foreach(network, index, row) {
        json_t *copy = json_copy(row);
        if (!whole) {
            json_object_del(copy, "training");
        }
        if (whole || json_object_get(copy, "use") != NULL) {
            json_array_append(list, copy);
        }
        json_decref(copy);
    }
    char *text = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    if (text == NULL) {
        net_fail(error, NET_ENVIRONMENT, "out of memory");
    }
    return text;
}

/* ---- two lists of layers ---- */

typedef struct {
    const json_t *there, *here;
    const char *place; /* where `there` is: "the file", "the run" */
    NetDifference *difference;
} Comparison;

static void shorten(const char *text, char out[SHOWN + 4]) {
    if (*text == '\0') {
        text = "nothing";
    }
    snprintf(out, SHOWN + 4, strlen(text) > SHOWN ? "%.*s..." : "%.*s", SHOWN, text);
}

/* Names come from a file: the text is cleaned as that of an error. */
static bool say(const Comparison *c, const char *layer, const NetError *line) {
    snprintf(c->difference->layer, sizeof c->difference->layer, "%s", layer);
    memcpy(c->difference->text, line->text, sizeof line->text);
    return true;
}

/* "layer NAME: WHAT A in the file, B here" */
static bool differ(const Comparison *c, const char *layer, const char *what, const char *there, const char *here) {
    char value[2][SHOWN + 4];
    NetError line;
    shorten(there, value[0]);
    shorten(here, value[1]);
    net_fail(&line, NET_OK, "layer %.*s: %.*s %s in %s, %s here", NAME, layer, SHOWN, what, value[0], c->place,
             value[1]);
    return say(c, layer, &line);
}

/* "layer 3 is dense2 (dense) in the file, conv1 (conv) here" */
static bool differ_in_order(const Comparison *c, size_t index, const json_t *there, const json_t *here) {
    const json_t *row[] = {there, here};
    char named[2][2 * NAME];
    NetError line;
    for (int i = 0; i < 2; i++) {
        snprintf(named[i], sizeof named[i], row[i] == NULL ? "missing" : "%.*s (%.*s)", NAME, text_of(row[i], "name"),
                 NAME / 2, text_of(row[i], "kind"));
    }
    net_fail(&line, NET_OK, "layer %zu is %s in %s, %s here", index, named[0], c->place, named[1]);
    return say(c, text_of(here, "name"), &line);
}

/* The first option of `here` that is another one there, else the first there that is not known here. One that is not
 * there at all is newer than what was written. */
static bool options_differ(const Comparison *c, const char *layer, const json_t *there, const json_t *here) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)here, key, value) {
        const char *other = json_string_value(json_object_get(there, key));
        if (other != NULL && strcmp(other, text_of(here, key)) != 0) {
            return differ(c, layer, key, other, text_of(here, key));
        }
    }
    json_object_foreach((json_t *)there, key, value) {
        if (json_object_get(here, key) == NULL) {
            return differ(c, layer, key, text_of(there, key), "");
        }
    }
    return false;
}

/* The next name of those that a layer reads, "conv2, x", and its length; 0 at their end. */
static size_t next_read(const char **at) {
    *at += strspn(*at, ", ");
    return strcspn(*at, ",");
}

/* How often a layer reads another. */
static size_t count_reads(const json_t *row, const char *name) {
    size_t count = 0, size;
    for (const char *at = text_of(row, "from"); (size = next_read(&at)) > 0; at += size) {
        count += size == strlen(name) && strncmp(at, name, size) == 0;
    }
    return count;
}

static size_t place_of(const json_t *list, const char *name, size_t size) {
    size_t place = 0;
    for (; place < json_array_size(list); place++) {
        const char *other = text_of(json_array_get(list, place), "name");
        if (strlen(other) == size && strncmp(other, name, size) == 0) {
            break;
        }
    }
    return place;
}

/* Whether what two layers read stands at different places; where one of those is left out nothing is known. */
static bool reads_other(const Comparison *c, const char *layer, const json_t *there, const json_t *here) {
    const char *from[] = {text_of(there, "from"), text_of(here, "from")};
    const char *at[] = {from[0], from[1]};
    bool other = false;
    for (bool more = true; more && !other;) {
        size_t size[] = {next_read(&at[0]), next_read(&at[1])};
        size_t place[] = {place_of(c->there, at[0], size[0]), place_of(c->here, at[1], size[1])};
        bool known = place[0] < json_array_size(c->there) && place[1] < json_array_size(c->here);
        other = (size[0] == 0) != (size[1] == 0) || (known && place[0] != place[1]);
        more = size[0] > 0;
        at[0] += size[0];
        at[1] += size[1];
    }
    return other && differ(c, layer, "from", from[0], from[1]);
}

typedef bool RowsDiffer(const Comparison *c, const json_t *there, const json_t *here, const void *context);
typedef bool RowsMeet(const json_t *there, const json_t *here, const void *context);

/* The first difference of two lists; rows that do not `meet` (NULL: all do) are other layers. */
static bool lists_differ(const Comparison *c, RowsMeet *meet, RowsDiffer *rows_differ, const void *context) {
    size_t count[] = {json_array_size(c->there), json_array_size(c->here)};
    for (size_t i = 0; i < count[0] || i < count[1]; i++) {
        const json_t *there = json_array_get(c->there, i), *here = json_array_get(c->here, i);
        if (there == NULL || here == NULL || strcmp(text_of(there, "kind"), text_of(here, "kind")) != 0 ||
            (meet != NULL && !meet(there, here, context))) {
            return differ_in_order(c, i, there, here);
        }
        if (rows_differ(c, there, here, context) || reads_other(c, text_of(here, "name"), there, here)) {
            return true;
        }
    }
    return false;
}

/* ---- a run and the network that is to go on with it ---- */

/* All options of a layer: which of them matter in training alone may depend on the others. */
static json_t *all_options(const json_t *row) {
    json_t *all = json_object();
    json_object_update(all, json_object_get(row, "use"));
    json_object_update(all, json_object_get(row, "training"));
    return all;
}

static bool anything_differs(const Comparison *c, const json_t *there, const json_t *here, const void *context) {
    (void)context;
    json_t *options[] = {all_options(there), all_options(here)};
    bool other = reads_other(c, text_of(here, "name"), options[0], options[1]); /* training too: dropout is a layer */
    json_object_del(options[0], "from");
    json_object_del(options[1], "from");
    bool differs = other || options_differ(c, text_of(here, "name"), options[0], options[1]);
    json_decref(options[0]);
    json_decref(options[1]);
    return differs;
}

bool net_network_changed(const json_t *run, const json_t *here, NetDifference *difference) {
    const Comparison c = {run, here, "the run", difference};
    return lists_differ(&c, NULL, anything_differs, NULL);
}

/* ---- a weights file and the network that takes it ---- */

typedef struct {
    const NetSafetensors *file;
    const NetWanted *wanted;
    const NetTensor *const *found;
    size_t count;
} Match;

/* Whether a tensor is one of the layer's: "conv1.weight". */
static bool is_of(const char *layer, const char *tensor) {
    size_t length = strlen(layer);
    return strncmp(tensor, layer, length) == 0 && tensor[length] == '.';
}

/* The layers to compare, those in use whose tensors are taken from the file. One without tensors goes with the last one
 * before it that has any. */
static json_t *choose(const Match *match, const json_t *network, bool in_file) {
    json_t *chosen = json_array();
    bool taken = true;
    size_t index;
    json_t *row;
    json_array_foreach(network, index, row) {
        const char *layer = text_of(row, "name");
        bool has_tensors = false, found = false;
        for (size_t i = 0; i < match->count; i++) {
            const NetTensor *tensor = match->found[i];
            const char *name = in_file ? tensor != NULL ? tensor->name : "" : match->wanted[i].name;
            has_tensors = has_tensors || is_of(layer, name);
            found = found || (tensor != NULL && is_of(layer, name));
        }
        for (size_t i = 0; in_file && i < match->file->count; i++) {
            has_tensors = has_tensors || is_of(layer, match->file->tensors[i].name);
        }
        taken = has_tensors ? found : taken;
        if (taken && json_object_get(row, "use") != NULL) {
            json_array_append(chosen, row);
        }
    }
    return chosen;
}

/* Whether a layer here takes its tensors from the layer there: names of those without tensors mean nothing. */
static bool is_taken(const json_t *there, const json_t *here, const void *context) {
    const Match *match = context;
    for (size_t i = 0; i < match->count; i++) {
        const NetTensor *tensor = match->found[i];
        if (tensor != NULL && is_of(text_of(here, "name"), match->wanted[i].name)) {
            return is_of(text_of(there, "name"), tensor->name);
        }
    }
    return true;
}

/* A number, or one of a list; a single one stands for all. */
static double number_at(const json_t *numbers, size_t i) {
    return json_number_value(json_is_array(numbers) && json_array_size(numbers) > 1 ? json_array_get(numbers, i)
                             : json_is_array(numbers)                               ? json_array_get(numbers, 0)
                                                                                    : numbers);
}

/* Compares the input's mean or std as numbers. Where the network says `data` it takes what the file keeps. */
static bool statistic_differs(const Comparison *c, const Match *match, const json_t *there, const json_t *here,
                              const char *name) {
    char key[32];
    snprintf(key, sizeof key, "input_%s", name);
    const char *ours = text_of(json_object_get(here, "use"), name);
    const char *kept = net_safetensors_metadata(match->file, key);
    const char *said = text_of(json_object_get(there, "use"), name);
    const char *theirs = kept != NULL ? kept : said;
    bool data = strcmp(ours, "data") == 0;
    if (*theirs == '\0' || (data && (kept != NULL || strcmp(said, "data") == 0))) {
        return false;
    }
    json_t *numbers[] = {json_loads(theirs, JSON_DECODE_ANY, NULL), json_loads(ours, JSON_DECODE_ANY, NULL)};
    size_t size[] = {json_array_size(numbers[0]), json_array_size(numbers[1])};
    size_t count = size[0] > size[1] ? size[0] : size[1];
    bool other = numbers[0] == NULL || numbers[1] == NULL || (size[0] > 1 && size[1] > 1 && size[0] != size[1]);
    bool differs = other && differ(c, text_of(here, "name"), name, theirs, ours);
    for (size_t i = 0; !differs && (i < count || i == 0); i++) {
        double value[] = {number_at(numbers[0], i), number_at(numbers[1], i)};
        char what[48], text[2][32];
        snprintf(what, sizeof what, count > 1 ? "%s of value %zu" : "%s", name, i);
        for (int k = 0; k < 2; k++) {
            snprintf(text[k], sizeof text[k], "%.9g", value[k]);
        }
        differs = (float)value[0] != (float)value[1] && differ(c, text_of(here, "name"), what, text[0], text[1]);
    }
    json_decref(numbers[0]);
    json_decref(numbers[1]);
    return differs;
}

static bool statistics_differ(const Comparison *c, const Match *match, const json_t *there, const json_t *here) {
    return statistic_differs(c, match, there, here, "mean") || statistic_differs(c, match, there, here, "std");
}

static bool use_differs(const Comparison *c, const json_t *there, const json_t *here, const void *context) {
    json_t *use[] = {json_copy(json_object_get(there, "use")), json_copy(json_object_get(here, "use"))};
    bool input = strcmp(text_of(here, "kind"), "input") == 0;
    for (int i = 0; i < 2 && input; i++) {
        json_object_del(use[i], "mean");
        json_object_del(use[i], "std");
    }
    bool differs = (input && statistics_differ(c, context, there, here)) ||
                   options_differ(c, text_of(here, "name"), use[0], use[1]);
    json_decref(use[0]);
    json_decref(use[1]);
    return differs;
}

/* A file without a description: what it keeps of the input, and whether netc wrote it from this text. */
static NetFunction compare_undescribed(const Match *match, const json_t *network, const char *text,
                                       NetDifference *difference) {
    char hash[SHA256_DIGEST_STRING_LENGTH];
    const Comparison c = {NULL, network, "the file", difference};
    const char *written = net_safetensors_metadata(match->file, "model_sha256");
    SHA256Data((const uint8_t *)text, strlen(text), hash);
    return statistics_differ(&c, match, NULL, json_array_get(network, 0)) ? NET_FUNCTION_OTHER
           : written != NULL && strcmp(written, hash) != 0                ? NET_FUNCTION_UNKNOWN
                                                                          : NET_FUNCTION_SAME;
}

/* ---- one function, written in two ways ---- */

/* The only layer that reads another, by its name; NULL: none or several do. */
static json_t *only_reader(const json_t *list, const char *name) {
    json_t *found = NULL;
    size_t index;
    json_t *row;
    json_array_foreach(list, index, row) {
        if (count_reads(row, name) > 0) {
            if (found != NULL) {
                return NULL;
            }
            found = row;
        }
    }
    return found;
}

/* Makes a layer read `name` where it reads `old`. */
static void read_instead(json_t *row, const char *old, const char *name) {
    json_t *names = json_string("");
    size_t size;
    for (const char *at = text_of(row, "from"); (size = next_read(&at)) > 0; at += size) {
        bool same = size == strlen(old) && strncmp(at, old, size) == 0;
        const char *before = json_string_value(names);
        json_t *longer =
            json_sprintf("%s%s%.*s", before, *before ? ", " : "", (int)(same ? strlen(name) : size), same ? name : at);
        json_decref(names);
        names = longer;
    }
    json_object_set_new(row, "from", names);
}

/* An activation on a line of its own becomes that of the layer before it, where nothing else reads that. */
static void join_activations(json_t *list) {
    for (size_t i = 1; i < json_array_size(list); i++) {
        json_t *before = json_array_get(list, i - 1), *own = json_array_get(list, i), *row;
        json_t *use = json_object_get(before, "use");
        size_t index;
        if (strcmp(text_of(own, "kind"), "activation") != 0 || only_reader(list, text_of(before, "name")) != own ||
            strcmp(text_of(use, "activation"), "linear") != 0) {
            continue;
        }
        json_object_set(use, "activation", json_object_get(json_object_get(own, "use"), "function"));
        json_array_foreach(list, index, row) {
            if (count_reads(row, text_of(own, "name")) > 0) {
                read_instead(row, text_of(own, "name"), text_of(before, "name"));
            }
        }
        json_array_remove(list, i--);
    }
}

/* An input that dense layers alone read is the list of its values, whatever its sides: "1x28x28" is "784". */
static void flatten_input(json_t *list) {
    json_t *input = json_array_get(list, 0), *row;
    json_t *use = json_object_get(input, "use");
    const char *at = text_of(use, "shape");
    long long count = *at != '\0';
    size_t index;
    json_array_foreach(list, index, row) {
        bool reads = count_reads(row, text_of(input, "name")) > 0;
        if (reads && strcmp(text_of(row, "kind"), "dense") != 0) {
            return;
        }
    }
    for (char *end; *at != '\0'; at = end + (*end == 'x')) {
        long long side = strtoll(at, &end, 10);
        if (end == at || side < 1 || side > LLONG_MAX / count) {
            return; /* a file says anything */
        }
        count *= side;
    }
    if (count > 0) {
        json_object_set_new(use, "shape", json_sprintf("%lld", count));
    }
}

/* A list of its own, in the one way in which two networks that compute the same are written alike. */
static json_t *canonical(json_t *list) {
    json_t *copy = json_deep_copy(list);
    json_decref(list);
    join_activations(copy);
    flatten_input(copy);
    return copy;
}

bool net_network_compare(const NetSafetensors *file, const NetWanted *wanted, const NetTensor *const *found,
                         size_t count, const json_t *network, const char *text, NetFunction *function,
                         NetDifference *difference, NetError *error) {
    const Match match = {file, wanted, found, count};
    const char *described = net_safetensors_metadata(file, "network");
    if (network == NULL) {
        *function = NET_FUNCTION_SAME;
        return true;
    }
    if (described == NULL) {
        *function = compare_undescribed(&match, network, text, difference);
        return true;
    }
    json_t *theirs = json_loads(described, 0, NULL);
    if (!json_is_array(theirs)) {
        json_decref(theirs);
        return net_fail(error, NET_ENVIRONMENT, "%s: its metadata 'network' is not a JSON list of layers", file->path);
    }
    json_t *there = canonical(choose(&match, theirs, true)), *here = canonical(choose(&match, network, false));
    const Comparison c = {there, here, "the file", difference};
    *function = lists_differ(&c, is_taken, use_differs, &match) ? NET_FUNCTION_OTHER : NET_FUNCTION_SAME;
    json_decref(there);
    json_decref(here);
    json_decref(theirs);
    return true;
}
