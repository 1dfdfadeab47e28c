#include "compiler/emit/library.h"

#include <ctype.h>
#include <string.h>

#include "runtime/base/combine.h"
#include "runtime/base/processor.h"

/* How several networks answer together, as the code has it. */
static const char *const combine_text[] = {
#include "combine.inc"
};

/* What a self-test takes of the stack at most: above it allocates, since threads may have no more than that. */
enum { SELFTEST_STACK = 256 * 1024, ALIGNMENT = 64 };

float library_example(int64_t i) { return (float)((uint32_t)i * 2654435761u >> 24) / 255; }

int64_t library_workspace(int64_t scratch) { return scratch * 4 + ALIGNMENT; }

int64_t library_answers(const Library *library, int64_t images) {
    int lists = library->combine == NET_COMBINE_MEAN ? 1 : 2;
    return library->members > 1 ? lists * images * library->outputs : 0;
}

int64_t library_voters(const Library *library) {
    return library->combine == NET_COMBINE_MEAN || library->members < 2 ? 0 : library->members;
}

static int64_t selftest_floats(const Library *library) {
    return library->inputs + library->outputs + library_workspace(library->scratch_one) / 4;
}

static bool selftest_allocates(const Library *library) { return selftest_floats(library) > SELFTEST_STACK / 4; }

/* ---- names ---- */
typedef enum { PREDICT, PREDICT_BATCH, CLASSIFY, SELFTEST, FUNCTIONS } Function;

static void print_name(const Library *library, Function function, Text *out) {
    static const char *const own[FUNCTIONS] = {"predict", "predict_batch", "classify", "selftest"};
    static const char *const program[FUNCTIONS] = {"net_predict", "net_predict_batch", NULL, "net_predict_selftest"};
    if (library->program)
        text_puts(out, program[function]);
    else
        text_printf(out, "%s_%s", library->name, own[function]);
}

static void print_capitals(const Library *library, Text *out) {
    for (const char *c = library->name; *c; c++) text_printf(out, "%c", toupper((unsigned char)*c));
}

static void print_string(const char *text, Text *out) { emit_c_string(out, text, strlen(text)); }

void emit_public_names(const Library *library, Text *out) {
    for (Function f = 0; f < FUNCTIONS; f++) {
        if (f == CLASSIFY && (!library->classes || library->program)) continue;
        print_name(library, f, out);
        text_puts(out, "\n");
    }
    if (library->program)
        text_puts(out, "net_predict_number\nnet_predict_text\nnet_predict_mean_image\nnet_predict_processor\n");
    else if (library->classes)
        text_printf(out, "%s_classes\n", library->name);
}

/* ---- the header ---- */
static void print_macro(const Library *library, const char *name, int64_t value, Text *out) {
    text_puts(out, "#define ");
    print_capitals(library, out);
    text_printf(out, "_%s %lld\n", name, (long long)value);
}

/* What keeps the header from being read twice: its name, as an identifier. */
static void print_guard(const char *file, Text *out) {
    text_puts(out, "NETC_");
    for (const char *c = file; *c; c++) text_printf(out, "%c", isalnum((unsigned char)*c) ? *c : '_');
    text_puts(out, "_H\n");
}

/* A name within a comment, which it must not end. */
static void print_comment(const char *name, Text *out) {
    for (const char *at = name; *at; at++) {
        bool mark = (*at == '/' && at > name && at[-1] == '*') || (*at == '/' && at[1] == '*');
        text_printf(out, "%c", mark || (unsigned char)*at < ' ' || *at == 0x7f ? '?' : *at);
    }
}

/* The inputs in order, where the table they were learned from has names for them. */
static void print_columns(const Library *library, Text *out) {
    static const char input[] = "input ";
    int64_t place = 0;
    for (size_t i = 0; i < library->column_count; i++) {
        const char *column = library->columns[i];
        if (strncmp(column, input, sizeof input - 1) != 0) continue;
        text_printf(out, "%s *     x[%lld]  ", place == 0 ? " *\n * The inputs are columns of a table:\n" : "",
                    (long long)place);
        print_comment(column + sizeof input - 1, out);
        text_puts(out, "\n");
        place++;
    }
}

