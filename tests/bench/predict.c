/* Calls an inference library again and again, and says how long that took.
 *
 *     predict BATCH BYTES
 *
 * Compiled with -DNAME=lenet5 -DCAPITALS=LENET5 -DHEADER='"lenet5.h"' and linked with the library's object. Commands
 * come on standard input, one a line, so that several such programs can take turns; between two commands nothing runs.
 *
 *     limit          prints "limit LANES8 LANES16", GFLOP/s
 *     read           prints "read GB/s": what a core reads of BYTES bytes, as many as the weights have, again and again
 *     one SECONDS    prints "one COUNT SECONDS": calls of NAME_predict, each with the next one of a few images
 *     batch SECONDS  prints "batch COUNT SECONDS": calls of NAME_predict_batch with BATCH images */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/limit.h"
#include HEADER

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define OF(name) JOIN(NAME, name)
#define NUMBER(name) JOIN(CAPITALS, name)

enum { IMAGES = 8, CALLS = 64 }; /* images that take turns; calls between two looks at the clock */

typedef struct {
    float *x, *y;
    void *workspace;
    int64_t batch;
    size_t weight_bytes;
} Bench;

static void fail(const char *text) {
    fprintf(stderr, "predict: %s\n", text);
    exit(3);
}

static void *make(size_t size) {
    void *memory = NULL;
    size_t alignment = 4096;
    if (posix_memalign(&memory, alignment, (size + alignment - 1) / alignment * alignment) != 0) fail("out of memory");
    memset(memory, 0, size);
    return memory;
}

static void bench_open(Bench *bench, int64_t batch, size_t weight_bytes) {
    size_t count = (size_t)(batch > IMAGES ? batch : IMAGES);
    uint32_t seed = 1;
    bench->batch = batch;
    bench->weight_bytes = weight_bytes;
    bench->x = make(count * NUMBER(INPUTS) * sizeof *bench->x);
    bench->y = make(count * NUMBER(OUTPUTS) * sizeof *bench->y);
    bench->workspace = make(NUMBER(WORKSPACE_BYTES));
    for (size_t i = 0; i < count * NUMBER(INPUTS); i++) {
        seed = seed * 1664525 + 1013904223;
        bench->x[i] = (float)(seed >> 24) * (float)(1.0 / 255);
    }
}

static void run_one(Bench *bench) {
    for (size_t i = 0; i < CALLS; i++) {
        size_t image = i % IMAGES;
        OF(predict)(bench->x + image * NUMBER(INPUTS), bench->y + image * NUMBER(OUTPUTS), bench->workspace);
    }
}

static void run_batch(Bench *bench) { OF(predict_batch)(bench->x, bench->y, bench->batch, bench->workspace); }

static void run_for(Bench *bench, const char *name, double seconds, void (*run)(Bench *bench), int64_t calls) {
    double start = limit_clock(), now = start;
    int64_t count = 0;
    while (now - start < seconds) {
        run(bench);
        count += calls;
        now = limit_clock();
    }
    printf("%s %lld %.9f\n", name, (long long)count, now - start);
}

static void run_command(Bench *bench, const char *line) {
    double seconds = 0;
    if (strcmp(line, "limit\n") == 0) {
        printf("limit %.3f %.3f\n", limit_measure(8), limit_measure(16));
    } else if (strcmp(line, "read\n") == 0) {
        void *memory = make(bench->weight_bytes);
        printf("read %.3f\n", limit_read(memory, bench->weight_bytes));
        free(memory);
    } else if (sscanf(line, "one %lf", &seconds) == 1) {
        run_for(bench, "one", seconds, run_one, CALLS);
    } else if (sscanf(line, "batch %lf", &seconds) == 1) {
        run_for(bench, "batch", seconds, run_batch, 1);
    } else {
        fail("the commands are: limit, read, one SECONDS, batch SECONDS");
    }
    fflush(stdout);
}

int main(int argc, char **argv) {
    long batch = argc == 3 ? strtol(argv[1], NULL, 10) : 0, bytes = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    if (batch < 1 || batch > 1 << 20 || bytes < 1) {
        fputs("usage: predict BATCH BYTES\n", stderr);
        return 2;
    }
    Bench bench = {0};
    bench_open(&bench, batch, (size_t)bytes);
    if (OF(selftest)() != 0) fail("the library's self-test failed");
    char line[80];
    while (fgets(line, sizeof line, stdin) != NULL) run_command(&bench, line);
    return 0;
}
