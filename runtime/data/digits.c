#include "runtime/data/digits.h"

#ifndef NET_SOURCE_ROOT
#define NET_SOURCE_ROOT "." /* compiling from the project's root needs no setting */
#endif

/* Places a file in read-only data between two symbols. */
#define EMBED(symbol, file)                                                                    \
    __asm__(".pushsection .rodata\n"                                                           \
            ".balign 16\n" #symbol ":\n"                                                       \
            ".incbin \"" NET_SOURCE_ROOT "/runtime/data/digits/" file "\"\n" #symbol "_end:\n" \
            ".popsection\n");                                                                  \
    extern const unsigned char symbol[] __attribute__((visibility("hidden")));                 \
    extern const unsigned char symbol##_end[] __attribute__((visibility("hidden")))

EMBED(net_digits_train_images, "train-images-idx3-ubyte.gz");
EMBED(net_digits_train_labels, "train-labels-idx1-ubyte.gz");
EMBED(net_digits_test_images, "t10k-images-idx3-ubyte.gz");
EMBED(net_digits_test_labels, "t10k-labels-idx1-ubyte.gz");

#define SOURCE(symbol, name) \
    (NetSource) { .path = name, .bytes = symbol, .size = (size_t)(symbol##_end - symbol) }

void net_digits_sources(NetSource out[4]) {
    out[0] = SOURCE(net_digits_train_images, "digits/train-images-idx3-ubyte.gz");
    out[1] = SOURCE(net_digits_train_labels, "digits/train-labels-idx1-ubyte.gz");
    out[2] = SOURCE(net_digits_test_images, "digits/t10k-images-idx3-ubyte.gz");
    out[3] = SOURCE(net_digits_test_labels, "digits/t10k-labels-idx1-ubyte.gz");
}
