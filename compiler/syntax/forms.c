#include "compiler/syntax/forms.h"

#include <string.h>

#include "runtime/base/safetensors.h"

#define WRITE "write its layers as netc does; 'netc new NAME' makes a model to begin with"
#define WEIGHTS                                                                                                   \
    "weights go with a model: 'netc build MODEL.net --infer --weights FILE', or 'netc train MODEL.net --weights " \
    "FILE'; "                                                                                                     \
    "'netc show FILE' prints what is in it"
#define CONVERT "netc reads weights from safetensors files alone: save them with safetensors.torch.save_file"
#define DATA "data is named in the train block: data idx images=\"images.idx\" labels=\"labels.idx\""
#define ARRAYS "data is named in the train block: data npy x=\"x.npy\" y=\"y.npy\""
#define PICTURE "a trained program takes pictures: ./MODEL FILE"
#define RUN "a model is a text; 'netc new NAME' makes one to begin with"

/* ---- binary files ---- */

typedef struct {
    size_t at; /* where the bytes stand */
    size_t length;
    const char *bytes;
    Form form;
} Magic;

static const Magic magics[] = {
    {0, 4, "\x89PNG", {"a PNG picture", PICTURE}},
    {0, 3, "\xFF\xD8\xFF", {"a JPEG picture", PICTURE}},
    {0, 4, "GIF8", {"a GIF picture", "pictures are PNG or JPEG, to train on as to predict"}},
    {0, 4, "\x89HDF", {"an HDF5 file, as Keras saves models", CONVERT}},
    {0,
     4,
     "\x7F"
     "ELF",
     {"a program or library (ELF)", RUN}},
    {0, 2, "MZ", {"a Windows program", RUN}},
    {0, 8, "!<arch>\n", {"a library of objects", RUN}},
    {0, 6, "\x93NUMPY", {"a NumPy array", ARRAYS}},
    {0, 2, "\x1F\x8B", {"a gzip file", "unpack a model with gunzip; data files are read packed as they are"}},
    {0, 3, "BZh", {"a bzip2 file", "unpack it with bunzip2"}},
    {0,
     5,
     "\xFD"
     "7zXZ",
     {"an xz file", "unpack it with unxz"}},
    {0, 4, "\x28\xB5\x2F\xFD", {"a zstd file", "unpack it with unzstd"}},
    {257, 5, "ustar", {"a tar archive", "unpack it with tar xf"}},
    {4, 4, "TFL3", {"a TensorFlow Lite model", WRITE}},
    {0, 4, "GGUF", {"a GGUF file of weights", CONVERT}},
    {0, 5, "%PDF-", {"a PDF document", RUN}},
    {0, 15, "SQLite format 3", {"an SQLite database", RUN}},
    {0, 4, "\x00\x00\x08\x03", {"an idx file of images, as MNIST's", DATA}},
    {0, 4, "\x00\x00\x08\x01", {"an idx file of labels, as MNIST's", DATA}},
    {0, 4, "RIFF", {"a sound, video or WebP file", RUN}},
};

static const Form pickle = {"a Python pickle, as PyTorch once saved weights", CONVERT};
static const Form pytorch = {"a PyTorch checkpoint (a zip archive)", CONVERT};
static const Form keras = {"a Keras model (a zip archive)", CONVERT};
static const Form numpy = {"a NumPy archive (.npz)", "save each of its arrays by np.save; " ARRAYS};
static const Form zip = {"a zip archive", "unpack it with unzip"};
static const Form safetensors = {"a safetensors file: weights, not a model", WEIGHTS};
static const Form onnx = {"an ONNX model", "netc writes ONNX and does not read it; " WRITE};

static bool contains(const char *bytes, size_t size, const char *part) {
    size_t length = strlen(part);
    for (size_t i = 0; i + length <= size; i++) {
        if (memcmp(bytes + i, part, length) == 0) return true;
    }
    return false;
}