void emit_header(const Library *library, const char *file, Text *out) {
    const char *name = library->name;
    text_printf(out, "/* %s" HEADER_MARK "%s.\n *\n * Input:  ", name, library->netc);
    for (int d = 0; d < library->rank; d++) text_printf(out, "%s%lld", d ? " x " : "", (long long)library->shape[d]);
    text_printf(out, " floats%s%s.\n", library->rank == 3 ? ", channel by channel, row by row" : "",
                library->columns ? "" : "; bytes are to be divided by 255: (float)byte * (float)(1.0 / 255)");
    text_printf(out, " * Output: %lld float%s", (long long)library->outputs, library->outputs == 1 ? "" : "s");
    if (library->classes) text_printf(out, ", of the classes in %s_classes", name);
    if (library->members > 1)
        text_printf(out, ": %s %lld networks%s", library_voters(library) ? "shares of the votes of" : "the mean of",
                    (long long)library->members, library_voters(library) ? "" : "' outputs");
    text_puts(out, ".\n");
    print_columns(library, out);
    text_puts(out, " *\n"
                   " * No function reads a file or changes a global, and none allocates memory");
    if (selftest_allocates(library)) text_puts(out, " but the self-test");
    text_puts(out,
              "; each may run in many\n"
              " * threads at a time with workspaces of their own. x and y may lie at any address that floats may, and\n"
              " * must not overlap; the workspace's contents do not matter before, between and after calls. */\n");
    text_puts(out, "#ifndef ");
    print_guard(file, out);
    text_puts(out, "#define ");
    print_guard(file, out);
    text_puts(out, "\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    print_macro(library, "INPUTS", library->inputs, out);
    print_macro(library, "OUTPUTS", library->outputs, out);
    print_macro(library, "WORKSPACE_BYTES", library->workspace, out);
    print_macro(library, "WORKSPACE_ONE_BYTES", library->workspace_one, out);
    text_printf(out,
                "\n/* The outputs of one image; WORKSPACE_ONE_BYTES are enough%s. */\nvoid "
                "%s_predict(const float *x, float *y, void *workspace);\n"
                "/* The outputs of n images, one after another; the same bits as one by one, and quicker. */\n"
                "void %s_predict_batch(const float *x, float *y, int64_t n, void *workspace);\n",
                library->classes ? " here and for the class" : "", name, name);
    if (library->classes) {
        text_printf(out, "/* The class of one image, from 0: %s; -1 where an output is a NaN. */\n",
                    library->outputs == 1 ? "1 where the output is above 0.5" : "the first of the largest outputs");
        text_printf(out, "int %s_classify(const float *x, void *workspace);\n", name);
        text_printf(out, "/* The classes' names. */\nextern const char *const %s_classes[%zu];\n", name,
                    library->class_count);
    }
    text_printf(out, "/* 0 when a stored image gives its stored outputs to 1e-4; ");
    if (selftest_allocates(library))
        text_printf(out, "allocates %lld bytes, -1 when they are not to be had. */\n",
                    (long long)selftest_floats(library) * 4);
    else
        text_printf(out, "takes %lld bytes of the stack. */\n", (long long)selftest_floats(library) * 4);
    text_printf(out, "int %s_selftest(void);\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n", name);
}

/* ---- the functions ---- */
static const char kernel_type[] =
    "typedef void Kernel(const void *, float *, float *, float *, float *, float *, const void *, const uint32_t *,\n"
    "    const float *, const uint32_t *, const float *, double *, int64_t, int64_t, int64_t,\n"
    "    int64_t, void *);\n";

static void print_kernel_name(const LibraryCode *code, bool batch, Text *out) {
    text_printf(out, "%s_%s", code->code->exports, code->code->kernels.at[batch ? code->batch : code->one]->name);
}

/* Whether the processor can run the code: what __builtin_cpu_supports knows was read when the program began. */
static void print_condition(const char *level, Text *out) {
    const char *needs;
    for (int i = 0; (needs = net_processor_needs(level, i)) != NULL; i++)
        text_printf(out, "%s__builtin_cpu_supports(\"%s\")", i ? " && " : "", needs);
}

/* The kernel for this processor; 0: there is none for batches, and images go one by one. */
static void print_choice(const Library *library, bool batch, Text *out) {
    text_puts(out, "\n        ");
    for (int i = 0; i < library->codes; i++) {
        const LibraryCode *code = &library->code[i];
        if (i + 1 < library->codes) print_condition(code->level, out);
        text_puts(out, i + 1 < library->codes ? " ? " : "");
        if (batch && code->batch < 0)
            text_puts(out, "0");
        else
            print_kernel_name(code, batch, out);
        text_puts(out, i + 1 < library->codes ? " :\n        " : "");
    }
}

/* Each network makes its answers with the same kernels and weights of its own. */
static void print_run_all(const Library *library, Text *out) {
    long long outputs = (long long)library->outputs;
    text_puts(out, "\n");
    for (size_t i = 0; i < COUNT_OF(combine_text); i++) text_printf(out, "%s\n", combine_text[i]);
    text_printf(
        out,
        "\nstatic void run_all(Kernel *kernel, const float *x, float *y, float *scratch, float *own, int64_t n) {\n"
        "    float *votes = own + n * %lld;\n"
        "    int64_t k, i;\n"
        "    for (k = 0; k < %lld; k++) {\n"
        "        const float *member = WEIGHTS + k * %lld;\n"
        "        float *answers = k == 0 ? y : own;\n"
        "        kernel(0, (float *)(uintptr_t)member, (float *)(uintptr_t)(member + %lld), 0, answers, scratch, "
        "x,\n            0, 0, 0, 0, 0, n, 0, 0, 1, 0);\n"
        "        for (i = 0; i < n * %lld; i += %lld) net_combine_add(%d, k, %lld, answers + i, y + i, votes + i);\n"
        "    }\n"
        "    for (i = 0; i < n * %lld; i += %lld) net_combine_end(%d, %lld, %lld, y + i, votes + i);\n}\n",
        outputs, (long long)library->members, (long long)library->stride, (long long)library->state_offset, outputs,
        outputs, library->combine, outputs, outputs, outputs, library->combine, (long long)library->members, outputs);
    text_puts(out, "\nstatic void run_one(const float *x, float *y, float *scratch) {\n    run_all(");
    print_choice(library, false, out);
    text_printf(out, ", x, y, scratch, scratch + %lld, 1);\n}\n", (long long)library->kernel_one);
}

static void print_run(const Library *library, Text *out) {
    text_puts(out, "\nstatic void run(Kernel *kernel, const float *x, float *y, float *scratch, int64_t n) {");
    text_printf(out,
                "\n    kernel(0, (float *)(uintptr_t)WEIGHTS, (float *)(uintptr_t)(WEIGHTS + %lld), 0, y, scratch, x, "
                "0, 0, 0, 0, 0,\n        n, 0, 0, 1, 0);\n}\n",
                (long long)library->state_offset);
    text_puts(out, "\nstatic void run_one(const float *x, float *y, float *scratch) {\n    run(");
    print_choice(library, false, out);
    text_puts(out, ", x, y, scratch, 1);\n}\n");
}

static void print_floats(const float *values, int64_t count, Text *out) {
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        text_printf(out, "%s0x%x", i == 0 ? "" : i % 16 == 0 ? ",\n" : ",", bits);
    }
}

