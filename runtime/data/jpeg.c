#include <setjmp.h>
#include <stdio.h> /* before jpeglib.h, which does not include it */
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "runtime/data/exif.h"
#include "runtime/data/pixels.h"

enum { BUFFER = 1 << 14, MARKER = 1 << 16, SCANS = 500 };

/* What survives libjpeg's jumps out of an error. */
typedef struct {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf out;
    NetStream *stream;
    NetError *error;
    int orientation; /* 0: not found yet */
    unsigned char buffer[BUFFER], marker[MARKER];
} Reader;

static bool has_magic(const unsigned char *head, size_t size) {
    return size >= 3 && memcmp(head, "\xff\xd8\xff", 3) == 0;
}

/* ---- libjpeg's calls back ---- */

static void on_error(j_common_ptr jpeg) {
    Reader *reader = jpeg->client_data;
    char text[JMSG_LENGTH_MAX];
    reader->errors.format_message(jpeg, text);
    net_fail(reader->error, NET_ENVIRONMENT, "%s: is damaged: %s [damaged-file]", reader->stream->path, text);
    longjmp(reader->out, 1);
}

/* A warning says that pixels are not what was stored; but bytes between two segments, as cameras leave them, are no
 * part of any. */
static void on_message(j_common_ptr jpeg, int level) {
    if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA) on_error(jpeg);
}

static void on_output(j_common_ptr jpeg) { (void)jpeg; }

/* A small file may hold any number of scans of a large picture. */
static void on_progress(j_common_ptr common) {
    Reader *reader = common->client_data;
    if (reader->jpeg.input_scan_number <= SCANS) return;
    net_fail(reader->error, NET_ENVIRONMENT,
             "%s: is a JPEG image of more than %d scans, which no program writes "
             "[damaged-file]",
             reader->stream->path, SCANS);
    longjmp(reader->out, 1);
}

static void on_source(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean on_fill(j_decompress_ptr jpeg) {
    Reader *reader = jpeg->client_data;
    size_t got;
    bool ok = net_stream_read(reader->stream, reader->buffer, BUFFER, &got, reader->error);
    if (ok && got == 0)
        ok = net_fail(reader->error, NET_ENVIRONMENT, "%s: the JPEG file is cut short [short-file]",
                      reader->stream->path);
    if (!ok) longjmp(reader->out, 1);
    reader->source.next_input_byte = reader->buffer;
    reader->source.bytes_in_buffer = got;
    return TRUE;
}

static int next_byte(j_decompress_ptr jpeg) {
    if (jpeg->src->bytes_in_buffer == 0) on_fill(jpeg);
    jpeg->src->bytes_in_buffer--;
    return *jpeg->src->next_input_byte++;
}

static void on_skip(j_decompress_ptr jpeg, long count) {
    for (; count > 0; count--) next_byte(jpeg);
}

/* A segment APP1: Exif, of which the first counts, or something else. */
static boolean on_marker(j_decompress_ptr jpeg) {
    static const char name[] = "Exif\0"; /* ends in two NULs */
    Reader *reader = jpeg->client_data;
    size_t size = (size_t)next_byte(jpeg) << 8;
    size |= (size_t)next_byte(jpeg);
    if (size < 2) ERREXIT(jpeg, JERR_BAD_LENGTH);
    size -= 2;
    for (size_t i = 0; i < size; i++) reader->marker[i] = (unsigned char)next_byte(jpeg);
    bool exif = size >= sizeof name && memcmp(reader->marker, name, sizeof name) == 0;
    if (exif && reader->orientation == 0)
        reader->orientation = net_exif_orientation(reader->marker + sizeof name, size - sizeof name);
    return TRUE;
}

/* ---- the file ---- */

static bool not_read(const Reader *reader, const char *found) {
    return net_fail(reader->error, NET_ENVIRONMENT,
                    "%s: is a JPEG image of %s, expected grey or colours; 'convert -colorspace sRGB' makes it that "
                    "[unknown-format]",
                    reader->stream->path, found);
}

/* The same bits on every machine: each choice that libjpeg has is made here, and its vector code gives the bits of its
 * scalar one for them. */
static bool choose(Reader *reader, NetPixels *pixels) {
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    bool grey = jpeg->jpeg_color_space == JCS_GRAYSCALE;
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK) return not_read(reader, "CMYK inks");
    if (!grey && jpeg->jpeg_color_space != JCS_YCbCr && jpeg->jpeg_color_space != JCS_RGB)
        return not_read(reader, "unknown colours");
    jpeg->out_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->do_fancy_upsampling = TRUE;
    jpeg->do_block_smoothing = FALSE;
    jpeg->quantize_colors = FALSE;
    jpeg->scale_num = jpeg->scale_denom = 1;
    pixels->height = jpeg->image_height;
    pixels->width = jpeg->image_width;
    pixels->channels = grey ? 1 : 3;
    pixels->depth = 1;
    pixels->orientation = reader->orientation == 0 ? 1 : reader->orientation;
    return true;
}

