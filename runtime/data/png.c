#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/exif.h"
#include "runtime/data/pixels.h"

enum { MAGIC = 8, CHUNK_MEMORY = 1 << 20 };

/* What survives libpng's jumps out of an error. */
typedef struct {
    NetStream *stream;
    NetError *error;
    png_structp png;
    png_infop info;
    bool told; /* *error says what happened */
} Reader;

static bool has_magic(const unsigned char *head, size_t size) { return size >= MAGIC && !png_sig_cmp(head, 0, MAGIC); }

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

/* ---- the file ---- */

/* 0: there is no such chunk so far. */
static int orientation(const Reader *reader) {
    png_uint_32 size = 0;
    png_bytep exif = NULL;
    bool noted = png_get_eXIf_1(reader->png, reader->info, &size, &exif) != 0 && exif != NULL;
    return noted ? net_exif_orientation(exif, size) : 0;
}

/* Everything that may jump. Locals are set once, before setjmp, or after it alone. */
static bool read_header(Reader *reader, NetPixels *pixels) {
    if (setjmp(png_jmpbuf(reader->png)) != 0) return false;
    png_set_read_fn(reader->png, reader, on_read);
    png_set_user_limits(reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(reader->png, CHUNK_MEMORY);
    png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1); /* what does not change pixels */
    png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "eXIf", 1);
    png_read_info(reader->png, reader->info);
    pixels->height = png_get_image_height(reader->png, reader->info);
    pixels->width = png_get_image_width(reader->png, reader->info);
    pixels->orientation = orientation(reader);
    return true;
}

static bool read_pixels(Reader *reader, NetPixels *pixels) {
    if (setjmp(png_jmpbuf(reader->png)) != 0) return false;
    png_set_expand(reader->png);
    int passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    size_t row_bytes = png_get_rowbytes(reader->png, reader->info);
    pixels->channels = png_get_channels(reader->png, reader->info);
    pixels->depth = png_get_bit_depth(reader->png, reader->info) / 8;
    pixels->samples = net_alloc(pixels->height, row_bytes, reader->error);
    if (pixels->samples == NULL) return false;
    for (int pass = 0; pass < passes; pass++)
        for (size_t row = 0; row < pixels->height; row++)
            png_read_row(reader->png, pixels->samples + row * row_bytes, NULL);
    png_read_end(reader->png, NULL);
    return true;
}

static void end(void *given) {
    Reader *reader = given;
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader);
}

static void *begin(NetStream *stream, NetPixels *pixels, NetError *error) {
    Reader *reader = net_alloc(1, sizeof *reader, error);
    if (reader == NULL) return NULL;
    *reader = (Reader){.stream = stream, .error = error};
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
    reader->info = reader->png != NULL ? png_create_info_struct(reader->png) : NULL;
    if (reader->info == NULL) net_fail(error, NET_ENVIRONMENT, "%s: out of memory", stream->path);
    if (reader->info != NULL && read_header(reader, pixels)) return reader;
    end(reader);
    return NULL;
}

static bool read_all(void *given, NetPixels *pixels, NetError *error) {
    Reader *reader = given;
    reader->error = error;
    if (!read_pixels(reader, pixels)) return false;
    int noted = orientation(reader);
    pixels->orientation = noted > 0 ? noted : 1;
    return true;
}

const NetPictureForm net_picture_png = {"a PNG image", has_magic, begin, read_all, end};

/* libpng's reader names three functions of its writer, which it never calls while reading. Having them here keeps the
 * writer and zlib's compressor, 78 KB, out of every binary. They are weak: should a libpng need its writer all the
 * same, its own functions take their places. They are hidden: a libpng of its own file, which writes for netc, calls
 * its own. */
#define STAND_IN __attribute__((weak, visibility("hidden")))
void png_free_buffer_list(png_structp png, void **list);
STAND_IN void png_free_buffer_list(png_structp png, void **list) {
    (void)png;
    *list = NULL;
}

STAND_IN void png_destroy_write_struct(png_structpp png, png_infopp info) {
    *png = NULL;
    (void)info;
}

STAND_IN void png_save_uint_32(png_bytep out, png_uint_32 value) {
    for (int i = 0; i < 4; i++) out[i] = (png_byte)(value >> (24 - 8 * i));
}