/* At least one element, since C knows no empty arrays: a network may have no weights. */
static void print_table(const Library *library, const char *name, const float *values, int64_t count, Text *out) {
    int64_t size = count > 0 ? count : 1;
    text_printf(out, "\nstatic const union { uint32_t bits[%lld]; float value[%lld]; } %s%s = {{\n", (long long)size,
                (long long)size, name, library->plain ? "" : " NET_ALIGNED");
    print_floats(values, count, out);
    text_puts(out, count > 0 ? "}};\n" : "0}};\n");
}

static void print_classify(const Library *library, Text *out) {
    text_puts(out, "int ");
    print_name(library, CLASSIFY, out);
    text_printf(out,
                "(const float *x, void *workspace) {\n    float *scratch = align_workspace(workspace), *y = scratch + "
                "%lld;\n    int best = 0;\n    run_one(x, y, scratch);\n",
                (long long)library->scratch_one);
    if (library->outputs == 1)
        text_puts(out, "    best = y[0] != y[0] ? -1 : y[0] > 0.5f;\n");
    else
        text_printf(out,
                    "    for (int i = 0; i < %lld; i++) {\n        if (y[i] != y[i]) return -1;\n"
                    "        if (y[i] > y[best]) best = i;\n    }\n",
                    (long long)library->outputs);
    text_puts(out, "    return best;\n}\n\n");
}

