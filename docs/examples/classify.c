/* Classifies a digit with the network that `netc build --infer --emit lib` made of models/lenet5.net:
 *
 *     netc build models/lenet5.net --infer --emit lib --weights runs/latest
 *     cc classify.c liblenet5.a -lm -o classify
 *     ./classify digit.pgm
 *
 * Nothing of netc is needed to compile or run it. The image is a binary PGM of 28 x 28 pixels, light on dark. */
#include <stdio.h>
#include <stdlib.h>

#include "lenet5.h"

/* Reads the image as the network wants it: floats from 0 to 1, row after row. */
static int read_pgm(const char *path, float x[LENET5_INPUTS]) {
    unsigned char pixels[LENET5_INPUTS];
    int width, height, most;
    FILE *file = fopen(path, "rb");
    if (file == NULL) return 0;
    int good = fscanf(file, "P5 %d %d %d", &width, &height, &most) == 3 && getc(file) != EOF && width == 28 &&
               height == 28 && most == 255 && fread(pixels, 1, sizeof pixels, file) == sizeof pixels;
    fclose(file);
    for (int i = 0; good && i < LENET5_INPUTS; i++) x[i] = (float)pixels[i] * (float)(1.0 / 255);
    return good;
}

int main(int argc, char **argv) {
    static float x[LENET5_INPUTS], y[LENET5_OUTPUTS];
    if (argc != 2) {
        fprintf(stderr, "usage: %s IMAGE.pgm\n", argv[0]);
        return 2;
    }
    if (lenet5_selftest() != 0) {
        fprintf(stderr, "this processor does not compute what the network was built to compute\n");
        return 3;
    }
    if (!read_pgm(argv[1], x)) {
        fprintf(stderr, "%s: expected a binary PGM of 28 x 28 pixels and 255 levels\n", argv[1]);
        return 3;
    }
    void *workspace = malloc(LENET5_WORKSPACE_BYTES); /* the only memory the network uses, and it is ours */
    if (workspace == NULL) return 3;
    lenet5_predict(x, y, workspace);
    int digit = lenet5_classify(x, workspace);
    printf("%s  %s  %.2f %%\n", argv[1], lenet5_classes[digit], 100 * (double)y[digit]);
    free(workspace);
    return 0;
}
