/* Runs a library made by netc build --infer: reads images as bytes, writes their outputs as floats, one image by one
 * and then in batches of each size given, for which the images are repeated; says whether the self-test is content.
 *
 *     predict IMAGES OUTPUTS SIZE...        compiled with -DNAME=lenet5 -DCAPITALS=LENET5 -DHEADER='"lenet5.h"' */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include HEADER

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define OF(name) JOIN(NAME, name)
#define NUMBER(name) JOIN(CAPITALS, name)

enum { MOST = 300, SKEW = 1 };

int main(int argc, char **argv) {
    const size_t inputs = NUMBER(INPUTS), outputs = NUMBER(OUTPUTS);
    unsigned char *bytes = malloc(MOST * inputs);
    /* not on any boundary but a float's; exactly as long as needed, so that tools see what is beyond */
    float *x = (float *)malloc((MOST * inputs + SKEW) * sizeof *x) + SKEW;
    float *y = (float *)malloc((MOST * outputs + SKEW) * sizeof *y) + SKEW;
    char *workspace = (char *)malloc(NUMBER(WORKSPACE_BYTES) + 4) + 4;
    FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
    size_t given = fread(bytes, inputs, MOST, in);
    if (!given || OF(selftest)() != 0) return 1;
    for (size_t i = 0; i < MOST * inputs; i++) x[i] = (float)bytes[i % (given * inputs)] * (float)(1.0 / 255);
    for (int k = 2; k < argc; k++) {
        size_t n = k == 2 ? MOST : (size_t)atoi(argv[k]);
        memset(workspace, k % 2 ? 0xff : 0, NUMBER(WORKSPACE_BYTES)); /* NaN, or 0: it must not matter */
        for (size_t i = 0; i < given && k == 2; i++) OF(predict)(x + i * inputs, y + i * outputs, workspace);
        for (size_t i = given; i < MOST && k == 2; i++)
            memcpy(y + i * outputs, y + (i - given) * outputs, outputs * sizeof *y);
        for (size_t i = 0; i < MOST && k > 2; i += n)
            OF(predict_batch)(x + i * inputs, y + i * outputs, (int64_t)(i + n < MOST ? n : MOST - i), workspace);
        if (fwrite(y, outputs * sizeof *y, MOST, out) != MOST) return 1;
    }
    return fclose(out) != 0;
}
