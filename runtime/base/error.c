#include "runtime/base/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "runtime/base/paths.h"
#include "runtime/base/utf8.h"

bool net_fail(NetError *error, int status, const char *format, ...) {
    if (error == NULL) return false;
    char text[NET_ERROR_TEXT]; /* an argument may be the old text */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *at = text; *at != '\0'; at++) /* names in files may hold anything: nothing of it reaches a terminal */
        if ((unsigned char)*at < ' ' || *at == 0x7f) *at = '?';
    net_utf8_clean(text);
    memcpy(error->text, text, sizeof text);
    error->status = status;
    return false;
}

bool net_fail_system(NetError *error, const char *path, const char *doing, int code) {
    char reason[256];
    const char *text = strerror_r(code, reason, sizeof reason); /* GNU's: may not use the buffer */
    char advice[NET_PATH_ADVICE] = "";
    if (code == ENOENT && error != NULL) net_path_advice(advice, path);
    return net_fail(error, NET_ENVIRONMENT, "%s: cannot %s: %s%s", path, doing, text, advice);
}

bool net_multiply(size_t a, size_t b, size_t *out) {
    if (!__builtin_mul_overflow(a, b, out)) return true;
    *out = 0;
    return false;
}

bool net_add(size_t a, size_t b, size_t *out) {
    if (!__builtin_add_overflow(a, b, out)) return true;
    *out = 0;
    return false;
}

enum { ALIGNMENT = 64, LARGE_PAGE = 2 << 20 };

/* Maps of a network lie tens of kilobytes apart, each on pages of its own: with small ones the processor looks most of
 * them up again and again. Only a wish: a system without large pages gives small ones. */
static void *alloc_large(size_t bytes) {
    void *memory = NULL; /* aligned_alloc() may ask for whole pages: sanitizers do */
    if (posix_memalign(&memory, LARGE_PAGE, bytes) != 0) return NULL;
#ifdef MADV_HUGEPAGE
    madvise(memory, bytes / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
#endif
    return memory;
}

void *net_alloc(size_t count, size_t size, NetError *error) {
    size_t bytes;
    size_t padded;
    char text[NET_COUNT_TEXT];
    if (!net_multiply(count, size, &bytes) || !net_add(bytes, ALIGNMENT - 1, &padded) || padded > PTRDIFF_MAX) {
        net_fail(error, NET_ENVIRONMENT, "out of memory: %s elements are more than can be addressed",
                 net_count(text, count));
        return NULL;
    }
    padded = padded / ALIGNMENT * ALIGNMENT;
    if (padded == 0) padded = ALIGNMENT;
    void *memory = padded < LARGE_PAGE ? aligned_alloc(ALIGNMENT, padded) : alloc_large(padded);
    if (memory == NULL) {
        net_fail(error, NET_ENVIRONMENT, "out of memory: %s bytes more were needed", net_count(text, bytes));
        return NULL;
    }
    return memset(memory, 0, padded);
}

char *net_text(NetError *error, const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length >= 0) return text;
    net_fail(error, NET_ENVIRONMENT, "out of memory");
    return NULL;
}

char *net_path_join(const char *folder, const char *name, NetError *error) {
    if (folder == NULL || folder[0] == '\0' || name[0] == '/') return net_text(error, "%s", name);
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    return net_text(error, "%s%s%s", folder, slash, name);
}

const char *net_count(char out[NET_COUNT_TEXT], uint64_t value) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    char *to = out;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}

const char *net_shape(char out[NET_SHAPE_TEXT], const int64_t *shape, int rank) {
    snprintf(out, NET_SHAPE_TEXT, "%s", "scalar");
    size_t used = 0;
    for (int i = 0; i < rank && used < NET_SHAPE_TEXT; i++) {
        int length = snprintf(out + used, NET_SHAPE_TEXT - used, i == 0 ? "%lld" : "x%lld", (long long)shape[i]);
        used += length > 0 ? (size_t)length : 0;
    }
    return out;
}
