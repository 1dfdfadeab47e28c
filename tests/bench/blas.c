/* The contractions of a layer as a C program does them that has OpenBLAS: one thread, memory warm.
 *
 *     blas
 *
 * A dense layer is one sgemm over the batch; a convolution is, image by image, one with the windows written out as
 * columns (im2col), or added up from columns for the gradient of its input. Commands come on standard input, one a
 * line:
 *
 *     PASS SECONDS BATCH C H W MAPS OH OW KH KW SH SW TOP LEFT DH DW GROUPS
 *
 * PASS is forward, data or weight; the answer is "PASS SGEMM WHOLE", seconds of one batch: of its calls of sgemm alone,
 * and with the columns. Both are medians. */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/limit.h"

enum { ROUNDS_MAX = 4096 };

/* Channels, sides and maps of all groups together. */
typedef struct {
    int batch, c, h, w, maps, oh, ow, kh, kw, sh, sw, top, left, dh, dw, groups;
} Shape;

typedef struct {
    float *x, *y, *weight, *columns; /* columns: [C/groups * KH * KW][OH * OW] */
} Memory;

static float *make(size_t count) {
    float *memory = NULL;
    size_t alignment = 64;
    if (posix_memalign((void **)&memory, alignment, (count * sizeof *memory + alignment - 1) / alignment * alignment)) {
        fputs("blas: out of memory\n", stderr);
        exit(3);
    }
    for (size_t i = 0; i < count; i++) memory[i] = (float)(i % 7) / 7;
    return memory;
}

/* Copies windows to columns, or adds columns to where their windows were. */
static void walk_windows(const Shape *s, float *image, float *columns, int back) {
    int c = s->c / s->groups;
    for (int k = 0; k < c * s->kh * s->kw; k++) {
        int i = k / s->kw % s->kh, j = k % s->kw;
        float *map = image + (size_t)(k / (s->kh * s->kw)) * (size_t)(s->h * s->w);
        for (int oy = 0; oy < s->oh; oy++) {
            int y = oy * s->sh - s->top + i * s->dh;
            for (int ox = 0; ox < s->ow; ox++, columns++) {
                int x = ox * s->sw - s->left + j * s->dw;
                int inside = y >= 0 && y < s->h && x >= 0 && x < s->w;
                if (!back)
                    *columns = inside ? map[y * s->w + x] : 0;
                else if (inside)
                    map[y * s->w + x] += *columns;
            }
        }
    }
}

static int has_columns(const Shape *s) {
    return s->kh * s->kw > 1 || s->sh > 1 || s->sw > 1 || s->top > 0 || s->left > 0;
}

static void dense(const Shape *s, const Memory *m, char pass) {
    int n = s->batch, in = s->c, out = s->maps;
    if (pass == 'f')
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, out, in, 1, m->x, in, m->weight, in, 0, m->y, out);
    else if (pass == 'd')
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, in, out, 1, m->y, out, m->weight, in, 0, m->x, in);
    else
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, out, in, n, 1, m->y, out, m->x, in, 0, m->weight, in);
}

/* Returns the seconds in sgemm. */
static double conv(const Shape *s, const Memory *m, char pass) {
    int k = s->c / s->groups * s->kh * s->kw, maps = s->maps / s->groups, places = s->oh * s->ow;
    double inside = 0;
    for (int i = 0; i < s->batch * s->groups; i++) {
        int group = i % s->groups;
        float *x = m->x + (size_t)i * (size_t)(s->c / s->groups) * (size_t)(s->h * s->w);
        float *y = m->y + (size_t)i * (size_t)maps * (size_t)places,
              *w = m->weight + (size_t)group * (size_t)(maps * k);
        float *columns = has_columns(s) ? m->columns : x;
        if (columns != x && pass != 'd') walk_windows(s, x, columns, 0);
        double start = limit_clock();
        if (pass == 'f')
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, maps, places, k, 1, w, k, columns, places, 0, y,
                        places);
        else if (pass == 'd')
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, k, places, maps, 1, w, k, y, places, 0, columns,
                        places);
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, maps, k, places, 1, y, places, columns, places,
                        i >= s->groups, w, k);
        inside += limit_clock() - start;
        if (columns != x && pass == 'd') {
            memset(x, 0, (size_t)(s->c / s->groups) * (size_t)(s->h * s->w) * sizeof *x);
            walk_windows(s, x, columns, 1);
        }
    }
    return inside;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const Shape *s, const char *pass, double seconds) {
    size_t batch = (size_t)s->batch, k = (size_t)(s->c / s->groups * s->kh * s->kw), places = (size_t)(s->oh * s->ow);
    int is_dense = s->h * s->w * s->kh * s->kw == 1;
    Memory m = {.x = make(batch * (size_t)s->c * (size_t)(s->h * s->w)),
                .y = make(batch * (size_t)s->maps * places),
                .weight = make((size_t)s->maps * k),
                .columns = make(k * places)};
    static double sgemm[ROUNDS_MAX], whole[ROUNDS_MAX];
    size_t count = 0;
    double began = 0;
    for (size_t warm = 0; warm < 2 || (count < ROUNDS_MAX && (count < 3 || limit_clock() - began < seconds)); warm++) {
        if (warm == 2) began = limit_clock();
        double start = limit_clock(), inside = 0;
        if (is_dense)
            dense(s, &m, pass[0]);
        else
            inside = conv(s, &m, pass[0]);
        double all = limit_clock() - start;
        if (warm < 2) continue;
        sgemm[count] = is_dense ? all : inside;
        whole[count++] = all;
    }
    qsort(sgemm, count, sizeof *sgemm, compare);
    qsort(whole, count, sizeof *whole, compare);
    printf("%s %.9f %.9f\n", pass, sgemm[count / 2], whole[count / 2]);
    fflush(stdout);
    free(m.x), free(m.y), free(m.weight), free(m.columns);
}

int main(void) {
    char line[200], pass[10];
    double seconds;
    Shape s;
    openblas_set_num_threads(1);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (sscanf(line, "%9s %lf %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d", pass, &seconds, &s.batch, &s.c,
                   &s.h, &s.w, &s.maps, &s.oh, &s.ow, &s.kh, &s.kw, &s.sh, &s.sw, &s.top, &s.left, &s.dh, &s.dw,
                   &s.groups) != 18) {
            fputs("blas: PASS SECONDS and 16 numbers are wanted\n", stderr);
            return 2;
        }
        measure(&s, pass, seconds);
    }
    return 0;
}
