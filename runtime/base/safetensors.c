#include "runtime/base/safetensors.h"

#include "runtime/base/atomic.h"
#include "runtime/base/paths.h"

#include <jansson.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "safetensors data is little-endian");
_Static_assert(sizeof(float) == 4 && sizeof(double) == 8, "IEEE 754 floats");

enum {
    HEADER_LIMIT = 100 * 1000 * 1000, /* as the reference implementation's */
    PREFIX = 8,
    CHECKSUM = 64 /* hexadecimal digits of a SHA-256 */
};

static const char metadata_key[] = "__metadata__";
static const char checksum_key[] = "sha256";

static const struct {
    const char *name;
    size_t size;
} types[] = {
    [NET_F64] = {"F64", 8},   [NET_I64] = {"I64", 8},         [NET_F32] = {"F32", 4},        [NET_I32] = {"I32", 4},
    [NET_F16] = {"F16", 2},   [NET_BF16] = {"BF16", 2},       [NET_U8] = {"U8", 1},          [NET_U64] = {"U64", 8},
    [NET_U32] = {"U32", 4},   [NET_I16] = {"I16", 2},         [NET_U16] = {"U16", 2},        [NET_I8] = {"I8", 1},
    [NET_BOOL] = {"BOOL", 1}, [NET_F8_E4M3] = {"F8_E4M3", 1}, [NET_F8_E5M2] = {"F8_E5M2", 1}};

enum { TYPES = sizeof types / sizeof types[0] };

size_t net_type_size(NetType type) { return types[type].size; }

const char *net_type_name(NetType type) { return types[type].name; }

int64_t net_tensor_elements(const NetTensor *tensor) {
    int64_t elements = 1;
    for (int i = 0; i < tensor->rank; i++) elements *= tensor->shape[i];
    return elements;
}

/* Bytes of a tensor; false when its shape is negative or too large. */
static bool tensor_bytes(const NetTensor *tensor, size_t *bytes) {
    *bytes = types[tensor->type].size;
    bool empty = false;
    for (int i = 0; i < tensor->rank; i++) {
        if (tensor->shape[i] < 0) return false;
        empty = empty || tensor->shape[i] == 0;
        if (tensor->shape[i] > 0 && !net_multiply(*bytes, (size_t)tensor->shape[i], bytes)) return false;
    }
    bool fits = *bytes <= PTRDIFF_MAX;
    if (empty) *bytes = 0;
    return fits;
}

/* ---- writing ---- */

/* Adds one tensor's entry to the header, its data at [begin, end). */
static bool header_entry(json_t *header, const NetTensor *tensor, size_t begin, size_t end, NetError *error) {
    if (strcmp(tensor->name, metadata_key) == 0 || json_object_get(header, tensor->name) != NULL)
        return net_fail(error, NET_ENVIRONMENT, "safetensors: a second tensor named '%s'", tensor->name);
    json_t *shape = json_array();
    for (int i = 0; i < tensor->rank; i++) json_array_append_new(shape, json_integer(tensor->shape[i]));
    json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", types[tensor->type].name, "shape", shape, "data_offsets",
                              (json_int_t)begin, (json_int_t)end);
    if (entry == NULL || json_object_set_new(header, tensor->name, entry) != 0)
        return net_fail(error, NET_ENVIRONMENT, "safetensors: the name '%s' is not UTF-8, or memory is short",
                        tensor->name);
    return true;
}

static json_t *header_metadata(const NetPair *metadata, size_t count, bool checksum) {
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++)
        if (json_object_set_new(object, metadata[i].key, json_string(metadata[i].value)) != 0) {
            json_decref(object);
            return NULL;
        }
    if (checksum) {
        char zeros[CHECKSUM + 1];
        memset(zeros, '0', CHECKSUM);
        zeros[CHECKSUM] = '\0';
        json_object_set_new(object, checksum_key, json_string(zeros));
    }
    return object;
}

