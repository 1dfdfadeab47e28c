/* A trained network as others use it: the functions around its kernels, as C text.
 *
 * They are written as C also for kernels that LLVM made: a C compiler links what netc builds in any case. The weights
 * are never a list of decimals: a file that the assembler takes in whole, or words in hexadecimal. */
#ifndef NETC_EMIT_LIBRARY_H
#define NETC_EMIT_LIBRARY_H

#include "compiler/emit/emit.h"
#include "compiler/loop/lower.h"
#include "runtime/data/likeness.h"

/* Images that a kernel for batches is given at most: lower.h. */
enum { LIBRARY_CALL_IMAGES = CALL_CHUNKS * LOOP_LANES };

/* The kernels for one kind of processor. */
typedef struct {
    const Code *code;  /* code->exports begins its functions' names */
    int one, batch;    /* kernels: of one image, of whole chunks of 16 (-1: none) */
    const char *level; /* the processor it takes: x86-64-v3, x86-64-v4; NULL: any */
} LibraryCode;

typedef struct {
    const char *name;    /* of the network: begins every public name */
    const char *netc;    /* netc's version */
    LibraryCode code[4]; /* most demanding first */
    int codes;
    int64_t members; /* networks that answer together; 1: it is one */
    int combine;     /* how they do: a NET_COMBINE_… */
    /* Packed parameters, then statistics from state_offset on, in 64-byte blocks: `stride` of each network. */
    const float *weights;
    int64_t weight_count, stride, state_offset;
    int64_t inputs, outputs;
    int64_t kernel_one, kernel_batch; /* elements of scratch that kernels take, of one image, of any number */
    int64_t scratch_one;              /* those that one image takes: of several networks their answers included */
    int64_t workspace_one, workspace; /* bytes: of one image, its outputs for the class included; of all functions */
    int rank;
    int64_t shape[3];
    bool channels_last;         /* examples of arrays are rows, columns, channels */
    int64_t picture[3];         /* channels, rows, columns of inputs that are pictures; else 0 */
    NetMeanImage mean_image;    /* of those it was trained on; 0 channels: none */
    int pictures;               /* what becomes of them: NET_PREDICT_PICTURES */
    const char *const *columns; /* of the table it was trained on, as trained.h has them */
    size_t column_count;
    int separator, header;      /* NET_PREDICT_SEPARATOR, NET_PREDICT_HEADER */
    const char *const *classes; /* NULL: the outputs are no classes */
    size_t class_count;
    bool probabilities;  /* the outputs are such */
    int compared;        /* a NET_COMPARED_… of runtime/infer/predictor.h */
    const float *result; /* of library_example(): every result_step-th output, result_count of them, `results` times */
    int64_t result_count, result_step;
    int results;  /* as its processors have a fused multiply-add or not: 2 where some do and some do not */
    bool program; /* of an executable: the names of runtime/infer/predictor.h */
    bool plain;   /* C99 without extensions */
} Library;

/* Value i of the image that the self-test is done with; the emitted function computes the same. */
float library_example(int64_t i);

/* Bytes of the workspace for `scratch` floats on a boundary of 64 bytes, from wherever it begins. */
int64_t library_workspace(int64_t scratch);

/* Floats that several networks put their answers for some images into, behind what kernels take: the outputs of one,
 * and the votes of all. */
int64_t library_answers(const Library *library, int64_t images);

/* How many networks vote; 0: outputs are no shares of votes. */
int64_t library_voters(const Library *library);

/* What the header's first line has after the network's name: such a file may be written anew. */
#define HEADER_MARK ", a trained network, made by netc "
/* The header, a file of that name (without ".h"). */
void emit_header(const Library *library, const char *file, Text *out);
/* The functions, for kernels that are in other objects; `weights` is the file the assembler takes in. */
void emit_interface(const Library *library, const char *weights, Text *out);
/* The functions and the weights, to follow the text of the kernels (emit_c() with NET_KERNEL defined as static). */
void emit_interface_inline(const Library *library, Text *out);
/* What an object shows to the outside, one name a line. */
void emit_public_names(const Library *library, Text *out);

#endif
