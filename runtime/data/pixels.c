#include "runtime/data/pixels.h"

#include <stdbool.h>

/* Exif's orientations are a picture's eight symmetries. From 5 on rows and columns change places; what was stored from
 * the bottom up, or from right to left, is read so before that. */
NetUpright net_pixels_upright(const NetPixels *pixels) {
    static const struct {
        bool bottom_up, right_to_left, turned;
    } forms[9] = {{0},
                  {false, false, false},
                  {false, true, false},
                  {true, true, false},
                  {true, false, false},
                  {false, false, true},
                  {true, false, true},
                  {true, true, true},
                  {false, true, true}};
    size_t pixel = pixels->channels * pixels->depth, row = pixels->width * pixel;
    bool bottom_up = forms[pixels->orientation].bottom_up, right_to_left = forms[pixels->orientation].right_to_left;
    NetUpright seen = {pixels->height, pixels->width, pixels->samples, (ptrdiff_t)row, (ptrdiff_t)pixel};
    if (bottom_up) {
        seen.first += (pixels->height - 1) * row;
        seen.down = -seen.down;
    }
    if (right_to_left) {
        seen.first += (pixels->width - 1) * pixel;
        seen.right = -seen.right;
    }
    if (!forms[pixels->orientation].turned) return seen;
    return (NetUpright){seen.width, seen.height, seen.first, seen.right, seen.down};
}