/* The header's text, padded to a multiple of 8; also the order the tensors are to be written in. */
static char *header_text(const NetTensor *tensors, size_t count, const size_t *order, const NetPair *metadata,
                         size_t metadata_count, bool checksum, NetError *error) {
    json_t *header = json_object();
    bool ok = header != NULL;
    if (ok && (metadata_count > 0 || checksum)) {
        json_t *object = header_metadata(metadata, metadata_count, checksum);
        ok = object != NULL && json_object_set_new(header, metadata_key, object) == 0;
        if (!ok) net_fail(error, NET_ENVIRONMENT, "safetensors: metadata is not UTF-8, or memory is short");
    }
    size_t end = 0;
    for (size_t i = 0; ok && i < count; i++) {
        const NetTensor *tensor = &tensors[order[i]];
        size_t bytes;
        size_t begin = end;
        ok = tensor_bytes(tensor, &bytes) && net_add(begin, bytes, &end) && end <= PTRDIFF_MAX;
        if (!ok) net_fail(error, NET_ENVIRONMENT, "safetensors: tensor '%s' is too large", tensor->name);
        ok = ok && header_entry(header, tensor, begin, end, error);
    }
    char *text = ok ? json_dumps(header, JSON_COMPACT) : NULL;
    json_decref(header);
    if (text == NULL) {
        if (ok) net_fail(error, NET_ENVIRONMENT, "safetensors: out of memory");
        return NULL;
    }
    int padding = (int)((8 - strlen(text) % 8) % 8);
    char *padded = net_text(error, "%s%*s", text, padding, "");
    free(text);
    return padded;
}

/* Larger elements first, so that all are aligned; else as given. */
static size_t *write_order(const NetTensor *tensors, size_t count, NetError *error) {
    size_t *order = net_alloc(count, sizeof *order, error);
    if (order == NULL) return NULL;
    size_t placed = 0;
    for (size_t size = 8; size > 0; size /= 2)
        for (size_t i = 0; i < count; i++)
            if (types[tensors[i].type].size == size) order[placed++] = i;
    return order;
}

/* Where the checksum's digits are in a header, or NULL. Metadata comes first and its keys are plain, so the first place
 * where the key and the digits stand like this is the right one in files written here; in others the check fails. */
static char *find_checksum(char *header, const char *digits) {
    char pattern[sizeof checksum_key + CHECKSUM + 8];
    snprintf(pattern, sizeof pattern, "\"%s\":\"%.*s\"", checksum_key, CHECKSUM, digits);
    char *at = strstr(header, pattern);
    return at == NULL ? NULL : at + strlen(checksum_key) + 4;
}

static void length_prefix(unsigned char out[PREFIX], uint64_t length) {
    for (int i = 0; i < PREFIX; i++) out[i] = (unsigned char)(length >> (8 * i));
}

/* Puts the checksum of the file-to-be into its header. */
static void set_checksum(char *header, const NetTensor *tensors, size_t count, const size_t *order) {
    SHA2_CTX hash;
    unsigned char prefix[PREFIX];
    length_prefix(prefix, strlen(header));
    SHA256Init(&hash);
    SHA256Update(&hash, prefix, PREFIX);
    SHA256Update(&hash, (const unsigned char *)header, strlen(header));
    for (size_t i = 0; i < count; i++) {
        const NetTensor *tensor = &tensors[order[i]];
        size_t bytes = 0;
        if (tensor_bytes(tensor, &bytes) && bytes > 0) SHA256Update(&hash, tensor->data, bytes);
    }
    char digits[CHECKSUM + 1];
    SHA256End(&hash, digits);
    char zeros[CHECKSUM + 1];
    memset(zeros, '0', sizeof zeros);
    char *place = find_checksum(header, zeros);
    if (place != NULL) memcpy(place, digits, CHECKSUM);
}

static bool write_file(const char *path, const char *header, const NetTensor *tensors, size_t count,
                       const size_t *order, NetError *error) {
    NetFile *file = net_file_create(path, error);
    if (file == NULL) return false;
    unsigned char prefix[PREFIX];
    length_prefix(prefix, strlen(header));
    bool ok = net_file_write(file, prefix, PREFIX, error) && net_file_write(file, header, strlen(header), error);
    for (size_t i = 0; ok && i < count; i++) {
        size_t bytes = 0;
        ok = tensor_bytes(&tensors[order[i]], &bytes) && net_file_write(file, tensors[order[i]].data, bytes, error);
    }
    if (ok) return net_file_commit(file, error);
    net_file_discard(file);
    return false;
}

bool net_safetensors_write(const char *path, const NetTensor *tensors, size_t count, const NetPair *metadata,
                           size_t metadata_count, bool checksum, NetError *error) {
    size_t *order = write_order(tensors, count, error);
    if (order == NULL) return false;
    bool ok = false;
    char *header = header_text(tensors, count, order, metadata, metadata_count, checksum, error);
    if (header != NULL) {
        if (checksum) set_checksum(header, tensors, count, order);
        ok = write_file(path, header, tensors, count, order, error);
    }
    free(header);
    free(order);
    return ok;
}

/* ---- reading ---- */

static bool read_type(const char *name, NetType *type) {
    for (size_t i = 0; i < TYPES; i++)
        if (strcmp(name, types[i].name) == 0) {
            *type = (NetType)i;
            return true;
        }
    return false;
}