/* Everything that may jump. Locals are set once, before setjmp, or after it alone. */
static bool read_header(Reader *reader, NetPixels *pixels) {
    if (setjmp(reader->out) != 0) return false;
    jpeg_create_decompress(&reader->jpeg);
    reader->jpeg.client_data = reader;
    reader->jpeg.src = &reader->source;
    reader->jpeg.progress = &reader->progress;
    jpeg_set_marker_processor(&reader->jpeg, JPEG_APP0 + 1, on_marker);
    jpeg_read_header(&reader->jpeg, TRUE);
    return choose(reader, pixels);
}

static bool read_pixels(Reader *reader, NetPixels *pixels) {
    if (setjmp(reader->out) != 0) return false;
    size_t row_bytes = pixels->width * pixels->channels;
    jpeg_start_decompress(&reader->jpeg);
    pixels->samples = net_alloc(pixels->height, row_bytes, reader->error);
    if (pixels->samples == NULL) return false;
    while (reader->jpeg.output_scanline < reader->jpeg.output_height) {
        JSAMPROW row = pixels->samples + reader->jpeg.output_scanline * row_bytes;
        jpeg_read_scanlines(&reader->jpeg, &row, 1);
    }
    jpeg_finish_decompress(&reader->jpeg);
    return true;
}

static void end(void *given) {
    Reader *reader = given;
    jpeg_destroy_decompress(&reader->jpeg);
    free(reader);
}

static void *begin(NetStream *stream, NetPixels *pixels, NetError *error) {
    Reader *reader = net_alloc(1, sizeof *reader, error);
    if (reader == NULL) return NULL;
    reader->stream = stream;
    reader->error = error;
    reader->jpeg.err = jpeg_std_error(&reader->errors);
    reader->jpeg.client_data = reader; /* an error may be the first thing that happens */
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    reader->errors.output_message = on_output;
    reader->source = (struct jpeg_source_mgr){.init_source = on_source,
                                              .fill_input_buffer = on_fill,
                                              .skip_input_data = on_skip,
                                              .resync_to_restart = jpeg_resync_to_restart,
                                              .term_source = on_source};
    reader->progress.progress_monitor = on_progress;
    if (read_header(reader, pixels)) return reader;
    end(reader);
    return NULL;
}

static bool read_all(void *given, NetPixels *pixels, NetError *error) {
    Reader *reader = given;
    reader->error = error;
    return read_pixels(reader, pixels);
}

const NetPictureForm net_picture_jpeg = {"a JPEG image", has_magic, begin, read_all, end};

/* What libjpeg has and never calls after the choices above, and its code for vector processors: having these names here
 * keeps 217 KB out of every program, and leaves one and the same code for all processors. jsimd_can_… say that there is
 * none for this one. They are weak: should a libjpeg need more of them, its own functions take their places. */
#define LEFT_OUT(name) \
    int name(void);    \
    __attribute__((weak)) int name(void) { return 0; }

LEFT_OUT(jinit_1pass_quantizer)
LEFT_OUT(jinit_2pass_quantizer)
LEFT_OUT(jinit_merged_upsampler)
LEFT_OUT(jsimd_can_h2v1_fancy_upsample)
LEFT_OUT(jsimd_can_h2v1_merged_upsample)
LEFT_OUT(jsimd_can_h2v1_upsample)
LEFT_OUT(jsimd_can_h2v2_fancy_upsample)
LEFT_OUT(jsimd_can_h2v2_merged_upsample)
LEFT_OUT(jsimd_can_h2v2_upsample)
LEFT_OUT(jsimd_can_idct_2x2)
LEFT_OUT(jsimd_can_idct_4x4)
LEFT_OUT(jsimd_can_idct_float)
LEFT_OUT(jsimd_can_idct_ifast)
LEFT_OUT(jsimd_can_idct_islow)
LEFT_OUT(jsimd_can_ycc_rgb)
LEFT_OUT(jsimd_can_ycc_rgb565)
LEFT_OUT(jsimd_h2v1_fancy_upsample)
LEFT_OUT(jsimd_h2v1_merged_upsample)
LEFT_OUT(jsimd_h2v1_upsample)
LEFT_OUT(jsimd_h2v2_fancy_upsample)
LEFT_OUT(jsimd_h2v2_merged_upsample)
LEFT_OUT(jsimd_h2v2_upsample)
LEFT_OUT(jsimd_idct_2x2)
LEFT_OUT(jsimd_idct_4x4)
LEFT_OUT(jsimd_idct_float)
LEFT_OUT(jsimd_idct_ifast)
LEFT_OUT(jsimd_idct_islow)
LEFT_OUT(jsimd_ycc_rgb565_convert)
LEFT_OUT(jsimd_ycc_rgb_convert)
