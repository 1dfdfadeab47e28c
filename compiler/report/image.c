/* Images in drawings: PNG files, spelled out in the drawing's own text. */
#include <png.h>
#include <stdlib.h>

#include "compiler/report/figure.h"
#include "compiler/report/svg.h"

/* Pixels across of an image whose pixels are enlarged, and what for. */
enum { FEW = 16, LARGE = 64 };

static void base64(Text *out, const unsigned char *bytes, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        uint32_t block = (uint32_t)bytes[i] << 16;
        block |= i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0;
        block |= i + 2 < size ? (uint32_t)bytes[i + 2] : 0;
        const char four[] = {digits[block >> 18], digits[block >> 12 & 63],
                             i + 1 < size ? digits[block >> 6 & 63] : '=', i + 2 < size ? digits[block & 63] : '='};
        text_add(out, four, sizeof four);
    }
}

/* Every pixel as a square of them: who draws SVGs without a browser blurs pixels that are large. */
static unsigned char *enlarge(const unsigned char *pixels, int columns, int rows, int channels, int times) {
    size_t wide = (size_t)(columns * times), high = (size_t)(rows * times), size = (size_t)channels;
    unsigned char *large = malloc(wide * high * size + 1);
    if (large == NULL) {
        out_of_memory();
    }
    for (size_t i = 0; i < wide * high * size; i++) {
        size_t pixel = i / size, row = pixel / wide / (size_t)times, column = pixel % wide / (size_t)times;
        large[i] = pixels[(row * (size_t)columns + column) * size + i % size];
    }
    return large;
}

void svg_image(Text *out, double x, double y, double width, double height, const unsigned char *pixels, int columns,
               int rows, int channels) {
    const int times = columns < FEW && rows < FEW ? LARGE / (columns > rows ? columns : rows) : 1;
    unsigned char *large = enlarge(pixels, columns, rows, channels, times);
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)(columns * times),
                       .height = (png_uint_32)(rows * times),
                       .format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    unsigned char *file = malloc(size);
    if (file == NULL || !png_image_write_to_memory(&image, file, &size, 0, large, 0, NULL)) {
        out_of_memory();
    }
    text_puts(out, "<image");
    svg_attribute(out, "x", x);
    svg_attribute(out, "y", y);
    svg_attribute(out, "width", width);
    svg_attribute(out, "height", height);
    text_puts(out, " style=\"image-rendering:pixelated\" preserveAspectRatio=\"xMidYMid\" "
                   "href=\"data:image/png;base64,");
    base64(out, file, size);
    text_puts(out, "\"/>\n");
    png_image_free(&image);
    free(file);
    free(large);
}