/* An integer of the header that must lie in 0 … limit. */
static bool read_size(const json_t *value, size_t limit, size_t *out) {
    if (!json_is_integer(value) || json_integer_value(value) < 0) return false;
    *out = (size_t)json_integer_value(value);
    return *out <= limit;
}

static bool read_entry(const NetSafetensors *file, size_t data_size, const json_t *entry, NetTensor *tensor,
                       NetError *error) {
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    const json_t *shape = json_object_get(entry, "shape");
    const json_t *offsets = json_object_get(entry, "data_offsets");
    size_t begin = 0;
    size_t end = 0;
    if (type == NULL || !json_is_array(shape) || json_array_size(offsets) != 2 ||
        !read_size(json_array_get(offsets, 0), PTRDIFF_MAX, &begin) ||
        !read_size(json_array_get(offsets, 1), PTRDIFF_MAX, &end) || begin > end)
        return net_fail(error, NET_ENVIRONMENT, "%s: tensor '%s' lacks a dtype, a shape or a begin and end in the data",
                        file->path, tensor->name);
    if (end > data_size)
        return net_fail(error, NET_ENVIRONMENT,
                        "%s: is cut short: tensor '%s' ends at byte %zu of the data, and there are %zu [damaged-file]",
                        file->path, tensor->name, end, data_size);
    if (!read_type(type, &tensor->type))
        return net_fail(error, NET_ENVIRONMENT, "%s: tensor '%s' has dtype %.16s, expected F32 (or F64, F16, BF16)",
                        file->path, tensor->name, type);
    if (json_array_size(shape) > NET_TENSOR_RANK)
        return net_fail(error, NET_ENVIRONMENT, "%s: tensor '%s' has %zu dimensions, expected at most %d", file->path,
                        tensor->name, json_array_size(shape), NET_TENSOR_RANK);
    tensor->rank = (int)json_array_size(shape);
    size_t bytes = 0;
    bool ok = true;
    for (int i = 0; i < tensor->rank; i++) {
        size_t extent = 0;
        ok = ok && read_size(json_array_get(shape, (size_t)i), PTRDIFF_MAX, &extent);
        tensor->shape[i] = (int64_t)extent;
    }
    if (!ok || !tensor_bytes(tensor, &bytes) || bytes != end - begin)
        return net_fail(error, NET_ENVIRONMENT, "%s: tensor '%s': its shape and its %zu bytes do not agree", file->path,
                        tensor->name, end - begin);
    tensor->data = file->bytes + (file->size - data_size) + begin;
    return true;
}

static int compare_data(const void *left, const void *right) {
    const NetTensor *a = *(NetTensor *const *)left;
    const NetTensor *b = *(NetTensor *const *)right;
    if (a->data != b->data) return (const unsigned char *)a->data < (const unsigned char *)b->data ? -1 : 1;
    size_t sizes[2] = {0, 0};
    if (!tensor_bytes(a, &sizes[0]) || !tensor_bytes(b, &sizes[1])) return 0;
    return (sizes[0] > sizes[1]) - (sizes[0] < sizes[1]);
}

/* The tensors must cover the data exactly: no overlap, no gap, nothing left over. */
static bool check_cover(const NetSafetensors *file, size_t data_size, NetError *error) {
    NetTensor **sorted = net_alloc(file->count, sizeof *sorted, error);
    if (sorted == NULL) return false;
    for (size_t i = 0; i < file->count; i++) sorted[i] = &file->tensors[i];
    qsort(sorted, file->count, sizeof *sorted, compare_data);
    const unsigned char *at = file->bytes + (file->size - data_size);
    bool ok = true;
    for (size_t i = 0; ok && i < file->count; i++) {
        size_t bytes = 0;
        ok = sorted[i]->data == at && tensor_bytes(sorted[i], &bytes);
        if (!ok)
            net_fail(error, NET_ENVIRONMENT, "%s: tensor '%s' overlaps another, or there is a gap before it",
                     file->path, sorted[i]->name);
        at += bytes;
    }
    if (ok && at != file->bytes + file->size)
        ok = net_fail(error, NET_ENVIRONMENT, "%s: %zu byte%s after the last tensor", file->path,
                      (size_t)(file->bytes + file->size - at), net_plural((uint64_t)(file->bytes + file->size - at)));
    free(sorted);
    return ok;
}

