#include "runtime/infer/png.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHANNELS = 4, CHUNK_MEMORY = 1 << 20 };

/* What survives libpng's jumps out of an error. */
typedef struct {
    NetStream *stream;
    const NetInput *input;
    NetError *error;
    png_structp png;
    png_infop info;
    unsigned char *rows;
    size_t row_bytes;
    size_t height, width;
    bool told; /* *error says what happened */
} Reader;

bool net_png_magic(const unsigned char bytes[NET_PNG_MAGIC]) { return png_sig_cmp(bytes, 0, NET_PNG_MAGIC) == 0; }

/* The channels that an image of this size is to have: 0 when it does not fit the input. */
static size_t channels_of(const NetInput *input, size_t height, size_t width) {
    size_t plane;
    if (!net_multiply(height, width, &plane) || plane == 0) return 0;
    if (input->rank == 1) {
        size_t count = (size_t)input->count;
        return count % plane == 0 && count / plane <= MOST_CHANNELS ? count / plane : 0;
    }
    bool fits = input->shape[1] == (int64_t)height && input->shape[2] == (int64_t)width;
    return fits && input->shape[0] <= MOST_CHANNELS ? (size_t)input->shape[0] : 0;
}

bool net_png_fits(const unsigned char bytes[NET_PNG_SIZES], const NetInput *input) {
    return channels_of(input, png_get_uint_32(bytes + 20), png_get_uint_32(bytes + 16)) > 0;
}

/* ---- libpng's calls back ---- */

static void on_error(png_structp png, png_const_charp text) {
    Reader *reader = png_get_error_ptr(png);
    if (!reader->told)
        net_fail(reader->error, NET_ENVIRONMENT, "%s: is damaged: %s [damaged-file]", reader->stream->path, text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void on_read(png_structp png, png_bytep out, size_t size) {
    Reader *reader = png_get_io_ptr(png);
    size_t got;
    bool ok = net_stream_read(reader->stream, out, size, &got, reader->error);
    if (ok && got == size) return;
    if (ok)
        net_fail(reader->error, NET_ENVIRONMENT, "%s: the PNG file is cut short [short-file]", reader->stream->path);
    reader->told = true;
    png_error(png, "");
}

/* ---- pixels ---- */

static uint32_t sample(const unsigned char *at, bool wide) { return wide ? (uint32_t)at[0] << 8 | at[1] : at[0]; }

static void convert_pixel(const unsigned char *at, size_t have, bool wide, float *x, size_t plane, size_t want) {
    uint32_t value[MOST_CHANNELS];
    uint32_t most = wide ? 65535 : 255;
    float scale = (float)(1.0 / most);
    for (size_t i = 0; i < have; i++) value[i] = sample(at + (wide ? 2 * i : i), wide);
    uint32_t alpha = have % 2 == 0 ? value[have - 1] : most;
    uint32_t colour[3] = {value[0], value[0], value[0]};
    if (have >= 3) memcpy(colour, value, sizeof colour);
    if (want < 3 && have >= 3)
        colour[0] = (uint32_t)((19595 * (uint64_t)colour[0] + 38470 * (uint64_t)colour[1] + 7471 * (uint64_t)colour[2] +
                                32768) >>
                               16);
    size_t colours = want < 3 ? 1 : 3;
    for (size_t i = 0; i < colours; i++) {
        float light = (float)colour[i] * scale;
        x[i * plane] = colours == want && alpha < most ? light * ((float)alpha * scale) : light;
    }
    if (want > colours) x[colours * plane] = (float)alpha * scale;
}

static void convert(const Reader *reader, float *x) {
    size_t plane = reader->height * reader->width;
    size_t want = (size_t)reader->input->count / plane;
    bool wide = png_get_bit_depth(reader->png, reader->info) == 16;
    size_t have = png_get_channels(reader->png, reader->info);
    size_t step = have * (wide ? 2 : 1);
    for (size_t row = 0; row < reader->height; row++)
        for (size_t column = 0; column < reader->width; column++)
            convert_pixel(reader->rows + row * reader->row_bytes + column * step, have, wide,
                          x + row * reader->width + column, plane, want);
}

/* ---- the file ---- */

/* Message 28. */
static bool wrong_size(Reader *reader) {
    const NetInput *input = reader->input;
    const int64_t have[2] = {(int64_t)reader->height, (int64_t)reader->width};
    bool many = input->rank > 1 && input->shape[0] > MOST_CHANNELS;
    char found[NET_SHAPE_TEXT], expected[NET_SHAPE_TEXT];
    if (input->rank == 1)
        net_shape(expected, input->shape, 1);
    else
        net_shape(expected, input->shape + (many ? 0 : 1), many ? 3 : 2);
    reader->told = true;
    return net_fail(reader->error, NET_ENVIRONMENT, "%s is %s%s, input is %s [image-size]", reader->stream->path,
                    net_shape(found, have, 2), many ? " of at most 4 channels" : "", expected);
}

/* Up to the size, which is checked before any memory is taken for it. */
static bool begin(Reader *reader) {
    png_set_read_fn(reader->png, reader, on_read);
    png_set_user_limits(reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(reader->png, CHUNK_MEMORY);
    png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1); /* what does not change pixels */
    png_read_info(reader->png, reader->info);
    reader->height = png_get_image_height(reader->png, reader->info);
    reader->width = png_get_image_width(reader->png, reader->info);
    return channels_of(reader->input, reader->height, reader->width) > 0 || wrong_size(reader);
}

/* Everything that may jump. Locals are set once, before setjmp, or after it alone. */
static bool decode(Reader *reader, float *x) {
    if (setjmp(png_jmpbuf(reader->png)) != 0) return false;
    if (!begin(reader)) return false;
    png_set_expand(reader->png);
    int passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    reader->row_bytes = png_get_rowbytes(reader->png, reader->info);
    reader->rows = net_alloc(reader->height, reader->row_bytes, reader->error);
    if (reader->rows == NULL) return false;
    for (int pass = 0; pass < passes; pass++)
        for (size_t row = 0; row < reader->height; row++)
            png_read_row(reader->png, reader->rows + row * reader->row_bytes, NULL);
    png_read_end(reader->png, NULL);
    convert(reader, x);
    return true;
}

bool net_png_read(NetStream *stream, const NetInput *input, float *x, NetError *error) {
    Reader reader = {.stream = stream, .input = input, .error = error};
    reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
    reader.info = reader.png != NULL ? png_create_info_struct(reader.png) : NULL;
    bool ok =
        reader.info != NULL ? decode(&reader, x) : net_fail(error, NET_ENVIRONMENT, "%s: out of memory", stream->path);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    free(reader.rows);
    return ok;
}

/* libpng's reader names three functions of its writer, which it never calls while reading. Having them here keeps the
 * writer and zlib's compressor, 78 KB, out of every binary. They are weak: should a libpng need its writer all the
 * same, its own functions take their places. */
void png_free_buffer_list(png_structp png, void **list);
__attribute__((weak)) void png_free_buffer_list(png_structp png, void **list) {
    (void)png;
    *list = NULL;
}

__attribute__((weak)) void png_destroy_write_struct(png_structpp png, png_infopp info) {
    *png = NULL;
    (void)info;
}

__attribute__((weak)) void png_save_uint_32(png_bytep out, png_uint_32 value) {
    for (int i = 0; i < 4; i++) out[i] = (png_byte)(value >> (24 - 8 * i));
}