static const Form *zip_form(const char *bytes, size_t size) {
    if (size > 4096) size = 4096;
    if (contains(bytes, size, "data.pkl")) return &pytorch;
    if (contains(bytes, size, "metadata.json") || contains(bytes, size, "config.json")) return &keras;
    return contains(bytes, size, ".npy") ? &numpy : &zip;
}

/* Field 1, the version of the format, then a text: field 2, who made it, 3 or 4. */
static bool is_onnx(const char *bytes, size_t size) {
    return size > 8 && bytes[0] == 0x08 && bytes[1] > 0 && bytes[1] < 0x20 && bytes[1] != '\n' &&
           (bytes[2] == 0x12 || bytes[2] == 0x1A || bytes[2] == 0x22 || bytes[2] == 0x3A || bytes[2] == 0x42);
}

static const Form *binary_form(const char *bytes, size_t size) {
    for (size_t i = 0; i < COUNT_OF(magics); i++) {
        const Magic *magic = &magics[i];
        bool long_enough = magic->at + magic->length <= size;
        if (long_enough && memcmp(bytes + magic->at, magic->bytes, magic->length) == 0) return &magic->form;
    }
    if (size > 4 && memcmp(bytes, "PK\x03\x04", 4) == 0) return zip_form(bytes, size);
    if (size > 2 && bytes[0] == '\x80' && bytes[1] > 1 && bytes[1] < 6) return &pickle;
    if (net_safetensors_begins(bytes, size)) return &safetensors;
    return is_onnx(bytes, size) ? &onnx : NULL;
}

/* ---- texts ---- */

/* In a pattern '~' stands for any blanks, also none; '*' for a name with dots. */
typedef struct {
    const char *pattern;
    const Form *form;
} Beginning;

static const Form fann = {"a network of FANN", WRITE};
static const Form snns = {"a network of SNNS", WRITE};
static const Form darknet = {"a Darknet configuration",
                             "settings are lines of a train block: 'train { batch 64; epochs 10; optimizer sgd "
                             "rate=0.1 }', layers of a network block: 'network NAME { input 1x28x28; dense 10 }'"};
static const Form caffe = {"a Caffe prototxt",
                           "layers are lines of a network block: 'network NAME { input 1x28x28; conv 20 kernel=5x5; "
                           "dense 10 activation=softmax }'"};
static const Form python = {"Python", "layers are lines of a network block: 'network NAME { input 784; dense 100 "
                                      "activation=relu; dense 10 activation=softmax }'"};
static const Form matlab = {"MATLAB", WRITE};
static const Form json = {"JSON", RUN};
static const Form xml = {"XML or a web page", RUN};
static const Form shell = {"a shell script", RUN};
static const Form c_source = {"C or C++", RUN};
static const Form ncnn = {"a network of ncnn", WRITE};
static const Form yaml = {"YAML", RUN};
static const Form markdown = {"Markdown", RUN};