static bool read_metadata(NetSafetensors *file, json_t *object, NetError *error) {
    if (json_is_null(object)) return true; /* as other readers take it: there is none */
    if (!json_is_object(object))
        return net_fail(error, NET_ENVIRONMENT, "%s: __metadata__ is not an object of strings", file->path);
    file->metadata = net_alloc(json_object_size(object), sizeof *file->metadata, error);
    if (file->metadata == NULL) return false;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        if (!json_is_string(value))
            return net_fail(error, NET_ENVIRONMENT, "%s: __metadata__: '%s' is not a string", file->path, key);
        file->metadata[file->metadata_count++] = (NetPair){key, json_string_value(value)};
    }
    return true;
}

/* What torch.save writes: a zip archive, or a pickle of protocol 2 by itself (before PyTorch 1.6). */
static bool is_pickle(const NetSafetensors *file) {
    return file->size >= PREFIX &&
           (memcmp(file->bytes, "PK\3\4", 4) == 0 || memcmp(file->bytes, "\x80\2\x8a\n", 4) == 0);
}

/* An archive whose first file is an array. */
static bool is_npz(const NetSafetensors *file) {
    enum { LENGTH = 26, NAME = 30 }; /* where an archive's first entry has them */
    static const char ending[] = ".npy";
    if (file->size < NAME || memcmp(file->bytes, "PK\3\4", 4) != 0) return false;
    size_t length = file->bytes[LENGTH] + ((size_t)file->bytes[LENGTH + 1] << 8), tail = strlen(ending);
    return length > tail && file->size - NAME >= length &&
           memcmp(file->bytes + NAME + length - tail, ending, tail) == 0;
}

/* 0: it is none that a header has. */
static uint64_t header_length(const unsigned char *bytes, size_t size) {
    uint64_t length = 0;
    for (int i = 0; i < PREFIX && size >= PREFIX; i++) length |= (uint64_t)bytes[i] << (8 * i);
    return length >= 2 && length <= HEADER_LIMIT ? length : 0;
}

bool net_safetensors_begins(const void *bytes, size_t size) {
    const unsigned char *start = bytes;
    return size >= NET_SAFETENSORS_START && header_length(start, size) > 0 && start[PREFIX] == '{';
}

static bool read_header(NetSafetensors *file, NetError *error) {
    uint64_t length = header_length(file->bytes, file->size);
    if (is_npz(file))
        return net_fail(error, NET_ENVIRONMENT,
                        "%s: is an NPZ archive of NumPy, expected safetensors; in Python "
                        "safetensors.numpy.save_file(dict(numpy.load(\"%s\")), \"weights.safetensors\") writes it",
                        file->path, file->path);
    if (is_pickle(file))
        return net_fail(error, NET_ENVIRONMENT,
                        "%s: is a file of torch.save, expected safetensors; in PyTorch "
                        "safetensors.torch.save_file(model.state_dict(), FILE) writes it",
                        file->path);
    if (length == 0 || length > file->size - PREFIX) {
        const NetEnding *ending = net_path_ending(file->path);
        bool other = ending != NULL && strcmp(ending->ending, ".safetensors") != 0;
        return net_fail(error, NET_ENVIRONMENT,
                        "%s: is not a safetensors file, or is cut short (%zu byte%s)%s%s; a run has one: "
                        "runs/latest/weights.safetensors",
                        file->path, file->size, net_plural(file->size), other ? "; its name promises " : "",
                        other ? ending->what : "");
    }
    size_t data_size = file->size - PREFIX - (size_t)length;
    json_error_t reason;
    json_t *header = json_loadb((const char *)file->bytes + PREFIX, (size_t)length,
                                JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &reason);
    file->header = header;
    if (!json_is_object(header))
        return net_fail(error, NET_ENVIRONMENT, "%s: is not a safetensors file: its header is not a JSON object (%s)",
                        file->path, header == NULL ? reason.text : "it is a list");
    file->tensors = net_alloc(json_object_size(header), sizeof *file->tensors, error);
    if (file->tensors == NULL) return false;
    const char *key;
    json_t *value;
    json_object_foreach(header, key, value) {
        if (strcmp(key, metadata_key) == 0) {
            if (!read_metadata(file, value, error)) return false;
            continue;
        }
        NetTensor *tensor = &file->tensors[file->count++];
        tensor->name = key;
        if (!read_entry(file, data_size, value, tensor, error)) return false;
    }
    return check_cover(file, data_size, error);
}

bool net_safetensors_read(const char *path, NetSafetensors *out, NetError *error) {
    *out = (NetSafetensors){0};
    out->path = net_text(error, "%s", path);
    if (out->path != NULL) out->bytes = (unsigned char *)net_file_read(path, PTRDIFF_MAX, &out->size, error);
    if (out->bytes != NULL && read_header(out, error)) return true;
    net_safetensors_free(out);
    return false;
}