/* Outputs that are not finite agree when both are the same infinity or no numbers. */
static void print_selftest(const Library *library, Text *out) {
    long long floats = (long long)selftest_floats(library);
    bool allocates = selftest_allocates(library);
    text_puts(out, "int ");
    print_name(library, SELFTEST, out);
    text_puts(out, "(void) {\n");
    if (allocates)
        text_printf(out, "    float *space = malloc(sizeof(float) * %lld);\n", floats);
    else
        text_printf(out, "    float space[%lld];\n", floats);
    text_printf(out, "    float *x = space, *y = space + %lld;\n    int wrong = 1;\n%s", (long long)library->inputs,
                allocates ? "    if (!space) return -1;\n" : "");
    text_printf(
        out,
        "    for (int64_t i = 0; i < %lld; i++) x[i] = (float)((uint32_t)((uint32_t)i * 2654435761u) >> 24) / 255;\n"
        "    run_one(x, y, align_workspace(y + %lld));\n"
        "    for (int64_t k = 0; k < %d && wrong; k++) {\n"
        "        wrong = 0;\n"
        "        for (int64_t i = 0; i < %lld && !wrong; i++) {\n"
        "            float found = y[i * %lld], stored = result.value[k * %lld + i];\n"
        "            float error = found < stored ? stored - found : found - stored;\n"
        "            float size = stored < 0 ? -stored : stored;\n"
        "            if (found == stored || (found != found && stored != stored)) continue;\n"
        "            wrong = !(error <= 1e-4f * (1 + size));\n        }\n    }\n%s    return wrong;\n}\n",
        (long long)library->inputs, (long long)library->outputs, library->results, (long long)library->result_count,
        (long long)library->result_step, (long long)library->result_count, allocates ? "    free(space);\n" : "");
}

/* All whole chunks of 16 images, as many as a call takes at a time. */
static void print_calls(const Library *library, Text *out) {
    long long inputs = (long long)library->inputs, outputs = (long long)library->outputs;
    text_printf(out,
                "    for (i = 0; i < whole; i += %d) {\n"
                "        count = whole - i < %d ? whole - i : %d;\n        ",
                LIBRARY_CALL_IMAGES, LIBRARY_CALL_IMAGES, LIBRARY_CALL_IMAGES);
    if (library->members == 1)
        text_printf(out, "run(kernel, x + i * %lld, y + i * %lld, scratch, count);\n    }\n", inputs, outputs);
    else
        text_printf(out, "run_all(kernel, x + i * %lld, y + i * %lld, scratch, scratch + %lld, count);\n    }\n",
                    inputs, outputs, (long long)library->kernel_batch);
}

static void print_functions(const Library *library, Text *out) {
    library->members > 1 ? print_run_all(library, out) : print_run(library, out);
    text_puts(out, "\nstatic float *align_workspace(void *workspace) {\n"
                   "    return (float *)(((uintptr_t)workspace + 63) & ~(uintptr_t)63);\n}\n\nvoid ");
    print_name(library, PREDICT, out);
    text_puts(out,
              "(const float *x, float *y, void *workspace) { run_one(x, y, align_workspace(workspace)); }\n\nvoid ");
    print_name(library, PREDICT_BATCH, out);
    text_puts(out, "(const float *x, float *y, int64_t n, void *workspace) {\n    Kernel *kernel =");
    print_choice(library, true, out);
    text_printf(out, ";\n    float *scratch = align_workspace(workspace);\n"
                     "    int64_t i, count, whole = kernel ? n / 16 * 16 : 0;\n");
    print_calls(library, out);
    text_printf(out, "    for (i = whole; i < n; i++) run_one(x + i * %lld, y + i * %lld, scratch);\n}\n\n",
                (long long)library->inputs, (long long)library->outputs);
    if (library->classes && !library->program) print_classify(library, out);
    print_selftest(library, out);
}

