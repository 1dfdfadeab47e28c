#include "runtime/data/block.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_PIECE = 1 << 20 };

size_t net_block_limit(size_t bytes) {
    const char *small = getenv("NET_DATA_SMALL");
    return small != NULL ? (size_t)strtoull(small, NULL, 10) : bytes;
}

bool net_block_grow(NetBlock *block, size_t size, NetError *error) {
    if (block->size >= size && block->base != NULL) return true;
    size_t capacity = block->size < FIRST_PIECE ? FIRST_PIECE : 2 * block->size;
    if (capacity < size) capacity = size;
    unsigned char *larger = realloc(block->base, capacity);
    if (larger == NULL) return net_fail(error, NET_ENVIRONMENT, "out of memory");
    *block = (NetBlock){.base = larger, .size = capacity};
    return true;
}

static bool map(NetBlock *block, int fd, const char *path, size_t size, NetError *error) {
    struct stat about;
    if (fstat(fd, &about) != 0) return net_fail_system(error, path, "read", errno);
    if ((uint64_t)about.st_size != size)
        return net_fail(error, NET_ENVIRONMENT, "%s: changed while it was read [short-file]", path);
    void *base = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (base == MAP_FAILED) return net_fail_system(error, path, "map", errno);
    *block = (NetBlock){.base = base, .size = size, .mapped = true};
    return true;
}

bool net_block_map(NetBlock *block, const char *path, size_t place, size_t size, NetError *error) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return net_fail_system(error, path, "open", errno);
    bool ok = map(block, fd, path, place + size, error);
    close(fd);
    return ok;
}

void net_block_free(NetBlock *block) {
    if (block->mapped)
        munmap(block->base, block->size);
    else
        free(block->base);
    *block = (NetBlock){0};
}