void net_safetensors_free(NetSafetensors *file) {
    json_decref(file->header);
    free(file->tensors);
    free(file->metadata);
    free(file->bytes);
    free(file->path);
    *file = (NetSafetensors){0};
}

bool net_safetensors_verify(const NetSafetensors *file, NetError *error) {
    const char *digits = net_safetensors_metadata(file, checksum_key);
    size_t length = header_length(file->bytes, file->size);
    char *header = net_alloc(length + 1, 1, error);
    if (header == NULL) return false;
    memcpy(header, file->bytes + PREFIX, length);
    char *place = digits == NULL || strlen(digits) != CHECKSUM ? NULL : find_checksum(header, digits);
    bool ok = place != NULL;
    if (ok) {
        char found[CHECKSUM + 1];
        SHA2_CTX hash;
        memset(place, '0', CHECKSUM);
        SHA256Init(&hash);
        SHA256Update(&hash, file->bytes, PREFIX);
        SHA256Update(&hash, (const unsigned char *)header, length);
        SHA256Update(&hash, file->bytes + PREFIX + length, file->size - PREFIX - length);
        SHA256End(&hash, found);
        ok = strcmp(found, digits) == 0 ||
             net_fail(error, NET_ENVIRONMENT, "%s: is damaged: its checksum is %s, expected %s [damaged-file]",
                      file->path, found, digits);
    } else
        net_fail(error, NET_ENVIRONMENT, "%s: carries no checksum [damaged-file]", file->path);
    free(header);
    return ok;
}

const NetTensor *net_safetensors_find(const NetSafetensors *file, const char *name) {
    for (size_t i = 0; i < file->count; i++)
        if (strcmp(file->tensors[i].name, name) == 0) return &file->tensors[i];
    return NULL;
}

const char *net_safetensors_metadata(const NetSafetensors *file, const char *key) {
    for (size_t i = 0; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i].key, key) == 0) return file->metadata[i].value;
    return NULL;
}

/* ---- values ---- */

static float from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float from_half(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    uint32_t exponent = half >> 10 & 0x1Fu;
    uint32_t fraction = half & 0x3FFu;
    if (exponent == 0) { /* zero or subnormal: fraction * 2^-24, exact in float */
        float value = (float)fraction * 0x1p-24f;
        return sign != 0 ? -value : value;
    }
    if (exponent == 31) return from_bits(sign | 0x7F800000u | fraction << 13);
    return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

static bool same_elements(const NetSafetensors *file, const NetTensor *tensor, int64_t elements, NetError *error) {
    if (net_tensor_elements(tensor) == elements) return true;
    char shape[NET_SHAPE_TEXT];
    return net_fail(error, NET_ENVIRONMENT, "%s: tensor '%s' is %s, expected %lld values", file->path, tensor->name,
                    net_shape(shape, tensor->shape, tensor->rank), (long long)elements);
}

bool net_tensor_floats(const NetSafetensors *file, const NetTensor *tensor, float *out, int64_t elements,
                       NetError *error) {
    if (tensor->type == NET_F32) return net_tensor_copy(file, tensor, NET_F32, out, elements, error);
    if (tensor->type != NET_F64 && tensor->type != NET_F16 && tensor->type != NET_BF16)
        return net_fail(error, NET_ENVIRONMENT, "%s: tensor '%s' is of type %s, expected F32 (or F64, F16, BF16)",
                        file->path, tensor->name, types[tensor->type].name);
    if (!same_elements(file, tensor, elements, error)) return false;
    const unsigned char *from = tensor->data;
    for (int64_t i = 0; i < elements; i++) {
        if (tensor->type == NET_F64) {
            double value;
            memcpy(&value, from + 8 * i, sizeof value);
            out[i] = (float)value;
            continue;
        }
        uint16_t bits;
        memcpy(&bits, from + 2 * i, sizeof bits);
        out[i] = tensor->type == NET_F16 ? from_half(bits) : from_bits((uint32_t)bits << 16);
    }
    return true;
}

bool net_tensor_copy(const NetSafetensors *file, const NetTensor *tensor, NetType type, void *out, int64_t elements,
                     NetError *error) {
    if (tensor->type != type)
        return net_fail(error, NET_ENVIRONMENT, "%s: tensor '%s' is of type %s, expected %s", file->path, tensor->name,
                        types[tensor->type].name, types[type].name);
    if (!same_elements(file, tensor, elements, error)) return false;
    if (elements > 0) memcpy(out, tensor->data, (size_t)elements * types[type].size);
    return true;
}