/* In the form that runtime/infer/predictor.h says, in hexadecimal: no bit is lost. */
static void print_mean_image(const NetMeanImage *image, Text *out) {
    text_puts(out, "const float net_predict_mean_image[] = {");
    if (image->shape[0] == 0) {
        text_puts(out, "0};\n");
        return;
    }
    text_printf(out, "%af, %af, %af, %af", (double)image->low, (double)image->high, (double)image->likeness,
                (double)image->offset);
    for (int64_t i = 0; i < net_mean_image_count(image->shape); i++)
        text_printf(out, ",%s%af", i % 8 == 0 ? "\n" : " ", (double)image->values[i]);
    text_puts(out, "};\n");
}

static void print_about(const Library *library, Text *out) {
    if (!library->program) {
        if (!library->classes) return;
        text_printf(out, "\nextern const char *const %s_classes[%zu];\nconst char *const %s_classes[%zu] = {",
                    library->name, library->class_count, library->name, library->class_count);
        for (size_t i = 0; i < library->class_count; i++) {
            text_puts(out, i ? ", " : "");
            print_string(library->classes[i], out);
        }
        text_puts(out, "};\n");
        return;
    }
    text_printf(out,
                "\nconst int64_t net_predict_number[] = {%lld, %lld, %lld, %zu, %d, %d, %lld, %lld, %lld, %d, %zu, "
                "%d, %d, %d, %d, %lld, %lld, %lld, %lld, %d};\n",
                (long long)library->inputs, (long long)library->outputs, (long long)library->workspace,
                library->class_count, library->probabilities, library->rank, (long long)library->shape[0],
                (long long)library->shape[1], (long long)library->shape[2], library->pictures, library->column_count,
                library->separator, library->header, library->channels_last, library->compared,
                (long long)library_voters(library), (long long)library->picture[0], (long long)library->picture[1],
                (long long)library->picture[2], library->mean_image.shape[0] > 0);
    print_mean_image(&library->mean_image, out);
    text_puts(out, "const char net_predict_text[] = ");
    print_string(library->name, out);
    text_puts(out, " \"\\0\" ");
    print_string(library->netc, out);
    for (size_t i = 0; i < library->class_count; i++) {
        text_puts(out, " \"\\0\" ");
        print_string(library->classes[i], out);
    }
    for (size_t i = 0; i < library->column_count; i++) {
        text_puts(out, " \"\\0\" ");
        print_string(library->columns[i], out);
    }
    const char *level = library->code[library->codes - 1].level;
    text_puts(out, ";\nconst char net_predict_processor[] = ");
    print_string(level ? level : "", out);
    text_puts(out, ";\n");
}

static void print_start(const Library *library, Text *out) {
    text_printf(out, "/* %s" HEADER_MARK "%s: the functions around its kernels. */\n", library->name, library->netc);
    text_printf(out, "#include <stdint.h>\n%s\n", selftest_allocates(library) ? "#include <stdlib.h>\n" : "");
    if (!library->plain) text_puts(out, "#define NET_ALIGNED __attribute__((aligned(64)))\n");
    text_puts(out, kernel_type);
}

void emit_interface(const Library *library, const char *weights, Text *out) {
    print_start(library, out);
    for (int i = 0; i < library->codes; i++)
        for (int batch = 0; batch < 1 + (library->code[i].batch >= 0); batch++) {
            text_puts(out, "extern __attribute__((visibility(\"hidden\"))) Kernel ");
            print_kernel_name(&library->code[i], batch, out);
            text_puts(out, ";\n");
        }
    Text assembly = {0};
    text_puts(&assembly, ".pushsection .rodata\n.balign 64\nnet_weights:\n.incbin \"");
    for (const char *c = weights; *c; c++) text_printf(&assembly, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    text_puts(&assembly, "\"\n.popsection");
    text_puts(out, "extern __attribute__((visibility(\"hidden\"))) const float net_weights[];\n__asm__(");
    emit_c_string(out, assembly.data, assembly.length);
    text_puts(out, ");\n#define WEIGHTS net_weights\n");
    text_free(&assembly);
    print_table(library, "result", library->result, library->results * library->result_count, out);
    print_functions(library, out);
    print_about(library, out);
}

void emit_interface_inline(const Library *library, Text *out) {
    text_puts(out, "\n");
    print_start(library, out);
    print_table(library, "weights", library->weights, library->weight_count, out);
    text_puts(out, "#define WEIGHTS weights.value\n");
    print_table(library, "result", library->result, library->results * library->result_count, out);
    print_functions(library, out);
    print_about(library, out);
}