static const Beginning beginnings[] = {
    {"FANN_FL", &fann},
    {"FANN_FI", &fann},
    {"SNNS network", &snns},
    {"[net]", &darknet},
    {"[network]", &darknet},
    {"[convolutional]", &darknet},
    {"[maxpool]", &darknet},
    {"[connected]", &darknet},
    {"[shortcut]", &darknet},
    {"[dropout]", &darknet},
    {"[softmax]", &darknet},
    {"batch~=", &darknet},
    {"subdivisions~=", &darknet},
    {"layer~{", &caffe},
    {"layers~{", &caffe},
    {"input_param~{", &caffe},
    {"name~:~\"", &caffe},
    {"import ", &python},
    {"from * import", &python},
    {"def ", &python},
    {"class ", &python},
    {"print(", &python},
    {"nn.Sequential(", &python},
    {"Sequential(", &python},
    {"layers~=~[", &matlab},
    {"@tf", &python},
    {"\"\"\"", &python},
    {"* = *(", &python},
    {"* = Sequential(", &python},
    {"*.add(", &python},
    {"*.compile(", &python},
    {"*.fit(", &python},
    {"{~\"", &json},
    {"[~{", &json},
    {"<?xml", &xml},
    {"<!DOCTYPE", &xml},
    {"<html", &xml},
    {"7767517", &ncnn},
    {"---", &yaml},
    {"```", &markdown},
    {"$ ", &shell},
    {"static ", &c_source},
    {"int main", &c_source},
    {"using namespace", &c_source},
};
static const Beginning comments[] = {
    {"#include", &c_source},
    {"#define", &c_source},
    {"#ifndef", &c_source},
    {"#pragma", &c_source},
    {"#!/bin/", &shell},
    {"#!/usr/bin/env bash", &shell},
    {"#!/usr/bin/env python", &python},
    {"#!/usr/bin/python", &python},
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static bool begins_with(const char *text, const char *end, const char *pattern) {
    for (; *pattern; pattern++) {
        if (*pattern == '~') {
            while (text < end && is_blank(*text)) text++;
        } else if (*pattern == '*') {
            const char *name = text;
            while (text < end && (in_name(*text) || *text == '.') &&
                   strncmp(text, pattern + 1, strlen(pattern + 1)) != 0)
                text++;
            if (text == name) return false;
        } else if (text == end || *text++ != *pattern) {
            return false;
        }
    }
    return true;
}

static const Form *find_beginning(const Beginning *table, size_t count, const char *text, const char *end) {
    for (size_t i = 0; i < count; i++) {
        if (begins_with(text, end, table[i].pattern)) return table[i].form;
    }
    return NULL;
}

static const char *line_end(const char *at, const char *end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline ? newline : end;
}

/* `class lenet {` is a block of netc's with another word: no line of Python ends so. */
static bool opens_block(const char *text, const char *end) {
    const char *last = line_end(text, end);
    while (last > text && is_blank(last[-1])) last--;
    return last > text && last[-1] == '{';
}

const Form *form_of_line(const char *text, size_t size) {
    const Form *form = find_beginning(beginnings, COUNT_OF(beginnings), text, text + size);
    return form == &python && opens_block(text, text + size) ? NULL : form;
}

bool form_is_code(const Form *form) {
    return form == &python || form == &shell || form == &c_source || form == &yaml || form == &markdown;
}

/* Settings that Darknet alone has: among its lines those that netc has too are not worth a word each. */
static const Beginning darknet_settings[] = {
    {"subdivisions~=", &darknet}, {"max_batches~=", &darknet}, {"burn_in~=", &darknet}, {"policy~=", &darknet},
    {"saturation~=", &darknet},   {"exposure~=", &darknet},    {"hue~=", &darknet},     {"angle~=", &darknet},
};

const Form *form_in_block(const char *text, size_t size, size_t *length) {
    const char *end = text + size, *line = text;
    const Form *form = form_of_line(text, size);
    *length = (size_t)(line_end(text, end) - text);
    if (form == &caffe && begins_with(text, end, "layer")) return form;
    form = NULL;
    while (line < end) {
        const char *at = line;
        while (at < end && is_blank(*at)) at++;
        const char *word = at;
        while (at < end && in_name(*at)) at++;
        if (at == word || !begins_with(at, end, "~=") || line_end(word, end) < at) break;
        if (find_beginning(darknet_settings, COUNT_OF(darknet_settings), word, end)) form = &darknet;
        line = line_end(at, end);
        *length = (size_t)(line - text);
    }
    return form;
}

/* A netc model holds `network` at the beginning of some line; then a foreign line is one of its mistakes. */
static bool has_network(const char *at, const char *end) {
    while (at < end) {
        while (at < end && is_blank(*at)) at++;
        if (begins_with(at, end, "network ")) return true;
        at = line_end(at, end);
    }
    return false;
}

const Form *form_of_file(const char *bytes, size_t size) {
    const Form *form = binary_form(bytes, size);
    const char *at = bytes, *end = bytes + size;
    if (form || has_network(bytes, end)) return form;
    while (at < end) {
        while (at < end && is_blank(*at)) at++;
        if (at == end || *at != '#') break;
        form = find_beginning(comments, COUNT_OF(comments), at, end);
        if (form) return form;
        at = line_end(at, end);
    }
    return form_of_line(at, (size_t)(end - at));
}
