/* Images in drawings: PNG files, spelled out in the drawing's own text. */
#include <png.h>
#include <stdlib.h>

#include "compiler/report/figure.h"
#include "compiler/report/svg.h"

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

void svg_image(Text *out, double x, double y, double width, double height, const unsigned char *pixels, int columns,
               int rows, int channels) {
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)columns,
                       .height = (png_uint_32)rows,
                       .format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    unsigned char *file = malloc(size);
    if (file == NULL || !png_image_write_to_memory(&image, file, &size, 0, pixels, 0, NULL)) {
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
}
