/* The safetensors format: named tensors and a few strings in one file.
 *
 *     8 bytes   length of the header, little-endian
 *     header    JSON: {"__metadata__":{key:text…}, name:{"dtype":"F32","shape":[…],"data_offsets":[begin,end]}…},
 *               padded with spaces to a multiple of 8
 *     data      the tensors, without gaps
 *
 * Writing is deterministic: larger element types first, else in the order given; equal input, equal bytes. It goes
 * through atomic.h: whole or not at all. Reading trusts nothing: the header's size, every offset, type and shape is
 * checked before use, tensors must cover the data exactly once. Files that fail get one line with status
 * NET_ENVIRONMENT. Little-endian machines only (checked at compile time). */
#ifndef NET_BASE_SAFETENSORS_H
#define NET_BASE_SAFETENSORS_H

#include "runtime/base/error.h"

enum { NET_TENSOR_RANK = 8 };

/* The format's types. Values are taken of those up to U8; tensors of the others can be passed over. */
typedef enum {
    NET_F64,
    NET_I64,
    NET_F32,
    NET_I32,
    NET_F16,
    NET_BF16,
    NET_U8,
    NET_U64,
    NET_U32,
    NET_I16,
    NET_U16,
    NET_I8,
    NET_BOOL,
    NET_F8_E4M3,
    NET_F8_E5M2
} NetType;

/* A tensor to write, or one of a file that was read: then name and data belong to the NetSafetensors. */
typedef struct {
    const char *name;
    NetType type;
    int rank;                       /* 0: a scalar */
    int64_t shape[NET_TENSOR_RANK]; /* row-major */
    const void *data;               /* elements in row-major order; of a read file not aligned */
} NetTensor;

typedef struct {
    const char *key, *value; /* UTF-8; what was read ends at a NUL, if the file has one in it */
} NetPair;

typedef struct {
    char *path;
    NetTensor *tensors; /* in the order of the file's header */
    size_t count;
    NetPair *metadata;
    size_t metadata_count;
    unsigned char *bytes; /* the whole file */
    size_t size;
    void *header; /* the parsed header that owns names and metadata */
} NetSafetensors;

/* Elements of a tensor, and bytes of one element. */
int64_t net_tensor_elements(const NetTensor *tensor);
size_t net_type_size(NetType type);
const char *net_type_name(NetType type);

/* Writes a file. checksum: the metadata gains "sha256", the SHA-256 in hexadecimal of the whole file as it is with
 * that value replaced by 64 zeros; net_safetensors_verify checks it. Names must be unique and not "__metadata__". */
bool net_safetensors_write(const char *path, const NetTensor *tensors, size_t count, const NetPair *metadata,
                           size_t metadata_count, bool checksum, NetError *error);

/* Whether bytes begin as such a file does, of which the first few are enough: a length that a header may have, then the
 * header's bracket. No text begins so. */
enum { NET_SAFETENSORS_START = 9 };
bool net_safetensors_begins(const void *bytes, size_t size);

/* Reads a file into *out, which net_safetensors_free releases; after a failure nothing needs releasing. */
bool net_safetensors_read(const char *path, NetSafetensors *out, NetError *error);
void net_safetensors_free(NetSafetensors *file);

/* Whether the file carries a checksum and it is right; an error says which of the two fails. */
bool net_safetensors_verify(const NetSafetensors *file, NetError *error);

/* NULL when there is none of that name. */
const NetTensor *net_safetensors_find(const NetSafetensors *file, const char *name);
const char *net_safetensors_metadata(const NetSafetensors *file, const char *key);

/* Copies `elements` values as float: F32 as they are, F64, F16 and BF16 converted (F64 rounded to nearest). Another
 * type or another number of elements is an error that names `file` and the tensor. */
bool net_tensor_floats(const NetSafetensors *file, const NetTensor *tensor, float *out, int64_t elements,
                       NetError *error);

/* Copies elements of exactly this type and number, unconverted. */
bool net_tensor_copy(const NetSafetensors *file, const NetTensor *tensor, NetType type, void *out, int64_t elements,
                     NetError *error);

#endif
